//! API keys.

use std::collections::BTreeSet;

use serde_json::json;

use super::cells::{Cells, maybe_micros, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Pile, Statement};
use crate::{ApiKey, KeyId, Page, Result, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[WANTED, BY_ID, OF_TENANT, SAVE];

const WANTED: &str = "
    SELECT k.* FROM json_each($1) AS w JOIN api_key AS k ON k.id = w.value->>0";

const BY_ID: &str = "SELECT * FROM api_key WHERE id = $1";

const OF_TENANT: &str = "
    SELECT * FROM api_key WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";

const SAVE: &str = "
    INSERT INTO api_key (tenant, id, name, hash, scopes, spend_limit_minor,
                         spend_limit_currency, created_at, revoked_at, last_used_at)
    SELECT value->>'tenant', value->>'id', value->>'name',
           substr($2, CAST(value->>'hash_from' AS INTEGER), 32), value->>'scopes',
           CAST(value->'spend_limit'->>'minor' AS BIGINT), value->'spend_limit'->>'currency',
           CAST(value->>'created_at' AS BIGINT), CAST(value->>'revoked_at' AS BIGINT),
           CAST(value->>'last_used_at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO UPDATE SET
        revoked_at = excluded.revoked_at, last_used_at = excluded.last_used_at";

pub(super) async fn load(on: &mut Connection, wanted: &BTreeSet<KeyId>) -> Result<Vec<ApiKey>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<_> = wanted.iter().map(|id| [id]).collect();
    statement::all(on, Statement::of(WANTED).json(&wanted)?, read).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    keys: impl Iterator<Item = &'a ApiKey>,
) -> Result<()> {
    let mut pile = Pile::default();
    let row = |key: &ApiKey| {
        let (hash_from, _) = pile.put(&key.hash);
        json!({
            "tenant": key.tenant,
            "id": key.id,
            "name": key.name,
            "hash_from": hash_from,
            "scopes": json!(key.scopes).to_string(),
            "spend_limit": key.spend_limit,
            "created_at": micros(key.created_at),
            "revoked_at": maybe_micros(key.revoked_at),
            "last_used_at": maybe_micros(key.last_used_at),
        })
    };
    let rows = keys.map(row).collect();
    statement::write_with(on, SAVE, rows, pile).await
}

pub(super) async fn by_id(on: &Reads, id: &KeyId) -> Result<Option<ApiKey>> {
    statement::one(on, Statement::of(BY_ID).text(id), read).await
}

pub(super) async fn of_tenant(
    on: &Reads,
    tenant: &Tenant,
    page: Page<'_, KeyId>,
) -> Result<Vec<ApiKey>> {
    let statement = Statement::of(OF_TENANT)
        .text(tenant)
        .text(statement::after(&page))
        .int(page.limit);
    statement::all(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<ApiKey> {
    Ok(ApiKey {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        name: row.text("name")?,
        hash: row.digest("hash")?,
        scopes: row.json("scopes")?,
        spend_limit: row.maybe_money("spend_limit_minor", "spend_limit_currency")?,
        created_at: row.time("created_at")?,
        revoked_at: row.maybe_time("revoked_at")?,
        last_used_at: row.maybe_time("last_used_at")?,
    })
}
