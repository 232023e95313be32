//! Shipments and their orders.

use std::collections::BTreeSet;

use jiff::Timestamp;
use parcelgate_domain::{AccountId, Personal, PurchaseState, Reference, Service, ServiceCode};
use serde_json::json;

use super::cells::{Cells, maybe_micros, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::{
    Page, Purchase, ReplaceReason, Replaces, Result, ShipmentFilter, ShipmentId, Tenant, Version,
};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[
    WANTED,
    WANTED_BY_REFERENCE,
    WANTED_TWINS,
    BY_ID,
    BY_REFERENCE,
    LIST,
    LIST_BY_ORDER_NUMBER,
    LAST_BOUGHT,
    UNSETTLED_ACCOUNTS,
    UNSETTLED,
    IN_REVIEW,
    ORDER,
    SAVE,
    SAVE_ORDERS,
];

const WANTED: &str = "
    SELECT s.* FROM json_each($1) AS w
    JOIN shipment AS s ON s.tenant = w.value->>0 AND s.id = w.value->>1";

const WANTED_BY_REFERENCE: &str = "
    SELECT s.* FROM json_each($1) AS w
    JOIN shipment AS s ON s.tenant = w.value->>0 AND s.reference = w.value->>1";

// The last conditions are word for word those of the index.
const WANTED_TWINS: &str = "
    SELECT s.* FROM json_each($1) AS w
    JOIN shipment AS s ON s.tenant = w.value->>0 AND s.twin = w.value->>1
    WHERE s.twin IS NOT NULL AND s.state NOT IN ('REJECTED', 'CANCELLED', 'ABSENT', 'VOIDED')";

const BY_ID: &str = "SELECT * FROM shipment WHERE tenant = $1 AND id = $2";

const BY_REFERENCE: &str = "SELECT * FROM shipment WHERE tenant = $1 AND reference = $2";

const LIST: &str = "
    SELECT * FROM shipment
    WHERE tenant = $1 AND id > $2
      AND (CAST($4 AS TEXT) IS NULL OR state = $4)
      AND (CAST($5 AS TEXT) IS NULL OR carrier = $5)
      AND (CAST($6 AS TEXT) IS NULL OR account = $6)
    ORDER BY id LIMIT $3";

const LIST_BY_ORDER_NUMBER: &str = "
    SELECT * FROM shipment
    WHERE tenant = $1 AND id > $2
      AND (CAST($4 AS TEXT) IS NULL OR state = $4)
      AND (CAST($5 AS TEXT) IS NULL OR carrier = $5)
      AND (CAST($6 AS TEXT) IS NULL OR account = $6)
      AND order_number = $7
    ORDER BY id LIMIT $3";

// Ids go by the time at which they were given.
const LAST_BOUGHT: &str = "
    SELECT * FROM shipment
    WHERE tenant = $1 AND id >= $2 AND account = $3 AND state = 'PURCHASED' AND updated_at <= $4
    ORDER BY id DESC LIMIT 1";

// The condition is word for word that of the index, here and in the next.
const UNSETTLED_ACCOUNTS: &str = "
    SELECT DISTINCT account FROM shipment
    WHERE state IN ('ACCEPTED', 'SENDING', 'UNKNOWN', 'PURCHASED_NO_LABEL', 'VOID_WANTED',
                    'VOIDING', 'VOID_UNKNOWN')
    ORDER BY account";

const UNSETTLED: &str = "
    SELECT * FROM shipment
    WHERE state IN ('ACCEPTED', 'SENDING', 'UNKNOWN', 'PURCHASED_NO_LABEL', 'VOID_WANTED',
                    'VOIDING', 'VOID_UNKNOWN')
      AND account = $1
      AND (state <> 'ACCEPTED' OR awaits_void <> 0 OR updated_at < $3)
      AND (state NOT IN ('SENDING', 'VOIDING') OR coalesce(lease_until, $2) <= $2)
      AND (updated_at, id) > ($4, $5)
    ORDER BY updated_at, id LIMIT $6";

// The last condition is word for word that of the index.
const IN_REVIEW: &str = "
    SELECT * FROM shipment WHERE tenant = $1 AND id > $2 AND state = 'NEEDS_REVIEW'
    ORDER BY id LIMIT $3";

const ORDER: &str = "SELECT body FROM shipment_order WHERE tenant = $1 AND shipment = $2";

const SAVE: &str = "
    INSERT INTO shipment (tenant, id, reference, account, carrier, service_code, service_name,
                          state, epoch, carrier_number, parcels, charged_minor, charged_currency,
                          quoted_minor, quoted_currency, invoiced, order_number, twin,
                          replaces, replace_reason, awaits_void, replaced_by, fault,
                          created_at, updated_at, lease_until, restored_at)
    SELECT value->>'tenant', value->>'id', value->>'reference', value->>'account',
           value->>'carrier', value->>'service_code', value->>'service_name', value->>'state',
           CAST(value->>'epoch' AS BIGINT), value->>'carrier_number', value->>'parcels',
           CAST(value->'charged'->>'minor' AS BIGINT), value->'charged'->>'currency',
           CAST(value->'quoted'->>'minor' AS BIGINT), value->'quoted'->>'currency',
           value->>'invoiced',
           value->>'order_number', value->>'twin', value->'replaces'->>'shipment',
           value->'replaces'->>'reason', CAST(value->>'awaits_void' AS BIGINT),
           value->>'replaced_by', value->>'fault',
           CAST(value->>'created_at' AS BIGINT),
           CAST(value->>'updated_at' AS BIGINT), CAST(value->>'lease_until' AS BIGINT),
           CAST(value->>'restored_at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO UPDATE SET
        state = excluded.state, epoch = excluded.epoch, carrier_number = excluded.carrier_number,
        parcels = excluded.parcels, charged_minor = excluded.charged_minor,
        charged_currency = excluded.charged_currency, invoiced = excluded.invoiced,
        replaced_by = excluded.replaced_by, fault = excluded.fault,
        updated_at = excluded.updated_at, lease_until = excluded.lease_until,
        restored_at = excluded.restored_at";

const SAVE_ORDERS: &str = "
    INSERT INTO shipment_order (tenant, shipment, body)
    SELECT value->>0, value->>1, value->>2 FROM json_each($1)";

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, ShipmentId)>,
) -> Result<Vec<Purchase>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn load_by_reference(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, Reference)>,
) -> Result<Vec<Purchase>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let statement = Statement::of(WANTED_BY_REFERENCE).json(wanted)?;
    statement::all(on, statement, read).await
}

