//! Where a parcel comes from and goes to.

use serde::{Deserialize, Serialize};

use crate::{Country, Personal, Violations};

/// A postal address with the person behind it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// The person, or the department.
    pub name: Personal,
    /// The company, if any.
    pub company: Option<Personal>,
    /// Street lines, most specific last. One to three.
    pub lines: Vec<Personal>,
    /// City or town.
    pub city: String,
    /// State, province or prefecture, as the country writes it: `CA`, `ON`, `Tokyo`.
    pub region: Option<String>,
    /// Postal code, where the country has them.
    pub postal_code: Option<String>,
    /// The country.
    pub country: Country,
    /// Phone number.
    pub phone: Option<Personal>,
    /// E-mail address.
    pub email: Option<Personal>,
    /// The person's own tax number, where customs asks for one.
    pub tax_id: Option<Personal>,
    /// Whether somebody lives there; unknown when absent.
    pub residential: Option<bool>,
}

impl Address {
    /// The street line at `index`, empty when there is none.
    #[must_use]
    pub fn line(&self, index: usize) -> &str {
        self.lines.get(index).map_or("", Personal::expose)
    }

    /// Everything that no carrier would take, under field names that begin with `field`.
    #[must_use]
    pub fn violations(&self, field: &str) -> Violations {
        let mut found = Violations::new();
        if self.name.is_blank() && self.company.as_ref().is_none_or(Personal::is_blank) {
            found.require(format!("{field}.name"), "a name, or a company");
        }
        if !(1..=3).contains(&self.lines.len()) || self.line(0).trim().is_empty() {
            found.require(
                format!("{field}.lines"),
                "1 to 3 street lines, the first not empty",
            );
        }
        if self.city.trim().is_empty() && !self.country.is_city_state() {
            found.require(format!("{field}.city"), "a city");
        }
        self.check_area(field, &mut found);
        self.check_lengths(field, &mut found);
        found
    }

    fn check_area(&self, field: &str, found: &mut Violations) {
        let postal_code = self.postal_code.as_deref().unwrap_or("").trim();
        if postal_code.is_empty() && self.country.has_postal_codes() {
            let allowed = format!("a postal code, which {} needs", self.country);
            found.require(format!("{field}.postal_code"), allowed);
        }
        let region = self.region.as_deref().unwrap_or("").trim();
        if region.is_empty() && self.country.needs_region() {
            let allowed = format!("a state or province, which {} needs", self.country);
            found.require(format!("{field}.region"), allowed);
        }
        if self.country.code() == "US" && !postal_code.is_empty() && !is_zip(postal_code) {
            found.refuse(
                format!("{field}.postal_code"),
                postal_code,
                "a ZIP code: 12345 or 12345-6789",
            );
        }
    }

    fn check_lengths(&self, field: &str, found: &mut Violations) {
        let optional =
            |text: &Option<Personal>| text.as_ref().map_or(0, |t| t.expose().chars().count());
        let longest_line = self
            .lines
            .iter()
            .map(|l| l.expose().chars().count())
            .max()
            .unwrap_or(0);
        let lengths = [
            ("name", self.name.expose().chars().count()),
            ("company", optional(&self.company)),
            ("lines", longest_line),
            ("city", self.city.chars().count()),
            (
                "region",
                self.region.as_ref().map_or(0, |text| text.chars().count()),
            ),
            (
                "postal_code",
                self.postal_code
                    .as_ref()
                    .map_or(0, |text| text.chars().count()),
            ),
            ("phone", optional(&self.phone)),
            ("email", optional(&self.email)),
            ("tax_id", optional(&self.tax_id)),
        ];
        for (name, length) in lengths {
            if length > TEXT_CHARS_MAX {
                let allowed = format!("at most {TEXT_CHARS_MAX} characters");
                found.require(format!("{field}.{name}"), allowed);
            }
        }
    }
}

/// No carrier takes more in one field; most take far less and say so themselves.
const TEXT_CHARS_MAX: usize = 200;

fn is_zip(text: &str) -> bool {
    let digits =
        |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('-') {
        Some((zip, plus)) => digits(zip, 5) && digits(plus, 4),
        None => digits(text, 5) || digits(text, 9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(country: &str) -> Address {
        Address {
            name: "Ada".into(),
            company: None,
            lines: vec!["1 Main St".into()],
            city: "Columbus".to_owned(),
            region: Some("OH".to_owned()),
            postal_code: Some("43004".to_owned()),
            country: country.parse().unwrap(),
            phone: None,
            email: None,
            tax_id: None,
            residential: None,
        }
    }

    #[test]
    fn every_violation_is_named_at_once() {
        let bad = Address {
            lines: vec![],
            region: None,
            postal_code: Some("4300".into()),
            ..address("US")
        };
        let found = bad.violations("to");
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["to.lines", "to.region", "to.postal_code"]);
    }

    #[test]
    fn a_country_without_postal_codes_needs_none() {
        let hong_kong = Address {
            postal_code: None,
            region: None,
            ..address("HK")
        };
        assert!(hong_kong.violations("to").is_empty());
        assert!(address("US").violations("to").is_empty());
    }
}
