//! What mail costs: a made-up tariff that is deterministic and grows with weight, size and zone.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::lane::Lane;
use super::number::{decimal, money};
use super::piece::Piece;
use super::refusal::{Answer, Refusal};
use super::service::{Reach, Service};

/// Who buys: retail costs more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PriceType {
    Retail,
    Commercial,
    Contract,
}

impl PriceType {
    pub(crate) fn of(name: Option<&str>) -> Answer<Self> {
        match name {
            None | Some("COMMERCIAL" | "COMMERCIAL_BASE" | "COMMERCIAL_PLUS") => {
                Ok(Self::Commercial)
            }
            Some("RETAIL") => Ok(Self::Retail),
            Some("CONTRACT" | "NSA") => Ok(Self::Contract),
            Some(_) => Err(Refusal::malformed("priceType", "priceType is not valid")),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Retail => "RETAIL",
            Self::Commercial => "COMMERCIAL",
            Self::Contract => "CONTRACT",
        }
    }

    const fn percent(self) -> u64 {
        match self {
            Self::Retail => 125,
            Self::Commercial => 100,
            Self::Contract => 90,
        }
    }
}

/// The price of one piece under one rate of one class.
#[derive(Debug, Clone)]
pub(crate) struct Price {
    pub(crate) service: &'static Service,
    pub(crate) indicator: String,
    rate: &'static str,
    piece: Piece,
    zone: String,
    kind: PriceType,
    /// Cents, without fees.
    pub(crate) postage: u64,
    /// Cents: the fee for what machines cannot sort.
    nonstandard: u64,
}

/// The fee for a package with a side above 22 inches, in cents.
const NONSTANDARD: u64 = 400;

impl Price {
    pub(crate) fn of(
        service: &'static Service,
        indicator: &str,
        lane: &Lane,
        piece: Piece,
        kind: PriceType,
    ) -> Self {
        let flat = service
            .flat
            .iter()
            .find(|(known, _, _)| *known == indicator);
        let (parcel, zone, pound) = service.price;
        let weighed = parcel + zone * u64::from(lane.zone()) + pound * piece.pounds();
        let (rate, base) = match flat {
            Some((_, name, cents)) => (*name, *cents),
            None => ("Single-piece", weighed),
        };
        let oversize = flat.is_none() && piece.is_long() && service.reach != Reach::Abroad;
        Self {
            service,
            indicator: indicator.to_owned(),
            rate,
            piece,
            zone: lane.zone_text(),
            kind,
            postage: base * kind.percent() / 100,
            nonstandard: if oversize { NONSTANDARD } else { 0 },
        }
    }

    /// Postage and fees.
    pub(crate) fn total(&self) -> u64 {
        self.postage + self.nonstandard
    }

    /// Fifteen characters, as USPS's have.
    pub(crate) fn sku(&self) -> String {
        let weight = self.piece.pounds().min(999);
        let (prefix, rate, zone) = (self.service.sku, &self.indicator, &self.zone);
        let kind = self.kind.name().get(..1).unwrap_or_default();
        format!("{prefix}{rate}{zone}{kind}{weight:06}")
    }

    pub(crate) fn fees(&self) -> Value {
        if self.nonstandard == 0 {
            return json!([]);
        }
        json!([{
            "name": "Nonstandard Length > 22 inches",
            "SKU": "D813XUXXXXX0000",
            "price": money(self.nonstandard),
        }])
    }

    /// A member of `rates`.
    pub(crate) fn rate(&self, category: &str, today: Date) -> Value {
        let Self { service, rate, .. } = self;
        let year = today.first_of_year();
        let mut shown = json!({
            "SKU": self.sku(),
            "description": format!("{} {category} {rate}", service.name),
            "priceType": self.kind.name(),
            "price": money(self.postage),
            "weight": decimal(self.piece.weight),
            "dimWeight": decimal(self.piece.dimensional),
            "fees": self.fees(),
            "startDate": year.to_string(),
            "endDate": "",
            "mailClass": service.class,
            "zone": self.zone,
            "processingCategory": category,
            "rateIndicator": self.indicator,
            "destinationEntryFacilityType": "NONE",
        });
        if let (Reach::Home | Reach::Return, Some(members)) = (service.reach, shown.as_object_mut())
        {
            members.insert("productName".to_owned(), json!(service.name));
            members.insert("productDefinition".to_owned(), json!(""));
        }
        shown
    }

    /// A member of `rateOptions`.
    pub(crate) fn option(&self, category: &str, today: Date) -> Value {
        json!({ "totalBasePrice": money(self.total()), "rates": [self.rate(category, today)] })
    }
}
