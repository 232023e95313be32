//! Labels are scanned as a depot would: rendered to a picture, and the barcode read from it.
//! Ignored, visibly, where `zbarimg` or `pdftoppm` is missing; required where CI says so.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use std::path::Path;
use std::process::{Command, ExitCode};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libtest_mimic::{Arguments, Failed, Trial};
use parcelgate_conformance::described::required;
use serde_json::json;
use session::usps::{Usps, abroad_request, form_request, label_request, return_request};
use session::{Session, ship_abroad_request, ship_request, yanwen_order};

fn main() -> ExitCode {
    let ready = runs("zbarimg") && runs("pdftoppm");
    let skipped = !ready && !required();
    let trials = vec![
        Trial::test("ups::gif_scans", || block(ups_gif())).with_ignored_flag(skipped),
        Trial::test("ups::invoice_renders", || block(ups_invoice())).with_ignored_flag(skipped),
        Trial::test("yanwen::pdf_scans", || block(yanwen_pdf())).with_ignored_flag(skipped),
        Trial::test("fourpx::pdf_scans", || block(fourpx_pdf())).with_ignored_flag(skipped),
        Trial::test("dhl::express_scans", || block(express())).with_ignored_flag(skipped),
        Trial::test("dhl::parcel_de_scans", || block(parcel_de())).with_ignored_flag(skipped),
        Trial::test("usps::labels_scan", || block(usps_labels())).with_ignored_flag(skipped),
        Trial::test("usps::scan_form_scans", || block(usps_form())).with_ignored_flag(skipped),
        Trial::test("fedex::labels_scan", || block(fedex_labels())).with_ignored_flag(skipped),
        Trial::test("a_blank_page_does_not_scan", blank).with_ignored_flag(skipped),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn runs(program: &str) -> bool {
    let asked = Command::new(program).arg("-h").output();
    asked.is_ok()
}

fn block(test: impl Future<Output = ()>) -> Result<(), Failed> {
    tokio::runtime::Runtime::new()?.block_on(test);
    Ok(())
}

/// Every barcode on the picture: its kind and its data.
fn scan(picture: &Path) -> Vec<String> {
    let scanned = Command::new("zbarimg")
        .args(["--quiet", "--set", "*.enable=1"])
        .arg(picture)
        .output()
        .unwrap();
    let text = String::from_utf8(scanned.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Page one at the resolution of a label printer.
fn render(pdf: &[u8], folder: &Path) -> std::path::PathBuf {
    let file = folder.join("label.pdf");
    std::fs::write(&file, pdf).unwrap();
    let rendered = Command::new("pdftoppm")
        .args(["-r", "203", "-png", "-singlefile"])
        .arg(&file)
        .arg(folder.join("label"))
        .status()
        .unwrap();
    assert!(rendered.success());
    folder.join("label.png")
}

async fn ups_gif() {
    let session = Session::start().await;
    let request = ship_request("PO-1");
    let target = "/api/shipments/v2409/ship";
    let answer = session.granted("POST", target, Some(&request)).await;
    let results = &answer["ShipmentResponse"]["ShipmentResults"]["PackageResults"];
    let folder = tempfile::tempdir().unwrap();
    for package in results.as_array().unwrap() {
        let image = package["ShippingLabel"]["GraphicImage"].as_str().unwrap();
        let picture = folder.path().join("label.gif");
        std::fs::write(&picture, STANDARD.decode(image).unwrap()).unwrap();
        let number = package["TrackingNumber"].as_str().unwrap();
        assert_eq!(scan(&picture), [format!("CODE-128:{number}")]);
    }
}

async fn ups_invoice() {
    let session = Session::start().await;
    let request = ship_abroad_request("PO-2");
    let target = "/api/shipments/v2409/ship";
    let answer = session.granted("POST", target, Some(&request)).await;
    let form = &answer["ShipmentResponse"]["ShipmentResults"]["Form"];
    let pdf = form["Image"]["GraphicImage"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("invoice.pdf");
    std::fs::write(&file, STANDARD.decode(pdf).unwrap()).unwrap();
    let text = Command::new("pdftotext")
        .arg(&file)
        .arg("-")
        .output()
        .unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("TORQUE WRENCH"), "{text}");
}

async fn yanwen_pdf() {
    let session = Session::start().await;
    let made = session
        .yanwen("express.order.create", &yanwen_order("Y-1"))
        .await;
    let number = made["data"]["waybillNumber"].as_str().unwrap();
    let ask = json!({ "waybillNumber": number });
    let answer = session.yanwen("express.order.label.get", &ask).await;
    assert_eq!(answer["data"]["isSuccess"], true, "{answer}");
    let pdf = answer["data"]["base64String"].as_str().unwrap();
    let pdf = STANDARD.decode(pdf).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let folder = tempfile::tempdir().unwrap();
    let picture = render(&pdf, folder.path());
    assert_eq!(scan(&picture), [format!("CODE-128:{number}")]);
}

async fn fourpx_pdf() {
    let session = Session::start().await;
    let mut order = session::fourpx::order("F-1");
    // the longest lines that there can be
    order["recipient_info"]["company"] = json!("x".repeat(60));
    let made = session.fourpx("ds.xms.order.create", &order).await;
    let number = made["data"]["4px_tracking_no"].as_str().unwrap();
    for size in ["label_100x150", "label_80x90"] {
        let ask = json!({ "request_no": "F-1", "label_size": size });
        let answer = session.fourpx("ds.xms.label.get", &ask).await;
        let addresses = &answer["data"]["label_url_info"];
        let url = addresses["logistics_label"].as_str().unwrap();
        let (status, pdf) = session.fetched(url).await;
        assert_eq!(status, 200, "{url}");
        let folder = tempfile::tempdir().unwrap();
        let picture = render(&pdf, folder.path());
        assert_eq!(scan(&picture), [format!("CODE-128:{number}")], "{size}");
    }
}

/// The shipment's number on its label, and the return's on the label for the way back.
async fn parcel_de() {
    let session = session::dhl::session().await;
    let mut request = session::dhl::orders(&["ORDER-0001"]);
    request["shipments"][0]["consignee"]["name1"] = json!("x".repeat(50));
    request["shipments"][0]["services"] =
        json!({ "dhlRetoure": { "billingNumber": "33333333330701" } });
    let (_, answer) = session
        .parcel_de("POST", "/shipping/v2/orders", Some(&request))
        .await;
    let item = &answer["items"][0];
    for (label, number) in [("label", "shipmentNo"), ("returnLabel", "returnShipmentNo")] {
        let pdf = STANDARD
            .decode(item[label]["b64"].as_str().unwrap())
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let number = item[number].as_str().unwrap();
        let scanned = scan(&render(&pdf, folder.path()));
        assert_eq!(scanned, [format!("CODE-128:{number}")], "{label}");
    }
}

/// Waybill and licence plate on the label of each piece, whichever page it is on.
async fn express() {
    let session = session::dhl::session().await;
    let mut request = session::dhl::shipment_abroad("R-1");
    // the longest lines that there can be
    let receiver = &mut request["customerDetails"]["receiverDetails"];
    receiver["contactInformation"]["companyName"] = json!("x".repeat(100));
    request["getAdditionalInformation"] =
        json!([{ "typeCode": "linkLabelsByPieces", "isRequested": true }]);
    let sold = session.express_bought(&request).await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    for piece in 0..2 {
        let plate = sold["packages"][piece]["trackingNumber"].as_str().unwrap();
        let pdf = STANDARD.decode(sold["documents"][piece]["content"].as_str().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let mut scanned = scan(&render(&pdf.unwrap(), folder.path()));
        scanned.sort();
        let expected = [format!("CODE-128:{waybill}"), format!("CODE-128:{plate}")];
        assert_eq!(scanned, expected);
    }
    request["getAdditionalInformation"] = json!([]);
    request["outputImageProperties"]["encodingFormat"] = json!("zpl");
    let sold = session.express_bought(&request).await;
    let zpl = STANDARD.decode(sold["documents"][0]["content"].as_str().unwrap());
    let zpl = String::from_utf8(zpl.unwrap()).unwrap();
    assert_eq!(zpl.matches("^XA").count(), 2, "a label for each piece");
    for number in [
        &sold["shipmentTrackingNumber"],
        &sold["packages"][1]["trackingNumber"],
    ] {
        assert!(
            zpl.contains(&format!("^FD>:{}^FS", number.as_str().unwrap())),
            "{zpl}"
        );
    }
}

/// At home `420`, the ZIP code and the number, with the receipt on the page and without; abroad the
/// number alone.
async fn usps_labels() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let folder = tempfile::tempdir().unwrap();
    let scanned = |sold: &serde_json::Value, image: &str| {
        let pdf = STANDARD.decode(sold[image].as_str().unwrap()).unwrap();
        scan(&render(&pdf, folder.path()))
    };
    let mut request = label_request("PO-1");
    for receipt in ["NONE", "SAME_PAGE"] {
        request["imageInfo"]["receiptOption"] = json!(receipt);
        let sold = usps.buy("/labels/v3/label", &request).await;
        let number = sold["trackingNumber"].as_str().unwrap();
        let code = format!("CODE-128:42075201{number}");
        assert_eq!(scanned(&sold, "labelImage"), [code], "{receipt}");
    }
    let sold = usps
        .buy("/labels/v3/return-label", &return_request("PO-2"))
        .await;
    let number = sold["trackingNumber"].as_str().unwrap();
    let code = format!("CODE-128:42021093{number}");
    assert_eq!(scanned(&sold, "returnLabelImage"), [code]);
    let target = "/international-labels/v3/international-label";
    let sold = usps.buy(target, &abroad_request("PO-3")).await;
    let number = sold["internationalTrackingNumber"].as_str().unwrap();
    assert_eq!(scanned(&sold, "labelImage"), [format!("CODE-128:{number}")]);
}

async fn usps_form() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let number = usps.bought("PO-1").await;
    let made = usps
        .buy("/scan-forms/v3/scan-form", &form_request(&[number]))
        .await;
    let pdf = STANDARD.decode(made["SCANFormImage"].as_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = made["manifestNumber"].as_str().unwrap();
    let scanned = scan(&render(&pdf.unwrap(), folder.path()));
    assert_eq!(scanned, [format!("CODE-128:{file}")]);
}

/// Each format on each kind of paper; what only a printer reads is looked at as text.
async fn fedex_labels() {
    let session = Session::start().await;
    let client = session.fedex().await;
    let folder = tempfile::tempdir().unwrap();
    for (image, stock) in [
        ("PDF", "PAPER_4X6"),
        ("PDF", "PAPER_LETTER"),
        ("PNG", "PAPER_4X6"),
        ("PNG", "PAPER_4X9"),
        ("ZPLII", "STOCK_4X6"),
    ] {
        let mut request = session::fedex::ship_request("PO-1");
        request["requestedShipment"]["labelSpecification"] =
            json!({ "imageType": image, "labelStockType": stock });
        let sold = client.granted("POST", session::fedex::SHIP, &request).await;
        let pieces = &sold["transactionShipments"][0]["pieceResponses"];
        for piece in pieces.as_array().unwrap() {
            let number = piece["trackingNumber"].as_str().unwrap();
            let label = &piece["packageDocuments"][0];
            assert_eq!(label["docType"], image);
            let label = STANDARD.decode(label["encodedLabel"].as_str().unwrap());
            let label = label.unwrap();
            let picture = match image {
                "PDF" => render(&label, folder.path()),
                "PNG" => {
                    let picture = folder.path().join("fedex.png");
                    std::fs::write(&picture, &label).unwrap();
                    picture
                }
                _ => {
                    let program = String::from_utf8(label).unwrap();
                    assert!(program.contains(&format!("^FD>:{number}^FS")), "{program}");
                    continue;
                }
            };
            assert_eq!(
                scan(&picture),
                [format!("CODE-128:{number}")],
                "{image} {stock}"
            );
        }
    }
}

/// A scanner that always reads something would prove nothing.
fn blank() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let picture = folder.path().join("blank.pgm");
    let mut pixels = b"P5 400 200 255\n".to_vec();
    pixels.resize(pixels.len() + 400 * 200, 0xFF);
    std::fs::write(&picture, pixels)?;
    assert!(scan(&picture).is_empty());
    Ok(())
}