pub(super) async fn load_twins(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, String)>,
) -> Result<Vec<Purchase>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let statement = Statement::of(WANTED_TWINS).json(wanted)?;
    statement::all(on, statement, read).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    shipments: impl Iterator<Item = &'a Purchase>,
) -> Result<()> {
    let row = |shipment: &Purchase| {
        json!({
            "tenant": shipment.tenant,
            "id": shipment.id,
            "reference": shipment.reference,
            "account": shipment.account,
            "carrier": shipment.carrier,
            "service_code": shipment.service.code,
            "service_name": shipment.service.name,
            "state": shipment.version.state.name(),
            "epoch": shipment.version.epoch,
            "carrier_number": shipment.carrier_number,
            "parcels": json!(shipment.parcels).to_string(),
            "charged": shipment.charged,
            "quoted": shipment.quoted,
            "invoiced": json!(shipment.invoiced).to_string(),
            "order_number": shipment.order_number,
            "twin": shipment.twin,
            "replaces": shipment.replaces,
            "awaits_void": i64::from(awaits_void(shipment)),
            "replaced_by": shipment.replaced_by,
            "fault": shipment.fault.as_ref().map(|fault| json!(fault).to_string()),
            "created_at": micros(shipment.created_at),
            "updated_at": micros(shipment.updated_at),
            "lease_until": maybe_micros(shipment.lease_until),
            "restored_at": maybe_micros(shipment.restored_at),
        })
    };
    statement::write(on, SAVE, shipments.map(row).collect()).await
}

pub(super) async fn save_orders(
    on: &mut Connection,
    orders: &[(Tenant, ShipmentId, Personal)],
) -> Result<()> {
    let row =
        |(tenant, id, order): &(Tenant, ShipmentId, Personal)| json!([tenant, id, order.expose()]);
    statement::write(on, SAVE_ORDERS, orders.iter().map(row).collect()).await
}

pub(super) async fn by_id(
    on: &Reads,
    tenant: &Tenant,
    id: &ShipmentId,
) -> Result<Option<Purchase>> {
    let statement = Statement::of(BY_ID).text(tenant).text(id);
    statement::one(on, statement, read).await
}

pub(super) async fn by_reference(
    on: &Reads,
    tenant: &Tenant,
    reference: &Reference,
) -> Result<Option<Purchase>> {
    let statement = Statement::of(BY_REFERENCE).text(tenant).text(reference);
    statement::one(on, statement, read).await
}

