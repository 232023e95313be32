//! The folder in which a gateway lives and dies, its address, and its webhook.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parcelgate::service::main_tenant;
use parcelgate_clock::sleep;
use parcelgate_proto::v1::subscription_service_client::SubscriptionServiceClient;
use parcelgate_proto::v1::{CreateSubscriptionRequest, Subscription};
use parcelgate_store::{Page, Postgres, Sqlite, Store, TrackerEnd, TrackerFilter};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::watch;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::transport::Endpoint;
use tonic::{Request, Status};

use crate::books::{Books, Logged, Parcel, Told};
use crate::program::{self, Program};
use crate::receiver::Receiver;

/// Nobody answers for the carrier: what happens is what callers do. A delivery whose gateway died
/// waits for the end of its claim, which is `total_ms_max` and five seconds.
const SETTINGS: &str = r#"
[grpc]
listen = "127.0.0.1:0"
[http]
listen = "127.0.0.1:0"
[push]
allow_http = true
allow_private = true
retry_ms = [RETRIES]
total_ms_max = 1000
in_flight_max = 64
[log]
filter = "error"
[[accounts]]
id = "ups-test"
carrier = "ups"
[accounts.settings]
client_id = "client"
client_secret = "secret"
account_number = "5R8939"
api = "http://127.0.0.1:1/api"
token = "http://127.0.0.1:1"
"#;

/// So many tries that one event in 10^28 is given up, where one request of five fails.
const TRIES: usize = 40;

const PAGE: u32 = 500;

/// How long between two looks at what has arrived.
const LOOK: Duration = Duration::from_millis(50);

/// Where the gateway keeps what must not be lost.
pub(crate) enum Shelf {
    /// A file in the folder, each commit synced.
    File,
    /// An empty schema of a Postgres database, by its URL.
    Server(String),
}

pub(crate) struct House {
    folder: TempDir,
    shelf: Shelf,
    pub(crate) key: Key,
    receiver: Receiver,
    /// Where the gateway is; nowhere between its death and the next start.
    pub(crate) address: watch::Sender<Option<String>>,
    /// What gateways said that panicked.
    pub(crate) panics: Arc<Mutex<Vec<String>>>,
}

/// Shows a key with every call.
#[derive(Clone)]
pub(crate) struct Key(MetadataValue<Ascii>);

impl Interceptor for Key {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request
            .metadata_mut()
            .insert("authorization", self.0.clone());
        Ok(request)
    }
}

impl House {
    pub(crate) async fn build(shelf: Shelf, seed: u64) -> Self {
        let folder = TempDir::with_prefix("parcelgate-outbox-").expect("a folder");
        let config = folder.path().join("serve.toml");
        let seal = json!(folder.path().join("answers.key"));
        let place = match &shelf {
            Shelf::File => format!("path = {}", json!(folder.path().join("parcelgate.db"))),
            Shelf::Server(url) => format!("url = {}", json!(url)),
        };
        let settings = SETTINGS.replace("RETRIES", &vec!["50"; TRIES].join(", "));
        let text = format!("[store]\n{place}\nkey_file = {seal}\n{settings}");
        std::fs::write(&config, text).expect("the configuration");
        let key = program::create_key(&config);
        Self {
            folder,
            shelf,
            key: Key(format!("Bearer {key}").parse().expect("a key is ASCII")),
            receiver: Receiver::start(seed).await,
            address: watch::Sender::new(None),
            panics: Arc::default(),
        }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("serve.toml")
    }

    /// Starts a gateway, waits until it can be called, and says where it is.
    pub(crate) async fn start(&self) -> Program {
        let program = Program::start(&self.config(), &self.panics);
        let doors = program.doors().await.expect("it says where it is");
        self.is_at(Some(format!("http://{}", doors.grpc)));
        program
    }

    pub(crate) fn is_at(&self, address: Option<String>) {
        self.address.send_replace(address);
    }

    /// Subscribes the webhook to everything, and says after which entry of the log.
    pub(crate) async fn subscribe(&self) -> i64 {
        let here = self.address.borrow().clone().expect("a gateway");
        let way = Endpoint::from_shared(here).unwrap().connect_lazy();
        let mut client = SubscriptionServiceClient::with_interceptor(way, self.key.clone());
        let request = CreateSubscriptionRequest {
            subscription: Some(Subscription {
                url: self.receiver.url(),
                ..Subscription::default()
            }),
            request_id: uuid::Uuid::now_v7().to_string(),
        };
        let made = client
            .create_subscription(request)
            .await
            .unwrap()
            .into_inner();
        self.receiver.trust(&made.secret);
        let id = made
            .name
            .strip_prefix("subscriptions/")
            .unwrap()
            .parse()
            .unwrap();
        let store = self.open().await;
        let made = store
            .subscription(&main_tenant(), &id)
            .await
            .unwrap()
            .unwrap();
        store.close().await;
        made.cursor
    }

    async fn open(&self) -> Box<dyn Store> {
        match &self.shelf {
            Shelf::File => {
                let path = self.folder.path().join("parcelgate.db");
                Box::new(Sqlite::open(&path).await.expect("the store"))
            }
            Shelf::Server(url) => Box::new(Postgres::open(url).await.expect("the store")),
        }
    }

    /// The books, once so many events have arrived as the log has.
    pub(crate) async fn books(&self, start: i64, told: Vec<Told>) -> Books {
        let store = self.open().await;
        let mut books = Books {
            start,
            told,
            ..Books::default()
        };
        loop {
            books.arrived = self.receiver.arrived().clone();
            let head = store.head_seq().await.unwrap();
            if i64::try_from(books.distinct()).unwrap() >= head - start {
                break;
            }
            sleep(LOOK).await;
        }
        books.log = log(store.as_ref()).await;
        books.parcels = parcels(store.as_ref()).await;
        store.close().await;
        books
    }
}

async fn log(store: &dyn Store) -> Vec<Logged> {
    let mut log: Vec<Logged> = Vec::new();
    loop {
        let after = log.last().map_or(0, |last| last.seq);
        let page = store.events_after(None, after, PAGE).await.unwrap();
        if page.is_empty() {
            return log;
        }
        log.extend(page.into_iter().map(|event| Logged {
            seq: event.seq,
            uid: event.uid.to_string(),
            subject: event.subject,
            number: event.subject_seq,
            kind: event.kind,
        }));
    }
}

async fn parcels(store: &dyn Store) -> Vec<Parcel> {
    let (mut parcels, mut after) = (Vec::new(), None);
    loop {
        let page = Page {
            after: after.as_ref(),
            limit: PAGE,
        };
        let filter = TrackerFilter::default();
        let rows = store.trackers(&main_tenant(), &filter, page).await.unwrap();
        let Some(last) = rows.last() else {
            return parcels;
        };
        after = Some(last.id.clone());
        parcels.extend(rows.iter().map(|row| Parcel {
            subject: format!("trackers/{}", row.id),
            stopped: row.ended == Some(TrackerEnd::Stopped),
        }));
    }
}
