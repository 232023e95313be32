//! A carrier's form for an address, as data, and addresses fitted into it.

use std::fmt;

use parcelgate_domain::{Address, Country, Personal, Violations};

use crate::json::filled;
use crate::latin::{Alphabet, Wording, has_han};
use crate::{Locality, lines};

/// What a carrier takes of an address.
#[derive(Debug, Clone, Copy)]
pub struct AddressForm {
    /// How the violations call the carrier.
    pub carrier: &'static str,
    /// The letters that it takes.
    pub alphabet: Alphabet,
    /// The longest name of a person.
    pub name_max: usize,
    /// The longest name of a company.
    pub company_max: usize,
    /// The longest street line.
    pub line_max: usize,
    /// How many street lines.
    pub lines_max: usize,
    /// The longest city.
    pub city_max: usize,
    /// How a state or province is written.
    pub region: RegionForm,
    /// The longest postal code.
    pub postal_code_max: usize,
    /// Whether a postal code is sent without spaces and dashes, in capitals.
    pub postal_code_bare: bool,
    /// How a phone number is written.
    pub phone: PhoneForm,
    /// The longest e-mail address.
    pub email_max: usize,
    /// The longest tax number.
    pub tax_id_max: usize,
}

/// How a state or province is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionForm {
    /// By its name or code, of at most so many characters.
    Name(usize),
    /// By its code, of at most so many characters. A name is left out, except in the countries
    /// whose mail goes by such codes: there it is refused.
    Code(usize),
}

/// How a phone number is written: digits alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneForm {
    /// Whether there must be one.
    pub required: bool,
    /// The fewest digits.
    pub digits_min: usize,
    /// The most digits.
    pub digits_max: usize,
    /// Whether numbers in North America are ten digits, without the 1 before them.
    pub national: bool,
}

/// An address as a carrier takes it: nothing in it is longer than its form allows, or in other
/// letters. `Debug` shows the country alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The person; empty when only the company is named.
    pub name: String,
    /// The company.
    pub company: Option<String>,
    /// Street lines, none of them empty.
    pub lines: Vec<String>,
    /// Where.
    pub place: FittedPlace,
    /// Digits.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Tax number.
    pub tax_id: Option<String>,
}

/// City, state, postal code and country as a carrier takes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FittedPlace {
    /// City or town; the country's name in a city state that names none.
    pub city: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Two letters.
    pub country: Country,
    /// Whether somebody lives there; unknown when absent.
    pub residential: Option<bool>,
}

impl Fitted {
    /// The person, or else the company: what a carrier that wants a name is given.
    #[must_use]
    pub fn person(&self) -> &str {
        let company = self.company.as_deref().unwrap_or_default();
        filled(&self.name).unwrap_or(company)
    }

    /// The company, or else the person: what a carrier that wants a company is given.
    #[must_use]
    pub fn business(&self) -> &str {
        self.company.as_deref().unwrap_or(&self.name)
    }
}

impl fmt::Debug for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fitted({})", self.place.country)
    }
}

impl AddressForm {
    /// `address` in this form: Chinese in pinyin and accents off where the alphabet wants it,
    /// street lines broken anew between words, the phone number as digits. Nothing is cut.
    ///
    /// # Errors
    /// Everything that cannot be fitted, under field names that begin with `field`, and everything
    /// that no carrier would take.
    pub fn fit(&self, address: &Address, field: &str) -> Result<Fitted, Violations> {
        let mut found = address.violations(field);
        let fitted = Fitted {
            name: self.text(
                address,
                "name",
                Some(&address.name),
                self.name_max,
                field,
                &mut found,
            ),
            company: none_if_empty(self.text(
                address,
                "company",
                address.company.as_ref(),
                self.company_max,
                field,
                &mut found,
            )),
            lines: self.lines(address, field, &mut found),
            place: self.place(&Locality::from(address), field, &mut found),
            phone: self.phone(address, field, &mut found),
            email: self.plain(
                address.email.as_ref(),
                self.email_max,
                field,
                "email",
                &mut found,
            ),
            tax_id: self.plain(
                address.tax_id.as_ref(),
                self.tax_id_max,
                field,
                "tax_id",
                &mut found,
            ),
        };
        found.none_or(fitted)
    }

    /// What of `address` would not fit.
    #[must_use]
    pub fn violations(&self, address: &Address, field: &str) -> Violations {
        self.fit(address, field).err().unwrap_or_default()
    }

