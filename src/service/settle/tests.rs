//! What becomes of a doubt, on a clock that is turned by hand.

use parcelgate_carrier::{Exchange as Door, Order};
use parcelgate_clock::{Clock as _, Manual};
use parcelgate_domain::{Currency, ExchangeRates, Label, LabelFormat};
use parcelgate_store::{NewPurchase, Page, RequestKey, Sqlite, TrackerFilter};
use tokio_util::task::TaskTracker;

use super::*;
use crate::config::Config;
use crate::seal::Seal;
use crate::service::acme::{self, ACME, Books, INDEX_LAG, ORDER, QUIET, Wall};
use crate::service::late::LateWatch;
use crate::service::main_tenant;
use crate::service::rates::{Exchange, ExchangeTable, Rates};

mod replacing;

const NUMBER: &str = "1Z5R89390357567127";
/// Under which something was bought before.
const BEFORE: &str = "PG00";

struct Stage {
    settlement: Settlement,
    late: LateWatch,
    store: Arc<dyn Store>,
    clock: Arc<Manual>,
    config: PurchaseConfig,
    books: Books,
}

impl Stage {
    async fn set() -> Self {
        Self::before(Arc::new(Wall)).await
    }

    /// With a carrier that sells at this door.
    async fn before(door: Arc<dyn Door>) -> Self {
        let config = Config::load(None).unwrap();
        let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
        let manual = Arc::new(Manual::at("2026-11-23T12:00:00Z".parse().unwrap()));
        let clock: SharedClock = manual.clone();
        let books = Books::default();
        let accounts = vec![acme::account(door, books.clone())];
        let accounts = Arc::new(Accounts::new(accounts));
        let exchange = Exchange::new(ExchangeTable {
            base: Currency::USD,
            rates: ExchangeRates::new(Vec::new()),
        });
        let rates = Rates::new(
            accounts.clone(),
            store.clone(),
            clock.clone(),
            config.rates,
            exchange,
        );
        let folder = tempfile::tempdir().unwrap();
        let seal = Seal::from_file(&folder.path().join("test.key")).unwrap();
        let purchases = Purchases::new(
            accounts.clone(),
            Arc::new(rates),
            store.clone(),
            Arc::new(seal),
            clock.clone(),
            config.purchase.clone(),
            TaskTracker::new(),
        );
        let voids = Voids::new(
            accounts.clone(),
            store.clone(),
            clock.clone(),
            TaskTracker::new(),
        );
        let late = LateWatch::new(
            accounts.clone(),
            store.clone(),
            clock.clone(),
            &config.purchase.late_watch_s,
        );
        let replacements = Replacements::new(
            accounts.clone(),
            purchases.clone(),
            voids.clone(),
            store.clone(),
            clock.clone(),
            Duration::from_secs(config.purchase.replace_s),
            TaskTracker::new(),
        );
        let settlement = Settlement::new(
            accounts,
            purchases,
            voids,
            replacements,
            store.clone(),
            clock,
            config.purchase.clone(),
        );
        Self {
            settlement,
            late,
            store,
            clock: manual,
            config: config.purchase,
            books,
        }
    }

    /// The same, where the account has bought something before that the carrier shows.
    async fn proven() -> Self {
        let stage = Self::set().await;
        let mut sold = acme::sold(&BEFORE.parse().unwrap(), "1Z5R89390357567136");
        let label = Label {
            format: LabelFormat::Pdf,
            bytes: b"%PDF-".to_vec(),
        };
        sold.parcels[0].label = Some(label);
        *stage.books.before.lock().unwrap() = Some(sold.clone());
        let before = stage.walked_as(BEFORE, [Step::Bought(bought(sold))]).await;
        assert_eq!(before.version.state, PurchaseState::Purchased);
        stage
    }

    /// A purchase that went these steps.
    async fn walked(&self, steps: impl IntoIterator<Item = Step>) -> Purchase {
        let order: Order = serde_json::from_str(ORDER).unwrap();
        self.walked_as(order.reference.as_str(), steps).await
    }

