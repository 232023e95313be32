//! Makes numbers whose check digit is right, for carriers' simulators and tests.

use crate::check;

/// A UPS number: `1Z`, the shipper's account (6), the service code (2), the parcel's serial (7) and
/// the check digit. Letters must be capitals. `None` where a part has another length or a
/// character UPS does not use.
pub fn ups_1z(account: &str, service: &str, serial: &str) -> Option<String> {
    let sound = is(account, 6, |c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && is(service, 2, |c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && is(serial, 7, |c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let covered = sound.then(|| format!("{account}{service}{serial}"))?;
    let digit = check::ups(&covered)?;
    Some(format!("1Z{covered}{digit}"))
}

/// A UPU S10 number: the service indicator (2 letters), the serial (8 digits), the check digit and
/// the issuer (2 letters: a country, or `YP` for Yanwen's own). Whether such a country has a post
/// is not asked. `None` where a part has another form.
pub fn s10(service: &str, serial: &str, issuer: &str) -> Option<String> {
    let letters = |text| is(text, 2, |c| c.is_ascii_uppercase());
    let digit = check::s10(serial)?;
    (letters(service) && letters(issuer)).then(|| format!("{service}{serial}{digit}{issuer}"))
}

fn is(text: &str, length: usize, of: impl Fn(char) -> bool) -> bool {
    text.len() == length && text.chars().all(of)
}

#[cfg(test)]
mod tests {
    use super::{s10, ups_1z};

    #[test]
    fn known_numbers_are_made_again() {
        assert_eq!(
            ups_1z("5R8939", "03", "5756712").as_deref(),
            Some("1Z5R89390357567127")
        );
        assert_eq!(
            s10("RB", "12345678", "GB").as_deref(),
            Some("RB123456785GB")
        );
        assert_eq!(
            s10("UH", "18387029", "YP").as_deref(),
            Some("UH183870291YP")
        );
    }

    #[test]
    fn parts_of_another_form_make_nothing() {
        assert_eq!(ups_1z("5R893", "903", "5756712"), None);
        assert_eq!(ups_1z("5r8939", "03", "5756712"), None);
        assert_eq!(s10("R8", "12345678", "GB"), None);
        assert_eq!(s10("RB", "1234567", "GB"), None);
        assert_eq!(s10("RB", "12345678", "GBR"), None);
    }
}
