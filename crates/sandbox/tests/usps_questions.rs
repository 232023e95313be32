//! What USPS answers: prices, tracking, addresses, pickups; and to whom.

mod session;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::{Clock, Manual};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::usps::{
    Usps, label_request, pickup_request, price_request, prices_request, read, refusal, refuses,
};
use session::{START, Session};

const LABEL: &str = "/labels/v3/label";

#[tokio::test]
async fn prices_grow_with_weight_size_distance_and_speed() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let price = async |change: fn(&mut Value)| {
        let mut request = price_request();
        change(&mut request);
        let target = "/prices/v3/base-rates/search";
        let answer = usps.granted("POST", target, Some(&request)).await;
        let text = answer["totalBasePrice"].to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        format!("{whole}{part:0<2}").parse::<u64>().unwrap()
    };
    let base = price(|_| ()).await;
    assert!(base < price(|ask| ask["weight"] = json!(9)).await);
    assert!(base < price(|ask| ask["length"] = json!(40)).await);
    assert!(base < price(|ask| ask["destinationZIPCode"] = json!("98101")).await);
    assert!(base < price(|ask| ask["priceType"] = json!("RETAIL")).await);
    let ground = price(|ask| ask["mailClass"] = json!("USPS_GROUND_ADVANTAGE")).await;
    assert!(ground < base);
    let bought = usps.buy(LABEL, &label_request("PO-1")).await;
    let listed = usps
        .granted(
            "POST",
            "/prices/v3/base-rates-list/search",
            Some(&prices_request()),
        )
        .await;
    let options = listed["rateOptions"].as_array().unwrap();
    let same = |option: &&Value| {
        let rate = &option["rates"][0];
        rate["mailClass"] == "PRIORITY_MAIL" && rate["rateIndicator"] == "SP"
    };
    let rate = &options.iter().find(same).unwrap()["rates"][0];
    assert_eq!(rate["price"], bought["postage"], "what is quoted is paid");
    assert_eq!(rate["SKU"], bought["SKU"]);
    let cases = [
        ("/originZIPCode", json!("00000"), "030001"),
        ("/weight", json!(71), "030004"),
        ("/mailingDate", json!("2026-01-05"), "160211"),
        ("/surprise", json!(1), "OASValidation"),
        ("/rateIndicator", json!("ZZ"), "030002"),
    ];
    let target = "/prices/v3/base-rates/search";
    refuses(&usps, target, &price_request(), &cases).await;
}

#[tokio::test]
async fn parcels_are_tracked_one_by_one_and_in_batches() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let number = usps.bought("PO-1").await;
    let target = format!("/tracking/v3/tracking/{number}?expand=DETAIL");
    let first = usps.granted("GET", &target, None).await;
    assert_eq!(first["statusCategory"], "Pre-Shipment");
    session.days_pass(1);
    let batch = json!([{ "trackingNumber": number }]);
    let r2 = "/tracking/v3r2/tracking";
    let told = usps.granted("POST", r2, Some(&batch)).await;
    assert_eq!(told[0]["trackingNumber"], json!(number));
    let newest = told[0]["trackingEvents"][0]["eventZIPCode"].as_str();
    assert!(newest.is_some(), "{told}");
    session.days_pass(9);
    let last = usps.granted("GET", &target, None).await;
    assert_eq!(last["statusCategory"], "Delivered");
    let events = last["trackingEvents"].as_array().unwrap();
    assert_eq!(events[0]["eventCode"], "01");
    assert_eq!(events.last().unwrap()["eventCode"], "GX");
    assert!(events.len() >= 7, "{last}");
    let unknown = "9205590312345699999999";
    let mixed = json!([{ "trackingNumber": number }, { "trackingNumber": unknown }]);
    let answer = usps.send("POST", r2, Some(&mixed), &[]).await.unwrap();
    assert_eq!(answer.status(), 207);
    let told = read(&answer);
    assert_eq!(told[1]["statusCode"], "404");
    let none = json!([{ "trackingNumber": unknown }]);
    let refused = usps.refused("POST", r2, Some(&none)).await;
    assert_eq!(refused, (404, "150002".to_owned()));
    let many: Vec<Value> = (0..36).map(|_| mixed[0].clone()).collect();
    let refused = usps.refused("POST", r2, Some(&json!(many))).await;
    assert_eq!(refused, (400, "OASValidation".to_owned()));
    let target = format!("/tracking/v3/tracking/{unknown}");
    let refused = usps.refused("GET", &target, None).await;
    assert_eq!(refused, (400, "150002".to_owned()));
}

#[tokio::test]
async fn tracking_can_be_told_twice_or_late() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let number = usps.bought("PO-1").await;
    session.days_pass(2);
    let target = format!("/tracking/v3/tracking/{number}?expand=DETAIL");
    let events = async || {
        let told = usps.granted("GET", &target, None).await;
        told["trackingEvents"].as_array().unwrap().len()
    };
    let plain = events().await;
    for (fault, expected) in [(Fault::Duplicate, 2 * plain), (Fault::Late, plain - 1)] {
        session.control().inject(FaultOrder {
            carrier: Carrier::Usps,
            operation: "track".to_owned(),
            fault,
            times: 1,
        });
        assert_eq!(events().await, expected);
    }
}

