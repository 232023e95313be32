//! What USPS answers when asked for its options.

use jiff::civil::Time;
use parcelgate_carrier::charges::{charge, itemised};
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::measure::WeightUnit;
use parcelgate_carrier::{Kind, RateAsk, Response, Result, moment, read_json};
use parcelgate_domain::{Charge, ChargeKind, Currency, Money, Quote, Transit, Weight};
use serde::Deserialize;

use super::OPERATION;
use crate::codes::{self, Product};
use crate::{error, extras, services};

/// One quote for each service that can be bought here; an option that cannot be read costs no
/// other.
pub(super) fn decode(ask: &RateAsk, duties: bool, response: &Response) -> Result<Vec<Quote>> {
    let answer: Answer = read_json(&crate::ID, OPERATION, response)?;
    let options = answer
        .options()
        .ok_or_else(|| error(Kind::Malformed, OPERATION))?;
    let wanted = ask.service.as_ref();
    let mut quotes: Vec<Quote> = Vec::new();
    for (class, option) in options {
        let Some(product) = option.product(class) else {
            continue;
        };
        let is_wanted = match wanted {
            Some(code) => code.as_str() == product.code,
            None => product.is_for_anything(),
        };
        let is_new = quotes
            .iter()
            .all(|quote| quote.service.code.as_str() != product.code);
        if is_wanted && is_new {
            quotes.extend(option.quote(ask, product, duties));
        }
    }
    Ok(quotes)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Answer {
    pricing_options: Option<Many<Pricing>>,
}

impl Answer {
    /// Every option with its mail class; none when the answer says nothing of options.
    pub(crate) fn options(&self) -> Option<impl Iterator<Item = (&str, &RateOption)>> {
        let pricing = self
            .pricing_options
            .as_ref()
            .filter(|many| !many.is_lost())?;
        let shipping = pricing.iter().flat_map(|pricing| &pricing.shipping_options);
        Some(shipping.flat_map(|shipping| {
            let class = shipping.mail_class.as_str();
            shipping
                .rate_options
                .iter()
                .map(move |option| (class, option))
        }))
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Pricing {
    shipping_options: Many<Shipping>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Shipping {
    mail_class: Text,
    rate_options: Many<RateOption>,
}

/// One price of one mail class.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RateOption {
    total_price: Text,
    total_base_price: Text,
    rates: Many<Rate>,
    extra_services: Many<Extra>,
    commitment: Loose<Commitment>,
    duties_taxes_fees_quote: Option<Duties>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rate {
    description: Text,
    price: Text,
    weight: Text,
    dim_weight: Text,
    fees: Many<Fee>,
    rate_indicator: Text,
    destination_entry_facility_type: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fee {
    name: Text,
    price: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Extra {
    name: Text,
    price: Text,
    extra_service: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Commitment {
    name: Text,
    schedule_delivery_date: Text,
    expected_delivery_date: Text,
    guaranteed_delivery: Text,
}

/// What the border costs.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Duties {
    package_fee: Text,
    item_quotes: Many<ItemDuties>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ItemDuties {
    duty_price: Text,
    tax_price: Text,
}

/// Where a parcel is handed over that nobody takes to a facility near its recipient.
const ENTRIES: [&str; 3] = ["", "NONE", "INTERNATIONAL_SERVICE_CENTER"];

impl RateOption {
    /// The service that it is a price of; none of a price for other ways to hand over, or for what
    /// cannot be bought here.
    fn product(&self, class: &str) -> Option<&'static Product> {
        let rate = self.rates.first()?;
        let entry = rate.destination_entry_facility_type.as_str();
        let product = codes::priced(class, &rate.rate_indicator)?;
        ENTRIES.contains(&entry).then_some(product)
    }

    fn quote(&self, ask: &RateAsk, product: &Product, duties: bool) -> Option<Quote> {
        let mut parts = self.postage()?;
        let extras = extras::codes(&ask.options, Some(product));
        for code in &extras {
            let mut sold = self.extra_services.iter();
            let extra = sold.find(|extra| extras::is_same(*code, &extra.extra_service))?;
            parts.push(part(ChargeKind::Surcharge, &extra.name, &extra.price)?);
        }
        let stated = if extras.is_empty() {
            &self.total_base_price
        } else {
            &self.total_price
        };
        let mut total = money(stated).or_else(|| sum(&parts))?;
        let whole = charge(ChargeKind::Base, "Postage", total);
        let mut charges = itemised([Some(parts)], whole);
        if duties {
            let border = self.duties_taxes_fees_quote.as_ref()?.charges()?;
            total = total.checked_add(sum(&border)?).ok()?;
            charges.extend(border);
        }
        Some(Quote {
            service: services::named(product.code),
            total: Some(total).filter(|total| total.minor() > 0)?,
            charges,
            transit: self.commitment.transit(),
            billed_weight: self.rates.first().and_then(Rate::billed),
        })
    }

    /// What carriage costs, by its parts.
    fn postage(&self) -> Option<Vec<Charge>> {
        let mut parts = Vec::new();
        for rate in &self.rates {
            parts.push(part(ChargeKind::Base, &rate.description, &rate.price)?);
            for fee in &rate.fees {
                parts.push(part(ChargeKind::Surcharge, &fee.name, &fee.price)?);
            }
        }
        Some(parts)
    }

    pub(crate) const fn duties(&self) -> Option<&Duties> {
        self.duties_taxes_fees_quote.as_ref()
    }
}

impl Rate {
    /// What the volume weighs, in ounces, where that is more than the scales say, in pounds.
    fn billed(&self) -> Option<Weight> {
        let volume = WeightUnit::Ounce.read(&self.dim_weight);
        let volume = volume.filter(|weight| weight.as_grams() > 0);
        volume.or_else(|| {
            WeightUnit::Pound
                .read(&self.weight)
                .filter(|it| it.as_grams() > 0)
        })
    }
}

impl Commitment {
    /// `2 Days`, and the day that USPS expects; by its end, since no hour is named.
    fn transit(&self) -> Option<Transit> {
        let (days, _) = self.name.split_once(" Day").unwrap_or_default();
        let days = days.parse::<u16>().ok().map(|days| (days, days));
        let expected = self.expected_delivery_date.get();
        let day = moment::date(
            expected
                .or_else(|| self.schedule_delivery_date.get())
                .unwrap_or(""),
        );
        let end = Time::new(23, 59, 59, 0).ok()?;
        if days.is_none() && day.is_none() {
            return None;
        }
        Some(Transit {
            days,
            business_days: true,
            deliver_by: day.map(|day| day.to_datetime(end)),
            guaranteed: self.guaranteed_delivery.is_true(),
        })
    }
}

impl Duties {
    /// Fee, duties and taxes; none when one of them cannot be read.
    pub(crate) fn charges(&self) -> Option<Vec<Charge>> {
        let fee = (
            ChargeKind::Surcharge,
            "Delivery duties paid fee",
            &self.package_fee,
        );
        let items = self.item_quotes.iter().flat_map(|item| {
            [
                (ChargeKind::Duties, "Duty", &item.duty_price),
                (ChargeKind::Tax, "Tax", &item.tax_price),
            ]
        });
        let said = [fee].into_iter().chain(items);
        let said = said.filter(|(_, _, price)| price.get().is_some());
        let mut parts: Vec<Charge> = said
            .map(|(kind, name, price)| part(kind, name, price))
            .collect::<Option<_>>()?;
        parts.retain(|part| part.amount.minor() != 0);
        Some(parts)
    }
}

/// USPS asks and answers in USD alone.
fn money(text: &Text) -> Option<Money> {
    Money::parse(text, Currency::USD).ok()
}

pub(crate) fn sum(charges: &[Charge]) -> Option<Money> {
    let nothing = Money::zero(Currency::USD);
    let mut amounts = charges.iter().map(|charge| charge.amount);
    amounts.try_fold(nothing, Money::checked_add).ok()
}

fn part(kind: ChargeKind, name: &str, price: &Text) -> Option<Charge> {
    let name = if name.is_empty() { "Postage" } else { name };
    Some(charge(kind, name, money(price)?))
}
