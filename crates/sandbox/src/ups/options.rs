//! What a sender asks for beside carriage: a value declared, a signature, Saturday, the way back.

use serde_json::Value;

use super::lane::Lane;
use super::refusal::{Answer, Refusal};
use crate::decimal::hundredths;
use crate::document::{list, present, scalar, text};

/// The codes of refusals, which differ between rating and shipping. UPS does not publish them.
pub(crate) struct Codes {
    pub(crate) declared: &'static str,
    pub(crate) signature: &'static str,
    pub(crate) saturday: &'static str,
    pub(crate) returned: &'static str,
}

/// A charge: its code, its name, cents.
pub(crate) type Item = (&'static str, &'static str, u64);

/// How a label for the way back reaches who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    /// 8: by e-mail, from UPS.
    Mailed,
    /// 9: in the answer.
    Printed,
}

/// The largest value that a package may be declared with, in cents.
const DECLARED_MAX: u64 = 5_000_000;
/// What each package is covered for without a charge, in cents.
const COVERED: u64 = 10_000;

const SIGNATURE: Item = ("120", "DELIVERY CONFIRMATION SIGNATURE REQUIRED", 655);
const ADULT: Item = ("121", "DELIVERY CONFIRMATION ADULT SIGNATURE", 790);
const MAILED: Item = ("260", "ELECTRONIC RETURN LABEL", 150);
const PRINTED: Item = ("250", "PRINT RETURN LABEL", 100);
const SATURDAY: Item = ("300", "SATURDAY DELIVERY", 1_600);
const SATURDAY_PICKUP: Item = ("310", "SATURDAY PICKUP", 1_600);

/// What is asked for, checked.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The charges of each package.
    pub(crate) packages: Vec<Vec<Item>>,
    /// Whether somebody has to sign.
    pub(crate) signed: bool,
    pub(crate) returned: Option<Return>,
}

impl Options {
    /// Reads a `Shipment`; `way_back` is where the kind of a return stands in it.
    pub(crate) fn of(shipment: &Value, lane: &Lane, way_back: &str, codes: &Codes) -> Answer<Self> {
        let returned = returned(shipment, way_back, codes)?;
        let mut shared = Vec::new();
        shared.extend(match returned {
            Some(Return::Mailed) => Some(MAILED),
            Some(Return::Printed) => Some(PRINTED),
            None => None,
        });
        let of_all = "ShipmentServiceOptions";
        if present(shipment, &format!("{of_all}.SaturdayDeliveryIndicator")) {
            if returned.is_some() {
                let message = "Saturday delivery is not available with return service.";
                return Err(Refusal::invalid(codes.saturday, message));
            }
            shared.push(SATURDAY);
        }
        if present(shipment, &format!("{of_all}.SaturdayPickupIndicator")) {
            shared.push(SATURDAY_PICKUP);
        }
        let level = Signatures {
            per_package: per_package(lane),
            forward: returned.is_none(),
            code: codes.signature,
        };
        shared.extend(level.of_shipment(shipment)?);
        let mut packages = Vec::new();
        for package in list(shipment, "Package") {
            let mut items = shared.clone();
            items.extend(level.of_package(package)?);
            items.extend(declared(package, codes.declared)?);
            packages.push(items);
        }
        let signs = |item: &Item| *item == SIGNATURE || *item == ADULT;
        Ok(Self {
            signed: packages.iter().flatten().any(signs),
            packages,
            returned,
        })
    }

    /// The charges of the package at `index`.
    pub(crate) fn of_package(&self, index: usize) -> Vec<Item> {
        self.packages.get(index).cloned().unwrap_or_default()
    }
}

/// Signatures are asked for at the packages inside the United States with Puerto Rico and inside
/// Canada, and at the shipment elsewhere.
fn per_package(lane: &Lane) -> bool {
    let (from, to) = (&lane.origin.country, &lane.destination.country);
    let states = |country: &str| matches!(country, "US" | "PR");
    (states(from) && states(to)) || (from == "CA" && to == "CA")
}

/// Where signatures may be asked for.
struct Signatures {
    per_package: bool,
    /// They are for forward shipments only.
    forward: bool,
    code: &'static str,
}

const DCIS: &str = "DeliveryConfirmation.DCISType";

