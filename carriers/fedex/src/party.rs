//! How FedEx writes people and places.

use parcelgate_carrier::form::{AddressForm, Fitted, FittedPlace, PhoneForm, RegionForm};
use parcelgate_carrier::json::{filled, with};
use parcelgate_carrier::latin::Alphabet;
use serde_json::{Value, json};

/// Descriptions of ship v1 and rate v1. States are codes of two: of the United States, Canada and
/// Puerto Rico FedEx needs them, of other countries a name is left out.
pub(crate) const FORM: AddressForm = AddressForm {
    carrier: "FedEx",
    alphabet: Alphabet::Latin1,
    name_max: 70,
    company_max: 35,
    line_max: 35,
    lines_max: 3,
    city_max: 35,
    region: RegionForm::Code(2),
    postal_code_max: 10,
    postal_code_bare: false,
    phone: PhoneForm {
        required: true,
        digits_min: 10,
        digits_max: 15,
        national: true,
    },
    email_max: 80,
    tax_id_max: TIN_MAX,
};

pub(crate) const TIN_MAX: usize = 18;

/// The part of an address that a price depends on.
pub(crate) fn place(place: &FittedPlace) -> Value {
    json!({
        "city": place.city,
        "stateOrProvinceCode": place.region,
        "postalCode": place.postal_code,
        "countryCode": place.country.code(),
        "residential": place.residential,
    })
}

/// An address with its street.
pub(crate) fn address(fitted: &Fitted) -> Value {
    with(place(&fitted.place), "streetLines", fitted.lines.clone())
}

/// Who is there.
pub(crate) fn contact(fitted: &Fitted) -> Value {
    json!({
        "personName": filled(&fitted.name),
        "companyName": fitted.company,
        "phoneNumber": fitted.phone,
        "emailAddress": fitted.email,
    })
}

/// Somebody with an address, a tax number and further registrations.
pub(crate) fn party(fitted: &Fitted, registrations: Vec<Value>) -> Value {
    let kind = fitted.company.as_ref().map_or("PERSONAL", |_| "BUSINESS");
    let own = fitted.tax_id.as_ref();
    let own = own.map(|id| json!({ "number": id, "tinType": format!("{kind}_NATIONAL") }));
    let tins: Vec<Value> = own.into_iter().chain(registrations).collect();
    json!({
        "address": address(fitted),
        "contact": contact(fitted),
        "tins": Some(tins).filter(|tins| !tins.is_empty()),
    })
}

/// The same as a sender, of whom nobody asks whether somebody lives there.
pub(crate) fn sender(fitted: &Fitted) -> Fitted {
    let mut fitted = fitted.clone();
    fitted.place.residential = None;
    fitted
}

#[cfg(test)]
pub(crate) mod tests {
    use parcelgate_carrier::json::compact;
    use parcelgate_domain::Address;

    use super::*;

    pub(crate) fn somebody(country: &str, region: &str, code: &str) -> Address {
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

    #[test]
    fn a_party_is_written_as_fedex_wants_it() {
        let ohio = Address {
            tax_id: Some("12-345".into()),
            ..somebody("US", "OH", "43215-1234")
        };
        let fitted = FORM.fit(&ohio, "to").unwrap();
        assert_eq!(
            compact(party(&fitted, Vec::new())),
            json!({
                "address": {
                    "streetLines": ["1 Main St"], "city": "Somewhere",
                    "stateOrProvinceCode": "OH", "postalCode": "43215-1234",
                    "countryCode": "US", "residential": true
                },
                "contact": {"personName": "Ada Byron", "phoneNumber": "6145550142"},
                "tins": [{"number": "12-345", "tinType": "PERSONAL_NATIONAL"}]
            })
        );
        let singapore = Address {
            city: String::new(),
            region: Some("Central Region".to_owned()),
            ..somebody("SG", "", "018956")
        };
        let place = FORM.fit(&singapore, "to").unwrap().place;
        assert_eq!(place.city.as_deref(), Some("Singapore"));
        assert_eq!(place.region, None);
    }
}
