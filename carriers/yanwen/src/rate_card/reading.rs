//! Reads a price table, and names everything in it that is wrong.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::str::FromStr;

use csv::StringRecord;
use parcelgate_domain::{Currency, Money, Weight};

use super::{RateCard, Row};

/// The columns, in any order in the file; the first line that is no comment names them.
const COLUMNS: [&str; 15] = [
    "country",
    "channel_id",
    "channel_name",
    "weight_from_g",
    "weight_to_g",
    "price_per_kg",
    "registration_fee",
    "weight_min_g",
    "weight_step_g",
    "days_min",
    "days_max",
    "battery",
    "longest_cm_max",
    "sides_cm_max",
    "volumetric_divisor",
];

/// More rows than Yanwen has products and countries.
const ROWS_MAX: usize = 50_000;
/// More problems than anybody reads.
const PROBLEMS_SHOWN_MAX: usize = 100;

/// Everything that keeps a table from being used.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    line: usize,
    column: &'static str,
    text: String,
}

impl Problems {
    fn add(&mut self, line: usize, column: &'static str, text: impl Into<String>) {
        let text = text.into();
        self.0.push(Problem { line, column, text });
    }
}

impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(PROBLEMS_SHOWN_MAX).enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let Problem { line, column, text } = problem;
            write!(f, "{separator}line {line}, {column}: {text}")?;
        }
        match self.0.len().saturating_sub(PROBLEMS_SHOWN_MAX) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl RateCard {
    /// Reads a table. A line that begins with `#` is a comment; empty lines are skipped.
    pub(crate) fn parse(text: &str) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        // A spreadsheet puts a byte order mark before UTF-8.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut records = text.lines().enumerate().filter_map(record);
        let header = records.next();
        let positions = header.and_then(|(line, header)| positions(line, &header, &mut problems));
        let rows: Vec<Row> = positions.map_or_else(Vec::new, |positions| {
            let rows = records.take(ROWS_MAX + 1).filter_map(|(line, record)| {
                let positions = &positions;
                Fields {
                    line,
                    record,
                    positions,
                }
                .row(&mut problems)
            });
            rows.collect()
        });
        if rows.len() > ROWS_MAX {
            problems.add(0, "country", format!("more than {ROWS_MAX} rows"));
        }
        if rows.is_empty() && problems.0.is_empty() {
            problems.add(1, "country", "no row at all");
        }
        let card = Self::of(rows);
        card.check_sequences(&mut problems);
        if problems.0.is_empty() {
            Ok(card)
        } else {
            problems.0.sort();
            Err(problems)
        }
    }

    /// The bands of a channel follow each other gram by gram: an overlap has two prices, and a gap
    /// is a slip that would show only as a channel missing from the offers. While lines are wrong
    /// by themselves, a gap may be only what they leave.
    fn check_sequences(&self, problems: &mut Problems) {
        let complete = problems.0.is_empty();
        let pairs = self
            .rows
            .values()
            .flat_map(|rows| rows.iter().zip(rows.iter().skip(1)));
        for (lighter, heavier) in pairs.filter(|(a, b)| a.channel_id == b.channel_id) {
            let line = heavier.line;
            let next = lighter.to.saturating_add(Weight::grams(1));
            if heavier.from < next || (complete && heavier.from > next) {
                let text = format!(
                    "{} does not follow the {} where line {} ends; write {}",
                    heavier.from.as_grams(),
                    lighter.to.as_grams(),
                    lighter.line,
                    next.as_grams()
                );
                problems.add(line, "weight_from_g", text);
            }
            if heavier.channel_name != lighter.channel_name {
                let text = format!("not the name on line {}", lighter.line);
                problems.add(line, "channel_name", text);
            }
            if heavier.volumetric_divisor != lighter.volumetric_divisor {
                let text = format!("not the divisor on line {}", lighter.line);
                problems.add(line, "volumetric_divisor", text);
            }
        }
    }
}

/// Each line is a record of its own, so that its number is the one an editor shows.
fn record((index, line): (usize, &str)) -> Option<(usize, StringRecord)> {
    if line.trim_start().starts_with('#') {
        return None;
    }
    let record = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .buffer_capacity(line.len().max(1))
        .from_reader(line.as_bytes())
        .into_records()
        .next()?
        .ok()?;
    let blank = record.iter().all(str::is_empty);
    (!blank).then_some((index + 1, record))
}

/// Where each of [`COLUMNS`] stands.
fn positions(
    line: usize,
    header: &StringRecord,
    problems: &mut Problems,
) -> Option<BTreeMap<&'static str, usize>> {
    let mut positions = BTreeMap::new();
    for column in COLUMNS {
        match header.iter().position(|name| name == column) {
            Some(position) => {
                positions.insert(column, position);
            }
            None => problems.add(line, column, "there is no such column in the header"),
        }
    }
    (positions.len() == COLUMNS.len()).then_some(positions)
}

/// One line while it is read.
struct Fields<'a> {
    line: usize,
    record: StringRecord,
    positions: &'a BTreeMap<&'static str, usize>,
}

