//! `ds.xms.order.create`: takes an order, at once or later.

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use parcelgate_tracking_number::check;
use parcelgate_tracking_number::make::s10;
use serde_json::{Value, json};

use super::catalog::{Allotted, Country, Product};
use super::envelope::{Answer, Refusal};
use super::order::{self, Order};
use super::order_rules;
use super::scan;
use crate::parcel::{By, Parcel};
use crate::plan;
use crate::server::World;

/// Serials there are in a last-mile number.
const SERIALS: u64 = 100_000_000;
/// Added to a serial for the number that comes in the place of the first.
const ANOTHER: u64 = SERIALS / 2;

pub(crate) fn create(world: &World, ask: &Value) -> Answer {
    let checked = order_rules::check(ask)?;
    let booked = world.settings.clock.now();
    let seed = world.settings.seed;
    let mut parcels = world.fourpx.parcels();
    // A reference lives for ever, also that of a cancelled order.
    if let Some(same) = parcels.find(By::Reference, &checked.reference).first() {
        order::known(same, booked)?;
        let text = format!("Ref_no: {} already exists", checked.reference);
        return Err(Refusal::about("DS000000", text, &checked.reference));
    }
    let mut rng = plan::generator(seed, parcels.next_purchase());
    let start = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SERIALS;
    let serial = (start + parcels.next_parcel()) % SERIALS;
    let journey = scan::journey(ask, &checked, booked, &mut rng);
    let plan = plan::draw(&journey, world.settings.troubled_permille, &mut rng);
    let (early, last_mile) = last_mile(world, checked.product, checked.country, serial);
    let wait = processing(world, checked.product);
    let made = Parcel {
        number: format!("4PX30012{serial:08}CN"),
        purchase: format!("DS30012{serial:08}"),
        last_mile: Some(last_mile),
        references: vec![checked.reference],
        service: checked.product.code.to_owned(),
        booked,
        plan,
        voided: OnceLock::new(),
        detail: Order {
            sent: ask.clone(),
            product: checked.product,
            country: checked.country,
            grams: checked.grams,
            known_from: later(booked, wait),
            label_from: later(booked, wait.saturating_mul(2)),
            early,
            hold: order::Hold::default(),
        },
    };
    let parcel = parcels.add(made);
    if let Some(early) = &parcel.detail.early {
        world.fourpx.remember(&parcels, early, &parcel.number);
    }
    drop(parcels);
    order::known(&parcel, booked)?;
    Ok(json!({
        "ds_consignment_no": parcel.purchase,
        "4px_tracking_no": parcel.number,
        "ref_no": parcel.references.first(),
        "logistics_channel_no": order::last_mile(&parcel, booked),
        "logistics_channel_name": parcel.detail.country.partner,
        "oda_result_sign": "N",
        "label_barcode": "",
    }))
}

/// How long an order of `product` is in processing.
fn processing(world: &World, product: &Product) -> SignedDuration {
    let account = &world.settings.fourpx;
    let waits = account.asynchronous_products.iter();
    let wait = SignedDuration::try_from(account.processing).unwrap_or(SignedDuration::MAX);
    if waits.into_iter().any(|code| code == product.code) {
        wait
    } else {
        SignedDuration::ZERO
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// The partner's number at creation, if there is one then, and that after the warehouse.
fn last_mile(
    world: &World,
    product: &Product,
    country: &Country,
    serial: u64,
) -> (Option<String>, String) {
    let first = number(country, serial);
    let change = world.settings.fourpx.change_last_mile;
    match product.allotted {
        Allotted::InWarehouse => (None, first),
        Allotted::AtCreation if !change => (Some(first.clone()), first),
        Allotted::AtCreation | Allotted::Twice => {
            let other = number(country, (serial + ANOTHER) % SERIALS);
            (Some(first), other)
        }
    }
}

/// A number of the partner: USPS's, DHL's, or that of the country's post.
fn number(country: &Country, serial: u64) -> String {
    let digits = format!("{serial:08}");
    let with_check = |covered: String| {
        let digit = check::gs1(&covered).map(String::from).unwrap_or_default();
        format!("{covered}{digit}")
    };
    match country.code {
        "US" => with_check(format!("9261290341{digits}004")),
        "DE" => with_check(format!("00340434{digits}290")),
        code => s10("LX", &digits, code).unwrap_or_default(),
    }
}
