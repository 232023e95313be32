//! `POST /addressvalidation/v2/{1|2|3}`: validates and classifies addresses in the United States.
//!
//! Rules instead of a street register: a postal code belongs to one state; a street starts with a
//! house number and is not `NOWHERE`; a suite or a company makes an address commercial.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::guard;
use super::refusal::{Answer, Refusal};
use crate::document::{at, list, text};
use crate::zip;

/// What a register would say.
enum Verdict {
    Valid,
    /// With the states or house numbers that fit.
    Ambiguous(Vec<Value>),
    NoCandidates,
}

pub(crate) async fn validate(
    Path((version, option)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    if !matches!(version.as_str(), "v2" | "v1") {
        return Err(Refusal::unknown_resource());
    }
    let (validates, classifies) = match option.as_str() {
        "1" => (true, false),
        "2" => (false, true),
        "3" => (true, true),
        _ => {
            return Err(Refusal::invalid(
                "264001",
                "Missing or invalid request option",
            ));
        }
    };
    let request = guard::json(&headers, &body)?;
    let asked = at(&request, "XAVRequest.AddressKeyFormat")
        .ok_or_else(|| Refusal::invalid("264004", "Missing Address Key Format container"))?;
    let country = text(asked, "CountryCode").unwrap_or_default();
    if !matches!(country, "US" | "PR") {
        let message = "Country code is invalid or missing";
        return Err(Refusal::invalid("264002", message));
    }
    let lines = lines(asked)?;
    let mut answer = Map::new();
    let mut set = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    set("Response", super::rating::accepted(None));
    let verdict = verdict(asked, &lines);
    let class = classification(asked, &lines, &verdict);
    if classifies {
        set("AddressClassification", class.clone());
    }
    let wrap = |address: Value| {
        let mut candidate = json!({ "AddressKeyFormat": address });
        if let (true, Some(members)) = (classifies, candidate.as_object_mut()) {
            members.insert("AddressClassification".to_owned(), class.clone());
        }
        candidate
    };
    if validates {
        match verdict {
            Verdict::NoCandidates => {
                set("NoCandidatesIndicator", json!(""));
            }
            Verdict::Valid => {
                set("ValidAddressIndicator", json!(""));
                let state = text(asked, "PoliticalDivision1").unwrap_or_default();
                let own = candidate(asked, &lines, state);
                set("Candidate", json!([wrap(own)]));
            }
            Verdict::Ambiguous(addresses) => {
                set("AmbiguousAddressIndicator", json!(""));
                set("Candidate", addresses.into_iter().map(wrap).collect());
            }
        }
    }
    Ok(Json(json!({ "XAVResponse": answer })))
}

fn lines(asked: &Value) -> Answer<Vec<String>> {
    let lines: Vec<String> = list(asked, "AddressLine")
        .into_iter()
        .filter_map(|line| line.as_str())
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .map(|line| line.to_ascii_uppercase())
        .filter(|line| !line.is_empty())
        .collect();
    let good = (1..=3).contains(&lines.len()) && lines.iter().all(|line| line.len() <= 100);
    good.then_some(lines)
        .ok_or_else(|| Refusal::invalid("264027", "Missing or invalid address line"))
}

fn verdict(asked: &Value, lines: &[String]) -> Verdict {
    let street = lines.first().map(String::as_str).unwrap_or_default();
    let postal = text(asked, "PostcodePrimaryLow").unwrap_or_default();
    let Some(state) = zip::state(postal) else {
        return Verdict::NoCandidates;
    };
    if street.contains("NOWHERE") {
        return Verdict::NoCandidates;
    }
    if text(asked, "PoliticalDivision1") != Some(state) {
        return Verdict::Ambiguous(vec![candidate(asked, lines, state)]);
    }
    if !street.starts_with(|c: char| c.is_ascii_digit()) && !street.starts_with("PO BOX") {
        let ranges = ["1-99", "100-198", "101-199"].map(|range| {
            let mut lines = lines.to_vec();
            if let Some(first) = lines.first_mut() {
                *first = format!("{range} {first}");
            }
            candidate(asked, &lines, state)
        });
        return Verdict::Ambiguous(ranges.to_vec());
    }
    Verdict::Valid
}

/// The address as the register writes it: capitals, the state of the postal code, ZIP+4.
fn candidate(asked: &Value, lines: &[String], state: &str) -> Value {
    let city = text(asked, "PoliticalDivision2").unwrap_or_default();
    let city = city.to_ascii_uppercase();
    let postal = text(asked, "PostcodePrimaryLow").unwrap_or_default();
    let primary = postal.get(..5).unwrap_or(postal);
    // Any four digits would do; these depend on the street alone.
    let street = lines.iter().flat_map(|line| line.bytes());
    let sum = street.fold(0_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 9_000);
    let extended = (1_000 + sum).to_string();
    json!({
        "AddressLine": lines,
        "PoliticalDivision2": city,
        "PoliticalDivision1": state,
        "PostcodePrimaryLow": primary,
        "PostcodeExtendedLow": extended,
        "Region": format!("{city} {state} {primary}-{extended}"),
        "CountryCode": text(asked, "CountryCode").unwrap_or("US"),
    })
}

fn classification(asked: &Value, lines: &[String], verdict: &Verdict) -> Value {
    let signs = ["STE ", "SUITE ", "FL ", "FLOOR ", " LLC", " INC", " PLAZA"];
    let named = text(asked, "ConsigneeName").unwrap_or_default();
    let named = format!(" {}", named.to_ascii_uppercase());
    let lines = lines.iter().map(|line| format!("{line} "));
    let commercial = lines
        .chain([named])
        .any(|line| signs.iter().any(|sign| line.contains(sign)));
    let (code, text) = match (verdict, commercial) {
        (Verdict::NoCandidates, _) => ("0", "Unknown"),
        (_, true) => ("1", "Commercial"),
        (_, false) => ("2", "Residential"),
    };
    json!({ "Code": code, "Description": text })
}
