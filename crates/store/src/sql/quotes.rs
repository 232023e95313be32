//! Quotes.

use serde_json::json;

use super::cells::{Cells, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::{QuoteId, QuoteRecord, Result, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[BY_ID, SAVE, FORGET];

const BY_ID: &str = "SELECT * FROM quote WHERE tenant = $1 AND id = $2";

const SAVE: &str = "
    INSERT INTO quote (tenant, id, account, carrier, body, created_at, expires_at)
    SELECT value->>'tenant', value->>'id', value->>'account', value->>'carrier', value->>'body',
           CAST(value->>'created_at' AS BIGINT), CAST(value->>'expires_at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO NOTHING";

const FORGET: &str = "
    DELETE FROM quote WHERE (tenant, id) IN (
        SELECT tenant, id FROM quote WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";

/// How long a quote is kept after it has expired, so that a late buyer hears "expired", not
/// "never heard of".
const KEPT_MICROS: i64 = 7 * 24 * 3_600 * 1_000_000;

/// Writes quotes, and forgets as many of the oldest, twice over, if their time has come.
pub(super) async fn save(on: &mut Connection, quotes: &[QuoteRecord]) -> Result<()> {
    let Some(now) = quotes.iter().map(|quote| micros(quote.created_at)).max() else {
        return Ok(());
    };
    let row = |quote: &QuoteRecord| {
        json!({
            "tenant": quote.tenant,
            "id": quote.id,
            "account": quote.account,
            "carrier": quote.carrier,
            "body": quote.body,
            "created_at": micros(quote.created_at),
            "expires_at": micros(quote.expires_at),
        })
    };
    statement::write(&mut *on, SAVE, quotes.iter().map(row).collect()).await?;
    let many = u32::try_from(quotes.len()).unwrap_or(u32::MAX);
    let forget = Statement::of(FORGET)
        .int(now.saturating_sub(KEPT_MICROS))
        .int(many.saturating_mul(2));
    statement::run(on, forget).await
}

pub(super) async fn by_id(
    on: &Reads,
    tenant: &Tenant,
    id: &QuoteId,
) -> Result<Option<QuoteRecord>> {
    let statement = Statement::of(BY_ID).text(tenant).text(id);
    statement::one(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<QuoteRecord> {
    Ok(QuoteRecord {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        account: row.parsed("account")?,
        carrier: row.text("carrier")?.into(),
        body: row.text("body")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}
