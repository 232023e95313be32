//! What the event codes of DHL Express mean, in MyDHL and in unified tracking.
//!
//! Source: the status codes that DHL publishes beside Shipment Tracking Unified (2024, with what
//! was added in June of that year). All of them stand here; what does not changes no status.

use parcelgate_carrier::meaning::Meaning;

use crate::meanings as m;

/// By code; the numbers stand for a whole shipment.
#[rustfmt::skip]
pub(crate) const EXPRESS: &[(&str, Meaning)] = &[
    ("101", m::DELIVERED),
    ("102", m::ON_ITS_WAY),
    ("103", m::TROUBLE),
    ("104", m::ANNOUNCED),
    ("AD", Meaning::NO_CHANGE),
    ("AF", m::ARRIVED_FACILITY),
    ("AR", m::ARRIVED_DELIVERY_DEPOT),
    ("BA", m::ADDRESS_INCORRECT),
    ("BN", m::CUSTOMS_INFO_REQUIRED),
    ("BR", m::CUSTOMS_RELEASED),
    ("CA", m::BUSINESS_CLOSED),
    ("CC", m::TO_BE_FETCHED),
    ("CD", m::HELD_CUSTOMS),
    ("CM", m::RECIPIENT_MOVED),
    ("CR", m::CUSTOMS_RELEASED),
    ("CS", Meaning::NO_CHANGE),
    ("DD", m::DAMAGED_DELIVERED),
    ("DF", m::DEPARTED_FACILITY),
    ("DS", m::DESTROYED),
    ("FD", m::REROUTED),
    ("HP", m::DUTIES_UNPAID),
    ("IC", m::CUSTOMS_STARTED),
    ("MC", m::MISSORTED),
    ("MD", m::DELAYED_CARRIER),
    ("MS", m::MISSORTED),
    ("ND", m::ATTEMPT_FAILED),
    ("NH", m::NOBODY_HOME),
    ("OH", m::DELAYED_OTHER),
    ("OK", m::DELIVERED),
    ("PD", m::PARTIAL_DELIVERED),
    ("PL", m::SORTED),
    ("PU", m::PICKED_UP),
    ("RD", m::REFUSED),
    ("RR", Meaning::NO_CHANGE),
    ("RT", m::UNDELIVERABLE_RETURN),
    ("SA", m::ACCEPTANCE_SCAN),
    ("SC", Meaning::NO_CHANGE),
    ("SS", m::SECURITY_HOLD),
    ("TP", m::HANDED_TO_LAST_MILE),
    ("TR", m::ON_ITS_WAY),
    ("UD", m::HELD_CUSTOMS),
    ("WC", m::WITH_COURIER),
    ("PY", Meaning::NO_CHANGE),
    ("SM", m::ON_ITS_WAY),
];
