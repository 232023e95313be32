//! Compares the table with the public collection it speaks of, number by number.
//!
//! The collection is read from `TRACKING_NUMBER_DATA`, by default `shared/tracking-number-data`
//! beside the checkout. Where it is absent every trial is reported as ignored; with `CI=true` or
//! `REQUIRE_SHARED=1` its absence is a failure.
//!
//! What is compared, for each format:
//! - the collection's own valid and invalid numbers;
//! - its verdict, worked out here from its patterns and checksum rules, on every valid number with
//!   one character changed, taken out or put in, and on the valid numbers of all other formats;
//! - its lists of codes, in both directions.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "a regex group that is missing is a failed test"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs};

use fancy_regex::Regex;
use libtest_mimic::{Arguments, Failed, Trial};
use parcelgate_tracking_number::{Format, Invalid, Role, formats, identify, normalize, validate};
use serde::Deserialize;

/// Rows of ours that the collection does not have.
const BEYOND: [(&str, &str); 8] = [
    ("canada_post", "Canada Post International"),
    ("fourpx", "4PX"),
    ("fourpx", "4PX (12)"),
    ("fourpx", "Partner post"),
    ("usps", "USPS International"),
    ("yanwen", "Partner post"),
    ("yanwen", "Yanwen"),
    ("yanwen", "Yanwen 6A"),
];

/// Posts of ours that the collection does not have.
const POSTS_BEYOND: [&str; 2] = ["MO", "TW"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let directory = env::var_os("TRACKING_NUMBER_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tracking-number-data"),
        PathBuf::from,
    );
    let trials = if directory.is_dir() {
        present(&directory)
    } else {
        absent(&directory)
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn absent(directory: &Path) -> Vec<Trial> {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let required = is("CI", "true") || is("REQUIRE_SHARED", "1");
    let why = format!("no tracking number data at {}", directory.display());
    formats()
        .map(|format| (format.carrier(), format.name()))
        .filter(|row| !BEYOND.contains(row))
        .map(|(carrier, name)| {
            let why = why.clone();
            Trial::test(format!("{carrier}: {name}"), move || Err(Failed::from(why)))
                .with_ignored_flag(!required)
        })
        .collect()
}

fn present(directory: &Path) -> Vec<Trial> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory.join("couriers"))
        .expect("the collection has a folder of couriers")
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    files.sort();
    let entries: Arc<Vec<Entry>> = Arc::new(files.iter().flat_map(|file| read(file)).collect());

    let count = entries.len();
    let all = Arc::clone(&entries);
    let mut trials = vec![Trial::test(
        format!("all {count} formats have a row"),
        move || every_format_has_a_row(&all),
    )];
    for (at, entry) in entries.iter().enumerate() {
        let title = format!("{}: {}", entry.carrier, entry.format.name);
        let mut add = |what: String, run: fn(&[Entry], &Entry) -> Result<(), Failed>| {
            let all = Arc::clone(&entries);
            trials.push(Trial::test(format!("{title}: {what}"), move || {
                run(&all, &all[at])
            }));
        };
        let numbers = &entry.format.test_numbers;
        let (valid, invalid) = (numbers.valid.len(), numbers.invalid.len());
        add(
            format!("{valid} valid and {invalid} invalid numbers"),
            |_, entry| own_numbers(entry),
        );
        add(
            "same verdict on altered numbers".to_owned(),
            altered_numbers,
        );
        let lists = entry.format.additional.len();
        if lists > 0 {
            add(format!("same codes in {lists} lists"), |_, entry| {
                same_codes(entry)
            });
        }
    }
    trials
}

