//! What the DHL side keeps of a shipment and its parcels, whichever division sold them.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use crate::place::Place;

/// A name and address, as printed. Personal data: never logged, hence no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) company: String,
    pub(crate) phone: String,
    pub(crate) lines: Vec<String>,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) postal: String,
    /// Two letters.
    pub(crate) country: String,
}

impl Party {
    /// Where the parcel is fetched or brought.
    pub(crate) fn place(&self) -> Arc<Place> {
        let state = self.state.rsplit('-').next().unwrap_or_default();
        Arc::new(Place::new(&self.city, state, &self.postal, &self.country))
    }

    /// The address as it stands on labels, without empty lines.
    pub(crate) fn printed(&self) -> Vec<String> {
        let mut lines = vec![self.company.clone()];
        if self.name != self.company {
            lines.push(self.name.clone());
        }
        lines.extend(self.lines.iter().cloned());
        lines.push(format!("{} {} {}", self.postal, self.city, self.state));
        lines.push(self.country.clone());
        lines.retain(|line| !line.trim().is_empty());
        lines
    }
}

/// Who sold a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Division {
    Express,
    ParcelDe,
}

impl Division {
    /// The `service` of Unified Tracking.
    pub(crate) const fn service(self) -> &'static str {
        match self {
            Self::Express => "express",
            Self::ParcelDe => "parcel-de",
        }
    }
}

/// What the pieces of a shipment measure in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    /// Kilograms and centimetres.
    Metric,
    /// Pounds and inches.
    Imperial,
}

impl Units {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Imperial => "imperial",
        }
    }

    pub(crate) const fn weight(self) -> &'static str {
        match self {
            Self::Metric => "KG",
            Self::Imperial => "LB",
        }
    }
}

/// What all parcels of a shipment share.
pub(crate) struct Shipment {
    pub(crate) division: Division,
    /// Code and name.
    pub(crate) product: (&'static str, &'static str),
    pub(crate) from: Party,
    pub(crate) to: Party,
    pub(crate) origin: Arc<Place>,
    pub(crate) destination: Arc<Place>,
    pub(crate) description: String,
    /// Kind and value, at shipment level.
    pub(crate) references: Vec<(String, String)>,
    pub(crate) count: usize,
    pub(crate) units: Units,
    pub(crate) account: String,
    /// When it is handed over, on the clock at the origin.
    pub(crate) planned: DateTime,
    /// By when it arrives.
    pub(crate) promised: Timestamp,
    /// The customs invoice of a dutiable shipment.
    pub(crate) invoice: Option<Invoice>,
    /// A label for the way back, sold with it.
    pub(crate) back: Option<String>,
    /// The day on whose manifest it is, once it is on one.
    pub(crate) manifested: OnceLock<Date>,
}

/// What is declared at the border.
#[derive(Clone, Default)]
pub(crate) struct Invoice {
    pub(crate) number: String,
    pub(crate) incoterm: String,
    pub(crate) currency: String,
    /// One text for each line of goods.
    pub(crate) lines: Vec<String>,
}

/// One parcel.
pub(crate) struct Package {
    pub(crate) shipment: Arc<Shipment>,
    /// First is 1.
    pub(crate) position: usize,
    /// Thousandths of the shipment's unit of weight.
    pub(crate) weight: u64,
    /// Length, width and height in thousandths of the unit of length.
    pub(crate) sides: Option<[u64; 3]>,
    /// Kind and value, of this parcel alone.
    pub(crate) references: Vec<(String, String)>,
}

/// References as Express shows them.
pub(crate) fn shown(references: &[(String, String)]) -> Value {
    references
        .iter()
        .map(|(kind, value)| {
            if kind.is_empty() {
                json!({ "value": value })
            } else {
                json!({ "value": value, "typeCode": kind })
            }
        })
        .collect()
}
