//! What UPS's tracking codes mean.
//!
//! Three codes say something of an event, none of them everything: the three-digit status code, the
//! two-letter activity code and the type. The status code decides, because a two-letter code means
//! different things under different types; where the status code is a general one ("On the Way"),
//! the two letters may say it finer; where it is unknown, the type is left. Source: the appendix of
//! the tracking description, <https://developer.ups.com/api/reference/tracking/appendix>. UPS adds
//! codes monthly; an unknown one keeps its words and changes no status.

use parcelgate_carrier::meaning::{Meaning, lookup};
use parcelgate_domain::{Flags, Leg, Status, Substatus as U};

/// The edition of these tables. Raise it with every change of meaning.
pub(crate) const MAPPING_VERSION: u32 = 1;

/// The meaning of an event of this type, activity code and status code; each may be empty.
pub(crate) fn meaning(kind: &str, activity: &str, status_code: &str) -> Meaning {
    let padded = format!("{status_code:0>3}");
    let given = !status_code.is_empty();
    let by_status = given.then(|| lookup(BY_STATUS_CODE, &padded.as_str()));
    let by_status = by_status.flatten();
    let by_activity = lookup(BY_ACTIVITY, &(kind, activity));
    match by_status {
        Some(general) if general.status.is_some() && general.substatus.is_none() => {
            by_activity.unwrap_or(general)
        }
        Some(exact) => exact,
        None => by_activity
            .or_else(|| lookup(BY_TYPE, &kind))
            .unwrap_or(NO_CHANGE),
    }
}

const PLAIN: Flags = Flags {
    first_physical_scan: false,
    delivery_attempt: false,
    terminal: false,
    customs_event: false,
};
const SCAN: Flags = Flags {
    first_physical_scan: true,
    ..PLAIN
};
const ATTEMPT: Flags = Flags {
    delivery_attempt: true,
    ..PLAIN
};
const DONE: Flags = Flags {
    terminal: true,
    ..PLAIN
};
const CUSTOMS: Flags = Flags {
    customs_event: true,
    ..PLAIN
};

/// Requests, notes and claims, which leave the parcel where it is.
const NO_CHANGE: Meaning = Meaning::NO_CHANGE;

const fn means(status: Status, substatus: Option<U>, leg: Option<Leg>, flags: Flags) -> Meaning {
    Meaning {
        status: Some(status),
        substatus,
        leg,
        flags,
    }
}

