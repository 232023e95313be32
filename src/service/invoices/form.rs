//! How a carrier writes its invoices: which column says what, and how amounts and days are written.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// What a line of an invoice says. Its name is that of the column in our own header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The number of the invoice.
    Invoice,
    /// The day of the invoice.
    Date,
    /// The number of the line, where the carrier numbers them.
    Line,
    /// The tracking number of a box.
    Tracking,
    /// The carrier's own number for the shipment.
    CarrierNumber,
    /// Our reference.
    Reference,
    /// What is charged for.
    Kind,
    /// How much, with the taxes that the carrier asks for.
    Amount,
    /// In which currency.
    Currency,
}

impl Field {
    /// Every field with its name.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Invoice, "invoice"),
        (Self::Date, "date"),
        (Self::Line, "line"),
        (Self::Tracking, "tracking"),
        (Self::CarrierNumber, "carrier_number"),
        (Self::Reference, "reference"),
        (Self::Kind, "kind"),
        (Self::Amount, "amount"),
        (Self::Currency, "currency"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(field, _)| *field == self);
        found.map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.iter().find(|(_, own)| *own == name.trim());
        let found = found.map(|(field, _)| *field);
        found.with_context(|| {
            let names = Self::ALL.map(|(_, name)| name).join(", ");
            format!("{name:?} is no field of an invoice; there are {names}")
        })
    }
}

/// How an invoice is written. A field without a column here is looked for under its own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The carrier's name of the column of a field.
    pub columns: BTreeMap<Field, String>,
    /// What holds for every line of which no column says it.
    pub values: BTreeMap<Field, String>,
    /// How days are written, in the signs of `strftime`.
    pub date_format: String,
    /// Whether a comma stands before the decimals, and points between the thousands.
    pub decimal_comma: bool,
    /// What stands between two columns.
    pub delimiter: u8,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            columns: BTreeMap::new(),
            values: BTreeMap::new(),
            date_format: "%Y-%m-%d".to_owned(),
            decimal_comma: false,
            delimiter: b',',
        }
    }
}

/// What stands in a file about a carrier's invoices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormFile {
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    date_format: Option<String>,
    #[serde(default)]
    decimal_comma: bool,
    delimiter: Option<String>,
}

impl Form {
    /// What a TOML file says.
    ///
    /// # Errors
    /// When it cannot be read, or names what is no field.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        let source = config::File::from(path).format(config::FileFormat::Toml);
        let file = config::Config::builder().add_source(source).build();
        let file: FormFile = file
            .and_then(config::Config::try_deserialize)
            .with_context(|| path.display().to_string())?;
        let mut form = Self {
            decimal_comma: file.decimal_comma,
            ..Self::default()
        };
        for (name, column) in file.columns {
            form.columns.insert(Field::named(&name)?, column);
        }
        for (name, value) in file.values {
            form.values.insert(Field::named(&name)?, value);
        }
        if let Some(date_format) = file.date_format {
            form.date_format = date_format;
        }
        if let Some(delimiter) = file.delimiter {
            form.delimit(&delimiter)?;
        }
        Ok(form)
    }

    /// Takes over `field=Column,field=Column`; a comma in a name is written `\,`.
    ///
    /// # Errors
    /// When it is written otherwise, or names what is no field.
    pub fn name_columns(&mut self, text: &str) -> anyhow::Result<()> {
        let kept = text.replace("\\,", "\u{0}");
        for pair in kept.split(',').filter(|pair| !pair.trim().is_empty()) {
            let pair = pair.replace('\u{0}', ",");
            let Some((field, column)) = pair.split_once('=') else {
                bail!("{pair:?} is no column; write field=Column,field=Column");
            };
            let column = column.trim();
            ensure!(!column.is_empty(), "{pair:?} names no column");
            self.columns.insert(Field::named(field)?, column.to_owned());
        }
        Ok(())
    }

    /// What stands between two columns: one character, or `tab`.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn delimit(&mut self, text: &str) -> anyhow::Result<()> {
        self.delimiter = match text.as_bytes() {
            b"tab" | b"\\t" => b'\t',
            [one] if one.is_ascii() && !one.is_ascii_alphanumeric() => *one,
            _ => bail!("{text:?} cannot stand between columns; give one sign such as ; or tab"),
        };
        Ok(())
    }

    /// The name of the column that says `field`.
    #[must_use]
    pub(super) fn column(&self, field: Field) -> &str {
        let own = self.columns.get(&field);
        own.map_or_else(|| field.name(), String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_by_a_flag_or_a_file() {
        let mut form = Form::default();
        form.name_columns("tracking=Tracking Number, amount = Net\\, Charge,")
            .unwrap();
        assert_eq!(form.column(Field::Tracking), "Tracking Number");
        assert_eq!(form.column(Field::Amount), "Net, Charge");
        assert_eq!(form.column(Field::Kind), "kind");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("carrier.toml");
        let text = "delimiter = \";\"\ndecimal_comma = true\ndate_format = \"%d.%m.%Y\"\n\
                    [columns]\ntracking = \"Sendungsnummer\"\n[values]\ncurrency = \"EUR\"\n";
        std::fs::write(&path, text).unwrap();
        let form = Form::from_file(&path).unwrap();
        assert_eq!(form.column(Field::Tracking), "Sendungsnummer");
        assert_eq!(form.values[&Field::Currency], "EUR");
        assert_eq!((form.delimiter, form.decimal_comma), (b';', true));
    }

    #[test]
    fn what_is_no_field_is_named_with_all_that_are() {
        let mut form = Form::default();
        let told = form.name_columns("price=Net").unwrap_err().to_string();
        assert!(
            told.contains("\"price\"") && told.contains("amount"),
            "{told}"
        );
        assert!(form.name_columns("amount").is_err());
        assert!(form.name_columns("amount=").is_err());
        assert!(form.delimit("ab").is_err() && form.delimit("tab").is_ok());
    }
}
