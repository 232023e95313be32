//! What a carrier gave for an order.

use crate::{Label, Money, Reference, Service, TrackingNumber};

/// A shipment that a carrier has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// Ours; the one the order was placed under.
    pub reference: Reference,
    /// The carrier's own number for the shipment, by which it is voided.
    pub carrier_number: String,
    /// The service that was bought.
    pub service: Service,
    /// What the carrier says it charges, when it says so.
    pub charged: Option<Money>,
    /// One for each box, in the order asked.
    pub parcels: Vec<ShippedParcel>,
}

/// One box of a shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippedParcel {
    /// The number it is tracked by.
    pub tracking_number: TrackingNumber,
    /// The number of the carrier of the last mile, once known.
    pub last_mile_number: Option<TrackingNumber>,
    /// Its label; absent when the carrier sold the shipment but gave no label yet.
    pub label: Option<Label>,
}
