//! Reads a carrier's invoice, and says of every line at once what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use csv::StringRecord;
use jiff::civil::Date;
use parcelgate_domain::{AccountId, Currency, Money, TrackingNumber};
use parcelgate_store::NewInvoiceLine;

use super::amount::amount;
use super::form::{Field, Form};

/// How many lines an import may have.
pub const LINES_MAX: usize = 200_000;
/// How long a text of a line may be, in bytes.
const TEXT_MAX: usize = 200;

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// In which line of the file it begins; the first is 1.
    pub at: u64,
    /// What it says.
    pub line: NewInvoiceLine,
}

/// What cannot stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// In which line; the first is 1.
    pub at: u64,
    /// In which column.
    pub column: String,
    /// What stands there, shortened.
    pub given: String,
    /// What may.
    pub allowed: String,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            column,
            given,
            allowed,
        } = self;
        write!(f, "line {at}, {column}: {given:?} is not {allowed}")
    }
}

/// What came of reading a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The lines that can stand, in their order.
    pub lines: Vec<Given>,
    /// All that cannot.
    pub bad: Vec<Bad>,
}

/// Reads the lines that charge `account`.
#[must_use]
pub fn read(bytes: &[u8], form: &Form, account: &AccountId) -> Read {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let mut places = Places {
        bytes,
        seen: 0,
        line: 1,
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(form.delimiter)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut read = Read::default();
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            read.bad.push(unreadable(1, &error));
            return read;
        }
    };
    let layout = match Layout::of(&header, form) {
        Ok(layout) => layout,
        Err(missing) => {
            read.bad = missing;
            return read;
        }
    };
    let mut keys = Keys::default();
    let mut record = StringRecord::new();
    loop {
        let at = places.line_of(reader.position().byte());
        match reader.read_record(&mut record) {
            Ok(false) => return read,
            Ok(true) if read.lines.len() >= LINES_MAX => {
                let allowed = format!("one of the first {LINES_MAX} lines; import it in parts");
                read.bad.push(bad(at, "line", "", &allowed));
                return read;
            }
            Ok(true) => match layout.line(&record, at, account, &mut keys) {
                Ok(line) => read.lines.push(Given { at, line }),
                Err(found) => read.bad.extend(found),
            },
            Err(error) => {
                read.bad.push(unreadable(at, &error));
                if error.is_io_error() {
                    return read;
                }
            }
        }
    }
}

fn unreadable(at: u64, error: &csv::Error) -> Bad {
    let allowed = if let csv::ErrorKind::UnequalLengths {
        expected_len, len, ..
    } = error.kind()
    {
        format!("{expected_len} columns as in the header; it has {len}")
    } else if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) {
        "text in UTF-8".to_owned()
    } else {
        format!("a line of CSV: {error}")
    };
    bad(at, "line", "", &allowed)
}

fn bad(at: u64, column: &str, given: &str, allowed: &str) -> Bad {
    Bad {
        at,
        column: column.to_owned(),
        given: given.chars().take(40).collect(),
        allowed: allowed.to_owned(),
    }
}

/// Tells lines apart of which the carrier does not number any: the second that names the same is
/// the second, in every import.
#[derive(Debug, Default)]
struct Keys {
    seen: BTreeMap<String, u32>,
    numbered: BTreeSet<(String, String)>,
}

/// What some programs write before a text in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Counts lines as editors do, whatever ends them.
#[derive(Debug)]
struct Places<'a> {
    bytes: &'a [u8],
    seen: usize,
    line: u64,
}

impl Places<'_> {
    /// The line that the record begins in which is read from `byte` on.
    fn line_of(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.bytes.get(byte..).unwrap_or_default().iter();
        let blank = rest
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let begins = byte.saturating_add(blank).min(self.bytes.len());
        let passed = self.bytes.get(self.seen..begins).unwrap_or_default().iter();
        let ends = passed.filter(|byte| **byte == b'\n').count();
        self.seen = begins;
        self.line = self.line.saturating_add(u64::try_from(ends).unwrap_or(0));
        self.line
    }
}

/// Where each field stands.
#[derive(Debug)]
struct Layout<'a> {
    form: &'a Form,
    places: BTreeMap<Field, usize>,
}

