//! The event log.

use serde_json::json;
use sqlx::{SqliteConnection, SqliteExecutor, SqlitePool};

use super::cells::{self, Cells, micros};
use crate::{Event, Result, Tenant};

#[cfg(test)]
pub(super) const SQL: &[&str] = &[AFTER, AFTER_OF_TENANT, BY_SEQ, HEAD, SAVE];

const AFTER: &str = "SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";

const AFTER_OF_TENANT: &str = "
    SELECT * FROM event WHERE tenant = $3 AND seq > $1 ORDER BY seq LIMIT $2";

const BY_SEQ: &str = "SELECT * FROM event WHERE seq = $1 AND tenant = $2";

const HEAD: &str = "SELECT coalesce(max(seq), 0) AS seq FROM event";

const SAVE: &str = "
    INSERT INTO event (seq, uid, tenant, kind, subject, subject_seq, carrier, at, data)
    SELECT value->>'seq', value->>'uid', value->>'tenant', value->>'kind', value->>'subject',
           value->>'subject_seq', value->>'carrier', value->>'at', value->>'data'
    FROM json_each($1)";

pub(super) async fn save(on: &mut SqliteConnection, events: &[Event]) -> Result<()> {
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
    cells::write(on, SAVE, events.iter().map(row).collect()).await
}

pub(super) async fn head(on: impl SqliteExecutor<'_>) -> Result<i64> {
    let seq = cells::one(on, sqlx::query(HEAD), |row| row.int("seq")).await?;
    Ok(seq.unwrap_or(0))
}

pub(super) async fn after(
    on: &SqlitePool,
    tenant: Option<&Tenant>,
    seq: i64,
    limit: u32,
) -> Result<Vec<Event>> {
    let statement = match tenant {
        Some(tenant) => sqlx::query(AFTER_OF_TENANT)
            .bind(seq)
            .bind(limit)
            .bind(tenant.to_string()),
        None => sqlx::query(AFTER).bind(seq).bind(limit),
    };
    cells::all(on, statement, read).await
}

pub(super) async fn by_seq(on: &SqlitePool, tenant: &Tenant, seq: i64) -> Result<Option<Event>> {
    let statement = sqlx::query(BY_SEQ).bind(seq).bind(tenant.to_string());
    cells::one(on, statement, read).await
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
