//! People and places as Parcel DE writes them.

use parcelgate_carrier::form::{AddressForm, Fitted, PhoneForm, RegionForm};
use parcelgate_carrier::json::filled;
use parcelgate_carrier::latin::Alphabet;
use parcelgate_domain::{Address, Country, Violations};

use super::codes::three_letters;
use crate::object::Object;

/// What DHL Paket takes of an address.
pub(super) const FORM: AddressForm = AddressForm {
    carrier: "DHL Paket",
    alphabet: Alphabet::Latin1,
    name_max: 50,
    company_max: 50,
    line_max: 50,
    lines_max: 2,
    city_max: 40,
    region: RegionForm::Name(20),
    postal_code_max: 10,
    postal_code_bare: false,
    phone: PhoneForm {
        required: false,
        digits_min: 3,
        digits_max: 20,
        national: false,
    },
    email_max: 80,
    tax_id_max: 35,
};

/// What would not fit of `address`.
pub(super) fn check(address: &Address, field: &str) -> Violations {
    let mut found = FORM.violations(address, field);
    if three_letters(address.country).is_none() {
        let field = format!("{field}.country");
        found.refuse(field, address.country, "a country that DHL Paket lists");
    }
    found
}

/// Who sends: no state, no phone number, an e-mail address that is the seller's own.
pub(super) fn sender(fitted: &Fitted) -> Object {
    party(fitted, false).put("email", fitted.email.clone())
}

/// Who receives. Phone number and e-mail address go to DHL across borders only, where delivery may
/// need them; within Germany the one is not taken and the other needs the recipient's consent,
/// which nobody here can know of.
pub(super) fn recipient(fitted: &Fitted) -> Object {
    let place = &fitted.place;
    if place.country.code() == "DE" {
        return party(fitted, false);
    }
    // DHL wants the code of ISO 3166-2 in the United States.
    let state = place
        .region
        .clone()
        .map(|state| match place.country == Country::US {
            true => format!("US-{state}"),
            false => state,
        });
    party(fitted, true)
        .put("state", state)
        .put("phone", fitted.phone.clone())
        .put("email", fitted.email.clone())
}

/// The second street line of a recipient abroad has a member of its own; elsewhere it goes where a
/// further name does.
fn party(fitted: &Fitted, abroad: bool) -> Object {
    let company = fitted.company.is_some();
    let person = filled(&fitted.name).filter(|_| company);
    let mut lines = fitted.lines.iter().map(String::as_str);
    let street = lines.next();
    let second = lines.next();
    let further = [person, second.filter(|_| !abroad)];
    let mut further = further.into_iter().flatten();
    Object::new()
        .put("name1", fitted.business())
        .put("name2", further.next())
        .put("name3", further.next())
        .put("addressStreet", street)
        .put("additionalAddressInformation1", second.filter(|_| abroad))
        .put("postalCode", fitted.place.postal_code.clone())
        .put("city", fitted.place.city.clone())
        .put("country", three_letters(fitted.place.country))
}

/// Street and house number, which returns and pickups want apart: `Kastanienallee`, `7193`; the
/// number may come first, and may have a letter behind it.
pub(super) fn house(line: &str) -> Option<(String, String)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let numbered = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let cut = match words.as_slice() {
        [.., number, letter]
            if numbered(number)
                && letter.chars().all(char::is_alphabetic)
                && letter.chars().count() == 1 =>
        {
            words.len().checked_sub(2)?
        }
        [.., number] if numbered(number) => words.len().checked_sub(1)?,
        [number, ..] if numbered(number) => {
            let (number, street) = words.split_first()?;
            return pair(&street.join(" "), number);
        }
        _ => return None,
    };
    let (street, number) = words.split_at_checked(cut)?;
    pair(&street.join(" "), &number.join(" "))
}

fn pair(street: &str, number: &str) -> Option<(String, String)> {
    let fits = !street.is_empty() && number.chars().count() <= 10;
    fits.then(|| (street.to_owned(), number.to_owned()))
}

/// What is wrong with a street whose house number cannot be told.
pub(super) fn check_house(address: &Address, field: &str, found: &mut Violations) {
    if house(address.line(0)).is_none() {
        let allowed = "a street and a house number of at most 10 characters";
        found.require(format!("{field}.lines[0]"), allowed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_number_is_found_where_it_stands() {
        let parts = |line: &str| house(line).map(|(street, number)| format!("{street}|{number}"));
        assert_eq!(
            parts("Kastanienallee 7193").as_deref(),
            Some("Kastanienallee|7193")
        );
        assert_eq!(
            parts("Alte  Gasse 12 b").as_deref(),
            Some("Alte Gasse|12 b")
        );
        assert_eq!(
            parts("Straße des 17. Juni 4a").as_deref(),
            Some("Straße des 17. Juni|4a")
        );
        assert_eq!(
            parts("917 Whistledown Ave").as_deref(),
            Some("Whistledown Ave|917")
        );
        for none in ["", "Hauptstraße", "7193", "Weg 12345678901"] {
            assert_eq!(parts(none), None, "{none}");
        }
    }
}
