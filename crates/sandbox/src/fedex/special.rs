//! Special services: those that FedEx's tables name, and what those that are played cost.

use serde_json::Value;

use super::lane::Lane;
use super::refusal::Error;
use super::service::Service;
use crate::document::{list, text};

#[rustfmt::skip]
const OF_SHIPMENTS: &[&str] = &[
    "APPOINTMENT", "BROKER_SELECT_OPTION", "CALL_BEFORE_DELIVERY", "COD", "CUSTOM_DELIVERY_WINDOW",
    "CUT_FLOWERS", "DELIVERY_ON_INVOICE_ACCEPTANCE", "DO_NOT_BREAK_DOWN_PALLETS",
    "DO_NOT_STACK_PALLETS", "DRY_ICE", "EAST_COAST_SPECIAL", "ELECTRONIC_TRADE_DOCUMENTS",
    "EVENT_NOTIFICATION", "EXCLUDE_FROM_CONSOLIDATION", "EXTREME_LENGTH", "FEDEX_ONE_RATE", "FOOD",
    "FREIGHT_GUARANTEE", "HOLD_AT_LOCATION", "HOME_DELIVERY_PREMIUM", "INSIDE_DELIVERY",
    "INSIDE_PICKUP", "INTERNATIONAL_CONTROLLED_EXPORT_SERVICE",
    "INTERNATIONAL_TRAFFIC_IN_ARMS_REGULATIONS", "LIFTGATE_DELIVERY", "LIFTGATE_PICKUP",
    "LIMITED_ACCESS_DELIVERY", "LIMITED_ACCESS_PICKUP", "OVER_LENGTH", "PENDING_SHIPMENT",
    "PHARMACY_DELIVERY", "POISON", "PROTECTION_FROM_FREEZING", "RETURNS_CLEARANCE",
    "RETURN_SHIPMENT", "SATURDAY_DELIVERY", "SATURDAY_PICKUP", "THIRD_PARTY_CONSIGNEE", "TOP_LOAD",
];

#[rustfmt::skip]
const OF_PACKAGES: &[&str] = &[
    "ALCOHOL", "APPOINTMENT", "BATTERY", "BIOLOGICAL_SUBSTANCES_CATEGORY_B", "COD",
    "DANGEROUS_GOODS", "DANGEROUS_GOODS_IN_EXCEPTED_QUANTITIES", "DATE_CERTAIN", "DRY_ICE",
    "EVENING", "GENETICALLY_MODIFIED_ORGANISMS_AND_MICROORGANISMS", "NON_STANDARD_CONTAINER",
    "PIECE_COUNT_VERIFICATION", "PRIORITY_ALERT", "PRIORITY_ALERT_PLUS",
    "RADIOACTIVE_EXCEPTED_PACKAGE", "SATURDAY_PICKUP", "SIGNATURE_OPTION", "STANDALONE_BATTERY",
];

/// Who signs for a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) kind: &'static str,
    /// Cents.
    pub(crate) price: u64,
}

/// Prices are made up.
#[rustfmt::skip]
const SIGNATURES: &[Signature] = &[
    Signature { kind: "SERVICE_DEFAULT", price: 0 },
    Signature { kind: "NO_SIGNATURE_REQUIRED", price: 0 },
    Signature { kind: "INDIRECT", price: 670 },
    Signature { kind: "DIRECT", price: 725 },
    Signature { kind: "ADULT", price: 890 },
];

const NO_WISH: Signature = Signature {
    kind: "SERVICE_DEFAULT",
    price: 0,
};

/// What a line item says of signatures; services that no table names go to `errors`.
pub(crate) fn signature(line: &Value, errors: &mut Vec<Error>) -> Signature {
    for kind in asked(line, "packageSpecialServices") {
        if !OF_PACKAGES.contains(&kind) {
            errors.push(unknown(kind));
        }
    }
    let Some(kind) = text(line, "packageSpecialServices.signatureOptionType") else {
        return NO_WISH;
    };
    let found = SIGNATURES.iter().find(|signature| signature.kind == kind);
    if found.is_none() {
        let message = format!("The signature option type is invalid: {kind}");
        errors.push(("SIGNATUREOPTION.TYPE.INVALID", message));
    }
    found.copied().unwrap_or(NO_WISH)
}

/// What is asked of a shipment as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wishes {
    pub(crate) saturday: bool,
    /// A label for the way back: from the shipper, who is the one that returns, to the recipient.
    pub(crate) is_return: bool,
    /// Trade documents go electronically.
    pub(crate) documents: bool,
}

impl Wishes {
    pub(crate) fn of(shipment: &Value, errors: &mut Vec<Error>) -> Self {
        let asked = asked(shipment, "shipmentSpecialServices");
        for kind in &asked {
            if !OF_SHIPMENTS.contains(kind) {
                errors.push(unknown(kind));
            }
        }
        let is_return = asked.contains(&"RETURN_SHIPMENT");
        let detail = text(
            shipment,
            "shipmentSpecialServices.returnShipmentDetail.returnType",
        );
        // A pending return, whose label is sent by e-mail, is not played.
        if is_return && detail != Some("PRINT_RETURN_LABEL") {
            let message = "The return type is missing or invalid.".to_owned();
            errors.push(("RETURNTYPE.INVALID", message));
        }
        Self {
            saturday: asked.contains(&"SATURDAY_DELIVERY"),
            is_return,
            documents: asked.contains(&"ELECTRONIC_TRADE_DOCUMENTS"),
        }
    }

    /// Whether `service` on `lane` can do what is asked.
    pub(crate) fn suit(self, service: &Service, lane: &Lane) -> bool {
        (!self.saturday || service.on_saturdays()) && (!self.documents || lane.crosses_border())
    }
}

fn asked<'v>(owner: &'v Value, element: &str) -> Vec<&'v str> {
    let kinds = list(owner, &format!("{element}.specialServiceTypes"));
    let text = |kind: &'v Value| kind.as_str().unwrap_or_default();
    kinds.into_iter().map(text).collect()
}

fn unknown(kind: &str) -> Error {
    let message = format!("The special service type is invalid: {kind}");
    ("SPECIALSERVICE.TYPE.INVALID", message)
}
