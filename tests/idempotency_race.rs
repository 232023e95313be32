//! Sixty-four callers with one `request_id` at three gateways at once: one label, one answer, and
//! nobody has to ask twice. On one file, and on one Postgres: that of `POSTGRES_URL` or the one at
//! the usual port. Without a server those cases are ignored; with `CI=true` they fail.

#![expect(
    clippy::unwrap_used,
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

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt, join_all};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate::app::Gateway;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{PurchaseLabelRequest, Shipment};
use parcelgate_sandbox::{Carrier, Control, Fault, FaultOrder, Running, Settings};
use parcelgate_store::suite::Schema;
use prost::Message as _;
use tempfile::TempDir;
use tokio::sync::Barrier;
use tonic::{Code, Response, Status};

use errors::{reason, says_when};
use requests::{ground, packet};
use stage::{Bearer, Keyed, SCOPES, Stage, channel};

const CALLERS: usize = 64;
const GATEWAYS: usize = 3;
/// A purchase takes this long.
const CARRIER_MS: u64 = 700;

/// Three gateways over one store.
struct Gateways {
    running: Vec<Gateway>,
    clients: Vec<ShipmentServiceClient<Keyed>>,
    sandbox: Running,
    _folder: TempDir,
}

impl Gateways {
    /// On a file of their own, or on the database at `url`.
    async fn start(url: Option<&str>) -> Self {
        let settings = Settings {
            ship_calls_max: 1_000,
            ..Settings::default()
        };
        let (sandbox, folder, mut config) = Stage::scenery(settings, |_| {}).await;
        if let Some(url) = url {
            config.store.key_file = folder.path().join("shared.key");
            config.store.path = std::path::PathBuf::new();
            config.store.url = url.into();
        }
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

    /// What each of many callers is told, who all begin at once and ask once.
    async fn ask_at_once(&self, request: &PurchaseLabelRequest) -> Vec<Result<Shipment, Status>> {
        let barrier = Arc::new(Barrier::new(CALLERS));
        let calls = (0..CALLERS).map(|index| {
            let mut client = self.clients[index % GATEWAYS].clone();
            let (request, barrier) = (request.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                let told = client.purchase_label(request).await;
                told.map(Response::into_inner)
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

async fn sixty_four_buy_one_label(url: Option<&str>) {
    for (carrier, request) in [(Carrier::Ups, ground()), (Carrier::Yanwen, packet())] {
        let gateways = Gateways::start(url).await;
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
async fn of_two_bodies_one_is_bought(url: Option<&str>) {
    let gateways = Gateways::start(url).await;
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

/// Whoever does not wait for the end is told that it is under way, and when to ask again.
async fn who_is_in_a_hurry_is_told_so(url: Option<&str>) {
    let gateways = Gateways::start(url).await;
    gateways.carriers().inject(FaultOrder {
        carrier: Carrier::Ups,
        operation: "ship".to_owned(),
        fault: Fault::Slow { ms: 3_000 },
        times: 1_000,
    });
    let request = ground();
    let mut patient = gateways.clients[0].clone();
    let begun = request.clone();
    let bought = tokio::spawn(async move { patient.purchase_label(begun).await });
    while gateways.carriers().ship_calls().is_empty() {
        parcelgate_clock::sleep(std::time::Duration::from_millis(10)).await;
    }
    let mut hurried = tonic::Request::new(request);
    hurried.set_timeout(std::time::Duration::from_secs(1));
    let told = gateways.clients[1].clone().purchase_label(hurried).await;
    let told = told.unwrap_err();
    assert_eq!(reason(&told, Code::Aborted), "PURCHASE_IN_PROGRESS");
    assert!(says_when(&told));
    assert!(bought.await.unwrap().is_ok());
    assert_eq!(gateways.carriers().ship_calls().len(), 1);
    gateways.stop().await;
}

type Case = for<'a> fn(Option<&'a str>) -> BoxFuture<'a, ()>;

const CASES: [(&str, Case); 3] = [
    ("sixty_four_at_three_gateways_buy_one_label", |url| {
        sixty_four_buy_one_label(url).boxed()
    }),
    (
        "of_two_bodies_under_one_key_one_is_bought_whoever_is_asked",
        |url| of_two_bodies_one_is_bought(url).boxed(),
    ),
    ("who_is_in_a_hurry_is_told_that_it_is_under_way", |url| {
        who_is_in_a_hurry_is_told_so(url).boxed()
    }),
];

async fn on_server(case: Case) -> Result<Completion, Failed> {
    let schema = match Schema::make().await {
        Ok(schema) => schema,
        Err(why) if env::var("CI").as_deref() == Ok("true") => return Err(why.into()),
        Err(why) => return Ok(Completion::ignored_with(why)),
    };
    let url = schema.url();
    // Whatever becomes of it, a panic too, nothing of it stays on the server.
    let ended = tokio::spawn(async move { case(Some(&url)).await }).await;
    schema.remove().await?;
    ended?;
    Ok(Completion::Completed)
}

async fn on_a_file(case: Case) -> Result<Completion, Failed> {
    tokio::spawn(async move { case(None).await }).await?;
    Ok(Completion::Completed)
}

fn trial(place: &str, (name, case): (&str, Case)) -> Trial {
    let server = place == "postgres";
    Trial::ignorable_test(format!("{place}::{name}"), move || {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(4).enable_all().build()?;
        runtime.block_on(async {
            match server {
                true => on_server(case).await,
                false => on_a_file(case).await,
            }
        })
    })
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = ["sqlite", "postgres"].into_iter();
    let trials = places.flat_map(|place| CASES.map(|case| trial(place, case)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
