//! The versions of the tables, one after the other.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

use crate::{Error, Result};

/// What leads from the version before to this one; never changed once it is released.
struct Version {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Every version, the oldest first.
const VERSIONS: [Version; 8] = [
    Version {
        number: 1,
        name: "first",
        sqlite: include_str!("../../migrations/sqlite/0001_first.sql"),
        postgres: include_str!("../../migrations/postgres/0001_first.sql"),
    },
    Version {
        number: 2,
        name: "replies",
        sqlite: include_str!("../../migrations/sqlite/0002_replies.sql"),
        postgres: include_str!("../../migrations/postgres/0002_replies.sql"),
    },
    Version {
        number: 3,
        name: "replacements",
        sqlite: include_str!("../../migrations/sqlite/0003_replacements.sql"),
        postgres: include_str!("../../migrations/postgres/0003_replacements.sql"),
    },
    Version {
        number: 4,
        name: "readers",
        sqlite: include_str!("../../migrations/sqlite/0004_readers.sql"),
        postgres: include_str!("../../migrations/postgres/0004_readers.sql"),
    },
    Version {
        number: 5,
        name: "schedule",
        sqlite: include_str!("../../migrations/sqlite/0005_schedule.sql"),
        postgres: include_str!("../../migrations/postgres/0005_schedule.sql"),
    },
    Version {
        number: 6,
        name: "confirmations",
        sqlite: include_str!("../../migrations/sqlite/0006_confirmations.sql"),
        postgres: include_str!("../../migrations/postgres/0006_confirmations.sql"),
    },
    Version {
        number: 7,
        name: "restored",
        sqlite: include_str!("../../migrations/sqlite/0007_restored.sql"),
        postgres: include_str!("../../migrations/postgres/0007_restored.sql"),
    },
    Version {
        number: 8,
        name: "risk",
        sqlite: include_str!("../../migrations/sqlite/0008_risk.sql"),
        postgres: include_str!("../../migrations/postgres/0008_risk.sql"),
    },
];

/// Where sqlx keeps which versions a database has been brought to.
const fn kept_in() -> &'static str {
    "_sqlx_migrations"
}

/// What SQLite answers of the versions that a file has been brought to.
pub(super) const fn applied() -> &'static str {
    "SELECT version, checksum, CAST(success AS INTEGER) AS success FROM _sqlx_migrations"
}

/// The version that this program works with.
pub(crate) const fn newest() -> i64 {
    let [.., last] = &VERSIONS;
    last.number
}

/// All of them.
#[cfg(feature = "suite")]
pub(crate) fn numbers() -> Vec<i64> {
    VERSIONS.iter().map(|version| version.number).collect()
}

/// Which database the tables are made in.
#[derive(Debug, Clone, Copy)]
pub(super) enum For {
    Sqlite,
    Postgres,
}

/// All versions, for one database.
pub(super) fn migrator(database: For) -> Migrator {
    let migration = |version: &Version| {
        let sql = match database {
            For::Sqlite => version.sqlite,
            For::Postgres => version.postgres,
        };
        let name = Cow::Borrowed(version.name);
        let sql = sql.into_sql_str();
        Migration::new(version.number, name, MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(VERSIONS.iter().map(migration).collect())
}

/// Whether the tables are those that this program works with, or newer ones.
pub(super) async fn current<C: Migrate>(database: For, connection: &mut C) -> Result<bool> {
    let failed = |error: MigrateError| Error::Database(error.to_string());
    connection
        .ensure_migrations_table(kept_in())
        .await
        .map_err(failed)?;
    let applied = connection.list_applied_migrations(kept_in()).await;
    let applied = applied.map_err(failed)?;
    let known = migrator(database);
    Ok(known
        .iter()
        .all(|own| applied.iter().any(|one| one.version == own.version)))
}

/// Brings the tables up to date, or to the version `until` and no further.
pub(super) async fn run<C: Migrate>(
    database: For,
    connection: &mut C,
    until: Option<i64>,
) -> Result<()> {
    // `run` borrows its connection in a way that makes the future of `open` not `Send` for rustc.
    let migrator = migrator(database);
    let done = migrator.run_direct(until, connection, false).await;
    match done {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(missing)) if missing > newest() => {
            let applied = connection.list_applied_migrations(kept_in()).await;
            let applied = applied.map_err(|error| Error::Database(error.to_string()))?;
            let found = applied.iter().map(|one| one.version).max();
            Err(Error::Newer {
                found: found.unwrap_or(missing),
                known: newest(),
            })
        }
        Err(error) => Err(Error::Database(error.to_string())),
    }
}