impl<'a> Layout<'a> {
    fn of(header: &StringRecord, form: &'a Form) -> Result<Self, Vec<Bad>> {
        let mut places = BTreeMap::new();
        let mut missing = Vec::new();
        let names: Vec<&str> = header.iter().collect();
        let names = names.join(", ");
        for (field, _) in Field::ALL {
            let column = form.column(field);
            match header.iter().position(|name| name == column) {
                Some(place) => {
                    places.insert(field, place);
                }
                None if form.columns.contains_key(&field) => {
                    missing.push(bad(1, column, "", &format!("there; the header is {names}")));
                }
                None => {}
            }
        }
        let has = |field: &Field| places.contains_key(field) || form.values.contains_key(field);
        let must = [Field::Invoice, Field::Date, Field::Amount, Field::Currency];
        for field in must.into_iter().filter(|field| !has(field)) {
            if !form.columns.contains_key(&field) {
                let allowed = format!("there; name its column, the header is {names}");
                missing.push(bad(1, field.name(), "", &allowed));
            }
        }
        let who = [Field::Tracking, Field::CarrierNumber, Field::Reference];
        if !who.iter().any(has) && missing.is_empty() {
            let allowed =
                format!("there, nor carrier_number or reference; name one, the header is {names}");
            missing.push(bad(1, "tracking", "", &allowed));
        }
        if missing.is_empty() {
            Ok(Self { form, places })
        } else {
            Err(missing)
        }
    }

    fn text<'r>(&'r self, record: &'r StringRecord, field: Field) -> &'r str {
        let place = self.places.get(&field);
        let own = place.and_then(|place| record.get(*place)).unwrap_or("");
        let value = self.form.values.get(&field);
        match value {
            Some(value) if own.is_empty() => value,
            Some(_) | None => own,
        }
    }

    fn line(
        &self,
        record: &StringRecord,
        at: u64,
        account: &AccountId,
        keys: &mut Keys,
    ) -> Result<NewInvoiceLine, Vec<Bad>> {
        let mut found = Vec::new();
        let mut wrong = |field: Field, given: &str, allowed: &str| {
            found.push(bad(at, self.form.column(field), given, allowed));
        };
        for (field, _) in Field::ALL {
            let text = self.text(record, field);
            if text.len() > TEXT_MAX {
                wrong(field, text, &format!("at most {TEXT_MAX} bytes"));
            }
        }
        let invoice = self.text(record, Field::Invoice);
        if invoice.is_empty() {
            wrong(Field::Invoice, "", "the number of the invoice");
        }
        let day = self.text(record, Field::Date);
        let invoiced_on = Date::strptime(&self.form.date_format, day).ok();
        if invoiced_on.is_none() {
            let allowed = format!("a day written as {}", self.form.date_format);
            wrong(Field::Date, day, &allowed);
        }
        let code = self.text(record, Field::Currency);
        let currency = code.to_ascii_uppercase().parse::<Currency>().ok();
        if currency.is_none() {
            wrong(Field::Currency, code, "a currency of ISO 4217");
        }
        let text = self.text(record, Field::Amount);
        let amount = currency.map(|currency| amount(text, currency, self.form.decimal_comma));
        if let Some(Err(allowed)) = &amount {
            wrong(Field::Amount, text, allowed);
        }
        let number = |field: Field| {
            let text = self.text(record, field);
            (!text.is_empty()).then(|| normal(text))
        };
        let own = self.text(record, Field::Kind);
        let mut line = NewInvoiceLine {
            account: account.clone(),
            invoice: invoice.to_owned(),
            key: String::new(),
            invoiced_on: invoiced_on.unwrap_or_default(),
            number: number(Field::Tracking),
            carrier_number: number(Field::CarrierNumber),
            reference: number(Field::Reference),
            kind: if own.is_empty() { "charge" } else { own }.to_owned(),
            amount: match amount {
                Some(Ok(amount)) => amount,
                Some(Err(_)) | None => Money::zero(Currency::USD),
            },
            shipment: None,
        };
        let numbered = self.text(record, Field::Line).to_owned();
        match keys.of(&line, &numbered) {
            Some(key) => line.key = key,
            None => wrong(Field::Line, &numbered, "the only line of that number"),
        }
        if found.is_empty() {
            Ok(line)
        } else {
            Err(found)
        }
    }
}

