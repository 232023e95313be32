//! Gateways that make the mistakes.
//!
//! Nothing is planted in the program. What it stands on is taken from it: its database is put back
//! to what it was, as a disk does that loses what it said it had written, or doubled, as if two
//! replicas did not share it.

use std::path::Path;

use parcelgate::app::Gateway;
use parcelgate::config::Config;
use parcelgate::service::main_tenant;
use parcelgate_clock::{Clock as _, System};
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{PurchaseLabelRequest, Shipment};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder, Running, Settings};
use parcelgate_store::{Batch, Evidence, Page, Purchase, ShipmentFilter, Sqlite, Step, Store};
use tempfile::TempDir;

use crate::books::{Books, Findings, Told, audit};
use crate::ledgers;
use crate::requests::ground;
use crate::stage::{Bearer, Keyed, SCOPES, Stage, channel, until};

/// The carriers, and a database that can be copied while no gateway is there.
struct Laboratory {
    sandbox: Running,
    folder: TempDir,
    config: Config,
    key: String,
}

impl Laboratory {
    async fn build() -> Self {
        let settings = Settings {
            ship_calls_max: 100,
            ..Settings::default()
        };
        let (sandbox, folder, config) = Stage::scenery(settings, |_| {}).await;
        let gateway = Gateway::start(config.clone()).await.expect("starts");
        let key = gateway.create_key("test", &SCOPES).await.expect("a key");
        gateway.stop().await;
        Self {
            sandbox,
            folder,
            config,
            key,
        }
    }

    fn copy(&self, name: &str) -> Config {
        let mut config = self.config.clone();
        let folder = self.folder.path().join(name);
        std::fs::create_dir(&folder).expect("a folder");
        config.store.path = folder.join("parcelgate.db");
        copy(&self.config.store.path, &config.store.path);
        config
    }

    async fn open(&self, config: &Config) -> (Gateway, ShipmentServiceClient<Keyed>) {
        let gateway = Gateway::start(config.clone()).await.expect("starts");
        let channel = channel(&gateway);
        let key = Bearer::of(&self.key);
        (
            gateway,
            ShipmentServiceClient::with_interceptor(channel, key),
        )
    }

    fn fail(&self, operation: &str, fault: Fault) {
        self.fail_often(operation, fault, 1);
    }

    fn fail_often(&self, operation: &str, fault: Fault, times: u32) {
        self.sandbox.control().inject(FaultOrder {
            carrier: Carrier::Ups,
            operation: operation.to_owned(),
            fault,
            times,
        });
    }

    /// What the checker sees once that gateway is gone.
    async fn books(&self, config: &Config, told: &[&Shipment]) -> Books {
        let store = Sqlite::open(&config.store.path).await.expect("the store");
        let mut books = ledgers::read(&self.sandbox.control(), &store).await;
        let told = told.iter().map(|shipment| Told {
            wish: shipment.order_number.clone(),
            number: shipment.parcels[0].tracking_number.clone(),
        });
        books.told = told.collect();
        books
    }

    /// A purchase that is accepted and has not left: the carrier is busy, and nothing is sold.
    async fn accepted(&self, request: &PurchaseLabelRequest) {
        let busy = Fault::Status {
            code: 429,
            retry_after: Some(3_600),
        };
        let (gateway, mut client) = self.open(&self.patient()).await;
        self.fail("ship", busy);
        client
            .purchase_label(request.clone())
            .await
            .expect_err("the carrier is busy");
        gateway.stop().await;
        let books = self.books(&self.config, &[]).await;
        assert_eq!(books.kept[0].state.name(), "ACCEPTED");
        self.sandbox.control().reset();
    }

    /// Does not give up what was accepted.
    fn patient(&self) -> Config {
        let mut config = self.config.clone();
        config.purchase.review_s = 3_600;
        config
    }
}

/// A database with what was not yet brought into it, over whatever is there.
fn copy(from: &Path, to: &Path) {
    for part in ["", "-wal", "-shm"] {
        let part = |path: &Path| format!("{}{part}", path.display());
        let _absent = std::fs::remove_file(part(to));
        if Path::new(&part(from)).exists() {
            std::fs::copy(part(from), part(to)).expect("a copy");
        }
    }
}

