//! `ds.xms.label.get` answers addresses; the files behind them are served here.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::envelope::{Answer, Refusal};
use super::order::{self, Order};
use super::paper::{self, Size};
use super::sign::hex;
use crate::document::scalar;
use crate::label::pdf;
use crate::parcel::{By, Parcel};
use crate::server::World;

/// `ds.xms.label.get`, of a 4PX number, a reference or a last-mile number. `host` is how the
/// caller reached the gateway.
pub(crate) fn get(world: &World, ask: &Value, host: &str) -> Answer {
    let number = order::asked(ask)?;
    let format = scalar(ask, "response_label_format").unwrap_or_else(|| "PDF".to_owned());
    if format != "PDF" {
        return Err(Refusal::about(
            "DS000019",
            "The label format is invalid",
            &number,
        ));
    }
    let now = world.settings.clock.now();
    let found = order::one(world, &number);
    let parcels = world.fourpx.parcels();
    let by_last_mile = || world.fourpx.by_last_mile(&parcels, &number, now);
    let parcel = found.or_else(|refusal| by_last_mile().ok_or(refusal))?;
    drop(parcels);
    let size = size(ask, &parcel)?;
    if parcel.detail.label_from > now || parcel.voided.get().is_some() {
        return Err(Refusal::about(
            "DS000046",
            "The label does not exist",
            &number,
        ));
    }
    let key = key(world, &parcel.number, size);
    let address = |name: &str| {
        let (number, size) = (&parcel.number, size.name());
        format!("http://{host}/fourpx/labels/{key}/{size}/{number}{name}.pdf")
    };
    let parts = match scalar(ask, "create_package_label").as_deref() {
        Some("Y") => address("-package"),
        _ => String::new(),
    };
    Ok(json!({
        "label_barcode": parcel.number,
        "child_label_barcode": [],
        "label_url_info": {
            "logistics_label": address(""),
            "custom_label": "",
            "package_label": parts,
            "invoice_label": "",
        },
    }))
}

/// The size asked for, or that of the order.
fn size(ask: &Value, parcel: &Parcel<Order>) -> Answer<Size> {
    let of_order = || scalar(&parcel.detail.sent, "label_config_info.label_size");
    let name = scalar(ask, "label_size").or_else(of_order);
    let name = name.unwrap_or_else(|| Size::Large.name().to_owned());
    let wrong = || Refusal::new("DS000019", format!("The label size {name} is invalid"));
    Size::of(&name).ok_or_else(wrong)
}

/// What makes an address hard to guess: whoever has it may read the label.
fn key(world: &World, number: &str, size: Size) -> String {
    let secret = &world.settings.fourpx.app_secret;
    let digest = Md5::digest(format!("{number}{}{secret}", size.name()));
    hex(&digest)
}

/// `GET /labels/{key}/{size}/{file}`.
pub(crate) async fn file(
    State(world): State<Arc<World>>,
    Path((given, size, file)): Path<(String, String, String)>,
) -> Response {
    let stem = file.strip_suffix(".pdf").unwrap_or_default();
    let number = stem.strip_suffix("-package").unwrap_or(stem);
    let found = world.fourpx.parcels().find(By::Number, number).pop();
    let (Some(parcel), Some(size)) = (found, Size::of(&size)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if given != key(&world, number, size) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let drawing = if number == stem {
        paper::label(&parcel, size, world.settings.clock.now())
    } else {
        paper::packing(&parcel, size)
    };
    ([(CONTENT_TYPE, "application/pdf")], pdf(&drawing)).into_response()
}