#[tokio::test]
async fn tokens_end_and_have_scopes_and_a_quota() {
    let real = Arc::new(Manual::at(START.parse().unwrap()));
    let protocol: Arc<dyn Clock> = real.clone();
    let session = Session::with(|settings| {
        settings.protocol_clock = protocol;
        settings.usps.requests_per_hour = NonZeroU32::new(2);
    })
    .await;
    let mut usps = Usps::of(&session).await;
    let target = "/prices/v3/base-rates/search";
    let ask = price_request();
    for _ in 0..2 {
        usps.granted("POST", target, Some(&ask)).await;
    }
    let full = usps.send("POST", target, Some(&ask), &[]).await.unwrap();
    assert_eq!(full.status(), 429);
    assert_eq!(full.headers()["retry-after"], "3600");
    assert_eq!(read(&full)["apiVersion"], "/prices/v3");
    real.advance(Duration::from_secs(3_600));
    usps.granted("POST", target, Some(&ask)).await;
    real.advance(Duration::from_secs(28_800));
    let spent = usps.send("POST", target, Some(&ask), &[]).await.unwrap();
    assert_eq!(spent.status(), 401);
    assert!(spent.headers().contains_key("www-authenticate"));
    let answer = usps.fetch_token("wrong", None).await;
    assert_eq!(
        (answer.status().as_u16(), &read(&answer)["error"]),
        (401, &json!("invalid_client"))
    );
    let narrow = read(&usps.fetch_token("sandbox-secret", Some("tracking")).await);
    assert_eq!(narrow["scope"], "tracking");
    usps.token = narrow["access_token"].as_str().unwrap().to_owned();
    let refused = refusal(&usps.send("POST", target, Some(&ask), &[]).await.unwrap());
    assert_eq!(refused, (401, "Insufficient OAuth scope.".to_owned()));
}

#[tokio::test]
async fn the_same_seed_and_purchases_give_the_same_numbers_and_scans() {
    let history = async |seed: u64| {
        let session = Session::with(|settings| {
            session::stand(settings);
            settings.seed = seed;
        })
        .await;
        let usps = Usps::of(&session).await;
        let numbers = [usps.bought("PO-1").await, usps.bought("PO-2").await];
        session.days_pass(10);
        let mut told = Vec::new();
        for number in numbers {
            let target = format!("/tracking/v3/tracking/{number}?expand=DETAIL");
            told.push(usps.granted("GET", &target, None).await);
        }
        told
    };
    let first = history(7).await;
    assert_eq!(first, history(7).await);
    assert_ne!(first, history(8).await);
}

#[tokio::test]
async fn a_pickup_is_ordered_changed_and_cancelled_by_who_has_seen_it() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let target = "/pickup/v3/carrier-pickup";
    let cases = [
        ("/pickupDate", json!("2026-01-05"), "020016"),
        ("/pickupDate", json!("2027-01-08"), "020017"),
        ("/pickupDate", json!("2026-01-11"), "020018"), // a Sunday
        ("/pickupDate", json!("2026-01-06"), "020018"), // today, too late
        ("/packages", json!([]), "020003"),
        ("/pickupAddress/address/ZIPCode", json!("75201"), "020004"),
        ("/pickupAddress/contact/0/email", json!("nobody"), "020021"),
        ("/pickupLocation/packageLocation", json!("OTHER"), "020020"),
    ];
    refuses(&usps, target, &pickup_request(), &cases).await;
    let request = pickup_request();
    let ordered = usps
        .send("POST", target, Some(&request), &[])
        .await
        .unwrap();
    let first = ordered.headers()["etag"].to_str().unwrap().to_owned();
    let number = read(&ordered)["confirmationNumber"].clone();
    let again = usps.refused("POST", target, Some(&request)).await;
    assert_eq!(again, (400, "020001".to_owned()));
    let one = format!("{target}/{}", number.as_str().unwrap());
    let mut later = request.clone();
    later["pickupDate"] = json!("2026-01-09");
    let change = json!({
        "confirmationNumber": number, "pickupDate": "2026-01-09", "carrierPickupRequest": later,
    });
    let seen = [("if-match", first.as_str())];
    let changed = usps.send("PUT", &one, Some(&change), &seen).await.unwrap();
    assert_eq!(read(&changed)["pickupDate"], "2026-01-09");
    let stale = usps.send("DELETE", &one, None, &seen).await.unwrap();
    assert_eq!(stale.status(), 400, "it has changed since");
    let now = changed.headers()["etag"].to_str().unwrap();
    let gone = usps
        .send("DELETE", &one, None, &[("if-match", now)])
        .await
        .unwrap();
    assert_eq!((gone.status().as_u16(), gone.body().len()), (200, 0));
    let refused = usps.refused("GET", &one, None).await;
    assert_eq!(refused, (400, "020015".to_owned()));
}

#[tokio::test]
async fn addresses_are_put_in_order_or_refused() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let target = |street: &str, rest: &str| {
        format!("/addresses/v3/address?streetAddress={street}&state=TX&{rest}")
    };
    let cases = [
        (
            "200%20Main%20St",
            "city=Dallas&ZIPCode=90001",
            (404, "010005"),
        ),
        ("200%20Main%20St", "ZIPCode=00000", (400, "010002")),
        ("200%20Main%20St", "city=Atlantis", (400, "010004")),
        ("200%20Main%20St", "", (400, "OASValidation")),
        ("Main%20St", "ZIPCode=75201", (400, "010006")),
        ("1%20Nowhere%20Rd", "ZIPCode=75201", (404, "010005")),
    ];
    for (street, rest, (status, code)) in cases {
        let refused = usps.refused("GET", &target(street, rest), None).await;
        assert_eq!(refused, (status, code.to_owned()), "{street} {rest}");
    }
    let told = usps
        .granted("GET", &target("9%20Reunion%20Tower", "ZIPCode=75201"), None)
        .await;
    assert_eq!(told["corrections"][0]["code"], "32");
    assert_eq!(told["additionalInfo"]["DPVConfirmation"], "D");
}
