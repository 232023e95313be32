//! The collection as it lies on disk.

use std::fs;
use std::path::Path;

use fancy_regex::Regex;
use serde::Deserialize;

use crate::rules::anchored;

pub(crate) struct Entry {
    pub(crate) carrier: String,
    pub(crate) format: Described,
}

pub(crate) fn read(file: &Path) -> Vec<Entry> {
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
pub(crate) struct Courier {
    pub(crate) courier_code: String,
    pub(crate) tracking_numbers: Vec<Described>,
}

#[derive(Deserialize)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) regex: Pattern,
    pub(crate) validation: Validation,
    pub(crate) test_numbers: Numbers,
    #[serde(default)]
    pub(crate) additional: Vec<List>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Pattern {
    Whole(String),
    Pieces(Vec<String>),
}

#[derive(Deserialize)]
pub(crate) struct Numbers {
    pub(crate) valid: Vec<String>,
    pub(crate) invalid: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Validation {
    pub(crate) checksum: Option<Checksum>,
    pub(crate) serial_number_format: Option<SerialNumberFormat>,
    pub(crate) additional: Option<Exists>,
}

#[derive(Deserialize)]
pub(crate) struct SerialNumberFormat {
    pub(crate) prepend_if: PrependIf,
}

#[derive(Deserialize)]
pub(crate) struct PrependIf {
    pub(crate) matches_regex: String,
    pub(crate) content: String,
}

#[derive(Deserialize)]
pub(crate) struct Exists {
    pub(crate) exists: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct List {
    pub(crate) name: String,
    pub(crate) regex_group_name: String,
    pub(crate) lookup: Vec<Known>,
}

#[derive(Deserialize)]
pub(crate) struct Known {
    pub(crate) matches: Option<String>,
    pub(crate) matches_regex: Option<String>,
}

impl List {
    pub(crate) fn codes(&self) -> Vec<Regex> {
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
pub(crate) enum Checksum {
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
