//! Why a use case did not do what was asked. A closed list: `grpc::status` has one row for each.

use parcelgate_carrier::{Ability, Kind};
use parcelgate_domain::{CarrierId, Money, PurchaseState, TrackingNumber, Violations};
use parcelgate_store as store;

use crate::label::LabelError;
use crate::papers::Paper;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Fields that cannot stand.
    #[error("{0}")]
    Invalid(Violations),
    /// There is no such thing, or it is somebody else's.
    #[error("there is no {0}")]
    NotFound(String),
    /// The carrier said no, or nothing.
    #[error("{0}")]
    Carrier(Box<parcelgate_carrier::Error>),
    /// The carrier does not offer it, or not through this account.
    #[error("{carrier} does not offer {}: {reason}", .ability.name())]
    Unsupported {
        /// Which carrier.
        carrier: CarrierId,
        /// What.
        ability: Ability,
        /// The carrier's reason.
        reason: &'static str,
    },
    /// The `request_id` was used with another body.
    #[error("request_id was used before with another request; use a new one for a new request")]
    RequestIdReused,
    /// The `request_id` of a purchase was used with another body.
    #[error(
        "request_id was used before with another request, for shipments/{0}; look what became of \
         that, and use a new one only for another parcel"
    )]
    PurchaseIdReused(store::ShipmentId),
    /// The purchase is under way elsewhere.
    #[error("this is under way; ask again with the same request_id")]
    InProgress,
    /// Whether it was done is not known, so it cannot be undone from here.
    #[error("whether the carrier agreed is not known; ask the carrier")]
    InDoubt,
    /// The purchase was given up before anything was sent.
    #[error("this request was given up and nothing was done; use a new request_id")]
    Cancelled,
    /// The quote holds no longer.
    #[error("{0} has expired; quote again")]
    QuoteExpired(String),
    /// What is offered costs more than the caller would pay.
    #[error("the price is {total}, which is more than the {max} allowed by max_total")]
    TooDear {
        /// The price.
        total: Money,
        /// The limit.
        max: Money,
    },
    /// The API key may not spend that today.
    #[error("{0}")]
    SpendLimit(Box<store::SpendRefusal>),
    /// The same parcel was bought before.
    #[error(
        "the same parcel was bought as shipments/{0}; void that first, or say allow_duplicate if \
         there are two"
    )]
    DuplicateParcel(store::ShipmentId),
    /// Nothing on offer fits the choice.
    #[error("no carrier offers what was asked for: {0}")]
    NothingFits(String),
    /// What was bought cannot be voided from where it stands.
    #[error("a shipment that is {} cannot be voided", .0.name())]
    NotVoidable(PurchaseState),
    /// From where it stands nothing can be made instead of it.
    #[error("a shipment that is {} cannot be replaced", .0.name())]
    NotReplaceable(PurchaseState),
    /// The carrier has it already.
    #[error(
        "the carrier has scanned {0}, so its label cannot be voided; say keep_original to buy \
         another one beside it"
    )]
    AlreadyScanned(TrackingNumber),
    /// Another was made instead of it.
    #[error("it is replaced by shipments/{0} already; replace that one")]
    AlreadyReplaced(store::ShipmentId),
    /// The replacement was not bought.
    #[error(
        "shipments/{original} is {} and its replacement was not bought: {}; buy anew under a new \
         request_id",
        .state.name(),
        .why.as_ref().map_or("nothing was sent", |why| why.text.as_str())
    )]
    ReplacementFailed {
        /// What was to be replaced.
        original: store::ShipmentId,
        /// Where that stands now.
        state: PurchaseState,
        /// What was not bought.
        replacement: store::ShipmentId,
        /// In our terms and in the carrier's.
        why: Option<Box<store::Fault>>,
    },
    /// What became of the purchase is not for a person to say.
    #[error("a shipment that is {} waits for nobody's decision", .0.name())]
    NotInReview(PurchaseState),
    /// There is no label yet.
    #[error("the shipment is {} and has no label", .0.name())]
    NoLabel(PurchaseState),
    /// There is no such paper of the shipment.
    #[error("there is no {} of this shipment: {why}", .paper.name())]
    NoPaper {
        /// Which.
        paper: Paper,
        /// Why not.
        why: &'static str,
    },
    /// The label cannot be had in that form.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// The token of a page or a stream is not one of ours.
    #[error("{field}: not a token of this list; begin again without one")]
    ForeignToken {
        /// Which field held it.
        field: &'static str,
    },
    /// The token is of a log that is no more.
    #[error(
        "resume_token: the log does not have that event any more, since it was restored from a \
         backup; begin with 0 to read all of it, or without a token"
    )]
    OtherLog,
    /// What follows the token is no longer kept in full.
    #[error(
        "resume_token: what followed that event is no longer kept; begin with 0 to read all that \
         is, or without a token, and read how things stand"
    )]
    LogForgotten,
    /// Time was up.
    #[error("the deadline has passed")]
    Deadline,
    /// The store failed.
    #[error("{0}")]
    Store(store::Error),
}

