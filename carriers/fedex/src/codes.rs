//! FedEx's codes of services and charges.

use parcelgate_carrier::ServiceRow;
use parcelgate_carrier::json::Text;
use parcelgate_domain::{ChargeKind, Service, ServiceCode};

/// A box of the sender's own.
pub(crate) const YOUR_PACKAGING: &str = "YOUR_PACKAGING";

/// The services that can be bought here: every row of the regions' service lists (reference guide)
/// but those in [`NOT_SOLD`].
pub(crate) const SERVICES: &[ServiceRow] = &[
    row("FEDEX_2_DAY", "FedEx 2Day"),
    row("FEDEX_2_DAY_AM", "FedEx 2Day AM"),
    row("FEDEX_ECONOMY", "FedEx Economy"),
    row("FEDEX_ECONOMY_SELECT", "FedEx Economy"), // within the United Kingdom
    row("FEDEX_EXPRESS_SAVER", "FedEx Express Saver"),
    row("FEDEX_FIRST", "FedEx First"),
    row("FEDEX_GROUND", "FedEx Ground"),
    row(
        "FEDEX_INTERNATIONAL_CONNECT_PLUS",
        "FedEx International Connect Plus",
    ),
    row(
        "FEDEX_INTERNATIONAL_PRIORITY",
        "FedEx International Priority",
    ),
    row(
        "FEDEX_INTERNATIONAL_PRIORITY_EXPRESS",
        "FedEx International Priority Express",
    ),
    row("FEDEX_PRIORITY", "FedEx Priority"),
    row("FEDEX_PRIORITY_EXPRESS", "FedEx Priority Express"),
    row("FEDEX_REGIONAL_ECONOMY", "FedEx Regional Economy"),
    row("FIRST_OVERNIGHT", "FedEx First Overnight"),
    row("GROUND_HOME_DELIVERY", "FedEx Home Delivery"),
    row("INTERNATIONAL_ECONOMY", "FedEx International Economy"),
    row("INTERNATIONAL_FIRST", "FedEx International First"),
    row("PRIORITY_OVERNIGHT", "FedEx Priority Overnight"),
    row("STANDARD_OVERNIGHT", "FedEx Standard Overnight"),
];

const fn row(code: &'static str, name: &'static str) -> ServiceRow {
    ServiceRow { code, name }
}

/// Services that are no ordinary parcel: freight, consolidations, couriers within a city, and the
/// one that wants a hub of the account's.
#[rustfmt::skip]
pub(crate) const NOT_SOLD: &[(&str, &str)] = &[
    ("FEDEX_1_DAY_FREIGHT", "FedEx 1Day Freight"),
    ("FEDEX_2_DAY_FREIGHT", "FedEx 2Day Freight"),
    ("FEDEX_3_DAY_FREIGHT", "FedEx 3Day Freight"),
    ("FEDEX_ECONOMY_FREIGHT", "FedEx Economy Freight"),
    ("FEDEX_FIRST_FREIGHT", "FedEx First Overnight Freight"),
    ("FEDEX_FREIGHT_ECONOMY", "FedEx LTL Freight Economy"),
    ("FEDEX_FREIGHT_PRIORITY", "FedEx LTL Freight Priority"),
    ("FEDEX_INTERNATIONAL_DEFERRED_FREIGHT", "FedEx International Deferred Freight"),
    ("FEDEX_PRIORITY_EXPRESS_FREIGHT", "FedEx Priority Express Freight"),
    ("FEDEX_PRIORITY_FREIGHT", "FedEx Priority Freight"),
    ("FEDEX_REGIONAL_ECONOMY_FREIGHT", "FedEx Regional Economy Freight"),
    ("INTERNATIONAL_DISTRIBUTION_FREIGHT", "FedEx International Priority DirectDistribution Freight"),
    ("INTERNATIONAL_ECONOMY_DISTRIBUTION", "FedEx International Economy DirectDistribution"),
    ("INTERNATIONAL_ECONOMY_FREIGHT", "FedEx International Economy Freight"),
    ("INTERNATIONAL_PRIORITY_DISTRIBUTION", "FedEx International Priority DirectDistribution"),
    ("INTERNATIONAL_PRIORITY_FREIGHT", "FedEx International Priority Freight"),
    ("INTL_GROUND_DISTRIBUTION", "International Ground Distribution"),
    ("SAME_DAY", "FedEx SameDay"),
    ("SAME_DAY_CITY", "FedEx SameDay City"),
    ("SMART_POST", "FedEx Ground Economy"),
    ("TRANSBORDER_DISTRIBUTION", "Transborder distribution"),
];

