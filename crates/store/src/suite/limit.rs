//! How often an engine can commit at all on this disk: one small row, one connection, nothing else.
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
const DURABLE: &str = "SELECT current_setting('fsync') || current_setting('synchronous_commit')";

/// How long so many commits take in a SQLite file, each on the disk before the next begins.
///
/// # Errors
/// When the file cannot be written.
pub async fn sqlite_commits(path: &Path, count: u32) -> Result<Duration, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection: SqliteConnection = options.connect().await?;
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
    let mut connection = PgConnection::connect(url).await?;
    let durable: String = sqlx::query_scalar(DURABLE)
        .fetch_one(&mut connection)
        .await?;
    if durable != "onon" {
        let why = "the server does not wait for its disk: set fsync and synchronous_commit";
        return Err(sqlx::Error::Configuration(why.into()));
    }
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
