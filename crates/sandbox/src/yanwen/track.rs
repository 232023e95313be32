//! `GET /api/tracking?nums=`, on the tracking host: the bare customer number opens it.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::{Value, json};

use super::codes;
use super::order::{self, Order};
use crate::faults::Telling;
use crate::parcel::{By, Parcel};
use crate::plan::{Scan, Step};
use crate::server::World;

/// Numbers in one request.
const NUMBERS_MAX: usize = 30;

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    nums: String,
}

pub(crate) async fn track(
    State(world): State<Arc<World>>,
    Query(asked): Query<Asked>,
    telling: Option<Extension<Telling>>,
    headers: HeaderMap,
) -> Response {
    let given = headers.get(AUTHORIZATION);
    let own = world.settings.yanwen.user_id.as_bytes();
    if given.map(|value| value.as_bytes()) != Some(own) {
        return refused(StatusCode::UNAUTHORIZED, "Authorization 无效，客户号不存在");
    }
    let numbers: Vec<&str> = asked.nums.split(',').map(str::trim).collect();
    if numbers.iter().any(|number| number.is_empty()) {
        return refused(StatusCode::OK, "nums 不能为空");
    }
    if numbers.len() > NUMBERS_MAX {
        return refused(StatusCode::OK, "单次查询不能超过30个单号");
    }
    let now = world.settings.clock.now();
    let telling = telling
        .map(|Extension(telling)| telling)
        .unwrap_or_default();
    let parcels = world.yanwen.parcels();
    let find = |number: &str| {
        let own = parcels.find(By::Number, number).pop();
        let partner = || parcels.find(By::LastMile, number).pop();
        own.or_else(|| partner().filter(|parcel| order::last_mile(parcel, now) == number))
    };
    let found: Vec<_> = numbers.iter().map(|number| find(number)).collect();
    drop(parcels);
    let result: Value = numbers
        .iter()
        .zip(&found)
        .map(|(number, parcel)| match parcel {
            Some(parcel) => told(number, parcel, now, telling),
            None => unknown(number),
        })
        .collect();
    let asked_at = Offset::constant(8);
    let asked_at = asked_at.to_datetime(world.settings.protocol_clock.now());
    Json(json!({
        "code": 0,
        "message": "success",
        "result": result,
        "requestTime": format!("{}+08:00", asked_at.strftime("%Y-%m-%dT%H:%M:%S")),
        "elapsedMilliseconds": { "total": 7 },
    }))
    .into_response()
}

fn refused(status: StatusCode, message: &str) -> Response {
    let body = json!({ "code": 1, "message": message, "result": [] });
    (status, Json(body)).into_response()
}

fn unknown(number: &str) -> Value {
    json!({
        "tracking_number": number,
        "waybill_number": number,
        "exchange_number": "",
        "checkpoints": [],
        "tracking_status": "NOTFOUND",
        "tracking_status_waybill": { "level1": "1", "level2": "1", "level3": "NOTFOUND" },
        "last_mile_tracking_expected": false,
        "origin_country": "",
        "destination_country": "",
    })
}

fn told(asked: &str, parcel: &Parcel<Order>, now: Timestamp, telling: Telling) -> Value {
    let seen = parcel.seen(now, telling);
    let last = seen.last().map(|scan| codes::of(scan.step));
    let (status, level) = last.map_or(("NOTFOUND", "1"), |told| (told.code, told.level));
    let partner = order::last_mile(parcel, now);
    json!({
        "tracking_number": asked,
        "waybill_number": parcel.number,
        "exchange_number": partner,
        "checkpoints": shuffled(&seen).into_iter().map(checkpoint).collect::<Value>(),
        "tracking_status": status,
        "tracking_status_waybill": { "level1": level, "level2": level, "level3": status },
        "last_mile_tracking_expected": true,
        "origin_country": "CN",
        "destination_country": parcel.detail.country.code,
        "last_mile_carrier": if partner.is_empty() { Value::Null } else { json!("Local post") },
        "last_mile_carrier_website": null,
        "last_mile_carrier_contact_number": null,
    })
}

/// The partner's checkpoints, then Yanwen's with the oldest at the end: the list of the real
/// service is in no order of instants either.
fn shuffled<'s>(seen: &[&'s Scan]) -> Vec<&'s Scan> {
    let of_partner = |scan: &&Scan| codes::of(scan.step).last_mile;
    let (mut list, mut own): (Vec<&Scan>, Vec<&Scan>) = seen.iter().copied().partition(of_partner);
    if !own.is_empty() {
        own.rotate_left(1);
    }
    list.append(&mut own);
    list
}

fn checkpoint(scan: &Scan) -> Value {
    let told = codes::of(scan.step);
    let hours = scan.place.offset.seconds() / 3600;
    // Yanwen pads the hours, partners do not.
    let zone = if told.last_mile {
        format!("{hours:+}")
    } else {
        format!("{hours:+03}")
    };
    let flight = scan.at.as_second().rem_euclid(900);
    let extra = if scan.step == Step::FlightDeparted {
        json!({ "FlightNumber": format!("CK{:03}", 100 + flight) })
    } else {
        Value::Null
    };
    let local = scan.place.local(scan.at);
    json!({
        "time_stamp": local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "time_zone": zone,
        "tracking_status": told.code,
        "message": told.text,
        "location": scan.place.city,
        "is_last_mile_checkpoint": i32::from(told.last_mile),
        "extraProperties": extra,
    })
}
