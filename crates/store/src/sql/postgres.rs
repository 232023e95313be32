//! Postgres: one database for several replicas, of which one writes at a time.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::{instant, sleep};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection as _};

use super::cells::Cells;
use super::connection::{Connection, On, Reads};
use super::engine::Engine;
use super::migrations::{self, For};
use super::sqlite::{in_use, restoring};
use super::statement::{self, Statement};
use super::{Database, READERS_MAX};
use crate::{Error, Head, Result};

/// How long a commit may take before its connection is given up: longer than what the server
/// itself waits for a lock and then for a statement.
pub(super) const COMMIT_MAX: Duration = Duration::from_secs(30);

/// How long a new connection may take, and a wait for one that is free.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// What every session asks of the server. A replica that stops in the midst of a commit, or whose
/// machine is gone, holds the others up for no longer than these say.
const SESSION: [(&str, &str); 8] = [
    ("synchronous_commit", "on"),
    ("lock_timeout", "10s"),
    ("statement_timeout", "15s"),
    ("idle_in_transaction_session_timeout", "10s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("default_transaction_isolation", "read committed"),
];

/// Besides, where the one writes. It names the rows it looks for, a few of each table, and finds
/// them by an index however large the table is. A server that judges a table while that is small,
/// and keeps to the plan, would read it whole in every commit until it gathers statistics.
pub(crate) const WRITING: [(&str, &str); 3] = [
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// Instead of the above where tables are changed.
const MIGRATION: [(&str, &str); 2] = [("lock_timeout", "5min"), ("statement_timeout", "5min")];

/// Where a commit tells that the log has grown.
pub(super) const fn channel() -> &'static str {
    "parcelgate_head"
}

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[
    BEGIN, LOCK, HEAD, MOVE, TELL, COMMIT, ALONE, MADE, HOLD, MARK, SHARE, SEIZE,
];

const BEGIN: &str = "BEGIN";

const LOCK: &str = "SELECT seq, work, tables FROM log_head WHERE id = 1 FOR UPDATE";

const HEAD: &str = "SELECT seq, work FROM log_head WHERE id = 1";

const MOVE: &str = "UPDATE log_head SET seq = $1, work = $2 WHERE id = 1";

const TELL: &str = "SELECT pg_notify($1, '')";

const COMMIT: &str = "COMMIT";

/// Held until the commit: of all who change tables one does at a time.
const ALONE: &str = "SELECT pg_advisory_xact_lock(4931190741238)";

const MADE: &str = "SELECT COUNT(to_regclass('log_head')) AS many";

/// Before tables are changed nobody may be in the midst of writing, nor begin.
const HOLD: &str = "SELECT id FROM log_head WHERE id = 1 FOR UPDATE";

const MARK: &str = "
    UPDATE log_head SET tables = (SELECT MAX(version) FROM _sqlx_migrations)
    WHERE id = 1 AND tables <> (SELECT MAX(version) FROM _sqlx_migrations)";

/// Held by the session that writes: of one who uses the tables beside others, and of one who is to
/// be alone with them. Each schema has its own.
const SHARE: &str = "
    SELECT CAST(CAST(pg_try_advisory_lock_shared(
        493119074, hashtext(coalesce(current_schema(), ''))) AS INTEGER) AS BIGINT) AS held";

const SEIZE: &str = "
    SELECT CAST(CAST(pg_try_advisory_lock(
        493119074, hashtext(coalesce(current_schema(), ''))) AS INTEGER) AS BIGINT) AS held";

/// How long one waits for another who lets go, and how long between two tries: a session that was
/// closed ends a moment later.
const HELD_MAX: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// The first version in which `log_head` says of which version the tables are.
const MARKED_SINCE: i64 = 2;

/// Postgres: the store in a database that several replicas share.
#[derive(Debug)]
pub enum Postgres {}

impl Postgres {
    /// Opens the database of `url`, `postgres://user:password@host/name`, and brings its tables up
    /// to date. Several replicas may do so at once.
    ///
    /// # Errors
    /// When the server is not there, does not let us in, or the database is no store.
    pub async fn open(url: &str) -> Result<Database> {
        Database::start(Engine::Postgres(Server::at(url)?)).await
    }

    /// The same when nobody else has it open, and so that nobody else can open it or write to it
    /// meanwhile.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when anyone has it open.
    pub async fn open_alone(url: &str) -> Result<Database> {
        let server = Server {
            is_alone: true,
            ..Server::at(url)?
        };
        Database::start(Engine::Postgres(server)).await
    }
}

/// Which server and database.
#[derive(Clone)]
pub(super) struct Server {
    options: Arc<PgConnectOptions>,
    /// Whether nobody else may be at it.
    is_alone: bool,
}

impl fmt::Debug for Server {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = self.options.get_database().unwrap_or_default();
        write!(f, "Server({}/{database})", self.options.get_host())
    }
}

