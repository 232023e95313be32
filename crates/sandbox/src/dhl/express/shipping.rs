//! `POST /shipments`: sells labels. There is no way to void them.

use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use parcelgate_tracking_number::make::dhl_express;
use serde_json::{Map, Value, json};

use super::paper::{self, Printer};
use super::price::{CURRENCY, Load, Price, Wanted, volume};
use super::product::{Lane, Product};
use super::refusal::{Answer, Refusal};
use super::ship_rules::{self, own_waybill};
use super::when::When;
use super::{body, guard, rates};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shipment::{Division, Invoice, Package, Party, Shipment};
use crate::dhl::units::{number, of_thousandths};
use crate::dhl::way;
use crate::document::{at, list, scalar, text};
use crate::parcel::Parcel;
use crate::plan::{self, Scan};
use crate::server::World;

/// Waybill numbers there are, without those that begin with a zero.
const SERIALS: u64 = 900_000_000;

/// A shipment that may be sold.
struct Offer {
    shipment: Arc<Shipment>,
    product: &'static Product,
    price: Price,
    when: When,
}

pub(super) async fn ship(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer<Response> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let request = guard::json(&headers, &bytes, body::SHIPMENT, status)?;
    let offer = offer(&world, &request)?;
    if query::flag(&pairs, "validateDataOnly") {
        let said = json!({ "warnings": ["Data validated, no shipment was created."] });
        return Ok((StatusCode::CREATED, Json(said)).into_response());
    }
    let sold = sell(&world, &offer, &request);
    let mut answer = answer(&sold, &offer, &request);
    if request.pointer("/pickup/isRequested") == Some(&json!(true)) {
        let number = world.dhl.pickups.book(&world, offer.when.local.date());
        let url = format!("{HOST}/pickups/{number}");
        put(&mut answer, "dispatchConfirmationNumber", json!(number));
        put(&mut answer, "cancelPickupUrl", json!(url));
    }
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// What MyDHL puts before the links in its answers.
const HOST: &str = "https://express.api.dhl.com/mydhlapi";

fn offer(world: &World, request: &Value) -> Answer<Offer> {
    let planned = text(request, "plannedShippingDateAndTime").unwrap_or_default();
    let when = When::planned(world, planned)?;
    guard::ours(
        world,
        request,
        "8003: Account not allowed for this service. Please contact your DHL Express \
         representative.",
    )?;
    let from = party(request, "shipperDetails")?;
    let to = party(request, "receiverDetails")?;
    let (origin, destination) = (from.place(), to.place());
    let dutiable = request.pointer("/content/isCustomsDeclarable") == Some(&json!(true));
    let lane = Lane {
        origin: &origin,
        destination: &destination,
        dutiable,
    };
    let product = Product::of(text(request, "productCode").unwrap_or_default());
    let wrong = ship_rules::wrong(world, request, lane, product);
    let product = match product {
        Some(product) if wrong.is_empty() => product,
        Some(_) | None => return Err(Refusal::bad_all(wrong)),
    };
    let packages = list(request, "content.packages");
    let units = rates::units(request, "content.unitOfMeasurement");
    let (fetched, _) = way::pickup(&origin, when.on_parcels_clock(world));
    let (_, promised) = product.due(lane, fetched);
    let price = Price::of(product, &Load::of(&packages, units), &Wanted::of(request));
    let shipment = Shipment {
        division: Division::Express,
        product: (product.code, product.name),
        description: text(request, "content.description")
            .unwrap_or_default()
            .to_owned(),
        references: references(request),
        count: packages.len(),
        units,
        account: world.settings.dhl.express_account.clone(),
        planned: when.local,
        promised,
        invoice: dutiable.then(|| invoice(request)),
        back: None,
        manifested: OnceLock::new(),
        from,
        to,
        origin,
        destination,
    };
    Ok(Offer {
        shipment: Arc::new(shipment),
        product,
        price,
        when,
    })
}

fn party(request: &Value, role: &str) -> Answer<Party> {
    let path = |name: &str| format!("customerDetails.{role}.{name}");
    let field = |name: &str| scalar(request, &path(name)).unwrap_or_default();
    let country = field("postalAddress.countryCode");
    rates::known(&country)?;
    Ok(Party {
        name: field("contactInformation.fullName"),
        company: field("contactInformation.companyName"),
        phone: field("contactInformation.phone"),
        lines: ["addressLine1", "addressLine2", "addressLine3"]
            .into_iter()
            .map(|line| field(&format!("postalAddress.{line}")))
            .filter(|line| !line.is_empty())
            .collect(),
        city: field("postalAddress.cityName"),
        state: field("postalAddress.provinceCode"),
        postal: field("postalAddress.postalCode"),
        country,
    })
}

/// Kind and value; DHL takes one without a kind as a customer's reference.
fn references(owner: &Value) -> Vec<(String, String)> {
    let read = |reference: &Value| {
        let kind = text(reference, "typeCode").unwrap_or("CU").to_owned();
        Some((kind, text(reference, "value")?.to_owned()))
    };
    let listed = list(owner, "customerReferences");
    listed.into_iter().filter_map(read).collect()
}

fn invoice(request: &Value) -> Invoice {
    let field = |path: &str| scalar(request, path).unwrap_or_default();
    let line = |item: &Value| {
        let field = |path: &str| scalar(item, path).unwrap_or_default();
        format!(
            "{} {} x {} {} FROM {}",
            field("quantity.value"),
            field("quantity.unitOfMeasurement"),
            field("description"),
            field("price"),
            field("manufacturerCountry"),
        )
    };
    let items = list(request, "content.exportDeclaration.lineItems");
    Invoice {
        number: field("content.exportDeclaration.invoice.number"),
        incoterm: field("content.incoterm"),
        currency: field("content.declaredValueCurrency"),
        lines: items.into_iter().map(line).collect(),
    }
}

/// Books the pieces: one plan for all of them, a waybill, and a licence plate for each.
fn sell(world: &World, offer: &Offer, request: &Value) -> Vec<Arc<Parcel<Package>>> {
    let booked = world.settings.clock.now();
    let seed = world.settings.seed;
    let mut parcels = world.dhl.parcels();
    let index = parcels.next_purchase();
    let plan = plan(world, offer, index);
    let waybill = own_waybill(request).map_or_else(|| waybill(seed, index), str::to_owned);
    let shipment = Arc::clone(&offer.shipment);
    let packages = list(request, "content.packages");
    let book = |(index, piece): (usize, &Value)| {
        let side = |name: &str| number(piece, &format!("dimensions.{name}"));
        let own = references(piece);
        let all = shipment.references.iter().chain(&own);
        let serial = parcels.next_parcel();
        let references = all.map(|(_, value)| value.clone()).collect();
        parcels.add(Parcel {
            number: plate(seed, serial),
            purchase: waybill.clone(),
            last_mile: None,
            references,
            service: offer.product.code.to_owned(),
            booked,
            plan: plan.clone(),
            voided: OnceLock::new(),
            detail: Package {
                shipment: Arc::clone(&shipment),
                position: index + 1,
                weight: number(piece, "weight").unwrap_or_default(),
                sides: side("length")
                    .zip(side("width"))
                    .zip(side("height"))
                    .map(|((length, width), height)| [length, width, height]),
                references: own,
            },
        })
    };
    packages.into_iter().enumerate().map(book).collect()
}

fn plan(world: &World, offer: &Offer, index: u64) -> Vec<Scan> {
    let booked = world.settings.clock.now();
    let Shipment {
        origin,
        destination,
        invoice,
        ..
    } = offer.shipment.as_ref();
    let lane = Lane {
        origin,
        destination,
        dutiable: invoice.is_some(),
    };
    let (day, fetched) = way::pickup(origin, offer.when.on_parcels_clock(world));
    let due = offer.product.due(lane, day);
    let times = (booked, fetched);
    let journey = way::journey(times, due, origin, destination, invoice.is_some());
    let mut rng = plan::generator(world.settings.seed, index);
    plan::draw(&journey, world.settings.troubled_permille, &mut rng)
}

/// The `serial`th waybill: the seed decides where the serials begin.
pub(super) fn waybill(seed: u64, serial: u64) -> String {
    let start = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SERIALS;
    let serial = 100_000_000 + (start + serial) % SERIALS;
    dhl_express(&serial.to_string()).unwrap_or_default()
}

/// The `serial`th licence plate of a piece.
pub(super) fn plate(seed: u64, serial: u64) -> String {
    let start = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 10_000_000_000;
    format!("JD0146{:014}", 600_000_000_000 + start + serial)
}

fn answer(sold: &[Arc<Parcel<Package>>], offer: &Offer, request: &Value) -> Value {
    let waybill = sold
        .first()
        .map(|parcel| parcel.purchase.clone())
        .unwrap_or_default();
    let tracking = format!("{HOST}/shipments/{waybill}/tracking");
    let packages: Vec<Value> = sold.iter().map(|parcel| piece(parcel, &tracking)).collect();
    let mut answer = json!({
        "shipmentTrackingNumber": waybill,
        "trackingUrl": tracking,
        "packages": packages,
        "documents": documents(sold, request),
    });
    if request.get("getRateEstimates") == Some(&json!(true)) {
        let charges = offer.price.charges(offer.product.name);
        put(&mut answer, "shipmentCharges", charges);
    }
    if request.pointer("/estimatedDeliveryDate/isRequested") == Some(&json!(true)) {
        let at = offer.shipment.destination.local(offer.shipment.promised);
        let told = json!({
            "estimatedDeliveryDate": format!("{at}"), "estimatedDeliveryType": "QDDC",
        });
        put(&mut answer, "estimatedDeliveryDate", told);
    }
    let insured = list(request, "valueAddedServices")
        .into_iter()
        .filter(|service| text(service, "serviceCode") == Some("II"))
        .any(|service| text(service, "currency").is_some_and(|currency| currency != CURRENCY));
    if insured {
        let said = format!("The insured value is converted to {CURRENCY}.");
        put(&mut answer, "warnings", json!([said]));
    }
    answer
}

fn piece(parcel: &Parcel<Package>, tracking: &str) -> Value {
    let package = &parcel.detail;
    let mut piece = json!({
        "referenceNumber": package.position,
        "trackingNumber": parcel.number,
        "trackingUrl": format!("{tracking}?pieceTrackingNumber={}", parcel.number),
    });
    if let Some(sides) = package.sides {
        let volume = volume(sides, package.shipment.units);
        put(&mut piece, "volumetricWeight", of_thousandths(volume));
    }
    piece
}

/// All labels in one document, or one for each piece where that is asked for; then what else is
/// wanted. The invoice is always a PDF.
fn documents(sold: &[Arc<Parcel<Package>>], request: &Value) -> Vec<Value> {
    let printer = match text(request, "outputImageProperties.encodingFormat") {
        Some("zpl") => Printer::Zpl,
        _ => Printer::Pdf,
    };
    let linked = |kind: &&Value| {
        text(kind, "typeCode") == Some("linkLabelsByPieces")
            && kind.get("isRequested") == Some(&json!(true))
    };
    let asked = list(request, "getAdditionalInformation");
    let split = at(request, "outputImageProperties.splitDocumentsByPages") == Some(&json!(true));
    let mut documents = Vec::new();
    if asked.iter().any(linked) || split {
        for parcel in sold {
            let content = printer.print(&[paper::label(parcel)]);
            let mut document = document(printer.name(), "label", content);
            let position = json!(parcel.detail.position);
            put(&mut document, "packageReferenceNumber", position);
            documents.push(document);
        }
    } else {
        let labels: Vec<_> = sold.iter().map(|parcel| paper::label(parcel)).collect();
        documents.push(document(printer.name(), "label", printer.print(&labels)));
    }
    let lead = sold.first();
    if ship_rules::options(request, "waybillDoc").is_some()
        && let Some(lead) = lead
    {
        let content = printer.print(&[paper::waybill(lead)]);
        documents.push(document(printer.name(), "waybillDoc", content));
    }
    if ship_rules::options(request, "invoice").is_some()
        && let Some(paper) = lead.and_then(|lead| paper::invoice(lead))
    {
        documents.push(document("PDF", "invoice", Printer::Pdf.print(&[paper])));
    }
    documents
}

fn document(format: &str, kind: &str, content: String) -> Value {
    json!({ "imageFormat": format, "content": content, "typeCode": kind })
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    } else {
        *object = Value::Object(Map::from_iter([(name.to_owned(), value)]));
    }
}
