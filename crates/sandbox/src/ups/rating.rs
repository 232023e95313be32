//! `POST /rating/v2409/{Rate|Shop|Ratetimeintransit|Shoptimeintransit}`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use http::HeaderMap;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::lane::Lane;
use super::options::Options;
use super::piece::{Codes, Piece, pieces};
use super::price::{Price, itemized, money};
use super::refusal::{Answer, Refusal};
use super::service::{Service, pickup};
use super::{guard, options};
use crate::decimal;
use crate::document::{at, present, scalar, text};
use crate::server::World;

const CODES: Codes = Codes {
    none: "111030",
    packaging: "111500",
    weight: "111546",
    size: "111035",
    units: "111548",
    heavy: "111035",
};

const OPTION_CODES: options::Codes = options::Codes {
    declared: "111610",
    signature: "111620",
    saturday: "111625",
    returned: "111630",
};
/// Where rating has the kind of a return.
const WAY_BACK: &str = "ShipmentServiceOptions.ReturnService";

#[derive(Deserialize)]
pub(crate) struct Extra {
    additionalinfo: Option<String>,
}

/// What was asked, checked.
struct Ask<'v> {
    shipment: &'v Value,
    lane: Lane,
    pieces: Vec<Piece>,
    options: Options,
    pickup: Date,
    in_transit: bool,
    negotiated: bool,
}

impl Ask<'_> {
    /// Whether `service` arrives on Saturday, where that is asked for.
    fn in_time(&self, service: &Service) -> bool {
        !self.lane.saturday || service.on_saturday(&self.lane, self.pickup)
    }
}

pub(crate) async fn rate(
    State(world): State<Arc<World>>,
    Path((version, option)): Path<(String, String)>,
    Query(extra): Query<Extra>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    if !matches!(version.as_str(), "v2409" | "v2403") {
        return Err(Refusal::unknown_resource());
    }
    let (shop, timed) = match option.to_ascii_lowercase().as_str() {
        "rate" => (false, false),
        "shop" => (true, false),
        "ratetimeintransit" => (false, true),
        "shoptimeintransit" => (true, true),
        _ => return Err(Refusal::invalid("111541", "Invalid request option.")),
    };
    let timed = timed || extra.additionalinfo.as_deref() == Some("timeintransit");
    let request = guard::json(&headers, &body)?;
    let ask = read(&world, &request, timed)?;
    let rated: Vec<Value> = if shop {
        Service::on(&ask.lane)
            .filter(|service| ask.in_time(service))
            .map(|service| rated(&ask, service))
            .collect()
    } else {
        vec![rated(&ask, chosen(&ask)?)]
    };
    if rated.is_empty() {
        return Err(unavailable());
    }
    let context = scalar(
        &request,
        "RateRequest.Request.TransactionReference.CustomerContext",
    );
    Ok(Json(json!({ "RateResponse": {
        "Response": accepted(context),
        "RatedShipment": rated,
    }})))
}

/// The `Response` element of an accepted request.
pub(crate) fn accepted(context: Option<String>) -> Value {
    let mut response = json!({ "ResponseStatus": { "Code": "1", "Description": "Success" } });
    if let (Some(context), Some(members)) = (context, response.as_object_mut()) {
        let echo = json!({ "CustomerContext": context });
        members.insert("TransactionReference".to_owned(), echo);
    }
    response
}

pub(crate) fn unavailable() -> Refusal {
    let message = "The requested service is unavailable between the selected locations.";
    Refusal::invalid("111210", message)
}

fn read<'v>(world: &World, request: &'v Value, timed: bool) -> Answer<Ask<'v>> {
    let shipment = at(request, "RateRequest.Shipment")
        .ok_or_else(|| Refusal::invalid("111542", "Missing or invalid shipment"))?;
    let shipper = text(shipment, "Shipper.ShipperNumber");
    let own = world.settings.ups.shipper_number.as_str();
    if shipper.is_some_and(|number| number != own) {
        return Err(Refusal::invalid("111580", "Invalid ShipperNumber"));
    }
    let lane = Lane::of(shipment)?;
    let in_transit = timed && present(shipment, "DeliveryTimeInformation.PackageBillType");
    if timed && lane.crosses_border() {
        // Both are "required for international shipments" with time in transit.
        if text(shipment, "InvoiceLineTotal.MonetaryValue").is_none() {
            let message = "Invalid Shipment Contents Value";
            return Err(Refusal::invalid("111549", message));
        }
        if text(shipment, "ShipmentTotalWeight.Weight").is_none() {
            let message = "Missing or invalid shipment total weight";
            return Err(Refusal::invalid("111546", message));
        }
    }
    let (first, _) = pickup(&lane.origin, world.settings.clock.now());
    let wanted = text(shipment, "DeliveryTimeInformation.Pickup.Date")
        .map(|date| {
            let wrong = |_| Refusal::invalid("111551", "Invalid pickup date");
            Date::strptime("%Y%m%d", date).map_err(wrong)
        })
        .transpose()?;
    let pieces = pieces(shipment, "PackagingType", &CODES)?;
    let options = Options::of(shipment, &lane, WAY_BACK, &OPTION_CODES)?;
    let negotiated = present(shipment, "ShipmentRatingOptions.NegotiatedRatesIndicator");
    if negotiated && shipper.is_none() {
        let message = "User Id and Shipper Number combination is not qualified to receive \
                       negotiated rates.";
        return Err(Refusal::invalid("111565", message));
    }
    Ok(Ask {
        shipment,
        pieces,
        options,
        pickup: wanted.map_or(first, |wanted| wanted.max(first)),
        in_transit,
        negotiated,
        lane,
    })
}

