//! USPS's counter: what it sells and refuses, once for each key, and takes back.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod session;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use parcelgate_tracking_number::validate;
use serde_json::{Value, json};
use session::Session;
use session::usps::{
    PAYER, Usps, abroad_request, form_request, label_request, parts, payer, read, refuses,
    return_request,
};

const LABEL: &str = "/labels/v3/label";
const KEY: (&str, &str) = ("x-idempotency-key", "8be4df61-93ca-41d2-aa0d-00e098032b8c");

#[tokio::test]
async fn a_wrong_purchase_is_refused_and_sells_nothing() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let invalid = "OASValidation";
    let cases = [
        ("/toAddress", Value::Null, invalid),
        ("/toAddress/streetAddress", Value::Null, invalid),
        ("/toAddress/streetAddress", json!("x".repeat(51)), invalid),
        ("/toAddress/ZIPCode", json!("7520"), invalid),
        ("/toAddress/ZIPCode", json!("75201-1234"), invalid),
        ("/toAddress/ZIPCode", json!("90001"), "010005"),
        ("/toAddress/ZIPCode", json!("00000"), "010002"),
        ("/toAddress/state", json!("XX"), "010003"),
        ("/toAddress/lastName", Value::Null, "160075"),
        ("/toAddress/streetAddress", json!("1 Nowhere Rd"), "010005"),
        ("/fromAddress/firm", Value::Null, "160075"),
        ("/surprise", json!(1), invalid),
        ("/imageInfo/imageType", json!("BMP"), invalid),
        ("/imageInfo/imageType", json!("TIFF"), "160024"),
        ("/imageInfo/labelType", json!("6X4LABEL"), "160367"),
        ("/imageInfo/returnLabel", json!(true), "160303"),
        ("/packageDescription/mailClass", json!("AIRMAIL"), "160090"),
        ("/packageDescription/rateIndicator", json!("ZZ"), "030002"),
        ("/packageDescription/rateIndicator", Value::Null, "160285"),
        ("/packageDescription/shape", json!("RECTANGULAR"), "160284"),
        ("/packageDescription/weight", json!(70.5), "030004"),
        ("/packageDescription/weight", json!("2.5"), invalid),
        ("/packageDescription/length", json!(90), "030008"),
        (
            "/packageDescription/mailingDate",
            json!("2026-01-05"),
            "160001",
        ),
        (
            "/packageDescription/mailingDate",
            json!("2026-02-21"),
            "160001",
        ),
        ("/packageDescription/mailingDate", json!("6.1.26"), "160092"),
        ("/packageDescription/extraServices", json!([930]), "160017"),
        ("/packageDescription/extraServices", json!([999]), "160010"),
    ];
    refuses(&usps, LABEL, &label_request("PO-1"), &cases).await;
    let mut zpl = label_request("PO-1");
    zpl["imageInfo"] = json!({ "imageType": "ZPL203DPI" });
    let refused = usps.refused("POST", LABEL, Some(&zpl)).await;
    assert_eq!(refused, (400, "160009".to_owned()), "the receipt's default");
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn a_label_needs_a_payer_and_the_payer_an_account() {
    let session = Session::standing().await;
    let mut usps = Usps::of(&session).await;
    let cases = [
        ("/roles/0/CRID", Value::Null, "160218"),
        ("/roles/0/accountType", Value::Null, "160223"),
        ("/roles/0/accountNumber", Value::Null, "160224"),
        ("/roles/0/accountNumber", json!("1"), "100001"),
        ("/roles/0/roleName", json!("LABEL_OWNER"), "160227"),
        ("/roles/0/roleName", json!("SHIPPER"), "160228"),
        ("/roles/1/roleName", json!("SHIPPER"), "160229"),
        ("/roles/1/MID", Value::Null, "160221"),
        ("/roles/1/manifestMID", Value::Null, "160222"),
    ];
    refuses(&usps, PAYER, &payer(), &cases).await;
    let mut stranger = payer();
    stranger["roles"][0]["CRID"] = json!("99");
    let refused = usps.refused("POST", PAYER, Some(&stranger)).await;
    assert_eq!(refused, (403, "403".to_owned()));
    let target = "/payments/v3/payment-account/1000123456?accountType=EPS&amount=100";
    let account = usps.granted("GET", target, None).await;
    assert_eq!(account["sufficientFunds"], true);
    let request = label_request("PO-1");
    for (token, status) in [("", 400), ("wrong", 401)] {
        usps.payment = token.to_owned();
        let (refused, _) = usps.refused("POST", LABEL, Some(&request)).await;
        assert_eq!(refused, status);
    }
}

