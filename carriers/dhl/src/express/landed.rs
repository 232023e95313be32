//! What the border costs, before anything is sent.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::charges::charge;
use parcelgate_carrier::declaration::hs_digits;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{
    Call, Class, Kind, LandedCost, LandedCosts, Outgoing, RateAsk, Response, Result, read_json,
};
use parcelgate_domain::{
    Charge, ChargeKind, Currency, CustomsItem, DecimalText, Incoterm, Money, Violations,
};
use serde::Deserialize;

use super::MyDhl;
use super::party::amount;
use super::rates::declares;
use crate::object::Object;
use crate::{ID, error};

const OPERATION: &str = "estimate";

#[async_trait]
impl LandedCosts for MyDhl {
    async fn estimate(&self, call: &Call<'_>, ask: &RateAsk) -> Result<LandedCost> {
        let response = call.send(self.encode_landed(ask)?).await?;
        decode(&response)
    }
}

impl MyDhl {
    fn encode_landed(&self, ask: &RateAsk) -> Result<Outgoing> {
        let mut found = Violations::new();
        let customs = ask.customs.as_ref().filter(|_| declares(ask));
        match customs {
            Some(customs) => found.append(customs.violations("customs")),
            None => found.require(
                "customs",
                "goods that are declared on a way across a border",
            ),
        }
        let body = self.asked(ask, found);
        let body = body.map_err(|found| error(Kind::Invalid, OPERATION).at(found))?;
        let currency = customs
            .and_then(|customs| customs.total())
            .map(Money::currency);
        let paid = customs.is_some_and(|customs| customs.incoterm == Incoterm::Ddp);
        let to_person = ask.to.residential == Some(true);
        let items = customs.into_iter().flat_map(|customs| &customs.items);
        let items: Vec<Object> = items.zip(1_u32..).map(item).collect();
        let body = body
            .put("currencyCode", currency.map(Currency::code))
            .put("isCustomsDeclarable", true)
            .put("isDTPRequested", paid)
            .put("isInsuranceRequested", ask.options.insured.is_some())
            .put("getCostBreakdown", true)
            .put(
                "shipmentPurpose",
                if to_person { "personal" } else { "commercial" },
            )
            .put("transportationMode", "air")
            .put("merchantSelectedCarrierName", "DHL")
            .put("items", items);
        Self::outgoing(Method::POST, OPERATION, "/landed-cost")
            .class(Class::Rate)
            .json(&ID, &body)
    }
}

/// A code is needed for the usual rate; without one DHL takes the middle of those that may apply.
fn item((item, number): (&CustomsItem, u32)) -> Object {
    let code = hs_digits(item);
    let rate = if code.is_some() {
        "default_rate"
    } else {
        "center_rate"
    };
    Object::new()
        .put("number", number)
        .put("name", item.description.trim())
        .put("manufacturerCountry", item.origin.code())
        .put("quantity", item.quantity)
        .put("unitPrice", amount(item.unit_value))
        .put("unitPriceCurrencyCode", item.unit_value.currency().code())
        .put("commodityCode", code)
        .put("estimatedTariffRateType", rate)
}

#[derive(Deserialize)]
struct Answer {
    products: Many<Product>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Product {
    detailed_price_breakdown: Many<Breakdown>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Breakdown {
    price_currency: Text,
    breakdown: Many<Row>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    name: Text,
    type_code: Text,
    price_currency: Text,
    price: Loose<Option<DecimalText>>,
}

/// The sums of duties, taxes and fees, which stand between the parts that they are made of.
const SUMS: [(&str, ChargeKind); 3] = [
    ("TOTAL DUTIES", ChargeKind::Duties),
    ("TOTAL TAXES", ChargeKind::Tax),
    ("TOTAL FEES", ChargeKind::Surcharge),
];

/// Without carriage, insurance and the goods themselves, which DHL counts in its own total.
fn decode(response: &Response) -> Result<LandedCost> {
    let answer: Answer = read_json(&ID, OPERATION, response)?;
    let costs = answer.products.iter().find_map(|product| {
        let whole = product.detailed_price_breakdown.iter().next()?;
        // What DHL does not levy it may leave out; what is there must be readable.
        let sums = SUMS.iter().filter_map(|(name, kind)| {
            let row = whole.row(name)?;
            Some(row.charge(*kind, &whole.price_currency))
        });
        sums.collect::<Option<Vec<Charge>>>()
    });
    let cost = costs.and_then(|charges| {
        let currency = charges.first()?.amount.currency();
        let mut amounts = charges.iter().map(|charge| charge.amount);
        let total = amounts.try_fold(Money::zero(currency), Money::checked_add);
        Some(LandedCost {
            total: total.ok()?,
            charges,
        })
    });
    cost.ok_or_else(|| error(Kind::Malformed, OPERATION))
}

impl Breakdown {
    fn row(&self, name: &str) -> Option<&Row> {
        let mut rows = self.breakdown.iter();
        rows.find(|row| row.name.eq_ignore_ascii_case(name) && !row.type_code.is_empty())
    }
}

impl Row {
    fn charge(&self, kind: ChargeKind, currency: &str) -> Option<Charge> {
        let currency: Currency = self.price_currency.get().unwrap_or(currency).parse().ok()?;
        let sum = Money::parse(self.price.as_ref()?.as_str(), currency).ok()?;
        Some(charge(kind, &self.name, sum))
    }
}
