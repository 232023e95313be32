//! How UPS writes people and places.

use parcelgate_carrier::form::{AddressForm, Fitted, FittedPlace, PhoneForm, RegionForm, both};
use parcelgate_carrier::latin::Alphabet;
use parcelgate_domain::{Address, Violations};
use serde_json::{Value, json};

use crate::wire::indicator;

/// What UPS takes of an address (descriptions of rating and shipping v2409). The label's default
/// character set is Latin-1, and none of the others that UPS lists is Chinese.
pub(crate) const FORM: AddressForm = AddressForm {
    carrier: "UPS",
    alphabet: Alphabet::Latin1,
    name_max: 35,
    company_max: 35,
    line_max: 35,
    lines_max: 3,
    city_max: 30,
    region: RegionForm::Code(2),
    postal_code_max: 9,
    postal_code_bare: true,
    phone: PhoneForm {
        required: false,
        digits_min: 10,
        digits_max: 15,
        national: true,
    },
    email_max: 50,
    tax_id_max: 15,
};

/// `address` as UPS takes it. It needs phone numbers across a border and for Next Day Air Early,
/// and states as codes: of two letters, in some countries longer. Elsewhere it goes by city and
/// postal code, and a state is left out.
pub(crate) fn fit(
    address: &Address,
    field: &str,
    phone_needed: bool,
) -> Result<Fitted, Violations> {
    let mut form = FORM;
    form.phone.required = phone_needed;
    let is_vietnam = address.country.code() == "VN";
    if is_vietnam || address.country.needs_region() {
        form.region = RegionForm::Code(5);
    }
    let fitted = form.fit(address, field);
    let mut found = Violations::new();
    if is_vietnam && address.region.is_none() {
        found.require(format!("{field}.region"), "a province code such as VN-44");
    }
    both(fitted, Ok(()), found).map(|(fitted, ())| fitted)
}

/// Somebody with an address.
pub(crate) fn party(who: &Fitted) -> Value {
    written(who, false)
}

/// Who receives: the only party of whom UPS asks whether somebody lives there.
pub(crate) fn receiver(who: &Fitted) -> Value {
    written(who, who.place.residential == Some(true))
}

fn written(who: &Fitted, is_home: bool) -> Value {
    json!({
        "Name": who.business(),
        "AttentionName": who.person(),
        "TaxIdentificationNumber": who.tax_id,
        "Phone": who.phone.as_ref().map(|number| json!({ "Number": number })),
        "EMailAddress": who.email,
        "Address": place(&who.place, &who.lines, is_home),
    })
}

pub(crate) fn place(place: &FittedPlace, lines: &[String], is_home: bool) -> Value {
    json!({
        "AddressLine": lines,
        "City": place.city,
        "StateProvinceCode": place.region,
        "PostalCode": place.postal_code,
        "CountryCode": place.country.code(),
        "ResidentialAddressIndicator": indicator(is_home),
    })
}
