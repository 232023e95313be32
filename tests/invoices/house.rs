//! A database with purchases in it, and invoices for them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parcelgate::seal::Seal;
use parcelgate::service::invoices::form::Form;
use parcelgate::service::invoices::read::{Given, read};
use parcelgate::service::invoices::{Invoices, NotImported, Report};
use parcelgate::service::ledger::{Books, Check, Which};
use parcelgate::service::main_tenant;
use parcelgate_clock::{Clock as _, Manual};
use parcelgate_domain::{CarrierId, Currency, Label, LabelFormat, Money, PurchaseState, Service};
use parcelgate_store::{
    Batch, Book, Bought, BoughtParcel, Fault, NewPurchase, Parcel, Purchase, RequestKey,
    ShipmentId, Sqlite, Step, Store, Version, balance,
};

pub(crate) const ACCOUNT: &str = "ups-ohio";
pub(crate) const HEADER: &str = "invoice,date,tracking,reference,kind,amount,currency\n";
pub(crate) const NOON: &str = "2026-12-01T12:00:00Z";

/// A database of its own, without a gateway.
pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<Manual>,
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::of_minor(minor, Currency::USD)
}

pub(crate) fn fault() -> Fault {
    Fault {
        kind: "OUTCOME_UNKNOWN".to_owned(),
        code: None,
        text: "cut".to_owned(),
    }
}

/// The tracking number of purchase `number`.
pub(crate) fn tracking(number: usize) -> String {
    format!("1Z999AA1{number:010}")
}

pub(crate) fn reference(number: usize) -> String {
    format!("PG{number:06}")
}

/// An order of so many boxes, as it is kept.
fn order(boxes: usize) -> String {
    let boxes = vec![r#"{"weight": 1000}"#; boxes].join(", ");
    let party = r#"{"name": "A", "lines": ["1 Main St"], "city": "Columbus", "country": "US"}"#;
    format!(
        r#"{{"reference": "PG01", "service": "03", "ship_on": "2026-12-01", "label_format": "pdf",
            "from": {party}, "to": {party}, "parcels": [{boxes}]}}"#
    )
}

pub(crate) fn sending() -> Step {
    Step::Sending {
        lease_until: Timestamp::MAX,
    }
}

pub(crate) fn sold(number: usize, cents: i64) -> Step {
    let label = Label {
        format: LabelFormat::Pdf,
        bytes: b"%PDF-".to_vec(),
    };
    Step::Bought(Bought {
        carrier_number: tracking(number),
        charged: Some(usd(cents)),
        parcels: vec![BoughtParcel {
            parcel: Parcel {
                number: tracking(number).parse().expect("a number"),
                last_mile_number: None,
            },
            labels: vec![label],
        }],
    })
}

pub(crate) fn voided() -> [Step; 3] {
    let lease_until = Timestamp::MAX;
    let voiding = Step::Voiding { lease_until };
    [Step::VoidWanted(None), voiding, Step::Voided]
}

pub(crate) fn absent() -> Vec<Step> {
    vec![sending(), Step::Unknown(fault()), Step::Absent]
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Sqlite::open(&folder.path().join("gate.db")).await;
        Self {
            folder,
            store: Arc::new(store.expect("a store")),
            clock: Arc::new(Manual::at(NOON.parse().expect("noon"))),
        }
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("gate.key")
    }

    pub(crate) fn batch(&self) -> Batch {
        Batch::of(&main_tenant(), self.clock.now())
    }

    /// Purchase `number`, taken along `steps`.
    pub(crate) async fn purchase(&self, number: usize, steps: Vec<Step>) -> ShipmentId {
        self.purchase_of(1, number, steps).await
    }

    /// The same of so many boxes.
    pub(crate) async fn purchase_of(
        &self,
        boxes: usize,
        number: usize,
        steps: Vec<Step>,
    ) -> ShipmentId {
        let id = ShipmentId::fresh(self.clock.now());
        let new = NewPurchase {
            id: id.clone(),
            reference: reference(number).parse().expect("a reference"),
            account: ACCOUNT.parse().expect("an account"),
            carrier: CarrierId::known("ups"),
            service: Service {
                code: parcelgate_domain::ServiceCode::new("03"),
                name: "Ground".to_owned(),
            },
            order: order(boxes).into(),
            quoted: Some(usd(1_000)),
            order_number: None,
            twin: None,
            replaces: None,
        };
        let key = RequestKey {
            method: "PurchaseLabel".to_owned(),
            request_id: number.to_string(),
        };
        let mut batch = self.batch().accept(new, key, [0; 32]);
        let (mut state, mut epoch) = (PurchaseState::Accepted, 1);
        for step in steps {
            let next = step.leads_to();
            batch = batch.advance(&id, Version { state, epoch }, step);
            (state, epoch) = (next, epoch + 1);
        }
        self.store.apply(batch).await.expect("written");
        self.clock.advance(Duration::from_secs(1));
        id
    }

    pub(crate) async fn kept(&self, id: &ShipmentId) -> Purchase {
        let kept = self.store.shipment(&main_tenant(), id).await;
        kept.expect("a read").expect("a shipment")
    }

    pub(crate) fn invoices(&self) -> Invoices {
        Invoices {
            store: self.store.clone(),
            seal: Some(Seal::from_file(&self.key()).expect("a key")),
            clock: self.clock.clone(),
            late_watch_s: vec![60, 600],
        }
    }

    /// Imports lines under our own header.
    pub(crate) async fn import(&self, lines: &str) -> Result<Report, NotImported> {
        let lines = given(&format!("{HEADER}{lines}"));
        let account = ACCOUNT.parse().expect("an account");
        let report = self
            .invoices()
            .import(&main_tenant(), &account, lines)
            .await;
        assert!(self.check().await.findings.is_empty());
        report
    }

    pub(crate) async fn check(&self) -> Check {
        let books = Books::new(self.store.clone());
        let check = books.check(&main_tenant(), &Which::default()).await;
        let check = check.expect("a check");
        assert_eq!(check.sums, []);
        check
    }

    /// What is spent on a purchase, in cents.
    pub(crate) async fn spent(&self, id: &ShipmentId) -> i64 {
        let ids = std::slice::from_ref(id);
        let entries = self
            .store
            .entries(&main_tenant(), ids)
            .await
            .expect("entries");
        let sums = Book::ALL.map(|(book, _)| {
            let sums = balance(&entries, book);
            sums.iter().map(|sum| sum.minor()).sum::<i64>()
        });
        assert_eq!(sums.iter().sum::<i64>(), 0, "{entries:?}");
        sums[2]
    }
}

pub(crate) fn given(text: &str) -> Vec<Given> {
    let account = ACCOUNT.parse().expect("an account");
    let read = read(text.as_bytes(), &Form::default(), &account);
    assert_eq!(read.bad, []);
    read.lines
}

/// A line for purchase `number` on invoice F-1.
pub(crate) fn line(number: usize, kind: &str, amount: &str) -> String {
    format!("F-1,2026-12-05,{},,{kind},{amount},USD\n", tracking(number))
}
