//! What callers are told again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::{Reply, Result, ShipmentId, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[BY_SHIPMENT, SAVE, FORGET];

const BY_SHIPMENT: &str =
    "SELECT body, made_at FROM purchase_reply WHERE tenant = $1 AND shipment = $2";

/// The first is the one that was told; unless it says that nothing was bought, and a person has
/// found that something was.
const SAVE: &str = "
    INSERT INTO purchase_reply (tenant, shipment, body, made_at)
    SELECT value->>'tenant', value->>'shipment', value->>'body',
           CAST(value->>'made_at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, shipment) DO UPDATE SET
        body = excluded.body, made_at = excluded.made_at
    WHERE purchase_reply.body LIKE '{\"state\":\"ABSENT\",%'
      AND excluded.body LIKE '{\"state\":\"PURCHASED\",%'";

const FORGET: &str = "
    DELETE FROM purchase_reply WHERE (tenant, shipment) IN (
        SELECT tenant, shipment FROM purchase_reply WHERE made_at < $1 ORDER BY made_at LIMIT $2)
    RETURNING made_at";

pub(super) async fn save(
    on: &mut Connection,
    replies: &[(Tenant, ShipmentId, Reply)],
) -> Result<()> {
    // One statement writes each row once.
    let mut one_each: BTreeMap<_, &Reply> = BTreeMap::new();
    for (tenant, shipment, reply) in replies {
        let kept = one_each.entry((tenant, shipment)).or_insert(reply);
        if kept.gives_way_to(reply) {
            *kept = reply;
        }
    }
    let row = |((tenant, shipment), reply): ((&Tenant, &ShipmentId), &Reply)| {
        Ok(json!({
            "tenant": tenant,
            "shipment": shipment,
            "body": statement::json(&reply.body)?,
            "made_at": micros(reply.at),
        }))
    };
    let rows: Result<Vec<_>> = one_each.into_iter().map(row).collect();
    statement::write(on, SAVE, rows?).await
}

/// Forgets the oldest of those made before then; returns how many.
pub(super) async fn forget(on: &mut Connection, before: Timestamp, limit: u32) -> Result<u32> {
    let forget = Statement::of(FORGET).int(micros(before)).int(limit);
    let gone = statement::all(on, forget, |row| row.int("made_at")).await?;
    Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
}

pub(super) async fn of_shipment(
    on: &Reads,
    tenant: &Tenant,
    id: &ShipmentId,
) -> Result<Option<Reply>> {
    let statement = Statement::of(BY_SHIPMENT).text(tenant).text(id);
    statement::one(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<Reply> {
    Ok(Reply {
        at: row.time("made_at")?,
        body: row.json("body")?,
    })
}
