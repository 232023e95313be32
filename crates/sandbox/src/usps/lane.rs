//! From where to where: the zone that prices and days depend on.

use std::sync::Arc;

use super::refusal::{Answer, Refusal};
use crate::place::Place;
use crate::zip;

/// A pair of places.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    pub(crate) origin: Arc<Place>,
    pub(crate) destination: Arc<Place>,
}

impl Lane {
    /// Between two ZIP codes (five digits, or nine with a dash).
    pub(crate) fn between(from: &str, to: &str) -> Answer<Self> {
        let place = |postal: &str| {
            let state = zip::state(postal).ok_or_else(|| {
                let detail = "Could not find zone from provided ZIPs, date, and mail class";
                Refusal::invalid("030001", "originZIPCode, destinationZIPCode", detail)
            })?;
            Ok(Arc::new(Place::new("", state, five(postal), "US")))
        };
        Ok(Self {
            origin: place(from)?,
            destination: place(to)?,
        })
    }

    /// Out of the country: from a ZIP code to a country that USPS serves.
    pub(crate) fn abroad(from: &str, country: &str, postal: &str) -> Answer<Self> {
        let mut lane = Self::between(from, from)?;
        if country == "US" || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let detail = "There was no valid international price group for the provided country, \
                          date, mail class, and mail class.";
            return Err(Refusal::invalid("030013", "destinationCountryCode", detail));
        }
        lane.destination = Arc::new(Place::new("", "", postal, country));
        Ok(lane)
    }

    pub(crate) fn crosses_border(&self) -> bool {
        self.origin.country != self.destination.country
    }

    /// 1 to 8 inside the United States, by how far apart the first digits of the ZIP codes are;
    /// 1 to 8 abroad, by the part of the world.
    pub(crate) fn zone(&self) -> u8 {
        if self.crosses_border() {
            return match self.destination.country.as_str() {
                "CA" => 1,
                "MX" => 2,
                "GB" | "IE" => 3,
                "DE" | "FR" | "NL" | "BE" | "ES" | "IT" | "AT" | "PL" | "SE" | "DK" | "CH" => 4,
                "JP" | "KR" | "CN" | "HK" | "TW" | "SG" => 5,
                "AU" | "NZ" => 6,
                "BR" | "AR" | "CL" => 7,
                _ => 8,
            };
        }
        let prefix = |place: &Place| {
            let first = place.postal.bytes().next().unwrap_or_default();
            first.saturating_sub(b'0')
        };
        let (from, to) = (prefix(&self.origin), prefix(&self.destination));
        if self.origin.postal.get(..3) == self.destination.postal.get(..3) {
            return 1;
        }
        (2 + from.abs_diff(to)).min(8)
    }

    /// The zone as USPS writes it: two digits.
    pub(crate) fn zone_text(&self) -> String {
        format!("{:02}", self.zone())
    }
}

/// The first five digits of a ZIP code.
fn five(postal: &str) -> &str {
    postal.get(..5).unwrap_or(postal)
}
