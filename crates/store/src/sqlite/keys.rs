//! API keys.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::{SqliteConnection, SqlitePool};

use super::cells::{self, Cells, hex, maybe_micros, micros};
use crate::{ApiKey, KeyId, Page, Result, Tenant};

#[cfg(test)]
pub(super) const SQL: &[&str] = &[WANTED, BY_ID, OF_TENANT, SAVE];

const WANTED: &str = "
    SELECT k.* FROM json_each($1) AS w JOIN api_key AS k ON k.id = w.value";

const BY_ID: &str = "SELECT * FROM api_key WHERE id = $1";

const OF_TENANT: &str = "
    SELECT * FROM api_key WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";

const SAVE: &str = "
    INSERT INTO api_key (tenant, id, name, hash, scopes, created_at, revoked_at, last_used_at)
    SELECT value->>'tenant', value->>'id', value->>'name', unhex(value->>'hash'),
           value->>'scopes', value->>'created_at', value->>'revoked_at', value->>'last_used_at'
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO UPDATE SET
        revoked_at = excluded.revoked_at, last_used_at = excluded.last_used_at";

pub(super) async fn load(
    on: &mut SqliteConnection,
    wanted: &BTreeSet<KeyId>,
) -> Result<Vec<ApiKey>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    cells::all(on, sqlx::query(WANTED).bind(cells::json(wanted)?), read).await
}

pub(super) async fn save<'a>(
    on: &mut SqliteConnection,
    keys: impl Iterator<Item = &'a ApiKey>,
) -> Result<()> {
    let row = |key: &ApiKey| {
        json!({
            "tenant": key.tenant,
            "id": key.id,
            "name": key.name,
            "hash": hex(&key.hash),
            "scopes": key.scopes,
            "created_at": micros(key.created_at),
            "revoked_at": maybe_micros(key.revoked_at),
            "last_used_at": maybe_micros(key.last_used_at),
        })
    };
    cells::write(on, SAVE, keys.map(row).collect()).await
}

pub(super) async fn by_id(on: &SqlitePool, id: &KeyId) -> Result<Option<ApiKey>> {
    cells::one(on, sqlx::query(BY_ID).bind(id.to_string()), read).await
}

pub(super) async fn of_tenant(
    on: &SqlitePool,
    tenant: &Tenant,
    page: Page<'_, KeyId>,
) -> Result<Vec<ApiKey>> {
    let statement = sqlx::query(OF_TENANT)
        .bind(tenant.to_string())
        .bind(cells::after(&page))
        .bind(page.limit);
    cells::all(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<ApiKey> {
    Ok(ApiKey {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        name: row.text("name")?,
        hash: row.digest("hash")?,
        scopes: row.json("scopes")?,
        created_at: row.time("created_at")?,
        revoked_at: row.maybe_time("revoked_at")?,
        last_used_at: row.maybe_time("last_used_at")?,
    })
}
