//! The event log.

use jiff::Timestamp;
use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::{Connection, On, Reads};
use super::statement::{self, Statement};
use crate::{Event, Result, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[
    AFTER,
    AFTER_OF_TENANT,
    BY_SEQ,
    SPAN,
    IN_SPAN,
    OF_SUBJECT,
    FIRST,
    HEAD,
    SAVE,
    FORGET,
];

const AFTER: &str = "SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";

const AFTER_OF_TENANT: &str = "
    SELECT * FROM event WHERE tenant = $3 AND seq > $1 ORDER BY seq LIMIT $2";

const BY_SEQ: &str = "SELECT * FROM event WHERE seq = $1 AND tenant = $2";

const SPAN: &str = "
    SELECT coalesce(min(seq), 0) AS first, coalesce(max(seq), 0) AS last
    FROM event WHERE tenant = $1 AND at >= $2 AND at < $3";

// Left alone SQLite sorts the whole span for each page.
const IN_SPAN: &str = "
    SELECT * FROM event INDEXED BY event_tenant
    WHERE tenant = $1 AND seq > $4 AND seq <= $5 AND at >= $2 AND at < $3
    ORDER BY seq LIMIT $6";

const OF_SUBJECT: &str = "
    SELECT * FROM event
    WHERE tenant = $1 AND subject = $2 AND subject_seq > $3 AND subject_seq <= $4
    ORDER BY subject_seq LIMIT $5";

const FIRST: &str = "SELECT seq FROM event WHERE seq > 0 ORDER BY seq LIMIT 1";

// From the beginning up to the first that is younger, and never the last of all, which says where
// the log stands.
const FORGET: &str = "
    DELETE FROM event
    WHERE seq IN (SELECT seq FROM event WHERE seq > 0 ORDER BY seq LIMIT $2)
      AND seq < coalesce(
          (SELECT min(seq) FROM (
               SELECT seq, at FROM event WHERE seq > 0 ORDER BY seq LIMIT $2) AS young
           WHERE at >= $1),
          (SELECT max(seq) FROM event))
    RETURNING seq";

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

/// The first and the last of a tenant's events between two times; none when there is none.
pub(super) async fn span(
    on: &Reads,
    tenant: &Tenant,
    (from, until): (Timestamp, Timestamp),
) -> Result<Option<(i64, i64)>> {
    let span = Statement::of(SPAN).text(tenant);
    let span = span.int(micros(from)).int(micros(until));
    let read = |row: &Cells<'_>| Ok((row.int("first")?, row.int("last")?));
    let found = statement::one(on, span, read).await?;
    Ok(found.filter(|(first, _)| *first > 0))
}

pub(super) async fn in_span(
    on: &Reads,
    tenant: &Tenant,
    (from, until): (Timestamp, Timestamp),
    (after, last): (i64, i64),
    limit: u32,
) -> Result<Vec<Event>> {
    let page = Statement::of(IN_SPAN).text(tenant);
    let page = page.int(micros(from)).int(micros(until));
    let page = page.int(after).int(last).int(limit);
    statement::all(on, page, read).await
}

pub(super) async fn of_subject(
    on: &Reads,
    (tenant, subject): (&Tenant, &str),
    (after, last): (i64, i64),
    limit: u32,
) -> Result<Vec<Event>> {
    let page = Statement::of(OF_SUBJECT).text(tenant).text(subject);
    statement::all(on, page.int(after).int(last).int(limit), read).await
}

pub(super) async fn first(on: &Reads) -> Result<i64> {
    let seq = statement::one(on, Statement::of(FIRST), |row| row.int("seq")).await?;
    Ok(seq.unwrap_or(1))
}

/// Forgets the oldest of those written before then; returns how many.
pub(super) async fn forget(on: &mut Connection, before: Timestamp, limit: u32) -> Result<u32> {
    let forget = Statement::of(FORGET).int(micros(before)).int(limit);
    let gone = statement::all(on, forget, |row| row.int("seq")).await?;
    Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
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
