//! A carrier for tests of the use cases, whose books are open.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use parcelgate_carrier::{
    Absence, Auth, Call, Carrier, Dialect, Error, Exchange, Host, Intent, Kind, Lookup, Order,
    Outgoing, Profile, Request, Response, Result, ShipIdempotency, Shipping,
};
use parcelgate_clock::System;
use parcelgate_domain::{
    AccountId, CarrierId, Label, Reference, Service, ServiceCode, Shipment, ShippedParcel,
    Violations,
};
use parcelgate_wire::{Wire, WireSettings};

use super::Account;

pub(crate) const ACME: CarrierId = CarrierId::known("acme");

/// After so long nothing that was sent is carried out any more, as Acme promises.
pub(crate) const QUIET: Duration = Duration::from_secs(60);
pub(crate) const INDEX_LAG: Duration = Duration::from_secs(30);

/// An order of one box, as it is kept.
pub(crate) const ORDER: &str = r#"{
    "reference": "PG01", "service": "03", "ship_on": "2026-11-23", "label_format": "pdf",
    "from": {"name": "A", "lines": ["1 Main St"], "city": "Columbus", "country": "US"},
    "to": {"name": "B", "lines": ["2 Main St"], "city": "Dayton", "country": "US"},
    "parcels": [{"weight": 1000}]
}"#;

/// What Acme has on file.
#[derive(Clone, Default)]
pub(crate) struct Books {
    /// What a look-up finds.
    pub(crate) sold: Arc<Mutex<Option<Shipment>>>,
    /// What it finds of what was sold before.
    pub(crate) before: Arc<Mutex<Option<Shipment>>>,
    /// How a look-up fails.
    pub(crate) find: Arc<Mutex<Option<Kind>>>,
    /// What it says to a void.
    pub(crate) void: Arc<Mutex<Option<Kind>>>,
    /// What it says to who asks for a label.
    pub(crate) label: Arc<Mutex<Option<Kind>>>,
    /// Whether it never answers a look-up.
    pub(crate) hangs: Arc<AtomicBool>,
    /// How often it was asked to look something up.
    pub(crate) asked: Arc<AtomicUsize>,
}

/// Nothing leaves by it.
pub(crate) struct Wall;

#[async_trait]
impl Exchange for Wall {
    async fn exchange(&self, _: Request) -> Result<Response> {
        Err(Error::new(Kind::Unsent, ACME, "wall"))
    }
}

/// An account whose requests go to `transport`, while look-ups and voids are answered from `books`.
pub(crate) fn account(transport: Arc<dyn Exchange>, books: Books) -> Account {
    account_of("acme", &[], transport, books)
}

/// The same under another name, of a carrier that cannot do everything.
pub(crate) fn account_of(
    id: &str,
    absences: &'static [Absence],
    transport: Arc<dyn Exchange>,
    books: Books,
) -> Account {
    let host = Host {
        name: "api",
        base_url: "http://acme.invalid".to_owned(),
        auth: Auth::Open,
    };
    let profile = Profile {
        absences,
        ..profile()
    };
    let carrier: Arc<dyn Carrier> = Arc::new(Acme(profile, [host], books));
    let id: AccountId = id.parse().unwrap();
    let settings = WireSettings::default();
    let wire = Wire::over(
        transport,
        &id,
        Arc::clone(&carrier),
        &settings,
        Arc::new(System),
    );
    Account {
        id,
        carrier,
        wire: wire.unwrap(),
    }
}

/// What a look-up finds once the box of [`ORDER`] was sold.
pub(crate) fn sold(reference: &Reference, number: &str) -> Shipment {
    Shipment {
        reference: reference.clone(),
        carrier_number: number.to_owned(),
        service: service(),
        charged: None,
        parcels: vec![ShippedParcel {
            tracking_number: number.parse().unwrap(),
            last_mile_number: None,
            label: None,
        }],
    }
}

pub(crate) fn service() -> Service {
    Service {
        code: ServiceCode::new("03"),
        name: "Ground".to_owned(),
    }
}

fn profile() -> Profile {
    Profile {
        id: ACME,
        name: "Acme",
        name_zh: "艾克米",
        services: &[],
        label_formats: &[],
        track_batch_max: 1,
        parcels_max: 1,
        quotas: &[],
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::ByReference {
            index_lag: INDEX_LAG,
        },
        quiet: QUIET,
        void_window: None,
        absences: &[],
    }
}

/// Sells in one request, and answers with the number.
struct Acme(Profile, [Host; 1], Books);

impl Carrier for Acme {
    fn profile(&self) -> &Profile {
        &self.0
    }

    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn hosts(&self) -> &[Host] {
        &self.1
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }
}

impl Dialect for Acme {
    fn verdict(&self, intent: &Intent, answer: &Response) -> Result<()> {
        let kind = match answer.status().as_u16() {
            200 => return Ok(()),
            429 => Kind::Throttled,
            422 => Kind::Refused,
            _ => Kind::Unavailable,
        };
        Err(Error::new(kind, ACME, intent.operation))
    }
}

fn said(kind: Option<Kind>) -> Result<()> {
    kind.map_or(Ok(()), |kind| Err(Error::new(kind, ACME, "books")))
}

#[async_trait]
impl Shipping for Acme {
    fn check(&self, _: &Order) -> Violations {
        Violations::new()
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let request = Outgoing::new(http::Method::POST, "buy", "api", "/ship").only_if_unsent();
        let answer = call.send(request).await?;
        let number = String::from_utf8_lossy(answer.body()).into_owned();
        if number.is_empty() {
            return Err(Error::new(Kind::Malformed, ACME, "buy"));
        }
        Ok(sold(&order.reference, &number))
    }

    async fn find(&self, _: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        self.2.asked.fetch_add(1, Ordering::SeqCst);
        if self.2.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        said(*self.2.find.lock().unwrap())?;
        let (sold, before) = (self.2.sold.lock().unwrap(), self.2.before.lock().unwrap());
        let mut all = sold.iter().chain(before.iter());
        Ok(all.find(|sold| sold.reference == *reference).cloned())
    }

    async fn label(&self, _: &Call<'_>, _: &Shipment) -> Result<Vec<Label>> {
        said(*self.2.label.lock().unwrap())?;
        Ok(Vec::new())
    }

    async fn void(&self, _: &Call<'_>, _: &Shipment) -> Result<()> {
        said(*self.2.void.lock().unwrap())
    }
}
