//! One gateway on one disk, its death, and a second one that finds what it left.

use std::time::Duration;

use parcelgate_clock::{instant, sleep};
use parcelgate_domain::PurchaseState;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{PurchaseLabelRequest, Shipment};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::transport::Endpoint;
use tonic::{Request, Status};

use crate::books::{Books, Findings, Told, audit};
use crate::failing::Disk;
use crate::house::{House, SEAL, Shelf};
use crate::ledgers;
use crate::program::{Doors, PROGRAM, Program};
use crate::requests::ground;
use crate::stage::Bearer;

/// How long a caller waits for an answer, and how long for an end in all.
const DEADLINE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(30);

/// What was seen.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Whether what was to become of a write became of one.
    pub(crate) met: bool,
    /// Whether the first gateway could be called at all.
    pub(crate) ready: bool,
    /// What its caller was told.
    pub(crate) told: Option<Result<State, Status>>,
    /// How many requests for a label had come to the carrier by its death.
    pub(crate) sent: usize,
    /// What it left behind.
    pub(crate) left: Option<PurchaseState>,
    /// Where the second one brought it.
    pub(crate) end: State,
    pub(crate) findings: Findings,
    /// How many labels were sold in all.
    pub(crate) sold: usize,
}

/// What the gateway finds when it is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    /// Nothing: it makes its tables first.
    New,
    /// Its tables.
    Made,
}

/// Whether the carrier tells the second gateway what it sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookups {
    Answered,
    Refused,
}

/// Buys one label on that disk, and then once more under the same `request_id` on a good one.
pub(crate) async fn lived(disk: Disk, found: Store, lookups: Lookups, key_lost: bool) -> Seen {
    let mut house = House::furnish(Shelf::File, 1).await;
    let request = wish();
    if found == Store::Made {
        house.cut_key();
    }
    let words = house.config().with_file_name("trace");
    let command = disk.command(PROGRAM, &words);
    let first = Program::start_by(command, &house.config(), &house.panics);
    let doors = first.doors().await;
    if found == Store::New {
        house.cut_key();
    }
    let mut told = None;
    if let Some(doors) = &doors {
        let reply = ask(doors, &house.key, &request).await;
        told = Some(reply.map(|shipment| shipment.state()));
    }
    first.kill();
    let met = disk.is_met(&words);
    let sent = house.control().ship_call_counts().0;
    let left = ledgers::kept(house.open().await.as_ref()).await;
    let left = left.first().map(|kept| kept.state);
    if lookups == Lookups::Refused {
        refuse_lookups(&house);
    }
    if key_lost {
        std::fs::remove_file(house.config().with_file_name(SEAL)).expect("a key");
    }
    let second = Program::start(&house.config(), &house.panics);
    let doors_now = second.doors().await.expect("the second is ready");
    let end = ended(&doors_now, &house.key, &request).await;
    second.kill();
    let panics = house.panics.lock().unwrap().clone();
    assert!(panics.is_empty(), "{disk:?}: {panics:#?}");
    let (findings, sold) = audited(&house, &end).await;
    Seen {
        met,
        ready: doors.is_some(),
        told,
        sent,
        left,
        end: end.state(),
        findings,
        sold,
    }
}

pub(crate) fn wish() -> PurchaseLabelRequest {
    let mut request = ground();
    let shipment = request.shipment.as_mut().expect("a shipment");
    shipment.order_number = "DISK-1".to_owned();
    request
}

pub(crate) async fn ask(
    doors: &Doors,
    key: &str,
    request: &PurchaseLabelRequest,
) -> Result<Shipment, Status> {
    let way = Endpoint::from_shared(format!("http://{}", doors.grpc)).unwrap();
    let key = Bearer::of(key);
    let mut client = ShipmentServiceClient::with_interceptor(way.connect_lazy(), key);
    let mut request = Request::new(request.clone());
    request.set_timeout(DEADLINE);
    Ok(client.purchase_label(request).await?.into_inner())
}

/// What the same request comes to.
pub(crate) async fn ended(doors: &Doors, key: &str, request: &PurchaseLabelRequest) -> Shipment {
    let until = instant() + PATIENCE;
    loop {
        let reply = ask(doors, key, request).await;
        match &reply {
            Ok(shipment) if [State::Purchased, State::NeedsReview].contains(&shipment.state()) => {
                return shipment.clone();
            }
            Ok(_) | Err(_) if instant() < until => sleep(Duration::from_millis(20)).await,
            Ok(_) | Err(_) => panic!("it does not end: {reply:?}"),
        }
    }
}

/// Whether the gateway says that it is ready; nothing when nobody is there.
pub(crate) async fn writes(doors: &Doors) -> Option<bool> {
    let mut stream = TcpStream::connect(&doors.http).await.ok()?;
    let ask = "GET /readyz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    stream.write_all(ask.as_bytes()).await.ok()?;
    let mut page = String::new();
    stream.read_to_string(&mut page).await.ok()?;
    page.starts_with("HTTP/1.1 ")
        .then(|| page.starts_with("HTTP/1.1 200"))
}

fn refuse_lookups(house: &House) {
    for operation in ["track_reference", "label"] {
        house.control().inject(FaultOrder {
            carrier: Carrier::Ups,
            operation: operation.to_owned(),
            fault: Fault::Status {
                code: 503,
                retry_after: None,
            },
            times: 1_000_000,
        });
    }
}

pub(crate) async fn audited(house: &House, end: &Shipment) -> (Findings, usize) {
    let store = house.open().await;
    let mut books: Books = ledgers::read(&house.control(), store.as_ref()).await;
    store.close().await;
    let parcels = end.parcels.iter();
    let told = parcels.map(|parcel| Told {
        wish: end.order_number.clone(),
        number: parcel.tracking_number.clone(),
    });
    books.told = told.collect();
    (audit(&books), books.sold.len())
}
