//! What an event of any division can mean: the words in which their tables are written.

use parcelgate_carrier::meaning::Meaning;
use parcelgate_domain::{Leg, Status, Substatus as U};

/// The edition of these words and of every table that uses them. Raise it with every change of
/// meaning.
pub(crate) const MAPPING_VERSION: u32 = 1;

pub(crate) const ON_ITS_WAY: Meaning = Meaning::of(Status::InTransit);
pub(crate) const TROUBLE: Meaning = Meaning::of(Status::Exception);
pub(crate) const DELIVERED: Meaning = Meaning::of(Status::Delivered).leg(Leg::LastMile).terminal();
pub(crate) const ATTEMPT_FAILED: Meaning = Meaning::of(Status::AttemptFailed)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const CANCELLED: Meaning = Meaning::of(Status::Cancelled).terminal();
pub(crate) const TO_BE_FETCHED: Meaning =
    Meaning::of(Status::AvailableForPickup).leg(Leg::LastMile);
pub(crate) const ANNOUNCED: Meaning = Meaning::of(Status::InfoReceived);
pub(crate) const LABEL_CREATED: Meaning = Meaning::of(Status::InfoReceived)
    .sub(U::LabelCreated)
    .leg(Leg::Origin);
pub(crate) const AWAITING_PICKUP: Meaning = Meaning::of(Status::InfoReceived)
    .sub(U::AwaitingPickup)
    .leg(Leg::Origin);
pub(crate) const PICKUP_SCHEDULED: Meaning = Meaning::of(Status::InfoReceived)
    .sub(U::PickupScheduled)
    .leg(Leg::Origin);
pub(crate) const PICKUP_FAILED: Meaning = Meaning::of(Status::InfoReceived)
    .sub(U::PickupFailed)
    .leg(Leg::Origin);
pub(crate) const NOT_YET_RECEIVED: Meaning = Meaning::of(Status::InfoReceived)
    .sub(U::NotYetReceived)
    .leg(Leg::Origin);
pub(crate) const PICKED_UP: Meaning = Meaning::of(Status::Accepted)
    .sub(U::PickedUp)
    .leg(Leg::Origin)
    .scan();
pub(crate) const DROPPED_OFF: Meaning = Meaning::of(Status::Accepted)
    .sub(U::DroppedOff)
    .leg(Leg::Origin)
    .scan();
pub(crate) const ACCEPTANCE_SCAN: Meaning = Meaning::of(Status::Accepted)
    .sub(U::AcceptanceScan)
    .leg(Leg::Origin)
    .scan();
pub(crate) const RECEIVED_WITHOUT_DATA: Meaning = Meaning::of(Status::Accepted)
    .sub(U::ReceivedWithoutData)
    .leg(Leg::Origin)
    .scan();
pub(crate) const DEPARTED_ORIGIN: Meaning = Meaning::of(Status::InTransit)
    .sub(U::DepartedOrigin)
    .leg(Leg::Origin);
pub(crate) const ARRIVED_FACILITY: Meaning = Meaning::of(Status::InTransit).sub(U::ArrivedFacility);
pub(crate) const DEPARTED_FACILITY: Meaning =
    Meaning::of(Status::InTransit).sub(U::DepartedFacility);
pub(crate) const SORTED: Meaning = Meaning::of(Status::InTransit).sub(U::Sorted);
pub(crate) const EXPORT_SCAN: Meaning = Meaning::of(Status::InTransit)
    .sub(U::ExportScan)
    .leg(Leg::ExportCustoms);
pub(crate) const HANDED_TO_AIRLINE: Meaning = Meaning::of(Status::InTransit)
    .sub(U::HandedToAirline)
    .leg(Leg::Linehaul);
pub(crate) const FLIGHT_DEPARTED: Meaning = Meaning::of(Status::InTransit)
    .sub(U::FlightDeparted)
    .leg(Leg::Linehaul);
pub(crate) const FLIGHT_ARRIVED: Meaning = Meaning::of(Status::InTransit)
    .sub(U::FlightArrived)
    .leg(Leg::Linehaul);
