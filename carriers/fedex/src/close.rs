//! The end of a day of FedEx Ground: all of its shipments are closed at once, and a driver signs
//! the manifest. Express needs no close.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{Call, Kind, Manifest, ManifestOrder, Manifests, Result, paper};
use parcelgate_domain::{Document, DocumentKind, Violations};
use serde::Deserialize;
use serde_json::json;

use crate::wire::{output, told};
use crate::{Fedex, TRANSACTION_ID, codes, error};

const OPERATION: &str = "close";

#[async_trait]
impl Manifests for Fedex {
    async fn close(&self, call: &Call<'_>, order: &ManifestOrder) -> Result<Manifest> {
        let found = violations(order);
        if !found.is_empty() {
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        let body = json!({
            "closeReqType": "GCDR",
            "accountNumber": self.account.number(),
            "groundServiceCategory": "GROUND",
            "closeDate": order.date.to_string(),
            "closeDocumentSpecification": { "closeDocumentTypes": ["MANIFEST"] },
        });
        let outgoing = Self::outgoing(Method::PUT, OPERATION, "/ship/v1/endofday/")
            .header(TRANSACTION_ID, order.reference.as_str())
            .only_if_unsent()
            .json(&crate::ID, &body)?;
        let answer: Closed = output(OPERATION, &call.send(outgoing).await?)?;
        let documents: Vec<Document> = answer.close_documents.iter().filter_map(paper).collect();
        let mut cycles = answer.close_documents.iter();
        let number = cycles.find_map(|document| document.shipping_cycle.owned());
        let number = number.or_else(|| documents.first().map(|_| String::new()));
        Ok(Manifest {
            number: told(OPERATION, number)?,
            documents,
            left_out: Vec::new(),
        })
    }
}

/// What is not closed by Ground.
fn violations(order: &ManifestOrder) -> Violations {
    let mut found = Violations::new();
    for (index, shipment) in order.shipments.iter().enumerate() {
        let code = shipment.service.code.as_str();
        if !codes::is_ground(code) {
            let allowed = "a service of FedEx Ground: Express needs no close";
            found.refuse(format!("shipments[{index}]"), code, allowed);
        }
    }
    found
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Closed {
    close_documents: Many<Report>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Report {
    shipping_cycle: Text,
    parts: Many<Part>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Part {
    document_part_sequence_number: Text,
    image: Text,
}

/// A report, its parts in order: a picture of its own form, or plain text, as it is said nowhere
/// which. One of which a part is missing is none.
fn paper(report: &Report) -> Option<Document> {
    let mut parts: Vec<&Part> = report.parts.iter().collect();
    parts.sort_by_key(|part| part.document_part_sequence_number.parse::<u32>().ok());
    let bytes = parts.iter().map(|part| paper::unpack(&part.image));
    let bytes = bytes.collect::<Option<Vec<_>>>()?.concat();
    let whole = !bytes.is_empty() && report.parts.unreadable() == 0;
    whole.then(|| Document {
        kind: DocumentKind::Manifest,
        media_type: paper::media_type(&bytes).unwrap_or("text/plain").to_owned(),
        bytes,
    })
}

#[cfg(test)]
mod tests;
