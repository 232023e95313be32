//! Four of the five facts of a tracking state; the fifth, the substatus, has a file of its own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name that is in none of the lists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not in the list")]
pub struct UnknownCode(pub String);

/// Where the parcel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// The carrier has said nothing that is understood.
    Unknown,
    /// The carrier knows no such parcel.
    NotFound,
    /// The carrier knows of it, but has not had it in hand.
    InfoReceived,
    /// First physical scan.
    Accepted,
    /// On its way.
    InTransit,
    /// With the courier for delivery.
    OutForDelivery,
    /// Waiting where the recipient can fetch it.
    AvailableForPickup,
    /// A delivery was tried.
    AttemptFailed,
    /// Something is wrong and somebody must act or wait.
    Exception,
    /// Delivered.
    Delivered,
    /// On its way back.
    Returning,
    /// Back with the sender.
    Returned,
    /// Voided before the carrier had it.
    Cancelled,
    /// Nothing heard for so long that it is no longer asked for.
    Expired,
}

impl Status {
    /// Every status with its name.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Unknown, "UNKNOWN"),
        (Self::NotFound, "NOT_FOUND"),
        (Self::InfoReceived, "INFO_RECEIVED"),
        (Self::Accepted, "ACCEPTED"),
        (Self::InTransit, "IN_TRANSIT"),
        (Self::OutForDelivery, "OUT_FOR_DELIVERY"),
        (Self::AvailableForPickup, "AVAILABLE_FOR_PICKUP"),
        (Self::AttemptFailed, "ATTEMPT_FAILED"),
        (Self::Exception, "EXCEPTION"),
        (Self::Delivered, "DELIVERED"),
        (Self::Returning, "RETURNING"),
        (Self::Returned, "RETURNED"),
        (Self::Cancelled, "CANCELLED"),
        (Self::Expired, "EXPIRED"),
    ];

    /// For people who read English; where a substatus is known, that says more.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Unknown => "Nothing known yet",
            Self::NotFound => "Not known to the carrier",
            Self::InfoReceived => "Announced to the carrier",
            Self::Accepted => "Accepted by the carrier",
            Self::InTransit => "On its way",
            Self::OutForDelivery => "Out for delivery",
            Self::AvailableForPickup => "Waiting to be picked up",
            Self::AttemptFailed => "Delivery attempted",
            Self::Exception => "Something needs attention",
            Self::Delivered => "Delivered",
            Self::Returning => "On its way back",
            Self::Returned => "Back with the sender",
            Self::Cancelled => "Cancelled",
            Self::Expired => "No longer followed",
        }
    }

    /// For people who read Chinese; where a substatus is known, that says more.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Unknown => "暂无信息",
            Self::NotFound => "承运商查无此单",
            Self::InfoReceived => "已预报给承运商",
            Self::Accepted => "承运商已收货",
            Self::InTransit => "运输中",
            Self::OutForDelivery => "派送中",
            Self::AvailableForPickup => "待提取",
            Self::AttemptFailed => "已尝试派送",
            Self::Exception => "包裹异常",
            Self::Delivered => "已妥投",
            Self::Returning => "退件中",
            Self::Returned => "已退回寄件人",
            Self::Cancelled => "已取消",
            Self::Expired => "已停止追踪",
        }
    }

    /// Whether the parcel's way is over.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Delivered | Self::Returned | Self::Cancelled)
    }

    /// Whether the carrier must have had the parcel in hand to say this.
    #[must_use]
    pub const fn is_physical(self) -> bool {
        match self {
            Self::Unknown
            | Self::NotFound
            | Self::InfoReceived
            | Self::Exception
            | Self::Cancelled
            | Self::Expired => false,
            Self::Accepted
            | Self::InTransit
            | Self::OutForDelivery
            | Self::AvailableForPickup
            | Self::AttemptFailed
            | Self::Delivered
            | Self::Returning
            | Self::Returned => true,
        }
    }
}

/// On which part of its way the parcel is. It may change carrier and number between two legs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Leg {
    /// In the country it was sent from.
    Origin,
    /// Leaving that country's customs.
    ExportCustoms,
    /// Between countries.
    Linehaul,
    /// Entering the destination's customs.
    ImportCustoms,
    /// In the country it goes to.
    Destination,
    /// From the last depot to the door.
    LastMile,
    /// Going back.
    Return,
}

impl Leg {
    /// Every leg with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Origin, "ORIGIN"),
        (Self::ExportCustoms, "EXPORT_CUSTOMS"),
        (Self::Linehaul, "LINEHAUL"),
        (Self::ImportCustoms, "IMPORT_CUSTOMS"),
        (Self::Destination, "DESTINATION"),
        (Self::LastMile, "LAST_MILE"),
        (Self::Return, "RETURN"),
    ];
}

/// Who has to move next, or whose doing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Responsible {
    /// Nobody can tell.
    Unknown,
    /// The carrier.
    Carrier,
    /// The sender.
    Shipper,
    /// The recipient.
    Recipient,
    /// A customs office.
    Customs,
    /// Weather, war, strike.
    ForceMajeure,
}

impl Responsible {
    /// Every party with its name.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Unknown, "UNKNOWN"),
        (Self::Carrier, "CARRIER"),
        (Self::Shipper, "SHIPPER"),
        (Self::Recipient, "RECIPIENT"),
        (Self::Customs, "CUSTOMS"),
        (Self::ForceMajeure, "FORCE_MAJEURE"),
    ];
}

/// What that party can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing.
    None,
    /// Send the papers that are missing.
    ProvideDocuments,
    /// Pay duties and taxes.
    PayDuties,
    /// Correct the address.
    CorrectAddress,
    /// Arrange that it is fetched.
    ArrangePickup,
    /// Ask the carrier.
    ContactCarrier,
    /// File a claim.
    FileClaim,
}

impl Action {
    /// Every action with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::None, "none"),
        (Self::ProvideDocuments, "provide_documents"),
        (Self::PayDuties, "pay_duties"),
        (Self::CorrectAddress, "correct_address"),
        (Self::ArrangePickup, "arrange_pickup"),
        (Self::ContactCarrier, "contact_carrier"),
        (Self::FileClaim, "file_claim"),
    ];
}

fn name_of<T: PartialEq, const N: usize>(all: &[(T, &'static str); N], wanted: &T) -> &'static str {
    all.iter()
        .find(|(known, _)| known == wanted)
        .map_or("", |(_, name)| name)
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name_of(&Self::ALL, self))
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name_of(&Self::ALL, self))
    }
}

impl fmt::Display for Responsible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name_of(&Self::ALL, self))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name_of(&Self::ALL, self))
    }
}
