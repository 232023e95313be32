//! `GET /tracking` and `GET /shipments/{number}/tracking`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::event;
use super::price::volume;
use super::rates::area;
use super::refusal::{Answer, Refusal};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shipment::{Package, Party, shown};
use crate::dhl::units::of_thousandths;
use crate::faults::Telling;
use crate::parcel::{By, Parcel};
use crate::place::Place;
use crate::plan::{Scan, Step};
use crate::server::World;

/// Numbers in one question.
const NUMBERS_MAX: usize = 200;

/// `trackingView`: which checkpoints are told.
const VIEWS: [&str; 6] = [
    "all-checkpoints",
    "all-checkpoints-with-remarks",
    "last-checkpoint",
    "shipment-details-only",
    "advance-shipment",
    "bbx-children",
];
/// `levelOfDetail`: of what they are told.
const LEVELS: [&str; 3] = ["shipment", "piece", "all"];

type Shipments = Vec<Vec<Arc<Parcel<Package>>>>;

pub(super) async fn one(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    Query(pairs): Pairs,
    telling: Option<Extension<Telling>>,
) -> Answer {
    let view = View::of(&world, &pairs, telling)?;
    let found = express(&world, By::Purchase, &number);
    view.answer(vec![found], "No data found")
}

pub(super) async fn many(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
    telling: Option<Extension<Telling>>,
) -> Answer {
    let view = View::of(&world, &pairs, telling)?;
    let waybills: Vec<&str> = query::all(&pairs, "shipmentTrackingNumber").collect();
    let plates: Vec<&str> = query::all(&pairs, "pieceTrackingNumber").collect();
    for (name, asked) in [
        ("shipmentTrackingNumber", &waybills),
        ("pieceTrackingNumber", &plates),
    ] {
        if asked.len() > NUMBERS_MAX {
            return Err(Refusal::wrong_format(name, "maxItems=200"));
        }
    }
    if let Some(reference) = query::one(&pairs, "shipmentReference") {
        let found = by_reference(&world, &pairs, reference)?;
        let nothing = format!("No Shipments Found for ReferenceID | {reference}");
        return view.answer(found, &nothing);
    }
    if waybills.is_empty() && plates.is_empty() {
        return Err(Refusal::missing(&["shipmentTrackingNumber"]));
    }
    let mut found: Shipments = waybills
        .into_iter()
        .map(|number| express(&world, By::Purchase, number))
        .collect();
    found.extend(
        plates
            .into_iter()
            .map(|number| express(&world, By::Number, number)),
    );
    view.answer(found, "No data found")
}

/// The pieces of that name that Express sold, unless there are none.
pub(super) fn express(world: &World, by: By, name: &str) -> Vec<Arc<Parcel<Package>>> {
    let mut found = world.dhl.parcels().find(by, name);
    found.retain(|parcel| {
        parcel.detail.shipment.division == crate::dhl::shipment::Division::Express
    });
    found
}

fn by_reference(world: &World, pairs: &[(String, String)], reference: &str) -> Answer<Shipments> {
    let account = query::one(pairs, "shipperAccountNumber")
        .or_else(|| query::one(pairs, "payerAccountNumber"))
        .ok_or_else(|| Refusal::missing(&["shipperAccountNumber"]))?;
    let from = moment(pairs, "dateRangeFrom", (0, 0))?;
    let to = moment(pairs, "dateRangeTo", (23, 59))?;
    let mut pieces = express(world, By::Reference, reference);
    let kind = query::one(pairs, "shipmentReferenceType");
    pieces.retain(|parcel| {
        let shipment = &parcel.detail.shipment;
        let mut all = shipment.references.iter().chain(&parcel.detail.references);
        let of_kind =
            all.any(|(own, value)| value == reference && kind.is_none_or(|kind| kind == own));
        let day = shipment.planned;
        of_kind
            && shipment.account == account
            && from.is_none_or(|from| day >= from)
            && to.is_none_or(|to| day <= to)
    });
    let mut shipments: Shipments = Vec::new();
    for piece in pieces {
        match shipments.last_mut() {
            Some(same)
                if same
                    .first()
                    .is_some_and(|one| one.purchase == piece.purchase) =>
            {
                same.push(piece);
            }
            Some(_) | None => shipments.push(vec![piece]),
        }
    }
    Ok(shipments)
}

/// A day, or a time of it.
fn moment(
    pairs: &[(String, String)],
    name: &str,
    (hour, minute): (i8, i8),
) -> Answer<Option<DateTime>> {
    let Some(text) = query::one(pairs, name) else {
        return Ok(None);
    };
    let day = text
        .parse()
        .map(|day: jiff::civil::Date| day.at(hour, minute, 0, 0));
    let day = day.or_else(|_| text.parse());
    day.map(Some)
        .map_err(|_| Refusal::wrong_format(name, "YYYY-MM-DD"))
}

struct View {
    now: Timestamp,
    telling: Telling,
    checkpoints: String,
    level: String,
}

