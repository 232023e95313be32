//! Where a store is, and how many rows its engine takes there in bulk.

use std::path::PathBuf;
use std::time::Duration;

use parcelgate_store::suite::{Schema, postgres_rows, sqlite_rows};
use parcelgate_store::{Postgres, Sqlite, Store};
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

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) async fn open(&self) -> anyhow::Result<Box<dyn Store>> {
        Ok(match &self.schema {
            None => Box::new(Sqlite::open(&self.path("bench.db")).await?),
            Some(schema) => Box::new(Postgres::open(&schema.url()).await?),
        })
    }

    /// How long so many rows of that size take, so many to a commit.
    pub(crate) async fn rows(
        &self,
        count: u32,
        commit: u32,
        size: usize,
    ) -> anyhow::Result<Duration> {
        let rows = (count, commit, size);
        Ok(match &self.schema {
            None => sqlite_rows(&self.path("raw.db"), rows).await?,
            Some(schema) => postgres_rows(&schema.url(), rows).await?,
        })
    }

    pub(crate) async fn remove(&self) -> anyhow::Result<()> {
        if let Some(schema) = &self.schema {
            schema.remove().await?;
        }
        Ok(())
    }
}
