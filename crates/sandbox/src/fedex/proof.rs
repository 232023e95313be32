//! `POST /track/v1/trackingdocuments`: the letter that shows who took a parcel.

use serde_json::{Value, json};

use super::api::Ask;
use super::paper;
use super::refusal::{Answer, Refusal};
use crate::document::{list, text};
use crate::parcel::By;
use crate::plan::Step;
use crate::server::World;

const PROOF: &str = "SIGNATURE_PROOF_OF_DELIVERY";
const FORMATS: [&str; 2] = ["PDF", "PNG"];

pub(crate) fn letter(world: &World, ask: &Ask) -> Answer {
    let kind = text(&ask.body, "trackDocumentDetail.documentType");
    if kind != Some(PROOF) {
        let message = "Please provide a valid document type.";
        return Err(Refusal::invalid("TRACKING.DOCUMENTTYPE.INVALID", message));
    }
    let format = text(&ask.body, "trackDocumentDetail.documentFormat").unwrap_or("PDF");
    if !FORMATS.contains(&format) {
        let message = "Please provide a valid document format.";
        return Err(Refusal::invalid("TRACKING.DOCUMENTFORMAT.INVALID", message));
    }
    let asked = list(&ask.body, "trackDocumentSpecification");
    let letters: Vec<Value> = asked
        .iter()
        .filter_map(|asked| signed(world, ask, asked, format))
        .collect();
    let mut output = json!({
        "localization": { "languageCode": "en", "localeCode": "US" },
        "documentType": PROOF,
        "documentFormat": format,
        "document": letters,
    });
    if letters.is_empty()
        && let Some(members) = output.as_object_mut()
    {
        let alert = json!({
            "code": "TRACKING.DATA.NOTFOUND",
            "alertType": "NOTE",
            "message": "Tracking data unavailable",
        });
        members.insert("alerts".to_owned(), json!([alert]));
    }
    Ok(output)
}

/// The letter of a delivered parcel, for the account that paid.
fn signed(world: &World, ask: &Ask, asked: &Value, format: &str) -> Option<Value> {
    let number = text(asked, "trackingNumberInfo.trackingNumber")?;
    let own = world.settings.fedex.account_number.as_str();
    let account = text(asked, "accountNumber").is_none_or(|account| account == own);
    let parcel = world.fedex.parcels().find(By::Number, number).pop();
    let parcel = parcel.filter(|_| account)?;
    let seen = parcel.seen(world.settings.clock.now(), ask.telling);
    let delivered = seen.iter().find(|scan| scan.step == Step::Delivered)?;
    let when = delivered.place.local(delivered.at).to_string();
    Some(json!(paper::proof(&parcel, &when, format == "PNG")))
}
