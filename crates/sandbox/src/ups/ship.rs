//! `POST /shipments/v2409/ship`: sells labels.

use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::HeaderMap;
use parcelgate_tracking_number::make::ups_1z;
use serde_json::{Map, Value, json};

use super::lane::Lane;
use super::options::{Options, Return};
use super::piece::{Codes, Piece, pieces};
use super::price::{Price, itemized, money};
use super::rating::accepted;
use super::refusal::{Answer, Refusal};
use super::service::Service;
use super::shipment::{Image, Package, Party, Shipment};
use super::{guard, options, paper, paperless, scan, ship_rules};
use crate::document::{at, list, present, put, scalar, text};
use crate::parcel::Parcel;
use crate::plan;
use crate::server::World;

const CODES: Codes = Codes {
    none: "120600",
    packaging: "120600",
    weight: "120601",
    size: "120602",
    units: "120546",
    heavy: "121057",
};

const OPTION_CODES: options::Codes = options::Codes {
    declared: "120610",
    signature: "120620",
    saturday: "120625",
    returned: "120630",
};

/// Serials there are in a tracking number.
const SERIALS: u64 = 10_000_000;

pub(crate) async fn ship(
    State(world): State<Arc<World>>,
    Path(version): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    if !matches!(version.as_str(), "v2409" | "v2403") {
        return Err(Refusal::unknown_resource());
    }
    let request = guard::json(&headers, &body)?;
    let ask = at(&request, "ShipmentRequest")
        .ok_or_else(|| Refusal::invalid("120001", "Missing or invalid ShipmentRequest"))?;
    let (shipment, pieces, options) = read(&world, ask)?;
    let price = Price::of(shipment.service, &shipment.lane, &pieces, &options);
    let sold = sell(&world, shipment, pieces, ask);
    let context = scalar(ask, "Request.TransactionReference.CustomerContext");
    Ok(Json(json!({ "ShipmentResponse": {
        "Response": accepted(context),
        "ShipmentResults": results(&sold, &price, ask, options.returned),
    }})))
}

fn read(world: &World, ask: &Value) -> Answer<(Shipment, Vec<Piece>, Options)> {
    // Either way UPS holds the postal code against the state, which `Lane` does.
    let option = text(ask, "Request.RequestOption").unwrap_or_default();
    if !matches!(option, "validate" | "nonvalidate") {
        return Err(Refusal::invalid("120051", "Invalid RequestOption"));
    }
    let body = at(ask, "Shipment")
        .ok_or_else(|| Refusal::invalid("120002", "Missing or invalid Shipment"))?;
    let number = text(body, "Shipper.ShipperNumber")
        .ok_or_else(|| Refusal::invalid("120100", "Missing or invalid shipper number"))?;
    if number != world.settings.ups.shipper_number {
        return Err(Refusal::invalid("120122", "Invalid Shipper ShipperNumber"));
    }
    let lane = Lane::of(body)?;
    let code = text(body, "Service.Code").unwrap_or_default();
    let service = Service::of(code)
        .ok_or_else(|| Refusal::invalid("120500", "Missing or invalid Service Code"))?;
    ship_rules::check(body, &lane, service.code == "14")?;
    paperless::attached(world, body)?;
    if !service.serves(&lane) {
        let message = "The requested service is unavailable between the selected locations.";
        return Err(Refusal::invalid("120124", message));
    }
    let pieces = pieces(body, "Packaging", &CODES)?;
    let options = Options::of(body, &lane, "ReturnService", &OPTION_CODES)?;
    if let Some(kind) = options.returned {
        options::check_return(body, kind, OPTION_CODES.returned)?;
    }
    let image = image(ask)?;
    let now = world.settings.clock.now();
    let (fetched, pickup) = super::service::pickup(&lane.origin, now);
    if lane.saturday && !service.on_saturday(&lane, fetched) {
        return Err(options::not_on_saturday(OPTION_CODES.saturday));
    }
    let (promised, _) = service.promise(&lane, fetched);
    let from = if present(body, "ShipFrom") {
        "ShipFrom"
    } else {
        "Shipper"
    };
    let shipment = Shipment {
        from: party(body, from),
        to: party(body, "ShipTo"),
        description: text(body, "Description").unwrap_or_default().to_owned(),
        billed_to: number.to_owned(),
        references: references(body),
        count: pieces.len(),
        service,
        lane,
        pickup,
        promised,
        image,
        signed: options.signed,
        returned: options.returned.is_some(),
    };
    Ok((shipment, pieces, options))
}

fn image(ask: &Value) -> Answer<Image> {
    let code = text(ask, "LabelSpecification.LabelImageFormat.Code").unwrap_or_default();
    // UPS also prints EPL and SPL; the sandbox has no such printer.
    let image = Image::of(code)
        .ok_or_else(|| Refusal::invalid("121305", "Missing or invalid label image format code"))?;
    let stock = |side| text(ask, &format!("LabelSpecification.LabelStockSize.{side}"));
    let size = (stock("Height"), stock("Width"));
    // Thermal stock is 4x6 or 4x8; for GIF the size is required but not looked at.
    let good = matches!(size, (Some("6" | "8"), Some("4")));
    if image == Image::Zpl && !good {
        let message = "Missing or invalid label stock size";
        return Err(Refusal::invalid("121306", message));
    }
    Ok(image)
}

