//! What USPS's event codes mean.
//!
//! The codes are those of Publication 199, appendix G-4 (domestic scan events), as public clients
//! list them; GX is what live answers show of a label that was made and not yet handed over. An
//! unknown code keeps its words and changes no status, unless it is the latest event: then the
//! category that USPS gives the parcel decides.

use parcelgate_carrier::meaning::{Meaning, lookup};
use parcelgate_domain::{Leg, Status, Substatus as U};

/// The edition of these tables. Raise it with every change of meaning.
pub(crate) const MAPPING_VERSION: u32 = 1;

/// A parcel that was delivered after it had been sent back.
pub(crate) const RETURNED: Meaning = Meaning::of(Status::Returned)
    .sub(U::ReturnedReceived)
    .leg(Leg::Return)
    .terminal();

/// What an event code means; none where no row knows it.
pub(crate) fn meaning(code: &str) -> Option<Meaning> {
    lookup(EVENTS, &code)
}

/// What the category of a parcel means.
pub(crate) fn of_category(category: &str) -> Option<Meaning> {
    let mut rows = CATEGORIES.iter();
    let row = rows.find(|(known, _)| known.eq_ignore_ascii_case(category));
    row.map(|(_, meaning)| *meaning)
}

const fn of(status: Status) -> Meaning {
    Meaning::of(status)
}

const fn transit(substatus: U, leg: Leg) -> Meaning {
    Meaning::of(Status::InTransit).sub(substatus).leg(leg)
}

const fn attempt(substatus: U) -> Meaning {
    Meaning::of(Status::AttemptFailed)
        .sub(substatus)
        .leg(Leg::LastMile)
        .attempt()
}

const fn trouble(substatus: U) -> Meaning {
    Meaning::of(Status::Exception).sub(substatus)
}

const fn back(substatus: U) -> Meaning {
    Meaning::of(Status::Returning)
        .sub(substatus)
        .leg(Leg::Return)
}

#[rustfmt::skip]
const EVENTS: &[(&str, Meaning)] = &[
    ("MA", of(Status::InfoReceived).sub(U::LabelCreated).leg(Leg::Origin)), // manifest acknowledgement
    ("GX", of(Status::InfoReceived).sub(U::LabelCreated).leg(Leg::Origin)), // shipping label created, USPS awaiting item
    ("80", of(Status::Accepted).sub(U::PickedUp).leg(Leg::Origin).scan()), // picked up by shipping partner
    ("81", transit(U::ArrivedFacility, Leg::Origin)), // arrived shipping partner facility
    ("82", transit(U::DepartedFacility, Leg::Origin)), // departed shipping partner facility
    ("03", of(Status::Accepted).sub(U::AcceptanceScan).leg(Leg::Origin).scan()), // accept or pickup
    ("TM", of(Status::Accepted).sub(U::AcceptanceScan).leg(Leg::Origin).scan()), // truck manifest: shipment acceptance
    ("PA", of(Status::Accepted).sub(U::AcceptanceScan).leg(Leg::Origin).scan()), // passive acceptance
    ("19", transit(U::ArrivedFacility, Leg::Origin)), // distribution centre, manifest arrived
    ("41", transit(U::ArrivedFacility, Leg::Destination)), // received at opening unit
    ("10", transit(U::Sorted, Leg::Linehaul)), // processed
    ("EF", transit(U::DepartedFacility, Leg::Linehaul)), // departed sort facility
    ("SF", transit(U::DepartedOrigin, Leg::Origin)), // departed post office
    ("06", transit(U::Rerouted, Leg::Destination)), // forwarded
    ("08", transit(U::Missorted, Leg::Linehaul)), // missent
    ("15", transit(U::Missorted, Leg::Linehaul)), // mis-shipped
    ("43", of(Status::InTransit)), // picked up; by whom is not said
    ("42", transit(U::HandedToLastMile, Leg::LastMile)), // handed off to shipping partner
    ("07", transit(U::ArrivedDeliveryDepot, Leg::LastMile)), // arrival at unit
    ("PC", transit(U::Sorted, Leg::LastMile)), // sorting or processing complete
    ("14", transit(U::ArrivedDeliveryDepot, Leg::LastMile)), // arrival at pickup point
    ("71", of(Status::InTransit).leg(Leg::LastMile)), // rescheduled to next delivery day
    ("OF", of(Status::OutForDelivery).sub(U::WithCourier).leg(Leg::LastMile)), // out for delivery
    ("16", of(Status::AvailableForPickup).sub(U::AtPostOffice).leg(Leg::LastMile)), // available for pickup
    ("02", attempt(U::NoticeLeft)), // attempted, notice left
    ("30", attempt(U::AccessDenied)), // no access to delivery location
    ("51", attempt(U::BusinessClosed)), // business closed
    ("52", attempt(U::NoticeLeft)), // notice left
    ("53", attempt(U::AccessDenied)), // receptacle blocked
    ("54", attempt(U::NoticeLeft)), // receptacle full, item oversized
    ("55", attempt(U::NoticeLeft)), // no secure location available
    ("56", attempt(U::NobodyHome)), // no authorized recipient available
    ("04", trouble(U::Refused).leg(Leg::LastMile)), // refused
    ("05", trouble(U::AddressIncorrect).leg(Leg::Destination)), // undeliverable as addressed
    ("44", trouble(U::CarrierRejected)), // customer recall
    ("DX", trouble(U::DelayedOther).leg(Leg::LastMile)), // delivery status not updated
    ("11", trouble(U::Lost)), // dead letter
    ("09", back(U::ReturnStarted)), // return to sender
    ("21", back(U::UndeliverableReturn)), // returned: no such number
    ("22", back(U::UndeliverableReturn)), // returned: insufficient address
    ("23", back(U::UndeliverableReturn)), // returned: moved, left no address
    ("24", back(U::UndeliverableReturn)), // returned: forward expired
    ("25", back(U::UndeliverableReturn)), // returned: addressee unknown
    ("26", back(U::UndeliverableReturn)), // returned: vacant
    ("27", back(U::UndeliverableReturn)), // returned: unclaimed
    ("28", back(U::UndeliverableReturn)), // returned: deceased
    ("29", back(U::UndeliverableReturn)), // returned: other
    ("31", back(U::UndeliverableReturn)), // returned: not picked up
    ("01", of(Status::Delivered).sub(U::ToRecipient).leg(Leg::LastMile).terminal()), // delivered
    ("17", of(Status::Delivered).sub(U::Reception).leg(Leg::LastMile).terminal()), // picked up by agent
];

