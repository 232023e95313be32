//! UPS's codes of services, packaging and charges.

use parcelgate_carrier::ServiceRow;
use parcelgate_domain::{ChargeKind, Country, DocumentKind};

/// A box of the sender's own.
pub(crate) const PACKAGE: &str = "02";

/// The services that can be bought here, by the names they have from the United States where a name
/// depends on the origin.
pub(crate) const SERVICES: &[ServiceRow] = &[
    row("01", "UPS Next Day Air"),
    row("02", "UPS 2nd Day Air"),
    row("03", "UPS Ground"),
    row("07", "UPS Worldwide Express"),
    row("08", "UPS Worldwide Expedited"),
    row("11", "UPS Standard"),
    row("12", "UPS 3 Day Select"),
    row("13", "UPS Next Day Air Saver"),
    row("14", "UPS Next Day Air Early"),
    row("54", "UPS Worldwide Express Plus"),
    row("59", "UPS 2nd Day Air A.M."),
    row("65", "UPS Worldwide Saver"),
    row("74", "UPS Express 12:00"),
    row("82", "UPS Today Standard"),
    row("83", "UPS Today Dedicated Courier"),
    row("84", "UPS Today Intercity"),
    row("85", "UPS Today Express"),
    row("86", "UPS Today Express Saver"),
];

const fn row(code: &'static str, name: &'static str) -> ServiceRow {
    ServiceRow { code, name }
}

/// The same code under another name, from some origins (UPS rating appendix, service codes).
#[rustfmt::skip]
const NAMES_ELSEWHERE: &[(&str, Origin, &str)] = &[
    ("01", Origin::Canada, "UPS Express"),
    ("02", Origin::Canada, "UPS Expedited"),
    ("13", Origin::Canada, "UPS Express Saver"),
    ("14", Origin::Canada, "UPS Express Early"),
    ("65", Origin::Canada, "UPS Express Saver"),
    ("07", Origin::Europe, "UPS Express"),
    ("08", Origin::Europe, "UPS Expedited"),
    ("54", Origin::Europe, "UPS Express Plus"),
    ("65", Origin::Europe, "UPS Express Saver"),
    ("07", Origin::Mexico, "UPS Express"),
    ("08", Origin::Mexico, "UPS Expedited"),
    ("54", Origin::Mexico, "UPS Express Plus"),
    ("65", Origin::Mexico, "UPS Saver"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Canada,
    Europe,
    Mexico,
    Other,
}

impl Origin {
    fn of(country: Country) -> Self {
        match country.code() {
            "CA" => Self::Canada,
            "MX" => Self::Mexico,
            "GB" | "CH" | "NO" => Self::Europe,
            _ if country.is_in_eu() => Self::Europe,
            _ => Self::Other,
        }
    }
}

/// What people call a service from there; none for one that is not in the tables.
pub(crate) fn service_name(code: &str, from: Country) -> Option<&'static str> {
    let origin = Origin::of(from);
    let mut elsewhere = NAMES_ELSEWHERE.iter();
    let named = elsewhere.find(|(known, place, _)| *known == code && *place == origin);
    named.map(|(.., name)| *name).or_else(|| {
        let row = SERVICES.iter().find(|row| row.code == code);
        row.map(|row| row.name)
    })
}

/// Services that are no ordinary parcel: they want other packaging, units, papers or a delivery
/// point that an order here does not carry.
pub(crate) const NOT_SOLD: &[(&str, &str)] = &[
    ("17", "UPS Worldwide Economy DDU"),
    ("70", "UPS Access Point Economy"),
    ("71", "UPS Worldwide Express Freight Midday"),
    ("72", "UPS Worldwide Economy DDP"),
    ("75", "UPS Heavy Goods"),
    ("96", "UPS Worldwide Express Freight"),
    ("C6", "Roadie XD AM"),
    ("C7", "Roadie XD PM"),
    ("C8", "Roadie XD"),
    ("M2", "First Class Mail"),
    ("M3", "Priority Mail"),
    ("M4", "Expedited Mail Innovations"),
    ("M5", "Priority Mail Innovations"),
    ("M6", "Economy Mail Innovations"),
    ("M7", "Mail Innovations Returns"),
    ("T0", "Master"),
    ("T1", "LTL"),
];

/// The services of which Saturday delivery can be asked (UPS rate and service guide).
pub(crate) const ON_SATURDAYS: &[&str] = &["01", "02", "07", "14", "54"];

/// What UPS calls a paper, by its own numbers (description of paperless documents v2).
pub(crate) const fn document_type(kind: DocumentKind) -> Option<&'static str> {
    match kind {
        DocumentKind::CommercialInvoice => Some("002"),
        DocumentKind::CertificateOfOrigin => Some("003"),
        DocumentKind::ProformaInvoice | DocumentKind::OtherCustoms => Some("008"),
        DocumentKind::Manifest | DocumentKind::ProofOfDelivery => None,
    }
}

/// The endings that UPS takes of a file.
pub(crate) const FILE_FORMATS: &[&str] = &[
    "bmp", "doc", "docx", "gif", "jpg", "pdf", "png", "rtf", "tif", "txt", "xls", "xlsx",
];

/// What an itemised charge is for: 375 is fuel, everything else itemised is a surcharge.
pub(crate) fn charge_kind(code: &str) -> ChargeKind {
    match code {
        "375" => ChargeKind::Fuel,
        _ => ChargeKind::Surcharge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_depends_on_the_origin_where_ups_says_so() {
        let name = |code, from: &str| service_name(code, from.parse().unwrap());
        assert_eq!(name("01", "US"), Some("UPS Next Day Air"));
        assert_eq!(name("01", "CA"), Some("UPS Express"));
        assert_eq!(name("65", "DE"), Some("UPS Express Saver"));
        assert_eq!(name("65", "CN"), Some("UPS Worldwide Saver"));
        assert_eq!(name("11", "DE"), Some("UPS Standard"));
        assert_eq!(name("99", "US"), None);
    }

    #[test]
    fn no_service_is_both_sold_and_not() {
        for (code, _) in NOT_SOLD {
            assert!(SERVICES.iter().all(|row| row.code != *code), "{code}");
        }
        for (code, ..) in NAMES_ELSEWHERE {
            assert!(SERVICES.iter().any(|row| row.code == *code), "{code}");
        }
    }
}
