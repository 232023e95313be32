//! Orders of shops.

use jiff::Timestamp;
use parcelgate_domain::Violations;
use parcelgate_proto::v1;
use parcelgate_store::{ConfirmationFilter, ConfirmationState, Item, Moment, ShipmentId};
use prost::Message;
use sha2::{Digest, Sha256};

use super::{given, known, request_id, resource_in};
use crate::service::Fault;
use crate::service::confirm::{BoxedItem, ShopOrder};

/// An order. Whether the shop can have such a one is asked elsewhere.
pub(super) fn shop_order(read: &v1::ShopOrder, field: &str, found: &mut Violations) -> ShopOrder {
    if read.shop.is_empty() {
        found.require(format!("{field}.shop"), "a shop of the configuration");
    }
    if read.order.trim().is_empty() {
        found.require(format!("{field}.order"), "the shop's own id of the order");
    }
    let items = read.items.iter().map(|item| BoxedItem {
        item: Item {
            id: item.id.trim().to_owned(),
            quantity: item.quantity,
        },
        parcel: item.parcel_index,
    });
    let moment = match known(read.moment, &format!("{field}.moment"), found) {
        v1::shop_order::Moment::Unspecified => None,
        v1::shop_order::Moment::Label => Some(Moment::Label),
        v1::shop_order::Moment::FirstScan => Some(Moment::FirstScan),
    };
    ShopOrder {
        shop: read.shop.clone(),
        order: read.order.trim().to_owned(),
        marketplace: given(&read.marketplace),
        items: items.collect(),
        ship_by: timestamp(read.ship_by.as_ref(), &format!("{field}.ship_by"), found),
        moment,
    }
}

fn timestamp(
    read: Option<&prost_types::Timestamp>,
    field: &str,
    found: &mut Violations,
) -> Option<Timestamp> {
    let read = read?;
    let time = Timestamp::new(read.seconds, read.nanos).ok();
    if time.is_none() {
        found.refuse(field, read.seconds, "a moment");
    }
    time
}

/// What is to be confirmed.
pub(in crate::grpc) struct Confirming {
    pub(in crate::grpc) request_id: String,
    pub(in crate::grpc) body_sha256: [u8; 32],
    pub(in crate::grpc) shipment: ShipmentId,
    pub(in crate::grpc) order: ShopOrder,
}

/// A request to confirm an order.
pub(in crate::grpc) fn confirming(read: &v1::ConfirmOrderRequest) -> Result<Confirming, Fault> {
    let mut found = Violations::new();
    let request_id = request_id(&read.request_id, &mut found);
    let shipment = resource_in(&read.shipment, "shipments", "shipment", &mut found);
    let order = match &read.order {
        Some(order) => Some(shop_order(order, "order", &mut found)),
        None => {
            found.require("order", "given");
            None
        }
    };
    let body = v1::ConfirmOrderRequest {
        request_id: String::new(),
        ..read.clone()
    };
    let (Some(shipment), Some(order)) = (shipment, order) else {
        return Err(found.into());
    };
    Ok(found.none_or(Confirming {
        request_id,
        body_sha256: Sha256::digest(body.encode_to_vec()).into(),
        shipment,
        order,
    })?)
}

/// Which confirmations are listed.
pub(in crate::grpc) fn confirmation_filter(
    read: &v1::ListConfirmationsRequest,
) -> Result<ConfirmationFilter, Fault> {
    use v1::confirmation::State;
    let mut found = Violations::new();
    let state = match known(read.state, "state", &mut found) {
        State::Unspecified => None,
        State::Waiting => Some(ConfirmationState::Waiting),
        State::Told => Some(ConfirmationState::Told),
        State::Confirmed => Some(ConfirmationState::Confirmed),
        State::Recognised => Some(ConfirmationState::Recognised),
        State::NeedsReview => Some(ConfirmationState::NeedsReview),
        State::Cancelled => Some(ConfirmationState::Cancelled),
    };
    let shipment = given(&read.shipment)
        .and_then(|name| resource_in(&name, "shipments", "shipment", &mut found));
    Ok(found.none_or(ConfirmationFilter {
        state,
        shop: given(&read.shop),
        order: given(&read.order),
        shipment,
    })?)
}
