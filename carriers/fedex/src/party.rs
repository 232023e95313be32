//! How FedEx writes people and places, and what it would not take of them.

use std::borrow::Cow;

use parcelgate_carrier::Locality;
use parcelgate_domain::{Address, Country, Personal, Violations};
use serde::Serialize;

use crate::wire::filled;

/// Somebody with an address.
#[derive(Debug, Serialize)]
pub(crate) struct Party<'a> {
    pub(crate) address: Place<'a>,
    contact: Contact<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tins: Vec<Tin<'a>>,
}

/// A person or company.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Contact<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    person_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<&'a str>,
    phone_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_address: Option<&'a str>,
}

/// An address; a price depends on a part of it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) street_lines: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state_or_province_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) postal_code: Option<&'a str>,
    pub(crate) country_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) residential: Option<bool>,
}

/// A registration with a tax or customs office.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tin<'a> {
    pub(crate) number: &'a str,
    pub(crate) tin_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) usage: Option<&'static str>,
}

impl<'a> Party<'a> {
    pub(crate) fn of(address: &'a Address) -> Self {
        let company = shown(address.company.as_ref());
        let own = shown(address.tax_id.as_ref()).map(|number| Tin {
            number,
            tin_type: if company.is_some() {
                "BUSINESS_NATIONAL"
            } else {
                "PERSONAL_NATIONAL"
            },
            usage: None,
        });
        Self {
            address: Place::of(address),
            contact: Contact {
                person_name: filled(address.name.expose()),
                company_name: company,
                phone_number: phone(address),
                email_address: shown(address.email.as_ref()),
            },
            tins: own.into_iter().collect(),
        }
    }
}

impl<'a> Place<'a> {
    pub(crate) fn of(address: &'a Address) -> Self {
        let lines = address.lines.iter().map(|line| line.expose().trim());
        let city = filled(&address.city).map(Cow::Borrowed);
        // A city state: FedEx wants the member all the same.
        let city = city.unwrap_or_else(|| Cow::Borrowed(address.country.name()));
        Self {
            street_lines: lines.filter(|line| !line.is_empty()).collect(),
            city: Some(city),
            state_or_province_code: state(address.region.as_deref()),
            postal_code: address.postal_code.as_deref().and_then(filled),
            country_code: address.country.code(),
            residential: address.residential,
        }
    }

    pub(crate) fn near(locality: &'a Locality) -> Self {
        Self {
            street_lines: Vec::new(),
            city: filled(&locality.city).map(Cow::Borrowed),
            state_or_province_code: state(locality.region.as_deref()),
            postal_code: locality.postal_code.as_deref().and_then(filled),
            country_code: locality.country.code(),
            residential: locality.residential,
        }
    }
}

fn shown(text: Option<&Personal>) -> Option<&str> {
    filled(text?.expose())
}

/// The state, where it is a code of two. A written-out name (Guangdong, Tokyo) is left out: FedEx
/// needs states of the United States, Canada and Puerto Rico alone, and those as codes.
fn state(region: Option<&str>) -> Option<&str> {
    filled(region?).filter(|code| code.chars().count() == 2)
}

/// Digits alone.
fn phone(address: &Address) -> String {
    let text = address.phone.as_ref().map_or("", Personal::expose);
    text.chars().filter(char::is_ascii_digit).collect()
}

const NAME_CHARS_MAX: usize = 70;
const COMPANY_CHARS_MAX: usize = 35;
const LINE_CHARS_MAX: usize = 35;
pub(crate) const CITY_CHARS_MAX: usize = 35;
const POSTAL_CODE_CHARS_MAX: usize = 10;
const EMAIL_CHARS_MAX: usize = 80;
pub(crate) const TIN_CHARS_MAX: usize = 18;

/// What FedEx would not take of an address, under field names that begin with `field`.
pub(crate) fn violations(address: &Address, field: &str, found: &mut Violations) {
    found.append(address.violations(field));
    let optional = |text: &'_ Option<Personal>| text.clone().unwrap_or_default();
    let [company, email, tax_id] =
        [&address.company, &address.email, &address.tax_id].map(optional);
    let texts = [
        ("name", &address.name, NAME_CHARS_MAX),
        ("company", &company, COMPANY_CHARS_MAX),
        ("email", &email, EMAIL_CHARS_MAX),
        ("tax_id", &tax_id, TIN_CHARS_MAX),
    ];
    for (name, text, chars_max) in texts {
        check_text(&format!("{field}.{name}"), text.expose(), chars_max, found);
    }
    for (index, line) in address.lines.iter().enumerate() {
        let field = format!("{field}.lines[{index}]");
        check_text(&field, line.expose(), LINE_CHARS_MAX, found);
    }
    let city = format!("{field}.city");
    check_text(&city, &address.city, CITY_CHARS_MAX, found);
    let region = address.region.as_deref();
    let postal_code = address.postal_code.as_deref();
    check_area(address.country, region, postal_code, field, found);
    check_phone(address, field, found);
}

