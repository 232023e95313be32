//! USPS's answers, and the requests of these tests, against USPS's own descriptions.

use std::collections::HashMap;
use std::future::Future;

use bytes::Bytes;
use libtest_mimic::{Failed, Trial};
use parcelgate_conformance::described::{self, Described};
use serde_json::{Map, Value, json};

use super::none;
use super::session::Session;
use super::session::usps::{
    PAYER, Usps, abroad_request, form_request, label_request, options_abroad_request,
    options_request, parts, payer, pickup_request, price_request, prices_abroad_request,
    prices_request, read, return_request,
};

const ADDRESSES: &str = "usps/addresses.yaml";
const FORMS: &str = "usps/scan-forms.yaml";
const LABELS: &str = "usps/domestic-labels.yaml";
const LABELS_ABROAD: &str = "usps/international-labels.yaml";
const OPTIONS: &str = "usps/shipping-options.yaml";
const PAYMENTS: &str = "usps/payments.yaml";
const PICKUP: &str = "usps/carrier-pickup.yaml";
const PRICES: &str = "usps/domestic-prices.yaml";
const PRICES_ABROAD: &str = "usps/international-prices.yaml";
const TRACKING: &str = "usps/tracking.yaml";
const FILES: [&str; 10] = [
    ADDRESSES,
    FORMS,
    LABELS,
    LABELS_ABROAD,
    OPTIONS,
    PAYMENTS,
    PICKUP,
    PRICES,
    PRICES_ABROAD,
    TRACKING,
];
const VENDOR: &str = "application/vnd.usps.labels+json";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("usps::payments", payments),
        trial("usps::prices", prices),
        trial("usps::options", options),
        trial("usps::labels", labels),
        trial("usps::labels_abroad", labels_abroad),
        trial("usps::cancels_and_reprints", cancels_and_reprints),
        trial("usps::tracking", tracking),
        trial("usps::addresses", addresses),
        trial("usps::pickups", pickups),
        trial("usps::scan_forms", scan_forms),
        trial("usps::refusals", refusals),
    ]
}

fn trial<F>(name: &str, run: fn(Session) -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            run(Session::standing().await).await;
            Ok::<(), Failed>(())
        })
    })
}

/// Asks the sandbox, and holds both sides against the description.
struct Judge<'s> {
    usps: Usps<'s>,
    known: HashMap<&'static str, Described>,
}

impl<'s> Judge<'s> {
    async fn over(session: &'s Session) -> Self {
        let folder = described::folder().unwrap();
        let load = |file| (file, Described::load(&folder, file).unwrap());
        Self {
            usps: Usps::of(session).await,
            known: FILES.map(load).into(),
        }
    }

