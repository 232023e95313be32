//! What is kept of an order, and the methods that read and change it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::catalog::{Allotted, Country, Product};
use super::codes::{self, Told};
use super::envelope::{Answer, Refusal};
use crate::document::scalar;
use crate::faults::Telling;
use crate::parcel::{By, Parcel, Parcels};
use crate::plan::{Scan, Step};
use crate::server::World;

/// The longest reason of a cancellation.
const REASON_MAX: usize = 128;
/// The longest window of creation, in milliseconds.
const WINDOW_MS_MAX: i64 = 7 * 24 * 3600 * 1000;

/// An order as it was sent, and what has become of it. Holds personal data, hence no `Debug`.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) sent: Value,
    pub(crate) product: &'static Product,
    pub(crate) country: &'static Country,
    /// The forecast weight.
    pub(crate) grams: u64,
    /// Until then it is in processing.
    pub(crate) known_from: Timestamp,
    /// Until then it has no label.
    pub(crate) label_from: Timestamp,
    /// The partner's number until the parcel is in the warehouse.
    pub(crate) early: Option<String>,
    pub(crate) hold: Hold,
}

/// Interceptions: the one that stands, and those that were.
#[derive(Clone, Default)]
pub(crate) struct Hold {
    pub(crate) standing: Option<Standing>,
    /// When the parcel was stopped by one that has ended.
    pub(crate) past: Vec<Timestamp>,
}

/// An interception that stands.
#[derive(Clone)]
pub(crate) struct Standing {
    /// When it was asked for, or when the parcel comes into the warehouse if that is later.
    pub(crate) from: Timestamp,
    /// What will happen once it ends, as it was planned without it.
    pub(crate) rest: Vec<Scan>,
}

/// Refuses to speak of an order that is in processing.
pub(crate) fn known(parcel: &Parcel<Order>, now: Timestamp) -> Answer<()> {
    if parcel.detail.known_from <= now {
        return Ok(());
    }
    let reference = parcel.references.first().map_or("", String::as_str);
    let text = format!("Ref_no: {reference} in processing");
    Err(Refusal::about("DS000007", text, reference))
}

/// The partner's number as it is now; empty before there is one.
pub(crate) fn last_mile(parcel: &Parcel<Order>, now: Timestamp) -> &str {
    let number = match when(parcel, Step::OriginArrived, now) {
        Some(_) => parcel.last_mile.as_deref(),
        None => parcel.detail.early.as_deref(),
    };
    number.unwrap_or_default()
}

/// When `step` happened, if it has.
pub(crate) fn when(parcel: &Parcel<Order>, step: Step, now: Timestamp) -> Option<Timestamp> {
    let seen = parcel.seen(now, Telling::Plain);
    let found = seen.into_iter().find(|scan| scan.step == step);
    found.map(|scan| scan.at)
}

/// `request_no`.
pub(crate) fn asked(ask: &Value) -> Answer<String> {
    scalar(ask, "request_no")
        .ok_or_else(|| Refusal::new("DS000015", "request_no must not be empty"))
}

/// The order of a 4PX number or of a reference.
pub(crate) fn one(world: &World, number: &str) -> Answer<Arc<Parcel<Order>>> {
    find(&world.fourpx.parcels(), number, world.settings.clock.now())
}

fn find(parcels: &Parcels<Order>, number: &str, now: Timestamp) -> Answer<Arc<Parcel<Order>>> {
    let by_number = parcels.find(By::Number, number).pop();
    let found = by_number.or_else(|| parcels.find(By::Reference, number).pop());
    let parcel = found.ok_or_else(|| Refusal::no_order(number))?;
    known(&parcel, now)?;
    Ok(parcel)
}

/// Puts a changed order in the place of the one there is.
pub(crate) fn change(
    world: &World,
    number: &str,
    how: impl FnOnce(&mut Parcel<Order>, Timestamp) -> Answer<()>,
) -> Answer {
    let now = world.settings.clock.now();
    let mut parcels = world.fourpx.parcels();
    let mut changed = Parcel::clone(&*find(&parcels, number, now)?);
    how(&mut changed, now)?;
    parcels.replace(changed);
    Ok(Value::Null)
}

/// `ds.xms.order.get`: one order, or those made in a window of seven days.
pub(crate) fn get(world: &World, ask: &Value) -> Answer {
    let now = world.settings.clock.now();
    if let Some(number) = scalar(ask, "request_no") {
        let parcel = one(world, &number)?;
        return Ok(json!([read(&parcel, now)]));
    }
    let (start, end) = window(ask)?;
    let status = scalar(ask, "consignment_status");
    let parcels: Vec<_> = world.fourpx.parcels().all().cloned().collect();
    let made = |parcel: &&Arc<Parcel<Order>>| {
        let at = parcel.booked.as_millisecond();
        let wanted = status
            .as_ref()
            .is_none_or(|status| status == told(parcel, now).order);
        (start..=end).contains(&at) && wanted && known(parcel, now).is_ok()
    };
    let made = parcels.iter().filter(made);
    Ok(made.map(|parcel| read(parcel, now)).collect())
}

