//! From where to where: the zone that prices and transit times depend on.

use std::sync::Arc;

use serde_json::Value;

use super::postal;
use super::refusal::Error;
use crate::document::{at, scalar};
use crate::place::Place;
use crate::zip;

/// A pair of places.
#[derive(Clone)]
pub(crate) struct Lane {
    pub(crate) origin: Arc<Place>,
    pub(crate) destination: Arc<Place>,
    pub(crate) residential: bool,
}

impl Lane {
    /// Reads the addresses of a shipper and of a recipient; what is wrong goes to `errors`.
    pub(crate) fn of(shipper: &Value, recipient: &Value, errors: &mut Vec<Error>) -> Self {
        let residential = at(recipient, "address.residential").and_then(Value::as_bool);
        Self {
            origin: Arc::new(place(shipper, &SHIPPER, errors)),
            destination: Arc::new(place(recipient, &RECIPIENT, errors)),
            residential: residential.unwrap_or_default(),
        }
    }

    pub(crate) fn crosses_border(&self) -> bool {
        home(&self.origin.country) != home(&self.destination.country)
    }

    /// Whether both ends are in the United States.
    pub(crate) fn in_the_states(&self) -> bool {
        home(&self.origin.country) == "US" && !self.crosses_border()
    }

    /// Whether lorries can go all the way.
    pub(crate) fn overland(&self) -> bool {
        let far = |place: &Place| !matches!(home(&place.country), "US" | "CA");
        !far(&self.origin) && !far(&self.destination)
    }

    /// 2 to 8 inside the United States, by how far apart the first digits of the postal codes are;
    /// 10 and up abroad.
    pub(crate) fn zone(&self) -> u8 {
        if self.crosses_border() {
            return match self.destination.country.as_str() {
                "CA" | "MX" | "US" | "PR" => 10,
                "CN" | "HK" | "JP" | "KR" | "TW" | "SG" => 12,
                _ => 11,
            };
        }
        let first = |place: &Place| {
            let first = place.postal.bytes().next();
            first
                .filter(u8::is_ascii_digit)
                .map_or(0, |byte| byte - b'0')
        };
        2 + first(&self.origin)
            .abs_diff(first(&self.destination))
            .min(6)
    }
}

/// Puerto Rico is at home in the United States.
fn home(country: &str) -> &str {
    if country == "PR" { "US" } else { country }
}

/// The codes for one party's address.
struct Codes {
    called: &'static str,
    country: &'static str,
    postal: &'static str,
    state: &'static str,
}

const SHIPPER: Codes = Codes {
    called: "Shipper",
    country: "SHIPPER.COUNTRYCODE.INVALID",
    postal: "SHIPPER.POSTALCODE.INVALID",
    state: "SHIPPER.POSTALSTATE.MISMATCH",
};

const RECIPIENT: Codes = Codes {
    called: "Recipient",
    country: "RECIPIENT.COUNTRYCODE.INVALID",
    postal: "RECIPIENT.POSTALCODE.INVALID",
    state: "RECIPIENT.POSTALSTATE.MISMATCH",
};

fn place(party: &Value, codes: &Codes, errors: &mut Vec<Error>) -> Place {
    // Senders write postal codes as numbers, too, as FedEx's own samples do.
    let field = |name| scalar(party, &format!("address.{name}")).unwrap_or_default();
    let (country, state) = (field("countryCode"), field("stateOrProvinceCode"));
    let (city, postal) = (field("city"), field("postalCode"));
    let called = codes.called;
    if !postal::served(&country) {
        let message = format!("{called} country code is invalid or not served: {country}");
        errors.push((codes.country, message));
    } else if !postal::valid(&country, &postal) {
        let message = format!("{called} postal code is missing or invalid: {postal}");
        errors.push((codes.postal, message));
    }
    let of_zip = match country.as_str() {
        "US" | "PR" => zip::state(&postal),
        _ => None,
    };
    if of_zip.is_some_and(|of_zip| !state.is_empty() && of_zip != state) {
        let message = format!("{called} Postal-State Mismatch.");
        errors.push((codes.state, message));
    }
    Place::new(&city, of_zip.unwrap_or(&state), &postal, &country)
}
