//! Where statements are run: a connection that writes, or a few that read.

use sqlx::{Connection as _, SqliteConnection, SqlitePool};

use super::statement::{self, Statement};
use super::{events, sqlite};
use crate::{Head, Result};

/// The connection of the one that writes.
#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(SqliteConnection),
}

/// The connections that read.
#[derive(Debug, Clone)]
pub(super) enum Reads {
    Sqlite(SqlitePool),
}

/// What a statement is run on.
#[derive(Debug)]
pub(super) enum On<'c> {
    Sqlite(&'c mut SqliteConnection),
    SqliteReads(&'c SqlitePool),
}

impl<'c> From<&'c mut Connection> for On<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        match connection {
            Connection::Sqlite(connection) => Self::Sqlite(connection),
        }
    }
}

impl<'c> From<&'c Reads> for On<'c> {
    fn from(reads: &'c Reads) -> Self {
        match reads {
            Reads::Sqlite(pool) => Self::SqliteReads(pool),
        }
    }
}

impl Connection {
    /// Begins to write, when nobody else does: where the log stands now. What is `known` of this
    /// process alone stays.
    pub(super) async fn begin(&mut self, known: Head) -> Result<Head> {
        match self {
            Self::Sqlite(_) => {
                statement::run(self, Statement::of(sqlite::BEGIN)).await?;
                let seq = events::head(&mut *self).await?;
                Ok(Head { seq, ..known })
            }
        }
    }

    /// Makes what was written since [`begin`](Self::begin) durable, and others see it.
    pub(super) async fn commit(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(_) => statement::run(self, Statement::of(sqlite::COMMIT)).await,
        }
    }

    /// Closes it; what is not committed is undone.
    pub(super) async fn close(self) {
        let closed = match self {
            Self::Sqlite(connection) => connection.close().await,
        };
        if let Err(error) = closed {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }
}

impl Reads {
    /// Closes them all.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
        }
    }
}
