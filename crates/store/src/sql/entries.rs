//! The ledger of purchases, and what API keys have spent.

use std::collections::BTreeSet;

use jiff::civil::Date;
use parcelgate_domain::{Currency, Money};
use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::rules::SpendKey;
use crate::{Entry, EntryKind, KeyId, Result, ShipmentId, Spend, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[WANTED, SAVE, WANTED_SPENDS, SAVE_SPENDS];

const WANTED: &str = "
    SELECT e.* FROM json_each($1) AS w
    JOIN money_entry AS e ON e.tenant = w.value->>0 AND e.shipment = w.value->>1
    ORDER BY e.tenant, e.shipment, e.number";

const SAVE: &str = "
    INSERT INTO money_entry (tenant, shipment, number, kind, account, api_key, made_at, lines)
    SELECT value->>'tenant', value->>'shipment', CAST(value->>'number' AS BIGINT),
           value->>'kind', value->>'account', value->>'api_key',
           CAST(value->>'made_at' AS BIGINT), value->>'lines'
    FROM json_each($1)";

const WANTED_SPENDS: &str = "
    SELECT p.* FROM json_each($1) AS w JOIN api_key_spend AS p
        ON p.tenant = w.value->>0 AND p.api_key = w.value->>1 AND p.spent_on = w.value->>2";

const SAVE_SPENDS: &str = "
    INSERT INTO api_key_spend (tenant, api_key, spent_on, currency, minor)
    SELECT value->>0, value->>1, value->>2, value->>3, CAST(value->>4 AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, api_key, spent_on, currency) DO UPDATE SET minor = excluded.minor";

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, ShipmentId)>,
) -> Result<Vec<Entry>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn load_spends(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, KeyId, Date)>,
) -> Result<Vec<Spend>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let statement = Statement::of(WANTED_SPENDS).json(wanted)?;
    statement::all(on, statement, read_spend).await
}

pub(super) async fn save(on: &mut Connection, entries: &[Entry]) -> Result<()> {
    let row = |entry: &Entry| {
        json!({
            "tenant": entry.tenant,
            "shipment": entry.shipment,
            "number": entry.number,
            "kind": entry.kind.name(),
            "account": entry.account,
            "api_key": entry.key,
            "made_at": micros(entry.at),
            "lines": json!(entry.lines).to_string(),
        })
    };
    statement::write(on, SAVE, entries.iter().map(row).collect()).await
}

pub(super) async fn save_spends<'a>(
    on: &mut Connection,
    spends: impl Iterator<Item = (&'a SpendKey, &'a i64)>,
) -> Result<()> {
    let row = |((tenant, key, day, currency), minor): (&SpendKey, &i64)| {
        json!([tenant, key, day, currency, minor])
    };
    statement::write(on, SAVE_SPENDS, spends.map(row).collect()).await
}

pub(super) async fn of_shipments(
    on: &Reads,
    tenant: &Tenant,
    shipments: &[ShipmentId],
) -> Result<Vec<Entry>> {
    let wanted: Vec<_> = shipments.iter().map(|id| (tenant, id)).collect();
    statement::all(on, Statement::of(WANTED).json(&wanted)?, read).await
}

pub(super) async fn spends(
    on: &Reads,
    tenant: &Tenant,
    key: &KeyId,
    day: Date,
) -> Result<Vec<Spend>> {
    let statement = Statement::of(WANTED_SPENDS).json(&[(tenant, key, day)])?;
    statement::all(on, statement, read_spend).await
}

fn read(row: &Cells<'_>) -> Result<Entry> {
    Ok(Entry {
        tenant: row.parsed("tenant")?,
        shipment: row.parsed("shipment")?,
        number: row.number("number")?,
        kind: row.named("kind", EntryKind::from_name)?,
        account: row.parsed("account")?,
        key: row.maybe_parsed("api_key")?,
        at: row.time("made_at")?,
        lines: row.json("lines")?,
    })
}

fn read_spend(row: &Cells<'_>) -> Result<Spend> {
    let currency: Currency = row.parsed("currency")?;
    Ok(Spend {
        tenant: row.parsed("tenant")?,
        key: row.parsed("api_key")?,
        day: row.parsed("spent_on")?,
        amount: Money::of_minor(row.int("minor")?, currency),
    })
}
