//! Statements and rows: the little that every table's file shares.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use parcelgate_domain::{Currency, Money};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row, Sqlite, SqliteConnection, SqliteExecutor};

use crate::{Error, Id, Page, Result};

/// A statement with what is bound to it.
pub(super) type Statement = Query<'static, Sqlite, SqliteArguments>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolClosed) {
            Self::Closed
        } else {
            Self::Database(error.to_string())
        }
    }
}

/// All rows of an answer.
pub(super) async fn all<'e, T>(
    on: impl SqliteExecutor<'e>,
    statement: Statement,
    read: fn(&Cells<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let rows = statement.fetch_all(on).await?;
    rows.iter().map(|row| read(&Cells(row))).collect()
}

/// The row of an answer that has one at most.
pub(super) async fn one<'e, T>(
    on: impl SqliteExecutor<'e>,
    statement: Statement,
    read: fn(&Cells<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let row = statement.fetch_optional(on).await?;
    row.as_ref().map(|row| read(&Cells(row))).transpose()
}

/// Writes `rows` with one statement, whose `$1` is all of them as a JSON array.
pub(super) async fn write(
    on: &mut SqliteConnection,
    sql: &'static str,
    rows: Vec<Value>,
) -> Result<()> {
    if !rows.is_empty() {
        sqlx::query(sql).bind(json(&rows)?).execute(on).await?;
    }
    Ok(())
}

/// As [`write()`], with the bytes that the rows point into as `$2`.
pub(super) async fn write_with(
    on: &mut SqliteConnection,
    sql: &'static str,
    rows: Vec<Value>,
    pile: Pile,
) -> Result<()> {
    if !rows.is_empty() {
        let statement = sqlx::query(sql).bind(json(&rows)?).bind(pile.0);
        statement.execute(on).await?;
    }
    Ok(())
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

/// A time as it is kept. The last second there is keeps its beginning: jiff does not read the rest
/// of it back from microseconds.
pub(super) fn micros(at: Timestamp) -> i64 {
    let last = Timestamp::MAX.as_second().saturating_mul(1_000_000);
    at.as_microsecond().min(last)
}

/// A time as it is kept.
pub(super) fn maybe_micros(at: Option<Timestamp>) -> Option<i64> {
    at.map(micros)
}

/// Bytes as hexadecimal digits, for SQL's `unhex`.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The cells of one row, by column.
#[derive(Debug)]
pub(super) struct Cells<'r>(pub(super) &'r SqliteRow);

impl Cells<'_> {
    pub(super) fn text(&self, column: &'static str) -> Result<String> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn maybe_text(&self, column: &'static str) -> Result<Option<String>> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn int(&self, column: &'static str) -> Result<i64> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn bytes(&self, column: &'static str) -> Result<Vec<u8>> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn maybe_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn flag(&self, column: &'static str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    pub(super) fn digest(&self, column: &'static str) -> Result<[u8; 32]> {
        let bytes = self.bytes(column)?;
        let length = bytes.len();
        let digest = bytes.try_into();
        digest.map_err(|_| unreadable(column, format!("{length} bytes")))
    }

    /// A number of a narrower type.
    pub(super) fn number<T: TryFrom<i64, Error: Display>>(
        &self,
        column: &'static str,
    ) -> Result<T> {
        let number = self.int(column)?;
        T::try_from(number).map_err(|why| unreadable(column, why))
    }

    pub(super) fn maybe_number<T: TryFrom<i64, Error: Display>>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>> {
        let number: Option<i64> = self.0.try_get(column)?;
        let number = number.map(T::try_from).transpose();
        number.map_err(|why| unreadable(column, why))
    }

    /// What the text of a column stands for.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<T> {
        let text = self.text(column)?;
        text.parse().map_err(|why| unreadable(column, why))
    }

    pub(super) fn maybe_parsed<T: FromStr<Err: Display>>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>> {
        let text = self.maybe_text(column)?;
        let value = text.map(|text| text.parse()).transpose();
        value.map_err(|why| unreadable(column, why))
    }

    /// What the name in a column stands for.
    pub(super) fn named<T>(
        &self,
        column: &'static str,
        by_name: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        let name = self.text(column)?;
        by_name(&name).ok_or_else(|| unreadable(column, name))
    }

    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|why| unreadable(column, why))
    }

    pub(super) fn maybe_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>> {
        let text = self.maybe_text(column)?;
        let value = text.map(|text| serde_json::from_str(&text)).transpose();
        value.map_err(|why| unreadable(column, why))
    }

    pub(super) fn time(&self, column: &'static str) -> Result<Timestamp> {
        Timestamp::from_microsecond(self.int(column)?).map_err(|why| unreadable(column, why))
    }

    pub(super) fn maybe_time(&self, column: &'static str) -> Result<Option<Timestamp>> {
        let micros: Option<i64> = self.0.try_get(column)?;
        let time = micros.map(Timestamp::from_microsecond).transpose();
        time.map_err(|why| unreadable(column, why))
    }

    /// An amount in two columns.
    pub(super) fn maybe_money(
        &self,
        minor: &'static str,
        currency: &'static str,
    ) -> Result<Option<Money>> {
        let minor: Option<i64> = self.0.try_get(minor)?;
        let currency: Option<Currency> = self.maybe_parsed(currency)?;
        Ok(minor
            .zip(currency)
            .map(|(minor, currency)| Money::of_minor(minor, currency)))
    }
}

fn unreadable(what: &'static str, why: impl Display) -> Error {
    Error::Unreadable {
        what,
        why: why.to_string(),
    }
}

/// The id that a page begins after; every id is greater than the empty text.
pub(super) fn after<Of>(page: &Page<'_, Id<Of>>) -> String {
    page.after.map(ToString::to_string).unwrap_or_default()
}