/// By status code, with UPS's words. 033 and 119 are requests that UPS may still refuse, so the
/// parcel is not on its way back yet; 068 may move again.
#[rustfmt::skip]
const BY_STATUS_CODE: &[(&str, Meaning)] = &[
    ("000", NO_CHANGE), // Status Not Available
    ("003", means(Status::InfoReceived, Some(U::LabelCreated), Some(Leg::Origin), PLAIN)), // Shipment Ready for UPS
    ("005", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("006", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for Delivery
    ("007", means(Status::Cancelled, None, None, DONE)), // Shipment Information Voided
    ("010", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("011", means(Status::Delivered, None, Some(Leg::LastMile), DONE)), // Delivered
    ("012", means(Status::InTransit, Some(U::CustomsStarted), Some(Leg::ImportCustoms), CUSTOMS)), // Clearance in Progress
    ("013", means(Status::Exception, None, None, PLAIN)), // Exception
    ("014", means(Status::InTransit, Some(U::CustomsReleased), Some(Leg::ImportCustoms), CUSTOMS)), // Clearance Completed
    ("016", means(Status::InTransit, Some(U::ArrivedFacility), None, PLAIN)), // In Warehouse
    ("017", means(Status::AvailableForPickup, Some(U::HeldAtRequest), Some(Leg::LastMile), PLAIN)), // Held for Customer Pickup
    ("018", NO_CHANGE), // Delivery Change Requested: Hold for Pickup
    ("019", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)), // Held for Future Delivery
    ("020", NO_CHANGE), // Held for Future Delivery Requested
    ("021", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for Delivery
    ("022", means(Status::AttemptFailed, None, Some(Leg::LastMile), ATTEMPT)), // First Attempt Made
    ("023", means(Status::AttemptFailed, None, Some(Leg::LastMile), ATTEMPT)), // Second Delivery Attempted
    ("024", means(Status::AttemptFailed, Some(U::FinalAttempt), Some(Leg::LastMile), ATTEMPT)), // Final Attempt Made
    ("025", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("026", means(Status::Delivered, None, Some(Leg::LastMile), DONE)), // Delivered by Local Post Office
    ("027", NO_CHANGE), // Delivery Address Change Requested
    ("028", NO_CHANGE), // Delivery Address Changed
    ("029", means(Status::Exception, None, None, PLAIN)), // Exception: Action Required
    ("030", means(Status::Exception, None, None, PLAIN)), // Local Post Office Exception
    ("032", means(Status::Exception, Some(U::DelayedWeather), None, PLAIN)), // Adverse Weather May Cause Delay
    ("033", means(Status::Exception, None, None, PLAIN)), // Return to Sender Requested
    ("034", means(Status::Returned, Some(U::ReturnedReceived), Some(Leg::Return), DONE)), // Returned to Sender
    ("035", means(Status::Returning, Some(U::ReturnStarted), Some(Leg::Return), PLAIN)), // Returning to Sender
    ("036", means(Status::Returning, Some(U::ReturnStarted), Some(Leg::Return), PLAIN)), // Returning to Sender: In Transit
    ("037", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for Delivery
    ("038", means(Status::Accepted, Some(U::PickedUp), Some(Leg::Origin), SCAN)), // Picked Up by UPS
    ("039", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("040", means(Status::AvailableForPickup, None, Some(Leg::LastMile), PLAIN)), // Ready for Customer Pickup
    ("041", NO_CHANGE), // Service Upgrade Requested
    ("042", NO_CHANGE), // Service Upgraded
    ("043", NO_CHANGE), // Voided Pickup
    ("044", means(Status::InfoReceived, Some(U::NotYetReceived), Some(Leg::Origin), PLAIN)), // On the Way to UPS
    ("045", means(Status::InfoReceived, Some(U::NotYetReceived), Some(Leg::Origin), PLAIN)), // On the Way to UPS
    ("046", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)), // Delay
    ("047", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("048", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)), // Delay
    ("049", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)), // Delay: Action Required
    ("050", means(Status::Exception, Some(U::AddressIncorrect), None, PLAIN)), // Address Information Required
    ("051", means(Status::Exception, Some(U::DelayedWeather), None, PLAIN)), // Delay: Emergency Situation or Severe Weather
    ("052", means(Status::Exception, Some(U::DelayedWeather), None, PLAIN)), // Delay: Severe Weather
    ("053", means(Status::Exception, Some(U::DelayedWeather), None, PLAIN)), // Delay: Severe Weather
    ("054", NO_CHANGE), // Delivery Change Requested
    ("055", NO_CHANGE), // Rescheduled Delivery
    ("056", NO_CHANGE), // Service Upgrade Requested
    ("057", means(Status::InTransit, None, Some(Leg::Destination), PLAIN)), // On the Way to a Local UPS Access Point
    ("058", means(Status::Exception, Some(U::DocumentsMissing), Some(Leg::ImportCustoms), CUSTOMS)), // Clearance Information Required
    ("059", means(Status::Exception, Some(U::Damaged), None, PLAIN)), // Damage Reported
    ("060", means(Status::AttemptFailed, None, Some(Leg::LastMile), ATTEMPT)), // Delivery Attempted
    ("061", means(Status::AttemptFailed, Some(U::IdCheckFailed), Some(Leg::LastMile), ATTEMPT)), // Delivery Attempted: Adult Signature Required
    ("062", means(Status::AttemptFailed, Some(U::CodUnpaid), Some(Leg::LastMile), ATTEMPT)), // Delivery Attempted: Funds Required
    ("063", NO_CHANGE), // Delivery Change Completed
    ("064", means(Status::Exception, Some(U::Refused), Some(Leg::LastMile), ATTEMPT)), // Delivery Refused
    ("065", means(Status::InfoReceived, Some(U::PickupFailed), Some(Leg::Origin), PLAIN)), // Pickup Attempted
    ("066", means(Status::AttemptFailed, None, Some(Leg::LastMile), ATTEMPT)), // Post Office Delivery Attempted
    ("067", means(Status::Returned, Some(U::ReturnedReceived), Some(Leg::Return), DONE)), // Returned to Sender by Post Office
    ("068", means(Status::Exception, Some(U::Lost), None, PLAIN)), // Sent to Lost and Found
    ("069", means(Status::Exception, None, None, PLAIN)), // Unable to Deliver
    ("070", means(Status::InTransit, None, Some(Leg::Destination), PLAIN)), // Package not at UPS Access Point yet
    ("071", means(Status::InTransit, Some(U::ArrivedDeliveryDepot), Some(Leg::LastMile), PLAIN)), // Preparing for Delivery
    ("072", means(Status::InTransit, None, Some(Leg::LastMile), PLAIN)), // Loaded on Delivery Vehicle
    ("073", means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // In Transit to UPS Delivery Partner
    ("074", means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // UPS Delivery Partner has Shipment
    ("075", means(Status::InTransit, None, Some(Leg::LastMile), PLAIN)), // Scheduled for Delivery
    ("076", means(Status::Exception, None, None, PLAIN)), // UPS Delivery Partner Exception
    ("077", means(Status::InfoReceived, Some(U::PickupScheduled), Some(Leg::Origin), PLAIN)), // Scheduled for Pickup Today
    ("078", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Your Driver is Arriving Soon!
    ("079", means(Status::InfoReceived, Some(U::NotYetReceived), Some(Leg::Origin), PLAIN)), // Order Processed: In Transit to UPS
    ("080", means(Status::InfoReceived, Some(U::LabelCreated), Some(Leg::Origin), PLAIN)), // Order Processed: Ready for UPS
    ("081", means(Status::Returned, Some(U::ReturnedReceived), Some(Leg::Return), DONE)), // Returned - Damage Reported
    ("082", NO_CHANGE), // Delivery Instructions Received
    ("083", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)), // Held
    ("084", means(Status::InTransit, Some(U::CustomsReleased), Some(Leg::ImportCustoms), CUSTOMS)), // Cleared
    ("085", means(Status::Exception, None, None, PLAIN)), // Held for COD Payment
    ("086", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)), // Delay
    ("087", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("088", NO_CHANGE), // Test
    ("089", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for Delivery
    ("090", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)), // Delay
    ("091", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for Delivery
    ("092", means(Status::InTransit, Some(U::CustomsStarted), Some(Leg::ImportCustoms), CUSTOMS)), // Customs Clearance in Progress
    ("093", NO_CHANGE), // Premier Recovery In Progress
    ("094", NO_CHANGE), // Premier Recovery Completed
    ("095", NO_CHANGE), // Additional Attempt Requested
    ("096", NO_CHANGE), // Address Change Confirmed
    ("097", NO_CHANGE), // Address Change Requested
    ("098", NO_CHANGE), // Deliver to Original Address Requested
    ("099", NO_CHANGE), // Deliver to Original Address Confirmed
    ("100", NO_CHANGE), // Hold at UPS Access Point Confirmed
    ("101", NO_CHANGE), // Hold at UPS Access Point Requested
    ("102", NO_CHANGE), // Hold for Courier Requested
    ("103", NO_CHANGE), // Hold for Courier Confirmed
    ("104", NO_CHANGE), // Hold for Instructions Confirmed
    ("105", NO_CHANGE), // Hold for Instructions Requested
    ("106", NO_CHANGE), // Hold for Pickup Confirmed
    ("107", NO_CHANGE), // Hold for Pickup Requested
    ("108", NO_CHANGE), // Hold for Pickup Today Confirmed
    ("109", NO_CHANGE), // Hold for Pickup Today Requested
    ("110", NO_CHANGE), // Refrigeration Confirmed
    ("111", NO_CHANGE), // Refrigeration Requested
    ("112", NO_CHANGE), // Re-Ice Confirmed
    ("113", NO_CHANGE), // Re-Ice Requested
    ("114", NO_CHANGE), // Request Canceled
    ("115", NO_CHANGE), // Reschedule Delivery Confirmed
    ("116", NO_CHANGE), // Reschedule Delivery Requested
    ("117", NO_CHANGE), // Return by Saturday Confirmed
    ("118", means(Status::Returning, Some(U::ReturnStarted), Some(Leg::Return), PLAIN)), // Return to Sender Confirmed
    ("119", means(Status::Exception, None, None, PLAIN)), // Return to Sender Requested
    ("120", NO_CHANGE), // Saturday Delivery Confirmed
    ("121", NO_CHANGE), // Saturday Delivery Requested
    ("122", NO_CHANGE), // Upgrade Confirmed
    ("123", means(Status::Exception, Some(U::HeldCustoms), Some(Leg::ImportCustoms), CUSTOMS)), // Pending Release From Non-UPS Broker
    ("124", means(Status::Exception, Some(U::DocumentsMissing), Some(Leg::ImportCustoms), CUSTOMS)), // Clearance Information Needed
    ("125", means(Status::Exception, Some(U::DocumentsMissing), Some(Leg::ImportCustoms), CUSTOMS)), // Clearance Information Needed
    ("126", means(Status::Exception, Some(U::HeldCustoms), Some(Leg::ImportCustoms), CUSTOMS)), // Pending Government Agency Release
    ("127", NO_CHANGE), // Investigation Closed
    ("128", NO_CHANGE), // Investigation Canceled
    ("129", NO_CHANGE), // Investigation Opened
    ("130", NO_CHANGE), // Claim in Progress
    ("131", means(Status::InfoReceived, Some(U::PickupFailed), Some(Leg::Origin), PLAIN)), // Final Pickup Attempted
    ("132", means(Status::Exception, Some(U::SecurityHold), None, PLAIN)), // Airport Security Delay
    ("133", NO_CHANGE), // Return Label Left With Customer
    ("134", means(Status::InTransit, Some(U::CustomsReleased), Some(Leg::ImportCustoms), CUSTOMS)), // Cleared Import Customs
    ("135", means(Status::InfoReceived, Some(U::PickupFailed), Some(Leg::Origin), PLAIN)), // Second Pickup Attempted
    ("136", NO_CHANGE), // Delivery Rescheduled for Saturday
    ("137", means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // Transferred to UPS Delivery Partner
    ("138", means(Status::InTransit, None, Some(Leg::Linehaul), PLAIN)), // Awaiting Scheduled Departure
    ("139", means(Status::Exception, None, None, PLAIN)), // Security Access Required
    ("140", means(Status::Exception, Some(U::Lost), None, PLAIN)), // Claim Paid - Claim Payment Has Been Processed.
    ("141", means(Status::Exception, Some(U::DocumentsMissing), Some(Leg::ImportCustoms), CUSTOMS)), // Incomplete Documentation Received
    ("142", NO_CHANGE), // Claim Voided
    ("143", means(Status::Delivered, None, Some(Leg::LastMile), DONE)), // Delivered to Agent
    ("144", means(Status::AvailableForPickup, Some(U::AtPostOffice), Some(Leg::LastMile), PLAIN)), // Delivered to Post Office for Pickup
    ("145", means(Status::AttemptFailed, None, Some(Leg::LastMile), ATTEMPT)), // Delivery Attempted
    ("146", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for Delivery
    ("147", means(Status::Exception, Some(U::SecurityHold), None, PLAIN)), // Seized by Law Enforcement, No Longer in UPS possession
    ("148", NO_CHANGE), // Package Information Unavailable
    ("149", means(Status::Exception, Some(U::Destroyed), None, PLAIN)), // Prohibited Contents, Package Destroyed No Longer in UPS possession
    ("153", NO_CHANGE), // Updated Delivery Time
    ("154", NO_CHANGE), // Updated Delivery Date
    ("155", NO_CHANGE), // Delivery Photo
    ("156", NO_CHANGE), // Commercial Inside Release
    ("157", means(Status::InfoReceived, Some(U::LabelCreated), Some(Leg::Origin), PLAIN)), // Shipment Ready for UPS
    ("158", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("159", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("160", means(Status::Accepted, Some(U::AcceptanceScan), Some(Leg::Origin), SCAN)), // We Have Your Package
    ("161", means(Status::AvailableForPickup, Some(U::AtShop), Some(Leg::LastMile), PLAIN)), // Delivered to UPS Access Point
    ("162", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for Delivery
    ("163", NO_CHANGE), // Package Information Unavailable
    ("164", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("165", means(Status::InTransit, None, None, PLAIN)), // On the Way
    ("166", means(Status::InfoReceived, Some(U::LabelCreated), Some(Leg::Origin), PLAIN)), // Shipment Ready for Roadie
    ("167", means(Status::Accepted, Some(U::DroppedOff), Some(Leg::Origin), SCAN)), // Dropped off at UPS Store by Customer
    ("168", means(Status::Accepted, Some(U::DroppedOff), Some(Leg::Origin), SCAN)), // Dropped off at Retail Location by Customer
    ("169", means(Status::Accepted, Some(U::DroppedOff), Some(Leg::Origin), SCAN)), // Dropped off at a UPS Access Point by Customer
];

/// By type and activity code, where the status code is a general one or missing.
#[rustfmt::skip]
const BY_ACTIVITY: &[((&str, &str), Meaning)] = &[
    (("I", "OR"), means(Status::Accepted, Some(U::AcceptanceScan), Some(Leg::Origin), SCAN)), // Origin scan
    (("I", "PC"), means(Status::Accepted, Some(U::PickedUp), Some(Leg::Origin), SCAN)), // Pickup by UPS Package Car
    (("I", "PT"), means(Status::Accepted, Some(U::PickedUp), Some(Leg::Origin), SCAN)), // Pickup by UPS trailer
    (("I", "PU"), means(Status::Accepted, Some(U::PickedUp), Some(Leg::Origin), SCAN)), // Pickup scan
    (("I", "XD"), means(Status::Accepted, Some(U::DroppedOff), Some(Leg::Origin), SCAN)), // Drop off
    (("I", "AR"), means(Status::InTransit, Some(U::ArrivedFacility), None, PLAIN)), // Arrival scan
    (("I", "DP"), means(Status::InTransit, Some(U::DepartedFacility), None, PLAIN)), // Departure scan
    (("I", "DS"), means(Status::InTransit, Some(U::ArrivedDeliveryDepot), Some(Leg::Destination), PLAIN)), // Destination scan
    (("I", "EP"), means(Status::InTransit, Some(U::ExportScan), Some(Leg::ExportCustoms), PLAIN)), // Export scan
    (("I", "HU"), means(Status::InTransit, Some(U::Sorted), None, PLAIN)), // Hub Scan
    (("I", "IP"), means(Status::InTransit, Some(U::ArrivedDestinationCountry), Some(Leg::ImportCustoms), PLAIN)), // Import Scan
    (("I", "WH"), means(Status::InTransit, Some(U::ArrivedFacility), None, PLAIN)), // Warehouse Scan
    (("I", "XA"), means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // At Local Post Office
    (("I", "XR"), means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // Received by the local post office
    (("I", "YH"), means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // Received by the local post office
    (("I", "YM"), means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // Package moving to local post office
    (("I", "YN"), means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // Package received into postal network
    (("I", "YP"), means(Status::InTransit, Some(U::ArrivedDeliveryDepot), Some(Leg::LastMile), PLAIN)), // Preparing for delivery
    (("I", "OF"), means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for delivery
    (("I", "OT"), means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for delivery
    (("I", "YF"), means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // USPS Out for Delivery
    (("I", "YI"), means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out For Delivery to UPS Access Point
    (("D", "1N"), means(Status::AvailableForPickup, Some(U::AtLocker), Some(Leg::LastMile), PLAIN)), // Delivered to a locker and awaiting customer pickup
    (("D", "2Q"), means(Status::AvailableForPickup, Some(U::AtShop), Some(Leg::LastMile), PLAIN)), // Delivered To UPS Access Point
    (("D", "EP"), means(Status::AvailableForPickup, Some(U::AtPostOffice), Some(Leg::LastMile), PLAIN)), // SurePost: at the Post Office, held for pickup
    (("D", "F7"), means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // SurePost: to an Agent for final delivery
    (("D", "2W"), means(Status::Delivered, Some(U::ToRecipient), Some(Leg::LastMile), DONE)), // Picked Up At UPS Access Point
    (("D", "A0"), means(Status::Delivered, Some(U::ToRecipient), Some(Leg::LastMile), DONE)), // Picked Up At USPS Facility
    (("D", "M7"), means(Status::Delivered, Some(U::ToRecipient), Some(Leg::LastMile), DONE)), // Receiver
    (("D", "MG"), means(Status::Delivered, Some(U::ToRecipient), Some(Leg::LastMile), DONE)), // Met Customer
    (("D", "MH"), means(Status::Delivered, Some(U::ToRecipient), Some(Leg::LastMile), DONE)), // Met Customer
    (("D", "MJ"), means(Status::Delivered, Some(U::ToRecipient), Some(Leg::LastMile), DONE)), // Met Customer
    (("D", "MK"), means(Status::Delivered, Some(U::ToRecipient), Some(Leg::LastMile), DONE)), // Met Customer
    (("D", "3H"), means(Status::Delivered, Some(U::Neighbour), Some(Leg::LastMile), DONE)), // Neighbor - By Request
    (("D", "M3"), means(Status::Delivered, Some(U::Reception), Some(Leg::LastMile), DONE)), // Front Desk
    (("D", "M4"), means(Status::Delivered, Some(U::Reception), Some(Leg::LastMile), DONE)), // Reception
    (("D", "M5"), means(Status::Delivered, Some(U::Reception), Some(Leg::LastMile), DONE)), // Mail Room
    (("D", "ZG"), means(Status::Delivered, Some(U::Reception), Some(Leg::LastMile), DONE)), // Concierge
    (("D", "MU"), means(Status::Delivered, Some(U::Mailbox), Some(Leg::LastMile), DONE)), // Mailbox
    (("D", "ML"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Front Door
    (("D", "MM"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Rear Door
    (("D", "MN"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Side Door
    (("D", "MP"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Garage
    (("D", "MQ"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Porch
    (("D", "MR"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Deck
    (("D", "MS"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Patio
    (("D", "MW"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Carport
    (("D", "NT"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Meter box, as requested by the receiver
    (("D", "ZF"), means(Status::Delivered, Some(U::SafePlace), Some(Leg::LastMile), DONE)), // Shed
    (("D", "B0"), means(Status::Returned, Some(U::ReturnedReceived), Some(Leg::Return), DONE)), // Delivered To Original Sender
];

/// By type alone, for a status code that is not in the table yet. U is an update of a date, NA
/// nothing.
#[rustfmt::skip]
const BY_TYPE: &[(&str, Meaning)] = &[
    ("D", means(Status::Delivered, None, Some(Leg::LastMile), DONE)), // Delivered
    ("I", means(Status::InTransit, None, None, PLAIN)), // In Transit, Out for Delivery
    ("M", means(Status::InfoReceived, Some(U::LabelCreated), Some(Leg::Origin), PLAIN)), // Billing Information Received
    ("MV", means(Status::Cancelled, None, None, DONE)), // Billing Information Voided
    ("X", means(Status::Exception, None, None, PLAIN)), // Exception
];

#[cfg(test)]
mod tests {
    use super::*;

    fn status(kind: &str, activity: &str, status_code: &str) -> Option<Status> {
        meaning(kind, activity, status_code).status
    }

    #[test]
    fn the_status_code_decides_with_its_zeros_or_without() {
        assert_eq!(status("D", "FS", "011"), Some(Status::Delivered));
        assert_eq!(status("D", "FS", "11"), Some(Status::Delivered));
        assert_eq!(status("I", "OT", "021"), Some(Status::OutForDelivery));
        assert_eq!(status("X", "OR", "032"), Some(Status::Exception));
        // A change that was asked for moves nothing, whatever its type.
        assert_eq!(status("I", "OT", "018"), None);
    }

    #[test]
    fn two_letters_say_finer_what_a_general_code_leaves_open() {
        assert_eq!(status("I", "OR", "005"), Some(Status::Accepted));
        assert_eq!(
            meaning("I", "AR", "010").substatus,
            Some(U::ArrivedFacility)
        );
        assert_eq!(meaning("D", "MU", "011").substatus, Some(U::Mailbox));
        // The same letters under another type are another thing.
        assert_eq!(meaning("D", "AR", "011").substatus, None);
        assert_eq!(status("D", "F7", "143"), Some(Status::InTransit));
        assert_eq!(status("D", "KB", "143"), Some(Status::Delivered));
    }

    #[test]
    fn an_unknown_code_falls_back_on_its_type_and_then_on_nothing() {
        assert_eq!(status("X", "ZZ", "987"), Some(Status::Exception));
        assert_eq!(status("MV", "VP", ""), Some(Status::Cancelled));
        assert_eq!(status("I", "PU", ""), Some(Status::Accepted));
        assert_eq!(status("U", "UP", "987"), None);
        assert_eq!(status("", "", ""), None);
    }

    #[test]
    fn the_tables_hold_together() {
        let codes: Vec<_> = BY_STATUS_CODE.iter().map(|(code, _)| *code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b));
        assert!(codes.iter().all(|code| code.len() == 3));
        let details = BY_ACTIVITY.iter().map(|(_, meaning)| meaning);
        let all = BY_STATUS_CODE.iter().chain(BY_TYPE);
        for meaning in all.map(|(_, meaning)| meaning).chain(details) {
            if let Some(substatus) = meaning.substatus {
                assert_eq!(Some(substatus.status()), meaning.status, "{substatus}");
            }
            let ends = meaning.status.is_some_and(Status::is_terminal);
            assert_eq!(ends, meaning.flags.terminal, "{meaning:?}");
        }
    }
}
