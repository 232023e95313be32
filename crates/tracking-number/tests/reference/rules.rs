//! The collection's rules at work, as its own CHECKSUM_ALGORITHMS.md tells them. Written apart
//! from the crate's `check` module on purpose: two ways to one answer.

use fancy_regex::Regex;

use crate::collection::{Checksum, Described, Pattern, PrependIf};

/// One format's rules, ready to judge numbers in normal form.
pub(crate) struct Rules<'d> {
    pattern: Regex,
    described: &'d Described,
    prepend_if: Option<(Regex, &'d str)>,
    required: Vec<(&'d str, Vec<Regex>)>,
}

impl<'d> Rules<'d> {
    pub(crate) fn of(described: &'d Described) -> Self {
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

    pub(crate) fn fit(&self, number: &str) -> bool {
        self.pattern.is_match(number).unwrap()
    }

    pub(crate) fn accept(&self, number: &str) -> bool {
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

pub(crate) fn anchored(pattern: &str) -> Regex {
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
