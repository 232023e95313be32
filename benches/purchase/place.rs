//! Where a store is, and how often its engine can commit there at all.

use std::path::PathBuf;
use std::time::Duration;

use parcelgate_store::suite::{Schema, postgres_commits, sqlite_commits};
use parcelgate_store::{Postgres, Sqlite, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A store's place, empty at first.
pub(crate) struct Place {
    folder: TempDir,
    schema: Option<Schema>,
}

impl Place {
    /// A file, each commit of which is on the disk before it is answered.
    pub(crate) fn file() -> anyhow::Result<Self> {
        Ok(Self {
            folder: TempDir::with_prefix("parcelgate-bench-")?,
            schema: None,
        })
    }

    /// A schema of the Postgres server at `POSTGRES_URL`, or at the usual port.
    pub(crate) async fn server() -> anyhow::Result<Self> {
        let schema = Schema::make().await.map_err(anyhow::Error::msg)?;
        Ok(Self {
            schema: Some(schema),
            ..Self::file()?
        })
    }

    pub(crate) const fn engine(&self) -> &'static str {
        match self.schema {
            None => "SQLite, every commit synced",
            Some(_) => "Postgres, synchronous commits",
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("bench.db")
    }

    /// As the configuration of a gateway has it.
    pub(crate) fn setting(&self) -> Value {
        let key_file = self.folder.path().join("bench.key");
        match &self.schema {
            None => json!({ "path": self.path(), "url": "", "key_file": key_file }),
            Some(schema) => json!({ "path": "", "url": schema.url(), "key_file": key_file }),
        }
    }

    pub(crate) async fn open(&self) -> anyhow::Result<Box<dyn Store>> {
        Ok(match &self.schema {
            None => Box::new(Sqlite::open(&self.path()).await?),
            Some(schema) => Box::new(Postgres::open(&schema.url()).await?),
        })
    }

    /// How long so many commits of one small row take, one after the other.
    pub(crate) async fn commits(&self, count: u32) -> anyhow::Result<Duration> {
        Ok(match &self.schema {
            None => sqlite_commits(&self.folder.path().join("raw.db"), count).await?,
            Some(schema) => postgres_commits(&schema.url(), count).await?,
        })
    }

    pub(crate) async fn remove(&self) -> anyhow::Result<()> {
        if let Some(schema) = &self.schema {
            schema.remove().await?;
        }
        Ok(())
    }
}
