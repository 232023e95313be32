//! A gateway that does not look again for what it gave up.

use std::sync::Arc;
use std::time::Duration;

use parcelgate::app::Gateway;
use parcelgate_clock::{Clock as _, Manual, System};
use parcelgate_proto::v1::GetShipmentRequest;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_sandbox::{Carrier, Fault, FaultOrder, Settings};
use parcelgate_store::Sqlite;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::books::{Findings, audit};
use crate::ledgers;
use crate::requests::ground;
use crate::stage::{Bearer, SCOPES, Stage, channel, until};

/// Longer than the gateway waits for an answer and takes to give the purchase up.
const HELD_MS: u64 = 5_000;
/// UPS shows what it sold within so long.
const QUIET: Duration = Duration::from_mins(5);

/// What is wrong in the end with a purchase that the carrier carries out after it was declared
/// absent, when it is looked for again so many seconds later.
async fn carried_out_late(late_watch_s: &[u64]) -> Findings {
    let clock = Arc::new(Manual::at(System.now()));
    let settings = Settings {
        ship_calls_max: 100,
        clock: clock.clone(),
        protocol_clock: clock.clone(),
        ..Settings::default()
    };
    let (sandbox, _folder, mut config) = Stage::scenery(settings, |_| {}).await;
    config.purchase.carrier_ms_max = 300;
    config.purchase.review_s = 3_600;
    config.purchase.late_watch_s = late_watch_s.to_vec();
    let gateway = Gateway::start_by(clock.clone(), config.clone()).await;
    let gateway = gateway.expect("starts");
    let key = gateway.create_key("test", &SCOPES).await.expect("a key");
    let client = ShipmentServiceClient::with_interceptor(channel(&gateway), Bearer::of(&key));
    let control = sandbox.control();
    let order = |operation: &str, fault, times| {
        control.inject(FaultOrder {
            carrier: Carrier::Ups,
            operation: operation.to_owned(),
            fault,
            times,
        });
    };
    // By this the carrier's look-up is tested.
    let mut request = ground();
    let before = client.clone().purchase_label(request.clone()).await;
    let before = before.expect("bought").into_inner();
    assert_eq!(before.state(), State::Purchased, "{before:?}");
    order("ship", Fault::Held { ms: HELD_MS }, 1);
    request.request_id = uuid::Uuid::new_v4().to_string();
    request.shipment.as_mut().expect("a shipment").order_number = "LATE-1".to_owned();
    let told = client.clone().purchase_label(request).await;
    let told = told.expect("a state").into_inner();
    assert_eq!(told.state(), State::Unknown, "{told:?}");
    let stands = async |state: State| {
        until(state.as_str_name(), async || {
            let read = GetShipmentRequest {
                name: told.name.clone(),
            };
            let stands = client.clone().get_shipment(read).await.ok()?.into_inner();
            (stands.state() == state).then_some(())
        })
        .await;
    };
    // Three looks that find nothing, which are counted by a fault that changes nothing.
    order("track_reference", Fault::Slow { ms: 0 }, 4);
    until("looked up", async || {
        control.faults().is_empty().then_some(())
    })
    .await;
    clock.advance(QUIET);
    stands(State::Absent).await;
    until("carried out", async || {
        (control.parcels().len() == 2).then_some(())
    })
    .await;
    clock.advance(Duration::from_hours(1));
    if !late_watch_s.is_empty() {
        stands(State::Voided).await;
        is_counted(&gateway).await;
    }
    gateway.stop().await;
    let store = Sqlite::open(&config.store.path).await.expect("the store");
    let findings = audit(&ledgers::read(&control, &store).await);
    assert_eq!(control.ship_call_counts(), (2, 2), "each sent once");
    findings
}

/// One label turned up, as the gateway tells operators.
async fn is_counted(gateway: &Gateway) {
    let mut stream = TcpStream::connect(gateway.http()).await.expect("a door");
    let ask = "GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    stream.write_all(ask.as_bytes()).await.expect("asked");
    let mut page = String::new();
    stream.read_to_string(&mut page).await.expect("a page");
    let counted = "orphan_labels_total{carrier=\"ups\"} 1\n";
    assert!(page.contains(counted), "{page}");
}

/// The control: the same steps without the mistake are found good.
#[tokio::test]
async fn what_turns_up_late_is_voided() {
    assert_eq!(carried_out_late(&[1_800]).await, Findings::default());
}

/// A label that somebody pays for, and that nobody knows of.
#[tokio::test]
async fn a_missing_late_watch_is_caught() {
    let findings = carried_out_late(&[]).await;
    assert_eq!(findings.lost.len(), 1, "{findings:#?}");
    let others = Findings {
        lost: Vec::new(),
        ..findings
    };
    assert_eq!(others, Findings::default());
}
