//! SQLite: one file, WAL, every commit on the disk before it is answered.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::{instant, sleep};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};

use super::connection::{Connection, Reads};
use super::engine::Engine;
use super::lock::Lock;
use super::migrations::{self, For};
use super::temporary::Temporary;
use super::{Database, READERS_MAX};
use crate::{Error, Result};

/// How long one waits for another process that writes to the same file.
const BUSY: Duration = Duration::from_secs(5);

/// How long between two looks whether it may be used.
const PAUSE: Duration = Duration::from_millis(20);

#[cfg(test)]
pub(super) const SQL: &[&str] = &[BEGIN, COMMIT];

pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

pub(super) const COMMIT: &str = "COMMIT";

/// Why tables are not brought up to date.
const fn in_use_by_older() -> &'static str {
    "an older parcelgate has it open: stop that one first, then start this one again"
}

/// Why one cannot be alone with it.
pub(super) const fn in_use() -> &'static str {
    "somebody has it open: stop every gateway and command that uses it first"
}

/// Why it is not opened while another is put in its place.
pub(super) const fn restoring() -> &'static str {
    "it is being restored; start again when that is done"
}

/// SQLite: the store in one file.
#[derive(Debug)]
pub enum Sqlite {}

impl Sqlite {
    /// Opens the file, makes it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is no store, or is being restored.
    pub async fn open(path: &Path) -> Result<Database> {
        let lock = lock(path).await?;
        Self::open_locked(path, lock.map(Arc::new)).await
    }

    /// The same when nobody else has it open, and so that nobody else can open it meanwhile.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when anyone has it open.
    pub async fn open_alone(path: &Path) -> Result<Database> {
        let lock = match Lock::alone(path) {
            Ok(lock) => Some(lock),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(Error::Database(in_use().to_owned()));
            }
            Err(error) => return Err(unlockable(&error)),
        };
        Self::open_locked(path, lock.map(Arc::new)).await
    }

    /// The same under a lock that is held already.
    pub(crate) async fn open_locked(path: &Path, lock: Option<Arc<Lock>>) -> Result<Database> {
        let file = File {
            path: path.to_owned(),
            synchronous: SqliteSynchronous::Full,
            _temporary: None,
            _lock: lock,
        };
        Database::start(Engine::Sqlite(file)).await
    }

    /// A store in a file that goes with it. It does not wait for the disk.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub async fn temporary() -> Result<Database> {
        let temporary = Temporary::new();
        let file = File {
            path: temporary.path().to_owned(),
            synchronous: SqliteSynchronous::Off,
            _temporary: Some(Arc::new(temporary)),
            _lock: None,
        };
        Database::start(Engine::Sqlite(file)).await
    }
}