    async fn walked_as(&self, reference: &str, steps: impl IntoIterator<Item = Step>) -> Purchase {
        let now = self.clock.now();
        let new = NewPurchase {
            id: ShipmentId::fresh(now),
            reference: reference.parse().unwrap(),
            account: "acme".parse().unwrap(),
            carrier: ACME,
            service: acme::service(),
            order: ORDER.to_owned().into(),
            quoted: None,
            order_number: None,
            twin: None,
            replaces: None,
        };
        let key = RequestKey {
            method: "PurchaseLabel".to_owned(),
            request_id: reference.to_owned(),
        };
        let batch = Batch::of(&main_tenant(), now).accept(new, key, [0; 32]);
        let mut purchase = self.store.apply(batch).await.unwrap().shipments.remove(0);
        let lease_until = now;
        for step in std::iter::once(Step::Sending { lease_until }).chain(steps) {
            let batch = Batch::of(&purchase.tenant, now);
            let batch = batch.advance(&purchase.id, purchase.version, step);
            purchase = self.store.apply(batch).await.unwrap().shipments.remove(0);
        }
        purchase
    }

    /// One that was sent and never answered.
    async fn in_doubt(&self) -> Purchase {
        self.walked([Step::Unknown(interrupted())]).await
    }

    async fn state(&self, purchase: &Purchase) -> PurchaseState {
        let found = self.store.shipment(&purchase.tenant, &purchase.id).await;
        found.unwrap().unwrap().version.state
    }

    fn sell(&self, purchase: &Purchase) {
        *self.books.sold.lock().unwrap() = Some(acme::sold(&purchase.reference, NUMBER));
    }

    async fn rounds(&self, count: u32) {
        for _ in 0..count {
            self.settlement.round().await.unwrap();
        }
    }

    /// Looked for in vain until it is declared absent.
    async fn absent(&self) -> Purchase {
        let purchase = self.in_doubt().await;
        self.rounds(EMPTY_LOOKUPS_MIN - 1).await;
        self.clock
            .advance(QUIET + INDEX_LAG + Duration::from_secs(1));
        self.rounds(1).await;
        assert_eq!(self.state(&purchase).await, PurchaseState::Absent);
        purchase
    }
}

#[tokio::test]
async fn what_is_found_is_bought() {
    let stage = Stage::set().await;
    let purchase = stage.in_doubt().await;
    stage.sell(&purchase);
    stage.rounds(1).await;
    assert_eq!(
        stage.state(&purchase).await,
        PurchaseState::PurchasedNoLabel
    );
}

#[tokio::test]
async fn an_empty_answer_alone_proves_nothing() {
    let stage = Stage::proven().await;
    let purchase = stage.in_doubt().await;
    stage.rounds(EMPTY_LOOKUPS_MIN + 5).await;
    assert_eq!(
        stage.state(&purchase).await,
        PurchaseState::Unknown,
        "often"
    );

    let stage = Stage::proven().await;
    let purchase = stage.in_doubt().await;
    stage
        .clock
        .advance(QUIET + INDEX_LAG + Duration::from_secs(1));
    stage.rounds(EMPTY_LOOKUPS_MIN - 1).await;
    assert_eq!(stage.state(&purchase).await, PurchaseState::Unknown, "long");
}

/// A carrier that finds nothing at all has told nothing.
#[tokio::test]
async fn not_found_is_believed_only_of_who_finds_what_is_there() {
    let mute = Stage::proven().await;
    *mute.books.before.lock().unwrap() = None;
    let new = Stage::set().await; // nothing was ever bought
    for (stage, why) in [(mute, "neither"), (new, "no other purchase")] {
        let purchase = stage.in_doubt().await;
        stage
            .clock
            .advance(QUIET + INDEX_LAG + Duration::from_secs(1));
        stage.rounds(EMPTY_LOOKUPS_MIN + 5).await;
        assert_eq!(
            stage.state(&purchase).await,
            PurchaseState::Unknown,
            "{why}"
        );
        stage
            .clock
            .advance(Duration::from_secs(stage.config.review_s + 1));
        stage.rounds(1).await;
        let found = stage.store.shipment(&purchase.tenant, &purchase.id).await;
        let found = found.unwrap().unwrap();
        assert_eq!(found.version.state, PurchaseState::NeedsReview, "{why}");
        assert!(found.fault.unwrap().text.contains(why));
    }
}

#[tokio::test]
async fn what_turns_up_after_it_was_declared_absent_is_voided() {
    let stage = Stage::proven().await;
    let purchase = stage.absent().await;
    assert_eq!(stage.late.round().await.unwrap(), 0, "not yet due");
    stage.sell(&purchase);
    stage
        .clock
        .advance(Duration::from_secs(stage.config.late_watch_s[0]));
    assert_eq!(stage.late.round().await.unwrap(), 1);
    assert_eq!(stage.state(&purchase).await, PurchaseState::VoidWanted);
    stage.rounds(1).await;
    assert_eq!(stage.state(&purchase).await, PurchaseState::Voided);
    let (every, page) = (TrackerFilter::default(), Page::first(10));
    let trackers = stage.store.trackers(&purchase.tenant, &every, page);
    assert!(trackers.await.unwrap().is_empty(), "nobody follows it");
}