#[tokio::test]
async fn the_same_key_sells_once_and_another_request_under_it_nothing() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let request = label_request("PO-1");
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let answer = usps.send("POST", LABEL, Some(&request), &[KEY]).await;
        let parts = parts(&answer.unwrap());
        let metadata: Value = serde_json::from_str(&parts[0].1).unwrap();
        numbers.push(metadata["trackingNumber"].clone());
    }
    assert_eq!(numbers[0], numbers[1]);
    let other = label_request("PO-2");
    let answer = usps.send("POST", LABEL, Some(&other), &[KEY]).await;
    assert_eq!(answer.unwrap().status(), 400);
    let bad = ("x-idempotency-key", "not-a-uuid");
    let answer = usps.send("POST", LABEL, Some(&other), &[bad]).await;
    assert_eq!(answer.unwrap().status(), 400);
    assert_eq!(session.control().parcels().len(), 1);
    assert_eq!(session.control().orders()["PO-1"], 1);
}

#[tokio::test]
async fn a_cut_after_the_sale_is_mended_by_its_key() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    session.control().inject(FaultOrder {
        carrier: Carrier::Usps,
        operation: "ship".to_owned(),
        fault: Fault::CutAfter,
        times: 1,
    });
    let request = label_request("PO-1");
    let lost = usps.send("POST", LABEL, Some(&request), &[KEY]).await;
    assert!(lost.unwrap_err().status().is_none());
    assert_eq!(session.control().parcels().len(), 1);
    let again = usps.send("POST", LABEL, Some(&request), &[KEY]).await;
    assert_eq!(again.unwrap().status(), 200);
    assert_eq!(session.control().parcels().len(), 1);
}

#[tokio::test]
async fn a_label_comes_in_parts_or_as_a_document_with_a_valid_number() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let mut request = label_request("PO-1");
    request["imageInfo"]["receiptOption"] = json!("SEPARATE_PAGE");
    let json = [("accept", "application/json")];
    let answer = usps
        .send("POST", LABEL, Some(&request), &json)
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let parts = parts(&answer);
    let names: Vec<bool> = ["labelMetadata", "labelImage", "receiptImage"]
        .iter()
        .zip(&parts)
        .map(|(name, (head, _))| head.contains(&format!("name=\"{name}\"")))
        .collect();
    assert_eq!(names, [true; 3]);
    assert!(parts[1].0.contains("application/pdf"));
    assert!(STANDARD.decode(&parts[1].1).unwrap().starts_with(b"%PDF"));
    let metadata: Value = serde_json::from_str(&parts[0].1).unwrap();
    let number = metadata["trackingNumber"].as_str().unwrap();
    assert!(validate("usps", number).is_ok(), "{number}");
    assert_eq!(metadata["routingInformation"], "42075201");
    let sold = usps.buy(LABEL, &request).await;
    assert!(sold["labelImage"].is_string() && sold["receiptImage"].is_string());
    assert_eq!(sold["extraServices"][0]["name"], "Signature Confirmation");
}

