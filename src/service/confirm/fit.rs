//! What is checked before anything is told to a shop.

use parcelgate_domain::{CarrierId, TrackingNumber, Violations};
use parcelgate_tracking_number::{Confidence, Invalid, identify, validate};

use super::ShopOrder;
use crate::service::shops::ShopAccount;

/// The longest id that a shop gives.
const ID_CHARS_MAX: usize = 128;

/// Whether an order can be one of the shop's.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn order(
    shop: &ShopAccount,
    order: &ShopOrder,
    field: &str,
    boxes: usize,
) -> Result<(), Violations> {
    let profile = shop.shop.profile();
    let mut found = Violations::new();
    if order.order.is_empty() || order.order.chars().count() > ID_CHARS_MAX {
        let allowed = format!("the shop's own id of the order, 1 to {ID_CHARS_MAX} characters");
        found.refuse(format!("{field}.order"), &order.order, allowed);
    }
    if let (Some(marketplace), [_, ..]) = (&order.marketplace, profile.marketplaces)
        && !profile.marketplaces.contains(&marketplace.as_str())
    {
        let allowed = format!("one of {}", profile.marketplaces.join(", "));
        found.refuse(format!("{field}.marketplace"), marketplace, allowed);
    }
    if order.marketplace.is_none() && !profile.marketplaces.is_empty() {
        found.require(
            format!("{field}.marketplace"),
            "where in the shop it was sold",
        );
    }
    if order.items.is_empty() && profile.items_needed {
        found.require(format!("{field}.items"), "what of the order is in the box");
    }
    if order.items.len() > profile.items_max {
        let allowed = format!("at most {}", profile.items_max);
        found.refuse(format!("{field}.items"), order.items.len(), allowed);
    }
    for (index, boxed) in order.items.iter().enumerate() {
        let at = format!("{field}.items[{index}]");
        if boxed.item.id.is_empty() || boxed.item.id.chars().count() > ID_CHARS_MAX {
            found.require(format!("{at}.id"), "the shop's own id of the line");
        }
        if boxed.item.quantity == 0 {
            found.refuse(format!("{at}.quantity"), 0, "at least 1");
        }
        if usize::try_from(boxed.parcel).is_ok_and(|parcel| parcel >= boxes) {
            let allowed = format!("below {boxes}: the shipment has no more boxes");
            found.refuse(format!("{at}.parcel_index"), boxed.parcel, allowed);
        }
    }
    found.none_or(())
}

/// Whether a number can be one of the carrier's. A carrier whose numbers have no known form has
/// none that could be wrong.
///
/// # Errors
/// What is wrong with it.
pub(super) fn number(carrier: &CarrierId, number: &TrackingNumber) -> Result<(), Invalid> {
    match validate(carrier.as_str(), number.as_str()) {
        Ok(_) | Err(Invalid::UnknownCarrier { .. }) => Ok(()),
        Err(wrong) => Err(wrong),
    }
}

/// Whose number it is for certain: more than its shape speaks for one carrier, and for no other.
pub(super) fn owner(number: &TrackingNumber) -> Option<CarrierId> {
    let candidates = identify(number.as_str());
    let best = candidates.first()?;
    let rivals = candidates.iter().skip(1);
    let rivals = rivals.filter(|it| it.carrier != best.carrier && it.confidence == best.confidence);
    (best.confidence > Confidence::CheckDigit && rivals.count() == 0)
        .then(|| CarrierId::known(best.carrier))
}
