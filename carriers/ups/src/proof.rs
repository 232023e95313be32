//! Proof of delivery: tracking, asked for it.

use async_trait::async_trait;
use parcelgate_carrier::{Call, Class, Kind, Proofs, Result, paper};
use parcelgate_domain::{Document, DocumentKind, TrackingNumber};

use crate::track::Known;
use crate::{Ups, error};

const PROOF: &str = "proof";

#[async_trait]
impl Proofs for Ups {
    async fn proof(&self, call: &Call<'_>, number: &TrackingNumber) -> Result<Document> {
        let outgoing = self
            .encode_track(PROOF, number)
            .query("returnPOD", "true")
            .class(Class::Manage);
        let response = call.send(outgoing).await?;
        let known = Known::read(PROOF, &response)?;
        let packed = &known
            .package(PROOF, number)?
            .delivery_information
            .pod
            .content;
        if packed.is_empty() {
            let text = "UPS shows no proof of delivery yet, or not to this account";
            return Err(error(Kind::NotFound, PROOF).said("", text));
        }
        let document = paper::document(DocumentKind::ProofOfDelivery, packed);
        document.ok_or_else(|| error(Kind::Malformed, PROOF))
    }
}
