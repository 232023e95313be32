//! What UPS answers when asked for prices.

use jiff::civil::{DateTime, Time};
use parcelgate_carrier::{Kind, RateAsk, Response, Result, read_json};
use parcelgate_domain::{
    Charge, ChargeKind, DecimalText, Money, Quote, Service, ServiceCode, Transit, Weight,
};
use serde::Deserialize;

use super::OPERATION;
use crate::units::WeightRead;
use crate::wire::{AmountRead, CodeRead, Unread, list, read, text};
use crate::{codes, error, moment};

/// One quote for each service that could be read; a service that could not costs no other.
pub(super) fn decode(ask: &RateAsk, negotiated: bool, response: &Response) -> Result<Vec<Quote>> {
    let answer: Answer = read_json(&crate::ID, OPERATION, response)?;
    let rated = answer.rate_response.rated_shipment;
    let read = |unread: &Unread| read::<Rated>(unread)?.quote(ask, negotiated);
    let quotes: Vec<Quote> = rated.iter().filter_map(read).collect();
    if quotes.is_empty() && !rated.is_empty() {
        return Err(error(Kind::Malformed, OPERATION));
    }
    Ok(quotes)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    rate_response: RateResponse,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RateResponse {
    #[serde(deserialize_with = "list")]
    rated_shipment: Vec<Unread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rated {
    service: CodeRead,
    total_charges: AmountRead,
    #[serde(default)]
    base_service_charge: Option<Unread>,
    #[serde(default)]
    transportation_charges: Option<Unread>,
    #[serde(default)]
    service_options_charges: Option<Unread>,
    #[serde(default, deserialize_with = "list")]
    itemized_charges: Vec<Unread>,
    #[serde(default)]
    negotiated_rate_charges: Option<Negotiated>,
    #[serde(default)]
    billing_weight: Option<Unread>,
    #[serde(default)]
    time_in_transit: Option<Unread>,
    #[serde(default)]
    guaranteed_delivery: Option<Unread>,
}

/// What the account has agreed with UPS. Where it qualifies for nothing, UPS leaves this out.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Negotiated {
    total_charge: AmountRead,
    #[serde(default, deserialize_with = "list")]
    base_service_charge: Vec<Unread>,
    #[serde(default, deserialize_with = "list")]
    itemized_charges: Vec<Unread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(deserialize_with = "text")]
    code: String,
    #[serde(default, deserialize_with = "text")]
    description: String,
    #[serde(default, deserialize_with = "text")]
    sub_type: String,
    #[serde(deserialize_with = "text")]
    currency_code: String,
    monetary_value: DecimalText,
}

impl Negotiated {
    fn price(&self) -> Option<(Money, Vec<Charge>)> {
        let total = self.total_charge.money()?;
        let parts = itemised(&self.base_service_charge, &self.itemized_charges);
        Some((total, charges(total, [parts, None])))
    }
}

impl Rated {
    fn quote(&self, ask: &RateAsk, negotiated: bool) -> Option<Quote> {
        let code = &self.service.code;
        if code.is_empty() {
            return None;
        }
        let (total, charges) = match &self.negotiated_rate_charges {
            Some(agreed) if negotiated => agreed.price()?,
            _ => self.list_price()?,
        };
        let known = codes::service_name(code, ask.from.country);
        let described = Some(self.service.description.as_str()).filter(|name| !name.is_empty());
        Some(Quote {
            service: Service {
                code: ServiceCode::new(code),
                name: known.or(described).unwrap_or(code).to_owned(),
            },
            total,
            charges,
            transit: self.transit(),
            billed_weight: self.billed_weight(),
        })
    }

    fn list_price(&self) -> Option<(Money, Vec<Charge>)> {
        let total = self.total_charges.money()?;
        let base = self.base_service_charge.as_slice();
        let sums = [
            (
                "Transportation",
                ChargeKind::Base,
                &self.transportation_charges,
            ),
            (
                "Service options",
                ChargeKind::Surcharge,
                &self.service_options_charges,
            ),
        ];
        let sums = sums.into_iter().map(|(name, kind, unread)| {
            let amount = read::<AmountRead>(unread.as_deref()?)?.money()?;
            Some(charge(kind, name, amount))
        });
        let ways = [itemised(base, &self.itemized_charges), sums.collect()];
        Some((total, charges(total, ways)))
    }

    fn billed_weight(&self) -> Option<Weight> {
        read::<WeightRead>(self.billing_weight.as_deref()?)?.weight()
    }

