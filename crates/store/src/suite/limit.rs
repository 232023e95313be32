//! How often an engine can commit at all on this disk, and how many rows it takes in bulk: one
//! connection, nothing else.
//! What a gateway does is held against it.

use std::path::Path;
use std::time::Duration;

use parcelgate_clock::instant;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, SqliteConnection};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS one (n BIGINT NOT NULL)";
const EMPTY: &str = "DELETE FROM one";
const ROW: &str = "INSERT INTO one VALUES (0)";
const CHANGE: &str = "UPDATE one SET n = n + 1";
const PILE: &str = "CREATE TABLE IF NOT EXISTS pile (n BIGINT PRIMARY KEY, text TEXT NOT NULL)";
const EMPTY_PILE: &str = "DELETE FROM pile";
const DURABLE: &str = "SELECT current_setting('fsync') || current_setting('synchronous_commit')";

/// How long so many commits take in a SQLite file, each on the disk before the next begins.
///
/// # Errors
/// When the file cannot be written.
pub async fn sqlite_commits(path: &Path, count: u32) -> Result<Duration, sqlx::Error> {
    let mut connection = sqlite(path).await?;
    for sql in [TABLE, EMPTY, ROW] {
        connection.execute(sql).await?;
    }
    let began = instant();
    for _ in 0..count {
        connection.execute(CHANGE).await?;
    }
    let took = instant() - began;
    connection.close().await?;
    Ok(took)
}

/// How long so many commits take on a Postgres server, each durable before the next begins.
///
/// # Errors
/// When the server fails, or does not wait for its disk.
pub async fn postgres_commits(url: &str, count: u32) -> Result<Duration, sqlx::Error> {
    let mut connection = postgres(url).await?;
    for sql in [TABLE, EMPTY, ROW] {
        connection.execute(sql).await?;
    }
    let began = instant();
    for _ in 0..count {
        connection.execute(CHANGE).await?;
    }
    let took = instant() - began;
    connection.close().await?;
    Ok(took)
}

/// How long so many rows of so many bytes take in a SQLite file, so many to a commit.
///
/// # Errors
/// When the file cannot be written.
pub async fn sqlite_rows(
    path: &Path,
    (count, commit, size): (u32, u32, usize),
) -> Result<Duration, sqlx::Error> {
    let mut connection = sqlite(path).await?;
    connection.execute(PILE).await?;
    connection.execute(EMPTY_PILE).await?;
    let began = instant();
    for first in (0..count).step_by(usize::try_from(commit.max(1)).unwrap_or(1)) {
        let rows = rows(first..count.min(first.saturating_add(commit)), size);
        let insert = sqlx::query("INSERT INTO pile SELECT value->>0, value->>1 FROM json_each($1)");
        insert.bind(rows).execute(&mut connection).await?;
    }
    let took = instant() - began;
    connection.close().await?;
    Ok(took)
}

/// How long so many rows of so many bytes take on a Postgres server, so many to a commit.
///
/// # Errors
/// When the server fails, or does not wait for its disk.
pub async fn postgres_rows(
    url: &str,
    (count, commit, size): (u32, u32, usize),
) -> Result<Duration, sqlx::Error> {
    let mut connection = postgres(url).await?;
    connection.execute(PILE).await?;
    connection.execute(EMPTY_PILE).await?;
    let began = instant();
    for first in (0..count).step_by(usize::try_from(commit.max(1)).unwrap_or(1)) {
        let rows = rows(first..count.min(first.saturating_add(commit)), size);
        let insert = sqlx::query(
            "INSERT INTO pile SELECT CAST(value->>0 AS BIGINT), value->>1 \
             FROM jsonb_array_elements($1::TEXT::JSONB)",
        );
        insert.bind(rows).execute(&mut connection).await?;
    }
    let took = instant() - began;
    connection.close().await?;
    Ok(took)
}

/// As JSON, since that is how the store hands its rows over.
fn rows(numbers: std::ops::Range<u32>, size: usize) -> String {
    let text = ".".repeat(size);
    let rows: Vec<_> = numbers.map(|number| (number, &text)).collect();
    serde_json::json!(rows).to_string()
}

async fn sqlite(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    options.connect().await
}

async fn postgres(url: &str) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let durable: String = sqlx::query_scalar(DURABLE)
        .fetch_one(&mut connection)
        .await?;
    if durable != "onon" {
        let why = "the server does not wait for its disk: set fsync and synchronous_commit";
        return Err(sqlx::Error::Configuration(why.into()));
    }
    Ok(connection)
}
