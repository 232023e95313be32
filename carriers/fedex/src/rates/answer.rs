//! What FedEx answers when asked for prices.

use jiff::civil::{DateTime, Time};
use parcelgate_carrier::{Kind, Response, Result};
use parcelgate_domain::{
    Charge, ChargeKind, DecimalText, Money, Quote, Service, ServiceCode, Transit,
};
use serde::Deserialize;

use super::OPERATION;
use crate::units::WeightRead;
use crate::wire::{Unread, filled, list, money, or_default, output, read, text};
use crate::{codes, error};

/// One quote for each service that could be read; a service that could not costs no other.
pub(super) fn decode(response: &Response) -> Result<Vec<Quote>> {
    let answer: Answer = output(OPERATION, response)?;
    let details = answer.rate_reply_details;
    let mut quotes: Vec<Quote> = Vec::with_capacity(details.len());
    for unread in &details {
        let quote = read::<Detail>(unread).and_then(|detail| detail.quote());
        // FedEx may name a service again for another packaging or a Saturday; the first is what was
        // asked for.
        let is_new = |quote: &Quote| quotes.iter().all(|q| q.service.code != quote.service.code);
        if let Some(quote) = quote.filter(is_new) {
            quotes.push(quote);
        }
    }
    if quotes.is_empty() && !details.is_empty() {
        return Err(error(Kind::Malformed, OPERATION));
    }
    Ok(quotes)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    rate_reply_details: Vec<Unread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    service_type: String,
    #[serde(default, deserialize_with = "text")]
    service_name: String,
    rated_shipment_details: Vec<Unread>,
    #[serde(default, deserialize_with = "or_default")]
    operational_detail: Operational,
    #[serde(default, deserialize_with = "or_default")]
    commit: Commit,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rated {
    #[serde(default, deserialize_with = "text")]
    rate_type: String,
    total_net_charge: DecimalText,
    #[serde(default, deserialize_with = "text")]
    currency: String,
    #[serde(default)]
    total_base_charge: Option<Unread>,
    #[serde(default)]
    total_discounts: Option<Unread>,
    #[serde(default, deserialize_with = "or_default")]
    shipment_rate_detail: RateDetail,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RateDetail {
    #[serde(deserialize_with = "text")]
    currency: String,
    #[serde(deserialize_with = "list", alias = "surcharges")]
    sur_charges: Vec<Unread>,
    #[serde(deserialize_with = "list")]
    taxes: Vec<Unread>,
    total_billing_weight: Option<Unread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(default, deserialize_with = "text")]
    r#type: String,
    #[serde(default, deserialize_with = "text")]
    description: String,
    amount: DecimalText,
}

impl Detail {
    fn quote(&self) -> Option<Quote> {
        let code = filled(&self.service_type)?;
        let rated = self.rated_shipment_details.iter();
        let rated: Vec<Rated> = rated.filter_map(|unread| read(unread)).collect();
        let of = |kind: &str| rated.iter().find(|rated| rated.rate_type == kind);
        let rated = of("ACCOUNT").or_else(|| of("LIST"))?;
        let (total, charges) = rated.price()?;
        let name = filled(&self.service_name).or_else(|| codes::service_name(code));
        let weight = rated.shipment_rate_detail.total_billing_weight.as_deref();
        Some(Quote {
            service: Service {
                code: ServiceCode::new(code),
                name: name.unwrap_or(code).to_owned(),
            },
            total,
            charges,
            transit: self.transit(),
            billed_weight: weight.and_then(|unread| read::<WeightRead>(unread)?.weight()),
        })
    }

    fn transit(&self) -> Option<Transit> {
        let days = self.commit.days();
        let days = days.or_else(|| days_in(&self.operational_detail.transit_time).map(|d| (d, d)));
        let moments = [
            &self.commit.date_detail.day_format,
            &self.commit.date_detail.day_cxs_format,
            &self.operational_detail.delivery_date,
            &self.operational_detail.commit_date,
        ];
        let deliver_by = moments.into_iter().find_map(|text| moment(text));
        if days.is_none() && deliver_by.is_none() {
            return None;
        }
        let ineligible = &self.operational_detail.ineligible_for_money_back_guarantee;
        Some(Transit {
            days,
            business_days: true,
            deliver_by,
            guaranteed: ineligible == "false",
        })
    }
}

impl Rated {
    /// The total, and what it is made of where that adds up to it, to the cent. Duties and taxes of
    /// import are no part of it.
    fn price(&self) -> Option<(Money, Vec<Charge>)> {
        let currencies = [&self.currency, &self.shipment_rate_detail.currency];
        let currency = currencies.into_iter().find(|code| !code.is_empty())?;
        let total = money(&self.total_net_charge, currency)?;
        let whole = || charge(ChargeKind::Base, "Net charge", total);
        let parts = self.parts(currency).filter(|parts| adds_up(parts, total));
        let mut parts = parts.unwrap_or_else(|| vec![whole()]);
        parts.retain(|part| part.amount.minor() != 0);
        Some((total, parts))
    }

    /// Base, discounts, surcharges and taxes; none when one of them cannot be read.
    fn parts(&self, currency: &str) -> Option<Vec<Charge>> {
        let amount = |unread: &Unread| money(&read(unread)?, currency);
        let base = amount(self.total_base_charge.as_ref()?)?;
        let mut parts = vec![charge(ChargeKind::Base, "Base charge", base)];
        if let Some(discounts) = &self.total_discounts {
            let discount = amount(discounts)?.checked_mul(-1).ok()?;
            parts.push(charge(ChargeKind::Discount, "Discounts", discount));
        }
        let detail = &self.shipment_rate_detail;
        for unread in &detail.sur_charges {
            let item: Item = read(unread)?;
            parts.push(item.charge(codes::surcharge_kind(&item.r#type), currency)?);
        }
        for unread in &detail.taxes {
            parts.push(read::<Item>(unread)?.charge(ChargeKind::Tax, currency)?);
        }
        Some(parts)
    }
}

fn adds_up(parts: &[Charge], total: Money) -> bool {
    let nothing = Money::zero(total.currency());
    let mut amounts = parts.iter().map(|part| part.amount);
    amounts.try_fold(nothing, Money::checked_add).ok() == Some(total)
}

impl Item {
    fn charge(&self, kind: ChargeKind, currency: &str) -> Option<Charge> {
        let name = filled(&self.description).or_else(|| filled(&self.r#type))?;
        Some(charge(kind, name, money(&self.amount, currency)?))
    }
}

fn charge(kind: ChargeKind, name: &str, amount: Money) -> Charge {
    let kind = if amount.minor() < 0 {
        ChargeKind::Discount
    } else {
        kind
    };
    let name = name.to_owned();
    Charge { kind, name, amount }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Operational {
    #[serde(deserialize_with = "text")]
    transit_time: String,
    #[serde(deserialize_with = "text")]
    commit_date: String,
    #[serde(deserialize_with = "text")]
    delivery_date: String,
    #[serde(deserialize_with = "text")]
    ineligible_for_money_back_guarantee: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Commit {
    #[serde(deserialize_with = "or_default")]
    date_detail: DateDetail,
    #[serde(deserialize_with = "or_default")]
    transit_days: TransitDays,
    #[serde(deserialize_with = "text")]
    days_in_transit: String,
}

/// The schema says `dayFormat`, the sample in the same file `dayCxsFormat`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DateDetail {
    #[serde(deserialize_with = "text")]
    day_format: String,
    #[serde(deserialize_with = "text")]
    day_cxs_format: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TransitDays {
    #[serde(deserialize_with = "text")]
    minimum_transit_time: String,
    #[serde(deserialize_with = "text")]
    maximum_transit_time: String,
}

impl Commit {
    fn days(&self) -> Option<(u16, u16)> {
        let least = days_in(&self.transit_days.minimum_transit_time);
        let most = days_in(&self.transit_days.maximum_transit_time);
        let exact = days_in(&self.days_in_transit);
        let least = least.or(most).or(exact)?;
        Some((least, most.unwrap_or(least)))
    }
}

/// `THREE_DAYS` as 3.
fn days_in(text: &str) -> Option<u16> {
    #[rustfmt::skip]
    const WORDS: [&str; 20] = [
        "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN",
        "TWELVE", "THIRTEEN", "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN",
        "TWENTY",
    ];
    let (word, _) = text.split_once("_DAY")?;
    let at = WORDS.iter().position(|known| *known == word)?;
    u16::try_from(at + 1).ok()
}

/// By the end of the day when no time is promised, which FedEx writes as midnight.
fn moment(text: &str) -> Option<DateTime> {
    let moment: DateTime = text.parse().ok()?;
    if moment.time() == Time::midnight() {
        return Some(moment.date().to_datetime(Time::new(23, 59, 59, 0).ok()?));
    }
    Some(moment)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_domain::Weight;
    use serde_json::{Value, json};

    use super::*;

    fn quotes(details: &Value) -> Result<Vec<Quote>> {
        let body = json!({"output": {"rateReplyDetails": details}}).to_string();
        decode(&Response::new(Bytes::from(body)))
    }

    fn rated(rate_type: &str, net: &str) -> Value {
        let text = format!(
            r#"{{
                "rateType": "{rate_type}", "totalBaseCharge": 20.00, "totalDiscounts": 2.5,
                "totalNetCharge": {net}, "currency": "USD",
                "shipmentRateDetail": {{
                    "surCharges": [
                        {{"type": "FUEL", "description": "Fuel Surcharge", "amount": 3.11}},
                        {{"type": "RESIDENTIAL_DELIVERY", "amount": 4}}
                    ],
                    "totalBillingWeight": {{"units": "LB", "value": 3.0}}
                }}
            }}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn ground(rated: &[Value]) -> Value {
        json!({"serviceType": "FEDEX_GROUND", "ratedShipmentDetails": rated})
    }

    fn parts(quote: &Quote) -> Vec<(ChargeKind, i64)> {
        let charges = quote.charges.iter();
        charges.map(|c| (c.kind, c.amount.minor())).collect()
    }

    #[test]
    fn a_price_is_itemised_when_the_items_add_up() {
        use ChargeKind::{Base, Discount, Fuel, Surcharge};
        let quote = &quotes(&json!([ground(&[rated("ACCOUNT", "24.61")])])).unwrap()[0];
        assert_eq!(quote.total.to_string(), "24.61 USD");
        assert_eq!(quote.service.name, "FedEx Ground");
        let expected = [
            (Base, 2000),
            (Discount, -250),
            (Fuel, 311),
            (Surcharge, 400),
        ];
        assert_eq!(parts(quote), expected);
        assert_eq!(quote.billed_weight, Some(Weight::grams(1_361)));
        let quote = &quotes(&json!([ground(&[rated("ACCOUNT", "24.62")])])).unwrap()[0];
        assert_eq!(parts(quote), [(Base, 2462)]);
    }

    #[test]
    fn the_price_of_the_account_comes_before_the_list() {
        let total = |rated: &[Value]| {
            let quotes = quotes(&json!([ground(rated)]));
            quotes.map(|quotes| quotes[0].total.minor())
        };
        let both = [rated("LIST", "30.00"), rated("ACCOUNT", "24.61")];
        assert_eq!(total(&both).unwrap(), 2461);
        assert_eq!(total(&both[..1]).unwrap(), 3000);
        let other = total(&[rated("PREFERRED_CURRENCY", "1.00")]);
        assert_eq!(other.unwrap_err().kind, Kind::Malformed);
    }

    #[test]
    fn one_service_that_cannot_be_read_costs_no_other() {
        let good = ground(&[rated("ACCOUNT", "24.61")]);
        let bad = [
            json!("nonsense"),
            json!({"serviceType": "X"}),
            json!({"serviceType": " ", "ratedShipmentDetails": [rated("ACCOUNT", "1.00")]}),
            json!({"serviceType": "X", "ratedShipmentDetails": [rated("ACCOUNT", "1.005")]}),
        ];
        for bad in bad {
            assert_eq!(quotes(&json!([bad, good])).unwrap().len(), 1, "{bad}");
            let error = quotes(&json!([bad])).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed);
        }
        assert!(quotes(&json!([])).unwrap().is_empty());
        let again = ground(&[rated("ACCOUNT", "99.00")]);
        let found = quotes(&json!([good, again])).unwrap();
        assert_eq!((found.len(), found[0].total.minor()), (1, 2461));
    }

    #[test]
    fn the_time_in_transit_is_read_as_far_as_it_goes() {
        let transit = |commit: Value, operational: Value| {
            let mut detail = ground(&[rated("ACCOUNT", "24.61")]);
            detail["commit"] = commit;
            detail["operationalDetail"] = operational;
            quotes(&json!([detail])).unwrap()[0].transit
        };
        let known = transit(
            json!({
                "dateDetail": {"dayFormat": "2026-12-04T10:30:00"},
                "transitDays": {"minimumTransitTime": "TWO_DAYS", "maximumTransitTime": "FIVE_DAYS"}
            }),
            json!({"ineligibleForMoneyBackGuarantee": false}),
        );
        let known = known.unwrap();
        assert_eq!(known.days, Some((2, 5)));
        assert_eq!(known.deliver_by.unwrap().to_string(), "2026-12-04T10:30:00");
        assert!(known.guaranteed);
        let late = transit(
            json!({"dateDetail": {"dayCxsFormat": "2026-12-04T00:00:00"}}),
            json!({"transitTime": "ONE_DAY"}),
        );
        let late = late.unwrap();
        assert_eq!(late.days, Some((1, 1)));
        assert_eq!(late.deliver_by.unwrap().to_string(), "2026-12-04T23:59:59");
        assert!(!late.guaranteed);
        assert_eq!(transit(json!("soon"), Value::Null), None);
    }
}
