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

/// A FedEx number: eleven digits and the check digit. `None` where the serial has another form.
pub fn fedex_12(serial: &str) -> Option<String> {
    let sound = is(serial, 11, |c| c.is_ascii_digit());
    let digit = sound.then(|| check::fedex(serial)).flatten()?;
    Some(format!("{serial}{digit}"))
}

/// A DHL Express waybill: nine digits and the check digit. `None` where the serial has another
/// form.
pub fn dhl_express(serial: &str) -> Option<String> {
    let sound = is(serial, 9, |c| c.is_ascii_digit());
    let digit = sound.then(|| check::mod7(serial)).flatten()?;
    Some(format!("{serial}{digit}"))
}

/// A DHL parcel of Germany: `00340434`, eleven digits and the check digit of a GS1 SSCC. `None`
/// where the serial has another form.
pub fn dhl_parcel_de(serial: &str) -> Option<String> {
    let covered = is(serial, 11, |c| c.is_ascii_digit()).then(|| format!("00340434{serial}"))?;
    let digit = check::gs1(&covered)?;
    Some(format!("{covered}{digit}"))
}

/// A USPS number of 22 digits: `92` or `93`, the service type code (3), the mailer id (9 digits
/// that begin with 9, or 6 that do not), the parcel's serial (7 or 10) and the check digit. `None`
/// where a part has another form.
pub fn usps_impb(service: &str, mailer: &str, serial: &str) -> Option<String> {
    let digits = |text, length| is(text, length, |c| c.is_ascii_digit());
    let (identifier, rest) = if mailer.starts_with('9') {
        ("92", (9, 7))
    } else {
        ("93", (6, 10))
    };
    let sound = digits(service, 3) && digits(mailer, rest.0) && digits(serial, rest.1);
    let covered = sound.then(|| format!("{identifier}{service}{mailer}{serial}"))?;
    let digit = check::gs1(&covered)?;
    Some(format!("{covered}{digit}"))
}

fn is(text: &str, length: usize, of: impl Fn(char) -> bool) -> bool {
    text.len() == length && text.chars().all(of)
}

#[cfg(test)]
mod tests {
    use super::{dhl_express, dhl_parcel_de, fedex_12, s10, ups_1z, usps_impb};

    #[test]
    fn known_numbers_are_made_again() {
        assert_eq!(
            ups_1z("5R8939", "03", "5756712").as_deref(),
            Some("1Z5R89390357567127")
        );
        assert_eq!(fedex_12("79780667714").as_deref(), Some("797806677146"));
        assert_eq!(fedex_12("56883841494").as_deref(), Some("568838414941"));
        assert_eq!(dhl_express("331881002").as_deref(), Some("3318810025"));
        assert_eq!(
            dhl_parcel_de("16109401590").as_deref(),
            Some("00340434161094015902")
        );
        assert_eq!(
            usps_impb("612", "903123456", "0000042").as_deref(),
            Some("9261290312345600000425")
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
        assert_eq!(usps_impb("612", "903123456", "0000000042"), None);
        assert_eq!(usps_impb("612", "803123", "0000042"), None);
        assert_eq!(usps_impb("61A", "903123456", "0000042"), None);
        assert_eq!(ups_1z("5R893", "903", "5756712"), None);
        assert_eq!(ups_1z("5r8939", "03", "5756712"), None);
        assert_eq!(fedex_12("7978066771"), None);
        assert_eq!(fedex_12("7978066771x"), None);
        assert_eq!(dhl_express("33188100"), None);
        assert_eq!(dhl_express("33188100x"), None);
        assert_eq!(dhl_parcel_de("1610940159"), None);
        assert_eq!(s10("R8", "12345678", "GB"), None);
        assert_eq!(s10("RB", "1234567", "GB"), None);
        assert_eq!(s10("RB", "12345678", "GBR"), None);
    }
}
