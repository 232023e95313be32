//! The carriers in this process, the folder in which a gateway lives and dies, and its address.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parcelgate::played;
use parcelgate_clock::{instant, sleep};
use parcelgate_sandbox::{Control, Running, Sandbox, Settings};
use parcelgate_store::{Postgres, Sqlite, Store};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::books::{Books, is_end};
use crate::ledgers;
use crate::program::{self, Program};

/// The accounts that buy: two carriers without a key against buying twice, and one with.
pub(crate) const ACCOUNTS: [&str; 3] = ["ups", "yanwen", "usps"];

/// How the gateway is set: as by default, but in less of a hurry to be patient. A purchase whose
/// gateway died waits for the end of its lease, which is `carrier_ms_max` and five seconds.
const SETTINGS: &str = r#"
[grpc]
listen = "127.0.0.1:0"
[http]
listen = "127.0.0.1:0"
[purchase]
carrier_ms_max = 1500
settle_ms = 50
review_s = 4
[log]
filter = "error"
"#;

/// The file, beside the configuration, of the key under which carriers' answers are kept.
pub(crate) const SEAL: &str = "answers.key";

/// Where the gateway keeps what must not be lost.
pub(crate) enum Shelf {
    /// A file in the folder, each commit synced.
    File,
    /// An empty schema of a Postgres database, by its URL.
    Server(String),
}

pub(crate) struct House {
    sandbox: Running,
    folder: TempDir,
    shelf: Shelf,
    pub(crate) key: String,
    /// Where each gateway is; none between a death and the next start.
    pub(crate) addresses: watch::Sender<Vec<Option<String>>>,
    /// What gateways said that panicked.
    pub(crate) panics: Arc<Mutex<Vec<String>>>,
}

impl House {
    pub(crate) async fn build(shelf: Shelf, replicas: usize) -> Self {
        let mut house = Self::furnish(shelf, replicas).await;
        house.cut_key();
        house
    }

    /// Everything but a key.
    pub(crate) async fn furnish(shelf: Shelf, replicas: usize) -> Self {
        let settings = Settings {
            ship_calls_max: 100_000,
            ..Settings::default()
        };
        let sandbox = Sandbox::start(settings.clone()).await.expect("a sandbox");
        let folder = TempDir::with_prefix("parcelgate-kill9-").expect("a folder");
        let accounts = accounts(&sandbox, &settings);
        let house = Self {
            key: String::new(),
            sandbox,
            folder,
            shelf,
            addresses: watch::Sender::new(vec![None; replicas]),
            panics: Arc::default(),
        };
        let text = format!("{}{SETTINGS}{accounts}", house.shelf_settings());
        std::fs::write(house.config(), text).expect("the configuration");
        house
    }

    /// Makes the key that callers show.
    pub(crate) fn cut_key(&mut self) {
        self.key = program::create_key(&self.config());
    }

    fn shelf_settings(&self) -> String {
        let key = toml(&json!(self.folder.path().join(SEAL)));
        let place = match &self.shelf {
            Shelf::File => format!("path = {}", toml(&json!(self.database()))),
            Shelf::Server(url) => format!("url = {}", json!(url)),
        };
        format!("[store]\n{place}\nkey_file = {key}\n")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("serve.toml")
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("parcelgate.db")
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// Starts a gateway, waits until it can be called, and says where it is.
    pub(crate) async fn start_gateway(&self, replica: usize) -> Program {
        let program = Program::start(&self.config(), &self.panics);
        let doors = program.doors().await.expect("it says where it is");
        self.is_at(replica, Some(format!("http://{}", doors.grpc)));
        program
    }

    /// Says where a gateway is.
    pub(crate) fn is_at(&self, replica: usize, address: Option<String>) {
        self.addresses
            .send_modify(|all| *all.get_mut(replica).expect("a replica") = address);
    }

    /// The store as the next gateway would find it.
    pub(crate) async fn open(&self) -> Box<dyn Store> {
        match &self.shelf {
            Shelf::File => Box::new(Sqlite::open(&self.database()).await.expect("the store")),
            Shelf::Server(url) => Box::new(Postgres::open(url).await.expect("the store")),
        }
    }

    /// The books, once every purchase has come to its end.
    pub(crate) async fn settled_books(&self, patience: Duration) -> Books {
        let store = self.open().await;
        let given_up = instant() + patience;
        loop {
            let kept = ledgers::kept(store.as_ref()).await;
            let open = kept.iter().filter(|kept| !is_end(kept.state)).count();
            if open == 0 || instant() > given_up {
                let books = ledgers::read(&self.control(), store.as_ref()).await;
                let accounts = store.unsettled_accounts().await.expect("accounts");
                assert!(open > 0 || accounts.is_empty(), "{accounts:?}");
                store.close().await;
                return books;
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The accounts as a configuration file has them.
fn accounts(sandbox: &Running, settings: &Settings) -> String {
    let played = played::accounts(sandbox, settings).into_iter();
    let played = played.filter(|account| ACCOUNTS.contains(&account.name));
    let quota = json!({ "permits": 10_000, "per_ms": 1_000 });
    let wire = json!({ "quotas": {
        "rate": quota, "ship": quota, "track": quota, "manage": quota, "token": quota,
    } });
    let texts = played.map(|account| {
        format!(
            "[[accounts]]\nid = \"{}-test\"\ncarrier = \"{}\"\nsettings = {}\nwire = {}\n",
            account.name,
            account.carrier,
            toml(&account.settings),
            toml(&wire)
        )
    });
    texts.collect()
}

/// `value` as TOML, on one line. Texts are written alike in both.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{} = {}", json!(name), toml(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(values) => {
            let values = values.iter().map(toml);
            format!("[{}]", values.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}