    fn transit(&self) -> Option<Transit> {
        let time = self.time_in_transit.as_deref().and_then(read::<InTransit>);
        let promise = self.guaranteed_delivery.as_deref();
        let promise = promise.and_then(read::<Guaranteed>).unwrap_or_default();
        let summary = time.map(|time| time.service_summary).unwrap_or_default();
        let arrival = &summary.estimated_arrival;
        let days = [
            &arrival.business_days_in_transit,
            &promise.business_days_in_transit,
        ];
        let days = days.into_iter().find_map(|days| days.parse::<u16>().ok());
        let deliver_by = arrival.arrival.moment();
        if days.is_none() && deliver_by.is_none() {
            return None;
        }
        Some(Transit {
            days: days.map(|days| (days, days)),
            business_days: true,
            deliver_by,
            guaranteed: match summary.guaranteed_indicator.as_deref() {
                // "Empty tag": there or not there; some answers say 0 for not.
                Some(said) => said.get() != r#""0""# && said.get() != "0",
                None => !promise.delivery_by_time.is_empty(),
            },
        })
    }
}

/// What a total is made of: the first of `ways` that adds up to it, to the cent. Where none does,
/// the whole price is the one part that is certain.
fn charges(total: Money, ways: [Option<Vec<Charge>>; 2]) -> Vec<Charge> {
    let adds_up = |parts: &Vec<Charge>| {
        let nothing = Money::zero(total.currency());
        let mut amounts = parts.iter().map(|part| part.amount);
        amounts.try_fold(nothing, Money::checked_add).ok() == Some(total)
    };
    let whole = || charge(ChargeKind::Base, "Total charges", total);
    let mut ways = ways.into_iter().flatten();
    let mut parts = ways.find(adds_up).unwrap_or_else(|| vec![whole()]);
    parts.retain(|part| part.amount.minor() != 0);
    parts
}

