//! Deliveries, in lanes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;

use super::cells::{Cells, maybe_micros, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::rules::Lane;
use crate::{
    Claim, Delivery, DeliveryId, DeliveryState, Neighbours, Page, Result, Subscription,
    SubscriptionId, Tenant,
};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[
    WANTED, BY_ID, LIST, CLAIM, INSERT, UPDATE, RELEASE, HOLD, MISSED, LATER, TOLD, FORGET,
];

const WANTED: &str = "
    SELECT d.* FROM json_each($1) AS w
    JOIN delivery AS d ON d.tenant = w.value->>0 AND d.id = w.value->>1";

const BY_ID: &str = "SELECT * FROM delivery WHERE tenant = $1 AND id = $2";

const LIST: &str = "
    SELECT * FROM delivery
    WHERE tenant = $1 AND subscription = $2 AND id > $3
      AND (CAST($5 AS TEXT) IS NULL OR state = $5)
    ORDER BY id LIMIT $4";

// A subscription's claims under way count towards what it may have at once, which is half as much
// after a failure, a quarter after two, and one after more. Left alone SQLite reads
// the whole table to have it grouped; both indexes hold only what is under way or due.
const CLAIM: &str = "
    WITH busy AS (
        SELECT tenant, subscription, count(*) AS many FROM delivery INDEXED BY delivery_leased
        WHERE lease_until > $1 GROUP BY tenant, subscription
    ), due AS (
        SELECT d.ordinal, d.next_attempt_at, coalesce(b.many, 0) + row_number() OVER (
                   PARTITION BY d.tenant, d.subscription ORDER BY d.next_attempt_at, d.ordinal
               ) AS place, $3 / CASE s.strain WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 4 ELSE $3
               END AS places
        FROM delivery AS d INDEXED BY delivery_due
        JOIN subscription AS s ON s.tenant = d.tenant AND s.id = d.subscription
        LEFT JOIN busy AS b ON b.tenant = d.tenant AND b.subscription = d.subscription
        WHERE d.next_attempt_at <= $1 AND coalesce(d.lease_until, $1) <= $1 AND s.state = 'ACTIVE'
          AND coalesce(s.rest_until, $1) <= $1
          AND (b.many IS NULL OR b.many < $3 / CASE s.strain
               WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 4 ELSE $3 END)
    )
    UPDATE delivery SET attempts = attempts + 1, lease_until = $2
    WHERE ordinal IN (
        SELECT ordinal FROM due WHERE place <= places OR place = 1
        ORDER BY next_attempt_at, ordinal LIMIT $4)
    RETURNING *";

const INSERT: &str = "
    INSERT INTO delivery (tenant, id, subscription, seq, subject, replay, state, attempts,
                          created_at)
    SELECT value->>'tenant', value->>'id', value->>'subscription',
           CAST(value->>'seq' AS BIGINT), value->>'subject', CAST(value->>'replay' AS BIGINT),
           value->>'state', CAST(value->>'attempts' AS BIGINT),
           CAST(value->>'created_at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO NOTHING";

const UPDATE: &str = "
    UPDATE delivery SET
        state = value->>'state', next_attempt_at = CAST(value->>'next_attempt_at' AS BIGINT),
        lease_until = NULL, last_status = CAST(value->>'last_status' AS BIGINT),
        last_error = value->>'last_error', finished_at = CAST(value->>'finished_at' AS BIGINT)
    FROM json_each($1)
    WHERE delivery.tenant = value->>'tenant' AND delivery.id = value->>'id'";

// Gives the first unfinished delivery of each lane its turn, unless it has it.
const RELEASE: &str = "
    UPDATE delivery SET next_attempt_at = turn.at
    FROM (SELECT CAST(w.value->>3 AS BIGINT) AS at, (
              SELECT d.ordinal FROM delivery AS d
              WHERE d.tenant = w.value->>0 AND d.subscription = w.value->>1
                AND d.subject = w.value->>2 AND d.state = 'PENDING'
              ORDER BY d.ordinal LIMIT 1) AS first
          FROM json_each($1) AS w) AS turn
    WHERE delivery.ordinal = turn.first AND delivery.next_attempt_at IS NULL";

// What is not due is not looked at by every claim.
const HOLD: &str = "
    UPDATE delivery SET next_attempt_at = CAST(w.value->>2 AS BIGINT) FROM json_each($1) AS w
    WHERE tenant = w.value->>0 AND subscription = w.value->>1 AND state = 'PENDING'
      AND next_attempt_at < CAST(w.value->>2 AS BIGINT)";

const MISSED: &str = "
    SELECT e.subject_seq FROM delivery AS d JOIN event AS e ON e.seq = d.seq
    WHERE d.tenant = $1 AND d.subscription = $2 AND d.subject = $3 AND d.seq < $4
      AND d.state = 'DEAD' AND d.missed = 0
    ORDER BY d.seq LIMIT $5";

const LATER: &str = "
    SELECT seq FROM delivery
    WHERE tenant = $1 AND subscription = $2 AND subject = $3 AND seq > $4
      AND state = 'PENDING' AND replay = 0
    LIMIT 1";

const TOLD: &str = "
    UPDATE delivery SET missed = 1 FROM json_each($1)
    WHERE tenant = value->>0 AND subscription = value->>1 AND subject = value->>2
      AND seq < CAST(value->>3 AS BIGINT) AND state = 'DEAD' AND missed = 0";

const FORGET: &str = "
    DELETE FROM delivery WHERE ordinal IN (
        SELECT ordinal FROM delivery WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)
    RETURNING ordinal";

/// How many missing ones are named.
const MISSED_MAX: u32 = 16;

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, DeliveryId)>,
) -> Result<Vec<Delivery>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn insert(on: &mut Connection, deliveries: &[Delivery]) -> Result<()> {
    let row = |delivery: &Delivery| {
        json!({
            "tenant": delivery.tenant,
            "id": delivery.id,
            "subscription": delivery.subscription,
            "seq": delivery.seq,
            "subject": delivery.subject,
            "replay": i64::from(delivery.replay),
            "state": delivery.state.name(),
            "attempts": delivery.attempts,
            "created_at": micros(delivery.created_at),
        })
    };
    statement::write(on, INSERT, deliveries.iter().map(row).collect()).await
}

