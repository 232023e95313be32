//! Closing a day, or a batch of shipments, with one paper.

use async_trait::async_trait;
use jiff::civil;
use parcelgate_domain::{Address, Document, Reference, Shipment, TrackingNumber};

use crate::{Call, Result};

/// A carrier that closes shipments with a manifest: USPS's SCAN form, FedEx Ground's close, the
/// manifest of Parcel DE.
#[async_trait]
pub trait Manifests: Send + Sync {
    /// Closes the shipments of `order`. A shipment can be in one manifest only, so this is sent as
    /// a purchase is: at most once.
    async fn close(&self, call: &Call<'_>, order: &ManifestOrder) -> Result<Manifest>;
}

/// What is to be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestOrder {
    /// Ours, unique for ever; sent along where the carrier takes one.
    pub reference: Reference,
    /// Where the parcels are handed over.
    pub from: Address,
    /// The day they are handed over, there.
    pub date: civil::Date,
    /// The shipments. A carrier that closes a whole day takes those of the day with them.
    pub shipments: Vec<Shipment>,
}

/// What the carrier made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The carrier's number of it; empty when it gives none.
    pub number: String,
    /// The paper, or several.
    pub documents: Vec<Document>,
    /// Shipments that the carrier left out.
    pub left_out: Vec<LeftOut>,
}

/// A shipment that is not in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number.
    pub number: TrackingNumber,
    /// The carrier's code, verbatim.
    pub code: String,
    /// The carrier's text, verbatim.
    pub text: String,
}
