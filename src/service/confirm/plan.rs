//! What is next for a confirmation: computed from how everything stands, and from nothing else.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parcelgate_carrier::Kind;
use parcelgate_domain::{CarrierId, PurchaseState, TrackingEvent, TrackingNumber};
use parcelgate_shop::{CarrierName, Confirmation as Telling, News, OrderItem, ShopAbility};
use parcelgate_store::{
    Confirmation, ConfirmationState, Fault, Moment, Parcel, Purchase, ShipmentId, Tracker,
};

use super::{fit, news};
use crate::config::BeforeShipBy;
use crate::service::shops::ShopAccount;

/// How much a shop hears of one parcel.
const NEWS_MAX: usize = 200;

/// How everything stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The confirmation.
    pub confirmation: &'a Confirmation,
    /// Its shipment.
    pub purchase: &'a Purchase,
    /// Its box, as it is followed.
    pub tracker: Option<&'a Tracker>,
    /// What happened to the box, in order.
    pub events: &'a [TrackingEvent],
    /// The time.
    pub now: Timestamp,
    /// How long before `ship_by` it is late.
    pub margin: Duration,
}

/// What is next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nothing, until something happens.
    Wait,
    /// Nothing left, and nothing will.
    Cancel,
    /// Another shipment was made in the place of its own.
    Follow(ShipmentId),
    /// Tell the shop.
    Tell(Box<Telling>),
    /// Tell the shop what happened, and remember that event as told.
    Inform(String, News),
    /// See what the shop made of it.
    ReadBack,
    /// A person must see to it.
    Review(Fault),
}

/// What is next for a confirmation to `shop`.
#[must_use]
pub fn next(shop: &ShopAccount, standing: Standing<'_>) -> Plan {
    let Standing {
        confirmation,
        purchase,
        ..
    } = standing;
    if let (PurchaseState::Voided, Some(other)) = (purchase.version.state, &purchase.replaced_by) {
        return Plan::Follow(other.clone());
    }
    if confirmation.state == ConfirmationState::Cancelled {
        return Plan::Wait;
    }
    let untold = confirmation.told.is_none();
    match (purchase.version.state, untold) {
        (
            PurchaseState::Rejected
            | PurchaseState::Absent
            | PurchaseState::Cancelled
            | PurchaseState::Voided,
            true,
        ) => return Plan::Cancel,
        (PurchaseState::Voided, false) => {
            let text = "the label was voided after the shop had been told its number";
            return review(confirmation, Kind::Refused, "LABEL_VOIDED", text);
        }
        (
            PurchaseState::Purchased | PurchaseState::PurchasedNoLabel | PurchaseState::VoidRefused,
            _,
        ) => {}
        (
            PurchaseState::Accepted
            | PurchaseState::Sending
            | PurchaseState::Unknown
            | PurchaseState::Rejected
            | PurchaseState::Absent
            | PurchaseState::NeedsReview
            | PurchaseState::Cancelled
            | PurchaseState::VoidWanted
            | PurchaseState::Voiding
            | PurchaseState::VoidUnknown,
            _,
        ) => return Plan::Wait,
    }
    if confirmation.state == ConfirmationState::NeedsReview {
        return Plan::Wait;
    }
    let index = usize::try_from(confirmation.parcel).unwrap_or(usize::MAX);
    let Some(parcel) = purchase.parcels.get(index) else {
        let text = "the shipment has no such box";
        return review(confirmation, Kind::Invalid, "NO_BOX", text);
    };
    let telling = match telling(shop, standing, parcel) {
        Ok(telling) => telling,
        Err(fault) => return review_of(confirmation, fault),
    };
    if !is_told(confirmation, &telling) {
        let late = is_late(confirmation, standing.now, standing.margin);
        let early = shop.policy.before_ship_by == BeforeShipBy::Confirm && late;
        let due = !untold || is_scanned(standing.tracker) || early;
        return match confirmation.moment {
            Moment::FirstScan if !due => Plan::Wait,
            Moment::FirstScan | Moment::Label => Plan::Tell(Box::new(telling)),
        };
    }
    afterwards(shop, standing)
}

/// What is next once the shop knows the number.
fn afterwards(shop: &ShopAccount, standing: Standing<'_>) -> Plan {
    let confirmation = standing.confirmation;
    let reads = ShopAbility::ReadBack.is_in(shop.shop.as_ref());
    if reads && confirmation.state == ConfirmationState::Told {
        return Plan::ReadBack;
    }
    let hears = shop.policy.events && ShopAbility::Events.is_in(shop.shop.as_ref());
    let hears = hears && confirmation.news.len() < NEWS_MAX;
    if let Some((id, news)) = news::next(standing.events, &confirmation.news).filter(|_| hears) {
        return Plan::Inform(id, news);
    }
    let goes_on = reads && confirmation.state == ConfirmationState::Confirmed;
    if goes_on { Plan::ReadBack } else { Plan::Wait }
}