/// State and postal code as FedEx wants them of a country.
pub(crate) fn check_area(
    country: Country,
    region: Option<&str>,
    postal_code: Option<&str>,
    field: &str,
    found: &mut Violations,
) {
    let region = region.unwrap_or("").trim();
    let two_letters = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_alphabetic());
    if matches!(country.code(), "US" | "CA" | "PR") && !region.is_empty() && !two_letters {
        let allowed = format!("the two letters of a state or province of {country}");
        found.refuse(format!("{field}.region"), region, allowed);
    }
    let code = postal_code.unwrap_or("").trim();
    if code.chars().count() > POSTAL_CODE_CHARS_MAX {
        let allowed = format!("at most {POSTAL_CODE_CHARS_MAX} characters");
        found.refuse(format!("{field}.postal_code"), code, allowed);
    }
}

/// FedEx needs a phone number of both sides on every way.
fn check_phone(address: &Address, field: &str, found: &mut Violations) {
    let digits = phone(address);
    let national = digits.strip_prefix('1').unwrap_or(&digits);
    let fits = if matches!(address.country.code(), "US" | "CA") {
        digits.len() == 10 || (digits.len() == 11 && national.len() == 10)
    } else {
        (10..=15).contains(&digits.len())
    };
    if !fits {
        let allowed = if matches!(address.country.code(), "US" | "CA") {
            "a phone number of ten digits, with or without a 1 before them"
        } else {
            "a phone number of 10 to 15 digits: the country's code, area code and number"
        };
        found.require(format!("{field}.phone"), allowed);
    }
}

/// `text` is short enough and written in Latin letters, the only ones on a label.
pub(crate) fn check_text(field: &str, text: &str, chars_max: usize, found: &mut Violations) {
    const LATIN_EXTENDED_END: char = '\u{24F}';
    let text = text.trim();
    if text.chars().count() > chars_max {
        found.require(field, format!("at most {chars_max} characters"));
    }
    if text
        .chars()
        .any(|c| c.is_alphabetic() && c > LATIN_EXTENDED_END)
    {
        found.require(
            field,
            "written in Latin letters, which is what FedEx prints",
        );
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn address(country: &str, region: &str, code: &str) -> Address {
        Address {
            name: "Ada Byron".into(),
            company: None,
            lines: vec!["1 Main St".into(), " ".into()],
            city: "Somewhere".to_owned(),
            region: Some(region.to_owned()),
            postal_code: Some(code.to_owned()),
            country: country.parse().unwrap(),
            phone: Some("+1 (614) 555-0142".into()),
            email: None,
            tax_id: None,
            residential: Some(true),
        }
    }

    fn fields(address: &Address) -> Vec<String> {
        let mut found = Violations::new();
        violations(address, "to", &mut found);
        let found = found.as_slice().iter();
        found.map(|violation| violation.field.clone()).collect()
    }

    #[test]
    fn a_party_is_written_as_fedex_wants_it() {
        let ohio = Address {
            tax_id: Some("12-345".into()),
            ..address("US", "OH", "43215-1234")
        };
        assert_eq!(
            serde_json::to_value(Party::of(&ohio)).unwrap(),
            json!({
                "address": {
                    "streetLines": ["1 Main St"], "city": "Somewhere",
                    "stateOrProvinceCode": "OH", "postalCode": "43215-1234",
                    "countryCode": "US", "residential": true
                },
                "contact": {"personName": "Ada Byron", "phoneNumber": "16145550142"},
                "tins": [{"number": "12-345", "tinType": "PERSONAL_NATIONAL"}]
            })
        );
        let singapore = Address {
            city: String::new(),
            region: Some("Central Region".to_owned()),
            ..address("SG", "", "018956")
        };
        let place = Place::of(&singapore);
        assert_eq!(place.city.as_deref(), Some("Singapore"));
        assert_eq!(place.state_or_province_code, None);
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let bad = Address {
            name: "x".repeat(71).into(),
            company: Some("深圳贸易".into()),
            lines: vec!["y".repeat(36).into()],
            city: "z".repeat(36),
            phone: Some("555".into()),
            email: Some(format!("{}@example.com", "e".repeat(80)).into()),
            tax_id: Some("1".repeat(19).into()),
            ..address("CA", "Ontario", "K1A 0B1 K1A")
        };
        assert_eq!(
            fields(&bad),
            [
                "to.name",
                "to.company",
                "to.email",
                "to.tax_id",
                "to.lines[0]",
                "to.city",
                "to.region",
                "to.postal_code",
                "to.phone"
            ]
        );
        assert!(fields(&address("US", "OH", "43215")).is_empty());
    }

    #[test]
    fn a_phone_number_has_the_digits_of_its_country() {
        let fits = |country: &str, phone: &str| {
            let address = Address {
                phone: Some(phone.into()),
                ..address(country, "OH", "43215")
            };
            fields(&address).is_empty()
        };
        assert!(fits("US", "6145550142") && fits("US", "+1 614 555 0142"));
        assert!(!fits("US", "26145550142") && !fits("US", "614555014"));
        assert!(fits("DE", "+49 30 5550142") && !fits("DE", "30 5550142"));
        assert!(!fits("DE", ""));
    }

    #[test]
    fn european_letters_are_no_fault() {
        let mut found = Violations::new();
        check_text("to.city", "Łódź Straße Čačak", 35, &mut found);
        assert!(found.is_empty());
        check_text("to.city", "Москва", 35, &mut found);
        assert!(!found.is_empty());
    }
}
