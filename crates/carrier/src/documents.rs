//! Papers for customs, sent as files.

use async_trait::async_trait;
use parcelgate_domain::{Country, Document, DocumentId, Reference, ServiceCode, TrackingNumber};

use crate::{Call, Result};

/// A carrier that takes papers for customs as files, so that none need go on the box.
#[async_trait]
pub trait Documents: Send + Sync {
    /// Hands over one paper. Its id goes into [`Order::documents`](crate::Order::documents) when
    /// the shipment is bought after it; a paper for one that is already bought names its number.
    async fn upload(&self, call: &Call<'_>, paper: &TradePaper) -> Result<DocumentId>;
}

/// One paper and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradePaper {
    /// Ours, unique for ever; sent along where the carrier takes one.
    pub reference: Reference,
    /// The paper.
    pub document: Document,
    /// Its file name, with an ending that fits its media type.
    pub file_name: String,
    /// From where the goods go.
    pub from: Country,
    /// Where they go.
    pub to: Country,
    /// The service, where the carrier asks.
    pub service: Option<ServiceCode>,
    /// The shipment it belongs to, when that is bought already.
    pub shipment: Option<TrackingNumber>,
}