#[tokio::test]
async fn each_look_has_its_time_and_the_last_one_is_the_last() {
    let stage = Stage::proven().await;
    let purchase = stage.absent().await;
    let mut gone = 0;
    for (nth, after) in stage.config.late_watch_s.iter().enumerate() {
        // A look that fails is a look that is still to come, as long as there is another.
        *stage.books.find.lock().unwrap() = (nth == 1).then_some(Kind::Unavailable);
        stage.clock.advance(Duration::from_secs(after - gone));
        gone = *after;
        assert_eq!(stage.late.round().await.unwrap(), 1, "look {nth}");
        assert_eq!(stage.late.round().await.unwrap(), 0, "look {nth} is over");
    }
    stage.clock.advance(Duration::from_secs(30 * 86_400));
    assert_eq!(stage.late.round().await.unwrap(), 0);
    assert_eq!(stage.state(&purchase).await, PurchaseState::Absent);
}

#[tokio::test]
async fn a_doubt_that_nobody_can_end_goes_to_a_person() {
    let stage = Stage::set().await;
    let purchase = stage.in_doubt().await;
    *stage.books.find.lock().unwrap() = Some(Kind::Unavailable);
    stage.rounds(3).await;
    assert_eq!(stage.state(&purchase).await, PurchaseState::Unknown);
    stage
        .clock
        .advance(Duration::from_secs(stage.config.review_s + 1));
    stage.rounds(1).await;
    assert_eq!(stage.state(&purchase).await, PurchaseState::NeedsReview);
}

#[tokio::test]
async fn a_label_that_never_comes_goes_to_a_person_and_one_that_cannot_come_is_voided() {
    let stage = Stage::set().await;
    let sold = || Step::Bought(bought(acme::sold(&"PG01".parse().unwrap(), NUMBER)));
    let purchase = stage.walked([sold()]).await;
    *stage.books.label.lock().unwrap() = Some(Kind::Unavailable);
    stage.rounds(3).await;
    let no_label = PurchaseState::PurchasedNoLabel;
    assert_eq!(stage.state(&purchase).await, no_label);
    stage
        .clock
        .advance(Duration::from_secs(stage.config.label_s + 1));
    stage.rounds(1).await;
    assert_eq!(stage.state(&purchase).await, PurchaseState::NeedsReview);

    let stage = Stage::set().await;
    let purchase = stage.walked([sold()]).await;
    *stage.books.label.lock().unwrap() = Some(Kind::Unsupported);
    stage.rounds(2).await;
    assert_eq!(stage.state(&purchase).await, PurchaseState::Voided);
}

#[tokio::test]
async fn a_label_that_is_not_taken_back_goes_to_a_person() {
    let stage = Stage::set().await;
    let sold = Step::Bought(bought(acme::sold(&"PG01".parse().unwrap(), NUMBER)));
    let purchase = stage.walked([sold, Step::VoidWanted(None)]).await;
    *stage.books.void.lock().unwrap() = Some(Kind::Refused);
    stage.rounds(1).await;
    assert_eq!(stage.state(&purchase).await, PurchaseState::NeedsReview);
}

#[tokio::test]
async fn a_void_that_never_comes_off_goes_to_a_person() {
    let stage = Stage::set().await;
    let sold = Step::Bought(bought(acme::sold(&"PG01".parse().unwrap(), NUMBER)));
    let purchase = stage.walked([sold, Step::VoidWanted(None)]).await;
    *stage.books.void.lock().unwrap() = Some(Kind::Credentials);
    stage.rounds(1).await;
    stage.clock.advance(Duration::from_secs(30));
    stage.rounds(1).await;
    let tries = stage.store.head_seq().await.unwrap();
    stage.clock.advance(Duration::from_secs(29));
    stage.rounds(9).await;
    let quiet = stage.store.head_seq().await.unwrap();
    assert_eq!(quiet, tries, "a pause as long as all before it");
    assert_eq!(stage.state(&purchase).await, PurchaseState::VoidWanted);
    stage
        .clock
        .advance(Duration::from_secs(stage.config.void_s));
    stage.rounds(1).await;
    assert_eq!(stage.state(&purchase).await, PurchaseState::NeedsReview);
}