pub(super) async fn list(
    on: &Reads,
    tenant: &Tenant,
    filter: &ShipmentFilter,
    page: Page<'_, ShipmentId>,
) -> Result<Vec<Purchase>> {
    let sql = match filter.order_number {
        Some(_) => LIST_BY_ORDER_NUMBER,
        None => LIST,
    };
    let mut statement = Statement::of(sql)
        .text(tenant)
        .text(statement::after(&page))
        .int(page.limit)
        .maybe_text(filter.state.map(PurchaseState::name))
        .maybe_text(filter.carrier.as_ref())
        .maybe_text(filter.account.as_ref());
    if let Some(order_number) = &filter.order_number {
        statement = statement.text(order_number);
    }
    statement::all(on, statement, read).await
}

pub(super) async fn last_bought(
    on: &Reads,
    tenant: &Tenant,
    account: &AccountId,
    (accepted_since, stood_since): (Timestamp, Timestamp),
) -> Result<Option<Purchase>> {
    let statement = Statement::of(LAST_BOUGHT)
        .text(tenant)
        .text(ShipmentId::first(accepted_since))
        .text(account)
        .int(micros(stood_since));
    statement::one(on, statement, read).await
}

pub(super) async fn unsettled_accounts(on: &Reads) -> Result<Vec<AccountId>> {
    let statement = Statement::of(UNSETTLED_ACCOUNTS);
    statement::all(on, statement, |row| row.parsed("account")).await
}

pub(super) async fn unsettled(
    on: &Reads,
    account: &AccountId,
    (now, accepted_before): (Timestamp, Timestamp),
    page: Page<'_, (Timestamp, ShipmentId)>,
) -> Result<Vec<Purchase>> {
    let (at, id) = match page.after {
        Some((at, id)) => (micros(*at), id.as_str()),
        None => (i64::MIN, ""),
    };
    let statement = Statement::of(UNSETTLED)
        .text(account)
        .int(micros(now))
        .int(micros(accepted_before))
        .int(at)
        .text(id)
        .int(page.limit);
    statement::all(on, statement, read).await
}

pub(super) async fn in_review(
    on: &Reads,
    tenant: &Tenant,
    page: Page<'_, ShipmentId>,
) -> Result<Vec<Purchase>> {
    let statement = Statement::of(IN_REVIEW)
        .text(tenant)
        .text(statement::after(&page))
        .int(page.limit);
    statement::all(on, statement, read).await
}

pub(super) async fn order(
    on: &Reads,
    tenant: &Tenant,
    id: &ShipmentId,
) -> Result<Option<Personal>> {
    let statement = Statement::of(ORDER).text(tenant).text(id);
    statement::one(on, statement, |row| Ok(row.text("body")?.into())).await
}

fn awaits_void(shipment: &Purchase) -> bool {
    let replaces = shipment.replaces.as_ref();
    replaces.is_some_and(|replaces| replaces.awaits_void)
}

fn replaces(row: &Cells<'_>) -> Result<Option<Replaces>> {
    let Some(shipment) = row.maybe_parsed("replaces")? else {
        return Ok(None);
    };
    Ok(Some(Replaces {
        shipment,
        reason: row.named("replace_reason", ReplaceReason::from_name)?,
        awaits_void: row.flag("awaits_void")?,
    }))
}

fn read(row: &Cells<'_>) -> Result<Purchase> {
    Ok(Purchase {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        reference: row.parsed("reference")?,
        account: row.parsed("account")?,
        carrier: row.text("carrier")?.into(),
        service: Service {
            code: ServiceCode::new(row.text("service_code")?),
            name: row.text("service_name")?,
        },
        version: Version {
            state: row.named("state", PurchaseState::from_name)?,
            epoch: row.int("epoch")?,
        },
        carrier_number: row.maybe_text("carrier_number")?,
        parcels: row.json("parcels")?,
        charged: row.maybe_money("charged_minor", "charged_currency")?,
        quoted: row.maybe_money("quoted_minor", "quoted_currency")?,
        invoiced: row.json("invoiced")?,
        order_number: row.maybe_text("order_number")?,
        twin: row.maybe_text("twin")?,
        replaces: replaces(row)?,
        replaced_by: row.maybe_parsed("replaced_by")?,
        fault: row.maybe_json("fault")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        lease_until: row.maybe_time("lease_until")?,
        restored_at: row.maybe_time("restored_at")?,
    })
}
