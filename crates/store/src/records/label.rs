//! Labels, kept and given out again byte for byte.

use parcelgate_domain::{Label, LabelFormat};

use super::Blob;
use crate::ShipmentId;

/// A label for one box of a shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelLabel {
    /// Which box, from 0.
    pub parcel: u16,
    /// Its label.
    pub label: Label,
}

/// A label as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRecord {
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// Of which box, from 0.
    pub parcel: u16,
    /// In which form.
    pub format: LabelFormat,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// The bytes, untouched.
    pub bytes: Blob,
}