impl Fault {
    /// Why a purchase was not made, from what was kept of it: the same words whenever it is asked.
    /// Without a reason it goes on.
    #[must_use]
    pub fn of_purchase(purchase: &store::Purchase, operation: &'static str) -> Self {
        let Some(kept) = &purchase.fault else {
            return Self::InProgress;
        };
        let kind = kind_of(kept).unwrap_or(Kind::Unavailable);
        let error = parcelgate_carrier::Error::new(kind, purchase.carrier.clone(), operation);
        Self::from(error.said(kept.code.clone().unwrap_or_default(), &kept.text))
    }
}

impl From<Violations> for Fault {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<parcelgate_carrier::Error> for Fault {
    fn from(error: parcelgate_carrier::Error) -> Self {
        Self::Carrier(Box::new(error))
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Missing(what) => Self::NotFound(what),
            store::Error::SpendLimit(refusal) => Self::SpendLimit(refusal),
            store::Error::Twin(id) => Self::DuplicateParcel(id),
            store::Error::Replaced(id) => Self::AlreadyReplaced(id),
            other @ (store::Error::Conflict { .. }
            | store::Error::Illegal { .. }
            | store::Error::AlreadyAsked(_)
            | store::Error::Taken(_)
            | store::Error::InvoiceChanged(_)
            | store::Error::CursorMoved { .. }
            | store::Error::LeaseLost(_)
            | store::Error::Closed
            | store::Error::Unreadable { .. }
            | store::Error::Newer { .. }
            | store::Error::Database(_)) => Self::Store(other),
        }
    }
}

/// A carrier's failure as the store keeps it.
#[must_use]
pub fn kept(error: &parcelgate_carrier::Error) -> store::Fault {
    let text = match (&error.text, error.violations.is_empty()) {
        (Some(text), _) => text.clone(),
        (None, false) => error.violations.to_string(),
        (None, true) => error
            .source
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
    };
    store::Fault {
        kind: error.kind.name().to_owned(),
        code: error.code.clone(),
        text,
    }
}

/// The kind of a failure that the store kept.
#[must_use]
pub fn kind_of(kept: &store::Fault) -> Option<Kind> {
    Kind::ALL
        .iter()
        .find(|(_, name)| *name == kept.kind)
        .map(|(kind, _)| *kind)
}

/// A field of an order or ask under its name in the interface: adapters say `to` and `from`.
#[must_use]
pub fn in_interface(field: &str) -> String {
    match field.split_once('.') {
        Some((party @ ("to" | "from"), rest)) => format!("ship_{party}.{rest}"),
        _ if matches!(field, "to" | "from") => format!("ship_{field}"),
        _ => field.replace("customs.tax_ids.", "customs."),
    }
}

/// A field of an order under its name in a purchase, of which the shipment is a part.
#[must_use]
pub fn in_purchase(field: &str) -> String {
    match field {
        "label_format" => field.to_owned(),
        "service" => "service.service".to_owned(),
        _ => format!("shipment.{}", in_interface(field)),
    }
}