fn window(ask: &Value) -> Answer<(i64, i64)> {
    let edge = |name: &str, code| {
        let path = format!("{name}_time_of_create_consignment");
        let text = scalar(ask, &path)
            .ok_or_else(|| Refusal::new(code, format!("{path} must not be empty")))?;
        let wrong = |_| Refusal::new("DS000029", format!("{path} must be milliseconds"));
        text.parse::<i64>().map_err(wrong)
    };
    let (start, end) = (edge("start", "DS000021")?, edge("end", "DS000022")?);
    if end.saturating_sub(start) > WINDOW_MS_MAX {
        return Err(Refusal::new("DS000023", "The window is over 7 days"));
    }
    Ok((start, end))
}

/// 4PX's words for the last that happened.
pub(crate) fn told(parcel: &Parcel<Order>, now: Timestamp) -> Told {
    if parcel.voided.get().is_some() {
        return codes::CANCELLED;
    }
    let seen = parcel.seen(now, Telling::Plain);
    codes::of(seen.last().map_or(Step::LabelCreated, |scan| scan.step))
}

fn read(parcel: &Parcel<Order>, now: Timestamp) -> Value {
    let order = &parcel.detail;
    let moment = |step| when(parcel, step, now).map(Timestamp::as_millisecond);
    let inbound = moment(Step::OriginArrived);
    let weighed = if inbound.is_some() { order.grams } else { 0 };
    let hold = match &order.hold.standing {
        None => "N",
        Some(standing) if standing.from <= now && inbound.is_some() => "S",
        Some(_) => "Y",
    };
    let allotted = match order.product.allotted {
        Allotted::AtCreation => "C",
        Allotted::InWarehouse | Allotted::Twice => "U",
    };
    json!({
        "consignment_info": {
            "ds_consignment_no": parcel.purchase,
            "4px_tracking_no": parcel.number,
            "ref_no": parcel.references.first(),
            "logistics_channel_no": last_mile(parcel, now),
            "get_no_mode": allotted,
            "get_no_exmsg": "",
            "logistics_product_code": order.product.code,
            "logistics_product_name": order.product.chinese,
            "consignment_status": told(parcel, now).order,
            "insure_status": scalar(&order.sent, "is_insure"),
            "insure_type": scalar(&order.sent, "insurance_info.insure_type").unwrap_or_default(),
            "has_check_oda": "N",
            "oda_result_sign": "N",
            "is_hold_sign": hold,
            "consignment_create_date": parcel.booked.as_millisecond(),
            "4px_inbound_date": inbound,
            "4px_outbound_date": moment(Step::OriginDeparted),
        },
        "parcel_confirm_info": {
            "confirm_parcel_qty": if weighed == 0 { "0" } else { "1" },
            "confirm_parcel_weight": weighed,
            "confirm_parcel_charge_weight": weighed,
            "parcel_list_confirm_info": [{
                "confirm_weight": weighed.to_string(),
                "confirm_volume_weight": 0,
                "confirm_charge_weight": weighed,
                "confirm_length": "0",
                "confirm_width": "0",
                "confirm_high": "0",
                "confirm_include_battery":
                    scalar(&order.sent, "parcel_list.include_battery"),
                "parcel_total_value_confirm":
                    scalar(&order.sent, "parcel_list.parcel_value"),
                "currency_code": scalar(&order.sent, "parcel_list.currency"),
            }],
        },
    })
}

/// `ds.xms.order.cancel`: while the goods are still with the seller.
pub(crate) fn cancel(world: &World, ask: &Value) -> Answer {
    let number = asked(ask)?;
    let reason = scalar(ask, "cancel_reason").unwrap_or_default();
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        let text = "cancel_reason must have 1 to 128 characters";
        return Err(Refusal::about("DS000016", text, &number));
    }
    let cancelled = change(world, &number, |parcel, now| {
        if told(parcel, now).order != "P" {
            let text = "The order can not be cancelled";
            return Err(Refusal::about("DS000014", text, &number));
        }
        parcel.voided.get_or_init(|| now);
        Ok(())
    });
    match cancelled {
        // This method has words of its own for what it does not find.
        Err(Refusal::Coded {
            code: "DS000017", ..
        }) => Err(Refusal::about("0", "Can not find this order", &number)),
        other => other,
    }
}

/// `ds.xms.order.updateweight`: before the parcel is in the warehouse.
pub(crate) fn update_weight(world: &World, ask: &Value) -> Answer {
    let number = asked(ask)?;
    let grams: Option<u64> = scalar(ask, "weight").and_then(|text| text.parse().ok());
    let grams = grams
        .filter(|grams| *grams > 0)
        .ok_or_else(|| Refusal::parameter("weight must be grams, without decimals"))?;
    change(world, &number, |parcel, now| {
        let waits = matches!(told(parcel, now).order, "P" | "V");
        if !waits || grams > parcel.detail.product.grams_max {
            let text = "The weight can not be updated";
            return Err(Refusal::about("DS000018", text, &number));
        }
        parcel.detail.grams = grams;
        Ok(())
    })
}
