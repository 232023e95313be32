//! Papers for customs as files: Paperless Documents v2.

use async_trait::async_trait;
use http::Method;
use jiff::tz::Offset;
use parcelgate_carrier::json::{Many, Text, compact};
use parcelgate_carrier::moment::answered_at;
use parcelgate_carrier::{
    Call, Documents, Kind, Outgoing, Response, Result, TradePaper, paper, read_below,
};
use parcelgate_domain::{DocumentId, TrackingNumber, Violations};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::pickup::Status;
use crate::{Ups, codes, error};

const UPLOAD: &str = "upload";
const NAME_CHARS_MAX: usize = 300;
const BYTES_MAX: usize = 10 * 1024 * 1024;

#[async_trait]
impl Documents for Ups {
    async fn upload(&self, call: &Call<'_>, paper: &TradePaper) -> Result<DocumentId> {
        let response = call.send(self.encode_paper(paper)?).await?;
        let id = kept(&response)?;
        if let Some(number) = &paper.shipment {
            let pushed = self.encode_push(paper, number, &id, &response)?;
            let response = call.send(pushed).await?;
            let path = ["PushToImageRepositoryResponse"];
            let answer: Kept = read_below(&crate::ID, UPLOAD, &response, &path)?;
            answer.response.accepted(UPLOAD)?;
        }
        Ok(id)
    }
}

impl Ups {
    fn encode_paper(&self, paper: &TradePaper) -> Result<Outgoing> {
        let (format, kind) = described(paper).map_err(crate::invalid(UPLOAD))?;
        let request = json!({ "UploadRequest": {
            "Request": {},
            "ShipperNumber": self.account.account_number,
            "UserCreatedForm": [{
                "UserCreatedFormFileName": paper.file_name,
                "UserCreatedFormFile": paper::pack(&paper.document.bytes),
                "UserCreatedFormFileFormat": format,
                "UserCreatedFormDocumentType": kind,
            }],
        }});
        self.papers(paper, "/paperlessdocuments/v2/upload", &request)
    }

    /// Binds a paper to a shipment that is bought. UPS wants the moment at which the shipment was
    /// processed; by its own clock that is now.
    fn encode_push(
        &self,
        paper: &TradePaper,
        number: &TrackingNumber,
        id: &DocumentId,
        uploaded: &Response,
    ) -> Result<Outgoing> {
        let now = answered_at(uploaded.headers()).map(|now| Offset::UTC.to_datetime(now));
        let request = json!({ "PushToImageRepositoryRequest": {
            "Request": {},
            "ShipperNumber": self.account.account_number,
            "FormsHistoryDocumentID": { "DocumentID": [id.as_str()] },
            "ShipmentIdentifier": number.as_str(),
            "ShipmentDateAndTime": now.map(|now| now.strftime("%Y-%m-%d-%H.%M.%S").to_string()),
            "ShipmentType": "1", // small package
            "TrackingNumber": [number.as_str()],
        }});
        self.papers(paper, "/paperlessdocuments/v2/image", &request)
    }

    fn papers(&self, paper: &TradePaper, path: &str, request: &Value) -> Result<Outgoing> {
        self.outgoing(Method::POST, UPLOAD, path)
            .header("transid", paper.reference.as_str())
            .header("shippernumber", &self.account.account_number)
            .json(&crate::ID, &compact(request.clone()))
    }
}

/// The ending of the file and what it is, in UPS's numbers.
fn described(paper: &TradePaper) -> Result<(&'static str, &'static str), Violations> {
    let mut found = Violations::new();
    let name = paper.file_name.as_str();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ending = ending.to_ascii_lowercase();
    let format = codes::FILE_FORMATS.iter().find(|known| **known == ending);
    if format.is_none() || name.chars().count() > NAME_CHARS_MAX {
        let endings = codes::FILE_FORMATS.join(", ");
        let allowed = format!("a name of at most {NAME_CHARS_MAX} characters on one of {endings}");
        found.refuse("file_name", name, allowed);
    }
    let kind = codes::document_type(paper.document.kind);
    if kind.is_none() {
        found.refuse("kind", paper.document.kind.name(), "a paper for customs");
    }
    if !(1..=BYTES_MAX).contains(&paper.document.bytes.len()) {
        let allowed = format!("1 to {BYTES_MAX} bytes");
        found.refuse("content", paper.document.bytes.len(), allowed);
    }
    match (format, kind) {
        (Some(format), Some(kind)) => found.none_or((*format, kind)),
        _ => Err(found),
    }
}

fn kept(response: &Response) -> Result<DocumentId> {
    let answer: Kept = read_below(&crate::ID, UPLOAD, response, &["UploadResponse"])?;
    answer.response.accepted(UPLOAD)?;
    let id = answer.forms_history_document_id.document_id.first();
    let id = id.and_then(|id| id.get());
    id.map(DocumentId::new)
        .ok_or_else(|| error(Kind::Malformed, UPLOAD))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Kept {
    response: Status,
    #[serde(rename = "FormsHistoryDocumentID")]
    forms_history_document_id: Ids,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ids {
    #[serde(rename = "DocumentID")]
    document_id: Many<Text>,
}