pub(crate) const ARRIVED_DESTINATION_COUNTRY: Meaning = Meaning::of(Status::InTransit)
    .sub(U::ArrivedDestinationCountry)
    .leg(Leg::Destination);
pub(crate) const CUSTOMS_STARTED: Meaning = Meaning::of(Status::InTransit)
    .sub(U::CustomsStarted)
    .leg(Leg::ImportCustoms)
    .customs();
pub(crate) const CUSTOMS_INFO_REQUIRED: Meaning = Meaning::of(Status::InTransit)
    .sub(U::CustomsInfoRequired)
    .leg(Leg::ImportCustoms)
    .customs();
pub(crate) const CUSTOMS_RELEASED: Meaning = Meaning::of(Status::InTransit)
    .sub(U::CustomsReleased)
    .leg(Leg::ImportCustoms)
    .customs();
pub(crate) const HANDED_TO_LAST_MILE: Meaning = Meaning::of(Status::InTransit)
    .sub(U::HandedToLastMile)
    .leg(Leg::LastMile);
pub(crate) const ARRIVED_DELIVERY_DEPOT: Meaning = Meaning::of(Status::InTransit)
    .sub(U::ArrivedDeliveryDepot)
    .leg(Leg::Destination);
pub(crate) const REROUTED: Meaning = Meaning::of(Status::InTransit).sub(U::Rerouted);
pub(crate) const MISSORTED: Meaning = Meaning::of(Status::InTransit).sub(U::Missorted);
pub(crate) const PROBLEM_RESOLVED: Meaning = Meaning::of(Status::InTransit).sub(U::ProblemResolved);
pub(crate) const WITH_COURIER: Meaning = Meaning::of(Status::OutForDelivery)
    .sub(U::WithCourier)
    .leg(Leg::LastMile);
pub(crate) const DELIVERY_SCHEDULED: Meaning = Meaning::of(Status::OutForDelivery)
    .sub(U::DeliveryScheduled)
    .leg(Leg::LastMile);
pub(crate) const RESCHEDULED: Meaning = Meaning::of(Status::OutForDelivery)
    .sub(U::Rescheduled)
    .leg(Leg::LastMile);
pub(crate) const AT_LOCKER: Meaning = Meaning::of(Status::AvailableForPickup)
    .sub(U::AtLocker)
    .leg(Leg::LastMile);
pub(crate) const AT_POST_OFFICE: Meaning = Meaning::of(Status::AvailableForPickup)
    .sub(U::AtPostOffice)
    .leg(Leg::LastMile);
pub(crate) const AT_SHOP: Meaning = Meaning::of(Status::AvailableForPickup)
    .sub(U::AtShop)
    .leg(Leg::LastMile);
pub(crate) const HELD_AT_REQUEST: Meaning = Meaning::of(Status::AvailableForPickup)
    .sub(U::HeldAtRequest)
    .leg(Leg::LastMile);
pub(crate) const NOBODY_HOME: Meaning = Meaning::of(Status::AttemptFailed)
    .sub(U::NobodyHome)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const BUSINESS_CLOSED: Meaning = Meaning::of(Status::AttemptFailed)
    .sub(U::BusinessClosed)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const ACCESS_DENIED: Meaning = Meaning::of(Status::AttemptFailed)
    .sub(U::AccessDenied)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const ID_CHECK_FAILED: Meaning = Meaning::of(Status::AttemptFailed)
    .sub(U::IdCheckFailed)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const COD_UNPAID: Meaning = Meaning::of(Status::AttemptFailed)
    .sub(U::CodUnpaid)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const ADDRESS_PROBLEM: Meaning = Meaning::of(Status::AttemptFailed)
    .sub(U::AddressProblem)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const NOTICE_LEFT: Meaning = Meaning::of(Status::AttemptFailed)
    .sub(U::NoticeLeft)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const FINAL_ATTEMPT: Meaning = Meaning::of(Status::AttemptFailed)
    .sub(U::FinalAttempt)
    .leg(Leg::LastMile)
    .attempt();
