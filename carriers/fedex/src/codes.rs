//! FedEx's codes of services and charges.

use parcelgate_carrier::ServiceRow;
use parcelgate_domain::ChargeKind;

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
