//! Labels.

use async_trait::async_trait;
use jiff::civil;
use parcelgate_domain::{
    Address, Customs, DocumentId, Label, LabelFormat, Options, Parcel, Reference, ServiceCode,
    Shipment, Violations,
};
use serde::{Deserialize, Serialize};

use crate::{Call, Result};

/// A carrier that sells labels.
#[async_trait]
pub trait Shipping: Send + Sync {
    /// Everything in `order` that the carrier would not take, without asking it.
    fn check(&self, order: &Order) -> Violations;

    /// Buys. Sends `order.reference`, so that [`find`](Shipping::find) can settle an unknown
    /// outcome.
    ///
    /// A shipment that was sold but whose label did not come is an answer too, with the label
    /// absent; [`label`](Shipping::label) fetches it later.
    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment>;

    /// Asks the carrier whether it would take `order`, buying nothing. `Ok` where the carrier has
    /// no such question; [`check`](Shipping::check) comes first in any case.
    async fn rehearse(&self, _call: &Call<'_>, _order: &Order) -> Result<()> {
        Ok(())
    }

    /// What was bought under `reference`, if anything.
    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>>;

    /// The labels of a shipment again, one for each box, without buying anything.
    async fn label(&self, call: &Call<'_>, shipment: &Shipment) -> Result<Vec<Label>>;

    /// Voids. Voiding what is already void succeeds.
    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()>;
}

/// What is to be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Ours, unique for ever; sent along.
    pub reference: Reference,
    /// The service.
    pub service: ServiceCode,
    /// Who sends.
    pub from: Address,
    /// Who receives.
    pub to: Address,
    /// The boxes.
    pub parcels: Vec<Parcel>,
    /// What is inside, when it crosses a border.
    pub customs: Option<Customs>,
    /// The day it is handed over, in the sender's local time.
    pub ship_on: civil::Date,
    /// The form of the label; one of [`Profile::label_formats`](crate::Profile::label_formats).
    pub label_format: LabelFormat,
    /// The seller's own order number, printed where the carrier prints one.
    pub order_number: Option<String>,
    /// Where the goods were sold: `Amazon`.
    pub sales_platform: Option<String>,
    /// Extras.
    #[serde(default)]
    pub options: Options,
    /// Which way it goes.
    #[serde(default)]
    pub direction: Direction,
    /// Papers for customs that were handed over before, by their carrier's ids.
    #[serde(default)]
    pub documents: Vec<DocumentId>,
}

/// Which way a shipment goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the customer.
    #[default]
    Outbound,
    /// Back to the seller, through [`Returns`](crate::Returns).
    Return,
}