impl Keys {
    /// What tells `line` from the others of its invoice; none when another has its number.
    fn of(&mut self, line: &NewInvoiceLine, numbered: &str) -> Option<String> {
        if !numbered.is_empty() {
            let own = (line.invoice.clone(), numbered.to_owned());
            return self.numbered.insert(own).then(|| numbered.to_owned());
        }
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let names = [
            of(&line.number),
            of(&line.carrier_number),
            of(&line.reference),
            line.kind.clone(),
        ]
        .join("|");
        let seen = self.seen.entry(format!("{}|{names}", line.invoice));
        let count = seen.or_default();
        *count = count.saturating_add(1);
        Some(format!("{names}|{count}"))
    }
}

/// A number as all are compared: without blanks and dashes, in capitals.
#[must_use]
pub(super) fn normal(text: &str) -> String {
    let number = text.parse::<TrackingNumber>();
    number.map_or_else(|_| text.to_uppercase(), |number| number.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Read {
        read(
            text.as_bytes(),
            &Form::default(),
            &"ups-ohio".parse().unwrap(),
        )
    }

    const HEADER: &str = "invoice,date,tracking,kind,amount,currency\n";

    #[test]
    fn a_mark_before_the_header_quotes_and_line_ends_are_no_matter() {
        let plain =
            format!("{HEADER}F-1,2026-12-01,1Z999AA10123456784,\"Fuel, air\",\"1,234.50\",usd\n");
        let marked = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
        let read = lines(&plain);
        assert_eq!(read.bad, []);
        assert_eq!(lines(&marked), read);
        let [Given { at: 2, line }] = read.lines.as_slice() else {
            panic!("{read:?}");
        };
        assert_eq!(
            (line.kind.as_str(), line.amount.minor()),
            ("Fuel, air", 123_450)
        );
    }

    #[test]
    fn every_bad_line_is_named_at_once() {
        let text = format!(
            "{HEADER}F-1,2026-12-01,1Z1,a,1.00,USD\n,12/01/2026,1Z2,a,x,USX\nF-1,2026-12-01,1Z3\n\
             F-1,2026-12-01,1Z4,a,1.001,USD\n"
        );
        let read = lines(&text);
        let told: Vec<String> = read.bad.iter().map(ToString::to_string).collect();
        let begins = [
            "line 3, invoice:",
            "line 3, date: \"12/01/2026\" is not a day written as %Y-%m-%d",
            "line 3, currency: \"USX\"",
            "line 4, line: \"\" is not 6 columns as in the header; it has 3",
            "line 5, amount: \"1.001\" is not an amount in USD, which has 2 decimals",
        ];
        assert_eq!(told.len(), begins.len(), "{told:?}");
        for (told, begin) in told.iter().zip(begins) {
            assert!(told.starts_with(begin), "{told}");
        }
        assert_eq!(read.lines.len(), 1);
    }

    #[test]
    fn a_header_without_what_is_needed_is_told_of() {
        let read = lines("Invoice Number,Net Charge\n1,2\n");
        let columns: Vec<&str> = read.bad.iter().map(|bad| bad.column.as_str()).collect();
        assert_eq!(columns, ["invoice", "date", "amount", "currency"]);
        assert!(read.bad[0].allowed.contains("Net Charge"), "{:?}", read.bad);
        let read = lines("invoice,date,amount,currency\n");
        assert_eq!(read.bad.len(), 1, "{:?}", read.bad);
    }

    #[test]
    fn lines_that_name_the_same_are_told_apart_by_their_order() {
        let text = format!("{HEADER}F,2026-12-01,1Z1,a,1.00,USD\nF,2026-12-01,1Z1,a,1.00,USD\n");
        let keys = |read: Read| -> Vec<String> {
            read.lines.into_iter().map(|given| given.line.key).collect()
        };
        let one = keys(lines(&text));
        assert_eq!(one, ["1Z1|||a|1", "1Z1|||a|2"]);
        assert_eq!(keys(lines(&text)), one, "the same again");
        let numbered = "invoice,date,line,tracking,amount,currency\n\
                        F,2026-12-01,7,1Z1,1,USD\nF,2026-12-01,7,1Z1,2,USD\n";
        let read = lines(numbered);
        assert_eq!((read.lines.len(), read.bad.len()), (1, 1), "{read:?}");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes: Vec<u8>, text: String) {
            let account: AccountId = "ups-ohio".parse().unwrap();
            let _read = read(&bytes, &Form::default(), &account);
            let _read = lines(&format!("{HEADER}{text}"));
        }
    }
}
