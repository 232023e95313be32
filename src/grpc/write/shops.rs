//! Shops and confirmations.

use parcelgate_proto::v1;
use parcelgate_shop::ShopAbility;
use parcelgate_store::{Confirmation, ConfirmationState, Moment};

use super::time;
use crate::service::shops::ShopAccount;

pub(in crate::grpc) fn shop(shop: &ShopAccount) -> v1::Shop {
    let profile = shop.shop.profile();
    let table = profile.carriers.iter().map(|row| row.carrier);
    let set = shop.policy.carriers.keys().map(String::as_str);
    let set = set.filter(|carrier| !carrier.contains('@'));
    let codes = table.chain(set).filter_map(|carrier| {
        let name = shop.carrier(carrier, None)?;
        Some((carrier.to_owned(), name.code))
    });
    let able = |(ability, _): &&(ShopAbility, &str)| ability.is_in(shop.shop.as_ref());
    let abilities = ShopAbility::ALL.iter().filter(able);
    let absences = profile.absences.iter();
    v1::Shop {
        name: format!("shops/{}", shop.id()),
        system: profile.id.to_string(),
        moment: moment(shop.policy.confirm.moment()).into(),
        carrier_codes: codes.collect(),
        carrier_codes_read_on: profile.carriers_read_on.to_owned(),
        abilities: abilities.map(|(_, name)| (*name).to_owned()).collect(),
        absences: absences
            .map(|row| (row.ability.name().to_owned(), row.reason.to_owned()))
            .collect(),
    }
}

const fn moment(moment: Moment) -> v1::shop_order::Moment {
    match moment {
        Moment::Label => v1::shop_order::Moment::Label,
        Moment::FirstScan => v1::shop_order::Moment::FirstScan,
    }
}

pub(in crate::grpc) fn confirmation(it: &Confirmation) -> v1::Confirmation {
    use v1::confirmation::State;
    let state = match it.state {
        ConfirmationState::Waiting => State::Waiting,
        ConfirmationState::Told => State::Told,
        ConfirmationState::Confirmed => State::Confirmed,
        ConfirmationState::Recognised => State::Recognised,
        ConfirmationState::NeedsReview => State::NeedsReview,
        ConfirmationState::Cancelled => State::Cancelled,
    };
    let items = it.items.iter().map(|item| v1::ShopOrderItem {
        id: item.id.clone(),
        quantity: item.quantity,
        parcel_index: it.parcel,
    });
    let (told, fault) = (it.told.clone(), it.fault.clone());
    v1::Confirmation {
        name: format!("confirmations/{}", it.id),
        shop: it.shop.clone(),
        order: it.order.clone(),
        marketplace: it.marketplace.clone().unwrap_or_default(),
        package: it.package,
        shipment: format!("shipments/{}", it.shipment),
        items: items.collect(),
        state: state.into(),
        tell_time: told.as_ref().map(|told| time(told.at)),
        carrier_code: told
            .as_ref()
            .map_or_else(String::new, |told| told.carrier_code.clone()),
        tracking_number: told.map(|told| told.number).unwrap_or_default(),
        ship_by: it.ship_by.map(time),
        at_risk: it.at_risk,
        attempts: it.attempts,
        next_attempt_time: it.next_try_at.map(time),
        reason: fault
            .as_ref()
            .map_or_else(String::new, |fault| fault.kind.clone()),
        shop_code: fault
            .as_ref()
            .and_then(|fault| fault.code.clone())
            .unwrap_or_default(),
        shop_text: fault.map(|fault| fault.text).unwrap_or_default(),
        create_time: Some(time(it.created_at)),
        update_time: Some(time(it.updated_at)),
    }
}