    /// The part of an address that a price depends on, in this form.
    ///
    /// # Errors
    /// What cannot be fitted, under field names that begin with `field`.
    pub fn fit_place(&self, place: &Locality, field: &str) -> Result<FittedPlace, Violations> {
        let mut found = Violations::new();
        let fitted = self.place(place, field, &mut found);
        if fitted.postal_code.is_none() && found.is_empty() {
            if place.country.has_postal_codes() {
                let allowed = format!("a postal code, which {} needs", place.country);
                found.require(format!("{field}.postal_code"), allowed);
            } else if fitted.city.is_none() {
                found.require(format!("{field}.city"), "a city, or a postal code");
            }
        }
        found.none_or(fitted)
    }

    /// A name. Chinese in it is spelled as a person's, or a company's; not in Japan and Korea,
    /// where the same characters are read otherwise.
    fn text(
        &self,
        address: &Address,
        part: &str,
        text: Option<&Personal>,
        chars_max: usize,
        field: &str,
        found: &mut Violations,
    ) -> String {
        let wording = match part {
            _ if matches!(address.country.code(), "JP" | "KR" | "KP") => Wording::Plain,
            "name" => Wording::Person,
            _ => Wording::Place,
        };
        let text = text.map_or("", Personal::expose);
        let field = format!("{field}.{part}");
        self.alphabet.fit(text, wording, chars_max, &field, found)
    }

    fn lines(&self, address: &Address, field: &str, found: &mut Violations) -> Vec<String> {
        let wording = wording(address.country);
        let mut spelled = Vec::with_capacity(address.lines.len());
        let mut legible = true;
        for (index, line) in address.lines.iter().enumerate() {
            match self.alphabet.spell(line.expose(), wording) {
                Some(line) if line.is_empty() => {}
                Some(line) => spelled.push((index, line)),
                None => {
                    legible = false;
                    found.require(format!("{field}.lines[{index}]"), self.alphabet.demand());
                }
            }
        }
        if !legible {
            return Vec::new();
        }
        let lines: Vec<&str> = spelled.iter().map(|(_, line)| line.as_str()).collect();
        if let Some(fitted) = lines::fit(&lines, self.line_max, self.lines_max) {
            return fitted;
        }
        let long = |line: &str| line.chars().count() > self.line_max;
        let at = spelled
            .iter()
            .find(|(_, line)| long(line))
            .or(spelled.last());
        let at = at.map_or(0, |(index, _)| *index);
        let (lines_max, line_max) = (self.lines_max, self.line_max);
        let allowed = format!("within {lines_max} street lines of {line_max} characters in all");
        found.require(format!("{field}.lines[{at}]"), allowed);
        Vec::new()
    }

    fn place(&self, place: &Locality, field: &str, found: &mut Violations) -> FittedPlace {
        let city = own_name(&place.city, &["市"]);
        let city_field = format!("{field}.city");
        let wording = wording(place.country);
        let city = self
            .alphabet
            .fit(city, wording, self.city_max, &city_field, found);
        let city = none_if_empty(city);
        let city_state = place
            .country
            .is_city_state()
            .then(|| place.country.name().to_owned());
        FittedPlace {
            city: city.or(city_state),
            region: self.region(place, field, found),
            postal_code: self.postal_code(place, field, found),
            country: place.country,
            residential: place.residential,
        }
    }

    fn region(&self, place: &Locality, field: &str, found: &mut Violations) -> Option<String> {
        let given = filled(place.region.as_deref()?)?;
        let field = format!("{field}.region");
        let two_letters = given.len() == 2 && given.bytes().all(|b| b.is_ascii_alphabetic());
        if matches!(place.country.code(), "US" | "CA" | "PR") && !two_letters {
            let allowed = format!(
                "the two letters of a state or province of {}",
                place.country
            );
            found.refuse(field, given, allowed);
            return None;
        }
        match self.region {
            RegionForm::Code(chars_max) => {
                let fits = given.chars().count() <= chars_max;
                let fits = fits && given.chars().all(|c| Alphabet::Ascii.has(c));
                fits.then(|| given.to_ascii_uppercase())
            }
            RegionForm::Name(chars_max) => {
                let name = own_name(
                    given,
                    &[
                        "特别行政区",
                        "壮族自治区",
                        "回族自治区",
                        "维吾尔自治区",
                        "自治区",
                        "省",
                        "市",
                    ],
                );
                let wording = wording(place.country);
                none_if_empty(self.alphabet.fit(name, wording, chars_max, &field, found))
            }
        }
    }

