//! Countries with three letters, as Parcel DE writes them.

#[rustfmt::skip]
const COUNTRIES: &[(&str, &str)] = &[
    ("ARE", "AE"), ("AUS", "AU"), ("AUT", "AT"), ("BEL", "BE"), ("BGR", "BG"), ("BRA", "BR"),
    ("CAN", "CA"), ("CHE", "CH"), ("CHN", "CN"), ("CYP", "CY"), ("CZE", "CZ"), ("DEU", "DE"),
    ("DNK", "DK"), ("ESP", "ES"), ("EST", "EE"), ("FIN", "FI"), ("FRA", "FR"), ("GBR", "GB"),
    ("GRC", "GR"), ("HKG", "HK"), ("HRV", "HR"), ("HUN", "HU"), ("IND", "IN"), ("IRL", "IE"),
    ("ISR", "IL"), ("ITA", "IT"), ("JPN", "JP"), ("KOR", "KR"), ("LTU", "LT"), ("LUX", "LU"),
    ("LVA", "LV"), ("MEX", "MX"), ("MLT", "MT"), ("MYS", "MY"), ("NLD", "NL"), ("NOR", "NO"),
    ("NZL", "NZ"), ("POL", "PL"), ("PRT", "PT"), ("ROU", "RO"), ("SAU", "SA"), ("SGP", "SG"),
    ("SVK", "SK"), ("SVN", "SI"), ("SWE", "SE"), ("THA", "TH"), ("TUR", "TR"), ("TWN", "TW"),
    ("UKR", "UA"), ("USA", "US"), ("ZAF", "ZA"),
];

/// Two letters for three; nothing where the sandbox has no parcels.
pub(super) fn two_letters(three: &str) -> Option<&'static str> {
    let found = COUNTRIES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(three));
    found.map(|(_, two)| *two)
}
