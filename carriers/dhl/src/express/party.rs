//! People, places and boxes as DHL Express writes them.

use parcelgate_carrier::form::{AddressForm, Fitted, FittedPlace, PhoneForm, RegionForm};
use parcelgate_carrier::json::Digits;
use parcelgate_carrier::latin::Alphabet;
use parcelgate_carrier::measure::{LengthUnit, WeightUnit};
use parcelgate_domain::{Money, Offered, Options, Parcel, Signature, Violations, Weight};

use crate::account;
use crate::object::Object;

/// What DHL Express takes of an address.
pub(super) const FORM: AddressForm = AddressForm {
    carrier: "DHL Express",
    alphabet: Alphabet::Latin1,
    name_max: 255,
    company_max: 100,
    line_max: 45,
    lines_max: 3,
    city_max: 45,
    region: RegionForm::Name(35),
    postal_code_max: 12,
    postal_code_bare: false,
    phone: PhoneForm {
        required: true,
        digits_min: 5,
        digits_max: 25,
        national: false,
    },
    email_max: 70,
    tax_id_max: 35,
};

const COMPANY_CHARS_MAX: usize = 100;

/// Where. A postal code must be there, and may be empty. A state is written in the countries that
/// have codes for theirs: elsewhere DHL lists none.
pub(super) fn place(place: &FittedPlace) -> Object {
    let city = place.city.as_deref();
    let coded = place.country.needs_region();
    Object::new()
        .put("postalCode", place.postal_code.clone().unwrap_or_default())
        .put("cityName", city.unwrap_or_else(|| place.country.name()))
        .put("countryCode", place.country.code())
        .put("provinceCode", place.region.clone().filter(|_| coded))
}

/// One side of a purchase or a pickup. A company must be named: a person stands for one.
pub(super) fn party(fitted: &Fitted) -> Object {
    let company: String = fitted.business().chars().take(COMPANY_CHARS_MAX).collect();
    let contact = Object::new()
        .put("fullName", fitted.person())
        .put("companyName", company)
        .put("phone", fitted.phone.clone().unwrap_or_default())
        .put("email", fitted.email.clone());
    let names = ["addressLine1", "addressLine2", "addressLine3"];
    let lines = names.into_iter().zip(&fitted.lines);
    let street = lines.fold(place(&fitted.place), |street, (name, line)| {
        street.put(name, line.as_str())
    });
    Object::new()
        .put("postalAddress", street)
        .put("contactInformation", contact)
}

/// The account for each of `roles`.
pub(super) fn billed(account: &account::Express, roles: &[&'static str]) -> Vec<Object> {
    let one = |role: &&'static str| {
        Object::new()
            .put("typeCode", *role)
            .put("number", account.account_number.as_str())
    };
    roles.iter().map(one).collect()
}

/// A box: kilograms to the gram, whole centimetres.
pub(super) fn package(parcel: &Parcel) -> Object {
    let whole = |side| LengthUnit::Centimetre.whole(side);
    let sides = parcel.size.map(|size| {
        Object::new()
            .put("length", whole(size.length))
            .put("width", whole(size.width))
            .put("height", whole(size.height))
    });
    Object::new()
        .put("weight", kilograms(parcel.weight))
        .put("dimensions", sides)
}

/// How many boxes one shipment may have.
pub(super) const PARCELS_MAX: usize = 999;

/// What is wrong with the boxes; DHL's own limits differ from country to country.
pub(super) fn check_parcels(parcels: &[Parcel]) -> Violations {
    let mut found = Violations::new();
    if !(1..=PARCELS_MAX).contains(&parcels.len()) {
        let allowed = format!("1 to {PARCELS_MAX} parcels");
        found.refuse("parcels", parcels.len(), allowed);
    }
    for (index, parcel) in parcels.iter().enumerate() {
        found.append(parcel.violations(&format!("parcels[{index}]")));
    }
    found
}

/// What the sender wants beyond carriage, and further services by their codes.
pub(super) fn extras(options: &Options, further: &[(&'static str, bool)]) -> Vec<Object> {
    let plain = |code: &'static str| Object::new().put("serviceCode", code);
    let insured = options.insured.map(|insured| {
        plain("II")
            .put("value", amount(insured))
            .put("currency", insured.currency().code())
    });
    let signed = options.signature == Some(Signature::Anyone);
    let wanted = [("SF", signed), ("AA", options.saturday_delivery)];
    let wanted = wanted.iter().chain(further).filter(|(_, wanted)| *wanted);
    insured
        .into_iter()
        .chain(wanted.map(|(code, _)| plain(code)))
        .collect()
}

/// Which extras DHL Express sells under codes that its description names.
pub(super) const OFFERED: Offered = Offered {
    insurance: true,
    signature: true,
    adult_signature: false,
    saturday_delivery: true,
};

/// An amount, digit for digit.
pub(super) fn amount(money: Money) -> Digits {
    Digits::of(money.to_decimal())
}

/// To the gram, so that what is inside never outweighs its box.
pub(super) fn kilograms(weight: Weight) -> Digits {
    Digits::of(WeightUnit::Kilogram.write(weight, 3))
}
