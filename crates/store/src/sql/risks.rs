//! What was promised for shipments, and how it stands with that.

use std::collections::BTreeSet;

use jiff::Timestamp;
use parcelgate_domain::{Deadlines, RiskLevel, RiskReason};
use serde_json::json;

use super::cells::{Cells, maybe_micros, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::{Page, Result, Risk, ShipmentId, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[WANTED, BY_SHIPMENT, DUE, OPEN, SAVE];

const WANTED: &str = "
    SELECT r.* FROM json_each($1) AS w
    JOIN risk AS r ON r.tenant = w.value->>0 AND r.shipment = w.value->>1";

const BY_SHIPMENT: &str = "SELECT * FROM risk WHERE tenant = $1 AND shipment = $2";

const DUE: &str = "
    SELECT * FROM risk WHERE look_at IS NOT NULL AND look_at <= $1 ORDER BY look_at LIMIT $2";

// The last condition but one is word for word that of the index.
const OPEN: &str = "
    SELECT * FROM risk
    WHERE tenant = $1 AND shipment > $2 AND level <> 'GREEN'
      AND (CAST($4 AS TEXT) IS NULL OR level = $4)
    ORDER BY shipment LIMIT $3";

const SAVE: &str = "
    INSERT INTO risk (tenant, shipment, ship_by, deliver_by, level, reason, since, look_at, told)
    SELECT value->>'tenant', value->>'shipment', CAST(value->>'ship_by' AS BIGINT),
           CAST(value->>'deliver_by' AS BIGINT), value->>'level', value->>'reason',
           CAST(value->>'since' AS BIGINT), CAST(value->>'look_at' AS BIGINT),
           CAST(value->>'told' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, shipment) DO UPDATE SET
        level = excluded.level, reason = excluded.reason, since = excluded.since,
        look_at = excluded.look_at, told = excluded.told";

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, ShipmentId)>,
) -> Result<Vec<Risk>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    risks: impl Iterator<Item = &'a Risk>,
) -> Result<()> {
    let row = |risk: &Risk| {
        json!({
            "tenant": risk.tenant,
            "shipment": risk.shipment,
            "ship_by": maybe_micros(risk.deadlines.ship_by),
            "deliver_by": maybe_micros(risk.deadlines.deliver_by),
            "level": risk.level.name(),
            "reason": risk.reason.map(RiskReason::name),
            "since": micros(risk.since),
            "look_at": maybe_micros(risk.look_at),
            "told": risk.told,
        })
    };
    statement::write(on, SAVE, risks.map(row).collect()).await
}

pub(super) async fn of_shipment(
    on: &Reads,
    tenant: &Tenant,
    id: &ShipmentId,
) -> Result<Option<Risk>> {
    let statement = Statement::of(BY_SHIPMENT).text(tenant).text(id);
    statement::one(on, statement, read).await
}

pub(super) async fn due(on: &Reads, now: Timestamp, limit: u32) -> Result<Vec<Risk>> {
    let statement = Statement::of(DUE).int(micros(now)).int(limit);
    statement::all(on, statement, read).await
}

pub(super) async fn open(
    on: &Reads,
    tenant: &Tenant,
    level: Option<RiskLevel>,
    page: Page<'_, ShipmentId>,
) -> Result<Vec<Risk>> {
    let statement = Statement::of(OPEN)
        .text(tenant)
        .text(statement::after(&page))
        .int(page.limit)
        .maybe_text(level.map(RiskLevel::name));
    statement::all(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<Risk> {
    let reason = row.maybe_text("reason")?;
    Ok(Risk {
        tenant: row.parsed("tenant")?,
        shipment: row.parsed("shipment")?,
        deadlines: Deadlines {
            ship_by: row.maybe_time("ship_by")?,
            deliver_by: row.maybe_time("deliver_by")?,
        },
        level: row.named("level", RiskLevel::from_name)?,
        reason: reason.and_then(|reason| RiskReason::from_name(&reason)),
        since: row.time("since")?,
        look_at: row.maybe_time("look_at")?,
        told: row.int("told")?,
    })
}
