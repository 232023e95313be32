//! Whatever a carrier's outage looks like, the caller is told a state and a reason, and every doubt
//! comes to an end without anything being sent again.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "gateway/six/asking.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod asking;
#[path = "once/books.rs"]
mod books;
#[path = "gateway/errors.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod errors;
#[path = "once/ledgers.rs"]
mod ledgers;
#[path = "gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
#[path = "gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;

use std::sync::Arc;
use std::time::Duration;

use parcelgate::app::Gateway;
use parcelgate::config::Config;
use parcelgate_clock::{Clock as _, Manual, System};
use parcelgate_proto::v1::Shipment;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_sandbox::{Fault, Settings};
use parcelgate_store::Sqlite;
use tonic::Code;

use asking::{EXPRESS, FEDEX, FOURPX, PAKET, USPS, WAYS, Way};
use books::{Findings, audit};
use errors::{info, reason};
use stage::{Bearer, Stage, UPS, YANWEN, channel, until, within};

/// What an outage may look like, and whether a label was sold in it.
const OUTAGES: [(Fault, bool); 10] = [
    (Fault::CutBefore, false),
    (Fault::CutRequestAt { byte: 50 }, false),
    (Fault::Hang, false),
    (status(500), false),
    (status(503), false),
    (Fault::CutAfter, true),
    (Fault::CutReplyAt { byte: 50 }, true),
    (Fault::HangAfter, true),
    (Fault::Html, true),
    (Fault::Truncate, true),
];

const fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        retry_after: None,
    }
}

fn counted() -> Settings {
    Settings {
        ship_calls_max: 1_000,
        ..Settings::default()
    }
}

/// One purchase in each outage, with one account.
async fn told_and_settled(account: &str) {
    let stage = Stage::six_set(counted(), |config| {
        config.purchase.carrier_ms_max = 1_500; // what hangs is given up soon
        config.purchase.review_s = 1;
    })
    .await;
    let way = Way::of(account);
    let mut doubts = Vec::new();
    for (index, (fault, sold)) in OUTAGES.into_iter().enumerate() {
        let what = format!("{account}, {fault:?}");
        let mut request = way.purchase();
        let shipment = request.shipment.as_mut().expect("a shipment");
        shipment.order_number = format!("OUT-{index}");
        stage.fail(way.carrier, "ship", fault, 1);
        let told = stage.buy(within(10_000, request.clone())).await;
        let told = told.unwrap_or_else(|status| panic!("{what}: {status:?}"));
        // It may have been settled before it could be told.
        let reason = told.failure.as_ref().map(|failure| failure.reason.as_str());
        let settled = [State::Purchased, State::Voided, State::VoidRefused];
        let doubtful = [State::Unknown, State::NeedsReview];
        assert!(
            doubtful.contains(&told.state()) && reason.is_some_and(|reason| !reason.is_empty())
                || sold && settled.contains(&told.state()),
            "{what}: {told:?}"
        );
        doubts.push((what, sold, request, told.name));
    }
    for (what, sold, request, name) in doubts {
        let end = until("an end", async || at_end(stage.shipment(&name).await)).await;
        let expected = match (sold, account) {
            // DHL Paket has no look-up; DHL Express neither gives a label again nor takes it back.
            (false, _) | (true, PAKET | EXPRESS) => State::NeedsReview,
            (true, FEDEX) => State::Voided, // FedEx gives no label again
            (true, _) => State::Purchased,
        };
        assert_eq!(end.state(), expected, "{what}: {end:?}");
        // Whoever asks again is told how it ended, with the reason when it is no label.
        let again = stage.buy(request).await.expect("what stands");
        assert_eq!(again, end, "{what}");
        assert_eq!(
            end.failure.is_none(),
            matches!(end.state(), State::Purchased | State::Voided)
        );
    }
    let store = Sqlite::open(&stage.config.store.path)
        .await
        .expect("the store");
    let books = ledgers::read(&stage.carriers(), &store).await;
    assert_eq!(books.kept.len(), OUTAGES.len(), "{account}");
    assert_eq!(
        books.sold.len(),
        OUTAGES.iter().filter(|(_, sold)| *sold).count()
    );
    // Each once; what was cut before it came whole is in no book.
    assert_eq!(books.sent.len(), OUTAGES.len() - 1, "{account}");
    let findings = audit(&books);
    assert_eq!(findings, Findings::default(), "{account}");
    stage.stop().await;
}

/// The shipment, if nobody but a person moves it from where it stands.
fn at_end(shipment: Shipment) -> Option<Shipment> {
    let ends = [
        State::Purchased,
        State::NeedsReview,
        State::Voided,
        State::Absent,
    ];
    ends.contains(&shipment.state()).then_some(shipment)
}

