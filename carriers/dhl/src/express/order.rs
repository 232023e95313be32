//! What an order of a label is, as DHL Express writes it.

use parcelgate_carrier::json::filled;
use parcelgate_carrier::{Direction, Locality, Order};
use parcelgate_domain::{Incoterm, LabelFormat, Violations};

use super::declare::{self, coded, declaration};
use super::party::{FORM, OFFERED, amount, billed, check_parcels, extras, package, party};
use super::rates::split;
use super::{MyDhl, clock};
use crate::object::Object;

const ORDER_NUMBER_CHARS_MAX: usize = 35;

/// Everything that DHL would not take of an order.
pub(super) fn check(order: &Order) -> Violations {
    let mut found = FORM.violations(&order.from, "from");
    found.append(FORM.violations(&order.to, "to"));
    found.append(check_parcels(&order.parcels));
    let (product, local) = split(Some(&order.service));
    let short = |code: Option<&str>, max| code.is_none_or(|code| (1..=max).contains(&code.len()));
    if !short(product, 6) || !short(local, 3) {
        found.refuse(
            "service",
            &order.service,
            "a product of DHL, such as P, or N/1 with its local code",
        );
    }
    declare::check(order, &mut found);
    found.append(order.options.refused("options", OFFERED));
    let number = order.order_number.as_deref().unwrap_or("").trim();
    if number.chars().count() > ORDER_NUMBER_CHARS_MAX {
        let allowed = format!("at most {ORDER_NUMBER_CHARS_MAX} characters");
        found.refuse("order_number", number, allowed);
    }
    if encoding(order.label_format).is_none() {
        found.refuse("label_format", order.label_format, "pdf, zpl or epl");
    }
    if !order.documents.is_empty() {
        let allowed = "none: DHL Express takes papers for a shipment that is bought";
        found.require("documents", allowed);
    }
    found
}

pub(super) const fn encoding(format: LabelFormat) -> Option<&'static str> {
    match format {
        LabelFormat::Pdf => Some("pdf"),
        LabelFormat::Zpl => Some("zpl"),
        LabelFormat::Epl => Some("epl"),
        LabelFormat::Png | LabelFormat::Gif => None,
    }
}

impl MyDhl {
    /// The body of an order.
    ///
    /// # Errors
    /// Everything that DHL would not take of it.
    pub(super) fn body(&self, order: &Order) -> Result<Object, Violations> {
        check(order).none_or(())?;
        let customs = declare::declared(order);
        let paid = customs.is_some_and(|customs| customs.incoterm == Incoterm::Ddp);
        let paperless = self.account.paperless && customs.is_some();
        // What comes back is on the seller's account, though it is the customer who sends it.
        let mut roles = match order.direction {
            Direction::Outbound => vec!["shipper"],
            Direction::Return => vec!["shipper", "payer"],
        };
        if paid {
            roles.push("duties-taxes");
        }
        let (product, local) = split(Some(&order.service));
        let from = Locality::from(&order.from);
        let moment = clock::moment(&from, order.ship_on, self.hand_over());
        let services = extras(&order.options, &[("DD", paid), ("WY", paperless)]);
        let number = order.order_number.as_deref().and_then(filled);
        let references = [("CU", Some(order.reference.as_str())), ("OID", number)];
        let references = references.into_iter();
        let references = references.filter_map(|(kind, value)| Some(coded(kind, value?)));
        let linked = Object::new()
            .put("typeCode", "linkLabelsByPieces")
            .put("isRequested", true);
        Ok(Object::new()
            .put("plannedShippingDateAndTime", moment)
            .put("pickup", Object::new().put("isRequested", false))
            .put("productCode", product)
            .put("localProductCode", local)
            .put("getRateEstimates", true)
            .put("accounts", billed(&self.account, &roles))
            .list("valueAddedServices", services)
            .put("outputImageProperties", output(order, paperless))
            .put("customerReferences", references.collect::<Vec<_>>())
            .put("customerDetails", sides(order)?)
            .put("content", content(order))
            .put("getAdditionalInformation", vec![linked]))
    }
}

/// A label for each box, apart from the paper for the courier, which is not asked for.
fn output(order: &Order, paperless: bool) -> Object {
    let image = |kind: &'static str, wanted: bool| {
        Object::new()
            .put("typeCode", kind)
            .put("isRequested", wanted)
    };
    let mut images = vec![
        image("label", true).put("templateName", "ECOM26_84_001"),
        image("waybillDoc", false),
    ];
    if paperless {
        let kind = match order.direction {
            Direction::Outbound => "commercial",
            Direction::Return => "returns",
        };
        images.push(image("invoice", true).put("invoiceType", kind));
    }
    Object::new()
        .put("encodingFormat", encoding(order.label_format))
        .put("imageOptions", images)
        .put("splitTransportAndWaybillDocLabels", true)
        .put("splitDocumentsByPages", true)
}

fn sides(order: &Order) -> Result<Object, Violations> {
    let from = FORM.fit(&order.from, "from")?;
    let to = FORM.fit(&order.to, "to")?;
    let (mut sender, mut receiver) = (Vec::new(), Vec::new());
    if let Some(customs) = declare::declared(order) {
        // The seller is who sends, and of what comes back who receives.
        let (seller, side) = match order.direction {
            Direction::Outbound => (&order.from, &mut sender),
            Direction::Return => (&order.to, &mut receiver),
        };
        side.extend(declare::registrations(customs, seller));
        receiver.extend(declare::personal(&order.to, to.tax_id.as_deref()));
    }
    let side = |fitted: &parcelgate_carrier::form::Fitted, numbers| {
        let business = fitted.company.is_some();
        party(fitted)
            .list("registrationNumbers", numbers)
            .put("typeCode", if business { "business" } else { "private" })
    };
    Ok(Object::new()
        .put("shipperDetails", side(&from, sender))
        .put("receiverDetails", side(&to, receiver)))
}

fn content(order: &Order) -> Object {
    let customs = declare::declared(order);
    let worth = customs.and_then(|customs| customs.total());
    let packages = order.parcels.iter().zip(1_u32..);
    let packages = packages.map(|(parcel, at)| package(parcel).put("referenceNumber", at));
    let terms = match customs.map(|customs| customs.incoterm) {
        Some(Incoterm::Ddp) => "DDP",
        Some(Incoterm::Dap) | None => "DAP",
    };
    Object::new()
        .put("packages", packages.collect::<Vec<_>>())
        .put("isCustomsDeclarable", customs.is_some())
        .put("declaredValue", worth.map(amount))
        .put(
            "declaredValueCurrency",
            worth.map(|worth| worth.currency().code()),
        )
        .put(
            "exportDeclaration",
            customs.map(|customs| declaration(order, customs)),
        )
        .put("description", declare::description(order))
        .put("incoterm", terms)
        .put("unitOfMeasurement", "metric")
}
