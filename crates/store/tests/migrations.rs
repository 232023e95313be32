//! A database of every earlier version is brought up to date with all that is in it, whoever comes
//! at once; one of a newer version is refused; and who has it open meanwhile goes on.
//!
//! In SQLite, and in Postgres at `POSTGRES_URL`: without a server those are ignored, with `CI=true`
//! they fail.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::env;
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{BoxFuture, FutureExt, join_all};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate_store::suite::upgrade::{fill, postgres_at, read, sqlite_at, versions, work};
use parcelgate_store::{Error, Postgres, Result, Sqlite, Store};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};
use tempfile::TempDir;

const USUAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// A case that waits for ever has failed.
const CASE_MAX: Duration = Duration::from_secs(120);

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// The columns of each table.
type Tables = BTreeMap<String, Vec<String>>;

/// Where databases are, each under a name.
#[async_trait]
trait Databases: Send + Sync {
    async fn open(&self, name: &str) -> Result<Arc<dyn Store>>;
    /// The tables of that version, with nothing in them.
    async fn make(&self, name: &str, version: i64) -> Result<()>;
    /// Says something that the store would not; `{from}` is where `of` is.
    async fn tell(&self, name: &str, of: &str, sql: &str) -> Result<(), sqlx::Error>;
    /// The first column of what is answered.
    async fn ask(&self, name: &str, sql: &str) -> Result<Vec<String>, sqlx::Error>;
    /// Questions: every `table.column`; the whole schema.
    fn questions(&self) -> [&'static str; 2];
    /// One text for each row.
    fn rows_of(&self, table: &str, columns: &str) -> String;
    /// Before the tables are changed by somebody newer, and after.
    fn change(&self) -> [&'static str; 2];
}

struct Files(TempDir);

impl Files {
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(format!("{name}.db"))
    }

    async fn connect(&self, name: &str) -> Result<SqliteConnection, sqlx::Error> {
        SqliteConnection::connect(&format!("sqlite://{}", self.path(name).display())).await
    }
}

#[async_trait]
impl Databases for Files {
    async fn open(&self, name: &str) -> Result<Arc<dyn Store>> {
        Ok(Arc::new(Sqlite::open(&self.path(name)).await?))
    }

    async fn make(&self, name: &str, version: i64) -> Result<()> {
        sqlite_at(&self.path(name), version).await
    }

    async fn tell(&self, name: &str, of: &str, sql: &str) -> Result<(), sqlx::Error> {
        let mut connection = self.connect(name).await?;
        let attach = format!("ATTACH '{}' AS other", self.path(of).display());
        if of != name {
            connection.execute(AssertSqlSafe(attach)).await?;
        }
        let sql = sql
            .replace("{from}", "other")
            .replace(" OVERRIDING SYSTEM VALUE", "");
        connection.execute(AssertSqlSafe(sql)).await?;
        connection.close().await
    }

    async fn ask(&self, name: &str, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        let mut connection = self.connect(name).await?;
        let rows = connection.fetch_all(AssertSqlSafe(sql.to_owned())).await?;
        connection.close().await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }

    fn questions(&self) -> [&'static str; 2] {
        [
            "SELECT t.name || '.' || c.name \
             FROM sqlite_master AS t, pragma_table_info(t.name) AS c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' \
                 AND t.name <> '_sqlx_migrations' ORDER BY t.name, c.cid",
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1",
        ]
    }

    fn rows_of(&self, table: &str, columns: &str) -> String {
        let quoted: Vec<String> = columns
            .split(", ")
            .map(|name| format!("quote({name})"))
            .collect();
        let row = quoted.join(" || ',' || ");
        format!("SELECT {row} FROM {table} ORDER BY 1")
    }

    fn change(&self) -> [&'static str; 2] {
        ["SELECT 1", "SELECT 1"]
    }
}

/// A schema for each database.
struct Schemas(String);

fn server() -> String {
    env::var("POSTGRES_URL").unwrap_or_else(|_| USUAL.to_owned())
}

impl Schemas {
    fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        Self(format!("parcelgate_migrations_{}_{number}", process::id()))
    }

