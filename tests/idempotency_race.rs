//! Sixty-four callers with one `request_id` at three gateways at once: one label, one answer.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "gateway/errors.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod errors;
#[path = "gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
#[path = "gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;

use futures::future::join_all;
use parcelgate::app::Gateway;
use parcelgate_clock::sleep;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{PurchaseLabelRequest, Shipment};
use parcelgate_sandbox::{Carrier, Control, Fault, FaultOrder, Running, Settings};
use prost::Message as _;
use tempfile::TempDir;
use tokio::sync::Barrier;
use tonic::{Code, Response, Status};

use errors::{reason, says_when};
use requests::{ground, packet};
use stage::{Bearer, Keyed, SCOPES, Stage, channel};

const CALLERS: usize = 64;
const GATEWAYS: usize = 3;
/// A purchase takes this long, and no caller asks more often than that in vain.
const CARRIER_MS: u64 = 150;
const TRIES_MAX: usize = 200;

/// Three gateways over one store.
struct Gateways {
    running: Vec<Gateway>,
    clients: Vec<ShipmentServiceClient<Keyed>>,
    sandbox: Running,
    _folder: TempDir,
}

impl Gateways {
    async fn start() -> Self {
        let settings = Settings {
            ship_calls_max: 1_000,
            ..Settings::default()
        };
        let (sandbox, folder, config) = Stage::scenery(settings, |_| {}).await;
        let mut running = Vec::new();
        for _ in 0..GATEWAYS {
            running.push(Gateway::start(config.clone()).await.expect("starts"));
        }
        let key = running[0].create_key("test", &SCOPES).await.expect("a key");
        let client =
            |gateway| ShipmentServiceClient::with_interceptor(channel(gateway), Bearer::of(&key));
        Self {
            clients: running.iter().map(client).collect(),
            running,
            sandbox,
            _folder: folder,
        }
    }

    fn carriers(&self) -> Control {
        self.sandbox.control()
    }

    /// What each of many callers is told in the end, who all begin at once.
    async fn ask_at_once(&self, request: &PurchaseLabelRequest) -> Vec<Result<Shipment, Status>> {
        let barrier = std::sync::Arc::new(Barrier::new(CALLERS));
        let calls = (0..CALLERS).map(|index| {
            let client = self.clients[index % GATEWAYS].clone();
            let (request, barrier) = (request.clone(), std::sync::Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                ask(client, request).await
            })
        });
        let told = join_all(calls).await;
        told.into_iter().map(Result::unwrap).collect()
    }

    async fn stop(self) {
        self.sandbox.stop().await;
        for gateway in self.running {
            gateway.stop().await;
        }
    }
}

/// Asks as the interface says: again, with the same key, as long as the purchase is under way at
/// another gateway.
async fn ask(
    mut client: ShipmentServiceClient<Keyed>,
    request: PurchaseLabelRequest,
) -> Result<Shipment, Status> {
    for _ in 0..TRIES_MAX {
        match client.purchase_label(request.clone()).await {
            Err(status) if status.code() == Code::Aborted => {
                assert_eq!(reason(&status, Code::Aborted), "PURCHASE_IN_PROGRESS");
                assert!(says_when(&status));
                sleep(std::time::Duration::from_millis(20)).await;
            }
            told => return told.map(Response::into_inner),
        }
    }
    panic!("still under way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_at_three_gateways_buy_one_label() {
    for (carrier, request) in [(Carrier::Ups, ground()), (Carrier::Yanwen, packet())] {
        let gateways = Gateways::start().await;
        gateways.carriers().inject(FaultOrder {
            carrier,
            operation: "ship".to_owned(),
            fault: Fault::Slow { ms: CARRIER_MS },
            times: 1_000,
        });
        let told = gateways.ask_at_once(&request).await;
        let told: Vec<Shipment> = told.into_iter().map(Result::unwrap).collect();
        assert_eq!(told[0].state(), State::Purchased);
        let bytes = told[0].encode_to_vec();
        assert!(told.iter().all(|one| one.encode_to_vec() == bytes));
        assert_eq!(gateways.carriers().ship_calls().len(), 1, "{carrier:?}");
        assert_eq!(gateways.carriers().parcels().len(), 1, "{carrier:?}");

        // One bit of it changed.
        let mut other = request;
        other.shipment.as_mut().unwrap().parcels[0].weight_grams ^= 1;
        for refused in gateways.ask_at_once(&other).await {
            let refused = refused.unwrap_err();
            let reused = reason(&refused, Code::InvalidArgument);
            assert_eq!(reused, "REQUEST_ID_REUSED");
        }
        assert_eq!(gateways.carriers().ship_calls().len(), 1, "{carrier:?}");
        gateways.stop().await;
    }
}

/// The same, when both bodies race for a key that nobody has used.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_bodies_under_one_key_one_is_bought_whoever_is_asked() {
    let gateways = Gateways::start().await;
    let request = ground();
    let mut other = request.clone();
    other.shipment.as_mut().unwrap().parcels[0].weight_grams ^= 1;
    let (one, two) = futures::join!(gateways.ask_at_once(&request), gateways.ask_at_once(&other));
    let (bought, refused): (Vec<_>, Vec<_>) = one.into_iter().chain(two).partition(Result::is_ok);
    assert_eq!((bought.len(), refused.len()), (CALLERS, CALLERS));
    for refused in refused {
        let reused = reason(&refused.unwrap_err(), Code::InvalidArgument);
        assert_eq!(reused, "REQUEST_ID_REUSED");
    }
    assert_eq!(gateways.carriers().ship_calls().len(), 1);
    assert_eq!(gateways.carriers().parcels().len(), 1);
    gateways.stop().await;
}