#[tokio::test]
async fn a_label_can_be_cancelled_until_it_is_mailed() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let (early, late) = (usps.bought("PO-1").await, usps.bought("PO-2").await);
    let target = |number: &str| format!("{LABEL}/{number}");
    let gone = usps.granted("DELETE", &target(&early), None).await;
    assert_eq!(
        gone,
        json!({ "trackingNumber": early, "status": "CANCELED" })
    );
    let refused = async |number: &str| usps.refused("DELETE", &target(number), None).await.1;
    assert_eq!(refused(&early).await, "160186");
    assert_eq!(refused("9205590312345699999999").await, "160185");
    session.clock.advance(Duration::from_secs(9 * 3_600)); // accepted, but not yet manifested
    assert_eq!(refused(&late).await, "160184");
    session.days_pass(1);
    assert_eq!(refused(&late).await, "160301");
    let keyed = usps
        .send("POST", LABEL, Some(&tomorrow("PO-3")), &[KEY])
        .await;
    assert_eq!(keyed.unwrap().status(), 200);
    let gone = usps.send("DELETE", LABEL, None, &[KEY]).await.unwrap();
    assert_eq!(read(&gone)["status"], "CANCELED");
    assert_eq!(gone.headers()[KEY.0], KEY.1);
    let without = usps.refused("DELETE", LABEL, None).await;
    assert_eq!(without, (400, "OASValidation".to_owned()));
}

/// A purchase for days after the start.
fn tomorrow(reference: &str) -> Value {
    let mut request = label_request(reference);
    request["packageDescription"]["mailingDate"] = json!("2026-01-12");
    request
}

#[tokio::test]
async fn a_label_can_be_printed_again_three_times_until_the_mailing_date() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let number = usps.bought("PO-1").await;
    let target = format!("/labels/v3/label-reprint/{number}");
    let ask = json!({ "imageInfo": { "imageType": "ZPL300DPI" } });
    for count in 1..=3 {
        let again = usps.buy(&target, &ask).await;
        assert_eq!(again["reprintInfo"]["reprintNumber"], count);
        let program = STANDARD.decode(again["labelImage"].as_str().unwrap());
        let program = String::from_utf8(program.unwrap()).unwrap();
        assert!(program.contains(&number), "{program}");
    }
    let refused = async |target: &str| usps.refused("POST", target, Some(&ask)).await.1;
    assert_eq!(refused(&target).await, "160382");
    let late = usps.bought("PO-2").await;
    let late = format!("/labels/v3/label-reprint/{late}");
    session.days_pass(1);
    assert_eq!(refused(&late).await, "160381");
    assert_eq!(refused("/labels/v3/label-reprint/92").await, "160378");
}

#[tokio::test]
async fn a_return_label_cannot_be_cancelled() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let sold = usps
        .buy("/labels/v3/return-label", &return_request("PO-1"))
        .await;
    let number = sold["trackingNumber"].as_str().unwrap();
    let refused = usps
        .refused("DELETE", &format!("{LABEL}/{number}"), None)
        .await;
    assert_eq!(refused, (400, "160187".to_owned()));
    let outbound = usps
        .refused("POST", LABEL, Some(&return_request("PO-2")))
        .await;
    assert_eq!(outbound.0, 400);
}

