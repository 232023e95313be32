//! Carriers that come to fetch parcels.

use async_trait::async_trait;
use jiff::civil;
use parcelgate_domain::{
    Address, Country, Money, Parcel, Personal, Reference, ServiceCode, TrackingNumber, Violations,
};
use serde::{Deserialize, Serialize};

use crate::{Call, Result};

/// A carrier that comes to fetch parcels.
#[async_trait]
pub trait Pickups: Send + Sync {
    /// Everything in `order` that the carrier would not take, without asking it.
    fn check(&self, order: &PickupOrder) -> Violations;

    /// Orders a pickup. It may cost, so it is sent as a purchase is: at most once.
    async fn schedule(&self, call: &Call<'_>, order: &PickupOrder) -> Result<Pickup>;

    /// Takes the order back. Cancelling what is already cancelled succeeds.
    async fn cancel(&self, call: &Call<'_>, pickup: &Pickup) -> Result<()>;
}

/// What is to be fetched, where and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickupOrder {
    /// Ours, unique for ever; sent along where the carrier takes one.
    pub reference: Reference,
    /// Where the parcels are, and who hands them over.
    pub address: Address,
    /// The day, there.
    pub date: civil::Date,
    /// From when they are ready, there.
    pub ready: civil::Time,
    /// Until when somebody is there.
    pub close: civil::Time,
    /// The boxes.
    pub parcels: Vec<Parcel>,
    /// The service they go with, where it matters who comes.
    pub service: Option<ServiceCode>,
    /// Where they go, where the carrier asks.
    pub destination: Option<Country>,
    /// Their numbers, where they have labels already.
    pub numbers: Vec<TrackingNumber>,
    /// What the driver must know: "back door, ring twice".
    pub note: Option<Personal>,
}

/// A pickup that the carrier has agreed to: all that is needed to take it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pickup {
    /// The carrier's number of it.
    pub confirmation: String,
    /// The carrier's depot that comes, where it names one.
    pub location: Option<String>,
    /// The day, there.
    pub date: civil::Date,
    /// From when until when the driver comes, where the carrier says.
    pub window: Option<(civil::Time, civil::Time)>,
    /// The service it was ordered for.
    pub service: Option<ServiceCode>,
    /// What it costs, where the carrier says.
    pub charged: Option<Money>,
}