fn party(shipment: &Value, element: &str) -> Party {
    let field = |path: &str| {
        let path = format!("{element}.{path}");
        scalar(shipment, &path).unwrap_or_default()
    };
    let lines = list(shipment, &format!("{element}.Address.AddressLine"));
    Party {
        name: field("Name"),
        attention: field("AttentionName"),
        phone: field("Phone.Number"),
        lines: lines
            .into_iter()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect(),
        city: field("Address.City"),
        state: field("Address.StateProvinceCode"),
        postal: field("Address.PostalCode"),
        country: field("Address.CountryCode"),
    }
}

fn references(owner: &Value) -> Vec<(String, String)> {
    let read = |reference: &Value| {
        let code = text(reference, "Code").unwrap_or_default().to_owned();
        Some((code, text(reference, "Value")?.to_owned()))
    };
    list(owner, "ReferenceNumber")
        .into_iter()
        .filter_map(read)
        .collect()
}

/// Books the packages: one plan for all of them, a number for each.
fn sell(
    world: &World,
    shipment: Shipment,
    pieces: Vec<Piece>,
    ask: &Value,
) -> Vec<Arc<Parcel<Package>>> {
    let booked = world.settings.clock.now();
    let seed = world.settings.seed;
    let of_packages: Vec<Vec<(String, String)>> = list(ask, "Shipment.Package")
        .into_iter()
        .map(references)
        .collect();
    let mut parcels = world.ups.parcels();
    let mut rng = plan::generator(seed, parcels.next_purchase());
    let journey = scan::journey(shipment.service, &shipment.lane, booked);
    let plan = plan::draw(&journey, world.settings.troubled_permille, &mut rng);
    let shipment = Arc::new(shipment);
    let numbers: Vec<String> = pieces
        .iter()
        .map(|_| number(&shipment, seed, parcels.next_parcel()))
        .collect();
    let lead = numbers.first().cloned().unwrap_or_default();
    let book = |(index, (piece, number)): (usize, (Piece, String))| {
        let own = of_packages.get(index).cloned().unwrap_or_default();
        let all = shipment.references.iter().chain(&own);
        parcels.add(Parcel {
            number,
            purchase: lead.clone(),
            last_mile: None,
            references: all.map(|(_, value)| value.clone()).collect(),
            service: shipment.service.code.to_owned(),
            booked,
            plan: plan.clone(),
            voided: OnceLock::new(),
            detail: Package {
                shipment: Arc::clone(&shipment),
                position: index + 1,
                piece,
                references: own,
            },
        })
    };
    pieces
        .into_iter()
        .zip(numbers)
        .enumerate()
        .map(book)
        .collect()
}

/// The `serial`th number: the seed decides where the serials begin.
fn number(shipment: &Shipment, seed: u64, serial: u64) -> String {
    let start = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SERIALS;
    let serial = format!("{:07}", (start + serial) % SERIALS);
    ups_1z(&shipment.billed_to, shipment.service.code, &serial).unwrap_or_default()
}

fn results(
    sold: &[Arc<Parcel<Package>>],
    price: &Price,
    ask: &Value,
    returned: Option<Return>,
) -> Value {
    let lead = sold.first();
    let packages: Vec<Value> = sold
        .iter()
        .zip(&price.pieces)
        .map(|(parcel, price)| {
            let mut package = json!({
                "TrackingNumber": parcel.number,
                "BaseServiceCharge": money(price.base),
                "ServiceOptionsCharges": money(price.extras()),
                "ItemizedCharges": itemized(&price.all()),
            });
            // The other one is in the mail.
            if returned != Some(Return::Mailed) {
                put(&mut package, "ShippingLabel", label(parcel));
            }
            package
        })
        .collect();
    let mut results = json!({
        "ShipmentCharges": price.charges(),
        "BillingWeight": price.billing_weight(),
        "ShipmentIdentificationNumber": lead.map(|parcel| &parcel.purchase),
        "PackageResults": packages,
    });
    if present(
        ask,
        "Shipment.ShipmentRatingOptions.NegotiatedRatesIndicator",
    ) {
        let charges = price.negotiated_charges();
        put(&mut results, "NegotiatedRateCharges", charges);
    }
    let forms = at(ask, "Shipment.ShipmentServiceOptions.InternationalForms");
    let invoice = |forms: &&Value| {
        let kinds = list(forms, "FormType");
        kinds.iter().any(|kind| kind.as_str() == Some("01"))
    };
    if let (Some(forms), Some(lead)) = (forms.filter(invoice), lead) {
        put(&mut results, "Form", paper::invoice(lead, forms));
    }
    results
}

/// The label as `ShippingLabel` has it.
fn label(parcel: &Parcel<Package>) -> Value {
    let image = parcel.detail.shipment.image;
    let mut label = Map::new();
    let code = json!({ "Code": image.code(), "Description": image.code() });
    label.insert("ImageFormat".to_owned(), code);
    let graphic = paper::label(parcel, image);
    label.insert("GraphicImage".to_owned(), json!(graphic));
    if image == Image::Gif {
        let page = paper::page(&parcel.number);
        label.insert("HTMLImage".to_owned(), json!(page));
    }
    Value::Object(label)
}