    fn postal_code(&self, place: &Locality, field: &str, found: &mut Violations) -> Option<String> {
        let given = filled(place.postal_code.as_deref()?)?;
        let bare: String = given
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let field = format!("{field}.postal_code");
        if place.country.code() == "CA" && !is_canadian(&bare) {
            found.refuse(field, given, "a Canadian postal code such as K1A 0B1");
            return None;
        }
        let code = if self.postal_code_bare {
            bare
        } else {
            given.to_owned()
        };
        if code.chars().count() > self.postal_code_max
            || !code.chars().all(|c| Alphabet::Ascii.has(c))
        {
            let allowed = format!("at most {} letters and digits", self.postal_code_max);
            found.refuse(field, given, allowed);
            return None;
        }
        none_if_empty(code)
    }

    fn phone(&self, address: &Address, field: &str, found: &mut Violations) -> Option<String> {
        let form = self.phone;
        let given = address.phone.as_ref().map_or("", Personal::expose);
        // What follows is an extension, of which no form has a member.
        let given = given
            .split(['x', 'X', '#', ';', ','])
            .next()
            .unwrap_or_default();
        let digits: String = given.chars().filter(char::is_ascii_digit).collect();
        let field = format!("{field}.phone");
        if digits.is_empty() {
            if form.required {
                let allowed = format!("a phone number, which {} needs", self.carrier);
                found.require(field, allowed);
            }
            return None;
        }
        if form.national && is_north_american(address.country) {
            let national = digits.strip_prefix('1').filter(|rest| rest.len() == 10);
            let national = national.unwrap_or(&digits);
            if national.len() != 10 {
                found.require(field, "ten digits: area code and number");
            }
            return Some(national.to_owned());
        }
        if !(form.digits_min..=form.digits_max).contains(&digits.len()) {
            let (least, most) = (form.digits_min, form.digits_max);
            let allowed = format!("{least} to {most} digits: country, area and number");
            found.require(field, allowed);
        }
        Some(digits)
    }

    fn plain(
        &self,
        text: Option<&Personal>,
        chars_max: usize,
        field: &str,
        part: &str,
        found: &mut Violations,
    ) -> Option<String> {
        let text = text.map_or("", Personal::expose);
        let field = format!("{field}.{part}");
        none_if_empty(
            self.alphabet
                .fit(text, Wording::Plain, chars_max, &field, found),
        )
    }
}

/// Both, when both fit and nothing else was found; otherwise all that is wrong, in that order.
///
/// # Errors
/// All that is wrong.
pub fn both<A, B>(
    first: Result<A, Violations>,
    second: Result<B, Violations>,
    found: Violations,
) -> Result<(A, B), Violations> {
    match (first, second) {
        (Ok(first), Ok(second)) => found.none_or((first, second)),
        (first, second) => {
            let mut all = first.err().unwrap_or_default();
            all.append(second.err().unwrap_or_default());
            all.append(found);
            Err(all)
        }
    }
}

/// Chinese is spelled as pinyin where that is what its speakers call their places. In Hong Kong,
/// Macao and Japan the same characters have other names.
fn wording(country: Country) -> Wording {
    if matches!(country.code(), "CN" | "TW") {
        Wording::Place
    } else {
        Wording::Plain
    }
}

/// 深圳 of 深圳市: a member that is called city needs no word that says so.
fn own_name<'a>(name: &'a str, endings: &[&str]) -> &'a str {
    let name = name.trim();
    if !has_han(name) {
        return name;
    }
    let own = endings.iter().find_map(|ending| name.strip_suffix(ending));
    own.filter(|own| own.chars().count() > 1).unwrap_or(name)
}

fn none_if_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn is_north_american(country: Country) -> bool {
    matches!(
        country.code(),
        "US" | "PR" | "CA" | "VI" | "GU" | "AS" | "MP"
    )
}

fn is_canadian(code: &str) -> bool {
    let fits = |(index, byte): (usize, u8)| {
        if index % 2 == 0 {
            byte.is_ascii_alphabetic()
        } else {
            byte.is_ascii_digit()
        }
    };
    code.len() == 6 && code.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests;
