//! The databases that the store knows.

use super::connection::{Connection, Reads};
use super::postgres::{self, Server};
use super::sqlite::File;
use crate::Result;

/// Which database, and where.
#[derive(Debug, Clone)]
pub(super) enum Engine {
    Sqlite(File),
    Postgres(Server),
}

impl Engine {
    /// The connection that writes, for the first time: the tables are brought up to date.
    pub(super) async fn open(&self) -> Result<Connection> {
        match self {
            Self::Sqlite(file) => file.open().await,
            Self::Postgres(server) => {
                // Whoever may not be there changes nothing.
                let connection = server.connect().await?;
                server.migrate().await?;
                Ok(connection)
            }
        }
    }

    /// The connection that writes.
    pub(super) async fn connect(&self) -> Result<Connection> {
        match self {
            Self::Sqlite(file) => file.connect().await,
            Self::Postgres(server) => server.connect().await,
        }
    }

    /// The connections that read; none is opened before it is needed.
    pub(super) fn reads(&self) -> Reads {
        match self {
            Self::Sqlite(file) => file.reads(),
            Self::Postgres(server) => server.reads(),
        }
    }

    /// What `writing` comes to, unless the database does not answer any more.
    pub(super) async fn in_time<T>(&self, writing: impl Future<Output = Result<T>>) -> Result<T> {
        match self {
            Self::Sqlite(_) => writing.await,
            Self::Postgres(_) => postgres::within(postgres::COMMIT_MAX, writing).await,
        }
    }
}
