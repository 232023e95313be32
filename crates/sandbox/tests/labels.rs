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
use session::{Session, ship_abroad_request, ship_request, yanwen_order};

fn main() -> ExitCode {
    let ready = runs("zbarimg") && runs("pdftoppm");
    let skipped = !ready && !required();
    let trials = vec![
        Trial::test("ups::gif_scans", || block(ups_gif())).with_ignored_flag(skipped),
        Trial::test("ups::invoice_renders", || block(ups_invoice())).with_ignored_flag(skipped),
        Trial::test("yanwen::pdf_scans", || block(yanwen_pdf())).with_ignored_flag(skipped),
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
