//! `POST /ship/v1/shipments` sells labels; `.../packages/validate` says whether it would.

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use parcelgate_tracking_number::make::fedex_12;
use serde_json::{Value, json};

use super::api::Ask;
use super::lane::Lane;
use super::packaging::Packaging;
use super::piece::{Piece, pieces};
use super::rating::{check_pickup, days_between, fits, unregistered};
use super::refusal::{Answer, Error, Refusal};
use super::service::{Service, pickup};
use super::shipment::{Package, Party, Shipment};
use super::special::Wishes;
use super::{scan, ship_rules, sold};
use crate::document::{at, list, scalar, text};
use crate::parcel::Parcel;
use crate::plan;
use crate::server::World;

/// Serials there are in a tracking number, behind its first two digits.
const SERIALS: u64 = 1_000_000_000;
/// Packages beyond which FedEx answers later, which is not played.
const PACKAGES_MAX: usize = 40;
/// Days of shipping ahead.
const DAYS_AHEAD: i64 = 10;

pub(crate) fn ship(world: &World, ask: &Ask) -> Answer {
    let body = &ask.body;
    let account = text(body, "accountNumber.value");
    if account != Some(world.settings.fedex.account_number.as_str()) {
        return Err(unregistered());
    }
    // URL_ONLY, links to labels, is not played.
    if text(body, "labelResponseOptions") != Some("LABEL") {
        let message = "The label response option is missing or invalid.";
        return Err(Refusal::invalid("LABELRESPONSEOPTIONS.INVALID", message));
    }
    let later = text(body, "processingOptionType") == Some("ALLOW_ASYNCHRONOUS");
    let one_by_one = at(body, "oneLabelAtATime").and_then(Value::as_bool) == Some(true);
    if later || one_by_one {
        let message = "The processing option is not available.";
        return Err(Refusal::invalid("PROCESSINGOPTION.INVALID", message));
    }
    let (shipment, pieces) = read(world, body)?;
    let requested = at(body, "requestedShipment").cloned().unwrap_or_default();
    let sold = sell(world, shipment, pieces, &requested);
    for parcel in &sold {
        world.fedex.pushes.watch(Arc::clone(parcel));
    }
    Ok(sold::output(&sold, &requested))
}

pub(crate) fn validate(world: &World, ask: &Ask) -> Answer {
    let account = text(&ask.body, "accountNumber.value");
    let own = world.settings.fedex.account_number.as_str();
    if account.is_some_and(|number| number != own) {
        return Err(unregistered());
    }
    read(world, &ask.body)?;
    let message = "Shipment validated successfully. No errors found.";
    let alert = json!({
        "code": "SHIPMENT.VALIDATION.SUCCESS", "alertType": "NOTE", "message": message,
    });
    Ok(json!({ "alerts": [alert] }))
}

fn read(world: &World, body: &Value) -> Answer<(Shipment, Vec<Piece>)> {
    let none = Value::Null;
    let asked = at(body, "requestedShipment").unwrap_or(&none);
    let account = world.settings.fedex.account_number.as_str();
    let mut errors: Vec<Error> = Vec::new();
    let shipper = at(asked, "shipper").unwrap_or(&none);
    let recipient = at(asked, "recipients").and_then(|all| all.get(0));
    let recipient = recipient.unwrap_or(&none);
    let lane = Lane::of(shipper, recipient, &mut errors);
    ship_rules::check(asked, &lane, account, &mut errors);
    check_pickup(asked, &mut errors);
    let wishes = Wishes::of(asked, &mut errors);
    check_documents(world, asked, &mut errors);
    let image = ship_rules::image(asked, &mut errors);
    let pieces = pieces(asked, &mut errors);
    if pieces.len() > PACKAGES_MAX {
        let message = "More than 40 packages need asynchronous processing.".to_owned();
        errors.push(("PROCESSINGOPTION.INVALID", message));
    }
    let service = Service::of(text(asked, "serviceType").unwrap_or_default());
    if service.is_none() {
        let message = "The service type is missing or invalid.".to_owned();
        errors.push(("SERVICETYPE.INVALID", message));
    }
    let packaging = Packaging::of(text(asked, "packagingType").unwrap_or_default());
    if packaging.is_none() {
        let message = "The packaging type is missing or invalid.".to_owned();
        errors.push(("PACKAGINGTYPE.INVALID", message));
    }
    let wanted = wanted(world, &lane, asked, &mut errors);
    Refusal::unless_sound(errors)?;
    let (Some(service), Some(packaging), Some(image)) = (service, packaging, image) else {
        return Err(unregistered()); // unless_sound has refused these
    };
    if !service.serves(&lane) || !wishes.suit(service, &lane) {
        let message = "Service is not available between the origin and the destination.";
        return Err(Refusal::invalid("SERVICE.NOTAVAILABLE", message));
    }
    if !fits(service, packaging, &pieces) {
        let message = "Invalid service and packaging combination.";
        let code = "SERVICE.PACKAGECOMBINATION.INVALID";
        return Err(Refusal::invalid(code, message));
    }
    let (shipped, pickup) = pickup(&lane.origin, world.settings.clock.now(), wanted);
    let (date, time) = service.promise(&lane, shipped, wishes.saturday);
    let shipment = Shipment {
        from: party(shipper),
        to: party(recipient),
        wishes,
        packaging,
        count: pieces.len(),
        service,
        lane,
        shipped,
        pickup,
        promised: date.to_datetime(time),
        image,
        closed: OnceLock::new(),
    };
    Ok((shipment, pieces))
}