#[tokio::test]
async fn an_outage_of_a_carrier_in_the_west_is_told_and_settled() {
    for account in [UPS, FEDEX, USPS] {
        Box::pin(told_and_settled(account)).await;
    }
}

#[tokio::test]
async fn an_outage_of_dhl_is_told_and_settled() {
    for account in [EXPRESS, PAKET] {
        Box::pin(told_and_settled(account)).await;
    }
}

#[tokio::test]
async fn an_outage_of_a_carrier_in_the_east_is_told_and_settled() {
    for account in [YANWEN, FOURPX] {
        Box::pin(told_and_settled(account)).await;
    }
}

/// Nobody listens: nothing left, which is told with its reason, and the purchase is still known.
#[tokio::test]
async fn a_carrier_that_is_not_there_is_told_as_such_and_the_purchase_is_kept() {
    let mut stage = Stage::six().await;
    stage.carriers_leave().await;
    for way in &WAYS {
        let told = stage.buy(within(3_000, way.purchase())).await;
        let told = told.expect_err("nothing can be bought");
        assert_eq!(
            reason(&told, Code::Unavailable),
            "UNSENT",
            "{}",
            way.account
        );
        assert!(!info(&told).metadata.is_empty());
    }
    let kept = stage.all_shipments().await;
    assert_eq!(kept.len(), WAYS.len());
    assert!(kept.iter().all(|one| one.state() == State::Accepted));
    stage.stop().await;
}

/// By a clock that stands until it is moved: what the carrier does not know for longer than its
/// longest delay was not sold.
#[tokio::test]
async fn a_doubt_is_absent_after_the_carriers_longest_delay_and_not_before() {
    let clock = Arc::new(Manual::at(System.now()));
    let settings = Settings {
        clock: clock.clone(),
        protocol_clock: clock.clone(),
        ..counted()
    };
    // The stage's own gateway goes by the machine's clock, and leaves doubts alone.
    let leaves = |config: &mut Config| config.purchase.settle_ms = 3_600_000;
    let stage = Stage::six_set(settings, leaves).await;
    let mut config = stage.config.clone();
    config.purchase.settle_ms = 40;
    let gateway = Gateway::start_by(clock.clone(), config).await;
    let gateway = gateway.expect("starts");
    let key = Bearer::of(&stage.key);
    let client = ShipmentServiceClient::with_interceptor(channel(&gateway), key);
    // So long each carrier may need to carry out and to show what it was sent.
    for (account, minutes) in [(UPS, 4), (USPS, 7), (YANWEN, 6), (FOURPX, 15)] {
        let way = Way::of(account);
        // By this the carrier's look-up is tested.
        let before = client.clone().purchase_label(way.purchase()).await;
        let before = before.expect("bought").into_inner();
        assert_eq!(before.state(), State::Purchased, "{account}: {before:?}");
        stage.fail(way.carrier, "ship", Fault::CutBefore, 1);
        let mut request = way.purchase();
        let shipment = request.shipment.as_mut().expect("a shipment");
        shipment.order_number = "ABSENT-1".to_owned();
        let ask = async || {
            let reply = client.clone().purchase_label(request.clone()).await;
            reply.expect("what stands").into_inner()
        };
        let told = ask().await;
        assert_eq!(told.state(), State::Unknown, "{account}: {told:?}");
        let before = stage.carriers().ship_call_counts();
        clock.advance(Duration::from_mins(minutes) - Duration::from_secs(1));
        looked_up(&stage, way, 5).await;
        assert_eq!(ask().await.state(), State::Unknown, "{account}: too soon");
        clock.advance(Duration::from_secs(2));
        let end = until("absent", async || {
            let told = ask().await;
            (told.state() != State::Unknown).then_some(told)
        })
        .await;
        assert_eq!(end.state(), State::Absent, "{account}: {end:?}");
        assert_eq!(
            stage.carriers().ship_call_counts(),
            before,
            "{account}: sent again"
        );
    }
    assert_eq!(
        stage.carriers().parcels().len(),
        4,
        "what was bought before"
    );
    gateway.stop().await;
    stage.stop().await;
}

/// Waits until the carrier was asked so often what became of a purchase.
async fn looked_up(stage: &Stage, way: &Way, times: u32) {
    let operation = match way.account {
        UPS => "track_reference",
        YANWEN => "list",
        USPS => "label",
        _ => "get",
    };
    let asked = stage.count(way.carrier, operation, 0);
    until("looked up", async || (asked.seen() >= times).then_some(())).await;
    stage.carriers().clear_faults();
}
