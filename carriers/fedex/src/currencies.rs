//! FedEx's own letters of currencies. ISO's are taken for the rest, and for these only as a
//! preferred currency of a price (reference guide, currency codes).

use parcelgate_domain::Currency;

/// FedEx's letters and ISO's.
#[rustfmt::skip]
const OWN_LETTERS: &[(&str, &str)] = &[
    ("ARN", "ARS"), // Argentinian Peso
    ("CHP", "CLP"), // Chilean Peso
    ("CID", "KYD"), // Cayman Dollars
    ("DHS", "AED"), // United Arab Emirates Dirham
    ("ECD", "XCD"), // E. Caribbean Dollar
    ("JAD", "JMD"), // Jamaican Dollar
    ("JYE", "JPY"), // Japanese Yen
    ("KUD", "KWD"), // Kuwaiti Dinar
    ("NMP", "MXN"), // New Mexican Peso
    ("NTD", "TWD"), // New Taiwan Dollar
    ("RDD", "DOP"), // Dominican Peso
    ("SFR", "CHF"), // Swiss Francs
    ("SID", "SGD"), // Singapore Dollar
    ("UKL", "GBP"), // Great Britain Pound
    ("WON", "KRW"), // South Korean Won
];

/// As FedEx writes it.
pub(crate) fn written(currency: Currency) -> &'static str {
    let mut own = OWN_LETTERS.iter();
    let found = own.find(|(_, iso)| *iso == currency.code());
    found.map_or_else(|| currency.code(), |(fedex, _)| fedex)
}

/// Of FedEx's letters, or ISO's.
pub(crate) fn read(letters: &str) -> Option<Currency> {
    let mut own = OWN_LETTERS.iter();
    let found = own.find(|(fedex, _)| *fedex == letters);
    found.map_or(letters, |(_, iso)| iso).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::tests::official;

    #[test]
    fn every_currency_of_the_official_table_is_known_both_ways() {
        for (fedex, iso) in OWN_LETTERS {
            assert_eq!(written(iso.parse().unwrap()), *fedex);
            assert_eq!(read(fedex), Some(iso.parse().unwrap()));
        }
        for row in official("Currency Codes") {
            let codes = row[1].split_whitespace().next().unwrap().to_owned();
            let Some((fedex, iso)) = codes.split_once('/') else {
                continue;
            };
            assert!(OWN_LETTERS.contains(&(fedex, iso)), "{codes}");
        }
    }
}
