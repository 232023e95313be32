//! Prices.

use async_trait::async_trait;
use jiff::civil;
use parcelgate_domain::{Address, Country, Customs, Options, Parcel, Quote, ServiceCode};
use serde::Serialize;

use crate::{Call, Result};

/// A carrier that tells its prices.
#[async_trait]
pub trait Rates: Send + Sync {
    /// Every service that the carrier would sell for `ask`. An empty list is an answer, not an
    /// error.
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>>;
}

/// What a price depends on, and nothing else: equal asks have equal answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RateAsk {
    /// Where it is handed over.
    pub from: Locality,
    /// Where it goes.
    pub to: Locality,
    /// The boxes.
    pub parcels: Vec<Parcel>,
    /// What is inside, when it crosses a border.
    pub customs: Option<Customs>,
    /// The day it is handed over, in the sender's local time.
    pub ship_on: civil::Date,
    /// Only this service; all when absent.
    pub service: Option<ServiceCode>,
    /// Extras.
    pub options: Options,
}

/// The part of an address that a price depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Locality {
    /// City or town.
    pub city: String,
    /// State or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// The country.
    pub country: Country,
    /// Whether somebody lives there; unknown when absent.
    pub residential: Option<bool>,
}

impl From<&Address> for Locality {
    fn from(address: &Address) -> Self {
        Self {
            city: address.city.clone(),
            region: address.region.clone(),
            postal_code: address.postal_code.clone(),
            country: address.country,
            residential: address.residential,
        }
    }
}
