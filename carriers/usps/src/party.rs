//! How USPS writes people and places.

use parcelgate_carrier::Locality;
use parcelgate_carrier::form::{AddressForm, Fitted, PhoneForm, RegionForm};
use parcelgate_carrier::json::filled;
use parcelgate_carrier::latin::Alphabet;
use parcelgate_domain::{Country, Violations};
use serde_json::Value;

/// Addresses of the United States (description of labels v3: 50 characters a name and a line, 28 a
/// city).
pub(crate) const HOME: AddressForm = AddressForm {
    carrier: "USPS",
    alphabet: Alphabet::Ascii,
    name_max: 50,
    company_max: 50,
    line_max: 50,
    lines_max: 2,
    city_max: 28,
    region: RegionForm::Code(2),
    postal_code_max: 10,
    postal_code_bare: true,
    phone: PhoneForm {
        required: false,
        digits_min: 7,
        digits_max: 15,
        national: true,
    },
    email_max: 50,
    tax_id_max: 28,
};

/// Addresses abroad (description of international labels v3).
pub(crate) const ABROAD: AddressForm = AddressForm {
    region: RegionForm::Name(40),
    postal_code_max: 11,
    postal_code_bare: false,
    ..HOME
};

/// Territories and freely associated states with a country code of their own, which USPS serves as
/// states.
const STATES_ABROAD: [&str; 8] = ["AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"];
/// Where the mail stays domestic and passes customs all the same: those far away, and the armed
/// forces.
const STATES_WITH_CUSTOMS: [&str; 9] = ["AA", "AE", "AP", "AS", "FM", "GU", "MH", "MP", "PW"];

/// Whether mail there is domestic.
pub(crate) fn is_home(country: Country) -> bool {
    country == Country::US || STATES_ABROAD.contains(&country.code())
}

/// Whether a customs form goes with a domestic label between these states.
pub(crate) fn wants_customs(from: Option<&str>, to: Option<&str>) -> bool {
    let far = |state: Option<&str>| state.is_some_and(|state| STATES_WITH_CUSTOMS.contains(&state));
    far(from) || far(to)
}

/// Two letters that USPS knows: the region, or what the country is called among the states.
pub(crate) fn state(country: Country, region: Option<&str>) -> Option<String> {
    if country != Country::US {
        return is_home(country).then(|| country.code().to_owned());
    }
    let state = filled(region?)?.to_ascii_uppercase();
    STATES.contains(&state.as_str()).then_some(state)
}

/// The states of the descriptions, those of the armed forces among them.
#[rustfmt::skip]
const STATES: [&str; 62] = [
    "AA", "AE", "AK", "AL", "AP", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "FM", "GA",
    "GU", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MH", "MI", "MN", "MO",
    "MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR",
    "PW", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
];

/// The origin of everything: USPS takes mail in within the United States.
pub(crate) fn origin(country: Country, found: &mut Violations) {
    if !is_home(country) {
        let allowed = "US, or a territory of theirs: USPS takes no mail in elsewhere";
        found.refuse("from.country", country, allowed);
    }
}

/// The five digits of a ZIP Code and the four after them.
pub(crate) fn zip(code: Option<&str>) -> Option<(String, Option<String>)> {
    let digits: String = code?.chars().filter(char::is_ascii_digit).collect();
    let (zip, plus) = digits.split_at_checked(5)?;
    Some((zip.to_owned(), filled(plus).map(str::to_owned)))
}

/// The ZIP Code of a place; that it is missing is said under `field`.
pub(crate) fn zip_of(place: &Locality, field: &str, found: &mut Violations) -> String {
    let zip = zip(place.postal_code.as_deref());
    if zip.is_none() {
        found.require(format!("{field}.postal_code"), "a ZIP Code of five digits");
    }
    zip.map_or_else(String::new, |(zip, _)| zip)
}

/// A member of an object, left out when absent.
type Member = (&'static str, Option<String>);

/// An object of these members.
pub(crate) fn object(members: impl IntoIterator<Item = Member>) -> Value {
    let members = members.into_iter();
    let members = members.filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    Value::Object(members.collect())
}

/// First and last name, or else the company. A single word is taken for a company; where a form
/// `wants_firm`, the person stands for one (160023).
pub(crate) fn names(fitted: &Fitted, wants_firm: bool) -> [Member; 3] {
    let parts = fitted.name.rsplit_once(' ');
    let firm = match parts {
        Some(_) if !wants_firm => fitted.company.as_deref(),
        Some(_) | None => filled(fitted.business()),
    };
    [
        ("firstName", parts.map(|(first, _)| first.to_owned())),
        ("lastName", parts.map(|(_, last)| last.to_owned())),
        ("firm", firm.map(str::to_owned)),
    ]
}

/// Street, city, state and ZIP Code.
pub(crate) fn place(fitted: &Fitted) -> [Member; 6] {
    let place = &fitted.place;
    let [street, secondary] = lines(fitted);
    let (zip, plus) = zip(place.postal_code.as_deref()).unzip();
    [
        street,
        secondary,
        ("city", place.city.clone()),
        ("state", state(place.country, place.region.as_deref())),
        ("ZIPCode", zip),
        ("ZIPPlus4", plus.flatten()),
    ]
}

fn lines(fitted: &Fitted) -> [Member; 2] {
    let mut lines = fitted.lines.iter().cloned();
    [
        ("streetAddress", lines.next()),
        ("secondaryAddress", lines.next()),
    ]
}

/// Somebody on a domestic label, or the sender of one abroad.
pub(crate) fn at_home(fitted: &Fitted, wants_firm: bool) -> Value {
    let reach = [
        ("phone", fitted.phone.clone()),
        ("email", fitted.email.clone()),
    ];
    let members = names(fitted, wants_firm).into_iter();
    object(members.chain(place(fitted)).chain(reach))
}

/// Somebody abroad.
pub(crate) fn abroad(fitted: &Fitted) -> Value {
    let place = &fitted.place;
    let rest = [
        ("city", place.city.clone()),
        ("province", place.region.clone()),
        ("postalCode", place.postal_code.clone()),
        ("country", Some(place.country.name().to_owned())),
        (
            "countryISOAlpha2Code",
            Some(place.country.code().to_owned()),
        ),
        ("phone", fitted.phone.clone()),
    ];
    object(
        names(fitted, false)
            .into_iter()
            .chain(lines(fitted))
            .chain(rest),
    )
}