impl Server {
    fn at(url: &str) -> Result<Self> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            let wrong = "the URL does not begin with postgres://";
            return Err(Error::Database(wrong.to_owned()));
        }
        let options = PgConnectOptions::from_str(url)?;
        let options = options.options(SESSION).disable_statement_logging();
        Ok(Self {
            options: Arc::new(options),
            is_alone: false,
        })
    }

    fn options(&self) -> PgConnectOptions {
        (*self.options).clone()
    }

    /// The connection that writes. It keeps out who is to be alone, or everyone when it is that.
    pub(super) async fn connect(&self) -> Result<Connection> {
        let options = self.options().options(WRITING);
        let connecting = within(CONNECT_MAX, async { Ok(options.connect().await?) });
        let mut connection = connecting.await?;
        let (take, why) = if self.is_alone {
            (SEIZE, in_use())
        } else {
            (SHARE, restoring())
        };
        let given_up = instant() + HELD_MAX;
        loop {
            let taking = async { Ok(sqlx::query(take).fetch_one(&mut connection).await?) };
            let row = within(CONNECT_MAX, taking).await?;
            if Cells::Postgres(&row).int("held")? != 0 {
                break;
            }
            if instant() >= given_up {
                connection.close().await?;
                return Err(Error::Database(why.to_owned()));
            }
            sleep(PAUSE).await;
        }
        let tables = None;
        Ok(Connection::Postgres { connection, tables })
    }

    /// The connections that read.
    pub(super) fn reads(&self) -> Reads {
        let pool = PgPoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(CONNECT_MAX)
            .connect_lazy_with(self.options());
        Reads::Postgres(pool)
    }

    /// A connection that hears what others write, as a pool of one.
    pub(super) fn listens(&self) -> sqlx::PgPool {
        PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT_MAX)
            .connect_lazy_with(self.options())
    }

    /// Brings the tables up to date; who comes meanwhile waits.
    pub(super) async fn migrate(&self) -> Result<()> {
        self.migrate_to(None).await
    }

    /// Brings the tables to the version `until`.
    pub(super) async fn migrate_to(&self, until: Option<i64>) -> Result<()> {
        let options = self.options().options(MIGRATION);
        let mut connection = within(CONNECT_MAX, async { Ok(options.connect().await?) }).await?;
        let mut whole = connection.begin().await?;
        sqlx::query(ALONE).execute(&mut *whole).await?;
        let made = sqlx::query(MADE).fetch_one(&mut *whole).await?;
        if Cells::Postgres(&made).int("many")? != 0 {
            sqlx::query(HOLD).execute(&mut *whole).await?;
        }
        migrations::run(For::Postgres, &mut *whole, until).await?;
        if until.is_none_or(|until| until >= MARKED_SINCE) {
            sqlx::query(MARK).execute(&mut *whole).await?;
        }
        whole.commit().await?;
        Ok(connection.close().await?)
    }
}

/// The tables of an earlier version.
#[cfg(feature = "suite")]
pub(crate) async fn at(url: &str, version: i64) -> Result<()> {
    Server::at(url)?.migrate_to(Some(version)).await
}

/// Begins to write: whoever else does is waited for, so what is read from now on stays as it is
/// until the commit. Tables do not change meanwhile either; where another program has changed them
/// before, what was prepared for them is prepared anew.
pub(super) async fn begin(on: &mut Connection) -> Result<Head> {
    statement::run(on, Statement::of(BEGIN)).await?;
    let locked = statement::one(&mut *on, Statement::of(LOCK), |row| {
        Ok((read(row)?, row.int("tables")?))
    });
    let locked = locked.await?;
    let (head, now) = locked.ok_or_else(|| Error::Database("log_head has no row".to_owned()))?;
    if let Connection::Postgres { connection, tables } = on
        && tables.replace(now).is_some_and(|before| before != now)
    {
        connection.clear_cached_statements().await?;
    }
    Ok(head)
}

/// Whether a statement failed only because it was prepared for tables that have been changed since:
/// "cached plan must not change result type".
pub(super) fn prepared_before(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.as_deref() == Some("0A000")
}

/// Commits what moved the log from `before` to `after`, and wakes who follows it.
pub(super) async fn commit(on: &mut Connection, before: Head, after: Head) -> Result<()> {
    if after != before {
        let work = i64::try_from(after.work).unwrap_or(i64::MAX);
        let moved = Statement::of(MOVE).int(after.seq).int(work);
        statement::run(on, moved).await?;
        statement::run(on, Statement::of(TELL).text(channel())).await?;
    }
    statement::run(on, Statement::of(COMMIT)).await
}

/// Where the log stands.
pub(super) async fn head(on: &mut PgConnection) -> Result<Head> {
    let head = statement::one(On::Postgres(on), Statement::of(HEAD), read).await?;
    head.ok_or_else(|| Error::Database("log_head has no row".to_owned()))
}

fn read(row: &Cells<'_>) -> Result<Head> {
    Ok(Head {
        seq: row.int("seq")?,
        work: row.number("work")?,
    })
}

/// What `doing` comes to, unless it takes longer than `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    doing: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::select! {
        biased;
        done = doing => done,
        () = sleep(limit) => {
            Err(Error::Database(format!("no answer within {} s", limit.as_secs())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_not_shown() {
        let server = Server::at("postgres://gate:hunter2@db.example/parcels").unwrap();
        let shown = format!("{:?} {:?} {:?}", server, server.reads(), server.listens());
        assert!(shown.starts_with("Server(db.example/parcels)"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
        for wrong in [
            "postgres://gate:hunter2@db.example:port/parcels",
            "postgres://gate:hunter2@db.example/parcels?sslmode=hunter",
            "gate:hunter2@db.example",
        ] {
            let said = Server::at(wrong).unwrap_err().to_string();
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