    fn schema(&self, name: &str) -> String {
        format!("{}_{name}", self.0)
    }

    fn url(&self, name: &str) -> String {
        let (server, schema) = (server(), self.schema(name));
        let more = if server.contains('?') { '&' } else { '?' };
        format!("{server}{more}options[search_path]={schema}")
    }

    async fn connect(&self, name: &str) -> Result<PgConnection, sqlx::Error> {
        let mut connection = PgConnection::connect(&self.url(name)).await?;
        let make = format!("CREATE SCHEMA IF NOT EXISTS {}", self.schema(name));
        // Of two who make it at once one fails, and it is there.
        drop(connection.execute(AssertSqlSafe(make)).await);
        Ok(connection)
    }

    async fn remove(&self) -> Result<(), sqlx::Error> {
        let mut connection = PgConnection::connect(&server()).await?;
        let own = format!(
            "SELECT schema_name::TEXT FROM information_schema.schemata \
             WHERE schema_name LIKE '{}_%'",
            self.0
        );
        for row in connection.fetch_all(AssertSqlSafe(own)).await? {
            let drop: String = row.try_get(0)?;
            let drop = format!("DROP SCHEMA {drop} CASCADE");
            connection.execute(AssertSqlSafe(drop)).await?;
        }
        connection.close().await
    }
}

#[async_trait]
impl Databases for Schemas {
    async fn open(&self, name: &str) -> Result<Arc<dyn Store>> {
        self.connect(name).await.unwrap().close().await.unwrap();
        Ok(Arc::new(Postgres::open(&self.url(name)).await?))
    }

    async fn make(&self, name: &str, version: i64) -> Result<()> {
        self.connect(name).await.unwrap().close().await.unwrap();
        postgres_at(&self.url(name), version).await
    }

    async fn tell(&self, name: &str, of: &str, sql: &str) -> Result<(), sqlx::Error> {
        let mut connection = self.connect(name).await?;
        let sql = sql.replace("{from}", &self.schema(of));
        connection.execute(AssertSqlSafe(sql)).await?;
        connection.close().await
    }

    async fn ask(&self, name: &str, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        let mut connection = self.connect(name).await?;
        let sql = sql.replace("{schema}", &self.schema(name));
        let rows = connection.fetch_all(AssertSqlSafe(sql)).await?;
        connection.close().await?;
        let texts: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        Ok(texts?
            .into_iter()
            .map(|text| text.replace(&self.schema(name), ""))
            .collect())
    }

    fn questions(&self) -> [&'static str; 2] {
        [
            "SELECT table_name || '.' || column_name FROM information_schema.columns \
             WHERE table_schema = '{schema}' AND table_name <> '_sqlx_migrations' \
             ORDER BY table_name, ordinal_position",
            "SELECT * FROM (
                 SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, \
                                  column_default, is_identity, collation_name) AS line \
                 FROM information_schema.columns WHERE table_schema = '{schema}' \
                 UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = '{schema}' \
                 UNION ALL SELECT conrelid::regclass::TEXT || pg_get_constraintdef(oid) \
                 FROM pg_constraint WHERE connamespace = '{schema}'::regnamespace) AS lines \
             ORDER BY 1",
        ]
    }

    fn rows_of(&self, table: &str, columns: &str) -> String {
        format!("SELECT ROW({columns})::TEXT FROM {table} ORDER BY 1")
    }

    fn change(&self) -> [&'static str; 2] {
        [
            "SELECT 1 FROM log_head FOR UPDATE",
            "UPDATE log_head SET tables = tables + 1",
        ]
    }
}

async fn tables(at: &dyn Databases, name: &str) -> Result<Tables, sqlx::Error> {
    let [columns, _] = at.questions();
    let mut tables = Tables::new();
    for line in at.ask(name, columns).await? {
        let (table, column) = line.split_once('.').unwrap();
        tables
            .entry(table.to_owned())
            .or_default()
            .push(column.to_owned());
    }
    Ok(tables)
}