fn every_format_has_a_row(entries: &[Entry]) -> Result<(), Failed> {
    let theirs: BTreeSet<(&str, &str)> = entries
        .iter()
        .map(|entry| (entry.carrier.as_str(), entry.format.name.as_str()))
        .collect();
    check(theirs.len() == entries.len(), || {
        "two formats of one name".to_owned()
    })?;
    let ours: BTreeSet<_> = formats().map(|row| (row.carrier(), row.name())).collect();
    check(ours.len() == formats().count(), || {
        "two rows of one name".to_owned()
    })?;
    let expected: BTreeSet<_> = theirs.iter().copied().chain(BEYOND).collect();
    check(ours == expected, || {
        let difference: Vec<_> = ours.symmetric_difference(&expected).collect();
        format!("on one side only: {difference:?}")
    })
}

fn own_numbers(entry: &Entry) -> Result<(), Failed> {
    let (carrier, name) = (entry.carrier.as_str(), entry.format.name.as_str());
    let found = |number: &str| {
        identify(number)
            .iter()
            .any(|it| it.carrier == carrier && it.format == name)
    };
    let numbers = &entry.format.test_numbers;
    check(
        !numbers.valid.is_empty() && !numbers.invalid.is_empty(),
        || "no numbers".to_owned(),
    )?;
    for number in &numbers.valid {
        check(found(number), || {
            format!("{number} is valid and was not identified")
        })?;
        validate(carrier, number).map_err(|why| format!("{number} is valid: {why}"))?;
    }
    for number in &numbers.invalid {
        check(!found(number), || {
            format!("{number} is invalid and was identified")
        })?;
        let judged = entry.row().read(number);
        check(judged.is_err(), || {
            format!("{number} is invalid and was read as {judged:?}")
        })?;
    }
    Ok(())
}

fn altered_numbers(entries: &[Entry], entry: &Entry) -> Result<(), Failed> {
    let rules = Rules::of(&entry.format);
    let row = entry.row();
    let own = entry.valid_numbers();
    let strangers = entries.iter().flat_map(Entry::valid_numbers);
    let mut verdicts = [0, 0];
    for number in own
        .iter()
        .flat_map(|number| altered(number))
        .chain(strangers)
    {
        let theirs = rules.accept(&number);
        let ours = row.read(&number);
        verdicts[usize::from(theirs)] += 1;
        check(theirs == ours.is_ok(), || {
            format!("{number}: the collection says {theirs}, the row {ours:?}")
        })?;
        let misshapen = matches!(ours, Err(Invalid::NoFormat { .. } | Invalid::Unreadable));
        check(misshapen != rules.fit(&number), || {
            format!("{number}: not of one mind on shape")
        })?;
    }
    check(verdicts.iter().all(|count| *count > 0), || {
        format!("one-sided: {verdicts:?}")
    })
}

fn same_codes(entry: &Entry) -> Result<(), Failed> {
    let row = entry.row();
    let alphabet: Vec<char> = ('0'..='9').chain('A'..='Z').collect();
    let one = alphabet.iter().map(char::to_string);
    let two = alphabet
        .iter()
        .flat_map(|a| alphabet.iter().map(move |b| format!("{a}{b}")));
    let codes: Vec<String> = one
        .chain(two)
        .chain((0..1000).map(|code| format!("{code:03}")))
        .collect();
    for list in &entry.format.additional {
        let (role, known) = (role(&list.regex_group_name), list.codes());
        for code in &codes {
            let theirs = known.iter().any(|known| known.is_match(code).unwrap());
            let extra = row.name() == "S10"
                && role == Role::Country
                && POSTS_BEYOND.contains(&code.as_str());
            let ours = row.meaning(role, code);
            check((theirs || extra) == ours.is_some(), || {
                format!("{role} {code}: known to the collection: {theirs}, to us: {ours:?}")
            })?;
        }
    }
    Ok(())
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds {
        Ok(())
    } else {
        Err(Failed::from(otherwise()))
    }
}

/// `number` with one character changed, taken out or put in, and as it is.
fn altered(number: &str) -> Vec<String> {
    let mut all = vec![number.to_owned()];
    for at in 0..=number.len() {
        let (before, after) = number.split_at(at);
        for c in "0123456789ACJTXZ".chars() {
            all.push(format!("{before}{c}{after}"));
            if let Some(after) = after.get(1..) {
                all.push(format!("{before}{c}{after}"));
            }
        }
        if let Some(after) = after.get(1..) {
            all.push(format!("{before}{after}"));
        }
    }
    all
}

