//! Statements with what is bound to them, and the ways to run one.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value as Json;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Connection as _};

use super::cells::{Cells, unreadable};
use super::connection::{Connection, On};
use super::{dialect, postgres, zero};
use crate::{Error, Id, Page, Result};

/// A statement with what is bound to it, `$1` first.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    sql: &'static str,
    values: Vec<Value>,
}

#[derive(Debug, Clone)]
enum Value {
    Text(Option<String>),
    Int(i64),
    Bytes(Vec<u8>),
    /// Rows for `json_each`.
    Json(String),
}

impl Statement {
    pub(super) fn of(sql: &'static str) -> Self {
        let values = Vec::new();
        Self { sql, values }
    }

    pub(super) fn text(self, text: impl Display) -> Self {
        self.maybe_text(Some(text))
    }

    pub(super) fn maybe_text(self, text: Option<impl Display>) -> Self {
        self.bind(Value::Text(text.map(|text| text.to_string())))
    }

    pub(super) fn int(self, int: impl Into<i64>) -> Self {
        self.bind(Value::Int(int.into()))
    }

    fn bytes(self, bytes: Vec<u8>) -> Self {
        self.bind(Value::Bytes(bytes))
    }

    pub(super) fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Self> {
        Ok(self.bind(Value::Json(json(value)?)))
    }

    fn bind(mut self, value: Value) -> Self {
        self.values.push(value);
        self
    }

    fn for_sqlite(self) -> Query<'static, sqlx::Sqlite, SqliteArguments> {
        let query = sqlx::query(self.sql);
        self.values
            .into_iter()
            .fold(query, |query, value| match value {
                Value::Text(text) => query.bind(text),
                Value::Int(int) => query.bind(int),
                Value::Bytes(bytes) => query.bind(bytes),
                Value::Json(json) => query.bind(json),
            })
    }

    fn for_postgres(self) -> Query<'static, sqlx::Postgres, PgArguments> {
        let query = sqlx::query(AssertSqlSafe(dialect::for_postgres(self.sql)));
        self.values
            .into_iter()
            .fold(query, |query, value| match value {
                Value::Text(text) => query.bind(text.map(zero::keep)),
                Value::Int(int) => query.bind(int),
                Value::Bytes(bytes) => query.bind(bytes),
                Value::Json(json) => query.bind(zero::keep_json(json)),
            })
    }
}

/// All rows of an answer.
pub(super) async fn all<'c, T>(
    on: impl Into<On<'c>>,
    statement: Statement,
    read: fn(&Cells<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    match on.into() {
        On::Sqlite(on) => sqlite_rows(&statement.for_sqlite().fetch_all(on).await?, read),
        On::SqliteReads(on) => sqlite_rows(&statement.for_sqlite().fetch_all(on).await?, read),
        On::Postgres(on) => postgres_rows(&statement.for_postgres().fetch_all(on).await?, read),
        On::PostgresReads(on) => {
            let mut on = on.acquire().await?;
            let found = match statement.clone().for_postgres().fetch_all(&mut *on).await {
                Err(error) if postgres::prepared_before(&error) => {
                    on.clear_cached_statements().await?;
                    statement.for_postgres().fetch_all(&mut *on).await?
                }
                found => found?,
            };
            postgres_rows(&found, read)
        }
    }
}

fn sqlite_rows<T>(rows: &[SqliteRow], read: fn(&Cells<'_>) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(|row| read(&Cells::Sqlite(row))).collect()
}

fn postgres_rows<T>(rows: &[PgRow], read: fn(&Cells<'_>) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(|row| read(&Cells::Postgres(row))).collect()
}

/// The row of an answer that has one at most.
pub(super) async fn one<'c, T>(
    on: impl Into<On<'c>>,
    statement: Statement,
    read: fn(&Cells<'_>) -> Result<T>,
) -> Result<Option<T>> {
    Ok(all(on, statement, read).await?.pop())
}

/// Runs a statement that answers nothing.
pub(super) async fn run(on: &mut Connection, statement: Statement) -> Result<()> {
    match on {
        Connection::Sqlite(on) => {
            statement.for_sqlite().execute(on).await?;
        }
        Connection::Postgres { connection: on, .. } => {
            statement.for_postgres().execute(on).await?;
        }
    }
    Ok(())
}

/// Writes `rows` with one statement, whose `$1` is all of them as a JSON array.
pub(super) async fn write(on: &mut Connection, sql: &'static str, rows: Vec<Json>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    run(on, Statement::of(sql).json(&rows)?).await
}

/// As [`write()`], with the bytes that the rows point into as `$2`.
pub(super) async fn write_with(
    on: &mut Connection,
    sql: &'static str,
    rows: Vec<Json>,
    pile: Pile,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    run(on, Statement::of(sql).json(&rows)?.bytes(pile.0)).await
}

/// Bytes of many rows in one bound value, so that none goes through JSON.
#[derive(Debug, Default)]
pub(super) struct Pile(Vec<u8>);

impl Pile {
    /// Puts `bytes` on the pile: from where, counted from 1 as SQL's `substr` does, and how many.
    pub(super) fn put(&mut self, bytes: &[u8]) -> (usize, usize) {
        let from = self.0.len().saturating_add(1);
        self.0.extend_from_slice(bytes);
        (from, bytes.len())
    }
}

/// As JSON text.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|why| unreadable("value", why))
}

/// The id that a page begins after; every id is greater than the empty text.
pub(super) fn after<Of>(page: &Page<'_, Id<Of>>) -> String {
    page.after.map(ToString::to_string).unwrap_or_default()
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolClosed) {
            Self::Closed
        } else {
            Self::Database(error.to_string())
        }
    }
}
