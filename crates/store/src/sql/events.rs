//! The event log.

use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::{Connection, On, Reads};
use super::statement::{self, Statement};
use crate::{Event, Result, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[AFTER, AFTER_OF_TENANT, BY_SEQ, HEAD, SAVE];

const AFTER: &str = "SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";

const AFTER_OF_TENANT: &str = "
    SELECT * FROM event WHERE tenant = $3 AND seq > $1 ORDER BY seq LIMIT $2";

const BY_SEQ: &str = "SELECT * FROM event WHERE seq = $1 AND tenant = $2";

const HEAD: &str = "SELECT coalesce(max(seq), 0) AS seq FROM event";

const SAVE: &str = "
    INSERT INTO event (seq, uid, tenant, kind, subject, subject_seq, carrier, at, data)
    SELECT CAST(value->>'seq' AS BIGINT), value->>'uid', value->>'tenant', value->>'kind',
           value->>'subject', CAST(value->>'subject_seq' AS BIGINT), value->>'carrier',
           CAST(value->>'at' AS BIGINT), value->>'data'
    FROM json_each($1)";

pub(super) async fn save(on: &mut Connection, events: &[Event]) -> Result<()> {
    let row = |event: &Event| {
        json!({
            "seq": event.seq,
            "uid": event.uid,
            "tenant": event.tenant,
            "kind": event.kind,
            "subject": event.subject,
            "subject_seq": event.subject_seq,
            "carrier": event.carrier,
            "at": micros(event.at),
            "data": event.data,
        })
    };
    statement::write(on, SAVE, events.iter().map(row).collect()).await
}

pub(super) async fn head(on: impl Into<On<'_>>) -> Result<i64> {
    let seq = statement::one(on, Statement::of(HEAD), |row| row.int("seq")).await?;
    Ok(seq.unwrap_or(0))
}

pub(super) async fn after(
    on: &Reads,
    tenant: Option<&Tenant>,
    seq: i64,
    limit: u32,
) -> Result<Vec<Event>> {
    let statement = match tenant {
        Some(tenant) => Statement::of(AFTER_OF_TENANT)
            .int(seq)
            .int(limit)
            .text(tenant),
        None => Statement::of(AFTER).int(seq).int(limit),
    };
    statement::all(on, statement, read).await
}

pub(super) async fn by_seq(on: &Reads, tenant: &Tenant, seq: i64) -> Result<Option<Event>> {
    let statement = Statement::of(BY_SEQ).int(seq).text(tenant);
    statement::one(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<Event> {
    Ok(Event {
        seq: row.int("seq")?,
        uid: row.parsed("uid")?,
        tenant: row.parsed("tenant")?,
        kind: row.text("kind")?,
        subject: row.text("subject")?,
        subject_seq: row.int("subject_seq")?,
        carrier: row.text("carrier")?.into(),
        at: row.time("at")?,
        data: row.text("data")?,
    })
}
