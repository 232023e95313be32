//! The divisions with few codes.
//!
//! Source: the status codes that DHL publishes beside Shipment Tracking Unified (2024, with what
//! was added in June of that year). All of them stand here; what does not changes no status.

use parcelgate_carrier::meaning::Meaning;
use parcelgate_domain::Leg;

use crate::meanings as m;

/// DHL Paket of Germany.
#[rustfmt::skip]
pub(crate) const PARCEL_DE: &[(&str, Meaning)] = &[
    ("AA", m::DEPARTED_FACILITY),
    ("AE", m::PICKED_UP),
    ("AN", m::PICKUP_FAILED),
    ("BV", m::TROUBLE),
    ("DD", Meaning::NO_CHANGE),
    ("EE", m::ARRIVED_FACILITY),
    ("ES", m::ACCEPTANCE_SCAN),
    ("GT", Meaning::NO_CHANGE),
    ("LA", m::TO_BE_FETCHED),
    ("NB", m::ON_ITS_WAY),
    ("PO", m::WITH_COURIER),
    ("VA", m::LABEL_CREATED),
    ("ZF", m::TO_BE_FETCHED),
    ("ZN", m::ATTEMPT_FAILED),
    ("ZO", m::CUSTOMS_STARTED),
    ("ZU", m::DELIVERED),
];

/// The Czech PPL.
#[rustfmt::skip]
pub(crate) const PPL: &[(&str, Meaning)] = &[
    ("150", m::PICKED_UP),
    ("300", m::ARRIVED_DELIVERY_DEPOT),
    ("343", m::AT_SHOP),
    ("400", m::DELIVERY_SCHEDULED),
    ("450", m::DELIVERED),
    ("460", m::RESCHEDULED),
    ("464", m::REFUSED),
    ("500", m::ON_ITS_WAY),
    ("900", m::LABEL_CREATED),
    ("997", m::LOST),
    ("999", m::CANCELLED),
];

/// Global Forwarding, of its small business parcels.
#[rustfmt::skip]
pub(crate) const FORWARDING: &[(&str, Meaning)] = &[
    ("DATA_SUBMITTED", m::LABEL_CREATED),
    ("PICKUP_SUCCESSFUL", m::PICKED_UP),
    ("ARRIVED_AT_ORIGIN_FACILITY", m::ARRIVED_FACILITY.leg(Leg::Origin)),
    ("PROCESSED_AT_ORIGIN_FACILITY", m::SORTED.leg(Leg::Origin)),
    ("DEPARTED_FROM_ORIGIN_FACILITY", m::DEPARTED_FACILITY.leg(Leg::Origin)),
    ("READY_FOR_DEPARTURE", m::HANDED_TO_AIRLINE),
    ("DEPARTED", m::FLIGHT_DEPARTED),
    ("ARRIVED", m::FLIGHT_ARRIVED),
    ("ARRIVED_AT_CUSTOMS", m::CUSTOMS_STARTED),
    ("CLEARED_BY_CUSTOMS", m::CUSTOMS_RELEASED),
    ("ARRIVED_PROCESSED_AT_FACILITY", m::HANDED_TO_LAST_MILE),
    ("OUT_FOR_DELIVERY", m::WITH_COURIER),
    ("DELIVERED", m::DELIVERED),
    ("HELD_AT_CUSTOMS", m::HELD_CUSTOMS),
    ("DELIVERY_EXCEPTION", m::TROUBLE),
];

/// Freight: event and reason.
#[rustfmt::skip]
pub(crate) const FREIGHT: &[(&str, Meaning)] = &[
    ("ACT-2", m::LABEL_CREATED),
    ("64-0", m::PICKUP_SCHEDULED),
    ("48-0", m::AWAITING_PICKUP),
    ("15-501", m::PICKUP_SCHEDULED),
    ("31-139", m::PICKUP_SCHEDULED),
    ("55-211", m::PICKUP_FAILED),
    ("55-68", m::PICKUP_FAILED),
    ("55-21", m::PICKUP_FAILED),
    ("55-126", m::PICKUP_FAILED),
    ("55-240", m::PICKUP_FAILED),
    ("55-241", m::PICKUP_FAILED),
    ("55-265", m::PICKUP_FAILED),
    ("55-294", m::PICKUP_FAILED),
    ("55-20", m::PICKUP_FAILED),
    ("55-266", m::PICKUP_FAILED),
    ("55-234", m::PICKUP_FAILED),
    ("13-0", m::PICKED_UP),
    ("31-140", m::ON_ITS_WAY.leg(Leg::Origin)),
    ("24-0", m::DEPARTED_FACILITY),
    ("1-0", m::ARRIVED_FACILITY),
    ("20-126", m::CUSTOMS_STARTED),
    ("12-0", m::CUSTOMS_RELEASED),
    ("20-266", m::DELAYED_WEATHER),
    ("20-354", m::DELAYED_OTHER),
    ("20-270", m::DELAYED_OTHER),
    ("7-0", m::CANCELLED),
    ("56-222", m::RETURN_STARTED),
    ("1-21", m::ARRIVED_DELIVERY_DEPOT),
    ("20-208", m::ARRIVED_DELIVERY_DEPOT),
    ("20-209", m::DELIVERY_SCHEDULED),
    ("20-13", m::TO_BE_FETCHED),
    ("20-296", m::DUTIES_UNPAID),
    ("24-628", m::WITH_COURIER),
    ("24-501", m::WITH_COURIER),
    ("361-139", m::WITH_COURIER),
    ("20-211", m::BUSINESS_CLOSED),
    ("56-211", m::NOBODY_HOME),
    ("56-292", m::COD_UNPAID),
    ("56-284", m::REFUSED),
    ("56-611", m::REFUSED),
    ("56-241", m::DOCUMENTS_MISSING),
    ("20-234", m::ADDRESS_PROBLEM),
    ("24-600", m::DELIVERED),
    ("21-234", m::DELIVERED),
    ("21-23", m::PARTIAL_DELIVERED),
    ("21-600", m::DELIVERED),
    ("21-0", m::DELIVERED),
    ("361-140", Meaning::NO_CHANGE),
];