fn role(group: &str) -> Role {
    match group {
        "ServiceType" => Role::Service,
        "ShippingContainerType" => Role::Container,
        "CountryCode" => Role::Country,
        "ApplicationIdentifier" => Role::ApplicationIdentifier,
        other => panic!("codes of {other}: which role is that?"),
    }
}

struct Entry {
    carrier: String,
    format: Described,
}

impl Entry {
    fn row(&self) -> &'static Format {
        formats()
            .find(|row| row.carrier() == self.carrier && row.name() == self.format.name)
            .expect("every format has a row")
    }

    fn valid_numbers(&self) -> Vec<String> {
        self.format
            .test_numbers
            .valid
            .iter()
            .map(|number| normalize(number))
            .collect()
    }
}

fn read(file: &Path) -> Vec<Entry> {
    let text = fs::read_to_string(file).expect("a readable file");
    let courier: Courier =
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
    let carrier = courier.courier_code;
    let formats = courier.tracking_numbers.into_iter();
    formats
        .map(|format| Entry {
            carrier: carrier.clone(),
            format,
        })
        .collect()
}

#[derive(Deserialize)]
struct Courier {
    courier_code: String,
    tracking_numbers: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    regex: Pattern,
    validation: Validation,
    test_numbers: Numbers,
    #[serde(default)]
    additional: Vec<List>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Pattern {
    Whole(String),
    Pieces(Vec<String>),
}

#[derive(Deserialize)]
struct Numbers {
    valid: Vec<String>,
    invalid: Vec<String>,
}

#[derive(Deserialize)]
struct Validation {
    checksum: Option<Checksum>,
    serial_number_format: Option<SerialNumberFormat>,
    additional: Option<Exists>,
}

#[derive(Deserialize)]
struct SerialNumberFormat {
    prepend_if: PrependIf,
}

#[derive(Deserialize)]
struct PrependIf {
    matches_regex: String,
    content: String,
}

#[derive(Deserialize)]
struct Exists {
    exists: Vec<String>,
}

#[derive(Deserialize)]
struct List {
    name: String,
    regex_group_name: String,
    lookup: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    matches: Option<String>,
    matches_regex: Option<String>,
}

impl List {
    fn codes(&self) -> Vec<Regex> {
        let pattern = |known: &Known| {
            let exact = known
                .matches
                .as_deref()
                .map(|code| fancy_regex::escape(code).into_owned());
            exact
                .or_else(|| known.matches_regex.clone())
                .expect("a code or a pattern")
        };
        self.lookup
            .iter()
            .map(|known| anchored(&pattern(known)))
            .collect()
    }
}

#[derive(Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
enum Checksum {
    Mod7,
    Luhn,
    Mod10 {
        evens_multiplier: u32,
        odds_multiplier: u32,
        reverse: bool,
    },
    S10 {
        weightings: Vec<u32>,
    },
    SumProductWithWeightingsAndModulo {
        weightings: Vec<u32>,
        modulo1: u32,
        modulo2: u32,
    },
    #[serde(rename = "mod_37_36")]
    Mod3736,
}

/// The collection's rules at work, as its own CHECKSUM_ALGORITHMS.md tells them. Written apart
/// from the crate's `check` module on purpose: two ways to one answer.
struct Rules<'d> {
    pattern: Regex,
    described: &'d Described,
    prepend_if: Option<(Regex, &'d str)>,
    required: Vec<(&'d str, Vec<Regex>)>,
}

impl<'d> Rules<'d> {
    fn of(described: &'d Described) -> Self {
        let pattern = match &described.regex {
            Pattern::Whole(pattern) => pattern.clone(),
            Pattern::Pieces(pieces) => pieces.concat(),
        };
        // The numbers are in normal form here, in which the one dash of the collection is gone.
        let pattern = anchored(&pattern.replace(r"-\s*1", "1"));
        let serial = described.validation.serial_number_format.as_ref();
        let prepend_if = serial.map(|format| {
            let PrependIf {
                matches_regex,
                content,
            } = &format.prepend_if;
            (Regex::new(matches_regex).unwrap(), content.as_str())
        });
        let exists = described
            .validation
            .additional
            .iter()
            .flat_map(|it| &it.exists);
        let required = exists
            .map(|name| {
                let list = described
                    .additional
                    .iter()
                    .find(|list| list.name == *name)
                    .unwrap();
                (list.regex_group_name.as_str(), list.codes())
            })
            .collect();
        Self {
            pattern,
            described,
            prepend_if,
            required,
        }
    }

    fn fit(&self, number: &str) -> bool {
        self.pattern.is_match(number).unwrap()
    }

    fn accept(&self, number: &str) -> bool {
        let Some(groups) = self.pattern.captures(number).unwrap() else {
            return false;
        };
        let known = self.required.iter().all(|(group, codes)| {
            codes
                .iter()
                .any(|code| code.is_match(&groups[*group]).unwrap())
        });
        let Some(checksum) = &self.described.validation.checksum else {
            return known;
        };
        let mut serial = groups["SerialNumber"].to_owned();
        if let Some((when, content)) = &self.prepend_if
            && when.is_match(&serial).unwrap()
        {
            serial.insert_str(0, content);
        }
        known && checksum.of(&serial) == groups["CheckDigit"]
    }
}

fn anchored(pattern: &str) -> Regex {
    Regex::new(&format!("^(?:{pattern})$")).unwrap()
}

impl Checksum {
    fn of(&self, serial: &str) -> String {
        let values = |serial: &str| -> Vec<u32> {
            let value = |c: char| c.to_digit(10).unwrap_or((u32::from(c) + 7) % 10);
            serial.chars().map(value).collect()
        };
        let weighed = |weights: &[u32]| -> u32 {
            values(serial)
                .iter()
                .zip(weights)
                .map(|(value, weight)| value * weight)
                .sum()
        };
        match self {
            Self::Mod7 => (serial.parse::<u64>().unwrap() % 7).to_string(),
            Self::Luhn => {
                let doubled = |(at, value): (usize, &u32)| match (at % 2, value * 2) {
                    (0, twice) if twice > 9 => twice - 9,
                    (0, twice) => twice,
                    _ => *value,
                };
                let sum: u32 = values(serial).iter().rev().enumerate().map(doubled).sum();
                ((10 - sum % 10) % 10).to_string()
            }
            Self::Mod10 {
                evens_multiplier,
                odds_multiplier,
                reverse,
            } => {
                let mut values = values(serial);
                if *reverse {
                    values.reverse();
                }
                let weights = [*evens_multiplier, *odds_multiplier].into_iter().cycle();
                let sum: u32 = values
                    .iter()
                    .zip(weights)
                    .map(|(value, by)| value * by)
                    .sum();
                ((10 - sum % 10) % 10).to_string()
            }
            Self::S10 { weightings } => match weighed(weightings) % 11 {
                1 => 0.to_string(),
                0 => 5.to_string(),
                remainder => (11 - remainder).to_string(),
            },
            Self::SumProductWithWeightingsAndModulo {
                weightings,
                modulo1,
                modulo2,
            } => (weighed(weightings) % modulo1 % modulo2).to_string(),
            Self::Mod3736 => mod_37_36(serial),
        }
    }
}

fn mod_37_36(serial: &str) -> String {
    let mut state = 36;
    for value in serial.chars().map(|c| c.to_digit(36).unwrap()) {
        state += value;
        if state > 36 {
            state -= 36;
        }
        state *= 2;
        if state > 36 {
            state -= 37;
        }
    }
    state = 37 - state;
    if state == 36 {
        state = 0;
    }
    char::from_digit(state, 36)
        .unwrap()
        .to_ascii_uppercase()
        .to_string()
}