    /// Holds a request against the description.
    fn asks(
        &self,
        file: &str,
        method: &str,
        target: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) {
        let mut request = http::Request::builder()
            .method(method)
            .uri(target)
            .header("X-Payment-Authorization-Token", &self.usps.payment);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Bytes::from(bytes)).unwrap();
        none(self.known[file].request(&request), target);
    }

    /// Asks for what is granted; holds the JSON that is answered against the description.
    async fn grants(&self, file: &str, method: &str, target: &str, body: Option<&Value>) -> Value {
        self.grants_with(file, method, target, body, &[]).await
    }

    async fn grants_with(
        &self,
        file: &str,
        method: &str,
        target: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Value {
        self.asks(file, method, target, body, headers);
        let answer = self.answers(file, method, target, body, headers).await;
        assert!(answer.status().is_success(), "{target}: {answer:?}");
        read(&answer)
    }

    /// Asks, and holds only the JSON that is answered against the description.
    async fn answers(
        &self,
        file: &str,
        method: &str,
        target: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> http::Response<Bytes> {
        let answer = self.usps.send(method, target, body, headers).await.unwrap();
        let path = target.split('?').next().unwrap();
        let method = method.parse().unwrap();
        none(self.known[file].answer(&method, path, &answer), target);
        answer
    }

    /// Buys in both forms; holds both against the description of `template`. Gives the document.
    async fn sells(&self, file: &str, target: &str, template: &str, request: &Value) -> Value {
        self.asks(file, "POST", target, Some(request), &[]);
        let answer = self.usps.send("POST", target, Some(request), &[]).await;
        let answer = answer.unwrap();
        assert!(answer.status().is_success(), "{target}: {answer:?}");
        let schema = |media: &str| {
            let path = template.replace('/', "~1");
            let media = media.replace('/', "~1");
            let status = answer.status().as_u16();
            format!("/paths/{path}/post/responses/{status}/content/{media}/schema")
        };
        let mut whole = Map::new();
        for (head, body) in parts(&answer) {
            let name = head.split_once("name=\"").unwrap().1;
            let name = name.split('"').next().unwrap();
            let json = head.contains("application/json");
            let value = if json {
                serde_json::from_str(&body).unwrap()
            } else {
                json!(body)
            };
            whole.insert(name.to_owned(), value);
        }
        let form = Value::Object(whole);
        none(
            self.known[file].at(&schema("multipart/form-data"), &form),
            target,
        );
        let document = self.usps.buy(target, request).await;
        none(self.known[file].at(&schema(VENDOR), &document), target);
        document
    }
}

async fn payments(session: Session) {
    let judge = Judge::over(&session).await;
    judge.grants(PAYMENTS, "POST", PAYER, Some(&payer())).await;
    let target = "/payments/v3/payment-account/1000123456?accountType=EPS&amount=5";
    let account = judge.grants(PAYMENTS, "GET", target, None).await;
    assert_eq!(account["sufficientFunds"], true);
}

async fn prices(session: Session) {
    let judge = Judge::over(&session).await;
    let one = judge
        .grants(
            PRICES,
            "POST",
            "/prices/v3/base-rates/search",
            Some(&price_request()),
        )
        .await;
    assert_eq!(one["rates"].as_array().unwrap().len(), 1);
    let mut abroad = prices_abroad_request();
    for (file, api, all) in [
        (PRICES, "/prices/v3", prices_request()),
        (PRICES_ABROAD, "/international-prices/v3", abroad.clone()),
    ] {
        for name in ["base-rates-list", "total-rates"] {
            let target = format!("{api}/{name}/search");
            let told = judge.grants(file, "POST", &target, Some(&all)).await;
            let options = told["rateOptions"].as_array().unwrap();
            assert!(options.len() >= 5, "{target}: {told}");
        }
    }
    abroad["mailClass"] = json!("PRIORITY_MAIL_INTERNATIONAL");
    abroad["processingCategory"] = json!("MACHINABLE");
    abroad["rateIndicator"] = json!("SP");
    abroad["destinationEntryFacilityType"] = json!("NONE");
    let target = "/international-prices/v3/base-rates/search";
    judge
        .grants(PRICES_ABROAD, "POST", target, Some(&abroad))
        .await;
}

async fn options(session: Session) {
    let judge = Judge::over(&session).await;
    let target = "/shipments/v3/options/search";
    let classes = async |request: &Value| {
        let told = judge.grants(OPTIONS, "POST", target, Some(request)).await;
        let options = told["pricingOptions"][0]["shippingOptions"].as_array();
        options.unwrap().len()
    };
    let mut request = options_request();
    assert_eq!(classes(&request).await, 5);
    request["packageDescription"]["extraServices"] = json!([930, 921]);
    request["packageDescription"]["packageValue"] = json!(80);
    request["pricingOptions"] = json!([
        { "priceType": "CONTRACT",
          "paymentAccount": { "accountType": "EPS", "accountNumber": "7" } },
        { "priceType": "RETAIL" },
    ]);
    assert_eq!(classes(&request).await, 5);
    request["shippingFilter"] = json!("SERVICE_STANDARDS");
    assert_eq!(classes(&request).await, 1);
    let mut back = options_request();
    back["packageDescription"]["mailClass"] = json!("ALL_RETURNS");
    assert_eq!(classes(&back).await, 3);
    assert_eq!(classes(&options_abroad_request()).await, 3);
}

async fn labels(session: Session) {
    let judge = Judge::over(&session).await;
    let mut request = label_request("PO-1");
    for image in ["PDF", "ZPL203DPI", "NONE"] {
        request["imageInfo"]["imageType"] = json!(image);
        let target = "/labels/v3/label";
        let sold = judge.sells(LABELS, target, "/label", &request).await;
        assert_eq!(sold["labelImage"].is_string(), image != "NONE");
    }
    request["imageInfo"] = json!({ "imageType": "PDF", "receiptOption": "SEPARATE_PAGE" });
    let sold = judge
        .sells(LABELS, "/labels/v3/label", "/label", &request)
        .await;
    assert!(sold["receiptImage"].is_string());
    let back = return_request("PO-2");
    let target = "/labels/v3/return-label";
    let sold = judge.sells(LABELS, target, "/return-label", &back).await;
    assert!(sold["returnLabelImage"].is_string());
}

async fn labels_abroad(session: Session) {
    let judge = Judge::over(&session).await;
    let target = "/international-labels/v3/international-label";
    let request = abroad_request("PO-1");
    let sold = judge
        .sells(LABELS_ABROAD, target, "/international-label", &request)
        .await;
    let number = sold["internationalTrackingNumber"].as_str().unwrap();
    let again = format!("/international-labels/v3/international-label-reprint/{number}");
    let template = "/international-label-reprint/{trackingNumber}";
    let ask = json!({ "imageInfo": { "imageType": "PDF" } });
    judge.sells(LABELS_ABROAD, &again, template, &ask).await;
    let one = format!("{target}/{number}");
    judge.grants(LABELS_ABROAD, "DELETE", &one, None).await;
}

async fn cancels_and_reprints(session: Session) {
    let judge = Judge::over(&session).await;
    let sold = judge.usps.bought("PO-1").await;
    let again = format!("/labels/v3/label-reprint/{sold}");
    let template = "/label-reprint/{trackingNumber}";
    let ask = json!({ "imageInfo": { "imageType": "ZPL203DPI" } });
    judge.sells(LABELS, &again, template, &ask).await;
    let one = format!("/labels/v3/label/{sold}");
    let gone = judge.grants(LABELS, "DELETE", &one, None).await;
    assert_eq!(gone["status"], "CANCELED");
    let key = [("x-idempotency-key", "8be4df61-93ca-41d2-aa0d-00e098032b8c")];
    let target = "/labels/v3/label";
    let request = label_request("PO-2");
    let bought = judge.usps.send("POST", target, Some(&request), &key).await;
    assert_eq!(bought.unwrap().status(), 200);
    judge
        .grants_with(LABELS, "DELETE", target, None, &key)
        .await;
}

async fn tracking(session: Session) {
    let judge = Judge::over(&session).await;
    let at_home = judge.usps.bought("PO-1").await;
    let target = "/international-labels/v3/international-label";
    let sold = judge.usps.buy(target, &abroad_request("PO-2")).await;
    let abroad = sold["internationalTrackingNumber"].as_str().unwrap();
    for day in 0..14 {
        for number in [at_home.as_str(), abroad] {
            let path = format!("/tracking/v3/tracking/{number}");
            judge.grants(TRACKING, "GET", &path, None).await;
            let detailed = format!("{path}?expand=DETAIL");
            let told = judge.grants(TRACKING, "GET", &detailed, None).await;
            let category = &told["statusCategory"];
            match day {
                0 => assert_eq!(category, "Pre-Shipment"),
                13 => assert_eq!(category, "Delivered", "{told}"),
                _ => {}
            }
        }
        // v3r2 has no description: its items are held against v3's
        let batch = json!([{ "trackingNumber": at_home }, { "trackingNumber": abroad }]);
        let told = judge
            .usps
            .granted("POST", "/tracking/v3r2/tracking", Some(&batch))
            .await;
        for item in told.as_array().unwrap() {
            none(
                judge.known[TRACKING].component("TrackingDetails", item),
                "v3r2",
            );
        }
        session.days_pass(1);
    }
}

async fn addresses(session: Session) {
    let judge = Judge::over(&session).await;
    let street = "streetAddress=200%20Main%20Street&state=TX";
    let target = format!("/addresses/v3/address?{street}&city=Dallas");
    let told = judge.grants(ADDRESSES, "GET", &target, None).await;
    assert_eq!(told["address"]["streetAddress"], "200 MAIN ST");
    assert_eq!(told["address"]["ZIPCode"], "75201");
    let target = "/addresses/v3/city-state?ZIPCode=75201";
    let told = judge.grants(ADDRESSES, "GET", target, None).await;
    assert_eq!(told["city"], "DALLAS");
    let target = format!("/addresses/v3/zipcode?{street}&city=Dallas");
    let told = judge.grants(ADDRESSES, "GET", &target, None).await;
    assert_eq!(told["address"]["ZIPCode"], "75201");
    let target = "/addresses/v3/address?streetAddress=1%20Nowhere&state=TX&ZIPCode=75201";
    let answer = judge.answers(ADDRESSES, "GET", target, None, &[]).await;
    assert_eq!(answer.status(), 404);
}

async fn pickups(session: Session) {
    let judge = Judge::over(&session).await;
    let target = "/pickup/v3/carrier-pickup";
    let request = pickup_request();
    judge.asks(PICKUP, "POST", target, Some(&request), &[]);
    let answer = judge
        .answers(PICKUP, "POST", target, Some(&request), &[])
        .await;
    let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
    let number = read(&answer)["confirmationNumber"].clone();
    let one = format!("{target}/{}", number.as_str().unwrap());
    let told = judge.grants(PICKUP, "GET", &one, None).await;
    assert_eq!(told[0]["carrierPickupRequest"], request);
    let change = json!({
        "confirmationNumber": number, "pickupDate": "2026-01-08",
        "carrierPickupRequest": request,
    });
    let fresh = [("if-match", etag.as_str())];
    judge
        .grants_with(PICKUP, "PUT", &one, Some(&change), &fresh)
        .await;
    let where_to = "streetAddress=1%20Padonia%20Rd&city=Timonium&state=MD&ZIPCode=21093";
    let target = format!("{target}/eligibility?{where_to}");
    judge.grants(PICKUP, "GET", &target, None).await;
}

async fn scan_forms(session: Session) {
    let judge = Judge::over(&session).await;
    let target = "/scan-forms/v3/scan-form";
    let first = form_request(&[judge.usps.bought("PO-1").await]);
    // one form for each label, hence twice
    judge.asks(FORMS, "POST", target, Some(&first), &[]);
    let answer = judge.usps.send("POST", target, Some(&first), &[]).await;
    let parts = parts(&answer.unwrap());
    let metadata: Value = serde_json::from_str(&parts[0].1).unwrap();
    let form = json!({ "SCANFormMetaData": metadata, "SCANFormImage": parts[1].1 });
    none(judge.known[FORMS].component("SCANForm", &form), target);
    let mut second = form_request(&[]);
    judge.usps.bought("PO-2").await;
    second["shipment"] = json!({ "MID": "903123456" });
    judge.asks(FORMS, "POST", target, Some(&second), &[]);
    let document = judge.usps.buy(target, &second).await;
    assert_eq!(document["trackingNumbers"].as_array().unwrap().len(), 1);
    none(
        judge.known[FORMS].component("SCANFormVendorResponse", &document),
        target,
    );
}

async fn refusals(session: Session) {
    let mut judge = Judge::over(&session).await;
    let empty = json!({});
    let label = "/labels/v3/label";
    let abroad = "/international-labels/v3/international-label";
    let asked = [
        (PAYMENTS, "POST", PAYER, Some(&empty)),
        (PRICES, "POST", "/prices/v3/base-rates/search", Some(&empty)),
        (
            OPTIONS,
            "POST",
            "/shipments/v3/options/search",
            Some(&empty),
        ),
        (LABELS, "POST", label, Some(&empty)),
        (LABELS, "DELETE", "/labels/v3/label/92", None),
        (LABELS, "POST", "/labels/v3/label-reprint/92", Some(&empty)),
        (LABELS_ABROAD, "POST", abroad, Some(&empty)),
        (TRACKING, "GET", "/tracking/v3/tracking/92", None),
        (ADDRESSES, "GET", "/addresses/v3/city-state", None),
        (PICKUP, "POST", "/pickup/v3/carrier-pickup", Some(&empty)),
        (FORMS, "POST", "/scan-forms/v3/scan-form", Some(&empty)),
    ];
    for token in [judge.usps.token.clone(), "spent".to_owned()] {
        let status = if token == "spent" { 401 } else { 400 };
        judge.usps.token = token;
        for (file, method, target, body) in asked {
            let answer = judge.answers(file, method, target, body, &[]).await;
            assert_eq!(answer.status(), status, "{target}");
            let version = read(&answer)["apiVersion"].clone();
            assert!(target.starts_with(version.as_str().unwrap()), "{version}");
        }
    }
}
