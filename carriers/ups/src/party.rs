//! How UPS writes people and places, and what it would not take of them.

use std::borrow::Cow;

use parcelgate_domain::{Address, Country, Personal, Violations};
use serde::Serialize;

/// Somebody with an address.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Party<'a> {
    pub(crate) name: &'a str,
    pub(crate) attention_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_identification_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<Phone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipper_number: Option<&'a str>,
    #[serde(rename = "EMailAddress", skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<&'a str>,
    pub(crate) address: Place<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vendor_info: Option<Vendor<'a>>,
}

/// A phone number.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Phone {
    number: String,
}

/// An address.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Place<'a> {
    pub(crate) address_line: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state_province_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) postal_code: Option<String>,
    pub(crate) country_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) residential_address_indicator: Option<&'static str>,
}

/// A registration under which the seller has collected the tax.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Vendor<'a> {
    #[serde(rename = "VendorCollectIDTypeCode")]
    pub(crate) type_code: &'static str,
    #[serde(rename = "VendorCollectIDNumber")]
    pub(crate) number: &'a str,
    pub(crate) consignee_type: &'static str,
}

/// An indicator is a member that is there; what it holds is ignored.
pub(crate) const PRESENT: &str = "";

impl<'a> Party<'a> {
    /// Who receives: the only party of whom UPS asks whether somebody lives there.
    pub(crate) fn receiving(address: &'a Address) -> Self {
        let mut party = Self::of(address);
        let at_home = address.residential == Some(true);
        party.address.residential_address_indicator = at_home.then_some(PRESENT);
        party
    }

    pub(crate) fn of(address: &'a Address) -> Self {
        let person = address.name.expose().trim();
        let company = address.company.as_ref().map_or("", Personal::expose).trim();
        Self {
            name: if company.is_empty() { person } else { company },
            attention_name: if person.is_empty() { company } else { person },
            tax_identification_number: filled(address.tax_id.as_ref()),
            phone: phone(address).map(|number| Phone { number }),
            shipper_number: None,
            email: filled(address.email.as_ref()),
            address: Place::of(address),
            vendor_info: None,
        }
    }
}

impl<'a> Place<'a> {
    fn of(address: &'a Address) -> Self {
        let lines = address.lines.iter().map(|line| line.expose().trim());
        let city = address.city.trim();
        let city = if city.is_empty() {
            // A city state: UPS wants the member all the same.
            Cow::Borrowed(address.country.name())
        } else {
            Cow::Borrowed(city)
        };
        Self {
            address_line: lines.filter(|line| !line.is_empty()).collect(),
            city: Some(city),
            state_province_code: region(address.region.as_deref(), STATE_CHARS_MAX),
            postal_code: postal_code(address.postal_code.as_deref()),
            country_code: address.country.code(),
            residential_address_indicator: None,
        }
    }
}

/// The state, where it is short enough to be a code. A written-out name (Guangdong, Tokyo) is left
/// out: UPS asks for states only where they have codes, and goes by city and postal code elsewhere.
pub(crate) fn region(region: Option<&str>, chars_max: usize) -> Option<&str> {
    region
        .map(str::trim)
        .filter(|code| (1..=chars_max).contains(&code.chars().count()))
}

/// Letters and digits alone, which is what UPS takes: `SW1A2AA`, `123456789`.
pub(crate) fn postal_code(code: Option<&str>) -> Option<String> {
    let code: String = code?
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (!code.is_empty()).then_some(code)
}

/// Digits alone; without the country's 1 where UPS wants area code and number only.
fn phone(address: &Address) -> Option<String> {
    let digits: String = address
        .phone
        .as_ref()?
        .expose()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let national = match digits.strip_prefix('1') {
        Some(rest) if has_ten_digits(address.country) && rest.len() == 10 => rest,
        _ => &digits,
    };
    (!national.is_empty()).then(|| national.to_owned())
}

fn has_ten_digits(country: Country) -> bool {
    matches!(country.code(), "US" | "PR" | "CA" | "VI")
}

fn filled(text: Option<&Personal>) -> Option<&str> {
    text.map(|text| text.expose().trim())
        .filter(|text| !text.is_empty())
}

