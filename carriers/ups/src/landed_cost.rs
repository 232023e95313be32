//! What duties and taxes will be: Landed Cost v1.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::charges::{charge, itemised};
use parcelgate_carrier::declaration::hs_digits;
use parcelgate_carrier::json::{Digits, Loose, Text};
use parcelgate_carrier::{
    Call, Class, Kind, LandedCost, LandedCosts, Outgoing, RateAsk, Response, Result, read_json,
};
use parcelgate_domain::{ChargeKind, Contents, Customs, CustomsItem, Incoterm, Money, Violations};
use serde::{Deserialize, Serialize};

use crate::wire::money;
use crate::{Ups, error};

const OPERATION: &str = "estimate";
/// Names the request and the shipment in it; nothing is kept under either.
const ID: &str = "1";
const DESCRIPTION_CHARS_MAX: usize = 150;

#[async_trait]
impl LandedCosts for Ups {
    async fn estimate(&self, call: &Call<'_>, ask: &RateAsk) -> Result<LandedCost> {
        decode(&call.send(self.encode_estimate(ask)?).await?)
    }
}

impl Ups {
    fn encode_estimate(&self, ask: &RateAsk) -> Result<Outgoing> {
        let (customs, total) = declared(ask).map_err(crate::invalid(OPERATION))?;
        let currency = total.currency().code();
        let items = customs.items.iter().enumerate();
        let body = Body {
            currency_code: currency,
            trans_id: ID,
            allow_partial: false,
            version: 1,
            shipment: Shipment {
                id: ID,
                import_country_code: ask.to.country.code(),
                ship_date: ask.ship_on.to_string(),
                incoterms: match customs.incoterm {
                    Incoterm::Dap => "DAP",
                    Incoterm::Ddp => "DDP",
                },
                export_country_code: ask.from.country.code(),
                shipment_type: match customs.contents {
                    Contents::Gift => "GIFT",
                    Contents::Sample => "SAMPLE",
                    Contents::ReturnOfGoods => "RETURN",
                    Contents::Documents => "OTHER",
                    Contents::Merchandise => "SALE",
                },
                shipment_items: items.map(|(index, item)| Item::of(index, item)).collect(),
            },
        };
        self.outgoing(Method::POST, OPERATION, "/landedcost/v1/quotes")
            .header("transid", ID)
            .header("accountnumber", &self.account.account_number)
            .class(Class::Rate)
            .json(&crate::ID, &body)
    }
}

/// The goods and what they are worth.
fn declared(ask: &RateAsk) -> Result<(&Customs, Money), Violations> {
    let mut found = Violations::new();
    if ask.from.country == ask.to.country {
        let allowed = "another country: there are no duties within one";
        found.refuse("to.country", ask.to.country, allowed);
    }
    let Some(customs) = &ask.customs else {
        found.require("customs", "what is inside, of which duties are a part");
        return Err(found);
    };
    let total = customs.total();
    if total.is_none() {
        found.require("customs.items", "declared in one currency");
    }
    for (index, item) in customs.items.iter().enumerate() {
        if item.description.trim().chars().count() > DESCRIPTION_CHARS_MAX {
            let allowed = format!("at most {DESCRIPTION_CHARS_MAX} characters");
            found.require(format!("customs.items[{index}].description"), allowed);
        }
    }
    match total {
        Some(total) => found.none_or((customs, total)),
        None => Err(found),
    }
}

/// Amounts are JSON numbers here, and so they are written digit for digit.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    currency_code: &'a str,
    #[serde(rename = "transID")]
    trans_id: &'a str,
    #[serde(rename = "allowPartialLandedCostResult")]
    allow_partial: bool,
    #[serde(rename = "alversion")]
    version: u8,
    shipment: Shipment<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shipment<'a> {
    id: &'a str,
    import_country_code: &'a str,
    ship_date: String,
    incoterms: &'a str,
    export_country_code: &'a str,
    shipment_type: &'a str,
    shipment_items: Vec<Item<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    commodity_id: String,
    price_each: Digits,
    commodity_currency_code: &'a str,
    quantity: u32,
    #[serde(rename = "UOM")]
    unit: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hs_code: Option<String>,
    description: &'a str,
    origin_country_code: &'a str,
}

impl<'a> Item<'a> {
    fn of(index: usize, item: &'a CustomsItem) -> Self {
        Self {
            commodity_id: (index + 1).to_string(),
            price_each: Digits::of(item.unit_value.to_decimal()),
            commodity_currency_code: item.unit_value.currency().code(),
            quantity: item.quantity,
            unit: "Each",
            hs_code: hs_digits(item),
            description: item.description.trim(),
            origin_country_code: item.origin.code(),
        }
    }
}

fn decode(response: &Response) -> Result<LandedCost> {
    let answer: Answer = read_json(&crate::ID, OPERATION, response)?;
    if let Some(cost) = answer.shipment.cost() {
        return Ok(cost);
    }
    let said = [&answer.errors, &answer.shipment.errors];
    let said = said.into_iter().find_map(|said| {
        let words = said.message.get().or(said.description.get())?;
        Some(error(Kind::Refused, OPERATION).said(said.code.as_str(), words))
    });
    Err(said.unwrap_or_else(|| error(Kind::Malformed, OPERATION)))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    shipment: Loose<Costs>,
    errors: Loose<Said>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    code: Text,
    message: Text,
    description: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Costs {
    errors: Loose<Said>,
    currency_code: Text,
    total_duties: Text,
    #[serde(rename = "totalVAT")]
    total_vat: Text,
    total_commodity_level_taxes_and_fees: Text,
    total_shipment_level_taxes_and_fees: Text,
    total_brokerage_fees: Text,
    grand_total: Text,
}

impl Costs {
    fn cost(&self) -> Option<LandedCost> {
        let total = money(&self.grand_total, &self.currency_code)?;
        let (goods, whole) = (
            &self.total_commodity_level_taxes_and_fees,
            &self.total_shipment_level_taxes_and_fees,
        );
        let parts = [
            (ChargeKind::Duties, "Duties", &self.total_duties),
            (ChargeKind::Tax, "VAT", &self.total_vat),
            (ChargeKind::Tax, "Taxes and fees of the goods", goods),
            (ChargeKind::Tax, "Taxes and fees of the shipment", whole),
            (
                ChargeKind::Surcharge,
                "Brokerage",
                &self.total_brokerage_fees,
            ),
        ];
        let parts = parts.into_iter().map(|(kind, name, amount)| {
            Some(charge(kind, name, money(amount, &self.currency_code)?))
        });
        let all = charge(ChargeKind::Duties, "Duties, taxes and fees", total);
        Some(LandedCost {
            total,
            charges: itemised([parts.collect()], all),
        })
    }
}
