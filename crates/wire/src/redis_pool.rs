//! The pool in Redis. Nothing else here speaks to Redis.

use std::time::Duration;

use async_trait::async_trait;
use parcelgate_carrier::BoxError;
use parcelgate_domain::{ExposeSecret, Secret};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};

use crate::pool::{Answer, Ask, Pause, Pool, Reply};

/// The script that keeps what ADR 21 promises.
const SCRIPT: &str = include_str!("pool.lua");

/// Before the name of every key.
const PREFIX: &str = "parcelgate:quotas:1:";

/// Redis, over one connection that is opened again when it is lost.
pub(crate) struct Redis {
    connection: ConnectionManager,
    script: Script,
}

/// As the script returns it.
pub(crate) type Told = (
    String,
    u64,
    String,
    u64,
    Vec<u32>,
    Vec<u32>,
    Vec<u64>,
    Vec<(String, usize, u64)>,
);

impl Redis {
    /// Whether that is the address of one; nothing is connected to.
    pub(crate) fn may_be_at(url: &Secret) -> bool {
        Client::open(url.expose_secret()).is_ok()
    }

    /// Reads the address; connects when it is first used.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn at(url: &Secret, answer_max: Duration) -> Result<Self, RedisError> {
        let client = Client::open(url.expose_secret())?;
        // Connecting goes on when who asked does not wait any more.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(answer_max * 20))
            .set_response_timeout(Some(answer_max));
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(client, config)?,
            script: Script::new(SCRIPT),
        })
    }
}

#[async_trait]
impl Pool for Redis {
    async fn time(&self) -> Result<u64, BoxError> {
        let mut connection = self.connection.clone();
        let time: (u64, u64) = redis::cmd("TIME").query_async(&mut connection).await?;
        Ok(time.0.saturating_mul(1_000_000).saturating_add(time.1))
    }

    async fn exchange(&self, account: &str, ask: &Ask) -> Result<Reply, BoxError> {
        let mut connection = self.connection.clone();
        let mut call = self.script.key(format!("{PREFIX}{{{account}}}"));
        call.arg(serde_json::to_string(ask)?);
        let told: Told = call.invoke_async(&mut connection).await?;
        read(told)
    }
}

/// What the script returned.
pub(crate) fn read(told: Told) -> Result<Reply, BoxError> {
    let (said, at, epoch, seen, granted, left, waits, pauses) = told;
    let pause = |(class, lane, us)| Pause { class, lane, us };
    match said.as_str() {
        "done" => Ok(Reply::Done(Answer {
            at,
            epoch,
            seen,
            granted,
            left,
            waits,
            pauses: pauses.into_iter().map(pause).collect(),
        })),
        "late" => Ok(Reply::Late),
        "otherwise" => Ok(Reply::Otherwise),
        said => Err(format!("the pool said {said:?}").into()),
    }
}
