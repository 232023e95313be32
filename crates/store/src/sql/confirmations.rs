//! Confirmations, and how far the log has been read.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json;

use super::cells::{Cells, maybe_micros, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::{
    Confirmation, ConfirmationFilter, ConfirmationId, ConfirmationState, Moment, Page, Result,
    ShipmentId, Tenant,
};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[
    WANTED,
    OF_ORDERS,
    BY_ID,
    LIST,
    OF_SHIPMENT,
    OF_SHIPMENTS,
    IN_REVIEW,
    BY_NUMBER,
    LATE,
    SAVE,
    WANTED_READERS,
    READER,
    SAVE_READERS,
];

const WANTED: &str = "
    SELECT c.* FROM json_each($1) AS w
    JOIN confirmation AS c ON c.tenant = w.value->>0 AND c.id = w.value->>1";

const OF_ORDERS: &str = "
    SELECT c.* FROM json_each($1) AS w
    JOIN confirmation AS c ON c.tenant = w.value->>0 AND c.shop = w.value->>1
        AND c.shop_order = w.value->>2";

const BY_ID: &str = "SELECT * FROM confirmation WHERE tenant = $1 AND id = $2";

const LIST: &str = "
    SELECT * FROM confirmation
    WHERE tenant = $1 AND id > $2
      AND (CAST($4 AS TEXT) IS NULL OR state = $4)
      AND (CAST($5 AS TEXT) IS NULL OR shop = $5)
      AND (CAST($6 AS TEXT) IS NULL OR shop_order = $6)
    ORDER BY id LIMIT $3";

const OF_SHIPMENT: &str = "
    SELECT * FROM confirmation
    WHERE tenant = $1 AND shipment = $4 AND id > $2
      AND (CAST($5 AS TEXT) IS NULL OR state = $5)
      AND (CAST($6 AS TEXT) IS NULL OR shop = $6)
      AND (CAST($7 AS TEXT) IS NULL OR shop_order = $7)
    ORDER BY id LIMIT $3";

const OF_SHIPMENTS: &str = "
    SELECT c.* FROM json_each($1) AS w
    JOIN confirmation AS c ON c.tenant = w.value->>0 AND c.shipment = w.value->>1";

const IN_REVIEW: &str = "
    SELECT * FROM confirmation
    WHERE tenant = $1 AND state = 'NEEDS_REVIEW' AND id > $2
      AND (CAST($4 AS TEXT) IS NULL OR shop = $4)
      AND (CAST($5 AS TEXT) IS NULL OR shop_order = $5)
    ORDER BY id LIMIT $3";

const BY_NUMBER: &str = "
    SELECT * FROM confirmation WHERE tenant = $1 AND told_number = $2 ORDER BY id LIMIT $3";

const LATE: &str = "
    SELECT * FROM confirmation
    WHERE ship_by < $1 AND ship_by IS NOT NULL AND state IN ('WAITING', 'NEEDS_REVIEW')
    ORDER BY ship_by LIMIT $2";

const SAVE: &str = "
    INSERT INTO confirmation (tenant, id, version, shop, shop_order, marketplace, package, items,
                              shipment, parcel, moment, ship_by, state, told, told_number, handle,
                              news, doubtful, attempts, next_try_at, fault, at_risk, noted,
                              created_at, updated_at)
    SELECT value->>'tenant', value->>'id', CAST(value->>'version' AS BIGINT), value->>'shop',
           value->>'shop_order', value->>'marketplace', CAST(value->>'package' AS BIGINT),
           value->>'items', value->>'shipment', CAST(value->>'parcel' AS BIGINT),
           value->>'moment', CAST(value->>'ship_by' AS BIGINT), value->>'state', value->>'told',
           value->>'told_number', value->>'handle', value->>'news',
           CAST(value->>'doubtful' AS BIGINT), CAST(value->>'attempts' AS BIGINT),
           CAST(value->>'next_try_at' AS BIGINT), value->>'fault',
           CAST(value->>'at_risk' AS BIGINT), CAST(value->>'noted' AS BIGINT),
           CAST(value->>'created_at' AS BIGINT), CAST(value->>'updated_at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO UPDATE SET
        version = excluded.version, marketplace = excluded.marketplace, items = excluded.items,
        shipment = excluded.shipment, moment = excluded.moment, ship_by = excluded.ship_by,
        state = excluded.state, told = excluded.told, told_number = excluded.told_number,
        handle = excluded.handle, news = excluded.news, doubtful = excluded.doubtful,
        attempts = excluded.attempts, next_try_at = excluded.next_try_at, fault = excluded.fault,
        at_risk = excluded.at_risk, noted = excluded.noted, updated_at = excluded.updated_at";

const WANTED_READERS: &str = "
    SELECT r.name, r.seq FROM json_each($1) AS w JOIN log_reader AS r ON r.name = w.value->>0";

const READER: &str = "SELECT name, seq FROM log_reader WHERE name = $1";

const SAVE_READERS: &str = "
    INSERT INTO log_reader (name, seq)
    SELECT value->>0, CAST(value->>1 AS BIGINT) FROM json_each($1) WHERE true
    ON CONFLICT (name) DO UPDATE SET seq = excluded.seq";

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, ConfirmationId)>,
) -> Result<Vec<Confirmation>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn load_of_orders(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, String, String)>,
) -> Result<Vec<Confirmation>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(OF_ORDERS).json(wanted)?, read).await
}

