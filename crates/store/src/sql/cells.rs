//! The cells of a row, read as what they stand for.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use parcelgate_domain::{Currency, Money};
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::zero;
use crate::{Error, Result};

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

/// The cells of one row, by column.
#[derive(Debug)]
pub(super) enum Cells<'r> {
    Sqlite(&'r SqliteRow),
    Postgres(&'r PgRow),
}

impl Cells<'_> {
    pub(super) fn maybe_text(&self, column: &'static str) -> Result<Option<String>> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(column)?),
            Self::Postgres(row) => Ok(row.try_get::<Option<String>, _>(column)?.map(zero::give)),
        }
    }

    pub(super) fn maybe_int(&self, column: &'static str) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(column)?),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    pub(super) fn maybe_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(column)?),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String> {
        there(column, self.maybe_text(column)?)
    }

    pub(super) fn int(&self, column: &'static str) -> Result<i64> {
        there(column, self.maybe_int(column)?)
    }

    pub(super) fn bytes(&self, column: &'static str) -> Result<Vec<u8>> {
        there(column, self.maybe_bytes(column)?)
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
        let number = self.maybe_int(column)?;
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
        let micros = self.maybe_int(column)?;
        let time = micros.map(Timestamp::from_microsecond).transpose();
        time.map_err(|why| unreadable(column, why))
    }

    /// An amount in two columns.
    pub(super) fn maybe_money(
        &self,
        minor: &'static str,
        currency: &'static str,
    ) -> Result<Option<Money>> {
        let minor = self.maybe_int(minor)?;
        let currency: Option<Currency> = self.maybe_parsed(currency)?;
        Ok(minor
            .zip(currency)
            .map(|(minor, currency)| Money::of_minor(minor, currency)))
    }
}

pub(super) fn unreadable(what: &'static str, why: impl Display) -> Error {
    Error::Unreadable {
        what,
        why: why.to_string(),
    }
}

fn there<T>(column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| unreadable(column, "NULL"))
}
