//! What is kept, one file for each kind.

mod blob;
mod confirmation;
mod delivery;
mod entry;
mod event;
mod invoice;
mod job;
mod key;
mod label;
mod purchase;
mod quote;
mod replacement;
mod reply;
mod reservation;
mod risk;
mod shard;
mod subscription;
mod tracker;

pub use blob::Blob;
pub use confirmation::{
    Confirmation, ConfirmationFilter, ConfirmationNews, ConfirmationState, Item, Moment,
    NewConfirmation, Told,
};
pub use delivery::{Delivery, DeliveryReport, DeliveryState, Neighbours, NewDelivery};
pub use entry::{Book, Entry, EntryKind, Line, Spend, balance};
pub(crate) use entry::{add, day_of, sum};
pub use event::{Event, ShipmentNews, TrackerNews};
pub use invoice::{InvoiceLine, NewInvoiceLine};
pub use job::{Job, JobReport, NewJob};
pub use key::ApiKey;
pub use label::{LabelRecord, ParcelLabel};
pub use purchase::{
    Bought, BoughtParcel, Evidence, Fault, NewPurchase, Parcel, Purchase, ShipmentFilter, Step,
    Version,
};
pub use quote::QuoteRecord;
pub use replacement::{ReplaceReason, Replaces};
pub use reply::Reply;
pub use reservation::{RequestKey, Reservation};
pub use risk::{Judged, Risk, RiskNews};
pub(crate) use shard::Shard;
pub use shard::ShardLease;
pub use subscription::{
    Filter, NewKeys, NewSubscription, RetiredKeys, SigningKeys, Subscription, SubscriptionChange,
    SubscriptionState,
};
pub use tracker::{NewTracker, Observation, Tracker, TrackerEnd, TrackerFilter};