/// The day of shipping. A past one counts as today; the days are those of the machine, because a
/// sender does not know how fast the parcels' days pass.
fn wanted(world: &World, lane: &Lane, asked: &Value, errors: &mut Vec<Error>) -> Option<Date> {
    let given = text(asked, "shipDatestamp")?;
    let now = world.settings.protocol_clock.now();
    let today = lane.origin.local(now).date();
    let date = given.parse::<Date>().ok();
    let sound = |date: &Date| days_between(today, *date) <= DAYS_AHEAD;
    if !date.as_ref().is_some_and(sound) {
        let message = "Ship date is invalid.".to_owned();
        errors.push(("SHIPDATE.INVALID", message));
    }
    date
}

/// Trade documents that are attached must have been uploaded.
fn check_documents(world: &World, asked: &Value, errors: &mut Vec<Error>) {
    let attached = list(asked, "shipmentSpecialServices.etdDetail.attachedDocuments");
    for document in attached {
        let id = text(document, "documentId").unwrap_or_default();
        if !world.fedex.documents().contains(id) {
            let message = format!("The attached document is unknown: {id}");
            errors.push(("ETD.DOCUMENTID.INVALID", message));
        }
    }
}

fn party(party: &Value) -> Party {
    let field = |path: &str| scalar(party, path).unwrap_or_default();
    let lines = list(party, "address.streetLines");
    Party {
        name: field("contact.personName"),
        company: field("contact.companyName"),
        phone: field("contact.phoneNumber"),
        lines: lines
            .into_iter()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .take(3)
            .collect(),
        city: field("address.city"),
        state: field("address.stateOrProvinceCode"),
        postal: field("address.postalCode"),
        country: field("address.countryCode"),
    }
}

fn references(line: &Value) -> Vec<(String, String)> {
    let read = |reference: &Value| {
        let kind = text(reference, "customerReferenceType").unwrap_or_default();
        Some((kind.to_owned(), text(reference, "value")?.to_owned()))
    };
    let given = list(line, "customerReferences");
    given.into_iter().filter_map(read).collect()
}

/// Books the packages: one plan for all of them, a number for each.
fn sell(
    world: &World,
    shipment: Shipment,
    pieces: Vec<Piece>,
    asked: &Value,
) -> Vec<Arc<Parcel<Package>>> {
    let booked = world.settings.clock.now();
    let seed = world.settings.seed;
    let lines: Vec<Vec<(String, String)>> = list(asked, "requestedPackageLineItems")
        .into_iter()
        .map(references)
        .collect();
    let mut parcels = world.fedex.parcels();
    let mut rng = plan::generator(seed, parcels.next_purchase());
    let journey = scan::journey(&shipment, booked);
    let plan = plan::draw(&journey, world.settings.troubled_permille, &mut rng);
    let shipment = Arc::new(shipment);
    let numbers: Vec<(u64, String)> = pieces
        .iter()
        .map(|_| number(seed, parcels.next_parcel()))
        .collect();
    let lead = numbers.first().map(|(_, number)| number.clone());
    let lead = lead.unwrap_or_default();
    let book = |(index, (piece, (serial, number))): (usize, (Piece, (u64, String)))| {
        let references = lines.get(piece.line).cloned().unwrap_or_default();
        let unique = format!(
            "{}~{number}~{}",
            2_460_000_000 + serial,
            shipment.service.carrier()
        );
        parcels.add(Parcel {
            number,
            purchase: lead.clone(),
            last_mile: None,
            references: references.iter().map(|(_, value)| value.clone()).collect(),
            service: shipment.service.kind.to_owned(),
            booked,
            plan: plan.clone(),
            voided: OnceLock::new(),
            detail: Package {
                shipment: Arc::clone(&shipment),
                position: index + 1,
                piece,
                references,
                unique,
            },
        })
    };
    let pieces = pieces.into_iter().zip(numbers).enumerate();
    pieces.map(book).collect()
}

/// The `serial`th number: the seed decides where the serials begin.
fn number(seed: u64, serial: u64) -> (u64, String) {
    let start = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SERIALS;
    let digits = format!("79{:09}", (start + serial) % SERIALS);
    (serial, fedex_12(&digits).unwrap_or_default())
}