/// The rows of every table of `tables`, as far as its columns go.
async fn rows(
    at: &dyn Databases,
    name: &str,
    tables: &Tables,
) -> Result<BTreeMap<String, Vec<String>>, sqlx::Error> {
    let mut rows = BTreeMap::new();
    for (table, columns) in tables {
        let ask = at.rows_of(table, &columns.join(", "));
        rows.insert(table.clone(), at.ask(name, &ask).await?);
    }
    Ok(rows)
}

/// A full database of this version, as `full`.
async fn full(at: &dyn Databases) -> Outcome {
    let store = at.open("full").await?;
    fill(&*store).await?;
    store.close().await;
    let all = tables(at, "full").await?;
    for (table, rows) in rows(at, "full", &all).await? {
        assert!(!rows.is_empty(), "nothing fills {table}");
    }
    Ok(())
}

/// A database of an earlier version with what `full` has, as far as it has a place for it.
async fn earlier(at: &dyn Databases, name: &str, version: i64) -> Outcome {
    at.make(name, version).await?;
    for (table, columns) in tables(at, name).await? {
        let columns = columns.join(", ");
        at.tell(name, "full", &format!("DELETE FROM {table}"))
            .await?;
        let copy = format!(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE \
             SELECT {columns} FROM {{from}}.{table}"
        );
        at.tell(name, "full", &copy).await?;
    }
    Ok(())
}

async fn all_is_there(at: Arc<dyn Databases>) -> Outcome {
    full(&*at).await?;
    let newest = tables(&*at, "full").await?;
    let [_, schema] = at.questions();
    let fresh = at.ask("full", schema).await?;
    let store = at.open("full").await?;
    let whole = read(&*store).await?;
    store.close().await;
    assert!(versions().len() > 1);
    for version in versions() {
        let name = format!("of_{version}");
        earlier(&*at, &name, version).await?;
        let old = tables(&*at, &name).await?;
        let before = rows(&*at, &name, &old).await?;
        let mut store = at.open(&name).await?;
        assert_eq!(
            at.ask(&name, schema).await?,
            fresh,
            "from version {version}"
        );
        for (table, rows) in rows(&*at, &name, &old).await? {
            let mut before = before.get(&table).cloned().unwrap_or_default();
            if table == "log_head" {
                // Says of which version the tables are.
                before.clone_from(&rows);
            }
            assert_eq!(rows, before, "{table} from version {version}");
        }
        let counts = read(&*store).await?;
        for ((what, many), (_, wanted)) in counts.into_iter().zip(&whole) {
            let came_later = newest.contains_key(what) && !old.contains_key(what);
            let wanted = if came_later { 0 } else { *wanted };
            assert_eq!(many, wanted, "{what} from version {version}");
        }
        store.close().await;
        store = at.open(&name).await?;
        assert!(store.head_seq().await? > 0);
        store.close().await;
    }
    Ok(())
}

async fn at_once(at: Arc<dyn Databases>) -> Outcome {
    full(&*at).await?;
    let first = *versions().first().unwrap();
    earlier(&*at, "old", first).await?;
    let [_, schema] = at.questions();
    let fresh = at.ask("full", schema).await?;
    for name in ["old", "empty"] {
        let opened = join_all((0..6).map(|_| at.open(name))).await;
        for (number, store) in (100..).zip(opened) {
            let store = store?;
            if name == "empty" {
                work(&*store, number).await?;
            }
            store.close().await;
        }
        assert_eq!(at.ask(name, schema).await?, fresh, "{name}");
    }
    Ok(())
}

async fn newer(at: Arc<dyn Databases>) -> Outcome {
    at.open("newer").await?.close().await;
    let bytes = "(SELECT checksum FROM _sqlx_migrations WHERE version = 1)";
    let insert = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (1000, 'later', true, {bytes}, 0)"
    );
    at.tell("newer", "newer", &insert).await?;
    let refused = at.open("newer").await.unwrap_err();
    assert!(
        matches!(refused, Error::Newer { found: 1_000, .. }),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("newer parcelgate"),
        "{refused}"
    );
    Ok(())
}

