//! With whom the carriers' quotas are shared.

use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::anyhow;
use parcelgate_domain::{ExposeSecret, Secret};
use parcelgate_wire::Sharing;
use serde::Deserialize;

/// Whether gateways share the quotas of their accounts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaConfig {
    /// The Redis through which they do; empty: each has the quotas to itself. There may be a
    /// password in it.
    pub redis_url: Secret,
    /// How many gateways there may be at one time; 0: not said.
    pub replicas_max: u32,
    /// How long Redis may take to answer, in milliseconds.
    pub answer_ms_max: u64,
}

/// So many could not each have a part of any quota.
const REPLICAS_MAX: u32 = 1_000;

/// Longer than this a purchase does not wait for Redis.
const ANSWER_MS_MAX: u64 = 500;

impl QuotaConfig {
    /// What the quotas are shared through, if they are. To be called in a runtime.
    ///
    /// # Errors
    /// When `redis_url` is no address of a Redis.
    pub fn sharing(&self) -> anyhow::Result<Option<Sharing>> {
        let Some(replicas) = self.replicas() else {
            return Ok(None);
        };
        let answer_max = Duration::from_millis(self.answer_ms_max);
        let sharing = Sharing::through_redis(&self.redis_url, replicas, answer_max);
        let sharing = sharing.map_err(|error| anyhow!("quota.redis_url cannot be used: {error}"));
        Ok(Some(sharing?))
    }

    fn is_set(&self) -> bool {
        !self.redis_url.expose_secret().is_empty()
    }

    fn replicas(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.replicas_max).filter(|_| self.is_set())
    }

    /// All that is wrong with it.
    pub(super) fn violations(&self) -> Vec<String> {
        let replicas = self.replicas_max;
        let answer_ms = self.answer_ms_max;
        let shared = self.is_set();
        let rules = [
            (
                shared && replicas == 0,
                "quota.redis_url is set without quota.replicas_max: set it to how many gateways \
                 there may be at one time, 1 to 1000"
                    .to_owned(),
            ),
            (
                !shared && replicas > 0,
                format!("quota.replicas_max is {replicas} without quota.redis_url: set both"),
            ),
            (
                replicas > REPLICAS_MAX,
                format!("quota.replicas_max is {replicas}: 1 to {REPLICAS_MAX} are allowed"),
            ),
            (
                !(1..=ANSWER_MS_MAX).contains(&answer_ms),
                format!("quota.answer_ms_max is {answer_ms}: 1 to {ANSWER_MS_MAX} are allowed"),
            ),
            (
                shared && !Sharing::may_be_through(&self.redis_url),
                "quota.redis_url is no address of a Redis: redis://host:port, or rediss:// over TLS"
                    .to_owned(),
            ),
        ];
        let broken = rules.into_iter().filter(|(broken, _)| *broken);
        broken.map(|(_, says)| says).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(redis_url: &str, replicas_max: u32, answer_ms_max: u64) -> QuotaConfig {
        QuotaConfig {
            redis_url: redis_url.into(),
            replicas_max,
            answer_ms_max,
        }
    }

    #[test]
    fn it_is_shared_by_so_many_or_not_at_all() {
        let url = "redis://parcelgate:hunter2@redis.example:6379";
        assert!(config("", 0, 50).sharing().unwrap().is_none());
        assert!(config(url, 3, 50).violations().is_empty());
        assert!(config("", 0, 50).violations().is_empty());
        let known = [
            (config(url, 0, 50), &["replicas_max"][..]),
            (config("", 3, 50), &["redis_url"]),
            (config(url, 5_000, 0), &["replicas_max", "answer_ms_max"]),
            (config("http://hunter2@redis", 3, 50), &["redis_url"]),
        ];
        for (config, fields) in known {
            let violations = config.violations();
            assert_eq!(violations.len(), fields.len(), "{violations:?}");
            for (violation, field) in violations.iter().zip(fields) {
                assert!(violation.contains(&format!("quota.{field}")), "{violation}");
                assert!(!format!("{config:?} {violation}").contains("hunter2"));
            }
        }
    }
}
