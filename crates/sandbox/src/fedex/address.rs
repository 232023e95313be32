//! `POST /address/v1/addresses/resolve`: resolves and classifies addresses.
//!
//! Rules instead of a street register: in the United States a postal code belongs to one state; a
//! street starts with a house number and is not `NOWHERE`; a suite or a company makes an address a
//! business. Elsewhere only the postal code is looked at.

use serde_json::{Value, json};

use super::api::Ask;
use super::postal;
use super::refusal::{Answer, Refusal};
use crate::document::{list, scalar};
use crate::server::World;
use crate::zip;

/// Addresses in one request.
const ADDRESSES_MAX: usize = 100;

/// An address as it was given, in capitals.
struct Given {
    lines: Vec<String>,
    city: String,
    state: String,
    postal: String,
    country: String,
}

/// What a register would say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Found,
    /// The street is there; the house number is missing.
    Ambiguous,
    NotFound,
}

pub(crate) fn resolve(_world: &World, ask: &Ask) -> Answer {
    let asked = list(&ask.body, "addressesToValidate");
    if asked.is_empty() || asked.len() > ADDRESSES_MAX {
        let message = "At least one and at most 100 addresses are required.";
        return Err(Refusal::invalid("ADDRESSESTOVALIDATE.INVALID", message));
    }
    let resolved: Vec<Value> = asked.into_iter().map(one).collect::<Answer<_>>()?;
    Ok(json!({ "resolvedAddresses": resolved }))
}

fn one(asked: &Value) -> Answer {
    let field = |name: &str| {
        let text = scalar(asked, &format!("address.{name}")).unwrap_or_default();
        text.to_ascii_uppercase()
    };
    let lines = list(asked, "address.streetLines")
        .into_iter()
        .filter_map(Value::as_str)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .map(|line| line.to_ascii_uppercase())
        .filter(|line| !line.is_empty());
    let given = Given {
        lines: lines.collect(),
        city: field("city"),
        state: field("stateOrProvinceCode"),
        postal: field("postalCode"),
        country: field("countryCode"),
    };
    if given.lines.is_empty() {
        let message = "Street lines are required.";
        return Err(Refusal::invalid("STREETLINES.REQUIRED", message));
    }
    if !postal::served(&given.country) {
        let message = "Country code is missing or invalid.";
        return Err(Refusal::invalid("COUNTRYCODE.INVALID", message));
    }
    Ok(given.answer())
}

impl Given {
    fn american(&self) -> bool {
        matches!(self.country.as_str(), "US" | "PR")
    }

    fn verdict(&self) -> Verdict {
        let street = self.lines.first().map(String::as_str).unwrap_or_default();
        let numbered = street.starts_with(|c: char| c.is_ascii_digit());
        if !postal::valid(&self.country, &self.postal) || street.contains("NOWHERE") {
            Verdict::NotFound
        } else if self.american() && !numbered && !self.boxed() {
            Verdict::Ambiguous
        } else {
            Verdict::Found
        }
    }

    fn boxed(&self) -> bool {
        self.lines.iter().any(|line| line.starts_with("PO BOX"))
    }

    fn classification(&self, verdict: Verdict) -> &'static str {
        let signs = [
            "STE ", "SUITE ", "FL ", "FLOOR ", " LLC ", " INC ", " PLAZA ",
        ];
        let business = self.lines.iter().any(|line| {
            let line = format!("{line} ");
            signs.iter().any(|sign| line.contains(sign))
        });
        match (verdict, self.american(), business) {
            (Verdict::NotFound, _, _) | (_, false, _) => "UNKNOWN",
            (_, true, true) => "BUSINESS",
            (_, true, false) => "RESIDENTIAL",
        }
    }

    fn answer(&self) -> Value {
        let verdict = self.verdict();
        let found = verdict != Verdict::NotFound;
        let exact = verdict == Verdict::Found && self.american();
        let state = zip::state(&self.postal).filter(|_| self.american());
        let state = state.unwrap_or(&self.state);
        let (base, extended) = self.parsed(exact);
        let code = match &extended {
            Some(extended) => format!("{base}-{extended}"),
            None => base.clone(),
        };
        let kind = match (found, self.american()) {
            (true, true) => "STANDARDIZED",
            (true, false) | (false, true) => "NORMALIZED",
            (false, false) => "RAW",
        };
        let messages = match verdict {
            Verdict::Found => Vec::new(),
            Verdict::Ambiguous => vec!["INTERPOLATED.STREET.ADDRESS"],
            Verdict::NotFound => vec!["STANDARDIZED.ADDRESS.NOTFOUND"],
        };
        json!({
            "streetLinesToken": self.lines,
            "city": self.city,
            "cityToken": [{ "changed": false, "value": self.city }],
            "stateOrProvinceCode": state,
            "countryCode": self.country,
            "postalCodeToken": { "changed": code != self.postal, "value": code },
            "parsedPostalCode": {
                "base": base, "addOn": extended.unwrap_or_default(), "deliveryPoint": "",
            },
            "classification": self.classification(verdict),
            "postOfficeBox": self.boxed(),
            "normalizedStatusNameDPV": exact,
            "standardizedStatusNameMatchSource": if found { "Postal" } else { "" },
            "resolutionMethodName":
                if self.american() { "USPS_VALIDATE" } else { "GENERIC_VALIDATE" },
            "ruralRouteHighwayContract": false,
            "generalDelivery": false,
            "customerMessage": messages,
            "attributes": {
                "POBox": self.boxed(),
                "SuiteRequiredButMissing": false,
                "InvalidSuiteNumber": false,
                "ResolutionInput": "RAW_ADDRESS",
                "DPV": exact,
                "CountrySupported": true,
                "ValidlyFormed": true,
                "Matched": found,
                "Resolved": found,
                "ZIP4Match": exact,
                "StreetAddress": exact,
                "MultipleMatches": verdict == Verdict::Ambiguous,
                "AddressType": kind,
                "AddressPrecision": if exact { "STREET_ADDRESS" } else { "POSTAL_CODE" },
            },
        })
    }

    /// The postal code, and for an address found in the United States the four digits behind it.
    fn parsed(&self, exact: bool) -> (String, Option<String>) {
        if !self.american() {
            return (self.postal.clone(), None);
        }
        let base = self.postal.get(..5).unwrap_or(&self.postal).to_owned();
        // Any four digits would do; these depend on the street alone.
        let street = self.lines.iter().flat_map(|line| line.bytes());
        let sum = street.fold(0_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 9_000);
        (base, exact.then(|| (1_000 + sum).to_string()))
    }
}
