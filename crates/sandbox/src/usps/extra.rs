//! Extra services: insurance, signatures and the like, with made-up prices.

use serde_json::{Value, json};

use super::number::money;
use super::refusal::{Answer, Refusal};
use super::service::{Reach, Service};

/// An extra service.
#[derive(Debug)]
pub(crate) struct Extra {
    pub(crate) code: u64,
    pub(crate) name: &'static str,
    sku: &'static str,
    reach: &'static [Reach],
    /// Cents: always, and for each started hundred dollars of value.
    price: (u64, u64),
    /// Whether the value of the goods must be told.
    pub(crate) valued: bool,
}

use Reach::{Abroad, Home, Return};

#[rustfmt::skip]
static EXTRAS: [Extra; 12] = [
    Extra { code: 415, name: "USPS Label Delivery", sku: "DX415XXXXXX0000", reach: &[Home], price: (130, 0), valued: false },
    Extra { code: 910, name: "Certified Mail", sku: "DXCXXXXXXXX0000", reach: &[Home], price: (530, 0), valued: false },
    Extra { code: 920, name: "USPS Tracking", sku: "DXTUXXXXXXX0000", reach: &[Home, Return], price: (0, 0), valued: false },
    Extra { code: 921, name: "Signature Confirmation", sku: "DXSUXXXXXXX0000", reach: &[Home], price: (395, 0), valued: false },
    Extra { code: 922, name: "Adult Signature Required", sku: "DXASXXXXXXX0000", reach: &[Home], price: (970, 0), valued: false },
    Extra { code: 923, name: "Adult Signature Restricted Delivery", sku: "DXARXXXXXXX0000", reach: &[Home], price: (1_010, 0), valued: false },
    Extra { code: 924, name: "Signature Confirmation Restricted Delivery", sku: "DXSRXXXXXXX0000", reach: &[Home], price: (1_175, 0), valued: false },
    Extra { code: 930, name: "Insurance <= $500", sku: "DXIXXXXXXXX0500", reach: &[Home, Return, Abroad], price: (270, 110), valued: true },
    Extra { code: 931, name: "Insurance > $500", sku: "DXIXXXXXXXX5000", reach: &[Home, Abroad], price: (820, 180), valued: true },
    Extra { code: 934, name: "Insurance Restricted Delivery", sku: "DXIRXXXXXXX0000", reach: &[Home], price: (960, 0), valued: true },
    Extra { code: 955, name: "Return Receipt", sku: "DXRRXXXXXXX0000", reach: &[Home, Abroad], price: (410, 0), valued: false },
    Extra { code: 957, name: "Return Receipt Electronic", sku: "DXRX0EXXXXX0000", reach: &[Home], price: (262, 0), valued: false },
];

impl Extra {
    fn of(code: u64, service: &Service) -> Option<&'static Self> {
        EXTRAS
            .iter()
            .find(|extra| extra.code == code && extra.reach.contains(&service.reach))
    }

    /// Whether `service` has every one of `codes`.
    pub(crate) fn all_sold(codes: &Value, service: &Service) -> bool {
        let mut codes = codes.as_array().into_iter().flatten();
        codes.all(|code| {
            code.as_u64()
                .is_some_and(|code| Self::of(code, service).is_some())
        })
    }

    /// Every extra service of `service` that `value` (thousandths of a dollar) allows.
    pub(crate) fn all(service: &Service, value: u64) -> Vec<&'static Self> {
        EXTRAS
            .iter()
            .filter(|extra| extra.reach.contains(&service.reach))
            .filter(|extra| extra.fits(value))
            .collect()
    }

    fn fits(&self, value: u64) -> bool {
        match self.code {
            930 => value > 0 && value <= 500_000,
            931 => value > 500_000,
            _ => true,
        }
    }

    /// The listed services of a request; `None` where it lists none.
    pub(crate) fn listed(
        codes: Option<&Value>,
        service: &Service,
        value: u64,
    ) -> Answer<Option<Vec<&'static Self>>> {
        let Some(codes) = codes else { return Ok(None) };
        let parameter = "packageDescription.mailClass, packageDescription.extraServices";
        let codes = codes.as_array().ok_or_else(|| {
            Refusal::malformed("extraServices", "instance type does not match: array")
        })?;
        let one = |code: &Value| {
            let extra = code.as_u64().and_then(|code| Self::of(code, service));
            let extra = extra.ok_or_else(|| {
                let detail = format!(
                    "Mailclass : {} with ExtraServices: [{code}] is an unsupported combination.",
                    service.class
                );
                Refusal::invalid("160010", parameter, detail)
            })?;
            if extra.valued && value == 0 {
                let detail = "A non-zero item value is required for this extra service code.";
                return Err(Refusal::invalid("030024", "itemValue", detail));
            }
            if !extra.fits(value) {
                let detail = "Provided value exceeds maximum allowable insurance for this price \
                              group.";
                return Err(Refusal::invalid("030012", "itemValue", detail));
            }
            Ok(extra)
        };
        codes.iter().map(one).collect::<Answer<_>>().map(Some)
    }

    /// Cents, for goods worth so many thousandths of a dollar.
    pub(crate) fn cents(&self, value: u64) -> u64 {
        let (base, each) = self.price;
        base + each * value.div_ceil(100_000).saturating_sub(1)
    }

    /// As prices list it.
    pub(crate) fn quoted(&self, value: u64) -> Value {
        json!({
            "extraService": self.code.to_string(),
            "name": self.name,
            "SKU": self.sku,
            "priceType": "COMMERCIAL",
            "price": money(self.cents(value)),
            "warnings": [],
        })
    }

    /// As a label to an address at home lists it.
    pub(crate) fn bought(&self, value: u64) -> Value {
        json!({ "name": self.name, "SKU": self.sku, "price": money(self.cents(value)) })
    }

    /// As a label to an address abroad lists it.
    pub(crate) fn bought_abroad(&self, value: u64) -> Value {
        json!({
            "serviceID": self.code.to_string(),
            "serviceName": self.name,
            "sku": self.sku,
            "price": money(self.cents(value)),
        })
    }
}
