//! The databases that the store knows.

use super::connection::{Connection, Reads};
use super::sqlite::{self, File};
use crate::Result;

/// Which database, and where.
#[derive(Debug, Clone)]
pub(super) enum Engine {
    Sqlite(File),
}

impl Engine {
    /// The connection that writes.
    pub(super) async fn connect(&self) -> Result<Connection> {
        match self {
            Self::Sqlite(file) => file.connect().await,
        }
    }

    /// The connections that read; none is opened before it is needed.
    pub(super) fn reads(&self) -> Reads {
        match self {
            Self::Sqlite(file) => file.reads(),
        }
    }

    /// Brings the tables up to date.
    pub(super) async fn migrate(&self, connection: &mut Connection) -> Result<()> {
        match connection {
            Connection::Sqlite(connection) => sqlite::migrate(connection).await,
        }
    }
}