impl View {
    fn of(
        world: &World,
        pairs: &[(String, String)],
        telling: Option<Extension<Telling>>,
    ) -> Answer<Self> {
        let choice = |name: &str, known: &[&str]| -> Answer<String> {
            let default = known.first().copied().unwrap_or_default();
            let asked = query::one(pairs, name).unwrap_or(default);
            if known.contains(&asked) {
                return Ok(asked.to_owned());
            }
            let valid = known.join(", ");
            let valid = format!("valid parameters for {name} are [{valid}]");
            Err(Refusal::wrong_format(name, &valid))
        };
        Ok(Self {
            now: world.settings.clock.now(),
            telling: telling
                .map(|Extension(telling)| telling)
                .unwrap_or_default(),
            checkpoints: choice("trackingView", &VIEWS)?,
            level: choice("levelOfDetail", &LEVELS)?,
        })
    }

    fn answer(&self, mut found: Shipments, nothing: &str) -> Answer {
        found.retain(|pieces| !pieces.is_empty());
        if found.is_empty() {
            return Err(Refusal::not_found("Not data found", nothing));
        }
        let shipments: Vec<Value> = found
            .iter()
            .filter_map(|found| self.shipment(found))
            .collect();
        Ok(Json(json!({ "shipments": shipments })))
    }

    fn shipment(&self, pieces: &[Arc<Parcel<Package>>]) -> Option<Value> {
        let lead = pieces.first()?;
        let shipment = &lead.detail.shipment;
        let weight = pieces.iter().map(|piece| piece.detail.weight).sum();
        let events = match self.level.as_str() {
            "piece" => Vec::new(),
            _ => self.events(lead),
        };
        let promised = shipment.destination.local(shipment.promised).date();
        let mut told = json!({
            "shipmentTrackingNumber": lead.purchase,
            "status": "Success",
            "shipmentTimestamp": shipment.planned.to_string(),
            "productCode": shipment.product.0,
            "description": shipment.description,
            "shipperDetails": end(&shipment.from, &shipment.origin, "outboundSortCode"),
            "receiverDetails": end(&shipment.to, &shipment.destination, "facilityCode"),
            "totalWeight": of_thousandths(weight),
            "unitOfMeasurements": shipment.units.name(),
            "shipperReferences": shown(&shipment.references),
            "events": events,
            "numberOfPieces": shipment.count,
            "estimatedDeliveryDate": promised.to_string(),
        });
        if self.level != "shipment"
            && let Some(members) = told.as_object_mut()
        {
            let pieces: Vec<Value> = pieces.iter().map(|piece| self.piece(piece)).collect();
            members.insert("pieces".to_owned(), json!(pieces));
        }
        Some(told)
    }

    fn piece(&self, parcel: &Parcel<Package>) -> Value {
        let package = &parcel.detail;
        let mut piece = json!({
            "number": package.position,
            "typeCode": "",
            "shipmentTrackingNumber": parcel.purchase,
            "trackingNumber": parcel.number,
            "description": package.shipment.description,
            "weight": of_thousandths(package.weight),
            "actualWeight": of_thousandths(package.weight),
            "unitOfMeasurements": package.shipment.units.name(),
            "shipperReferences": shown(&package.references),
            "events": self.events(parcel),
        });
        if let (Some(sides), Some(members)) = (package.sides, piece.as_object_mut()) {
            let [length, width, height] = sides.map(|side| of_thousandths(side / 10 * 10));
            let sides_told = json!({ "length": length, "width": width, "height": height });
            members.insert("dimensions".to_owned(), sides_told);
            let volume = volume(sides, package.shipment.units).max(1);
            members.insert("dimensionalWeight".to_owned(), of_thousandths(volume));
        }
        piece
    }

    /// Oldest first.
    fn events(&self, parcel: &Parcel<Package>) -> Vec<Value> {
        let seen = parcel.seen(self.now, self.telling);
        let mut events: Vec<Value> = seen
            .into_iter()
            .filter_map(|scan| told(parcel, scan))
            .collect();
        match self.checkpoints.as_str() {
            "last-checkpoint" => {
                let kept = events.len().saturating_sub(1);
                events.drain(..kept);
            }
            "shipment-details-only" | "advance-shipment" | "bbx-children" => events.clear(),
            _ => {}
        }
        events
    }
}

fn told(parcel: &Parcel<Package>, scan: &Scan) -> Option<Value> {
    let (code, text) = event::of(scan.step)?;
    let local = scan.place.local(scan.at);
    let area = area(&scan.place);
    let name = format!("{}-{}", scan.place.city, scan.place.country);
    let mut event = json!({
        "date": local.date().to_string(),
        "time": local.time().strftime("%H:%M:%S").to_string(),
        "GMTOffset": offset(&scan.place),
        "typeCode": code,
        "description": text,
        "serviceArea": [{ "code": area, "description": name }],
    });
    if let (Step::Delivered, Some(members)) = (scan.step, event.as_object_mut()) {
        let name = &parcel.detail.shipment.to.name;
        members.insert("signedBy".to_owned(), json!(name));
    }
    Some(event)
}

/// `+01:00`.
pub(crate) fn offset(place: &Place) -> String {
    format!("{:+03}:00", place.offset.seconds() / 3600)
}

/// Names and towns are left empty, as DHL does for whoever asks without a special permission.
fn end(party: &Party, place: &Place, sort: &str) -> Value {
    let name = format!("{}-{}", place.city, place.country);
    let mut area = json!({ "code": area(place), "description": name });
    if let Some(members) = area.as_object_mut() {
        members.insert(sort.to_owned(), json!(""));
    }
    json!({
        "name": "",
        "postalAddress": {
            "cityName": "", "countyName": "", "postalCode": "", "provinceCode": "",
            "countryCode": party.country,
        },
        "serviceArea": [area],
    })
}
