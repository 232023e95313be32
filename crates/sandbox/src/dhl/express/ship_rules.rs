//! What a shipment must be beyond its shape; everything wrong is told at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::product::{Extra, Lane, Product};
use crate::dhl::units::number;
use crate::document::{at, list, present, text};
use crate::server::World;

/// Everything that is wrong with the shipment.
pub(super) fn wrong(
    world: &World,
    request: &Value,
    lane: Lane<'_>,
    product: Option<&Product>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    if !product.is_some_and(|product| product.serves(lane)) {
        let code = text(request, "productCode").unwrap_or_default();
        wrong.push(format!(
            "7009: The requested product #/productCode '{code}' is not available between this \
             origin and destination."
        ));
    }
    services(request, lane, &mut wrong);
    customs(request, lane, &mut wrong);
    identifiers(world, request, &mut wrong);
    output(request, &mut wrong);
    wrong
}

fn services(request: &Value, lane: Lane<'_>, wrong: &mut Vec<String>) {
    for (index, service) in list(request, "valueAddedServices").into_iter().enumerate() {
        let code = text(service, "serviceCode").unwrap_or_default();
        let fits = Extra::of(code).is_some_and(|extra| extra.fits(lane.dutiable));
        if !fits {
            wrong.push(format!(
                "7008: The requested Special Service Code  \
                 #/valueAddedServices/{index}/serviceCode '{code}' is not available between this \
                 origin and destination. Please validate the products and services combination \
                 (via the /rates or /products service) or contact our customer service."
            ));
        }
        let valued = number(service, "value").is_some_and(|value| value > 0)
            && text(service, "currency").is_some();
        if code == "II" && !valued {
            wrong.push(format!(
                "7012: #/valueAddedServices/{index}/value and currency are required for service \
                 'II'."
            ));
        }
    }
}

fn customs(request: &Value, lane: Lane<'_>, wrong: &mut Vec<String>) {
    let asked = |code: &str| {
        let services = list(request, "valueAddedServices");
        services
            .into_iter()
            .any(|service| text(service, "serviceCode") == Some(code))
    };
    let invoice = options(request, "invoice").is_some();
    let images = present(request, "documentImages");
    if asked("WY") && !invoice && !images {
        wrong.push(
            "7120: Required either #/outputImageProperties/imageOptions where typeCode=invoice \
             or provide #/documentImages"
                .to_owned(),
        );
    }
    for (index, image) in list(request, "documentImages").into_iter().enumerate() {
        let content = text(image, "content").unwrap_or_default();
        if STANDARD.decode(content).is_err() {
            wrong.push(format!(
                "7121: #/documentImages/{index}/content is not base64 encoded."
            ));
        }
    }
    if !lane.dutiable {
        return;
    }
    if !present(request, "content.exportDeclaration") {
        wrong.push(
            "7057: #/content/exportDeclaration is required for a dutiable shipment.".to_owned(),
        );
    } else if invoice && !present(request, "content.exportDeclaration.invoice.number") {
        wrong.push(
            "7058: #/content/exportDeclaration/invoice/number is required for an invoice."
                .to_owned(),
        );
    }
    let declared = number(request, "content.declaredValue").is_some_and(|value| value > 0);
    if !declared || !present(request, "content.declaredValueCurrency") {
        wrong.push(
            "7056: #/content/declaredValue and declaredValueCurrency are required for a dutiable \
             shipment."
                .to_owned(),
        );
    }
}

/// A waybill number of the sender's own needs an agreement, and must be a good one.
fn identifiers(world: &World, request: &Value, wrong: &mut Vec<String>) {
    let Some(number) = own_waybill(request) else {
        return;
    };
    let allowed = world.settings.dhl.express_own_waybills;
    let serial = number.get(..number.len().saturating_sub(1));
    let made = serial.and_then(parcelgate_tracking_number::make::dhl_express);
    let taken = || {
        let parcels = world.dhl.parcels();
        !parcels.find(crate::parcel::By::Purchase, number).is_empty()
    };
    if !allowed || made.as_deref() != Some(number) || taken() {
        wrong.push("400104: The provided Shipment Identification Number is invalid.".to_owned());
    }
}

/// The waybill number that the sender brings.
pub(super) fn own_waybill(request: &Value) -> Option<&str> {
    list(request, "identifiers")
        .into_iter()
        .find(|identifier| text(identifier, "typeCode") == Some("shipmentId"))
        .and_then(|identifier| text(identifier, "value"))
}

fn output(request: &Value, wrong: &mut Vec<String>) {
    let format = text(request, "outputImageProperties.encodingFormat").unwrap_or("pdf");
    if !matches!(format, "pdf" | "zpl") {
        // DHL prints these too; the sandbox has no such printer.
        wrong.push(format!(
            "7140: #/outputImageProperties/encodingFormat '{format}' is not supported here."
        ));
    }
    let dpi = at(request, "outputImageProperties.printerDPI").and_then(Value::as_u64);
    if dpi.is_some_and(|dpi| !matches!(dpi, 200 | 300)) {
        wrong.push("7141: #/outputImageProperties/printerDPI must be 200 or 300.".to_owned());
    }
}

/// The options of a document, if that document is wanted. A label always is.
pub(super) fn options<'r>(request: &'r Value, kind: &str) -> Option<&'r Value> {
    let options = list(request, "outputImageProperties.imageOptions");
    options.into_iter().find(|option| {
        text(option, "typeCode") == Some(kind)
            && (kind == "label" || option.get("isRequested") == Some(&json!(true)))
    })
}