/// The services whose parcels FedEx also delivers on a Saturday, for an additional charge
/// (reference guide, variable handling fees).
pub(crate) const SATURDAY: [&str; 4] = [
    "FIRST_OVERNIGHT",
    "PRIORITY_OVERNIGHT",
    "FEDEX_2_DAY",
    "FEDEX_INTERNATIONAL_PRIORITY",
];

/// The countries within which FedEx carries by its services of Europe (reference guide, Europe
/// domestic services).
#[rustfmt::skip]
pub(crate) const EUROPE_AT_HOME: [&str; 19] = [
    "AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "HU", "IT", "LU", "NL", "NO",
    "PL", "RO", "SE",
];

/// Whether FedEx Ground carries it; whatever else is sold here is Express.
pub(crate) fn is_ground(service: &str) -> bool {
    matches!(service, "FEDEX_GROUND" | "GROUND_HOME_DELIVERY")
}

/// The company that carries a service.
pub(crate) fn company(service: Option<&ServiceCode>) -> &'static str {
    if service.is_some_and(|service| is_ground(service.as_str())) {
        "FDXG"
    } else {
        "FDXE"
    }
}

/// A service with its name: as FedEx says it, or as it is known.
pub(crate) fn named(code: &str, told: &Text) -> Service {
    let name = told.get().or_else(|| service_name(code));
    Service {
        code: ServiceCode::new(code),
        name: name.unwrap_or(code).to_owned(),
    }
}

/// The media types of the papers that FedEx takes (description of trade documents upload v1).
#[rustfmt::skip]
pub(crate) const PAPERS: [&str; 17] = [
    "application/pdf",
    "application/x-soffice",
    "application/doc",
    "text/richtext",
    "text/rtf",
    "application/x-rtf",
    "application/rtf",
    "application/msword",
    "text/plain",
    "image/bmp",
    "image/png",
    "image/gif",
    "image/jpeg",
    "image/tiff",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
];

/// What people call a service.
pub(crate) fn service_name(code: &str) -> Option<&'static str> {
    let known = SERVICES.iter().find(|row| row.code == code);
    known.map(|row| row.name).or_else(|| {
        let other = NOT_SOLD.iter().find(|(known, _)| *known == code);
        other.map(|(_, name)| *name)
    })
}

/// What a surcharge is for: fuel, or anything else.
pub(crate) fn surcharge_kind(code: &str) -> ChargeKind {
    match code {
        "FUEL" => ChargeKind::Fuel,
        _ => ChargeKind::Surcharge,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use parcelgate_conformance::described;
    use serde_json::Value;

    use super::*;

    /// The rows of a table of FedEx's reference guide; none where the descriptions are not there,
    /// which is a failure where they must be.
    pub(crate) fn official(table: &str) -> Vec<Vec<String>> {
        let Some(folder) = described::folder() else {
            assert!(!described::required(), "set CARRIER_SPECS");
            return Vec::new();
        };
        let text = std::fs::read_to_string(folder.join("fedex/reference-tables.json")).unwrap();
        let tables: Value = serde_json::from_str(&text).unwrap();
        let rows: Vec<Vec<String>> = serde_json::from_value(tables[table]["rows"].clone()).unwrap();
        assert!(!rows.is_empty(), "{table}");
        rows
    }

    #[test]
    fn every_service_of_the_official_lists_is_known() {
        let regions = [
            "U.S. Region Service List",
            "Canada Region Service List",
            "LAC Region Service List",
            "APAC Region Service List",
            "MEISA Region Service List",
            "EU Region International Service List",
            "EU Region Domestic Service List",
        ];
        for row in regions.into_iter().flat_map(official) {
            assert!(service_name(&row[1]).is_some(), "{row:?}");
        }
    }

    #[test]
    fn no_service_is_both_sold_and_not() {
        for (code, _) in NOT_SOLD {
            assert!(SERVICES.iter().all(|row| row.code != *code), "{code}");
        }
        assert_eq!(service_name("FEDEX_MOON"), None);
    }
}
