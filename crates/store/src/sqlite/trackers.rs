//! Trackers.

use std::collections::BTreeSet;

use parcelgate_domain::{CarrierId, TrackingNumber};
use serde_json::json;
use sqlx::{SqliteConnection, SqlitePool};

use super::cells::{self, Cells, maybe_micros, micros};
use crate::{
    Claim, Page, Result, ShipmentId, Tenant, Tracker, TrackerEnd, TrackerFilter, TrackerId,
};

#[cfg(test)]
pub(super) const SQL: &[&str] = &[
    WANTED,
    WANTED_BY_NUMBER,
    BY_ID,
    LIST,
    LIST_OF_SHIPMENT,
    CLAIM,
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
    WHERE tenant = $1 AND id > $2 AND ($4 IS NULL OR carrier = $4) AND (NOT $5 OR ended IS NULL)
    ORDER BY id LIMIT $3";

const LIST_OF_SHIPMENT: &str = "
    SELECT * FROM tracker
    WHERE tenant = $1 AND id > $2 AND ($4 IS NULL OR carrier = $4) AND (NOT $5 OR ended IS NULL)
      AND shipment = $6
    ORDER BY id LIMIT $3";

const CLAIM: &str = "
    UPDATE tracker SET checking_until = $2
    WHERE rowid IN (
        SELECT rowid FROM tracker
        WHERE next_check_at <= $1 AND coalesce(checking_until, $1) <= $1
        ORDER BY next_check_at LIMIT $3)
    RETURNING *";

// Whatever is written of a tracker, its check is over.
const SAVE: &str = "
    INSERT INTO tracker (tenant, id, account, carrier, number, shipment, state, estimate,
                         last_mile_number, created_at, last_checked_at, next_check_at, failures,
                         ended, told)
    SELECT value->>'tenant', value->>'id', value->>'account', value->>'carrier', value->>'number',
           value->>'shipment', value->>'state', value->>'estimate', value->>'last_mile_number',
           value->>'created_at', value->>'last_checked_at', value->>'next_check_at',
           value->>'failures', value->>'ended', value->>'told'
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO UPDATE SET
        account = excluded.account, shipment = excluded.shipment, state = excluded.state,
        estimate = excluded.estimate, last_mile_number = excluded.last_mile_number,
        last_checked_at = excluded.last_checked_at, next_check_at = excluded.next_check_at,
        checking_until = NULL, failures = excluded.failures, ended = excluded.ended,
        told = excluded.told";

pub(super) async fn load(
    on: &mut SqliteConnection,
    wanted: &BTreeSet<(Tenant, TrackerId)>,
) -> Result<Vec<Tracker>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    cells::all(on, sqlx::query(WANTED).bind(cells::json(wanted)?), read).await
}

pub(super) async fn load_by_number(
    on: &mut SqliteConnection,
    wanted: &BTreeSet<(Tenant, CarrierId, TrackingNumber)>,
) -> Result<Vec<Tracker>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let statement = sqlx::query(WANTED_BY_NUMBER).bind(cells::json(wanted)?);
    cells::all(on, statement, read).await
}

pub(super) async fn save<'a>(
    on: &mut SqliteConnection,
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
            "state": tracker.state,
            "estimate": tracker.estimate,
            "last_mile_number": tracker.last_mile_number,
            "created_at": micros(tracker.created_at),
            "last_checked_at": maybe_micros(tracker.last_checked_at),
            "next_check_at": maybe_micros(tracker.next_check_at),
            "failures": tracker.failures,
            "ended": tracker.ended.map(end_name),
            "told": tracker.told,
        })
    };
    cells::write(on, SAVE, trackers.map(row).collect()).await
}

pub(super) async fn claim(on: &mut SqliteConnection, claim: Claim) -> Result<Vec<Tracker>> {
    let statement = sqlx::query(CLAIM)
        .bind(micros(claim.now))
        .bind(micros(claim.lease_until))
        .bind(claim.limit);
    let mut trackers = cells::all(on, statement, read).await?;
    trackers.sort_by_key(|tracker| tracker.next_check_at);
    Ok(trackers)
}

pub(super) async fn by_id(
    on: &SqlitePool,
    tenant: &Tenant,
    id: &TrackerId,
) -> Result<Option<Tracker>> {
    let statement = sqlx::query(BY_ID)
        .bind(tenant.to_string())
        .bind(id.to_string());
    cells::one(on, statement, read).await
}

pub(super) async fn by_ids(
    on: &SqlitePool,
    tenant: &Tenant,
    ids: &[TrackerId],
) -> Result<Vec<Tracker>> {
    let wanted: BTreeSet<_> = ids.iter().map(|id| (tenant, id)).collect();
    cells::all(on, sqlx::query(WANTED).bind(cells::json(&wanted)?), read).await
}

pub(super) async fn by_number(
    on: &SqlitePool,
    tenant: &Tenant,
    numbers: &[(Option<CarrierId>, TrackingNumber)],
) -> Result<Vec<Tracker>> {
    let wanted = numbers.iter();
    let wanted: Vec<_> = wanted
        .map(|(carrier, number)| (tenant, carrier, number))
        .collect();
    let statement = sqlx::query(WANTED_BY_NUMBER).bind(cells::json(&wanted)?);
    cells::all(on, statement, read).await
}

pub(super) async fn list(
    on: &SqlitePool,
    tenant: &Tenant,
    filter: &TrackerFilter,
    page: Page<'_, TrackerId>,
) -> Result<Vec<Tracker>> {
    let sql = match filter.shipment {
        Some(_) => LIST_OF_SHIPMENT,
        None => LIST,
    };
    let mut statement = sqlx::query(sql)
        .bind(tenant.to_string())
        .bind(cells::after(&page))
        .bind(page.limit)
        .bind(filter.carrier.as_ref().map(ToString::to_string))
        .bind(filter.followed_only);
    if let Some(shipment) = &filter.shipment {
        statement = statement.bind(shipment.to_string());
    }
    cells::all(on, statement, read).await
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
        failures: row.number("failures")?,
        ended,
        told: row.int("told")?,
    })
}
