//! Papers: what customs is to see, and who took a parcel.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Loose, Many, Text, compact};
use parcelgate_carrier::multipart::Part;
use parcelgate_carrier::{Call, Documents, Kind, Outgoing, Proofs, Result, TradePaper, paper};
use parcelgate_domain::{Document, DocumentId, DocumentKind, TrackingNumber, Violations};
use serde::Deserialize;
use serde_json::json;

use crate::codes::PAPERS;
use crate::dialect::Words;
use crate::wire::{output, told};
use crate::{Fedex, TRANSACTION_ID, auth, codes, error};

const UPLOAD: &str = "upload";
const PROOF: &str = "proof";

#[async_trait]
impl Documents for Fedex {
    /// Before the shipment is bought, or after: then FedEx wants to know the day it was handed
    /// over, which tracking tells.
    async fn upload(&self, call: &Call<'_>, paper: &TradePaper) -> Result<DocumentId> {
        let kind = kind(paper).map_err(|found| error(Kind::Invalid, UPLOAD).at(found))?;
        let (workflow, day) = match &paper.shipment {
            Some(number) => {
                let known = self.look(call, UPLOAD, number).await?;
                ("ETDPostshipment", Some(told(UPLOAD, known.ship_date())?))
            }
            None => ("ETDPreshipment", None),
        };
        let document = &paper.document;
        let about = compact(json!({
            "workflowName": workflow,
            "carrierCode": codes::company(paper.service.as_ref()),
            "name": paper.file_name,
            "contentType": document.media_type,
            "meta": {
                "shipDocumentType": kind,
                "trackingNumber": paper.shipment.as_ref().map(TrackingNumber::as_str),
                "shipmentDate": day.map(|day| format!("{day}T00:00:00")),
                "originCountryCode": paper.from.code(),
                "destinationCountryCode": paper.to.code(),
            },
        }));
        let media_type = &document.media_type;
        let bytes = document.bytes.clone();
        let path = "/documents/v1/etds/upload";
        let outgoing = Outgoing::new(Method::POST, UPLOAD, auth::DOCUMENTS, path)
            .header(TRANSACTION_ID, paper.reference.as_str())
            .multipart(&[
                Part::text("document", "application/json", about.to_string()),
                Part::file("attachment", &paper.file_name, media_type, bytes),
            ]);
        let kept: Kept = output(UPLOAD, &call.send(outgoing).await?)?;
        told(UPLOAD, kept.meta.doc_id.get().map(DocumentId::new))
    }
}

/// What FedEx calls a paper, when it takes it.
fn kind(paper: &TradePaper) -> Result<&'static str, Violations> {
    let mut found = Violations::new();
    let document = &paper.document;
    if !PAPERS.contains(&&*document.media_type) {
        let allowed = format!("one of {}", PAPERS.join(", "));
        found.refuse("document.media_type", &document.media_type, allowed);
    }
    let kind = match document.kind {
        DocumentKind::CommercialInvoice => "COMMERCIAL_INVOICE",
        DocumentKind::ProformaInvoice => "PRO_FORMA_INVOICE",
        DocumentKind::CertificateOfOrigin => "CERTIFICATE_OF_ORIGIN",
        DocumentKind::OtherCustoms => "OTHER",
        DocumentKind::Manifest | DocumentKind::ProofOfDelivery => {
            let kind = document.kind.name();
            found.refuse("document.kind", kind, "a paper for customs");
            ""
        }
    };
    found.none_or(kind)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Kept {
    meta: Loose<Meta>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Meta {
    doc_id: Text,
}

#[async_trait]
impl Proofs for Fedex {
    /// The letter of a signature, which is told to the account that paid.
    async fn proof(&self, call: &Call<'_>, number: &TrackingNumber) -> Result<Document> {
        let body = json!({
            "trackDocumentDetail": {
                "documentType": "SIGNATURE_PROOF_OF_DELIVERY",
                "documentFormat": "PDF",
            },
            "trackDocumentSpecification": [{
                "trackingNumberInfo": { "trackingNumber": number.as_str() },
                "accountNumber": self.account.account_number,
            }],
        });
        let outgoing = self.tracking_request(PROOF, "/track/v1/trackingdocuments");
        let outgoing = outgoing.json(&crate::ID, &body)?;
        let letter: Letter = output(PROOF, &call.send(outgoing).await?)?;
        let mut pages = letter.document.iter();
        let kind = DocumentKind::ProofOfDelivery;
        if let Some(proof) = pages.find_map(|page| paper::document(kind, page)) {
            return Ok(proof);
        }
        // Nothing is there yet, and an alert says so.
        let alert = letter.alerts.first().filter(|_| letter.document.is_empty());
        Err(alert.map_or_else(
            || error(Kind::Malformed, PROOF),
            |alert| alert.refusal(Kind::NotFound, PROOF),
        ))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Letter {
    document: Many<Text>,
    alerts: Many<Words>,
}

#[cfg(test)]
mod tests;
