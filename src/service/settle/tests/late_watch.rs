//! What turns up after it was declared absent.

use parcelgate_domain::Money;
use parcelgate_store::{Claim, NewInvoiceLine, Page, TrackerFilter};

use super::*;

/// The order of two boxes.
fn two_boxes() -> String {
    ORDER.replace(
        r#"[{"weight": 1000}]"#,
        r#"[{"weight": 1000}, {"weight": 500}]"#,
    )
}

impl Stage {
    /// Declared absent just now, whatever the carrier knows.
    async fn declared_absent(&self, order: &str, reference: &str) -> Purchase {
        let steps = [Step::Unknown(interrupted()), Step::Absent];
        let absent = self.walked_of(order, "acme", reference, steps).await;
        let now = self.clock.now();
        let batch = Batch::of(&absent.tenant, now);
        let watched = late::watch(batch, &absent, now, &self.config.late_watch_s);
        self.store.apply(watched).await.unwrap();
        absent
    }

    /// Until the look of that number is due.
    fn wait_for_look(&self, nth: usize) {
        let before = nth
            .checked_sub(1)
            .map_or(0, |nth| self.config.late_watch_s[nth]);
        let pause = self.config.late_watch_s[nth] - before;
        self.clock.advance(Duration::from_secs(pause));
    }

    async fn why(&self, purchase: &Purchase) -> String {
        let found = self.store.shipment(&purchase.tenant, &purchase.id).await;
        found.unwrap().unwrap().fault.unwrap().text
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

/// One box of two is known: the other may be about to turn up, and in the end is not waited for.
#[tokio::test]
async fn boxes_are_waited_for_until_the_last_look() {
    for all_turn_up in [true, false] {
        let stage = Stage::set().await;
        let purchase = stage.declared_absent(&two_boxes(), "PG01").await;
        stage.sell(&purchase);
        let looks = stage.config.late_watch_s.len();
        for nth in 0..looks {
            assert_eq!(stage.state(&purchase).await, PurchaseState::Absent);
            if nth + 1 == looks && all_turn_up {
                let mut sold = stage.books.sold.lock().unwrap();
                let sold = sold.as_mut().unwrap();
                sold.parcels.push(sold.parcels[0].clone());
            }
            stage.wait_for_look(nth);
            assert_eq!(stage.late.round().await.unwrap(), 1, "look {nth}");
        }
        assert_eq!(stage.state(&purchase).await, PurchaseState::VoidWanted);
        let partly = stage.why(&purchase).await.contains("1 of 2 boxes");
        assert_eq!(partly, !all_turn_up);
    }
}

/// Who asks a carrier that does not answer has claimed no more than it asks for.
#[tokio::test]
async fn what_is_claimed_is_looked_for_at_once() {
    const MANY: usize = 20;
    const AT_ONCE: usize = 16;
    let stage = Stage::set().await;
    for number in 0..MANY {
        stage.declared_absent(ORDER, &format!("PGX{number}")).await;
    }
    stage.wait_for_look(0);
    stage.books.hangs.store(true, Ordering::SeqCst);
    let Stage {
        late,
        store,
        clock,
        books,
        ..
    } = stage;
    let looking = tokio::spawn(async move { late.round().await });
    while books.asked.load(Ordering::SeqCst) < AT_ONCE {
        tokio::task::yield_now().await;
    }
    let now = clock.now();
    let claim = Claim {
        now,
        lease_until: now + Duration::from_secs(60),
        limit: 100,
    };
    let left = store.claim_jobs(&["late_watch"], "another", claim).await;
    assert_eq!(left.unwrap().len(), MANY - AT_ONCE);
    looking.abort();
}

/// An invoice that came while nobody knew says that it was sold.
#[tokio::test]
async fn what_is_absent_and_was_charged_for_before_is_voided() {
    for number in [Some(NUMBER.to_owned()), None] {
        let stage = Stage::proven().await;
        let purchase = stage.in_doubt().await;
        let has_number = number.is_some();
        let line = NewInvoiceLine {
            account: purchase.account.clone(),
            invoice: "F-1".to_owned(),
            key: "1".to_owned(),
            invoiced_on: "2026-12-05".parse().unwrap(),
            number,
            carrier_number: None,
            reference: Some(purchase.reference.to_string()),
            kind: "freight".to_owned(),
            amount: Money::of_minor(1_111, Currency::USD),
            shipment: Some(purchase.id.clone()),
        };
        let batch = Batch::of(&purchase.tenant, stage.clock.now()).invoice(line);
        stage.store.apply(batch).await.unwrap();
        stage.rounds(EMPTY_LOOKUPS_MIN - 1).await;
        stage
            .clock
            .advance(QUIET + INDEX_LAG + Duration::from_secs(1));
        stage.rounds(1).await;
        // Without a number to void it by it is looked for, as any that is absent.
        let became = if has_number {
            PurchaseState::VoidWanted
        } else {
            PurchaseState::Absent
        };
        assert_eq!(stage.state(&purchase).await, became);
        let told = stage.store.reply(&purchase.tenant, &purchase.id).await;
        let told = told.unwrap().unwrap().told(purchase.clone());
        assert_eq!(told.version.state, PurchaseState::Absent, "not bought");
        stage.wait_for_look(0);
        assert_eq!(stage.late.round().await.unwrap(), usize::from(!has_number));
        if has_number {
            assert!(stage.why(&purchase).await.contains("invoice F-1"));
            stage.rounds(1).await;
            assert_eq!(stage.state(&purchase).await, PurchaseState::Voided);
        }
    }
}