fn chosen(ask: &Ask<'_>) -> Answer<&'static Service> {
    let code = text(ask.shipment, "Service.Code")
        .ok_or_else(|| Refusal::invalid("111100", "The requested service is missing"))?;
    let service = Service::of(code)
        .filter(|service| service.serves(&ask.lane))
        .ok_or_else(unavailable)?;
    if !ask.in_time(service) {
        return Err(options::not_on_saturday(OPTION_CODES.saturday));
    }
    Ok(service)
}

fn rated(ask: &Ask<'_>, service: &Service) -> Value {
    let price = Price::of(service, &ask.lane, &ask.pieces, &ask.options);
    let package = |(piece, price): (&Piece, &super::price::PiecePrice)| {
        let (code, description) = piece.units.weight();
        json!({
            "BaseServiceCharge": money(price.base),
            "TransportationCharges": money(price.transport()),
            "ServiceOptionsCharges": money(price.extras()),
            "TotalCharges": money(price.total()),
            "ItemizedCharges": itemized(&price.all()),
            "Weight": decimal::text(piece.weight),
            "BillingWeight": {
                "UnitOfMeasurement": { "Code": code, "Description": description },
                "Weight": decimal::text(piece.billed),
            },
        })
    };
    let packages: Vec<Value> = ask.pieces.iter().zip(&price.pieces).map(package).collect();
    let mut rated = Map::new();
    if let Value::Object(charges) = price.charges() {
        rated.extend(charges);
    }
    let mut set = |name: &str, value: Value| rated.insert(name.to_owned(), value);
    set(
        "Service",
        json!({ "Code": service.code, "Description": service.name }),
    );
    set("Zone", json!(ask.lane.zone().to_string()));
    set("BillingWeight", price.billing_weight());
    set("RatedPackage", Value::Array(packages));
    if ask.negotiated {
        set("NegotiatedRateCharges", price.negotiated_charges());
    }
    if service.guaranteed() || !ask.lane.crosses_border() {
        set("GuaranteedDelivery", guaranteed(ask, service));
    }
    if ask.in_transit {
        set("TimeInTransit", in_transit(ask, service));
    }
    Value::Object(rated)
}

fn guaranteed(ask: &Ask<'_>, service: &Service) -> Value {
    let mut promise = json!({ "BusinessDaysInTransit": service.days(&ask.lane).to_string() });
    let (_, time) = service.promise(&ask.lane, ask.pickup);
    if let (true, Some(members)) = (service.guaranteed(), promise.as_object_mut()) {
        let by = time.strftime("%-I:%M %P").to_string().to_uppercase();
        members.insert("DeliveryByTime".to_owned(), json!(by));
    }
    promise
}

fn in_transit(ask: &Ask<'_>, service: &Service) -> Value {
    let (date, time) = service.promise(&ask.lane, ask.pickup);
    let days = service.days(&ask.lane);
    let total = date.since(ask.pickup).map_or(0, |span| span.get_days());
    let rest = total.saturating_sub(i32::from(days)).max(0);
    let bill = text(ask.shipment, "DeliveryTimeInformation.PackageBillType").unwrap_or("03");
    json!({
        "PickupDate": ask.pickup.strftime("%Y%m%d").to_string(),
        "PackageBillType": bill,
        "AutoDutyCode": "02",
        "Disclaimer": "Services listed as guaranteed are backed by a money-back guarantee \
                       for transportation charges only.",
        "ServiceSummary": {
            "Service": { "Description": service.name },
            "GuaranteedIndicator": if service.guaranteed() { "1" } else { "0" },
            "Disclaimer": "",
            "EstimatedArrival": {
                "Arrival": {
                    "Date": date.strftime("%Y%m%d").to_string(),
                    "Time": time.strftime("%H%M%S").to_string(),
                },
                "BusinessDaysInTransit": days.to_string(),
                "Pickup": {
                    "Date": ask.pickup.strftime("%Y%m%d").to_string(),
                    "Time": "173000",
                },
                "DayOfWeek": date.strftime("%a").to_string().to_uppercase(),
                "CustomerCenterCutoff": "160000",
                "DelayCount": "0",
                "HolidayCount": "0",
                "RestDays": rest.to_string(),
                "TotalTransitDays": total.to_string(),
            },
        },
    })
}
