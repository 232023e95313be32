//! API keys: made here, shown once, kept as a digest.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};
use moka::future::Cache;
use parcelgate_clock::SharedClock;
use parcelgate_domain::Money;
use parcelgate_store::{ApiKey, Batch, KeyId, Page, Store, Tenant};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Fault, Scope};

/// Makes and checks API keys.
#[derive(Debug, Clone)]
pub struct Keys {
    store: Arc<dyn Store>,
    clock: SharedClock,
    known: Cache<String, Admitted>,
    calls_per_s: NonZeroU32,
    paces: Arc<DefaultKeyedRateLimiter<KeyId>>,
}

/// Whose key it is and what it may do.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Whose.
    pub tenant: Tenant,
    /// Which key it is.
    pub id: KeyId,
    scopes: Arc<[String]>,
    checked_at: Instant,
}

/// Why a key does not admit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no key, or it is not one of ours, or it was revoked.
    #[error(
        "give an API key as metadata: authorization: Bearer pg_...; \
         `parcelgate keys create` makes one"
    )]
    Unknown,
    /// It may not do this.
    #[error("this API key has no scope {0}")]
    Scope(&'static str),
    /// It calls too often.
    #[error("this API key calls more often than {calls_per_s} times a second")]
    TooOften {
        /// How often it may.
        calls_per_s: NonZeroU32,
        /// When it may again.
        after: Duration,
    },
    /// The keys cannot be read.
    #[error("API keys cannot be read")]
    Unreadable,
}

/// How long a key that was revoked may still be believed.
const BELIEVED: Duration = Duration::from_secs(10);
const KNOWN_MAX: u64 = 10_000;
const PREFIX: &str = "pg_";
/// How many keys a list shows.
const LIST_MAX: u32 = 1_000;

impl Keys {
    /// Over this store. One key may call so often in a second, and as often at once.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: SharedClock, calls_per_s: NonZeroU32) -> Self {
        let known = Cache::builder()
            .max_capacity(KNOWN_MAX)
            .time_to_live(BELIEVED)
            .build();
        Self {
            store,
            clock,
            known,
            paces: Arc::new(RateLimiter::keyed(Quota::per_second(calls_per_s))),
            calls_per_s,
        }
    }

    /// Makes a key and returns its text, which nobody can read again. With a `spend_limit` the
    /// purchases of one day (UTC) made with it come to that at most, as they were quoted.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn create(
        &self,
        tenant: &Tenant,
        name: &str,
        scopes: &[Scope],
        spend_limit: Option<Money>,
    ) -> Result<String, Fault> {
        let now = self.clock.now();
        let id = KeyId::fresh(now);
        let secret = format!(
            "{}{}",
            uuid::Uuid::new_v4().simple(),
            uuid::Uuid::new_v4().simple()
        );
        let key = ApiKey {
            tenant: tenant.clone(),
            id: id.clone(),
            name: name.to_owned(),
            hash: Sha256::digest(&secret).into(),
            scopes: scopes.iter().map(|scope| scope.name().to_owned()).collect(),
            spend_limit,
            created_at: now,
            revoked_at: None,
            last_used_at: None,
        };
        self.store
            .apply(Batch::of(tenant, now).create_key(key))
            .await?;
        Ok(format!("{PREFIX}{id}_{secret}"))
    }

    /// The keys of a tenant, without their secrets.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(&self, tenant: &Tenant) -> Result<Vec<ApiKey>, Fault> {
        Ok(self.store.keys(tenant, Page::first(LIST_MAX)).await?)
    }

    /// Ends a key. It may be believed for a few seconds more.
    ///
    /// # Errors
    /// When there is none of that id, or the store fails.
    pub async fn revoke(&self, tenant: &Tenant, id: &KeyId) -> Result<(), Fault> {
        self.store
            .apply(Batch::of(tenant, self.clock.now()).revoke_key(id))
            .await?;
        self.known.invalidate_all();
        Ok(())
    }

    /// Whether the key in `text` may do what `scope` says.
    ///
    /// # Errors
    /// When it may not.
    pub async fn admit(&self, text: &str, scope: Scope) -> Result<Admitted, Refused> {
        let admitted = match self.known.get(text).await {
            Some(known) if is_fresh(&known) => known,
            _ => {
                let admitted = self.check(text).await?;
                self.known.insert(text.to_owned(), admitted.clone()).await;
                admitted
            }
        };
        if !admitted.scopes.iter().any(|held| held == scope.name()) {
            return Err(Refused::Scope(scope.name()));
        }
        let too_often = |until: NotUntil<_>| Refused::TooOften {
            calls_per_s: self.calls_per_s,
            after: until.wait_time_from(DefaultClock::default().now()),
        };
        self.paces.check_key(&admitted.id).map_err(too_often)?;
        Ok(admitted)
    }

    async fn check(&self, text: &str) -> Result<Admitted, Refused> {
        let (id, secret) = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('_'))
            .ok_or(Refused::Unknown)?;
        let id: KeyId = id.parse().map_err(|_| Refused::Unknown)?;
        let key = self.store.key(&id).await.map_err(|_| Refused::Unreadable)?;
        let key = key
            .filter(|key| key.revoked_at.is_none())
            .ok_or(Refused::Unknown)?;
        let digest: [u8; 32] = Sha256::digest(secret).into();
        if !bool::from(digest.ct_eq(&key.hash)) {
            return Err(Refused::Unknown);
        }
        Ok(Admitted {
            tenant: key.tenant,
            id: key.id,
            scopes: key.scopes.into(),
            checked_at: parcelgate_clock::instant(),
        })
    }
}

fn is_fresh(known: &Admitted) -> bool {
    parcelgate_clock::instant().saturating_duration_since(known.checked_at) < BELIEVED
}
