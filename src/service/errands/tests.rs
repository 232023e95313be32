//! What is done once is done once, whoever asks again and whatever goes wrong.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::FutureExt as _;
use parcelgate_carrier::{
    Carrier, Dialect, Exchange, Host, Intent, Lookup, Profile, Request, Response, ShipIdempotency,
};
use parcelgate_clock::{Clock as _, Manual, instant};
use parcelgate_store::{Reservation, Sqlite, Tenant};
use parcelgate_wire::{Wire, WireSettings};

use super::*;
use crate::service::main_tenant;

const ACME: CarrierId = CarrierId::known("acme");

struct Acme(Profile);

impl Carrier for Acme {
    fn profile(&self) -> &Profile {
        &self.0
    }

    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn hosts(&self) -> &[Host] {
        &[]
    }
}

impl Dialect for Acme {
    fn verdict(&self, _: &Intent, _: &Response) -> parcelgate_carrier::Result<()> {
        Ok(())
    }
}

/// Nothing leaves in these tests.
struct Wall;

#[async_trait]
impl Exchange for Wall {
    async fn exchange(&self, _: Request) -> parcelgate_carrier::Result<Response> {
        Err(Error::new(Kind::Unsent, ACME, "wall"))
    }
}

struct Stage {
    errands: Errands,
    account: Arc<Account>,
    clock: Arc<Manual>,
    calls: Arc<AtomicUsize>,
}

impl Stage {
    async fn set() -> Self {
        let clock = Arc::new(Manual::at("2026-11-22T12:00:00Z".parse().unwrap()));
        let carrier: Arc<dyn Carrier> = Arc::new(Acme(Profile {
            id: ACME,
            name: "Acme",
            name_zh: "艾克米",
            services: &[],
            label_formats: &[],
            track_batch_max: 1,
            parcels_max: 1,
            quotas: &[],
            ship_idempotency: ShipIdempotency::None,
            lookup: Lookup::None,
            quiet: Duration::ZERO,
            void_window: None,
            absences: &[],
        }));
        let id: AccountId = "acme".parse().unwrap();
        let settings = WireSettings::default();
        let wire = Wire::over(
            Arc::new(Wall),
            &id,
            Arc::clone(&carrier),
            &settings,
            clock.clone(),
        );
        let account = Account {
            id: id.clone(),
            carrier,
            wire: wire.unwrap(),
        };
        let accounts = Arc::new(Accounts::new(vec![account]));
        let account = Arc::clone(accounts.get(&id).unwrap());
        let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
        let patience = Duration::from_secs(30);
        let errands = Errands::new(accounts, store, clock.clone(), patience, TaskTracker::new());
        Self {
            errands,
            account,
            clock,
            calls: Arc::default(),
        }
    }

    /// Asks under one key; the carrier comes to `outcome`.
    async fn ask(&self, body: u8, outcome: Result<u32, Kind>) -> Result<Told<u32>, Fault> {
        let calls = Arc::clone(&self.calls);
        let work = move |_: Arc<Account>, _: Instant| {
            let done = async move {
                calls.fetch_add(1, Ordering::SeqCst);
                outcome.map_err(|kind| Error::new(kind, ACME, "errand").said("E7", "because"))
            };
            done.boxed()
        };
        let (errands, asked) = (&self.errands, asked(body));
        let attempt = match errands.standing(&caller(), &asked).await? {
            Before::Told(told) => return Ok(told),
            Before::Free(attempt) => attempt,
        };
        let (key, sha256) = (asked.key(attempt), asked.body_sha256);
        let work = Box::new(work);
        errands
            .attempt(&caller(), key, sha256, &self.account, work)
            .await
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

fn asked(body: u8) -> Asked {
    Asked {
        method: "Errand",
        request_id: "7".to_owned(),
        body_sha256: [body; 32],
    }
}

fn caller() -> Caller {
    Caller {
        key: None,
        tenant: main_tenant(),
        deadline: instant() + Duration::from_secs(20),
    }
}

#[tokio::test]
async fn the_same_request_is_told_the_same_and_sent_once() {
    let stage = Stage::set().await;
    let first = stage.ask(1, Ok(41)).await.unwrap();
    let again = stage.ask(1, Ok(99)).await.unwrap();
    assert_eq!((&first, first.outcome.clone()), (&again, Ok(41)));
    assert_eq!(stage.calls(), 1);
    let other = stage.ask(2, Ok(99)).await;
    assert!(matches!(other, Err(Fault::RequestIdReused)), "{other:?}");
    assert_eq!(stage.calls(), 1);
}

#[tokio::test]
async fn a_no_stays_a_no_and_a_doubt_a_doubt() {
    for kind in [Kind::Refused, Kind::OutcomeUnknown] {
        let stage = Stage::set().await;
        for _ in 0..2 {
            match (stage.ask(1, Err(kind)).await, kind) {
                (Err(Fault::Carrier(error)), Kind::Refused) => {
                    assert_eq!((error.kind, error.code.as_deref()), (kind, Some("E7")));
                }
                (Ok(told), Kind::OutcomeUnknown) => {
                    assert_eq!(told.outcome.unwrap_err().fault.kind, "OUTCOME_UNKNOWN");
                }
                (other, _) => panic!("{other:?}"),
            }
        }
        assert_eq!(stage.calls(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn what_never_left_is_sent_by_the_same_request_again() {
    let stage = Stage::set().await;
    let failed = stage.ask(1, Err(Kind::Throttled)).await;
    assert!(matches!(failed, Err(Fault::Carrier(error)) if error.kind == Kind::Throttled));
    assert_eq!(stage.ask(1, Ok(41)).await.unwrap().outcome, Ok(41));
    assert_eq!(stage.ask(1, Ok(99)).await.unwrap().outcome, Ok(41));
    assert_eq!(stage.calls(), 2);
    let read: Told<u32> = stage
        .errands
        .read(&caller(), "Errand", "it", "7")
        .await
        .unwrap();
    assert_eq!(read.outcome, Ok(41));
}

#[tokio::test]
async fn a_request_that_never_leaves_is_given_up_in_the_end() {
    let stage = Stage::set().await;
    for _ in 0..ATTEMPTS_MAX {
        let failed = stage.ask(1, Err(Kind::Credentials)).await;
        assert!(matches!(failed, Err(Fault::Carrier(error)) if error.kind == Kind::Credentials));
    }
    let given_up = stage.ask(1, Ok(41)).await;
    assert!(matches!(given_up, Err(Fault::Cancelled)), "{given_up:?}");
}

/// The process ended between the reservation and the answer.
#[tokio::test]
async fn what_was_cut_short_is_in_doubt_once_nobody_can_be_at_it() {
    let stage = Stage::set().await;
    let tenant: Tenant = main_tenant();
    let batch = Batch::of(&tenant, stage.clock.now());
    let batch = batch.reserve(asked(1).key(0), [1; 32], "acme".to_owned());
    stage.errands.store.apply(batch).await.unwrap();
    let under_way = stage.ask(1, Ok(99)).await;
    assert!(matches!(under_way, Err(Fault::InProgress)), "{under_way:?}");
    stage.clock.advance(Duration::from_secs(36));
    let told = stage.ask(1, Ok(99)).await.unwrap();
    assert_eq!(told.outcome.unwrap_err().fault.kind, "OUTCOME_UNKNOWN");
    assert_eq!(stage.calls(), 0);
    let key = asked(1).key(0);
    let known: Option<Reservation> = stage
        .errands
        .store
        .reservation(&tenant, &key)
        .await
        .unwrap();
    assert!(known.unwrap().answer.is_none());
}