#[rustfmt::skip]
const CATEGORIES: &[(&str, Meaning)] = &[
    ("Pre-Shipment", of(Status::InfoReceived)),
    ("Accepted", of(Status::Accepted)),
    ("In Transit", of(Status::InTransit)),
    ("Out for Delivery", of(Status::OutForDelivery)),
    ("Available for Pickup", of(Status::AvailableForPickup)),
    ("Delivered", of(Status::Delivered)),
    ("Delivered to Agent", of(Status::Delivered)),
    ("Delivery Attempt", of(Status::AttemptFailed)),
    ("Alert", of(Status::Exception)),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code that is known of USPS's own list.
    #[test]
    fn no_known_code_is_missing() {
        let known = "MA GX 03 TM PA 10 07 06 08 15 14 19 41 42 43 80 81 82 EF SF PC 71 OF 16 01 17 \
                     02 30 51 52 53 54 55 56 04 05 44 DX 09 21 22 23 24 25 26 27 28 29 31 11";
        let mut known: Vec<&str> = known.split_whitespace().collect();
        let mut rows: Vec<&str> = EVENTS.iter().map(|(code, _)| *code).collect();
        known.sort_unstable();
        rows.sort_unstable();
        assert_eq!(rows, known);
    }

    #[test]
    fn every_code_stands_once_and_its_finer_word_fits_its_status() {
        for (index, (code, meaning)) in EVENTS.iter().enumerate() {
            assert!(
                EVENTS[index + 1..].iter().all(|(other, _)| other != code),
                "{code}"
            );
            let finer = meaning
                .substatus
                .map_or(meaning.status, |finer| Some(finer.status()));
            assert_eq!(finer, meaning.status, "{code}");
        }
        assert_eq!(meaning("??"), None);
        assert_eq!(
            of_category("in transit").unwrap().status,
            Some(Status::InTransit)
        );
        assert_eq!(RETURNED.substatus.unwrap().status(), Status::Returned);
    }
}
