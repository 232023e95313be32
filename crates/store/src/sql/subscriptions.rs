//! Subscriptions.

use std::collections::BTreeSet;

use jiff::Timestamp;
use parcelgate_domain::{ExposeSecret, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::cells::{Cells, maybe_micros, micros};
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::{
    Page, Result, RetiredKeys, SigningKeys, Subscription, SubscriptionId, SubscriptionState, Tenant,
};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[WANTED, BY_ID, LIST, BEHIND, SAVE, DELETE, DELETE_DELIVERIES];

const WANTED: &str = "
    SELECT s.* FROM json_each($1) AS w
    JOIN subscription AS s ON s.tenant = w.value->>0 AND s.id = w.value->>1";

const BY_ID: &str = "SELECT * FROM subscription WHERE tenant = $1 AND id = $2";

const LIST: &str = "
    SELECT * FROM subscription WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";

const BEHIND: &str = "
    SELECT * FROM subscription AS s
    WHERE state = 'ACTIVE'
      AND EXISTS (SELECT 1 FROM event AS e WHERE e.tenant = s.tenant AND e.seq > s.cursor)
      AND (SELECT count(*) FROM (
               SELECT 1 FROM delivery AS d
               WHERE d.tenant = s.tenant AND d.subscription = s.id AND d.state = 'PENDING'
               LIMIT $1) AS pending) < $1
    ORDER BY cursor LIMIT $2";

const SAVE: &str = "
    INSERT INTO subscription (tenant, id, url, secret, signing_key, retired, filter, latest_only,
                              state, reason, cursor, created_at, failing_since, strain, rest_until)
    SELECT value->>'tenant', value->>'id', value->>'url', value->>'secret',
           value->>'signing_key', value->>'retired', value->>'filter',
           CAST(value->>'latest_only' AS BIGINT),
           value->>'state', value->>'reason', CAST(value->>'cursor' AS BIGINT),
           CAST(value->>'created_at' AS BIGINT), CAST(value->>'failing_since' AS BIGINT),
           CAST(value->>'strain' AS BIGINT), CAST(value->>'rest_until' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO UPDATE SET
        url = excluded.url, secret = excluded.secret, signing_key = excluded.signing_key,
        retired = excluded.retired, filter = excluded.filter, latest_only = excluded.latest_only,
        state = excluded.state, reason = excluded.reason, cursor = excluded.cursor,
        failing_since = excluded.failing_since, strain = excluded.strain,
        rest_until = excluded.rest_until";

const DELETE: &str = "
    DELETE FROM subscription WHERE (tenant, id) IN (
        SELECT value->>0, value->>1 FROM json_each($1))";

const DELETE_DELIVERIES: &str = "
    DELETE FROM delivery WHERE (tenant, subscription) IN (
        SELECT value->>0, value->>1 FROM json_each($1))";

type Key = (Tenant, SubscriptionId);

/// Keys that were replaced, as they are kept.
#[derive(Serialize, Deserialize)]
struct Retired {
    secret: String,
    private: Option<String>,
    until: i64,
}

impl Retired {
    fn of(retired: &RetiredKeys) -> Self {
        let shown = |secret: &Secret| secret.expose_secret().to_owned();
        Self {
            secret: shown(&retired.keys.secret),
            private: retired.keys.private.as_ref().map(shown),
            until: micros(retired.until),
        }
    }

    fn read(self) -> RetiredKeys {
        RetiredKeys {
            keys: SigningKeys {
                secret: Secret::from(self.secret),
                private: self.private.map(Secret::from),
            },
            until: Timestamp::from_microsecond(self.until).unwrap_or(Timestamp::MIN),
        }
    }
}

pub(super) async fn load(on: &mut Connection, wanted: &BTreeSet<Key>) -> Result<Vec<Subscription>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    subscriptions: impl Iterator<Item = &'a Subscription>,
) -> Result<()> {
    let row = |subscription: &Subscription| {
        let private = subscription.keys.private.as_ref();
        let retired: Vec<Retired> = subscription.retired.iter().map(Retired::of).collect();
        json!({
            "tenant": subscription.tenant,
            "id": subscription.id,
            "url": subscription.url,
            "secret": subscription.keys.secret.expose_secret(),
            "signing_key": private.map(|private| private.expose_secret()),
            "retired": json!(retired).to_string(),
            "filter": json!(subscription.filter).to_string(),
            "latest_only": i64::from(subscription.latest_only),
            "state": subscription.state.name(),
            "reason": subscription.reason,
            "cursor": subscription.cursor,
            "created_at": micros(subscription.created_at),
            "failing_since": maybe_micros(subscription.failing_since),
            "strain": subscription.strain,
            "rest_until": maybe_micros(subscription.rest_until),
        })
    };
    statement::write(on, SAVE, subscriptions.map(row).collect()).await
}

/// Deletes subscriptions with their deliveries.
pub(super) async fn delete<'a>(
    on: &mut Connection,
    keys: impl Iterator<Item = &'a Key>,
) -> Result<()> {
    let keys: Vec<_> = keys.map(|key| json!(key)).collect();
    statement::write(&mut *on, DELETE, keys.clone()).await?;
    statement::write(on, DELETE_DELIVERIES, keys).await
}

pub(super) async fn by_id(
    on: &Reads,
    tenant: &Tenant,
    id: &SubscriptionId,
) -> Result<Option<Subscription>> {
    let statement = Statement::of(BY_ID).text(tenant).text(id);
    statement::one(on, statement, read).await
}

pub(super) async fn list(
    on: &Reads,
    tenant: &Tenant,
    page: Page<'_, SubscriptionId>,
) -> Result<Vec<Subscription>> {
    let statement = Statement::of(LIST)
        .text(tenant)
        .text(statement::after(&page))
        .int(page.limit);
    statement::all(on, statement, read).await
}

pub(super) async fn behind(on: &Reads, pending_max: u32, limit: u32) -> Result<Vec<Subscription>> {
    let statement = Statement::of(BEHIND).int(pending_max).int(limit);
    statement::all(on, statement, read).await
}

fn read(row: &Cells<'_>) -> Result<Subscription> {
    let by_name = |name: &str| {
        let all = SubscriptionState::ALL.into_iter();
        all.map(|(state, _)| state)
            .find(|state| state.name() == name)
    };
    let retired: Vec<Retired> = row.json("retired")?;
    Ok(Subscription {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        url: row.text("url")?,
        keys: SigningKeys {
            secret: Secret::from(row.text("secret")?),
            private: row.maybe_text("signing_key")?.map(Secret::from),
        },
        retired: retired.into_iter().map(Retired::read).collect(),
        filter: row.json("filter")?,
        latest_only: row.flag("latest_only")?,
        state: row.named("state", by_name)?,
        reason: row.maybe_text("reason")?,
        cursor: row.int("cursor")?,
        created_at: row.time("created_at")?,
        failing_since: row.maybe_time("failing_since")?,
        strain: row.number("strain")?,
        rest_until: row.maybe_time("rest_until")?,
    })
}
