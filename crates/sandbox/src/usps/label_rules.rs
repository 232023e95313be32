//! What USPS asks of a label before it sells one. Codes and texts of its error inventory.

use serde_json::Value;

use super::guard::{one_of, required};
use super::refusal::{Answer, Refusal};
use super::shipment::{Image, Kind, Print, Receipt};
use crate::document::{at, list, text};
use crate::zip;

const IMAGES: &[&str] = &[
    "PDF",
    "TIFF",
    "JPG",
    "PNG",
    "GIF",
    "SVG",
    "ZPL203DPI",
    "ZPL300DPI",
    "EPL300DPI",
    "LABEL_BROKER",
    "NONE",
];
const SIZES: &[&str] = &["4X4LABEL", "4X5LABEL", "4X6LABEL", "6X4LABEL", "2X7LABEL"];

/// An address in the United States, of whom `party` is.
pub(crate) fn address(request: &Value, party: &str) -> Answer<()> {
    let at_party = at(request, party).ok_or_else(|| {
        let detail = format!("object has missing required property: {party}");
        Refusal::malformed(party, detail)
    })?;
    let path = |name: &str| format!("{party}.{name}");
    let long = |name: &str, most: usize| {
        let length = text(at_party, name).map_or(0, |text| text.chars().count());
        if length <= most {
            return Ok(());
        }
        let detail = format!("string ({name}) is too long (maximum allowed: {most})");
        Err(Refusal::malformed(path(name), detail))
    };
    for name in ["streetAddress", "city", "state", "ZIPCode"] {
        required(at_party, name).map_err(|_| {
            let detail = format!("object has missing required property: {name}");
            Refusal::malformed(path(name), detail)
        })?;
    }
    let most = [
        ("streetAddress", 50),
        ("secondaryAddress", 50),
        ("city", 28),
        ("firstName", 50),
        ("lastName", 50),
        ("firm", 50),
    ];
    for (name, most) in most {
        long(name, most)?;
    }
    named(at_party, party)?;
    phone(at_party, party)?;
    let postal = text(at_party, "ZIPCode").unwrap_or_default();
    if postal.len() != 5 || !postal.bytes().all(|byte| byte.is_ascii_digit()) {
        let detail = "ECMA 262 regex \"^\\d{5}$\" does not match the input";
        return Err(Refusal::malformed(path("ZIPCode"), detail));
    }
    known(at_party, party, postal)
}

/// A person or a firm.
pub(crate) fn named(at_party: &Value, party: &str) -> Answer<()> {
    let has = |name| text(at_party, name).is_some();
    if has("firm") || (has("firstName") && has("lastName")) {
        return Ok(());
    }
    let detail = "firstName and lastName or firm name are required";
    let parameter = format!("{party}: firstName, lastName, firm");
    Err(Refusal::invalid("160075", parameter, detail))
}

