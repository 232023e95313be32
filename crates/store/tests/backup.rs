//! A copy of a database file counts only when it is whole, ours and known; each checker is shown a
//! file that is not.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use parcelgate_domain::{
    CarrierId, Label, LabelFormat, Money, PurchaseState, Service, ServiceCode,
};
use parcelgate_store::backup::{CopyError, Restore, back_up};
use parcelgate_store::{
    Batch, Bought, BoughtParcel, NewPurchase, Parcel, RequestKey, Sqlite, Step, Store, Tenant,
    Version,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tempfile::TempDir;

/// A purchase, and its label.
async fn buy(store: &dyn Store, number: usize) {
    let id = format!("shipment-{number:04}").parse().unwrap();
    let usd = Money::of_minor(1_234, "USD".parse().unwrap());
    let new = NewPurchase {
        id,
        reference: format!("PG{number:06}").parse().unwrap(),
        account: "ups-ohio".parse().unwrap(),
        carrier: CarrierId::known("ups"),
        service: Service {
            code: ServiceCode::new("03"),
            name: "Ground".to_owned(),
        },
        order: format!("{{\"to\":\"Ada {number}\"}}").into(),
        quoted: Some(usd),
        order_number: None,
        twin: None,
        replaces: None,
    };
    let key = RequestKey {
        method: "PurchaseLabel".to_owned(),
        request_id: format!("request-{number}"),
    };
    let id = new.id.clone();
    let state = |state, epoch| Version { state, epoch };
    let lease_until = Timestamp::UNIX_EPOCH;
    let bought = Bought {
        carrier_number: format!("1Z{number}"),
        charged: Some(usd),
        parcels: vec![BoughtParcel {
            parcel: Parcel {
                number: format!("1Z999AA1{number:010}").parse().unwrap(),
                last_mile_number: None,
            },
            labels: vec![Label {
                format: LabelFormat::Zpl,
                bytes: format!("^XA label {number} of Ada ^XZ")
                    .repeat(200)
                    .into_bytes(),
            }],
        }],
    };
    let batch = Batch::of(&Tenant::operator(), Timestamp::UNIX_EPOCH).accept(new, key, [7; 32]);
    let accepted = store
        .apply(batch)
        .await
        .unwrap()
        .shipments
        .remove(0)
        .version;
    let sending = state(PurchaseState::Sending, accepted.epoch + 1);
    let batch = Batch::of(&Tenant::operator(), Timestamp::UNIX_EPOCH)
        .advance(&id, accepted, Step::Sending { lease_until })
        .advance(&id, sending, Step::Bought(bought));
    store.apply(batch).await.unwrap();
}

/// A folder with a store of some labels, and a backup of it.
struct Place(TempDir);

impl Place {
    async fn with_backup() -> Self {
        let place = Self(TempDir::new().unwrap());
        let store = Sqlite::open(&place.path("store.db")).await.unwrap();
        for number in 0..20 {
            buy(&store, number).await;
        }
        let (path, copy) = (place.path("store.db"), place.path("copy.db"));
        let taken = back_up(&path, &copy, false).await.unwrap();
        assert_eq!(taken.contents.shipments, 20);
        store.close().await;
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Changes the backup by SQL, as no gateway would; its digest is forgotten.
    async fn tell(&self, sql: &str) {
        let options = SqliteConnectOptions::new().filename(self.path("copy.db"));
        let mut connection = options.connect().await.unwrap();
        connection
            .execute(AssertSqlSafe(sql.to_owned()))
            .await
            .unwrap();
        connection.close().await.unwrap();
        self.forget_digest();
    }

    /// Changes the bytes of the backup.
    fn bend(&self, bend: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = std::fs::read(self.path("copy.db")).unwrap();
        bend(&mut bytes);
        std::fs::write(self.path("copy.db"), bytes).unwrap();
        self.forget_digest();
    }

    fn forget_digest(&self) {
        let _ = std::fs::remove_file(self.path("copy.db.sha256"));
    }

    /// Why the backup is not restored; nothing is left of the trial but the lock.
    async fn refusal(&self) -> CopyError {
        let to = self.path("new.db");
        let refused = Restore::prepare(&self.path("copy.db"), &to, true).await;
        let Err(refused) = refused else {
            panic!("it is restored");
        };
        assert!(!to.exists());
        let left = std::fs::read_dir(self.0.path()).unwrap();
        let left = left.filter(|file| {
            let name = file.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with(".tmp")
        });
        assert_eq!(left.count(), 0, "a copy is left");
        refused
    }
}

/// How many labels one of the shipments has.
async fn labels(store: &dyn Store) -> usize {
    let id = "shipment-0007".parse().unwrap();
    store.labels(&Tenant::operator(), &id).await.unwrap().len()
}

/// Where `text` first stands.
fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes
        .windows(text.len())
        .position(|window| window == text)
        .unwrap()
}

#[tokio::test]
async fn a_whole_one_is_restored() {
    let place = Place::with_backup().await;
    let restore = Restore::prepare(&place.path("copy.db"), &place.path("new.db"), false).await;
    let restore = restore.unwrap();
    assert!(restore.digested());
    assert_eq!(restore.place(Timestamp::UNIX_EPOCH).await.unwrap(), None);
    let store = Sqlite::open(&place.path("new.db")).await.unwrap();
    assert_eq!(labels(&store).await, 1);
    store.close().await;
}

#[tokio::test]
async fn one_that_was_copied_with_its_log_is_whole_too() {
    let place = Place::with_backup().await;
    let store = Sqlite::open(&place.path("store.db")).await.unwrap();
    buy(&store, 20).await;
    // As `cp` of a database in use: what was written last is in the -wal file.
    for ending in ["", "-wal"] {
        let name = |name: &str| place.path(&[name, ending].concat());
        std::fs::copy(name("store.db"), name("copied.db")).unwrap();
    }
    store.close().await;
    let restore = Restore::prepare(&place.path("copied.db"), &place.path("new.db"), false).await;
    let restore = restore.unwrap();
    assert_eq!(restore.contents().shipments, 21);
    assert!(!restore.digested());
}

#[tokio::test]
async fn what_is_not_whole_is_refused() {
    let place = Place::with_backup().await;
    place.bend(|bytes| bytes.truncate(bytes.len() / 2));
    let refused = place.refusal().await;
    assert!(matches!(refused, CopyError::Damaged { .. }), "{refused}");

    // A page of an index that points nowhere.
    let place = Place::with_backup().await;
    place.bend(|bytes| bytes[8_192..12_288].fill(0xff));
    let refused = place.refusal().await;
    assert!(matches!(refused, CopyError::Damaged { .. }), "{refused}");

    // A bit inside a label, which SQLite does not mind.
    let place = Place::with_backup().await;
    place.bend(|bytes| {
        let at = find(bytes, b"^XA label 11 of Ada");
        bytes[at + 4] ^= 1;
    });
    let refused = place.refusal().await;
    assert!(
        refused
            .to_string()
            .contains("a label of shipments/shipment-0011"),
        "{refused}"
    );

    // One inside a name, of which only the digest knows.
    let place = Place::with_backup().await;
    let digest = std::fs::read(place.path("copy.db.sha256")).unwrap();
    place.bend(|bytes| {
        let at = find(bytes, b"\"Ada 13\"");
        bytes[at + 1] = b'E';
    });
    std::fs::write(place.path("copy.db.sha256"), digest).unwrap();
    let refused = place.refusal().await;
    assert!(refused.to_string().contains(".sha256"), "{refused}");

    let place = Place::with_backup().await;
    place
        .tell(
            "UPDATE money_entry SET lines = replace(lines, '-1234', '-1233') WHERE number = 1 \
                AND shipment = 'shipment-0003'",
        )
        .await;
    let refused = place.refusal().await;
    assert!(
        refused.to_string().contains("1 entries of the ledger"),
        "{refused}"
    );
}

#[tokio::test]
async fn what_is_not_ours_is_refused() {
    let place = Place::with_backup().await;
    for foreign in [
        &b""[..],
        b"a letter to nobody, which is longer than any header of a file",
    ] {
        place.bend(|bytes| *bytes = foreign.repeat(20));
        let refused = place.refusal().await;
        assert!(matches!(refused, CopyError::Foreign { .. }), "{refused}");
    }
    std::fs::remove_file(place.path("copy.db")).unwrap();
    let refused = place.refusal().await;
    assert!(matches!(refused, CopyError::NotThere(_)), "{refused}");

    let place = Place::with_backup().await;
    place
        .tell("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1")
        .await;
    let refused = place.refusal().await;
    assert!(matches!(refused, CopyError::Foreign { .. }), "{refused}");
    place.tell("DROP TABLE _sqlx_migrations").await;
    let refused = place.refusal().await;
    assert!(matches!(refused, CopyError::Foreign { .. }), "{refused}");
}

/// Of a database and of a backup.
#[tokio::test]
async fn what_a_newer_program_wrote_is_refused() {
    let place = Place::with_backup().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                 execution_time) VALUES (1000, 'later', true, x'00', 0)";
    place.tell(newer).await;
    let refused = place.refusal().await;
    assert!(
        matches!(refused, CopyError::Newer { found: 1_000, .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn of_one_in_use_nothing_is_replaced() {
    let place = Place::with_backup().await;
    let (copy, path) = (place.path("copy.db"), place.path("store.db"));
    let refused = async |path: &Path| Restore::prepare(&copy, path, true).await.unwrap_err();
    let store = Sqlite::open(&path).await.unwrap();
    assert!(matches!(refused(&path).await, CopyError::InUse(_)));
    store.close().await;
    drop(store);
    // Another program that has it open, and knows nothing of our locks.
    let mut other = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    other.execute("SELECT * FROM shipment").await.unwrap();
    assert!(matches!(refused(&path).await, CopyError::InUse(_)));
    other.close().await.unwrap();
    // While it is replaced nobody opens it.
    let restore = Restore::prepare(&copy, &path, true).await.unwrap();
    let locked = Sqlite::open(&path).await.unwrap_err();
    assert!(locked.to_string().contains("being restored"), "{locked}");
    let kept = restore.place(Timestamp::UNIX_EPOCH).await.unwrap().unwrap();
    assert!(Sqlite::open(&path).await.is_ok());
    assert!(Sqlite::open(&kept).await.is_ok());
    // Without leave it stays.
    let refused = Restore::prepare(&copy, &path, false).await.unwrap_err();
    assert!(matches!(
        refused,
        CopyError::InUse(_) | CopyError::Exists(_)
    ));
}

/// A database that is damaged is the reason to restore; what belonged to it is not taken for the
/// new one's.
#[tokio::test]
async fn one_that_cannot_be_read_is_replaced() {
    let place = Place::with_backup().await;
    let (copy, path) = (place.path("copy.db"), place.path("store.db"));
    for ending in ["", "-wal", "-shm", "-journal"] {
        let name = place.path(&["store.db", ending].concat());
        std::fs::write(name, "no longer a database at all ".repeat(400)).unwrap();
    }
    let restore = Restore::prepare(&copy, &path, true).await.unwrap();
    assert!(restore.lost().is_none());
    let kept = restore.place(Timestamp::UNIX_EPOCH).await.unwrap().unwrap();
    assert!(std::fs::read(&kept).unwrap().starts_with(b"no longer"));
    let store = Sqlite::open(&path).await.unwrap();
    assert_eq!(labels(&store).await, 1);
    store.close().await;
}
