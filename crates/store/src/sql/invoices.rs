//! Lines of carriers' invoices.

use std::collections::BTreeSet;

use parcelgate_domain::{AccountId, Money};
use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::rules::InvoiceKey;
use crate::{InvoiceLine, NewInvoiceLine, Result, ShipmentId, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[WANTED, OF_INVOICE, OF_SHIPMENTS, SAVE];

const WANTED: &str = "
    SELECT l.* FROM json_each($1) AS w
    JOIN invoice_line AS l ON l.tenant = w.value->>0 AND l.account = w.value->>1
        AND l.invoice = w.value->>2 AND l.line = w.value->>3";

const OF_INVOICE: &str = "
    SELECT * FROM invoice_line
    WHERE tenant = $1 AND account = $2 AND invoice = $3 AND line > $4
    ORDER BY line LIMIT $5";

const OF_SHIPMENTS: &str = "
    SELECT l.* FROM json_each($1) AS w
    JOIN invoice_line AS l ON l.tenant = w.value->>0 AND l.shipment = w.value->>1
    WHERE l.shipment IS NOT NULL
    ORDER BY l.shipment, l.account, l.invoice, l.line";

const SAVE: &str = "
    INSERT INTO invoice_line (tenant, account, invoice, line, invoiced_on, number, carrier_number,
                              reference, kind, minor, currency, shipment, imported_at)
    SELECT value->>'tenant', value->>'account', value->>'invoice', value->>'line',
           value->>'invoiced_on', value->>'number', value->>'carrier_number',
           value->>'reference', value->>'kind', CAST(value->>'minor' AS BIGINT),
           value->>'currency', value->>'shipment', CAST(value->>'imported_at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, account, invoice, line) DO UPDATE SET shipment = excluded.shipment";

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<InvoiceKey>,
) -> Result<Vec<InvoiceLine>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    lines: impl Iterator<Item = &'a InvoiceLine>,
) -> Result<()> {
    let row = |kept: &InvoiceLine| {
        let line = &kept.line;
        json!({
            "tenant": kept.tenant,
            "account": line.account,
            "invoice": line.invoice,
            "line": line.key,
            "invoiced_on": line.invoiced_on,
            "number": line.number,
            "carrier_number": line.carrier_number,
            "reference": line.reference,
            "kind": line.kind,
            "minor": line.amount.minor(),
            "currency": line.amount.currency(),
            "shipment": line.shipment,
            "imported_at": micros(kept.imported_at),
        })
    };
    statement::write(on, SAVE, lines.map(row).collect()).await
}

pub(super) async fn of_invoice(
    on: &Reads,
    tenant: &Tenant,
    (account, invoice): (&AccountId, &str),
    (after, limit): (&str, u32),
) -> Result<Vec<InvoiceLine>> {
    let statement = Statement::of(OF_INVOICE)
        .text(tenant)
        .text(account)
        .text(invoice)
        .text(after)
        .int(limit);
    statement::all(on, statement, read).await
}

pub(super) async fn of_shipments(
    on: &Reads,
    tenant: &Tenant,
    shipments: &[ShipmentId],
) -> Result<Vec<InvoiceLine>> {
    let wanted: Vec<_> = shipments.iter().map(|id| (tenant, id)).collect();
    statement::all(on, Statement::of(OF_SHIPMENTS).json(&wanted)?, read).await
}

fn read(row: &Cells<'_>) -> Result<InvoiceLine> {
    let currency = row.parsed("currency")?;
    Ok(InvoiceLine {
        tenant: row.parsed("tenant")?,
        line: NewInvoiceLine {
            account: row.parsed("account")?,
            invoice: row.text("invoice")?,
            key: row.text("line")?,
            invoiced_on: row.parsed("invoiced_on")?,
            number: row.maybe_text("number")?,
            carrier_number: row.maybe_text("carrier_number")?,
            reference: row.maybe_text("reference")?,
            kind: row.text("kind")?,
            amount: Money::of_minor(row.int("minor")?, currency),
            shipment: row.maybe_parsed("shipment")?,
        },
        imported_at: row.time("imported_at")?,
    })
}
