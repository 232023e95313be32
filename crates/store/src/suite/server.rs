//! A place on a Postgres server for one test or bench.

use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// The server that is there unless `POSTGRES_URL` names another.
const USUAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// How long a server may take to let us in.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// The server to try things on: that of `POSTGRES_URL`, or the one at the usual port.
#[must_use]
pub fn postgres_url() -> String {
    std::env::var("POSTGRES_URL").unwrap_or_else(|_| USUAL.to_owned())
}

/// A schema on that server. It stays until it is removed.
#[derive(Debug)]
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// An empty one.
    ///
    /// # Errors
    /// Says that there is no such server, and why.
    pub async fn make() -> Result<Self, String> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let schema = Self {
            server: postgres_url(),
            name: format!("parcelgate_run_{}_{number}", process::id()),
        };
        let made = schema.tell("CREATE SCHEMA {schema}");
        match tokio::time::timeout(CONNECT_MAX, made).await {
            Ok(Ok(())) => Ok(schema),
            Ok(Err(error)) => Err(format!("no Postgres at POSTGRES_URL: {error}")),
            Err(_) => Err("no Postgres at POSTGRES_URL answers".to_owned()),
        }
    }

    /// Where a store in it is. Its sessions are named as it is.
    #[must_use]
    pub fn url(&self) -> String {
        let Self { server, name } = self;
        let more = if server.contains('?') { '&' } else { '?' };
        format!("{server}{more}options[search_path]={name}&application_name={name}")
    }

    /// Says something to the server that a store would not; `{schema}` in it is its name.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn tell(&self, sql: &str) -> Result<(), sqlx::Error> {
        let sql = sql.replace("{schema}", &self.name);
        let mut connection = PgConnection::connect(&self.server).await?;
        connection.execute(AssertSqlSafe(sql)).await?;
        connection.close().await
    }

    /// Ends those of its sessions for which `condition` holds, as when the network breaks.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn cut(&self, condition: &str) -> Result<(), sqlx::Error> {
        let cut = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
                   WHERE application_name = '{schema}' AND (";
        self.tell(&[cut, condition, ")"].concat()).await
    }

    /// Takes it away, with all that is in it and all who are at it.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn remove(&self) -> Result<(), sqlx::Error> {
        self.cut("true").await?;
        self.tell("DROP SCHEMA {schema} CASCADE").await
    }
}
