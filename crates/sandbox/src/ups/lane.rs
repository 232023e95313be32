//! From where to where: the zone that prices and transit times depend on.

use std::sync::Arc;

use serde_json::Value;

use super::refusal::{Answer, Refusal};
use crate::document::{present, text};
use crate::place::Place;
use crate::zip;

/// A pair of places.
#[derive(Clone)]
pub(crate) struct Lane {
    pub(crate) origin: Arc<Place>,
    pub(crate) destination: Arc<Place>,
    pub(crate) residential: bool,
    /// Whether Saturday is asked for as the day of delivery.
    pub(crate) saturday: bool,
}

impl Lane {
    /// Reads a `Shipment`: `ShipFrom`, else `Shipper`, to `ShipTo`.
    pub(crate) fn of(shipment: &Value) -> Answer<Self> {
        let origin = if present(shipment, "ShipFrom") {
            "ShipFrom"
        } else {
            "Shipper"
        };
        let residential = present(shipment, "ShipTo.Address.ResidentialAddressIndicator");
        let saturday = "ShipmentServiceOptions.SaturdayDeliveryIndicator";
        Ok(Self {
            origin: Arc::new(place(shipment, origin)?),
            destination: Arc::new(place(shipment, "ShipTo")?),
            residential,
            saturday: present(shipment, saturday),
        })
    }

    pub(crate) fn crosses_border(&self) -> bool {
        self.origin.country != self.destination.country
    }

    /// Whether lorries can go all the way: what UPS Standard serves.
    pub(crate) fn overland(&self) -> bool {
        continent(&self.origin.country) == continent(&self.destination.country)
    }

    /// 2 to 8 inside the United States, by how far apart the first digits of the postal codes are;
    /// 51 and up abroad, by continent.
    pub(crate) fn zone(&self) -> u8 {
        if self.crosses_border() {
            return match (self.overland(), continent(&self.destination.country)) {
                (true, _) => 51,
                (false, Continent::America) => 52,
                (false, Continent::Europe) => 53,
                (false, Continent::Asia) => 54,
                (false, Continent::Elsewhere) => 55,
            };
        }
        let region = |place: &Place| {
            let first = place.postal.bytes().next().unwrap_or_default();
            if first.is_ascii_digit() {
                first - b'0'
            } else {
                0
            }
        };
        2 + region(&self.origin)
            .abs_diff(region(&self.destination))
            .min(6)
    }
}

#[derive(PartialEq, Eq)]
enum Continent {
    America,
    Europe,
    Asia,
    Elsewhere,
}

fn continent(country: &str) -> Continent {
    match country {
        "US" | "CA" | "MX" | "PR" => Continent::America,
        "AT" | "BE" | "BG" | "CH" | "CZ" | "DE" | "DK" | "EE" | "ES" | "FI" | "FR" | "GB"
        | "GR" | "HR" | "HU" | "IE" | "IT" | "LT" | "LU" | "LV" | "NL" | "NO" | "PL" | "PT"
        | "RO" | "SE" | "SI" | "SK" | "UA" => Continent::Europe,
        "CN" | "HK" | "JP" | "KR" | "TW" | "SG" | "MY" | "TH" | "VN" | "PH" | "IN" | "ID" => {
            Continent::Asia
        }
        _ => Continent::Elsewhere,
    }
}

fn place(shipment: &Value, party: &str) -> Answer<Place> {
    let field = |name| text(shipment, &format!("{party}.Address.{name}")).unwrap_or_default();
    let country = field("CountryCode");
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let (code, message) = match party {
            "ShipTo" => ("120208", "Missing or invalid ship to country code"),
            "ShipFrom" => ("120308", "Missing or invalid ship from country code"),
            _ => ("120108", "Missing or invalid shipper country code"),
        };
        return Err(Refusal::invalid(code, message));
    }
    let (state, postal) = (field("StateProvinceCode"), field("PostalCode"));
    if matches!(country, "US" | "PR") {
        let of_zip = zip::state(postal);
        let wrong = |text: String| Refusal::invalid("111285", text);
        let state_of_zip = of_zip.ok_or_else(|| {
            wrong(format!(
                "The postal code {postal} is invalid for {country}."
            ))
        })?;
        if !state.is_empty() && state != state_of_zip {
            return Err(wrong(format!(
                "The postal code {postal} is invalid for {state} {country}."
            )));
        }
        return Ok(Place::new(field("City"), state_of_zip, postal, country));
    }
    Ok(Place::new(field("City"), state, postal, country))
}
