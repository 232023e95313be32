//! `PUT /ship/v1/shipments/cancel`: takes a shipment's labels back, until FedEx has the parcels.

use serde_json::{Value, json};

use super::api::Ask;
use super::refusal::{Answer, Refusal};
use crate::document::{at, text};
use crate::parcel::By;
use crate::server::World;

pub(crate) fn cancel(world: &World, ask: &Ask) -> Answer {
    let body = &ask.body;
    let account = text(body, "accountNumber.value");
    if account != Some(world.settings.fedex.account_number.as_str()) {
        let message = "Requested user is not authorized to perform the operation.";
        return Err(Refusal::invalid("SHIPMENT.USER.UNAUTHORIZED", message));
    }
    let control = at(body, "deletionControl").and_then(Value::as_str);
    if control.is_some_and(|control| control != "DELETE_ALL_PACKAGES") {
        let message = "The deletion control is invalid.";
        return Err(Refusal::invalid("DELETIONCONTROL.INVALID", message));
    }
    let number = text(body, "trackingNumber").unwrap_or_default();
    let named = world.fedex.parcels().find(By::Number, number).pop();
    let named = named.ok_or_else(|| {
        let message = "Error with entered Tracking Number. Please verify the entered Tracking \
                       Number.";
        Refusal::invalid("TRACKINGNUMBER.ENTERED.INVALID", message)
    })?;
    let now = world.settings.clock.now();
    let shipment = &named.detail.shipment;
    let gone = shipment.pickup <= now || shipment.closed.get().is_some();
    if gone && named.voided.get().is_none() {
        let message = "Shipment has been tendered to FedEx and cannot be cancelled.";
        let alert = json!({
            "code": "SHIPMENT.ALREADY.TENDERED", "alertType": "WARNING", "message": message,
        });
        return Ok(json!({
            "cancelledShipment": false,
            "cancelledHistory": false,
            "message": message,
            "alerts": [alert],
        }));
    }
    // Whichever package is named, the whole shipment goes.
    for parcel in world.fedex.parcels().find(By::Purchase, &named.purchase) {
        let _already = parcel.voided.set(now);
    }
    Ok(json!({
        "cancelledShipment": true,
        "cancelledHistory": true,
        "message": "Shipment is successfully cancelled",
    }))
}