/// What the shop is to know.
fn telling(shop: &ShopAccount, it: Standing<'_>, parcel: &Parcel) -> Result<Telling, Fault> {
    let Standing {
        confirmation,
        purchase,
        tracker,
        ..
    } = it;
    let marketplace = confirmation.marketplace.as_deref();
    let last_mile = tracker.and_then(|tracker| tracker.last_mile_number.as_ref());
    let last_mile = last_mile.or(parcel.last_mile_number.as_ref());
    let last_mile = last_mile.filter(|_| shop.policy.last_mile);
    let last_mile = last_mile.and_then(|number| of_last_mile(shop, number, marketplace));
    let (carrier, number) = match last_mile {
        Some(known) => known,
        None => of_first(shop, &purchase.carrier, &parcel.number, marketplace)?,
    };
    let items = confirmation.items.iter().filter_map(|item| {
        Some(OrderItem {
            id: item.id.clone(),
            quantity: NonZeroU32::new(item.quantity)?,
        })
    });
    let scanned = tracker.and_then(|tracker| tracker.state.first_physical_scan);
    let shipped_at = scanned.map_or(purchase.updated_at, |scan| scan.instant);
    let telling = Telling {
        order: confirmation.order.clone(),
        marketplace: confirmation.marketplace.clone(),
        package: NonZeroU32::new(confirmation.package).unwrap_or(NonZeroU32::MIN),
        items: items.collect(),
        carrier,
        service: Some(purchase.service.name.clone()).filter(|name| !name.is_empty()),
        number,
        // A shop takes no day that is still to come.
        shipped_at: shipped_at.min(it.now),
    };
    let refused = shop.shop.confirms().check(&telling);
    if refused.is_empty() {
        return Ok(telling);
    }
    Err(fault(Kind::Invalid, "INVALID", &refused.to_string()))
}

/// The last mile's number with its carrier, when the shop has a word for whose it surely is.
fn of_last_mile(
    shop: &ShopAccount,
    number: &TrackingNumber,
    marketplace: Option<&str>,
) -> Option<(CarrierName, TrackingNumber)> {
    let owner = fit::owner(number)?;
    let carrier = shop.carrier(owner.as_str(), marketplace)?;
    carrier.name.is_none().then(|| (carrier, number.clone()))
}

/// The number of the carrier that sold the label.
fn of_first(
    shop: &ShopAccount,
    carrier: &CarrierId,
    number: &TrackingNumber,
    marketplace: Option<&str>,
) -> Result<(CarrierName, TrackingNumber), Fault> {
    let valid = fit::number(carrier, number);
    valid.map_err(|wrong| fault(Kind::Invalid, "INVALID_NUMBER", &wrong.to_string()))?;
    let name = shop.carrier(carrier.as_str(), marketplace).ok_or_else(|| {
        let text = format!(
            "the shop has no word for {carrier}; name one in shops.carriers, or say allow_other"
        );
        fault(Kind::Unsupported, "UNKNOWN_CARRIER", &text)
    })?;
    Ok((name, number.clone()))
}

/// Whether the shop was told the same by us before.
fn is_told(confirmation: &Confirmation, telling: &Telling) -> bool {
    confirmation.told.as_ref().is_some_and(|told| {
        told.number == telling.number.as_str() && told.carrier_code == telling.carrier.code
    })
}

/// Whether the carrier has had it in hand.
pub(super) fn is_scanned(tracker: Option<&Tracker>) -> bool {
    tracker.is_some_and(|tracker| tracker.state.first_physical_scan.is_some())
}

/// Whether it is time to worry.
pub(super) fn is_late(confirmation: &Confirmation, now: Timestamp, margin: Duration) -> bool {
    worry_at(confirmation, margin).is_some_and(|at| at <= now)
}

/// When it is time to worry.
pub(super) fn worry_at(confirmation: &Confirmation, margin: Duration) -> Option<Timestamp> {
    let margin = SignedDuration::try_from(margin).unwrap_or(SignedDuration::MAX);
    let by = confirmation.ship_by?;
    Some(by.saturating_sub(margin).unwrap_or(Timestamp::MIN))
}

/// What a person reads.
pub(super) fn fault(kind: Kind, code: &str, text: &str) -> Fault {
    Fault {
        kind: kind.name().to_owned(),
        code: Some(code.to_owned()),
        text: text.to_owned(),
    }
}

fn review(confirmation: &Confirmation, kind: Kind, code: &str, text: &str) -> Plan {
    review_of(confirmation, fault(kind, code, text))
}

/// A person is asked once.
fn review_of(confirmation: &Confirmation, fault: Fault) -> Plan {
    if confirmation.state == ConfirmationState::NeedsReview {
        return Plan::Wait;
    }
    Plan::Review(fault)
}

#[cfg(test)]
mod tests;