pub(crate) const DELAYED_CARRIER: Meaning = Meaning::of(Status::Exception).sub(U::DelayedCarrier);
pub(crate) const DELAYED_WEATHER: Meaning = Meaning::of(Status::Exception).sub(U::DelayedWeather);
pub(crate) const DELAYED_OTHER: Meaning = Meaning::of(Status::Exception).sub(U::DelayedOther);
pub(crate) const HELD_CUSTOMS: Meaning = Meaning::of(Status::Exception)
    .sub(U::HeldCustoms)
    .leg(Leg::ImportCustoms)
    .customs();
pub(crate) const DUTIES_UNPAID: Meaning = Meaning::of(Status::Exception)
    .sub(U::DutiesUnpaid)
    .leg(Leg::ImportCustoms)
    .customs();
pub(crate) const DOCUMENTS_MISSING: Meaning =
    Meaning::of(Status::Exception).sub(U::DocumentsMissing);
pub(crate) const PROHIBITED_ITEM: Meaning = Meaning::of(Status::Exception).sub(U::ProhibitedItem);
pub(crate) const ADDRESS_INCORRECT: Meaning =
    Meaning::of(Status::Exception).sub(U::AddressIncorrect);
pub(crate) const RECIPIENT_MOVED: Meaning = Meaning::of(Status::Exception).sub(U::RecipientMoved);
pub(crate) const REFUSED: Meaning = Meaning::of(Status::Exception).sub(U::Refused);
pub(crate) const UNCLAIMED: Meaning = Meaning::of(Status::Exception).sub(U::Unclaimed);
pub(crate) const DAMAGED: Meaning = Meaning::of(Status::Exception).sub(U::Damaged);
pub(crate) const PARTIAL: Meaning = Meaning::of(Status::Exception).sub(U::Partial);
pub(crate) const SECURITY_HOLD: Meaning = Meaning::of(Status::Exception).sub(U::SecurityHold);
pub(crate) const CARRIER_REJECTED: Meaning = Meaning::of(Status::Exception).sub(U::CarrierRejected);
pub(crate) const LOST: Meaning = Meaning::of(Status::Exception).sub(U::Lost);
pub(crate) const DESTROYED: Meaning = Meaning::of(Status::Exception).sub(U::Destroyed).terminal();
pub(crate) const TO_RECIPIENT: Meaning = Meaning::of(Status::Delivered)
    .sub(U::ToRecipient)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const SIGNED: Meaning = Meaning::of(Status::Delivered)
    .sub(U::Signed)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const NEIGHBOUR: Meaning = Meaning::of(Status::Delivered)
    .sub(U::Neighbour)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const RECEPTION: Meaning = Meaning::of(Status::Delivered)
    .sub(U::Reception)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const MAILBOX: Meaning = Meaning::of(Status::Delivered)
    .sub(U::Mailbox)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const SAFE_PLACE: Meaning = Meaning::of(Status::Delivered)
    .sub(U::SafePlace)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const LOCKER_COLLECTED: Meaning = Meaning::of(Status::Delivered)
    .sub(U::LockerCollected)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const PO_BOX: Meaning = Meaning::of(Status::Delivered)
    .sub(U::PoBox)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const DAMAGED_DELIVERED: Meaning = Meaning::of(Status::Delivered)
    .sub(U::DamagedDelivered)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const PARTIAL_DELIVERED: Meaning = Meaning::of(Status::Delivered)
    .sub(U::PartialDelivered)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const COD_COLLECTED: Meaning = Meaning::of(Status::Delivered)
    .sub(U::CodCollected)
    .leg(Leg::LastMile)
    .terminal();
pub(crate) const RETURN_STARTED: Meaning = Meaning::of(Status::Returning)
    .sub(U::ReturnStarted)
    .leg(Leg::Return);
pub(crate) const REFUSED_RETURN: Meaning = Meaning::of(Status::Returning)
    .sub(U::RefusedReturn)
    .leg(Leg::Return);
pub(crate) const UNDELIVERABLE_RETURN: Meaning = Meaning::of(Status::Returning)
    .sub(U::UndeliverableReturn)
    .leg(Leg::Return);
pub(crate) const RETURNED_RECEIVED: Meaning = Meaning::of(Status::Returned)
    .sub(U::ReturnedReceived)
    .leg(Leg::Return)
    .terminal();
