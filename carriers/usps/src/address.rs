//! Whether an address exists: addresses v3.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{
    AddressOutcome, AddressVerdict, Addresses, Call, Error, Kind, Outgoing, Response, Result,
    read_json,
};
use parcelgate_domain::{Address, Country, Personal};
use serde::Deserialize;

use crate::party::{self, HOME};
use crate::{Usps, auth, error};

const OPERATION: &str = "validate";

/// Codes of what is not found: invalid or unknown address, ZIP Code, state, city.
const UNKNOWN: [&str; 6] = ["010001", "010002", "010003", "010004", "010005", "404"];
/// Several addresses were found, which USPS does not list.
const SEVERAL: &str = "010006";
/// The same, in a success; and an address that is found but lacks an apartment.
const SEVERAL_CORRECTION: &str = "22";
const APARTMENT_CORRECTION: &str = "32";

#[async_trait]
impl Addresses for Usps {
    async fn validate(&self, call: &Call<'_>, address: &Address) -> Result<AddressVerdict> {
        match call.send(encode(address)?).await {
            Ok(response) => decode(address, &response),
            Err(error) if is(&error, &[SEVERAL]) => {
                suggest(call, address, AddressOutcome::Ambiguous).await
            }
            Err(error) if is(&error, &UNKNOWN) => {
                suggest(call, address, AddressOutcome::Unknown).await
            }
            Err(error) => Err(error),
        }
    }
}

fn is(error: &Error, codes: &[&str]) -> bool {
    let refused = matches!(error.kind, Kind::Refused | Kind::NotFound);
    refused
        && error
            .code
            .as_deref()
            .is_some_and(|code| codes.contains(&code))
}

fn encode(address: &Address) -> Result<Outgoing> {
    if !party::is_home(address.country) {
        let text = format!("USPS knows no addresses of {}", address.country);
        return Err(error(Kind::Unsupported, OPERATION).said("", text));
    }
    let fitted = HOME.fit(address, "address");
    let fitted = fitted.map_err(|found| error(Kind::Invalid, OPERATION).at(found))?;
    let place = &fitted.place;
    let state = party::state(place.country, place.region.as_deref()).unwrap_or_default();
    let (zip, plus) = party::zip(place.postal_code.as_deref()).unwrap_or_default();
    let mut lines = fitted.lines.iter().map(String::as_str);
    let pairs = [
        ("streetAddress", lines.next()),
        ("secondaryAddress", lines.next()),
        ("city", place.city.as_deref()),
        ("state", Some(state.as_str())),
        ("ZIPCode", Some(zip.as_str())),
        ("ZIPPlus4", plus.as_deref()),
    ];
    let outgoing = Outgoing::new(Method::GET, OPERATION, auth::API, "/addresses/v3/address");
    let said = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let said = said.filter(|(_, value)| !value.is_empty());
    Ok(said.fold(outgoing, |outgoing, (name, value)| {
        outgoing.query(name, value)
    }))
}

/// What is left to say of an address that is not found: the city and state of its ZIP Code, where
/// they are others than those given.
async fn suggest(
    call: &Call<'_>,
    address: &Address,
    outcome: AddressOutcome,
) -> Result<AddressVerdict> {
    let nothing = || AddressVerdict {
        outcome,
        candidates: Vec::new(),
    };
    let Some((zip, _)) = party::zip(address.postal_code.as_deref()) else {
        return Ok(nothing());
    };
    let outgoing = Outgoing::new(
        Method::GET,
        OPERATION,
        auth::API,
        "/addresses/v3/city-state",
    );
    let place: CityState = match call.send(outgoing.query("ZIPCode", &zip)).await {
        Ok(response) => read_json(&crate::ID, OPERATION, &response)?,
        Err(error) if is(&error, &UNKNOWN) => return Ok(nothing()),
        Err(error) => return Err(error),
    };
    let (Some(city), Some(state)) = (place.city.get(), place.state.get()) else {
        return Err(error(Kind::Malformed, OPERATION));
    };
    let state_given = party::state(address.country, address.region.as_deref());
    let same =
        city.eq_ignore_ascii_case(address.city.trim()) && state_given.as_deref() == Some(state);
    if same {
        return Ok(nothing());
    }
    Ok(AddressVerdict {
        outcome: AddressOutcome::Ambiguous,
        candidates: vec![Address {
            city: city.to_owned(),
            region: Some(state.to_owned()),
            ..address.clone()
        }],
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CityState {
    city: Text,
    state: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    address: Loose<Found>,
    additional_info: Loose<Additional>,
    corrections: Many<Note>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Found {
    street_address: Text,
    secondary_address: Text,
    city: Text,
    state: Text,
    #[serde(rename = "ZIPCode")]
    zip: Text,
    #[serde(rename = "ZIPPlus4")]
    zip_plus_4: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Additional {
    #[serde(rename = "DPVConfirmation")]
    confirmation: Text,
    business: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Note {
    code: Text,
}

fn decode(asked: &Address, response: &Response) -> Result<AddressVerdict> {
    let answer: Answer = read_json(&crate::ID, OPERATION, response)?;
    let found = answer.address(asked);
    let found = found.ok_or_else(|| error(Kind::Malformed, OPERATION))?;
    let noted = |code: &str| {
        answer
            .corrections
            .iter()
            .any(|note| note.code.as_str() == code)
    };
    // Confirmed to the door; to the building alone (D, S); or not (N).
    let outcome = match answer.additional_info.confirmation.as_str() {
        _ if noted(SEVERAL_CORRECTION) => AddressOutcome::Ambiguous,
        "N" => AddressOutcome::Unknown,
        "D" | "S" => AddressOutcome::Ambiguous,
        _ if noted(APARTMENT_CORRECTION) => AddressOutcome::Ambiguous,
        _ => AddressOutcome::Valid,
    };
    let candidates = match outcome {
        AddressOutcome::Unknown => Vec::new(),
        AddressOutcome::Valid | AddressOutcome::Ambiguous => vec![found],
    };
    Ok(AddressVerdict {
        outcome,
        candidates,
    })
}

impl Answer {
    /// The place USPS means, with the person of the question; none without a street and a ZIP Code.
    fn address(&self, asked: &Address) -> Option<Address> {
        let found = &self.address;
        let lines = [found.street_address.get(), found.secondary_address.get()];
        let zip = found.zip.get()?;
        found.street_address.get()?;
        let state = found.state.get()?;
        Some(Address {
            lines: lines.into_iter().flatten().map(Personal::from).collect(),
            city: found.city.get()?.to_owned(),
            region: Some(state.to_owned()),
            postal_code: Some(match found.zip_plus_4.get() {
                Some(plus) => format!("{zip}-{plus}"),
                None => zip.to_owned(),
            }),
            country: match state.parse() {
                Ok(territory) if asked.country != Country::US => territory,
                _ => asked.country,
            },
            residential: match self.additional_info.business.as_str() {
                "Y" => Some(false),
                "N" => Some(true),
                _ => None,
            },
            ..asked.clone()
        })
    }
}
