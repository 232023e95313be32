//! `POST /orders`: sells up to thirty shipments at once, each by itself.

use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use parcelgate_tracking_number::make::dhl_parcel_de;
use serde_json::{Value, json};

use super::order_rules::{self, Wrong, destination, grams};
use super::paper::{self, Output};
use super::product::{Product, customs};
use super::refusal::{Answer, Refusal, problem, status};
use super::{body, guard};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shape::violations;
use crate::dhl::shipment::{Division, Invoice, Package, Party, Shipment, Units};
use crate::dhl::units::number;
use crate::dhl::way;
use crate::document::{list, present, scalar, text};
use crate::parcel::Parcel;
use crate::place::{Place, working_days_after};
use crate::plan;
use crate::server::World;

/// Serials there are in a shipment's number.
const SERIALS: u64 = 100_000_000_000;

pub(super) async fn create(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer<Response> {
    let request = guard::json(&bytes)?;
    let found = violations(&request, body::ORDERS);
    if let Some(first) = found.first() {
        return Err(Refusal::bad(format!("{}: {}", first.at, first.wrong)));
    }
    guard::profile(text(&request, "profile"))?;
    let output = Output::of(&pairs, &headers)?;
    let only_check = query::flag(&pairs, "validate");
    let must_encode = query::flag(&pairs, "mustEncode");
    let items: Vec<(bool, Value)> = list(&request, "shipments")
        .into_iter()
        .map(|shipment| {
            let mut wrong = order_rules::wrong(&world, shipment);
            if wrong.is_empty() && must_encode && !order_rules::encodable(shipment) {
                let words = "The address could not be encoded.".to_owned();
                wrong.push(("consignee".to_owned(), words));
            }
            if !wrong.is_empty() {
                return (false, refused(&wrong));
            }
            if only_check {
                let told = status(StatusCode::OK, "The shipment was validated.");
                return (true, json!({ "sstatus": told }));
            }
            let parcel = sell(&world, shipment);
            (true, sold(&parcel, &output))
        })
        .collect();
    Ok(told(items))
}

/// All went well, nothing did, or some.
pub(super) fn told(items: Vec<(bool, Value)>) -> Response {
    let good = items.iter().filter(|(good, _)| *good).count();
    let all = items.len();
    let items: Vec<Value> = items.into_iter().map(|(_, item)| item).collect();
    let (code, detail) = if good == all {
        (StatusCode::OK, "The Webservice call ran successfully.")
    } else if good == 0 {
        (StatusCode::BAD_REQUEST, "No shipment was processed.")
    } else {
        (
            StatusCode::MULTI_STATUS,
            "Some shipments were not processed.",
        )
    };
    let body = json!({ "status": status(code, detail), "items": items });
    if good == 0 {
        return problem(code, &body);
    }
    (code, Json(body)).into_response()
}

fn refused(wrong: &[Wrong]) -> Value {
    let messages: Vec<Value> = wrong
        .iter()
        .map(|(property, words)| {
            json!({
                "property": property, "validationMessage": words, "validationState": "Error",
            })
        })
        .collect();
    let detail = "The shipment contains errors; see validationMessages.";
    json!({
        "sstatus": status(StatusCode::BAD_REQUEST, detail), "validationMessages": messages,
    })
}

/// What is answered for a shipment: numbers and documents.
pub(super) fn sold(parcel: &Parcel<Package>, output: &Output) -> Value {
    let shipment = &parcel.detail.shipment;
    let mut item = json!({
        "sstatus": status(StatusCode::OK, "The shipment was processed without errors."),
        "shipmentNo": parcel.number,
        "label": output.document(parcel, paper::Kind::Label),
        "routingCode": paper::routing(&shipment.to),
    });
    if let Some(members) = item.as_object_mut() {
        let mut put = |name: &str, value| members.insert(name.to_owned(), value);
        if let Some((_, reference)) = shipment.references.first() {
            put("shipmentRefNo", json!(reference));
        }
        if let Some(back) = &shipment.back {
            put("returnShipmentNo", json!(back));
            put("returnLabel", output.document(parcel, paper::Kind::Return));
        }
        if shipment.invoice.is_some() {
            put("customsDoc", output.document(parcel, paper::Kind::Customs));
        }
    }
    item
}

/// An address of either end.
pub(super) fn party(shipment: &Value, role: &str) -> Party {
    let field = |name: &str| scalar(shipment, &format!("{role}.{name}")).unwrap_or_default();
    let three = field("country");
    let country = super::country::two_letters(&three).unwrap_or("DE");
    let named = if present(shipment, &format!("{role}.name1")) {
        field("name1")
    } else if present(shipment, &format!("{role}.name")) {
        field("name")
    } else {
        field("shipperRef")
    };
    let door = format!("{} {}", field("addressStreet"), field("addressHouse"));
    let desk = match (field("lockerID"), field("retailID")) {
        (locker, _) if !locker.is_empty() => format!("PACKSTATION {locker}"),
        (_, office) if !office.is_empty() => format!("POSTFILIALE {office}"),
        _ => door,
    };
    Party {
        company: named.clone(),
        name: named,
        phone: field("phone"),
        lines: vec![field("name2"), field("name3"), desk.trim().to_owned()],
        city: field("city"),
        state: field("state"),
        postal: field("postalCode"),
        country: country.to_owned(),
    }
}

fn sell(world: &World, shipment: &Value) -> Arc<Parcel<Package>> {
    let code = text(shipment, "product").unwrap_or_default();
    let (code, name) = Product::of(code).map_or(("", ""), |product| (product.code, product.name));
    let mut from = party(shipment, "shipper");
    if from.city.is_empty() {
        // A shipper by reference: what the portal knows of him is not told.
        "Bonn".clone_into(&mut from.city);
        "53113".clone_into(&mut from.postal);
    }
    let to = party(shipment, "consignee");
    let country = destination(shipment).unwrap_or("DE");
    let days = Product::of(code).map_or(1, |product| product.days(country));
    let reference = text(shipment, "refNo");
    let references = reference.map(|value| ("refNo".to_owned(), value.to_owned()));
    let mut wanted = Wanted {
        product: (code, name),
        account: scalar(shipment, "billingNumber").unwrap_or_default(),
        from,
        to,
        days,
        customs: customs(country),
        references: references.into_iter().collect(),
        grams: grams(shipment, "details.weight").unwrap_or_default(),
        sides: sides(shipment),
        back: present(shipment, "services.dhlRetoure"),
        invoice: None,
        ship_on: text(shipment, "shipDate").and_then(|day| day.parse().ok()),
    };
    wanted.invoice = wanted.customs.then(|| invoice(shipment));
    wanted.book(world)
}

fn sides(shipment: &Value) -> Option<[u64; 3]> {
    let millimetres = text(shipment, "details.dim.uom") == Some("mm");
    let side = |name: &str| {
        let side = number(shipment, &format!("details.dim.{name}"))?;
        Some(if millimetres { side / 10 } else { side })
    };
    Some([side("length")?, side("width")?, side("height")?])
}

fn invoice(shipment: &Value) -> Invoice {
    let field = |path: &str| scalar(shipment, path).unwrap_or_default();
    let line = |item: &Value| {
        let field = |path: &str| scalar(item, path).unwrap_or_default();
        format!(
            "{} x {} {} {}",
            field("packagedQuantity"),
            field("itemDescription"),
            field("itemValue.value"),
            field("itemValue.currency"),
        )
    };
    let items = list(shipment, "customs.items");
    Invoice {
        number: field("customs.invoiceNo"),
        incoterm: field("customs.shippingConditions"),
        currency: field("customs.postalCharges.currency"),
        lines: items.into_iter().map(line).collect(),
    }
}

/// A parcel that is going to be.
pub(super) struct Wanted {
    pub(super) product: (&'static str, &'static str),
    pub(super) account: String,
    pub(super) from: Party,
    pub(super) to: Party,
    pub(super) days: u8,
    pub(super) customs: bool,
    pub(super) references: Vec<(String, String)>,
    pub(super) grams: u64,
    pub(super) sides: Option<[u64; 3]>,
    /// Whether a label for the way back comes with it.
    pub(super) back: bool,
    pub(super) invoice: Option<Invoice>,
    pub(super) ship_on: Option<Date>,
}

impl Wanted {
    pub(super) fn book(self, world: &World) -> Arc<Parcel<Package>> {
        let booked = world.settings.clock.now();
        let seed = world.settings.seed;
        let (origin, target) = (self.from.place(), self.to.place());
        let ready = self.ready(world, &origin, booked);
        let (day, fetched) = way::pickup(&origin, ready);
        let last = working_days_after(day, self.days);
        let latest = target.instant(last, Time::constant(18, 0, 0, 0));
        let due = (latest - SignedDuration::from_hours(8), latest);
        let journey = way::journey((booked, fetched), due, &origin, &target, self.customs);
        let mut parcels = world.dhl.parcels();
        let mut rng = plan::generator(seed, parcels.next_purchase());
        let plan = plan::draw(&journey, world.settings.troubled_permille, &mut rng);
        let shipment_no = number_of(seed, parcels.next_parcel());
        let back = self.back.then(|| number_of(seed, parcels.next_parcel()));
        let references = self
            .references
            .iter()
            .map(|(_, value)| value.clone())
            .collect();
        let shipment = Shipment {
            division: Division::ParcelDe,
            product: self.product,
            description: String::new(),
            references: self.references,
            count: 1,
            units: Units::Metric,
            account: self.account,
            planned: origin.local(ready),
            promised: latest,
            invoice: self.invoice,
            back,
            manifested: OnceLock::new(),
            from: self.from,
            to: self.to,
            origin,
            destination: target,
        };
        parcels.add(Parcel {
            purchase: shipment_no.clone(),
            number: shipment_no,
            last_mile: None,
            references,
            service: shipment.product.0.to_owned(),
            booked,
            plan,
            voided: OnceLock::new(),
            detail: Package {
                shipment: Arc::new(shipment),
                position: 1,
                weight: self.grams,
                sides: self.sides,
                references: Vec::new(),
            },
        })
    }

    /// When it is handed over, on the parcels' clock: as many days ahead as on the protocol's.
    fn ready(&self, world: &World, origin: &Place, booked: Timestamp) -> Timestamp {
        let Some(day) = self.ship_on else {
            return booked;
        };
        let today = origin.local(world.settings.protocol_clock.now()).date();
        let ahead = day
            .since(today)
            .map_or(0, |span| i64::from(span.get_days()));
        booked + SignedDuration::from_hours(24 * ahead.max(0))
    }
}

/// The `serial`th number: the seed decides where the serials begin.
fn number_of(seed: u64, serial: u64) -> String {
    let start = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SERIALS;
    let serial = format!("{:011}", (start + serial) % SERIALS);
    dhl_parcel_de(&serial).unwrap_or_default()
}