const NAME_CHARS_MAX: usize = 35;
const LINE_CHARS_MAX: usize = 35;
pub(crate) const CITY_CHARS_MAX: usize = 30;
const STATE_CHARS_MAX: usize = 5;
const PHONE_DIGITS_MIN: usize = 10;
const PHONE_DIGITS_MAX: usize = 15;
const EMAIL_CHARS_MAX: usize = 50;
const TAX_ID_CHARS_MAX: usize = 15;
const POSTAL_CODE_CHARS_MAX: usize = 9;

/// What UPS would not take of an address, under field names that begin with `field`.
pub(crate) fn violations(
    address: &Address,
    field: &str,
    phone_needed: bool,
    found: &mut Violations,
) {
    found.append(address.violations(field));
    let person = address.name.expose();
    let company = address.company.as_ref().map_or("", Personal::expose);
    check_text(&format!("{field}.name"), person, NAME_CHARS_MAX, found);
    check_text(&format!("{field}.company"), company, NAME_CHARS_MAX, found);
    for (index, line) in address.lines.iter().enumerate() {
        let field = format!("{field}.lines[{index}]");
        check_text(&field, line.expose(), LINE_CHARS_MAX, found);
    }
    check_text(
        &format!("{field}.city"),
        &address.city,
        CITY_CHARS_MAX,
        found,
    );
    check_area(
        address.country,
        address.region.as_deref(),
        address.postal_code.as_deref(),
        field,
        found,
    );
    check_phone(address, field, phone_needed, found);
    let email = address.email.as_ref().map_or("", Personal::expose);
    check_text(&format!("{field}.email"), email, EMAIL_CHARS_MAX, found);
    let tax_id = address.tax_id.as_ref().map_or("", Personal::expose);
    check_text(&format!("{field}.tax_id"), tax_id, TAX_ID_CHARS_MAX, found);
}

/// State and postal code as UPS wants them of a country.
pub(crate) fn check_area(
    country: Country,
    region: Option<&str>,
    postal_code: Option<&str>,
    field: &str,
    found: &mut Violations,
) {
    let state = region.unwrap_or("").trim();
    let two_letters = state.len() == 2 && state.bytes().all(|byte| byte.is_ascii_alphabetic());
    if matches!(country.code(), "US" | "CA") && !state.is_empty() && !two_letters {
        let allowed = format!("the two letters of a state or province of {country}");
        found.refuse(format!("{field}.region"), state, allowed);
    }
    if country.code() == "VN" && !(1..=STATE_CHARS_MAX).contains(&state.len()) {
        found.refuse(
            format!("{field}.region"),
            state,
            "a province code such as VN-44",
        );
    }
    let code = self::postal_code(postal_code).unwrap_or_default();
    let field = format!("{field}.postal_code");
    if code.len() > POSTAL_CODE_CHARS_MAX {
        found.refuse(field, code, "at most 9 letters and digits");
    } else if country.code() == "CA" && !code.is_empty() && !is_canadian(&code) {
        found.refuse(field, code, "a Canadian postal code such as K1A 0B1");
    }
}

fn is_canadian(code: &str) -> bool {
    code.len() == 6
        && code.bytes().enumerate().all(|(index, byte)| {
            if index % 2 == 0 {
                byte.is_ascii_alphabetic()
            } else {
                byte.is_ascii_digit()
            }
        })
}

fn check_phone(address: &Address, field: &str, needed: bool, found: &mut Violations) {
    let field = format!("{field}.phone");
    let Some(digits) = phone(address) else {
        if needed {
            let allowed =
                "a phone number, which UPS needs across a border and for Next Day Air Early";
            found.require(field, allowed);
        }
        return;
    };
    // Area code and seven digits, or these with four digits of an extension.
    if has_ten_digits(address.country) && !matches!(digits.len(), 10 | 14) {
        found.require(field, "ten digits: area code and number");
    } else if !(PHONE_DIGITS_MIN..=PHONE_DIGITS_MAX).contains(&digits.len()) {
        found.require(
            field,
            "10 to 15 digits: the country's code, area code and number",
        );
    }
}