impl Fields<'_> {
    fn row(&self, problems: &mut Problems) -> Option<Row> {
        let before = problems.0.len();
        let country = self.read(problems, "country", "a country code such as US", parsed);
        let channel_id = self.read(problems, "channel_id", "Yanwen's number, such as 481", word);
        let channel_name = self.read(problems, "channel_name", "a name", word);
        let from = self.read(problems, "weight_from_g", GRAMS, parsed);
        let to = self.read(problems, "weight_to_g", GRAMS, parsed);
        let per_kilogram = self.read(problems, "price_per_kg", YUAN, yuan);
        let registration_fee = self.read(problems, "registration_fee", YUAN, yuan);
        let billed_min = self.read(problems, "weight_min_g", GRAMS, parsed);
        let step = self.read(problems, "weight_step_g", "grams, 1 or more", positive);
        let days_min = self.read(problems, "days_min", "days", parsed);
        let days_max = self.read(problems, "days_max", "days", parsed);
        let battery = self.read(problems, "battery", "yes or no", yes_or_no);
        let longest_cm_max = self.read(problems, "longest_cm_max", OPTIONAL, optional);
        let sides_cm_max = self.read(problems, "sides_cm_max", OPTIONAL, optional);
        let divisor = self.read(problems, "volumetric_divisor", OPTIONAL, optional);
        let row = Row {
            line: self.line,
            country: country?,
            channel_id: channel_id?,
            channel_name: channel_name?,
            from: Weight::grams(from?),
            to: Weight::grams(to?),
            per_kilogram: per_kilogram?,
            registration_fee: registration_fee?,
            billed_min: Weight::grams(billed_min?),
            step: Weight::grams(step?),
            days: (days_min?, days_max?),
            battery: battery?,
            longest_cm_max: longest_cm_max?,
            sides_cm_max: sides_cm_max?,
            volumetric_divisor: divisor?,
        };
        row.check(problems);
        (problems.0.len() == before).then_some(row)
    }

    fn read<T>(
        &self,
        problems: &mut Problems,
        column: &'static str,
        allowed: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let position = self.positions.get(column).copied();
        let text = position.and_then(|position| self.record.get(position));
        let value = text.and_then(parse);
        if value.is_none() {
            let given = text.map_or("the line is too short".to_owned(), |text| {
                format!("{:?}", text.chars().take(40).collect::<String>())
            });
            problems.add(
                self.line,
                column,
                format!("{given}, but it must be {allowed}"),
            );
        }
        value
    }
}

impl Row {
    /// What each field allows by itself but not beside the others.
    fn check(&self, problems: &mut Problems) {
        let mut wrong = |column, text: String| problems.add(self.line, column, text);
        let (to, step) = (self.to.as_grams(), self.step.as_grams());
        if self.from > self.to {
            wrong("weight_to_g", format!("{to} is less than weight_from_g"));
        }
        if !to.is_multiple_of(step) {
            wrong(
                "weight_to_g",
                format!("{to} is no multiple of the step of {step}"),
            );
        }
        if self.billed_min > self.to {
            let least = self.billed_min.as_grams();
            wrong("weight_min_g", format!("{least} is more than weight_to_g"));
        }
        if self.days.0 > self.days.1 {
            wrong("days_max", format!("{} is less than days_min", self.days.1));
        }
    }
}

const GRAMS: &str = "whole grams";
const YUAN: &str = "an amount of yuan with at most two decimals";
const OPTIONAL: &str = "a whole number of 1 or more, or empty";

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn positive(text: &str) -> Option<u32> {
    parsed(text).filter(|number| *number > 0)
}

fn optional(text: &str) -> Option<Option<u32>> {
    if text.is_empty() {
        Some(None)
    } else {
        positive(text).map(Some)
    }
}

fn word(text: &str) -> Option<String> {
    (1..=100)
        .contains(&text.chars().count())
        .then(|| text.to_owned())
}

fn yuan(text: &str) -> Option<Money> {
    Money::parse(text, Currency::CNY)
        .ok()
        .filter(|amount| amount.minor() >= 0)
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{HEADER, card};
    use super::*;

    #[test]
    fn every_bad_line_is_named_with_its_column() {
        let problems = card(
            "# a comment\n\
             USA,481,Name,1,2000,91.555,18,50,1,15,8,maybe,60,90,\n\
             \n\
             US,481,Name,1,2000,91,18,50,1,8,15,no,60,90,\n\
             US,481,Other,2000,4000,91,18,50,1,8,15,no,60,90,0\n\
             US,481,Name,5001,6000\n\
             CA,481,Name,1,1001,91,18,50,10,8,15,no,60,90,\n",
        )
        .unwrap_err();
        for part in [
            "line 3, country: \"USA\"",
            "line 3, price_per_kg: \"91.555\"",
            "line 3, battery: \"maybe\"",
            "line 6, volumetric_divisor: \"0\"",
            "line 7, price_per_kg: the line is too short",
            "line 8, weight_to_g: 1001 is no multiple of the step of 10",
        ] {
            assert!(problems.contains(part), "{part} in {problems}");
        }
        assert!(!problems.contains("line 5"), "{problems}");
    }

    #[test]
    fn bands_neither_overlap_nor_leave_gaps() {
        let band = |from, to| format!("US,481,Name,{from},{to},91,18,50,1,8,15,no,60,90,\n");
        assert!(card(&(band(1, 100) + &band(101, 200))).is_ok());
        for second in [100, 102] {
            let problems = card(&(band(1, 100) + &band(second, 200))).unwrap_err();
            assert_eq!(
                problems,
                format!(
                    "line 3, weight_from_g: {second} does not follow the 100 where line 2 ends; \
                     write 101"
                )
            );
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for text in ["", "# only a comment\n", HEADER] {
            assert!(RateCard::parse(text).is_err(), "{text:?}");
        }
        let problems = RateCard::parse("country,channel\nUS,481\n").unwrap_err();
        assert_eq!(problems.0.len(), COLUMNS.len() - 1);
        let marked = format!("\u{feff}{HEADER}US,481,\"a, b\",1,10,1,0,1,1,8,15,yes,,,\n,,,,\n");
        assert_eq!(
            RateCard::parse(&marked).unwrap().channel_name("481"),
            Some("a, b")
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", rows in "([A-Z0-9,.\"\n-]{0,80})") {
            let _outcome = RateCard::parse(&text);
            let _outcome = card(&rows);
        }
    }
}
