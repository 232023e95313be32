//! Trackers.

use std::collections::BTreeSet;

use parcelgate_domain::{CarrierId, TrackingNumber};
use serde_json::json;

use super::cells::{Cells, maybe_micros, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::{Page, Result, ShipmentId, Tenant, Tracker, TrackerEnd, TrackerFilter, TrackerId};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[
    WANTED,
    WANTED_BY_NUMBER,
    BY_ID,
    LIST,
    LIST_OF_SHIPMENT,
    OF_SHARD,
    TOLD,
    SAVE,
];

const WANTED: &str = "
    SELECT t.* FROM json_each($1) AS w
    JOIN tracker AS t ON t.tenant = w.value->>0 AND t.id = w.value->>1";

// Without a carrier, of any.
const WANTED_BY_NUMBER: &str = "
    SELECT DISTINCT t.* FROM json_each($1) AS w
    JOIN tracker AS t ON t.tenant = w.value->>0 AND t.number = w.value->>2
        AND t.carrier = coalesce(w.value->>1, t.carrier)";

const BY_ID: &str = "SELECT * FROM tracker WHERE tenant = $1 AND id = $2";

const LIST: &str = "
    SELECT * FROM tracker
    WHERE tenant = $1 AND id > $2
      AND (CAST($4 AS TEXT) IS NULL OR carrier = $4) AND ($5 = 0 OR ended IS NULL)
    ORDER BY id LIMIT $3";

const LIST_OF_SHIPMENT: &str = "
    SELECT * FROM tracker
    WHERE tenant = $1 AND id > $2
      AND (CAST($4 AS TEXT) IS NULL OR carrier = $4) AND ($5 = 0 OR ended IS NULL)
      AND shipment = $6
    ORDER BY id LIMIT $3";

// What `tracker_shard` is about.
const OF_SHARD: &str = "
    SELECT * FROM tracker
    WHERE substr(id, -2) = $1 AND id > $2 AND next_check_at IS NOT NULL
    ORDER BY id LIMIT $3";

const TOLD: &str = "
    SELECT * FROM tracker
    WHERE (tenant, id) IN (
        SELECT tenant, substr(subject, 10) FROM event
        WHERE seq > $1 AND seq <= $2 AND subject LIKE 'trackers/%')";

const SAVE: &str = "
    INSERT INTO tracker (tenant, id, account, carrier, number, shipment, state, estimate,
                         last_mile_number, created_at, last_checked_at, next_check_at, pushed_at,
                         push_until, failures, ended, told)
    SELECT value->>'tenant', value->>'id', value->>'account', value->>'carrier',
           value->>'number', value->>'shipment', value->>'state', value->>'estimate',
           value->>'last_mile_number', CAST(value->>'created_at' AS BIGINT),
           CAST(value->>'last_checked_at' AS BIGINT), CAST(value->>'next_check_at' AS BIGINT),
           CAST(value->>'pushed_at' AS BIGINT), CAST(value->>'push_until' AS BIGINT),
           CAST(value->>'failures' AS BIGINT), value->>'ended', CAST(value->>'told' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO UPDATE SET
        account = excluded.account, shipment = excluded.shipment, state = excluded.state,
        estimate = excluded.estimate, last_mile_number = excluded.last_mile_number,
        last_checked_at = excluded.last_checked_at, next_check_at = excluded.next_check_at,
        pushed_at = excluded.pushed_at, push_until = excluded.push_until,
        failures = excluded.failures, ended = excluded.ended, told = excluded.told";

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, TrackerId)>,
) -> Result<Vec<Tracker>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn load_by_number(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, CarrierId, TrackingNumber)>,
) -> Result<Vec<Tracker>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let statement = Statement::of(WANTED_BY_NUMBER).json(wanted)?;
    statement::all(on, statement, read).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    trackers: impl Iterator<Item = &'a Tracker>,
) -> Result<()> {
    let row = |tracker: &Tracker| {
        json!({
            "tenant": tracker.tenant,
            "id": tracker.id,
            "account": tracker.account,
            "carrier": tracker.carrier,
            "number": tracker.number,
            "shipment": tracker.shipment,
            "state": json!(tracker.state).to_string(),
            "estimate": tracker.estimate,
            "last_mile_number": tracker.last_mile_number,
            "created_at": micros(tracker.created_at),
            "last_checked_at": maybe_micros(tracker.last_checked_at),
            "next_check_at": maybe_micros(tracker.next_check_at),
            "pushed_at": maybe_micros(tracker.pushed_at),
            "push_until": maybe_micros(tracker.push_until),
            "failures": tracker.failures,
            "ended": tracker.ended.map(end_name),
            "told": tracker.told,
        })
    };
    statement::write(on, SAVE, trackers.map(row).collect()).await
}

