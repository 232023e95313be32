//! With whom an account's quotas are shared.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use parcelgate_carrier::BoxError;
use parcelgate_domain::Secret;

use crate::pool::Pool;
use crate::redis_pool::Redis;

/// What several gateways share their quotas by: a pool, and how many of them there may be at one
/// time. Made once and handed to every [`Wire`](crate::Wire).
#[derive(Clone)]
pub struct Sharing {
    pub(crate) pool: Arc<dyn Pool>,
    pub(crate) replicas: u32,
    /// How long the pool may take to answer before a gateway goes on without it.
    pub(crate) answer_max: Duration,
}

impl Sharing {
    /// Whether `url` is the address of a Redis. Nothing is connected to.
    #[must_use]
    pub fn may_be_through(url: &Secret) -> bool {
        Redis::may_be_at(url)
    }

    /// Through the Redis at `url` (`redis://` or `rediss://`; there may be a password in it). It is
    /// connected to when it is first needed, and again whenever the connection is lost. More than
    /// `replicas_max` gateways at one time may together exceed a quota while Redis is away.
    /// To be called in a runtime.
    ///
    /// # Errors
    /// When `url` is none; the error does not tell it.
    pub fn through_redis(
        url: &Secret,
        replicas_max: NonZeroU32,
        answer_max: Duration,
    ) -> Result<Self, BoxError> {
        let pool = Redis::at(url, answer_max);
        let pool = pool.map_err(|_| "it must be redis://host:port or rediss://host:port")?;
        Ok(Self {
            pool: Arc::new(pool),
            replicas: replicas_max.get(),
            answer_max,
        })
    }
}

impl fmt::Debug for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharing")
            .field("replicas", &self.replicas)
            .field("answer_max", &self.answer_max)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(url: &str) -> Result<Sharing, BoxError> {
        let replicas = NonZeroU32::MIN;
        Sharing::through_redis(&Secret::from(url), replicas, Duration::from_millis(50))
    }

    #[tokio::test]
    async fn its_password_is_not_shown() {
        let sharing = through("redis://parcelgate:hunter2@127.0.0.1:1").unwrap();
        let away = sharing.pool.time().await.unwrap_err();
        let wrong = through("http://parcelgate:hunter2@127.0.0.1:1").unwrap_err();
        let said = format!("{sharing:?} {away} {away:?} {wrong} {wrong:?}");
        assert!(!said.contains("hunter2"), "{said}");
    }

    #[tokio::test]
    async fn its_connection_may_be_secured() {
        let sharing = through("rediss://127.0.0.1:1").unwrap();
        assert!(sharing.pool.time().await.is_err(), "nobody listens there");
    }
}
