//! `POST /labels/v3/label` and `/labels/v3/return-label`: sells labels. A purchase that is repeated
//! under its key is answered again and not sold again.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use parcelgate_tracking_number::make::{s10, usps_impb};
use serde_json::Value;

use super::answer::{Form, bought};
use super::order::Order;
use super::refusal::{Answer, Refusal};
use super::service::acceptance;
use super::shipment::{Kind, Package, references};
use super::{guard, scan};
use crate::parcel::{By, Parcel};
use crate::plan;
use crate::server::World;

pub(crate) async fn label(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    buy(&world, &headers, &body, |world, request| {
        Order::read(world, request, Kind::Outbound)
    })
}

pub(crate) async fn return_label(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    buy(&world, &headers, &body, |world, request| {
        Order::read(world, request, Kind::Return)
    })
}

/// Sells what `read` makes of the request, once for each key.
pub(crate) fn buy(
    world: &World,
    headers: &HeaderMap,
    body: &Bytes,
    read: fn(&World, &Value) -> Answer<Order>,
) -> Answer<Response> {
    guard::paid(world, headers)?;
    let key = guard::key(headers)?;
    let form = Form::of(headers)?;
    let request = guard::json(headers, body)?;
    let order = read(world, &request)?;
    let (parcel, new) = sell(world, order, request, key)?;
    if new {
        let watching = world.usps.subscriptions.of_mailer(&world.settings.usps.mid);
        world.usps.watches.sold(watching, &parcel);
    }
    Ok(bought(&parcel, form))
}

/// The label, and whether it is a new one.
fn sell(
    world: &World,
    order: Order,
    request: Value,
    key: Option<String>,
) -> Answer<(Arc<Parcel<Package>>, bool)> {
    let booked = world.settings.clock.now();
    let mailed = guard::parcels_day(world, &order.lane.origin, order.mailing);
    let mut parcels = world.usps.parcels();
    if let Some(key) = &key
        && let Some(sold) = parcels.find(By::Purchase, key).pop()
    {
        if sold.detail.sent == request && sold.detail.kind == order.kind {
            return Ok((sold, false));
        }
        // USPS does not say what it does then; the sandbox refuses, and sells nothing.
        let detail = "X-Idempotency-Key was used for another request";
        return Err(Refusal::malformed("X-Idempotency-Key", detail));
    }
    let service = order.price.service;
    let mut rng = plan::generator(world.settings.seed, parcels.next_purchase());
    let journey = scan::journey(service, &order.lane, mailed, booked);
    let plan = plan::draw(&journey, world.settings.troubled_permille, &mut rng);
    let number = number(world, &order, parcels.next_parcel())?;
    let (date, accepted) = acceptance(&order.lane, mailed, booked);
    let sold = parcels.add(Parcel {
        purchase: key.unwrap_or_else(|| number.clone()),
        number,
        last_mile: None,
        references: references(&request),
        service: service.class.to_owned(),
        booked,
        plan,
        voided: OnceLock::new(),
        detail: Package {
            kind: order.kind,
            promised: service.promise(&order.lane, date),
            sent: request,
            lane: order.lane,
            price: order.price,
            extras: order.extras,
            value: order.value,
            weight: order.piece.weight,
            dimensional: order.piece.dimensional,
            mailing: order.mailing,
            mailed,
            accepted,
            print: order.print,
            reprints: AtomicU32::new(0),
            disputed: OnceLock::new(),
            form: OnceLock::new(),
        },
    });
    Ok((sold, true))
}

/// The `serial`th number: the seed decides where the serials begin.
fn number(world: &World, order: &Order, serial: u64) -> Answer<String> {
    let start = world.settings.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let digits = |length: u32| {
        let serials = 10_u64.pow(length);
        (start % serials + serial) % serials
    };
    let mid = world.settings.usps.mid.as_str();
    let made = match order.kind {
        Kind::Abroad => s10(order.price.service.code, &format!("{:08}", digits(8)), "US"),
        _ if mid.len() == 6 => {
            let serial = format!("{:010}", digits(10));
            usps_impb(order.price.service.code, mid, &serial)
        }
        Kind::Outbound | Kind::Return => {
            let serial = format!("{:07}", digits(7));
            usps_impb(order.price.service.code, mid, &serial)
        }
    };
    made.ok_or_else(|| Refusal::forbidden("MID", "No number can be made for this MID"))
}
