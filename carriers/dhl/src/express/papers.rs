//! Papers: who took a parcel, and what customs is to see.

use async_trait::async_trait;
use http::Method;
use jiff::civil::Date;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{
    Call, Documents, Kind, Outgoing, Proofs, Response, Result, TradePaper, moment, paper, read_json,
};
use parcelgate_domain::{Document, DocumentId, DocumentKind, ServiceCode, TrackingNumber};
use serde::Deserialize;

use super::party::billed;
use super::rates::split;
use super::track::{Known, is_piece};
use super::{MyDhl, track};
use crate::object::Object;
use crate::{ID, error};

const PROOF: &str = "proof";
const UPLOAD: &str = "upload";

#[async_trait]
impl Proofs for MyDhl {
    async fn proof(&self, call: &Call<'_>, number: &TrackingNumber) -> Result<Document> {
        let waybill = if is_piece(number) {
            known(call, PROOF, number).await?.waybill
        } else {
            number.as_str().to_owned()
        };
        let outgoing = Self::outgoing(Method::GET, PROOF, "/shipments")
            .segment(&waybill)
            .segment("proof-of-delivery")
            .query("shipperAccountNumber", &self.account.account_number)
            .query("content", "epod-summary");
        let response = call.send(outgoing).await?;
        let answer: Answer = read_json(&ID, PROOF, &response)?;
        let mut papers = answer.documents.iter();
        let kind = DocumentKind::ProofOfDelivery;
        papers
            .find_map(|found| paper::document(kind, &found.content))
            .ok_or_else(
                || match answer.documents.is_empty() && !answer.documents.is_lost() {
                    true => {
                        error(Kind::NotFound, PROOF).said("", "DHL has no proof of delivery yet")
                    }
                    false => error(Kind::Malformed, PROOF),
                },
            )
    }
}

#[async_trait]
impl Documents for MyDhl {
    /// Only for a shipment that is bought with paperless trade, from ten minutes after the purchase
    /// on. DHL gives a paper no id: ours stands for it.
    async fn upload(&self, call: &Call<'_>, paper: &TradePaper) -> Result<DocumentId> {
        let refused = |words: &str| error(Kind::Unsupported, UPLOAD).said("", words);
        if !self.account.paperless {
            return Err(refused(NOT_PAPERLESS));
        }
        let number = paper.shipment.as_ref().ok_or_else(|| refused(NOT_BOUGHT))?;
        let shipment = known(call, UPLOAD, number).await?;
        call.send(self.encode_paper(paper, &shipment)?).await?;
        Ok(DocumentId::new(paper.reference.as_str()))
    }
}

const NOT_PAPERLESS: &str = "this account ships without paperless trade: set paperless = true \
                             where DHL has agreed to it";
const NOT_BOUGHT: &str = "DHL Express takes papers for a shipment that is bought, ten minutes \
                          after the purchase at the earliest";

#[derive(Deserialize)]
struct Answer {
    documents: Many<Paper>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Paper {
    content: Text,
}

/// What tracking knows of a shipment, and the interface for papers asks back.
struct Shipment {
    waybill: String,
    product: String,
    shipped_on: Date,
}

async fn known(
    call: &Call<'_>,
    operation: &'static str,
    number: &TrackingNumber,
) -> Result<Shipment> {
    let name = if is_piece(number) {
        "pieceTrackingNumber"
    } else {
        "shipmentTrackingNumber"
    };
    let outgoing = MyDhl::outgoing(Method::GET, operation, "/tracking")
        .query(name, number.as_str())
        .query("trackingView", "shipment-details-only")
        .query("levelOfDetail", "shipment");
    shipment(operation, &call.send(outgoing).await?)
}

fn shipment(operation: &'static str, response: &Response) -> Result<Shipment> {
    let found = track::read(operation, response)?;
    let read = |known: &Known| {
        let (shipped, _) = moment::written(&known.shipment_timestamp)?;
        Some(Shipment {
            waybill: known.shipment_tracking_number.owned()?,
            product: known.product_code.to_string(),
            shipped_on: shipped.date(),
        })
    };
    let first = found.first().and_then(read);
    first.ok_or_else(|| error(Kind::Malformed, operation))
}

impl MyDhl {
    fn encode_paper(&self, paper: &TradePaper, shipment: &Shipment) -> Result<Outgoing> {
        let Some(image_format) = image_format(&paper.document.media_type) else {
            let mut found = parcelgate_domain::Violations::new();
            let given = &paper.document.media_type;
            found.refuse("document.media_type", given, "PDF, PNG, GIF, TIFF or JPEG");
            return Err(error(Kind::Invalid, UPLOAD).at(found));
        };
        let bought = paper.service.as_ref().map(ServiceCode::as_str);
        let code = bought.unwrap_or(&shipment.product);
        let code = ServiceCode::new(code);
        let image = Object::new()
            .put("typeCode", type_code(paper.document.kind))
            .put("imageFormat", image_format)
            .put("content", paper::pack(&paper.document.bytes));
        let body = Object::new()
            .put(
                "originalPlannedShippingDate",
                shipment.shipped_on.to_string(),
            )
            .put("accounts", billed(&self.account, &["shipper"]))
            .put("productCode", split(Some(&code)).0)
            .put("documentImages", vec![image]);
        Self::outgoing(Method::PATCH, UPLOAD, "/shipments")
            .segment(&shipment.waybill)
            .segment("upload-image")
            .json(&ID, &body)
    }
}

fn image_format(media_type: &str) -> Option<&'static str> {
    match media_type {
        "application/pdf" => Some("PDF"),
        "image/png" => Some("PNG"),
        "image/gif" => Some("GIF"),
        "image/tiff" => Some("TIFF"),
        "image/jpeg" => Some("JPEG"),
        _ => None,
    }
}

const fn type_code(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::CommercialInvoice => "CIN",
        DocumentKind::ProformaInvoice => "PNV",
        DocumentKind::CertificateOfOrigin => "COO",
        DocumentKind::OtherCustoms | DocumentKind::Manifest | DocumentKind::ProofOfDelivery => {
            "DCL"
        }
    }
}
