//! What is kept of an order, and the methods that read, print and cancel it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use super::catalog::{Channel, Country, Warehouse};
use super::codes;
use super::envelope::{Answer, Refusal};
use super::order_rules::Checked;
use super::paper;
use crate::document::{at, list, scalar, text};
use crate::faults::Telling;
use crate::label::pdf;
use crate::parcel::{By, Parcel};
use crate::plan::Step;
use crate::server::World;

/// Numbers in one `express.order.getlist`.
const NUMBERS_MAX: usize = 50;

/// An order as it was sent, and what it means. Holds personal data, hence no `Debug`.
pub(crate) struct Order {
    pub(crate) sent: Value,
    pub(crate) channel: &'static Channel,
    pub(crate) country: &'static Country,
    pub(crate) warehouse: &'static Warehouse,
}

impl Order {
    pub(crate) fn new(sent: &Value, checked: Checked) -> Self {
        Self {
            sent: sent.clone(),
            channel: checked.channel,
            country: checked.country,
            warehouse: checked.warehouse,
        }
    }
}

/// The partner's number, once the parcel has been handed over to fly.
pub(crate) fn last_mile(parcel: &Parcel<Order>, now: Timestamp) -> &str {
    let seen = parcel.seen(now, Telling::Plain);
    let handed_over = seen.iter().any(|scan| scan.step == Step::FlightDeparted);
    let number = parcel.last_mile.as_deref().filter(|_| handed_over);
    number.unwrap_or_default()
}

pub(crate) fn label(world: &World, ask: &Value) -> Answer {
    let parcel = one(world, ask)?;
    let cancelled = parcel.voided.get().is_some();
    let printed = (!cancelled).then(|| STANDARD.encode(pdf(&paper::drawing(&parcel))));
    // A label that cannot be printed is no failure of the call: `isSuccess` alone says so.
    Ok(json!({
        "waybillNumber": parcel.number,
        "isSuccess": printed.is_some(),
        "errorMsg": if cancelled { "运单已取消，无法获取标签" } else { "" },
        "base64String": printed,
    }))
}

pub(crate) fn cancel(world: &World, ask: &Value) -> Answer {
    let parcel = one(world, ask)?;
    let now = world.settings.clock.now();
    let seen = parcel.seen(now, Telling::Plain);
    if seen.iter().any(|scan| scan.step == Step::PickedUp) {
        return Err(Refusal::failure("运单已收货，无法取消"));
    }
    parcel.voided.get_or_init(|| now);
    Ok(Value::Null)
}

pub(crate) fn get(world: &World, ask: &Value) -> Answer {
    let parcel = one(world, ask)?;
    Ok(read(&parcel, world))
}

pub(crate) fn get_list(world: &World, ask: &Value) -> Answer {
    let numbers = list(ask, "listNumber");
    if numbers.is_empty() {
        return Err(Refusal::failure("单号列表不能为空"));
    }
    if numbers.len() > NUMBERS_MAX {
        return Err(Refusal::failure("单次查询不能超过50个单号"));
    }
    let parcels = world.yanwen.parcels();
    let find = |number: &Value| {
        let number = number.as_str()?;
        let by_number = parcels.find(By::Number, number).pop();
        by_number.or_else(|| parcels.find(By::Reference, number).pop())
    };
    let found: Vec<Arc<Parcel<Order>>> = numbers.into_iter().filter_map(find).collect();
    drop(parcels);
    Ok(found.iter().map(|parcel| read(parcel, world)).collect())
}

fn one(world: &World, ask: &Value) -> Answer<Arc<Parcel<Order>>> {
    let number = text(ask, "waybillNumber").ok_or_else(|| Refusal::failure("运单号不能为空"))?;
    let mut found = world.yanwen.parcels().find(By::Number, number);
    found
        .pop()
        .ok_or_else(|| Refusal::failure(format!("运单号不存在：{number}")))
}

fn read(parcel: &Parcel<Order>, world: &World) -> Value {
    let now = world.settings.clock.now();
    let order = &parcel.detail;
    let seen = parcel.seen(now, Telling::Plain);
    let status = match (parcel.voided.get(), seen.last()) {
        (Some(_), _) => "5",
        (None, Some(scan)) => codes::of(scan.step).order,
        (None, None) => "0",
    };
    let created = Offset::constant(8).to_datetime(parcel.booked);
    let mut answer = json!({
        "waybillNumber": parcel.number,
        "orderNumber": parcel.references.first(),
        "referenceNumber": last_mile(parcel, now),
        "yanwenNumber": parcel.number,
        "yanwenOrderNumber": parcel.purchase,
        "userId": world.settings.yanwen.user_id,
        "channelId": order.channel.id,
        "channelName": order.channel.chinese,
        "createTime": created.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        "companyCode": order.warehouse.code,
        "isPrint": 0,
        "status": status,
    });
    let names = [
        "orderSource",
        "dateOfReceipt",
        "remark",
        "salesPlatform",
        "receiverInfo",
        "senderInfo",
        "parcelInfo",
        "poPStation",
        "importCustomsInfo",
    ];
    if let Some(members) = answer.as_object_mut() {
        copy(&order.sent, &names, members);
        if let Some(receiver) = members
            .get_mut("receiverInfo")
            .and_then(Value::as_object_mut)
        {
            receiver.insert("countryId".to_owned(), json!(order.country.id()));
            let name = json!(order.country.chinese);
            receiver.insert("countryName".to_owned(), name);
        }
    }
    answer
}

fn copy(from: &Value, names: &[&str], into: &mut Map<String, Value>) {
    for name in names {
        if let Some(value) = at(from, name) {
            into.insert((*name).to_owned(), value.clone());
        }
    }
}

/// The weight that was forecast, in grams.
pub(crate) fn grams(order: &Order) -> u64 {
    scalar(&order.sent, "parcelInfo.totalWeight")
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}
