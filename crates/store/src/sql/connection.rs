//! Where statements are run: a connection that writes, or a few that read.

use sqlx::{Connection as _, PgConnection, PgPool, SqliteConnection, SqlitePool};

use super::statement::{self, Statement};
use super::{events, postgres, sqlite};
use crate::{Head, Result};

/// The connection of the one that writes.
#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(SqliteConnection),
    Postgres {
        connection: PgConnection,
        /// Of which version the tables were when it last began to write.
        tables: Option<i64>,
    },
}

/// The connections that read.
#[derive(Debug, Clone)]
pub(super) enum Reads {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// What a statement is run on.
#[derive(Debug)]
pub(super) enum On<'c> {
    Sqlite(&'c mut SqliteConnection),
    SqliteReads(&'c SqlitePool),
    Postgres(&'c mut PgConnection),
    PostgresReads(&'c PgPool),
}

impl<'c> From<&'c mut Connection> for On<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        match connection {
            Connection::Sqlite(connection) => Self::Sqlite(connection),
            Connection::Postgres { connection, .. } => Self::Postgres(connection),
        }
    }
}

impl<'c> From<&'c Reads> for On<'c> {
    fn from(reads: &'c Reads) -> Self {
        match reads {
            Reads::Sqlite(pool) => Self::SqliteReads(pool),
            Reads::Postgres(pool) => Self::PostgresReads(pool),
        }
    }
}

impl Connection {
    /// Where the log stands.
    pub(super) async fn head(&mut self) -> Result<Head> {
        match self {
            Self::Sqlite(_) => {
                let seq = events::head(self).await?;
                Ok(Head { seq, work: 0 })
            }
            Self::Postgres { connection, .. } => postgres::head(connection).await,
        }
    }

    /// Begins to write, when nobody else does: where the log stands now. `known` is what one
    /// process knows alone.
    pub(super) async fn begin(&mut self, known: Head) -> Result<Head> {
        match self {
            Self::Sqlite(_) => {
                statement::run(self, Statement::of(sqlite::BEGIN)).await?;
                let seq = events::head(&mut *self).await?;
                Ok(Head { seq, ..known })
            }
            Self::Postgres { .. } => postgres::begin(self).await,
        }
    }

    /// Makes what was written since [`begin`](Self::begin) durable; it moved the log from `before`
    /// to `after`. Where that fails it may have been done or not.
    pub(super) async fn commit(&mut self, before: Head, after: Head) -> Result<()> {
        match self {
            Self::Sqlite(_) => statement::run(self, Statement::of(sqlite::COMMIT)).await,
            Self::Postgres { .. } => postgres::commit(self, before, after).await,
        }
    }

    /// Closes it; what is not committed is undone.
    pub(super) async fn close(self) {
        let closed = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres { connection, .. } => connection.close().await,
        };
        if let Err(error) = closed {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// Lets go of one that failed; what is not committed is undone. A server that does not answer
    /// is not waited for: it undoes what it has when it sees that nobody is there.
    pub(super) async fn give_up(self) {
        match self {
            Self::Sqlite(_) => self.close().await,
            Self::Postgres { connection, .. } => drop(connection),
        }
    }
}

impl Reads {
    /// Closes them all.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
