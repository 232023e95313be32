//! Tables as text: a header line, then a line for each row, fields between tabs, no quotes.

use std::fmt;

/// More lines than one demo ships.
const ROWS_MAX: usize = 10_000;

/// One field of one line that cannot stand as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    /// The line, counted from one, the header included.
    pub(crate) line: usize,
    /// The column.
    pub(crate) field: String,
    /// What is wrong and what is allowed.
    pub(crate) problem: String,
}

impl Fault {
    /// A fault of `field` in `line`.
    pub(crate) fn new(line: usize, field: &str, problem: impl Into<String>) -> Self {
        Self {
            line,
            field: field.to_owned(),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.field, self.problem)
    }
}

/// A table that was read; its rows may still be wrong.
#[derive(Debug)]
pub(crate) struct Sheet {
    columns: Vec<String>,
    /// Rows with as many fields as the header has.
    pub(crate) rows: Vec<(usize, Vec<String>)>,
    /// Lines that are no rows.
    pub(crate) faults: Vec<Fault>,
}

impl Sheet {
    /// Reads `bytes`, which must have all of `required` in its first line.
    ///
    /// # Errors
    /// Names every column that is missing; says so when there are too many lines.
    pub(crate) fn read(bytes: &[u8], required: &[&str]) -> Result<Self, Vec<Fault>> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes); // as spreadsheets write
        let mut lines = (1..).zip(bytes.split(|byte| *byte == b'\n'));
        let header = lines
            .next()
            .and_then(|(_, line)| fields(line))
            .unwrap_or_default();
        let columns: Vec<String> = header
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        let missing = required
            .iter()
            .filter(|name| !columns.iter().any(|column| column == *name));
        let missing: Vec<Fault> = missing
            .map(|name| Fault::new(1, name, "the header lacks this column"))
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let mut sheet = Self {
            columns,
            rows: Vec::new(),
            faults: Vec::new(),
        };
        for (line, bytes) in lines.filter(|(_, bytes)| !bytes.trim_ascii().is_empty()) {
            if sheet.rows.len() == ROWS_MAX {
                let problem = format!("there are more than {ROWS_MAX} lines");
                return Err(vec![Fault::new(line, "file", problem)]);
            }
            sheet.add(line, bytes);
        }
        Ok(sheet)
    }

    fn add(&mut self, line: usize, bytes: &[u8]) {
        let Some(fields) = fields(bytes) else {
            self.faults
                .push(Fault::new(line, "line", "it is not UTF-8"));
            return;
        };
        if fields.len() == self.columns.len() {
            self.rows.push((line, fields));
        } else {
            let problem = format!(
                "it has {} fields and the header {}",
                fields.len(),
                self.columns.len()
            );
            self.faults.push(Fault::new(line, "line", problem));
        }
    }

    /// The field of `row` under `column`; empty when there is no such column.
    pub(crate) fn get<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        let index = self.columns.iter().position(|name| name == column);
        index
            .and_then(|index| row.get(index))
            .map_or("", String::as_str)
    }
}

fn fields(line: &[u8]) -> Option<Vec<String>> {
    let line = std::str::from_utf8(line).ok()?.trim_end_matches('\r');
    Some(
        line.split('\t')
            .map(|field| field.trim().to_owned())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_knows_its_line() {
        let sheet = Sheet::read(b"\xef\xbb\xbfa\tb\r\n1\t2\r\n\r\n3\t\n", &["b"]).unwrap();
        assert_eq!(
            sheet.rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [2, 4]
        );
        assert_eq!(sheet.get(&sheet.rows[0].1, "a"), "1");
        assert_eq!(sheet.get(&sheet.rows[1].1, "b"), "");
        assert_eq!(sheet.get(&sheet.rows[1].1, "c"), "");
        assert!(sheet.faults.is_empty());
    }

    #[test]
    fn every_missing_column_is_named_at_once() {
        let faults = Sheet::read(b"a\tb\n", &["b", "c", "d"]).unwrap_err();
        assert_eq!(
            faults
                .iter()
                .map(|fault| fault.field.as_str())
                .collect::<Vec<_>>(),
            ["c", "d"]
        );
        assert_eq!(Sheet::read(b"", &["a"]).unwrap_err().len(), 1);
    }

    #[test]
    fn a_line_that_is_no_row_does_not_lose_its_neighbours() {
        let sheet = Sheet::read(b"a\tb\n1\n\xff\t2\n3\t4\n", &["a"]).unwrap();
        assert_eq!(sheet.rows.len(), 1);
        let lines: Vec<usize> = sheet.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [2, 3]);
    }
}
