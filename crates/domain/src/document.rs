//! Papers that are no labels: invoices, manifests, proofs of delivery.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A paper, as the carrier gave it or the caller wrote it. It shows names and addresses, so `Debug`
/// shows only its size.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// Its media type: `application/pdf`.
    pub media_type: String,
    /// The bytes, untouched.
    pub bytes: Vec<u8>,
}

/// The carrier's own id of a paper that it keeps.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(String);

impl DocumentId {
    /// The carrier's id, verbatim.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// The seller's invoice for customs.
    CommercialInvoice,
    /// An invoice without a sale.
    ProformaInvoice,
    /// Where the goods were made.
    CertificateOfOrigin,
    /// Another paper for customs.
    OtherCustoms,
    /// What was handed over, for the carrier to sign or scan.
    Manifest,
    /// Who took the parcel, and when.
    ProofOfDelivery,
}

impl DocumentKind {
    /// Every kind with its name.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::CommercialInvoice, "commercial_invoice"),
        (Self::ProformaInvoice, "proforma_invoice"),
        (Self::CertificateOfOrigin, "certificate_of_origin"),
        (Self::OtherCustoms, "other_customs"),
        (Self::Manifest, "manifest"),
        (Self::ProofOfDelivery, "proof_of_delivery"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, size) = (self.kind.name(), self.bytes.len());
        write!(f, "Document({kind}, {}, {size} bytes)", self.media_type)
    }
}
