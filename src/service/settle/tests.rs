//! What becomes of a doubt, on a clock that is turned by hand.

use std::sync::atomic::Ordering;

use parcelgate_carrier::{Absence, Exchange as Door, Order};
use parcelgate_clock::{Clock as _, Manual};
use parcelgate_domain::{Currency, ExchangeRates, Label, LabelFormat};
use parcelgate_store::{NewPurchase, RequestKey, ShipmentId, Sqlite};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::*;
use crate::config::Config;
use crate::jobs;
use crate::seal::Seal;
use crate::service::acme::{self, ACME, Books, INDEX_LAG, ORDER, QUIET, Wall};
use crate::service::late::LateWatch;
use crate::service::rates::{Exchange, ExchangeTable, Rates};
use crate::service::{main_tenant, restored};

mod late_watch;
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
        let books = Books::default();
        Self::of(vec![acme::account(door, books.clone())], books).await
    }

    /// With these accounts; `books` are those of the first.
    async fn of(accounts: Vec<Account>, books: Books) -> Self {
        let config = Config::load(None).unwrap();
        let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
        let manual = Arc::new(Manual::at("2026-11-23T12:00:00Z".parse().unwrap()));
        let clock: SharedClock = manual.clone();
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
        self.walked_at("acme", reference, steps).await
    }

    async fn walked_at(
        &self,
        account: &str,
        reference: &str,
        steps: impl IntoIterator<Item = Step>,
    ) -> Purchase {
        self.walked_of(ORDER, account, reference, steps).await
    }

    async fn walked_of(
        &self,
        order: &str,
        account: &str,
        reference: &str,
        steps: impl IntoIterator<Item = Step>,
    ) -> Purchase {
        let now = self.clock.now();
        let new = NewPurchase {
            id: ShipmentId::fresh(now),
            reference: reference.parse().unwrap(),
            account: account.parse().unwrap(),
            carrier: ACME,
            service: acme::service(),
            order: order.to_owned().into(),
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
            for account in self.settlement.accounts().await.unwrap() {
                self.settlement.sweep(&account).await.unwrap();
            }
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

/// A label that the carrier does not print again may be on a parcel since the backup was taken.
#[tokio::test]
async fn what_a_restore_doubts_and_is_found_without_a_label_goes_to_a_person() {
    const NO_REPRINT: &[Absence] = &[Absence {
        ability: Ability::Reprint,
        reason: "Acme prints once",
    }];
    for is_restored in [true, false] {
        let books = Books::default();
        let account = acme::account_of("acme", NO_REPRINT, Arc::new(Wall), books.clone());
        let stage = Stage::of(vec![account], books).await;
        let purchase = if is_restored {
            let purchase = stage.walked([]).await;
            let now = stage.clock.now();
            let doubts = restored::doubt(&stage.store, now).await.unwrap();
            assert_eq!(doubts.unknown.len(), 1);
            purchase
        } else {
            stage.in_doubt().await
        };
        stage.sell(&purchase);
        stage.rounds(1).await;
        let became = if is_restored {
            PurchaseState::NeedsReview
        } else {
            PurchaseState::PurchasedNoLabel
        };
        assert_eq!(stage.state(&purchase).await, became);
    }
}

/// More than are read at once, each seen to once.
#[tokio::test]
async fn all_of_an_account_are_seen_to() {
    let stage = Stage::set().await;
    let many = lanes::PAGE + 2;
    for number in 0..many {
        stage.walked_as(&format!("PGX{number}"), []).await;
        // Not all at the same time: the pages go by it.
        if number % 100 == 0 {
            stage.clock.advance(Duration::from_secs(1));
        }
    }
    let before = stage.store.head_seq().await.unwrap();
    stage.rounds(1).await;
    let steps = stage.store.head_seq().await.unwrap() - before;
    assert_eq!(steps, i64::from(many), "each is UNKNOWN now");
}

#[tokio::test]
async fn who_hangs_keeps_no_other_account_waiting() {
    let (hanging, answering) = (Books::default(), Books::default());
    hanging.hangs.store(true, Ordering::SeqCst);
    let accounts = vec![
        acme::account_of("acme", &[], Arc::new(Wall), hanging.clone()),
        acme::account_of("other", &[], Arc::new(Wall), answering.clone()),
    ];
    let stage = Stage::of(accounts, hanging).await;
    let unknown = || [Step::Unknown(interrupted())];
    let mut stuck = Vec::new();
    for number in 0..20 {
        stuck.push(stage.walked_as(&format!("PGX{number}"), unknown()).await);
    }
    // The longest untouched are those that hang.
    stage.clock.advance(Duration::from_secs(1));
    let purchase = stage.walked_at("other", "PG01", unknown()).await;
    *answering.sold.lock().unwrap() = Some(acme::sold(&purchase.reference, NUMBER));

    let Stage {
        settlement, store, ..
    } = stage;
    let closing = CancellationToken::new();
    let tick = Duration::from_millis(1);
    let settling = tokio::spawn(jobs::settle(settlement, tick, closing.clone()));
    let mut head = store.head();
    let state = async |of: &Purchase| {
        let found = store.shipment(&of.tenant, &of.id).await;
        found.unwrap().unwrap().version.state
    };
    // Found, and then its label is fetched: another round of the same account.
    while state(&purchase).await != PurchaseState::Purchased {
        head.changed().await.unwrap();
    }
    for stuck in &stuck {
        assert_eq!(state(stuck).await, PurchaseState::Unknown);
    }
    closing.cancel();
    settling.await.unwrap();
}