impl Signatures {
    fn of_package(&self, package: &Value) -> Answer<Option<Item>> {
        match scalar(package, &format!("PackageServiceOptions.{DCIS}")).as_deref() {
            None => Ok(None),
            Some("2") if self.per_package && self.forward => Ok(Some(SIGNATURE)),
            Some("3") if self.per_package && self.forward => Ok(Some(ADULT)),
            Some(kind) => Err(self.wrong("package", kind)),
        }
    }

    fn of_shipment(&self, shipment: &Value) -> Answer<Option<Item>> {
        match scalar(shipment, &format!("ShipmentServiceOptions.{DCIS}")).as_deref() {
            None => Ok(None),
            Some("1") if !self.per_package && self.forward => Ok(Some(SIGNATURE)),
            Some("2") if !self.per_package && self.forward => Ok(Some(ADULT)),
            Some(kind) => Err(self.wrong("shipment", kind)),
        }
    }

    fn wrong(&self, level: &str, kind: &str) -> Refusal {
        let message = format!(
            "Delivery confirmation {kind} of the {level} is not available for this shipment."
        );
        Refusal::invalid(self.code, message)
    }
}

/// The charge for the value that a package is declared with.
fn declared(package: &Value, code: &'static str) -> Answer<Option<Item>> {
    let path = "PackageServiceOptions.DeclaredValue";
    if !present(package, path) {
        return Ok(None);
    }
    let wrong = |message: &str| Refusal::invalid(code, message);
    let currency = text(package, &format!("{path}.CurrencyCode")).unwrap_or_default();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(wrong("Missing or invalid declared value currency code"));
    }
    let value = scalar(package, &format!("{path}.MonetaryValue"));
    let value = value
        .and_then(|value| hundredths(&value))
        .filter(|value| *value > 0);
    let value = value.ok_or_else(|| wrong("Missing or invalid declared value"))?;
    if value > DECLARED_MAX {
        return Err(wrong(
            "The declared value exceeds the maximum of 50000.00 USD.",
        ));
    }
    let hundreds = value.saturating_sub(COVERED).div_ceil(10_000);
    let cents = if hundreds == 0 {
        0
    } else {
        (hundreds * 165).max(495)
    };
    Ok((cents > 0).then_some(("400", "DECLARED VALUE", cents)))
}

/// The kind of return, with what returns ask for besides.
fn returned(shipment: &Value, way_back: &str, codes: &Codes) -> Answer<Option<Return>> {
    if !present(shipment, way_back) {
        return Ok(None);
    }
    let wrong = |message: &str| Refusal::invalid(codes.returned, message);
    let kind = match scalar(shipment, &format!("{way_back}.Code")).as_deref() {
        Some("8") => Return::Mailed,
        Some("9") => Return::Printed,
        // UPS has more of them: drivers with labels, boxes, exchanges.
        _ => return Err(wrong("Missing or invalid return service code")),
    };
    if !present(shipment, "ShipFrom") {
        return Err(wrong(
            "Ship from is required for shipments with return service.",
        ));
    }
    Ok(Some(kind))
}

/// Saturday is asked for, and the service does not arrive then.
pub(crate) fn not_on_saturday(code: &'static str) -> Refusal {
    let message = "Saturday delivery is not available for the service and the day of pickup.";
    Refusal::invalid(code, message)
}

/// What only a purchase of a label for the way back is asked.
pub(crate) fn check_return(shipment: &Value, kind: Return, code: &'static str) -> Answer<()> {
    let wrong = |message: &str| Err(Refusal::invalid(code, message));
    for package in list(shipment, "Package") {
        let description = text(package, "Description");
        if description.is_none_or(|text| text.chars().count() > 35) {
            return wrong("A package description is required for shipments with return service.");
        }
        if matches!(text(package, "Packaging.Code"), Some("24" | "25")) {
            return wrong("The packaging is not available with return service.");
        }
        if present(package, "PackageServiceOptions.ShipperReleaseIndicator") {
            return wrong("Shipper release is not available with return service.");
        }
    }
    let forms = list(
        shipment,
        "ShipmentServiceOptions.InternationalForms.FormType",
    );
    let allowed = |form: &&Value| matches!(form.as_str(), Some("05" | "10"));
    if !forms.iter().all(allowed) {
        return wrong("For shipments with return service 05 and 10 are the only valid forms.");
    }
    let address = "ShipmentServiceOptions.LabelDelivery.EMail.EMailAddress";
    let mailed = text(shipment, address);
    if kind == Return::Mailed && mailed.is_none_or(|address| !address.contains('@')) {
        return wrong("Label delivery with an e-mail address is required for this return service.");
    }
    Ok(())
}