fn wished() -> PurchaseLabelRequest {
    let mut request = ground();
    let shipment = request.shipment.as_mut().expect("a shipment");
    shipment.order_number = "MUTANT-1".to_owned();
    request
}

async fn bought(client: &ShipmentServiceClient<Keyed>, request: &PurchaseLabelRequest) -> Shipment {
    until("bought", async || {
        let told = client.clone().purchase_label(request.clone()).await.ok()?;
        let told = told.into_inner();
        (told.state() == State::Purchased).then_some(told)
    })
    .await
}

/// The control: the same steps without the mistake are found good.
#[tokio::test]
async fn a_gateway_without_a_mistake_is_found_good() {
    let laboratory = Laboratory::build().await;
    let request = wished();
    laboratory.accepted(&request).await;
    let patient = laboratory.patient();
    let (gateway, client) = laboratory.open(&patient).await;
    let first = bought(&client, &request).await;
    gateway.stop().await;
    let (gateway, client) = laboratory.open(&patient).await;
    let second = bought(&client, &request).await;
    gateway.stop().await;
    let books = laboratory.books(&patient, &[&first, &second]).await;
    assert_eq!(audit(&books), Findings::default());
}

/// What was written before sending is gone after the crash: it is bought again.
#[tokio::test]
async fn a_record_that_is_not_durable_is_caught() {
    let laboratory = Laboratory::build().await;
    let request = wished();
    laboratory.accepted(&request).await;
    let patient = laboratory.patient();
    let before = laboratory.copy("before");
    let (gateway, client) = laboratory.open(&patient).await;
    let first = bought(&client, &request).await;
    gateway.stop().await;
    copy(&before.store.path, &patient.store.path); // the disk had said that it was written
    let (gateway, client) = laboratory.open(&patient).await;
    let second = bought(&client, &request).await;
    gateway.stop().await;
    let findings = audit(&laboratory.books(&patient, &[&first, &second]).await);
    assert_eq!(findings.doubles, ["MUTANT-1"], "{findings:#?}");
    assert_eq!((findings.resent.len(), findings.broken.len()), (1, 1));
}

/// Two gateways take the step to SENDING from the same version, since neither sees the other's.
#[tokio::test]
async fn a_missing_compare_and_set_is_caught() {
    let laboratory = Laboratory::build().await;
    let request = wished();
    laboratory.accepted(&request).await;
    let (one, mut other) = (laboratory.patient(), laboratory.copy("other"));
    other.purchase.review_s = one.purchase.review_s;
    let (first, here) = laboratory.open(&one).await;
    let (second, there) = laboratory.open(&other).await;
    let told = futures::join!(bought(&here, &request), bought(&there, &request));
    first.stop().await;
    second.stop().await;
    let findings = audit(&laboratory.books(&one, &[&told.0, &told.1]).await);
    assert_eq!(findings.doubles, ["MUTANT-1"], "{findings:#?}");
    assert_eq!((findings.resent.len(), findings.broken.len()), (1, 1));
}

/// The control: two gateways on one database that do see each other's steps.
#[tokio::test]
async fn two_gateways_without_a_mistake_are_found_good() {
    let laboratory = Laboratory::build().await;
    let request = wished();
    laboratory.accepted(&request).await;
    let patient = laboratory.patient();
    let (first, here) = laboratory.open(&patient).await;
    let (second, there) = laboratory.open(&patient).await;
    let told = futures::join!(bought(&here, &request), bought(&there, &request));
    first.stop().await;
    second.stop().await;
    let books = laboratory.books(&patient, &[&told.0, &told.1]).await;
    assert_eq!(audit(&books), Findings::default());
}

/// The one purchase that is there, and what its carrier answered to it.
async fn only(store: &dyn Store) -> (Purchase, Vec<Evidence>) {
    let (tenant, every, page) = (main_tenant(), ShipmentFilter::default(), Page::first(2));
    let all = store.shipments(&tenant, &every, page).await;
    let [purchase] = <[Purchase; 1]>::try_from(all.expect("read")).expect("one purchase");
    let kept = store.evidence(&tenant, &purchase.id).await;
    (purchase, kept.expect("read"))
}

