//! `ds.xms.order.hold`: stops a parcel in the warehouse, and lets it go on.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::envelope::{Answer, Refusal};
use super::order::{self, Order, Standing};
use crate::document::scalar;
use crate::parcel::Parcel;
use crate::plan::Step;
use crate::server::World;

/// Interceptions of one parcel.
const HOLDS_MAX: usize = 20;

pub(crate) fn hold(world: &World, ask: &Value) -> Answer {
    let number = order::asked(ask)?;
    let stop = match scalar(ask, "is_hold").as_deref() {
        Some("Y") => true,
        Some("N") => false,
        _ => return Err(Refusal::parameter("is_hold must be Y or N")),
    };
    if stop && scalar(ask, "hold_reason").is_none() {
        return Err(Refusal::about(
            "DS000016",
            "hold_reason must not be empty",
            &number,
        ));
    }
    order::change(world, &number, |parcel, now| {
        if !parcel.detail.product.holdable {
            let text = "This product can not be intercepted";
            return Err(Refusal::about("DS000031", text, &number));
        }
        if stop {
            intercept(parcel, now, &number)
        } else {
            release(parcel, now, &number)
        }
    })
}

fn intercept(parcel: &mut Parcel<Order>, now: Timestamp, number: &str) -> Answer<()> {
    if parcel.detail.hold.standing.is_some() {
        let text = "The order is intercepted already";
        return Err(Refusal::about("DS000036", text, number));
    }
    if !matches!(order::told(parcel, now).order, "P" | "V" | "H") {
        let text = "The parcel is not in the warehouse any more";
        return Err(Refusal::about("DS000032", text, number));
    }
    if parcel.detail.hold.past.len() >= HOLDS_MAX {
        let text = "Too many operations, try again later";
        return Err(Refusal::about("DS000006", text, number));
    }
    let arrival = parcel
        .plan
        .iter()
        .position(|scan| scan.step == Step::OriginArrived);
    let rest = arrival.map(|index| parcel.plan.split_off(index + 1));
    let arrived = parcel.plan.last().map_or(now, |scan| scan.at);
    parcel.detail.hold.standing = Some(Standing {
        from: now.max(arrived),
        rest: rest.unwrap_or_default(),
    });
    Ok(())
}

fn release(parcel: &mut Parcel<Order>, now: Timestamp, number: &str) -> Answer<()> {
    let hold = &mut parcel.detail.hold;
    let Some(standing) = hold.standing.take() else {
        let text = "The order is not intercepted";
        return Err(Refusal::about("DS000037", text, number));
    };
    // One that ends before the parcel arrives has stopped nothing.
    let lost = now.duration_since(standing.from).max(SignedDuration::ZERO);
    if !lost.is_zero() {
        hold.past.push(standing.from);
    }
    for mut scan in standing.rest {
        scan.at = scan.at.saturating_add(lost).unwrap_or(Timestamp::MAX);
        parcel.plan.push(scan);
    }
    Ok(())
}
