//! Papers for customs: uploaded to Forms History, pushed to the shipment that they belong to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::guard::{self, one_of, required};
use super::rating::accepted;
use super::refusal::{Answer, Refusal};
use crate::document::{at, list, scalar, text};
use crate::parcel::By;
use crate::server::World;

/// Papers remembered; the oldest go first.
const PAPERS_MAX: usize = 10_000;
/// Papers of one request, and of one shipment.
const FORMS_MAX: usize = 13;
/// Bytes of one file.
const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
const FORMATS: [&str; 12] = [
    "bmp", "doc", "docx", "gif", "jpg", "pdf", "png", "rtf", "tif", "txt", "xls", "xlsx",
];

/// Papers by their id, with the shipment that each was pushed to.
#[derive(Default)]
struct Shelf {
    last: u32,
    held: BTreeMap<String, Option<String>>,
}

/// The papers uploaded.
#[derive(Default)]
pub(crate) struct Papers(Mutex<Shelf>);

impl Papers {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clear(&self) {
        self.shelf().held.clear();
    }
}

impl Shelf {
    /// A new id: the time with six more digits, as UPS's are.
    fn next(&mut self, world: &World) -> String {
        self.last = (self.last + 1) % 1_000_000;
        let now = world.settings.protocol_clock.now();
        format!("{}.{:06}", now.strftime("%Y-%m-%d-%H.%M.%S"), self.last)
    }
}

/// The shipper in the header is the account, and so is the one in the body.
fn shipper(world: &World, headers: &HeaderMap, ask: Option<&Value>) -> Answer<()> {
    let own = world.settings.ups.shipper_number.as_str();
    let header = guard::header(headers, "ShipperNumber")?;
    let named = match ask {
        Some(ask) => text(ask, "ShipperNumber").unwrap_or(header),
        None => header,
    };
    match [header, named].into_iter().find(|number| *number != own) {
        None => Ok(()),
        Some(number) => Err(Refusal::wrong("ShipperNumber", number)),
    }
}

fn version(version: &str) -> Answer<()> {
    let known = matches!(version, "v1" | "v2");
    known.then_some(()).ok_or_else(Refusal::unknown_resource)
}

/// `POST /paperlessdocuments/v2/upload`.
pub(crate) async fn upload(
    State(world): State<Arc<World>>,
    Path(named): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    version(&named)?;
    let request = guard::json(&headers, &body)?;
    let ask = at(&request, "UploadRequest").ok_or_else(|| Refusal::missing("UploadRequest"))?;
    shipper(&world, &headers, Some(ask))?;
    let forms = list(ask, "UserCreatedForm");
    if forms.is_empty() {
        return Err(Refusal::missing("UserCreatedForm"));
    }
    if forms.len() > FORMS_MAX {
        let count = forms.len().to_string();
        return Err(Refusal::wrong("UserCreatedForm", &count));
    }
    forms.iter().try_for_each(|form| check(form))?;
    let mut shelf = world.ups.papers.shelf();
    let mut ids = Vec::new();
    for _ in forms {
        let id = shelf.next(&world);
        shelf.held.insert(id.clone(), None);
        ids.push(id);
        if shelf.held.len() > PAPERS_MAX {
            shelf.held.pop_first();
        }
    }
    let context = scalar(ask, "Request.TransactionReference.CustomerContext");
    Ok(Json(json!({ "UploadResponse": {
        "Response": accepted(context),
        "FormsHistoryDocumentID": { "DocumentID": ids },
    }})))
}

fn check(form: &Value) -> Answer<()> {
    let name = required(form, "UserCreatedFormFileName")?;
    if name.chars().count() > 300 {
        return Err(Refusal::wrong("UserCreatedFormFileName", name));
    }
    let format = required(form, "UserCreatedFormFileFormat")?.to_ascii_lowercase();
    if !FORMATS.contains(&format.as_str()) {
        return Err(Refusal::wrong("UserCreatedFormFileFormat", &format));
    }
    let kind = required(form, "UserCreatedFormDocumentType")?;
    if kind.len() != 3 || !matches!(kind.parse::<u8>(), Ok(1..=13)) {
        return Err(Refusal::wrong("UserCreatedFormDocumentType", kind));
    }
    let file = required(form, "UserCreatedFormFile")?;
    let bytes = STANDARD.decode(file).ok().filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or_else(|| Refusal::wrong("UserCreatedFormFile", "not Base64"))?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Refusal::wrong("UserCreatedFormFile", "too large"));
    }
    Ok(())
}