#[tokio::test]
async fn a_wrong_declaration_is_refused_and_sells_nothing() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let target = "/international-labels/v3/international-label";
    let invalid = "OASValidation";
    let item = "/customsForm/contents/0";
    let at = |path: &str| -> &'static str { format!("{item}{path}").leak() };
    let cases = [
        ("/customsForm", Value::Null, invalid),
        ("/customsForm/AESITN", Value::Null, invalid),
        ("/customsForm/contents", json!([]), invalid),
        ("/customsForm/customsContentType", json!("OTHER"), "160237"),
        ("/customsForm/restrictionType", json!("OTHER"), "160236"),
        (at("/itemDescription"), json!("Gift"), "160050"),
        (at("/itemQuantity"), json!(0), "160051"),
        (at("/itemTotalWeight"), Value::Null, "160198"),
        (at("/itemTotalWeight"), json!(4.5), "160205"),
        (at("/itemTotalValue"), Value::Null, "160199"),
        (at("/countryofOrigin"), json!("Germany"), "160253"),
        ("/toAddress/streetAddress", Value::Null, invalid),
        ("/toAddress/lastName", Value::Null, "160075"),
        ("/toAddress/countryISOAlpha2Code", json!("CA"), "160197"),
        ("/toAddress/countryISOAlpha2Code", json!("US"), "030013"),
        (
            "/packageDescription/mailClass",
            json!("PRIORITY_MAIL"),
            "160090",
        ),
        ("/packageDescription/weight", json!(71), "030004"),
        ("/imageInfo/imageType", json!("TIFF"), "160024"),
    ];
    refuses(&usps, target, &abroad_request("PO-1"), &cases).await;
    let mut small = abroad_request("PO-1");
    small["packageDescription"]["mailClass"] = json!("FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE");
    small["customsForm"]["contents"][0]["itemTotalValue"] = json!(401);
    let refused = usps.refused("POST", target, Some(&small)).await;
    assert_eq!(refused, (400, "160201".to_owned()));
    assert!(session.control().parcels().is_empty());
    let sold = usps.buy(target, &abroad_request("PO-1")).await;
    let number = sold["internationalTrackingNumber"].as_str().unwrap();
    assert!(
        number.starts_with("CP") && validate("usps", number).is_ok(),
        "{number}"
    );
    let home = usps
        .refused("DELETE", &format!("{LABEL}/{number}"), None)
        .await;
    assert_eq!(home, (400, "160185".to_owned()), "the other desk sold it");
}

#[tokio::test]
async fn a_scan_form_takes_each_label_once_and_ends_cancelling() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let target = "/scan-forms/v3/scan-form";
    let (first, second) = (usps.bought("PO-1").await, usps.bought("PO-2").await);
    let ask = form_request(std::slice::from_ref(&first));
    let made = usps.buy(target, &ask).await;
    assert_eq!(made["trackingNumbers"], json!([first]));
    let file = made["manifestNumber"].as_str().unwrap();
    assert!(validate("usps", file).is_ok(), "{file}");
    let code = async |ask: &Value| usps.refused("POST", target, Some(ask)).await.1;
    assert_eq!(code(&ask).await, "160040");
    assert_eq!(code(&form_request(&["92".to_owned()])).await, "160039");
    let mut other = form_request(std::slice::from_ref(&second));
    other["entryFacilityZIPCode"] = json!("75201");
    assert_eq!(code(&other).await, "160161");
    other["entryFacilityZIPCode"] = json!("21093");
    other["mailingDate"] = json!("2026-01-07");
    assert_eq!(code(&other).await, "160006");
    other["mailingDate"] = json!("2026-01-05");
    assert_eq!(code(&other).await, "160034");
    usps.granted("DELETE", &format!("{LABEL}/{second}"), None)
        .await;
    assert_eq!(code(&form_request(&[second])).await, "160397");
    let target = format!("{LABEL}/{first}");
    let refused = usps.refused("DELETE", &target, None).await;
    assert_eq!(refused, (400, "160174".to_owned()));
    session.clock.advance(Duration::from_secs(16 * 60)); // now the data has left
    let refund = usps.granted("DELETE", &target, None).await;
    assert_eq!(refund["status"], "DISPUTED");
    assert!(refund["disputeId"].is_string());
    let refused = usps.refused("DELETE", &target, None).await;
    assert_eq!(refused, (400, "160301".to_owned()), "once a day");
    let reprint = format!("/labels/v3/label-reprint/{first}");
    let refused = usps.refused("POST", &reprint, Some(&json!({}))).await;
    assert_eq!(refused, (400, "160380".to_owned()));
}
