//! The carrier's connection is cut after every byte of a purchase and after every byte of its
//! answer: it is in doubt or it was bought, and it is never sent a second time.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it ran"
)]

#[path = "gateway/six/asking.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod asking;
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

use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{LabelFormat, PurchaseLabelRequest};
use parcelgate_sandbox::{Fault, Settings};
use parcelgate_store::Sqlite;
use serde_json::from_str;

use asking::{EXPRESS, FEDEX, FOURPX, PAKET, USPS, Way};
use books::audit;
use stage::{Stage, UPS, YANWEN};

/// So many bytes at either end are swept one by one, and of those between every so manieth.
const EDGE: u64 = if cfg!(debug_assertions) { 4 } else { u64::MAX };
const STEP: usize = if cfg!(debug_assertions) { 397 } else { 1 };
/// A cut so late meets no answer that is sold here.
const LONGEST: u64 = 64 * 1024;

/// A gateway that leaves doubts as they are, so that the first thing told of each can be seen, and
/// whose breaker takes no notice of a carrier that only ever fails.
async fn stage() -> Stage {
    let settings = Settings {
        ship_calls_max: 100_000,
        ..Settings::default()
    };
    Stage::six_set(settings, |config| {
        config.purchase.settle_ms = 3_600_000;
        for account in &mut config.accounts {
            let breaker = r#"{"outage_percent":100,"attempts_min":100000000}"#;
            account.wire.breaker = from_str(breaker).expect("a breaker");
        }
    })
    .await
}

/// The places at which `length` bytes are cut.
fn places(length: u64) -> Vec<u64> {
    let near = |byte: u64| byte < EDGE || length - byte <= EDGE;
    let coarse = (0..length).step_by(STEP);
    let mut places: Vec<u64> = (0..length)
        .filter(|byte| near(*byte))
        .chain(coarse)
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

struct Sweep {
    stage: Stage,
    way: &'static Way,
    /// How many were asked for.
    asked: usize,
}

impl Sweep {
    fn request(&mut self) -> PurchaseLabelRequest {
        let mut request = self.way.purchase();
        let shipment = request.shipment.as_mut().expect("a shipment");
        shipment.order_number = format!("CUT-{}", self.asked);
        // Printer commands are the shortest answer and the quickest to draw.
        let draws = [UPS, FEDEX, USPS, EXPRESS, PAKET].contains(&self.way.account);
        if draws {
            request.set_label_format(LabelFormat::Zpl);
        }
        self.asked += 1;
        request
    }

    /// Buys with that fault, and says where it stands then, how many requests came whole and how
    /// many labels were sold for it.
    async fn buy(&mut self, fault: Fault) -> (State, usize) {
        let request = self.request();
        let before = self.stage.carriers().ship_call_counts().0;
        self.stage.fail(self.way.carrier, "ship", fault, 1);
        let told = self.stage.buy(request).await;
        let told =
            told.unwrap_or_else(|status| panic!("{}: {fault:?}: {status:?}", self.way.account));
        assert!(
            self.stage.carriers().faults().is_empty(),
            "{fault:?} was not met"
        );
        (
            told.state(),
            self.stage.carriers().ship_call_counts().0 - before,
        )
    }

    /// After every byte of the request: in doubt, and nothing came whole.
    async fn requests(&mut self, length: u64) -> usize {
        let places = places(length + 1);
        for byte in &places {
            let cut = self.buy(Fault::CutRequestAt { byte: *byte }).await;
            assert_eq!(cut, (State::Unknown, 0), "{}: {byte}", self.way.account);
        }
        places.len()
    }

    /// After every byte of the answer: in doubt until all of it came, and sent once.
    async fn answers(&mut self, length: u64) -> usize {
        let places = places(length);
        for byte in &places {
            let cut = self.buy(Fault::CutReplyAt { byte: *byte }).await;
            // Two answers differ in length by a few bytes, and the last may have come whole.
            let whole = length - byte <= SLACK && cut.0 == State::Purchased;
            let expected = if whole {
                State::Purchased
            } else {
                State::Unknown
            };
            assert_eq!(
                cut,
                (expected, 1),
                "{}: {byte} of {length}",
                self.way.account
            );
        }
        places.len()
    }

    /// How long an answer is: bisected, since only a whole one is a purchase.
    async fn answer_length(&mut self) -> u64 {
        let (mut cut, mut whole) = (0, LONGEST);
        assert_eq!(
            self.buy(Fault::CutReplyAt { byte: whole }).await.0,
            State::Purchased
        );
        while whole - cut > 1 {
            let byte = u64::midpoint(cut, whole);
            if self.buy(Fault::CutReplyAt { byte }).await.0 == State::Purchased {
                whole = byte;
            } else {
                cut = byte;
            }
        }
        whole
    }
}

/// By so much two answers to the same question may differ in length.
const SLACK: u64 = 64;

async fn swept(account: &str) -> String {
    let mut sweep = Sweep {
        stage: stage().await,
        way: Way::of(account),
        asked: 0,
    };
    let first = sweep.request();
    let first = sweep.stage.buy(first).await.expect("bought");
    assert!(
        matches!(first.state(), State::Purchased | State::PurchasedNoLabel),
        "{first:?}"
    );
    let request = sweep.stage.carriers().ship_calls()[0].bytes;
    let answer = sweep.answer_length().await;
    let cut_requests = sweep.requests(request).await;
    let cut_answers = sweep.answers(answer).await;

    let store = Sqlite::open(&sweep.stage.config.store.path)
        .await
        .expect("the store");
    let books = ledgers::read(&sweep.stage.carriers(), &store).await;
    let findings = audit(&books);
    // What is in doubt is at no end and in nobody's hands yet; nothing was doubled or sent twice.
    let [(_, doubles), _, (_, ghosts), (_, resent), ..] = findings.counts();
    assert_eq!((doubles, ghosts, resent), (0, 0, 0), "{findings:#?}");
    assert_eq!(books.kept.len(), sweep.asked);
    assert_eq!(books.sold.len(), sweep.asked - cut_requests, "{account}");
    sweep.stage.stop().await;
    format!(
        "{account:<18} request {request:>6} bytes, {cut_requests:>6} cuts; \
         answer {answer:>6} bytes, {cut_answers:>6} cuts"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_that_is_cut_anywhere_is_in_doubt_and_never_sent_again() {
    if cfg!(debug_assertions) {
        println!("without optimisation: {EDGE} bytes at either end, every {STEP}th between");
    } else {
        println!("every byte");
    }
    for account in [UPS, FEDEX, USPS, EXPRESS, PAKET, YANWEN, FOURPX] {
        println!("{}", Box::pin(swept(account)).await);
    }
}