/// As when one replica is replaced by a newer program, whose tables have more columns.
async fn goes_on(at: Arc<dyn Databases>) -> Outcome {
    full(&*at).await?;
    let store = at.open("full").await?;
    let before = read(&*store).await?;
    work(&*store, 200).await?;
    let [hold, mark] = at.change();
    let mut change = vec!["BEGIN".to_owned(), hold.to_owned()];
    for table in tables(&*at, "full").await?.keys() {
        change.push(format!("ALTER TABLE {table} ADD COLUMN added_later TEXT"));
    }
    change.extend([mark.to_owned(), "COMMIT".to_owned()]);
    at.tell("full", "full", &change.join("; ")).await?;
    work(&*store, 201).await?;
    let after = read(&*store).await?;
    for ((what, before), (_, after)) in before.into_iter().zip(after) {
        assert!(after >= before, "{what}");
    }
    store.ready().await?;
    store.close().await;
    Ok(())
}

/// Their prepared statements would fail, and nobody needs two gateways on one file.
async fn not_under_others(folder: TempDir) -> Outcome {
    let at = Files(folder);
    at.make("old", 1).await?;
    let path = at.path("old");
    let lock = std::fs::File::create(path.with_extension("db-lock"))?;
    lock.lock_shared()?; // as one who uses it does
    let refused = at.open("old").await.unwrap_err().to_string();
    assert!(
        refused.contains("an older parcelgate has it open"),
        "{refused}"
    );
    drop(lock);
    at.open("old").await?.close().await;
    Ok(())
}

type Run = fn(Arc<dyn Databases>) -> BoxFuture<'static, Outcome>;

const CASES: [(&str, Run); 3] = [
    ("every_version_is_brought_up_to_date", |at| {
        all_is_there(at).boxed()
    }),
    ("of_many_who_come_at_once_all_come_up", |at| {
        at_once(at).boxed()
    }),
    ("a_newer_one_is_refused", |at| newer(at).boxed()),
];

/// Of replicas, which one file has none of.
const ON_SERVER: [(&str, Run); 1] = [("who_has_it_open_goes_on", |at| goes_on(at).boxed())];

fn run(case: Run, at: Arc<dyn Databases>) -> Result<(), Failed> {
    finish(case(at))
}

fn finish(case: impl Future<Output = Outcome> + Send + 'static) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(async {
        let running = tokio::spawn(case);
        tokio::time::timeout(CASE_MAX, running).await
    });
    ended??.map_err(|error| Failed::from(error.to_string()))
}

fn run_on_server(case: Run) -> Result<(), Failed> {
    let schemas = Arc::new(Schemas::new());
    let ended = run(case, schemas.clone());
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build()?;
    runtime.block_on(schemas.remove())?;
    ended
}

/// Why there is no server to try, if so.
fn absent() -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let url = server();
    let connect = PgConnection::connect(&url);
    let connect = async { tokio::time::timeout(Duration::from_secs(5), connect).await };
    match runtime.block_on(connect) {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(format!("no Postgres at POSTGRES_URL: {error}")),
        Err(_) => Some("no Postgres at POSTGRES_URL answers".to_owned()),
    }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They wait for the server's disk.
    arguments.test_threads = arguments.test_threads.or(Some(4));
    let absent = absent();
    let in_ci = env::var("CI").as_deref() == Ok("true");
    let in_files = CASES.into_iter().map(|(name, case)| {
        Trial::test(format!("sqlite::{name}"), move || {
            run(case, Arc::new(Files(TempDir::new()?)))
        })
    });
    let alone = Trial::test("sqlite::none_is_changed_under_another", || {
        finish(not_under_others(TempDir::new()?))
    });
    let on_server = ON_SERVER.into_iter().chain(CASES).map(|(name, case)| {
        let absent = absent.clone();
        Trial::ignorable_test(format!("postgres::{name}"), move || match absent {
            None => run_on_server(case).map(|()| Completion::Completed),
            Some(why) if in_ci => Err(why.into()),
            Some(why) => Ok(Completion::ignored_with(why)),
        })
    });
    let trials = in_files.chain([alone]).chain(on_server);
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
