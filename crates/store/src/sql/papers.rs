//! What carriers gave, byte for byte: labels and replies.

use parcelgate_domain::LabelFormat;
use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Pile, Statement};
use crate::{Evidence, LabelRecord, Result, ShipmentId, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[LABELS, EVIDENCE, SAVE_LABELS, SAVE_EVIDENCE];

const LABELS: &str = "
    SELECT * FROM label WHERE tenant = $1 AND shipment = $2 ORDER BY parcel, format";

const EVIDENCE: &str = "
    SELECT * FROM evidence WHERE tenant = $1 AND shipment = $2 ORDER BY ordinal";

const SAVE_LABELS: &str = "
    INSERT INTO label (tenant, shipment, parcel, format, sha256, bytes)
    SELECT value->>'tenant', value->>'shipment', CAST(value->>'parcel' AS BIGINT),
           value->>'format', substr($2, CAST(value->>'sha256_from' AS INTEGER), 32),
           substr($2, CAST(value->>'from' AS INTEGER), CAST(value->>'length' AS INTEGER))
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, shipment, parcel, format) DO NOTHING";

const SAVE_EVIDENCE: &str = "
    INSERT INTO evidence (tenant, shipment, epoch, sent_at, reply)
    SELECT value->>'tenant', value->>'shipment', CAST(value->>'epoch' AS BIGINT),
           CAST(value->>'sent_at' AS BIGINT),
           substr($2, CAST(value->>'from' AS INTEGER), CAST(value->>'length' AS INTEGER))
    FROM json_each($1)";

pub(super) async fn save_labels(
    on: &mut Connection,
    labels: &[(Tenant, LabelRecord)],
) -> Result<()> {
    let mut pile = Pile::default();
    let row = |(tenant, label): &(Tenant, LabelRecord)| {
        let (sha256_from, _) = pile.put(&label.sha256);
        let (from, length) = pile.put(label.bytes.as_ref());
        json!({
            "tenant": tenant,
            "shipment": label.shipment,
            "parcel": label.parcel,
            "format": label.format.name(),
            "sha256_from": sha256_from,
            "from": from,
            "length": length,
        })
    };
    let rows = labels.iter().map(row).collect();
    statement::write_with(on, SAVE_LABELS, rows, pile).await
}

pub(super) async fn save_evidence(
    on: &mut Connection,
    evidence: &[(Tenant, Evidence)],
) -> Result<()> {
    let mut pile = Pile::default();
    let row = |(tenant, evidence): &(Tenant, Evidence)| {
        let (from, length) = pile.put(evidence.reply.as_ref());
        json!({
            "tenant": tenant,
            "shipment": evidence.shipment,
            "epoch": evidence.epoch,
            "sent_at": micros(evidence.sent_at),
            "from": from,
            "length": length,
        })
    };
    let rows = evidence.iter().map(row).collect();
    statement::write_with(on, SAVE_EVIDENCE, rows, pile).await
}

pub(super) async fn labels(
    on: &Reads,
    tenant: &Tenant,
    id: &ShipmentId,
) -> Result<Vec<LabelRecord>> {
    let statement = Statement::of(LABELS).text(tenant).text(id);
    statement::all(on, statement, read_label).await
}

pub(super) async fn evidence(
    on: &Reads,
    tenant: &Tenant,
    id: &ShipmentId,
) -> Result<Vec<Evidence>> {
    let statement = Statement::of(EVIDENCE).text(tenant).text(id);
    statement::all(on, statement, read_evidence).await
}

fn read_label(row: &Cells<'_>) -> Result<LabelRecord> {
    Ok(LabelRecord {
        shipment: row.parsed("shipment")?,
        parcel: row.number("parcel")?,
        format: row.parsed::<LabelFormat>("format")?,
        sha256: row.digest("sha256")?,
        bytes: row.bytes("bytes")?.into(),
    })
}

fn read_evidence(row: &Cells<'_>) -> Result<Evidence> {
    Ok(Evidence {
        shipment: row.parsed("shipment")?,
        epoch: row.int("epoch")?,
        sent_at: row.time("sent_at")?,
        reply: row.bytes("reply")?.into(),
    })
}