pub(super) async fn by_id(on: &Reads, tenant: &Tenant, id: &TrackerId) -> Result<Option<Tracker>> {
    let statement = Statement::of(BY_ID).text(tenant).text(id);
    statement::one(on, statement, read).await
}

pub(super) async fn by_ids(on: &Reads, tenant: &Tenant, ids: &[TrackerId]) -> Result<Vec<Tracker>> {
    let wanted: BTreeSet<_> = ids.iter().map(|id| (tenant, id)).collect();
    statement::all(on, Statement::of(WANTED).json(&wanted)?, read).await
}

pub(super) async fn by_number(
    on: &Reads,
    tenant: &Tenant,
    numbers: &[(Option<CarrierId>, TrackingNumber)],
) -> Result<Vec<Tracker>> {
    let wanted = numbers.iter();
    let wanted: Vec<_> = wanted
        .map(|(carrier, number)| (tenant, carrier, number))
        .collect();
    let statement = Statement::of(WANTED_BY_NUMBER).json(&wanted)?;
    statement::all(on, statement, read).await
}

pub(super) async fn list(
    on: &Reads,
    tenant: &Tenant,
    filter: &TrackerFilter,
    page: Page<'_, TrackerId>,
) -> Result<Vec<Tracker>> {
    let sql = match filter.shipment {
        Some(_) => LIST_OF_SHIPMENT,
        None => LIST,
    };
    let mut statement = Statement::of(sql)
        .text(tenant)
        .text(statement::after(&page))
        .int(page.limit)
        .maybe_text(filter.carrier.as_ref())
        .int(filter.followed_only);
    if let Some(shipment) = &filter.shipment {
        statement = statement.text(shipment);
    }
    statement::all(on, statement, read).await
}

pub(super) async fn of_shard(
    on: &Reads,
    shard: u8,
    page: Page<'_, TrackerId>,
) -> Result<Vec<Tracker>> {
    let statement = Statement::of(OF_SHARD)
        .text(format!("{shard:02x}"))
        .text(statement::after(&page))
        .int(page.limit);
    statement::all(on, statement, read).await
}

pub(super) async fn told(on: &Reads, (after, until): (i64, i64)) -> Result<Vec<Tracker>> {
    statement::all(on, Statement::of(TOLD).int(after).int(until), read).await
}

fn end_name(end: TrackerEnd) -> &'static str {
    match end {
        TrackerEnd::Stopped => "STOPPED",
        TrackerEnd::Expired => "EXPIRED",
    }
}

fn read(row: &Cells<'_>) -> Result<Tracker> {
    let ends = [TrackerEnd::Stopped, TrackerEnd::Expired];
    let by_name = |name: &str| ends.into_iter().find(|end| end_name(*end) == name);
    let ended = match row.maybe_text("ended")? {
        Some(_) => Some(row.named("ended", by_name)?),
        None => None,
    };
    Ok(Tracker {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        account: row.maybe_parsed("account")?,
        carrier: row.text("carrier")?.into(),
        number: row.parsed("number")?,
        shipment: row.maybe_parsed::<ShipmentId>("shipment")?,
        state: row.json("state")?,
        estimate: row.maybe_parsed("estimate")?,
        last_mile_number: row.maybe_parsed("last_mile_number")?,
        created_at: row.time("created_at")?,
        last_checked_at: row.maybe_time("last_checked_at")?,
        next_check_at: row.maybe_time("next_check_at")?,
        pushed_at: row.maybe_time("pushed_at")?,
        push_until: row.maybe_time("push_until")?,
        failures: row.number("failures")?,
        ended,
        told: row.int("told")?,
    })
}