/// What becomes of a purchase whose gateway dies between the carrier's answer and its outcome, when
/// the carrier tells nobody afterwards what it sold; and whether the answer was `kept` by then.
async fn died_after_the_answer(kept: bool) -> (State, usize, Findings) {
    let laboratory = Laboratory::build().await;
    let request = wished();
    laboratory.accepted(&request).await;
    let before = laboratory.copy("before");
    let mut patient = laboratory.patient();
    let (gateway, client) = laboratory.open(&patient).await;
    bought(&client, &request).await;
    gateway.stop().await;
    let place = &patient.store.path;
    let after = Sqlite::open(place).await.expect("the store");
    let (_, answers) = only(&after).await;
    after.close().await;

    copy(&before.store.path, place);
    let store = Sqlite::open(place).await.expect("the store");
    let (accepted, _) = only(&store).await;
    let now = System.now();
    let lease_until = now; // it is dead
    let sending = Step::Sending { lease_until };
    let mut batch = Batch::of(&main_tenant(), now);
    batch = batch.advance(&accepted.id, accepted.version, sending);
    let last = answers.into_iter().next_back().expect("an answer");
    assert_eq!(last.epoch, accepted.version.epoch + 1, "to that sending");
    if kept {
        batch = batch.keep_evidence(last);
    }
    store.apply(batch).await.expect("written");
    store.close().await;

    let away = Fault::Status {
        code: 503,
        retry_after: None,
    };
    for operation in ["track_reference", "label"] {
        laboratory.fail_often(operation, away, 1_000_000);
    }
    patient.purchase.review_s = 0;
    let (gateway, client) = laboratory.open(&patient).await;
    let end = until("an end", async || {
        let told = client.clone().purchase_label(request.clone()).await.ok()?;
        let told = told.into_inner();
        [State::Purchased, State::NeedsReview]
            .contains(&told.state())
            .then_some(told)
    })
    .await;
    gateway.stop().await;
    let bought = Some(&end).filter(|end| !end.parcels.is_empty());
    let told: Vec<&Shipment> = bought.into_iter().collect();
    let books = laboratory.books(&patient, &told).await;
    (end.state(), books.sold.len(), audit(&books))
}

/// The control: what was kept is read again, and nobody has to be asked.
#[tokio::test]
async fn a_reply_kept_before_it_is_read_is_found_good() {
    let good = (State::Purchased, 1, Findings::default());
    assert_eq!(Box::pin(died_after_the_answer(true)).await, good);
}

/// It is paid for, and nobody knows what was bought.
#[tokio::test]
async fn a_reply_read_before_it_is_kept_is_caught() {
    let caught = (State::NeedsReview, 1, Findings::default());
    assert_eq!(Box::pin(died_after_the_answer(false)).await, caught);
}

/// The carrier is slow, the look-up finds nothing, and the purchase is put back to where it had not
/// been sent: what was on its way arrives all the same.
#[tokio::test]
async fn sending_again_after_an_empty_look_up_is_caught() {
    let laboratory = Laboratory::build().await;
    let request = wished();
    laboratory.accepted(&request).await;
    let before = laboratory.copy("before");
    let mut hasty = laboratory.config.clone();
    hasty.purchase.carrier_ms_max = 300;
    hasty.purchase.review_s = 3;
    laboratory.fail("ship", Fault::Held { ms: 6_500 });
    let (gateway, client) = laboratory.open(&hasty).await;
    let given_up = until("looked up in vain", async || {
        let told = client.clone().purchase_label(request.clone()).await.ok()?;
        let told = told.into_inner();
        (told.state() == State::NeedsReview).then_some(told)
    })
    .await;
    gateway.stop().await;
    assert!(given_up.parcels.is_empty());
    let honest = laboratory.books(&hasty, &[]).await;
    assert_eq!(
        audit(&honest),
        Findings::default(),
        "not sent again, it is in a person's hands"
    );

    let patient = laboratory.patient();
    copy(&before.store.path, &patient.store.path); // "it is not there: send it again"
    let (gateway, client) = laboratory.open(&patient).await;
    let told = bought(&client, &request).await;
    let control = laboratory.sandbox.control();
    until("both arrived", async || {
        (control.parcels().len() == 2).then_some(())
    })
    .await;
    gateway.stop().await;
    let findings = audit(&laboratory.books(&patient, &[&told]).await);
    assert_eq!(findings.doubles, ["MUTANT-1"], "{findings:#?}");
    assert_eq!((findings.resent.len(), findings.lost.len()), (1, 1));
}