pub(super) async fn load_readers(
    on: &mut Connection,
    wanted: &BTreeSet<String>,
) -> Result<Vec<(String, i64)>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<_> = wanted.iter().map(|name| [name]).collect();
    statement::all(on, Statement::of(WANTED_READERS).json(&names)?, read_reader).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    confirmations: impl Iterator<Item = &'a Confirmation>,
) -> Result<()> {
    let row = |kept: &Confirmation| {
        json!({
            "tenant": kept.tenant,
            "id": kept.id,
            "version": kept.version,
            "shop": kept.shop,
            "shop_order": kept.order,
            "marketplace": kept.marketplace,
            "package": kept.package,
            "items": json!(kept.items).to_string(),
            "shipment": kept.shipment,
            "parcel": kept.parcel,
            "moment": kept.moment.name(),
            "ship_by": maybe_micros(kept.ship_by),
            "state": kept.state.name(),
            "told": kept.told.as_ref().map(|told| json!(told).to_string()),
            "told_number": kept.told.as_ref().map(|told| &told.number),
            "handle": kept.handle,
            "news": json!(kept.news).to_string(),
            "doubtful": i64::from(kept.doubtful),
            "attempts": kept.attempts,
            "next_try_at": maybe_micros(kept.next_try_at),
            "fault": kept.fault.as_ref().map(|fault| json!(fault).to_string()),
            "at_risk": i64::from(kept.at_risk),
            "noted": kept.noted,
            "created_at": micros(kept.created_at),
            "updated_at": micros(kept.updated_at),
        })
    };
    statement::write(on, SAVE, confirmations.map(row).collect()).await
}

pub(super) async fn save_readers<'a>(
    on: &mut Connection,
    readers: impl Iterator<Item = (&'a String, &'a i64)>,
) -> Result<()> {
    let rows = readers.map(|(name, seq)| json!([name, seq])).collect();
    statement::write(on, SAVE_READERS, rows).await
}

pub(super) async fn by_id(
    on: &Reads,
    tenant: &Tenant,
    id: &ConfirmationId,
) -> Result<Option<Confirmation>> {
    let statement = Statement::of(BY_ID).text(tenant).text(id);
    statement::one(on, statement, read).await
}

pub(super) async fn list(
    on: &Reads,
    tenant: &Tenant,
    filter: &ConfirmationFilter,
    page: Page<'_, ConfirmationId>,
) -> Result<Vec<Confirmation>> {
    let (state, shop, order) = (
        filter.state.map(ConfirmationState::name),
        filter.shop.as_ref(),
        filter.order.as_ref(),
    );
    let of = |sql| {
        Statement::of(sql)
            .text(tenant)
            .text(statement::after(&page))
            .int(page.limit)
    };
    let statement = match (&filter.shipment, filter.state) {
        (Some(shipment), _) => of(OF_SHIPMENT).text(shipment).maybe_text(state),
        (None, Some(ConfirmationState::NeedsReview)) => of(IN_REVIEW),
        (None, _) => of(LIST).maybe_text(state),
    };
    let statement = statement.maybe_text(shop).maybe_text(order);
    statement::all(on, statement, read).await
}

pub(super) async fn of_shipments(
    on: &Reads,
    tenant: &Tenant,
    shipments: &[ShipmentId],
) -> Result<Vec<Confirmation>> {
    let rows: Vec<_> = shipments
        .iter()
        .map(|shipment| (tenant, shipment))
        .collect();
    statement::all(on, Statement::of(OF_SHIPMENTS).json(&rows)?, read).await
}

pub(super) async fn by_number(
    on: &Reads,
    tenant: &Tenant,
    number: &str,
    limit: u32,
) -> Result<Vec<Confirmation>> {
    let statement = Statement::of(BY_NUMBER)
        .text(tenant)
        .text(number)
        .int(limit);
    statement::all(on, statement, read).await
}

pub(super) async fn late(on: &Reads, before: Timestamp, limit: u32) -> Result<Vec<Confirmation>> {
    let statement = Statement::of(LATE).int(micros(before)).int(limit);
    statement::all(on, statement, read).await
}

pub(super) async fn reader(on: &Reads, name: &str) -> Result<i64> {
    let found = statement::one(on, Statement::of(READER).text(name), read_reader).await?;
    Ok(found.map_or(0, |(_, seq)| seq))
}

fn read_reader(row: &Cells<'_>) -> Result<(String, i64)> {
    Ok((row.text("name")?, row.int("seq")?))
}

fn read(row: &Cells<'_>) -> Result<Confirmation> {
    let moment = |name: &str| {
        let mut all = Moment::ALL.iter();
        all.find(|(_, own)| *own == name).map(|(moment, _)| *moment)
    };
    Ok(Confirmation {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        version: row.int("version")?,
        shop: row.text("shop")?,
        order: row.text("shop_order")?,
        marketplace: row.maybe_text("marketplace")?,
        package: row.number("package")?,
        items: row.json("items")?,
        shipment: row.parsed("shipment")?,
        parcel: row.number("parcel")?,
        moment: row.named("moment", moment)?,
        ship_by: row.maybe_time("ship_by")?,
        state: row.named("state", ConfirmationState::named)?,
        told: row.maybe_json("told")?,
        handle: row.maybe_text("handle")?,
        news: row.json("news")?,
        doubtful: row.flag("doubtful")?,
        attempts: row.number("attempts")?,
        next_try_at: row.maybe_time("next_try_at")?,
        fault: row.maybe_json("fault")?,
        at_risk: row.flag("at_risk")?,
        noted: row.int("noted")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
