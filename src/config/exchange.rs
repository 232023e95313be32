//! The dated table of exchange rates: in the configuration, or in a file of its own that is read
//! again when it changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::civil;
use parcelgate_domain::{Currency, ExchangeRates};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::service::rates::ExchangeTable;

/// Currencies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeConfig {
    /// A file with base, date and units, which then count instead of those below. Empty: none.
    #[serde(default)]
    pub file: PathBuf,
    /// How often the file is looked at, in milliseconds.
    pub look_ms: u64,
    /// The currency that the units are given for.
    pub base: String,
    /// Of which day the units are.
    pub date: String,
    /// Units of each currency for one of the base, as decimal texts.
    #[serde(default)]
    pub units: BTreeMap<String, String>,
}

/// What stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    base: String,
    date: String,
    units: BTreeMap<String, String>,
}

impl ExchangeConfig {
    /// The table, from the file when there is one.
    ///
    /// # Errors
    /// When the file cannot be read, or something in the table is no currency, day or rate.
    pub fn table(&self) -> anyhow::Result<ExchangeTable> {
        if self.file.as_os_str().is_empty() {
            return table("exchange", &self.base, &self.date, &self.units);
        }
        read(&self.file)
    }
}

/// The table in a file.
///
/// # Errors
/// When it cannot be read, or something in it is no currency, day or rate.
fn read(path: &Path) -> anyhow::Result<ExchangeTable> {
    let name = path.display().to_string();
    let source = config::File::from(path).format(config::FileFormat::Toml);
    let file = config::Config::builder().add_source(source).build();
    let file: TableFile = file
        .and_then(config::Config::try_deserialize)
        .with_context(|| name.clone())?;
    anyhow::ensure!(
        !file.date.is_empty(),
        "{name}: date must be a day, such as 2026-11-20"
    );
    table(&name, &file.base, &file.date, &file.units)
}

fn table(
    place: &str,
    base: &str,
    date: &str,
    units: &BTreeMap<String, String>,
) -> anyhow::Result<ExchangeTable> {
    let base: Currency = base.parse().with_context(|| format!("{place}: base"))?;
    let date: Option<civil::Date> = match date {
        "" => None,
        text => Some(
            text.parse()
                .with_context(|| format!("{place}: date = {text:?}"))?,
        ),
    };
    let mut rates = vec![(base, Decimal::ONE)];
    for (code, text) in units {
        // The configuration reads names in lower case.
        let currency: Currency = code
            .to_uppercase()
            .parse()
            .with_context(|| format!("{place}: units"))?;
        let rate: Decimal = text
            .parse()
            .with_context(|| format!("{place}: units.{code} = {text:?} is no decimal"))?;
        anyhow::ensure!(
            rate > Decimal::ZERO,
            "{place}: units.{code} must be above zero"
        );
        rates.push((currency, rate));
    }
    let rates = ExchangeRates::new(rates).dated(date);
    Ok(ExchangeTable { base, rates })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> anyhow::Result<ExchangeTable> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rates.toml");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn a_file_is_a_table_of_its_day() {
        let table =
            file("base = \"USD\"\ndate = \"2026-11-20\"\n[units]\nCNY = \"7.25\"\n").unwrap();
        let rate = table.rates.between(Currency::CNY, Currency::USD).unwrap();
        assert_eq!(rate.date, "2026-11-20".parse().ok());
        assert_eq!(rate.rate.to_string(), "0.1379310345");
    }

    #[test]
    fn what_cannot_be_a_table_is_named() {
        let wrong = [
            (
                "base = \"USD\"\ndate = \"\"\n[units]\n",
                "date must be a day",
            ),
            (
                "base = \"USD\"\ndate = \"today\"\n[units]\n",
                "date = \"today\"",
            ),
            ("base = \"USX\"\ndate = \"2026-11-20\"\n[units]\n", "base"),
            (
                "base = \"USD\"\ndate = \"2026-11-20\"\n[units]\nCNY = \"0\"\n",
                "above zero",
            ),
            (
                "base = \"USD\"\ndate = \"2026-11-20\"\n[units]\nCNY = \"x\"\n",
                "no decimal",
            ),
            ("base = \"USD\"\ndate = \"2026-11-20\"\n", "units"),
        ];
        for (text, part) in wrong {
            let problem = format!("{:#}", file(text).unwrap_err());
            assert!(problem.contains(part), "{problem}");
            assert!(problem.contains("rates.toml"), "{problem}");
        }
    }
}
