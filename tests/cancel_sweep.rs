//! A caller leaves at every moment of a purchase: it goes on to its end, and nobody cuts the
//! carrier's call.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it ran"
)]

#[path = "once/books.rs"]
mod books;
#[path = "once/ledgers.rs"]
mod ledgers;
#[path = "gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
#[path = "gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;

use std::time::Duration;

use futures::StreamExt as _;
use parcelgate_clock::instant;
use parcelgate_proto::v1::PurchaseLabelRequest;
use parcelgate_proto::v1::shipment::State;
use parcelgate_sandbox::{CallEnd, Carrier, Settings};
use parcelgate_store::Sqlite;

use books::{Books, Findings, audit, is_end};
use requests::{ground, packet};
use stage::{Stage, until, within};

/// How long the carrier takes, after which it draws the label.
const CARRIER_MS: u64 = 60;
/// So many moments, evenly over twice the time that a purchase takes here.
const MOMENTS: u32 = if cfg!(debug_assertions) { 48 } else { 400 };
/// So many at once, so that they do not slow each other down too much.
const AT_ONCE: usize = 2;
/// As long as the last caller stays, who is answered.
const STAYS: Duration = Duration::from_secs(20);

/// How a caller leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaving {
    /// It hangs up.
    HangsUp,
    /// Its deadline is over.
    Deadline,
}

/// How long each caller stays, and what became of its call.
async fn leave(
    stage: &Stage,
    leaving: Leaving,
    after: Duration,
    request: PurchaseLabelRequest,
) -> bool {
    match leaving {
        Leaving::HangsUp => {
            let answered = tokio::time::timeout(after, stage.buy(request)).await;
            answered.is_ok_and(|told| told.is_ok())
        }
        Leaving::Deadline => {
            let ms = u64::try_from(after.as_millis()).expect("a short time");
            stage.buy(within(ms, request)).await.is_ok()
        }
    }
}

/// How long a purchase takes here when its caller stays.
async fn usual(stage: &Stage, request: PurchaseLabelRequest) -> Duration {
    let began = instant();
    stage.buy(request).await.expect("bought");
    began.elapsed()
}

/// The books, once every purchase that was left is at an end.
async fn ended(stage: &Stage) -> Books {
    let store = Sqlite::open(&stage.config.store.path)
        .await
        .expect("the store");
    until("every purchase at an end", async || {
        let mut books = ledgers::read(&stage.carriers(), &store).await;
        books.kept.retain(|kept| kept.wish.starts_with("LEFT-"));
        let ended = books.kept.iter().all(|kept| is_end(kept.state));
        ended.then_some(books)
    })
    .await
}

async fn swept(carrier: Carrier, request: fn() -> PurchaseLabelRequest, leaving: Leaving) {
    let settings = Settings {
        ship_calls_max: 10_000,
        ..Settings::default()
    };
    // What was accepted and not begun is given up soon, so that it has an end too.
    let stage = Stage::set(settings, |config| config.purchase.review_s = 1).await;
    stage.count(carrier, "ship", CARRIER_MS);
    usual(&stage, request()).await; // which opens doors and fetches tokens
    let usual = usual(&stage, request()).await;
    stage.carriers().reset();
    stage.count(carrier, "ship", CARRIER_MS);
    let moments = (0..MOMENTS).map(|step| usual * 2 * step / MOMENTS);
    let moments = moments.chain([STAYS]);
    let calls = moments.enumerate().map(|(index, after)| {
        let mut request = request();
        let shipment = request.shipment.as_mut().expect("a shipment");
        shipment.order_number = format!("LEFT-{index}");
        leave(&stage, leaving, after, request)
    });
    let calls: Vec<_> = calls.collect();
    let asked = calls.len();
    let stayed = futures::stream::iter(calls).buffer_unordered(AT_ONCE);
    let answered = stayed
        .filter(|stayed| futures::future::ready(*stayed))
        .count()
        .await;

    let books = ended(&stage).await;
    let what = format!("{carrier:?} {leaving:?}");
    let findings = audit(&books);
    assert_eq!(findings, Findings::default(), "{what}");
    // Nothing was refused, lost or in doubt: a purchase was bought, or given up unsent.
    let bought = books
        .kept
        .iter()
        .filter(|kept| kept.state.name() == "PURCHASED");
    let given_up = books
        .kept
        .iter()
        .filter(|kept| kept.state.name() == "CANCELLED");
    let (bought, given_up) = (bought.count(), given_up.count());
    assert_eq!(
        bought + given_up,
        books.kept.len(),
        "{what}: {:?}",
        books.kept
    );
    assert_eq!(books.sold.len(), bought, "{what}");
    let calls = stage.carriers().ship_calls();
    let cut = calls.iter().filter(|call| call.end != CallEnd::Finished);
    assert_eq!((calls.len(), cut.count()), (bought, 0), "{what}");
    // The sweep reached both sides: some were answered, and more were bought than answered.
    println!(
        "{what}: {asked} left within twice {usual:.0?}: {answered} answered, \
         {bought} bought, {given_up} given up unsent, {} never began, 0 carrier calls cut",
        asked - books.kept.len()
    );
    assert!(0 < answered && answered < bought, "{what}");
    let names = stage.all_shipments().await;
    assert!(names.iter().all(|one| one.state() != State::Unknown));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_goes_on_whenever_its_caller_leaves() {
    for leaving in [Leaving::HangsUp, Leaving::Deadline] {
        Box::pin(swept(Carrier::Ups, ground, leaving)).await;
        Box::pin(swept(Carrier::Yanwen, packet, leaving)).await;
    }
}