/// Digits without punctuation.
pub(crate) fn phone(at_party: &Value, party: &str) -> Answer<()> {
    let Some(given) = at(at_party, "phone") else {
        return Ok(());
    };
    let digits = given.as_str().unwrap_or_default();
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    if (6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    let detail = "phone does not match the described pattern";
    Err(Refusal::malformed(format!("{party}.phone"), detail))
}

/// Whether such an address may be: rules instead of a register of streets.
fn known(at_party: &Value, party: &str, postal: &str) -> Answer<()> {
    let state = text(at_party, "state").unwrap_or_default();
    if !zip::is_state(state) {
        return Err(Refusal::invalid("010003", party, "Invalid State Code"));
    }
    let of_zip = zip::state(postal);
    if of_zip.is_none() {
        return Err(Refusal::invalid("010002", party, "Invalid ZIP Code"));
    }
    let street = text(at_party, "streetAddress").unwrap_or_default();
    let nowhere = street.to_ascii_uppercase().contains("NOWHERE");
    let lenient = at(at_party, "ignoreBadAddress") == Some(&Value::Bool(true));
    if !lenient && (nowhere || of_zip != Some(state)) {
        return Err(Refusal::invalid("010005", party, "Address Not Found"));
    }
    Ok(())
}

/// How the label is to be printed.
pub(crate) fn print(request: &Value, kind: Kind) -> Answer<Print> {
    let image = text(request, "imageInfo.imageType").map_or(Ok("PDF"), |_| {
        one_of(request, "imageInfo.imageType", IMAGES)
    })?;
    let image = Image::of(image).ok_or_else(|| {
        let detail = format!("currently only {} are supported.", Image::DRAWN);
        Refusal::invalid("160024", "imageInfo.imageType", detail)
    })?;
    if text(request, "imageInfo.labelType").is_some() {
        let size = one_of(request, "imageInfo.labelType", SIZES)?;
        if size != "4X6LABEL" {
            let detail = format!("{size} is not currently supported");
            return Err(Refusal::invalid("160367", "imageInfo.labelType", detail));
        }
    }
    if at(request, "imageInfo.returnLabel") == Some(&Value::Bool(true)) {
        let detail = "Must be enrolled in USPS Ship Returns in order to create labels with return \
                      labels";
        let parameter = "Header: X-Payment-Authorization-Token";
        return Err(Refusal::invalid("160303", parameter, detail));
    }
    let receipt = match text(request, "imageInfo.receiptOption") {
        _ if kind == Kind::Abroad => Receipt::None,
        None | Some("SAME_PAGE") => Receipt::SamePage,
        Some("SEPARATE_PAGE") => Receipt::SeparatePage,
        Some("NONE") => Receipt::None,
        Some(_) => {
            let detail = "receiptOption is not valid";
            return Err(Refusal::malformed("imageInfo.receiptOption", detail));
        }
    };
    if matches!(image, Image::Zpl203 | Image::Zpl300) && receipt == Receipt::SamePage {
        let detail = "ZPL format does not support same page receipt functionality.";
        let parameter = "imageInfo.imageType, imageInfo.receiptOption";
        return Err(Refusal::invalid("160009", parameter, detail));
    }
    Ok(Print { image, receipt })
}

/// At most so many references, of at most thirty characters.
pub(crate) fn references(package: &Value, most: usize) -> Answer<()> {
    let given = list(package, "customerReference");
    let good = |reference: &&Value| {
        let length = text(reference, "referenceNumber").map_or(0, |text| text.chars().count());
        (1..=30).contains(&length)
    };
    if given.len() <= most && given.iter().all(good) {
        return Ok(());
    }
    let detail = format!("at most {most} references of 1 to 30 characters");
    Err(Refusal::malformed(
        "packageDescription.customerReference",
        detail,
    ))
}

/// The rate of a package: an indicator, or a shape and a packaging, never both.
pub(crate) fn indicator<'v>(package: &'v Value, single: &'static str) -> Answer<&'v str>
where
    'static: 'v,
{
    let has = |name| text(package, name).is_some();
    let packed = has("shape") || has("packagingType");
    if let Some(indicator) = text(package, "rateIndicator") {
        if packed {
            let detail = "cannot include shape or packagingType with rateIndicator";
            let parameter = "rateIndicator, packagingType";
            return Err(Refusal::invalid("160284", parameter, detail));
        }
        return Ok(indicator);
    }
    match text(package, "packagingType") {
        Some("VARIABLE") => Ok(single),
        Some("FLAT_RATE_ENVELOPE") => Ok("FE"),
        Some("SM_FLAT_RATE_BOX") => Ok("FS"),
        Some("MD_FLAT_RATE_BOX") => Ok("FB"),
        Some("LG_FLAT_RATE_BOX") => Ok("PL"),
        Some(other) => Ok(other),
        None => {
            let detail = "either rateIndicator or shape and packagingType are required";
            let parameter = "rateIndicator, packagingType";
            Err(Refusal::invalid("160285", parameter, detail))
        }
    }
}
