//! Request ids and their answers.

use std::collections::BTreeSet;

use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Pile, Statement};
use crate::{RequestKey, Reservation, Result, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[WANTED, BY_KEY, SAVE];

const WANTED: &str = "
    SELECT r.* FROM json_each($1) AS w JOIN reservation AS r
        ON r.tenant = w.value->>0 AND r.method = w.value->>1 AND r.request_id = w.value->>2";

const BY_KEY: &str = "
    SELECT * FROM reservation WHERE tenant = $1 AND method = $2 AND request_id = $3";

const SAVE: &str = "
    INSERT INTO reservation (tenant, method, request_id, body_sha256, subject, answer, created_at)
    SELECT value->>'tenant', value->>'method', value->>'request_id',
           substr($2, CAST(value->>'sha256_from' AS INTEGER), 32), value->>'subject',
           substr($2, CAST(value->>'answer_from' AS INTEGER),
                  CAST(value->>'answer_length' AS INTEGER)),
           CAST(value->>'created_at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, method, request_id) DO UPDATE SET answer = excluded.answer";

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, RequestKey)>,
) -> Result<Vec<Reservation>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = wanted.iter();
    let wanted: Vec<_> = wanted
        .map(|(t, key)| (t, &key.method, &key.request_id))
        .collect();
    statement::all(on, Statement::of(WANTED).json(&wanted)?, read).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    reservations: impl Iterator<Item = &'a Reservation>,
) -> Result<()> {
    let mut pile = Pile::default();
    let mut rows = Vec::new();
    for reservation in reservations {
        let (sha256_from, _) = pile.put(&reservation.body_sha256);
        let answer = reservation.answer.as_ref();
        let answer = answer.map(|answer| pile.put(answer.as_ref()));
        rows.push(json!({
            "tenant": reservation.tenant,
            "method": reservation.key.method,
            "request_id": reservation.key.request_id,
            "sha256_from": sha256_from,
            "subject": reservation.subject,
            "answer_from": answer.map(|(from, _)| from),
            "answer_length": answer.map(|(_, length)| length),
            "created_at": micros(reservation.created_at),
        }));
    }
    statement::write_with(on, SAVE, rows, pile).await
}

pub(super) async fn by_key(
    on: &Reads,
    tenant: &Tenant,
    key: &RequestKey,
) -> Result<Option<Reservation>> {
    let statement = Statement::of(BY_KEY)
        .text(tenant)
        .text(&key.method)
        .text(&key.request_id);
    statement::one(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<Reservation> {
    Ok(Reservation {
        tenant: row.parsed("tenant")?,
        key: RequestKey {
            method: row.text("method")?,
            request_id: row.text("request_id")?,
        },
        body_sha256: row.digest("body_sha256")?,
        subject: row.text("subject")?,
        answer: row.maybe_bytes("answer")?.map(Into::into),
        created_at: row.time("created_at")?,
    })
}