/// `text` is short enough and written in Latin letters, the only ones on a label: the label's
/// default character set is Latin-1, and none of the others that UPS lists is Chinese.
pub(crate) fn check_text(field: &str, text: &str, chars_max: usize, found: &mut Violations) {
    let text = text.trim();
    if text.chars().count() > chars_max {
        found.require(field, format!("at most {chars_max} characters"));
    }
    if text.chars().any(is_foreign_letter) {
        found.require(field, "written in Latin letters, which is what UPS prints");
    }
}

fn is_foreign_letter(c: char) -> bool {
    const LATIN_EXTENDED_END: char = '\u{24F}';
    c.is_alphabetic() && c > LATIN_EXTENDED_END
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address {
            name: "Ada Byron".into(),
            company: Some("Analytical Goods".into()),
            lines: vec!["1 Main St".into(), " ".into()],
            city: "Columbus".to_owned(),
            region: Some("OH".to_owned()),
            postal_code: Some("43215-1234".to_owned()),
            country: Country::US,
            phone: Some("+1 (614) 555-0142".into()),
            email: None,
            tax_id: None,
            residential: Some(true),
        }
    }

    fn fields(address: &Address, phone_needed: bool) -> Vec<String> {
        let mut found = Violations::new();
        violations(address, "to", phone_needed, &mut found);
        let found = found.as_slice().iter();
        found.map(|violation| violation.field.clone()).collect()
    }

    #[test]
    fn a_party_is_written_as_ups_wants_it() {
        let address = address();
        let party = serde_json::to_value(Party::receiving(&address)).unwrap();
        assert_eq!(
            party,
            serde_json::json!({
                "Name": "Analytical Goods",
                "AttentionName": "Ada Byron",
                "Phone": {"Number": "6145550142"},
                "Address": {
                    "AddressLine": ["1 Main St"],
                    "City": "Columbus",
                    "StateProvinceCode": "OH",
                    "PostalCode": "432151234",
                    "CountryCode": "US",
                    "ResidentialAddressIndicator": ""
                }
            })
        );
    }

    #[test]
    fn a_city_state_is_its_own_city_and_a_long_region_is_left_out() {
        let singapore = Address {
            city: String::new(),
            region: Some("Central Region".to_owned()),
            country: "SG".parse().unwrap(),
            ..address()
        };
        let place = Place::of(&singapore);
        assert_eq!(place.city.as_deref(), Some("Singapore"));
        assert_eq!(place.state_province_code, None);
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let bad = Address {
            name: "x".repeat(36).into(),
            company: Some("深圳贸易".into()),
            lines: vec!["y".repeat(36).into()],
            city: "z".repeat(31),
            region: Some("Ohio".to_owned()),
            phone: Some("555".into()),
            email: Some(format!("{}@example.com", "e".repeat(40)).into()),
            tax_id: Some("1".repeat(16).into()),
            ..address()
        };
        assert_eq!(
            fields(&bad, true),
            [
                "to.name",
                "to.company",
                "to.lines[0]",
                "to.city",
                "to.region",
                "to.phone",
                "to.email",
                "to.tax_id"
            ]
        );
        assert!(fields(&address(), true).is_empty());
    }

    #[test]
    fn a_phone_number_is_asked_for_only_where_ups_needs_it() {
        let without = Address {
            phone: None,
            ..address()
        };
        assert!(fields(&without, false).is_empty());
        assert_eq!(fields(&without, true), ["to.phone"]);
    }

    #[test]
    fn a_canadian_postal_code_has_its_form() {
        let code = |code: &str| {
            let mut found = Violations::new();
            let country = "CA".parse().unwrap();
            check_area(country, Some("ON"), Some(code), "to", &mut found);
            found.is_empty()
        };
        assert!(code("k1a 0b1"));
        assert!(!code("11A0B1"));
        assert!(!code("K1A"));
    }

    #[test]
    fn european_letters_are_no_fault() {
        let mut found = Violations::new();
        check_text("to.city", "Łódź Straße Čačak", 30, &mut found);
        assert!(found.is_empty());
        check_text("to.city", "Москва", 30, &mut found);
        assert!(!found.is_empty());
    }
}