pub(super) async fn update<'a>(
    on: &mut Connection,
    deliveries: impl Iterator<Item = &'a Delivery>,
) -> Result<()> {
    let row = |delivery: &Delivery| {
        json!({
            "tenant": delivery.tenant,
            "id": delivery.id,
            "state": delivery.state.name(),
            "next_attempt_at": maybe_micros(delivery.next_attempt_at),
            "last_status": delivery.last_status,
            "last_error": delivery.last_error,
            "finished_at": maybe_micros(delivery.finished_at),
        })
    };
    statement::write(on, UPDATE, deliveries.map(row).collect()).await
}

/// Lets the next one of each lane go out, at the time that stands beside it.
pub(super) async fn release(on: &mut Connection, lanes: &BTreeMap<Lane, Timestamp>) -> Result<()> {
    let row = |((tenant, subscription, subject), at): (&Lane, &Timestamp)| {
        json!([tenant, subscription, subject, micros(*at)])
    };
    statement::write(on, RELEASE, lanes.iter().map(row).collect()).await
}

/// Lets nothing go out to subscriptions that rest before the end of that.
pub(super) async fn hold<'a>(
    on: &mut Connection,
    subscriptions: impl Iterator<Item = &'a Subscription>,
) -> Result<()> {
    let row = |resting: &Subscription| {
        let until = micros(resting.rest_until?);
        Some(json!([resting.tenant, resting.id, until]))
    };
    statement::write(on, HOLD, subscriptions.filter_map(row).collect()).await
}

/// Notes that receivers were told what is missing.
pub(super) async fn told(on: &mut Connection, told: &[(Lane, i64)]) -> Result<()> {
    let row = |((tenant, subscription, subject), before): &(Lane, i64)| {
        json!([tenant, subscription, subject, before])
    };
    statement::write(on, TOLD, told.iter().map(row).collect()).await
}

/// Forgets the oldest of those finished before then; returns how many.
pub(super) async fn forget(on: &mut Connection, before: Timestamp, limit: u32) -> Result<u32> {
    let forget = Statement::of(FORGET).int(micros(before)).int(limit);
    let gone = statement::all(on, forget, |row| row.int("ordinal")).await?;
    Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
}

pub(super) async fn claim(
    on: &mut Connection,
    per_subscription: u32,
    claim: Claim,
) -> Result<Vec<Delivery>> {
    let statement = Statement::of(CLAIM)
        .int(micros(claim.now))
        .int(micros(claim.lease_until))
        .int(per_subscription)
        .int(claim.limit);
    let mut deliveries = statement::all(on, statement, read).await?;
    deliveries.sort_by_key(|delivery| (delivery.next_attempt_at, delivery.seq));
    Ok(deliveries)
}

pub(super) async fn by_id(
    on: &Reads,
    tenant: &Tenant,
    id: &DeliveryId,
) -> Result<Option<Delivery>> {
    let statement = Statement::of(BY_ID).text(tenant).text(id);
    statement::one(on, statement, read).await
}

pub(super) async fn neighbours(on: &Reads, of: &Delivery) -> Result<Neighbours> {
    let lane = |sql| {
        let lane = Statement::of(sql).text(&of.tenant).text(&of.subscription);
        lane.text(&of.subject).int(of.seq)
    };
    let missed = lane(MISSED).int(MISSED_MAX);
    let later = statement::one(on, lane(LATER), |row| row.int("seq")).await?;
    Ok(Neighbours {
        missed: statement::all(on, missed, |row| row.int("subject_seq")).await?,
        later: later.is_some(),
    })
}

pub(super) async fn list(
    on: &Reads,
    tenant: &Tenant,
    subscription: &SubscriptionId,
    state: Option<DeliveryState>,
    page: Page<'_, DeliveryId>,
) -> Result<Vec<Delivery>> {
    let statement = Statement::of(LIST)
        .text(tenant)
        .text(subscription)
        .text(statement::after(&page))
        .int(page.limit)
        .maybe_text(state.map(DeliveryState::name));
    statement::all(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<Delivery> {
    let by_name = |name: &str| {
        let all = DeliveryState::ALL.into_iter();
        all.map(|(state, _)| state)
            .find(|state| state.name() == name)
    };
    Ok(Delivery {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        subscription: row.parsed("subscription")?,
        seq: row.int("seq")?,
        subject: row.text("subject")?,
        replay: row.flag("replay")?,
        state: row.named("state", by_name)?,
        attempts: row.number("attempts")?,
        next_attempt_at: row.maybe_time("next_attempt_at")?,
        last_status: row.maybe_number("last_status")?,
        last_error: row.maybe_text("last_error")?,
        created_at: row.time("created_at")?,
        finished_at: row.maybe_time("finished_at")?,
    })
}