/// Base and itemised charges; none when one of them cannot be read.
fn itemised(base: &[Unread], items: &[Unread]) -> Option<Vec<Charge>> {
    let base = base.iter().map(|unread| {
        let amount = read::<AmountRead>(unread)?.money()?;
        Some(charge(ChargeKind::Base, "Base service charge", amount))
    });
    let items = items.iter().map(|unread| read::<Item>(unread)?.charge());
    base.chain(items).collect()
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

impl Item {
    fn charge(&self) -> Option<Charge> {
        let currency = self.currency_code.parse().ok()?;
        let amount = Money::parse(self.monetary_value.as_str(), currency).ok()?;
        let names = [&self.description, &self.sub_type, &self.code];
        let name = names.into_iter().find(|name| !name.is_empty())?;
        Some(charge(codes::charge_kind(&self.code), name, amount))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InTransit {
    service_summary: Summary,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Summary {
    guaranteed_indicator: Option<Unread>,
    estimated_arrival: Estimated,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Estimated {
    arrival: Arrival,
    #[serde(deserialize_with = "text")]
    business_days_in_transit: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Arrival {
    #[serde(deserialize_with = "text")]
    date: String,
    #[serde(deserialize_with = "text")]
    time: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Guaranteed {
    #[serde(deserialize_with = "text")]
    business_days_in_transit: String,
    #[serde(deserialize_with = "text")]
    delivery_by_time: String,
}

impl Arrival {
    /// By the end of the day when no time is promised.
    fn moment(&self) -> Option<DateTime> {
        let end_of_day = Time::new(23, 59, 59, 0).ok()?;
        let time = moment::time(&self.time).unwrap_or(end_of_day);
        Some(moment::date(&self.date)?.to_datetime(time))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::*;
    use crate::rates::tests::{ask, locality};

    fn quotes(rated: &Value, negotiated: bool) -> Result<Vec<Quote>> {
        let body = json!({"RateResponse": {"RatedShipment": rated}}).to_string();
        let ask = ask(locality("US", "OH", "43215"), locality("US", "CA", "90012"));
        decode(&ask, negotiated, &Response::new(Bytes::from(body)))
    }

    fn usd(value: &str) -> Value {
        json!({"CurrencyCode": "USD", "MonetaryValue": value})
    }

    fn ground() -> Value {
        json!({
            "Service": {"Code": "03"},
            "TransportationCharges": usd("20.11"),
            "BaseServiceCharge": usd("17.00"),
            "ServiceOptionsCharges": usd("4.00"),
            "ItemizedCharges": [
                {"Code": "375", "CurrencyCode": "USD", "MonetaryValue": "3.11", "SubType": "Fuel"},
                {"Code": "270", "CurrencyCode": "USD", "MonetaryValue": 4.00},
                {"Code": "376", "CurrencyCode": "USD", "MonetaryValue": "0.00"},
            ],
            "TotalCharges": usd("24.11"),
            "BillingWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "3.0"},
        })
    }

    fn parts(quote: &Quote) -> Vec<(ChargeKind, i64)> {
        let charges = quote.charges.iter();
        charges.map(|c| (c.kind, c.amount.minor())).collect()
    }

    #[test]
    fn a_price_is_itemised_when_the_items_add_up() {
        use ChargeKind::{Base, Fuel, Surcharge};
        let quote = &quotes(&json!([ground()]), true).unwrap()[0];
        assert_eq!(quote.total.to_string(), "24.11 USD");
        assert_eq!(parts(quote), [(Base, 1700), (Fuel, 311), (Surcharge, 400)]);
        assert_eq!(quote.billed_weight, Some(Weight::grams(1_361)));
        let mut other = ground();
        other["ItemizedCharges"] = json!([]);
        let quote = &quotes(&json!([other]), true).unwrap()[0];
        assert_eq!(parts(quote), [(Base, 2011), (Surcharge, 400)]);
        other["TransportationCharges"] = usd("1.00");
        let quote = &quotes(&json!([other]), true).unwrap()[0];
        assert_eq!(parts(quote), [(Base, 2411)]);
    }

    #[test]
    fn the_agreed_price_comes_first_where_it_is_asked_for_and_there() {
        let mut agreed = ground();
        agreed["NegotiatedRateCharges"] = json!({
            "BaseServiceCharge": [usd("12.00")],
            "ItemizedCharges": [
                {"Code": "375", "CurrencyCode": "USD", "MonetaryValue": "2.20"},
                {"Code": "999", "CurrencyCode": "USD", "MonetaryValue": "-1.00"},
            ],
            "TotalCharge": usd("13.20"),
        });
        let quote = &quotes(&json!([agreed]), true).unwrap()[0];
        assert_eq!(quote.total.minor(), 1320);
        assert_eq!(parts(quote).last(), Some(&(ChargeKind::Discount, -100)));
        let quote = &quotes(&json!([agreed]), false).unwrap()[0];
        assert_eq!(quote.total.minor(), 2411);
    }

    #[test]
    fn one_service_that_cannot_be_read_costs_no_other() {
        let bad = [
            json!({"Service": {"Code": "01"}}),
            json!({"Service": {"Code": "01"}, "TotalCharges": usd("1.005")}),
            json!({"Service": {"Code": ""}, "TotalCharges": usd("1.00")}),
            json!("nonsense"),
            json!({"Service": {"Code": "01"}, "TotalCharges": usd("many")}),
        ];
        for bad in bad {
            let found = quotes(&json!([bad, ground()]), true).unwrap();
            assert_eq!(found.len(), 1, "{bad}");
            let error = quotes(&json!([bad]), true).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed);
        }
        assert!(quotes(&json!([]), true).unwrap().is_empty());
        assert_eq!(quotes(&ground(), true).unwrap().len(), 1);
    }

    #[test]
    fn a_service_that_is_not_in_the_table_is_sold_under_its_own_words() {
        let name = |service: Value| {
            let mut rated = ground();
            rated["Service"] = service;
            quotes(&json!([rated]), true).unwrap()[0]
                .service
                .name
                .clone()
        };
        assert_eq!(name(json!({"Code": "03"})), "UPS Ground");
        assert_eq!(
            name(json!({"Code": "9X", "Description": "UPS Moon"})),
            "UPS Moon"
        );
        assert_eq!(name(json!({"Code": "9X"})), "9X");
    }

    #[test]
    fn the_time_in_transit_is_read_as_far_as_it_goes() {
        let transit = |time: Value| {
            let mut rated = ground();
            rated["TimeInTransit"] = time;
            quotes(&json!([rated]), true).unwrap()[0].transit
        };
        let arrival = |time: &str| {
            json!({"ServiceSummary": {
                "GuaranteedIndicator": "",
                "EstimatedArrival": {
                    "Arrival": {"Date": "20261204", "Time": time},
                    "BusinessDaysInTransit": "4"
                }
            }})
        };
        let known = transit(arrival("103000")).unwrap();
        assert_eq!(
            (known.days, known.business_days, known.guaranteed),
            (Some((4, 4)), true, true)
        );
        assert_eq!(known.deliver_by.unwrap().to_string(), "2026-12-04T10:30:00");
        let late = transit(arrival("")).unwrap();
        assert_eq!(late.deliver_by.unwrap().to_string(), "2026-12-04T23:59:59");
        let mut unsure = arrival("233000");
        unsure["ServiceSummary"]["GuaranteedIndicator"] = json!("0");
        assert!(!transit(unsure).unwrap().guaranteed);
        assert_eq!(transit(json!("none")), None);
        assert_eq!(transit(json!({})), None);
    }
}
