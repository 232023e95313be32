//! `express.order.create`: makes a waybill.

use std::sync::OnceLock;

use parcelgate_tracking_number::check;
use parcelgate_tracking_number::make::s10;
use serde_json::{Value, json};

use super::envelope::{Answer, Refusal};
use super::order::Order;
use super::order_rules::{self, Checked};
use super::scan;
use crate::parcel::{By, Parcel};
use crate::plan;
use crate::server::World;

/// Serials there are in an S10 number.
const SERIALS: u64 = 100_000_000;

pub(crate) fn create(world: &World, ask: &Value) -> Answer {
    let checked = order_rules::check(ask)?;
    let booked = world.settings.clock.now();
    let seed = world.settings.seed;
    let mut parcels = world.yanwen.parcels();
    let same = parcels.find(By::Reference, &checked.number);
    if same.iter().any(|parcel| parcel.voided.get().is_none()) {
        let message = format!("订单号已存在：{}", checked.number);
        return Err(Refusal::failure(message));
    }
    let mut rng = plan::generator(seed, parcels.next_purchase());
    let serial = parcels.next_parcel();
    let start = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SERIALS;
    let digits = format!("{:08}", (start + serial) % SERIALS);
    let waybill = s10("UH", &digits, "YP").unwrap_or_default();
    let journey = scan::journey(ask, &checked, booked, &mut rng);
    let last_mile = last_mile(&checked, &digits);
    let plan = plan::draw(&journey, world.settings.troubled_permille, &mut rng);
    let serial = format!("YW{serial:010}");
    let parcel = parcels.add(Parcel {
        number: waybill,
        purchase: serial,
        last_mile: Some(last_mile),
        references: vec![checked.number.clone()],
        service: checked.channel.id.to_owned(),
        booked,
        plan,
        voided: OnceLock::new(),
        detail: Order::new(ask, checked),
    });
    Ok(json!({
        "waybillNumber": parcel.number,
        "orderNumber": parcel.references.first(),
        "referenceNumber": "",
        "yanwenOrderNumber": parcel.purchase,
    }))
}

/// The number under which a partner delivers: USPS's, DHL's, or that of the country's post.
fn last_mile(checked: &Checked, digits: &str) -> String {
    let with_check = |covered: String| {
        let digit = check::gs1(&covered).map(String::from).unwrap_or_default();
        format!("{covered}{digit}")
    };
    match checked.country.code {
        "US" => with_check(format!("9261290339{digits}002")),
        "DE" => with_check(format!("00340434{digits}390")),
        code => s10("LY", digits, code).unwrap_or_default(),
    }
}