/// A lock to use the file under, beside others. Tables are changed by one who is alone: a program
/// that had its statements prepared for others would fail.
async fn lock(path: &Path) -> Result<Option<Lock>> {
    let given_up = instant() + BUSY;
    loop {
        match Lock::alone(path) {
            Ok(alone) => {
                let mut connection = options(path, SqliteSynchronous::Full).connect().await?;
                migrate(&mut connection).await?;
                connection.close().await?;
                match alone.share() {
                    Ok(()) => return Ok(Some(alone)),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(unlockable(&error)),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(None),
            Err(error) => return Err(unlockable(&error)),
        }
        match Lock::beside_others(path) {
            Ok(beside) => {
                let connection = options(path, SqliteSynchronous::Full).connect().await;
                let mut connection = connection?;
                let current = migrations::current(For::Sqlite, &mut connection).await;
                connection.close().await?;
                return match current? {
                    true => Ok(beside),
                    false => Err(Error::Database(in_use_by_older().to_owned())),
                };
            }
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                return Err(unlockable(&error));
            }
            Err(_) if instant() >= given_up => {
                return Err(Error::Database(restoring().to_owned()));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

fn unlockable(error: &io::Error) -> Error {
    Error::Database(format!("no lock file can be made beside it: {error}"))
}

fn options(path: &Path, synchronous: SqliteSynchronous) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(BUSY)
        .disable_statement_logging()
}

/// Which file, and how it is written.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) synchronous: SqliteSynchronous,
    /// Kept until the last connection is closed.
    pub(super) _temporary: Option<Arc<Temporary>>,
    /// So that nobody replaces the file meanwhile.
    pub(super) _lock: Option<Arc<Lock>>,
}

impl File {
    pub(super) fn options(&self) -> SqliteConnectOptions {
        options(&self.path, self.synchronous)
    }

    /// The connection that writes, with the tables up to date.
    pub(super) async fn open(&self) -> Result<Connection> {
        let mut connection = self.options().connect().await?;
        migrate(&mut connection).await?;
        Ok(Connection::Sqlite(connection))
    }

    /// The connection that writes.
    pub(super) async fn connect(&self) -> Result<Connection> {
        Ok(Connection::Sqlite(self.options().connect().await?))
    }

    pub(super) fn reads(&self) -> Reads {
        let pool = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(self.options().create_if_missing(false).read_only(true));
        Reads::Sqlite(pool)
    }
}

/// Brings the tables up to date. Of two who come at once one waits for the other, and what is begun
/// is done whole or not at all.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<()> {
    migrate_to(connection, None).await
}

/// Brings the tables to the version `until`.
pub(super) async fn migrate_to(
    connection: &mut SqliteConnection,
    until: Option<i64>,
) -> Result<()> {
    let mut whole = connection.begin_with(BEGIN).await?;
    migrations::run(For::Sqlite, &mut *whole, until).await?;
    Ok(whole.commit().await?)
}

/// A file with the tables of an earlier version.
#[cfg(feature = "suite")]
pub(crate) async fn at(path: &Path, version: i64) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = options.create_if_missing(true).connect().await?;
    migrate_to(&mut connection, Some(version)).await?;
    Ok(connection.close().await?)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::cells::Cells;
    use super::*;
    use crate::{Batch, Claim, Store, Tenant};

    #[tokio::test]
    async fn a_temporary_store_leaves_nothing() {
        let store = Sqlite::temporary().await.unwrap();
        let Engine::Sqlite(file) = &store._engine else {
            panic!("{store:?}");
        };
        let path = file.path.clone();
        store.ready().await.unwrap();
        assert!(path.exists());
        store.close().await;
        drop(store);
        assert!(!path.exists());
        let rest = path.with_extension("db-wal");
        assert!(!rest.exists());
    }

    #[tokio::test]
    async fn a_commit_waits_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("store.db")).await.unwrap();
        let Engine::Sqlite(file) = &store._engine else {
            panic!("{store:?}");
        };
        let mut connection = file.options().connect().await.unwrap();
        for (pragma, expected) in [
            (
                "SELECT journal_mode AS mode FROM pragma_journal_mode",
                "wal",
            ),
            (
                "SELECT CAST(synchronous AS TEXT) AS mode FROM pragma_synchronous",
                "2",
            ),
        ] {
            let row = sqlx::query(pragma)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            assert_eq!(
                Cells::Sqlite(&row).text("mode").unwrap(),
                expected,
                "{pragma}"
            );
        }
    }

    /// As when `keys create` runs beside `serve`.
    #[tokio::test]
    async fn two_processes_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let one = Sqlite::open(&path).await.unwrap();
        let other = Sqlite::open(&path).await.unwrap();
        let tenant = Tenant::operator();
        let write = |store: &'static str, number: usize| {
            let id = format!("job-{store}-{number}").parse().unwrap();
            let job = crate::NewJob {
                id,
                name: "sweep".to_owned(),
                payload: "{}".to_owned(),
                run_at: Timestamp::UNIX_EPOCH,
                dedupe_key: None,
            };
            Batch::of(&tenant, Timestamp::UNIX_EPOCH).enqueue(job)
        };
        for number in 0..50 {
            let both = tokio::join!(
                one.apply(write("one", number)),
                other.apply(write("other", number)),
            );
            both.0.unwrap();
            both.1.unwrap();
        }
        let claim = Claim {
            now: Timestamp::UNIX_EPOCH,
            lease_until: Timestamp::MAX,
            limit: 999,
        };
        assert_eq!(
            one.claim_jobs(&["sweep"], "me", claim).await.unwrap().len(),
            100
        );
    }
}