/// `POST /paperlessdocuments/v2/image`.
pub(crate) async fn push_image(
    State(world): State<Arc<World>>,
    Path(named): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    version(&named)?;
    let request = guard::json(&headers, &body)?;
    let ask = at(&request, "PushToImageRepositoryRequest")
        .ok_or_else(|| Refusal::missing("PushToImageRepositoryRequest"))?;
    shipper(&world, &headers, Some(ask))?;
    let shipment = required(ask, "ShipmentIdentifier")?;
    if one_of(ask, "ShipmentType", &["1", "2"])? == "1" {
        let at = required(ask, "ShipmentDateAndTime")?;
        if DateTime::strptime("%Y-%m-%d-%H.%M.%S", at).is_err() {
            return Err(Refusal::wrong("ShipmentDateAndTime", at));
        }
        belongs(&world, ask, shipment)?;
    } else {
        required(ask, "PRQConfirmationNumber")?;
    }
    let ids = known(&world, list(ask, "FormsHistoryDocumentID.DocumentID"))?;
    let mut shelf = world.ups.papers.shelf();
    for id in ids {
        shelf.held.insert(id, Some(shipment.to_owned()));
    }
    let group = match text(ask, "FormsGroupID") {
        Some(group) => group.to_owned(),
        None => shelf.next(&world),
    };
    let context = scalar(ask, "Request.TransactionReference.CustomerContext");
    Ok(Json(json!({ "PushToImageRepositoryResponse": {
        "Response": accepted(context),
        "FormsGroupID": group,
    }})))
}

/// The shipment was sold here, and the packages are its own.
fn belongs(world: &World, ask: &Value, shipment: &str) -> Answer<()> {
    let sold = world.ups.parcels().find(By::Purchase, shipment);
    if sold.iter().all(|parcel| parcel.voided.get().is_some()) {
        return Err(Refusal::wrong("ShipmentIdentifier", shipment));
    }
    let numbers = list(ask, "TrackingNumber");
    if numbers.is_empty() {
        return Err(Refusal::missing("TrackingNumber"));
    }
    let own = |number: &str| sold.iter().any(|parcel| parcel.number == number);
    let mut numbers = numbers.into_iter().filter_map(Value::as_str);
    match numbers.find(|number| !own(number)) {
        None => Ok(()),
        Some(number) => Err(Refusal::wrong("TrackingNumber", number)),
    }
}

/// The ids at hand, if there are some and each is of a paper that is held.
fn known(world: &World, ids: Vec<&Value>) -> Answer<Vec<String>> {
    if ids.is_empty() || ids.len() > FORMS_MAX {
        return Err(Refusal::missing("DocumentID"));
    }
    let shelf = world.ups.papers.shelf();
    let held = |id: &Value| {
        let id = id.as_str().unwrap_or_default();
        let held = shelf.held.contains_key(id);
        let wrong = || Refusal::wrong("DocumentID", id);
        held.then(|| id.to_owned()).ok_or_else(wrong)
    };
    ids.into_iter().map(held).collect()
}

/// The papers that a shipment names (form 07, made by the sender) are there.
pub(crate) fn attached(world: &World, shipment: &Value) -> Answer<()> {
    let forms = "ShipmentServiceOptions.InternationalForms";
    let own = list(shipment, &format!("{forms}.FormType"));
    if !own.iter().any(|kind| kind.as_str() == Some("07")) {
        return Ok(());
    }
    let ids = list(shipment, &format!("{forms}.UserCreatedForm.DocumentID"));
    known(world, ids).map(|_| ())
}

/// `DELETE /paperlessdocuments/v2/DocumentId/ShipperNumber`, which both stand in headers.
pub(crate) async fn delete(
    State(world): State<Arc<World>>,
    Path(named): Path<String>,
    headers: HeaderMap,
) -> Answer {
    version(&named)?;
    shipper(&world, &headers, None)?;
    let id = guard::header(&headers, "DocumentId")?;
    match world.ups.papers.shelf().held.remove(id) {
        Some(_) => Ok(Json(
            json!({ "DeleteResponse": { "Response": accepted(None) } }),
        )),
        None => Err(Refusal::wrong("DocumentId", id)),
    }
}