/// Registered letters of Deutsche Post.
#[rustfmt::skip]
pub(crate) const LETTERS: &[(&str, Meaning)] = &[
    ("AMBIGUOUS", Meaning::NO_CHANGE),
    ("AMOUNT_TRANSFERRED", Meaning::NO_CHANGE),
    ("ANNOUNCED", m::LABEL_CREATED),
    ("ARRIVAL_AT_OFFICE_OF_DELIVERY", m::ARRIVED_DELIVERY_DEPOT),
    ("ARRIVED_IN_DESTINATION_COUNTRY", m::ARRIVED_DESTINATION_COUNTRY),
    ("ARRIVED_TRANSIT", m::ARRIVED_FACILITY),
    ("BZ", m::SORTED),
    ("BZA", m::DEPARTED_FACILITY),
    ("BZE", m::ARRIVED_DELIVERY_DEPOT),
    ("CONFIRMATION_PENDING", m::DELIVERED),
    ("CONFIRMED", m::DELIVERED),
    ("CONFIRMED_BY_SENDER", m::DELIVERED),
    ("DELIVERED", m::DELIVERED),
    ("DELIVERED_ZU_NOT_OK", m::DELIVERED),
    ("DELIVERED_ZU_OK", m::DELIVERED),
    ("DELIVERY_ATTEMPTED", m::ATTEMPT_FAILED),
    ("DEPARTURE_FROM_INWARD_OE", m::DEPARTED_FACILITY),
    ("FETCHED", m::TO_RECIPIENT),
    ("FETCHED_KEY_ACCOUNT_PENDING_DELIVERY_CONFIRMATION", m::TO_RECIPIENT),
    ("FETCHED_NOTIFIED", m::TO_RECIPIENT),
    ("FETCHED_PACKSTATION", m::LOCKER_COLLECTED),
    ("FETCHED_PENDING_DELIVERY_CONFIRMATION", m::TO_RECIPIENT),
    ("FETCHED_PO_BOX_PENDING_DELIVERY_CONFIRMATION", m::PO_BOX),
    ("FORWARDED_ABROAD", m::EXPORT_SCAN),
    ("HANDOVER_CUSTOMS", m::CUSTOMS_STARTED),
    ("HELD_BY_CUSTOMS", m::HELD_CUSTOMS),
    ("IN_DELIVERY", m::WITH_COURIER),
    ("IP_CUSTOMS", m::CUSTOMS_STARTED),
    ("ISSUE_OF_A_REPLACEMENT_CERTIFICATE_PZA", Meaning::NO_CHANGE),
    ("MARBURG", m::ON_ITS_WAY),
    ("NO_INFO", Meaning::NO_CHANGE),
    ("NOTIFIED", m::AT_POST_OFFICE),
    ("NOTIFIED_KEY_ACCOUNT", m::AT_POST_OFFICE),
    ("NOTIFIED_PACKSTATION", m::AT_LOCKER),
    ("NOTIFIED_PO_BOX", m::AT_POST_OFFICE),
    ("PAID_EPOS", m::COD_COLLECTED),
    ("PAID_MAILMAN", m::COD_COLLECTED),
    ("PASSED_LETTER_CENTER", m::SORTED),
    ("POSTED", m::DROPPED_OFF),
    ("POSTED_ARRIVED", m::ACCEPTANCE_SCAN),
    ("POSTED_MAIL_TERMINAL", m::ACCEPTANCE_SCAN),
    ("REDIRECTED", m::REROUTED),
    ("RETURNED_TO_SENDER", m::RETURNED_RECEIVED),
    ("SENT_BACK", m::RETURN_STARTED),
    ("SENT_BACK_ABROAD", m::RETURN_STARTED),
    ("TO_BE_SENT_ABROAD", m::EXPORT_SCAN),
];
