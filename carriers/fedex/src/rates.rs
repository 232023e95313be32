//! Prices: rates and transit times, v1.

mod answer;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::declaration::passes_customs;
use parcelgate_carrier::json::compact;
use parcelgate_carrier::{Call, Class, Kind, RateAsk, Rates, Result};
use parcelgate_domain::{Contents, Quote, ServiceCode, Violations};
use serde::Serialize;
use serde_json::{Value, json};

use crate::codes::YOUR_PACKAGING;
use crate::customs::Commodity;
use crate::parcels::Line;
use crate::party::FORM;
use crate::{Fedex, error, extras, parcels, party};

const OPERATION: &str = "quote";

#[async_trait]
impl Rates for Fedex {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        let body = self.question(ask);
        let body = body.map_err(|found| error(Kind::Invalid, OPERATION).at(found))?;
        let outgoing = Self::outgoing(Method::POST, OPERATION, "/rate/v1/rates/quotes");
        let response = call
            .send(outgoing.class(Class::Rate).json(&crate::ID, &body)?)
            .await?;
        answer::decode(ask.options.saturday_delivery, &response)
    }
}

/// A question for prices.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(flatten)]
    told: Value,
    requested_shipment: Requested,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Requested {
    #[serde(flatten)]
    told: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_clearance_detail: Option<Declared>,
    requested_package_line_items: Vec<Line>,
}

#[derive(Serialize)]
struct Declared {
    commodities: Vec<Commodity>,
}

impl Fedex {
    /// The question, or why there cannot be one.
    fn question(&self, ask: &RateAsk) -> Result<Body, Violations> {
        let way = (ask.from.country, ask.to.country);
        let service = ask.service.as_ref().map(ServiceCode::as_str);
        let customs = ask.customs.as_ref();
        let customs = customs.filter(|_| passes_customs(way.0, way.1));
        let mut found = parcels::violations(way.0, way.1, &ask.parcels);
        found.append(extras::violations(&ask.options, way, service));
        if let Some(customs) = customs {
            found.append(customs.violations("customs"));
        }
        let [from, to] = [(&ask.from, "from"), (&ask.to, "to")].map(|(place, field)| {
            let fitted = FORM.fit_place(place, field);
            fitted.map_err(|wrong| found.append(wrong)).ok()
        });
        let Some((mut from, to)) = from.zip(to).filter(|_| found.is_empty()) else {
            return Err(found);
        };
        from.residential = None; // of whoever receives alone
        let saturday = ask.options.saturday_delivery;
        let control = json!({
            "returnTransitTimes": true,
            "variableOptions": saturday.then_some("SATURDAY_DELIVERY"),
        });
        let shipment = json!({
            "shipper": { "address": party::place(&from) },
            "recipient": { "address": party::place(&to) },
            "serviceType": service,
            "rateRequestType": ["ACCOUNT", "LIST"],
            "shipDateStamp": ask.ship_on.to_string(),
            "pickupType": self.account.pickup.code(),
            "packagingType": YOUR_PACKAGING,
            "totalPackageCount": ask.parcels.len(),
            "documentShipment": customs.map(|it| it.contents == Contents::Documents),
        });
        Ok(Body {
            told: compact(json!({
                "accountNumber": self.account.number(),
                "rateRequestControlParameters": control,
            })),
            requested_shipment: Requested {
                told: compact(shipment),
                customs_clearance_detail: customs.map(|customs| Declared {
                    commodities: customs.items.iter().map(Commodity::of).collect(),
                }),
                requested_package_line_items: parcels::lines(
                    way,
                    &ask.parcels,
                    &ask.options,
                    |_| json!({}),
                ),
            },
        })
    }
}

#[cfg(test)]
mod tests;
