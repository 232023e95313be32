//! Compares the table with the public collection it speaks of, number by number.
//!
//! The collection is read from `TRACKING_NUMBER_DATA`, by default `shared/tracking-number-data`
//! beside the checkout. Where it is absent every trial is reported as ignored; with `CI=true` or
//! `REQUIRE_SHARED=1` its absence is a failure.
//!
//! What is compared, for each format:
//! - the collection's own valid and invalid numbers;
//! - its verdict, worked out here from its patterns and checksum rules, on every valid number with
//!   one character changed, taken out or put in, lengthened, and on the valid numbers of all other
//!   formats;
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

mod collection;
mod rules;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use parcelgate_tracking_number::{Format, Invalid, Role, formats, identify, normalize, validate};

use crate::collection::{Entry, read};
use crate::rules::Rules;

/// Rows of ours that the collection does not have.
const BEYOND: [(&str, &str); 9] = [
    ("canada_post", "Canada Post International"),
    ("dhl", "DHL Paket"),
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

/// `number` with one character changed, taken out or put in, lengthened, and as it is.
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
    // The room that the routes and lengths of USPS leave each other.
    for route in ["", "42022153", "420221539999"] {
        for filling in ["", "0000", "00000000"] {
            let (before, after) = number.split_at(number.len() - 1);
            all.push(format!("{route}{before}{filling}{after}"));
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
