//! What a shipment costs: a made-up tariff in euros that is deterministic and grows with weight.

use serde_json::{Value, json};

use super::product::{Extra, FUEL, FUEL_PERMILLE, Product};
use crate::dhl::shipment::Units;
use crate::dhl::units::{number, of_cents, of_thousandths};
use crate::document::{list, text};

/// The discount of the account against public rates, in per cent.
const DISCOUNT: u64 = 25;
/// What every price is in.
pub(crate) const CURRENCY: &str = "EUR";

/// The pieces of a request, as far as prices go.
pub(crate) struct Load {
    pub(crate) units: Units,
    /// Thousandths of the unit.
    pub(crate) provided: u64,
    pub(crate) volumetric: u64,
}

impl Load {
    /// The pieces in `owner.packages`.
    pub(crate) fn of(packages: &[&Value], units: Units) -> Self {
        let provided = packages.iter().filter_map(|piece| number(piece, "weight"));
        let volumetric = packages.iter().filter_map(|piece| {
            let side = |name: &str| number(piece, &format!("dimensions.{name}"));
            Some(volume(
                [side("length")?, side("width")?, side("height")?],
                units,
            ))
        });
        Self {
            units,
            provided: provided.fold(0, u64::saturating_add),
            volumetric: volumetric.fold(0, u64::saturating_add),
        }
    }

    /// Started half kilograms, at least one.
    fn steps(&self) -> u64 {
        let billed = self.provided.max(self.volumetric);
        let grams = match self.units {
            Units::Metric => billed,
            Units::Imperial => billed.saturating_mul(454) / 1000,
        };
        grams.div_ceil(500).max(1)
    }

    pub(crate) fn shown(&self) -> Value {
        json!({
            "volumetric": of_thousandths(self.volumetric),
            "provided": of_thousandths(self.provided),
            "unitOfMeasurement": self.units.name(),
        })
    }
}

/// The weight that a volume counts for: by 5000 in centimetres, by 139 in inches.
pub(crate) fn volume(sides: [u64; 3], units: Units) -> u64 {
    let divisor = match units {
        Units::Metric => 5_000,
        Units::Imperial => 139,
    };
    let tenths = sides.map(|side| (side / 100).min(100_000)); // so that three of them fit
    // tenths cubed are thousandths
    tenths.iter().product::<u64>().div_ceil(divisor)
}

/// A service that was asked for.
pub(crate) struct Wanted {
    pub(crate) extra: &'static Extra,
    /// The insured value in cents.
    value: u64,
}

impl Wanted {
    /// The services of `owner.valueAddedServices` that exist.
    pub(crate) fn of(owner: &Value) -> Vec<Self> {
        list(owner, "valueAddedServices")
            .into_iter()
            .filter_map(|service| {
                Some(Self {
                    extra: Extra::of(text(service, "serviceCode")?)?,
                    value: number(service, "value").unwrap_or_default() / 10,
                })
            })
            .collect()
    }

    fn price(&self) -> u64 {
        if self.extra.code == "II" {
            return (self.value / 100).max(1_100);
        }
        self.extra.price
    }
}

/// The price of a shipment, in cents: what it is made of.
pub(crate) struct Price {
    pub(crate) base: u64,
    /// Code, name, kind, cents.
    pub(crate) services: Vec<(&'static str, &'static str, &'static str, u64)>,
}

impl Price {
    pub(crate) fn of(product: &Product, load: &Load, wanted: &[Wanted]) -> Self {
        let (parcel, step) = product.price;
        let public = parcel + load.steps().saturating_mul(step);
        let base = public * (100 - DISCOUNT) / 100;
        let mut services: Vec<_> = wanted
            .iter()
            .map(|wanted| {
                let extra = wanted.extra;
                (extra.code, extra.name, extra.kind, wanted.price())
            })
            .collect();
        services.push((FUEL.0, FUEL.1, "SCH", base * FUEL_PERMILLE / 1000));
        Self { base, services }
    }

    pub(crate) fn total(&self) -> u64 {
        self.base + self.services.iter().map(|(.., cents)| cents).sum::<u64>()
    }

    /// What one without the account's discount pays.
    fn public(&self) -> u64 {
        self.total() * 100 / (100 - DISCOUNT)
    }

    /// The same total in the three currencies that MyDHL answers with.
    fn totals(&self) -> [(&'static str, u64); 3] {
        [
            ("BILLC", self.total()),
            ("PULCL", self.public()),
            ("BASEC", self.total()),
        ]
    }

    pub(crate) fn total_price(&self) -> Value {
        let entry = |(kind, cents): (&str, u64)| {
            let price = of_cents(cents);
            json!({ "currencyType": kind, "priceCurrency": CURRENCY, "price": price })
        };
        self.totals().into_iter().map(entry).collect()
    }

    pub(crate) fn total_breakdown(&self) -> Value {
        let entry = |(kind, cents): (&str, u64)| {
            json!({
                "currencyType": kind,
                "priceCurrency": CURRENCY,
                "priceBreakdown": [
                    { "typeCode": "STTXA", "price": of_cents(0) },
                    { "typeCode": "SPRQT", "price": of_cents(cents) },
                ],
            })
        };
        self.totals().into_iter().map(entry).collect()
    }

    /// The lines of the billing currency; `offered` are services that could be added.
    pub(crate) fn detail(&self, name: &str, offered: &[&Extra]) -> Value {
        let mut lines = vec![json!({ "name": name, "price": of_cents(self.base) })];
        lines.extend(self.services.iter().map(|(code, name, kind, cents)| {
            json!({
                "name": name,
                "serviceCode": code,
                "localServiceCode": code,
                "serviceTypeCode": kind,
                "price": of_cents(*cents),
                "isCustomerAgreement": false,
                "isMarketedService": *kind == "XCH",
            })
        }));
        let priced = |extra: &&&Extra| self.services.iter().any(|(code, ..)| *code == extra.code);
        lines.extend(offered.iter().filter(|extra| !priced(extra)).map(|extra| {
            json!({
                "name": extra.name,
                "serviceCode": extra.code,
                "localServiceCode": extra.code,
                "serviceTypeCode": extra.kind,
                "isCustomerAgreement": extra.kind == "TEC",
                "isMarketedService": extra.kind == "XCH",
            })
        }));
        json!([{ "currencyType": "BILLC", "priceCurrency": CURRENCY, "breakdown": lines }])
    }

    /// The charges as a bought shipment shows them.
    pub(crate) fn charges(&self, name: &str) -> Value {
        let mut lines = vec![json!({ "name": name, "price": of_cents(self.base) })];
        lines.extend(self.services.iter().map(|(code, name, _, cents)| {
            json!({ "name": name, "price": of_cents(*cents), "typeCode": code })
        }));
        json!([{
            "currencyType": "BILLC",
            "priceCurrency": CURRENCY,
            "price": of_cents(self.total()),
            "serviceBreakdown": lines,
        }])
    }
}
