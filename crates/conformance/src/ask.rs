//! What a carrier can be asked, and what it can answer, as one type each.

use parcelgate_carrier::{
    AddressVerdict, Call, Callback, Carrier, Direction, Error, Inbound, LandedCost, Manifest,
    ManifestOrder, Order, Pickup, PickupOrder, RateAsk, Subscribed, Track, TradePaper, Warehouse,
};
use parcelgate_domain::{
    Address, Document, DocumentId, Label, Quote, Reference, Secret, Service, Shipment,
    TrackingEvent, TrackingNumber,
};

use crate::fixture::Message;

/// A facet of the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// Prices.
    Rates,
    /// Labels.
    Shipping,
    /// Where parcels are.
    Tracking,
    /// Whether an address exists.
    Addresses,
    /// What the account may use.
    Catalogue,
    /// Events that the carrier sends by itself.
    Pushes,
    /// Labels for parcels that come back.
    Returns,
    /// Fetching parcels.
    Pickups,
    /// Closing a day or a batch.
    Manifests,
    /// Papers for customs as files.
    Documents,
    /// Duties and taxes.
    LandedCost,
    /// Who took a parcel.
    Proofs,
}

impl Facet {
    /// Every facet with its name.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Rates, "rates"),
        (Self::Shipping, "shipping"),
        (Self::Tracking, "tracking"),
        (Self::Addresses, "addresses"),
        (Self::Catalogue, "catalogue"),
        (Self::Pushes, "pushes"),
        (Self::Returns, "returns"),
        (Self::Pickups, "pickups"),
        (Self::Manifests, "manifests"),
        (Self::Documents, "documents"),
        (Self::LandedCost, "landed_cost"),
        (Self::Proofs, "proofs"),
    ];

    /// Its name in the names of cases.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(facet, _)| *facet == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether `carrier` has it.
    #[must_use]
    pub fn is_in(self, carrier: &dyn Carrier) -> bool {
        match self {
            Self::Rates => carrier.rates().is_some(),
            Self::Shipping => carrier.shipping().is_some(),
            Self::Tracking => carrier.tracking().is_some(),
            Self::Addresses => carrier.addresses().is_some(),
            Self::Catalogue => carrier.catalogue().is_some(),
            Self::Pushes => carrier.pushes().is_some(),
            Self::Returns => carrier.returns().is_some(),
            Self::Pickups => carrier.pickups().is_some(),
            Self::Manifests => carrier.manifests().is_some(),
            Self::Documents => carrier.documents().is_some(),
            Self::LandedCost => carrier.landed_cost().is_some(),
            Self::Proofs => carrier.proofs().is_some(),
        }
    }
}

/// One thing to ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Prices.
    Quote(RateAsk),
    /// Buy a label, or one for the way back.
    Buy(Box<Order>),
    /// Whether a label could be bought.
    Rehearse(Box<Order>),
    /// What was bought under a reference.
    Find(Reference),
    /// The labels of a shipment again.
    Labels(Shipment),
    /// Void.
    Void(Shipment),
    /// Where parcels are.
    Track(Vec<TrackingNumber>),
    /// Whether an address exists.
    Validate(Address),
    /// The services of the account.
    Services,
    /// Where to hand over.
    Warehouses,
    /// Send events of these numbers.
    Subscribe(Vec<TrackingNumber>),
    /// Read what came in.
    Receive,
    /// Order a pickup.
    Schedule(Box<PickupOrder>),
    /// Take a pickup back.
    Cancel(Pickup),
    /// Close shipments.
    Close(Box<ManifestOrder>),
    /// Hand over a paper.
    Upload(Box<TradePaper>),
    /// Duties and taxes.
    LandedCost(RateAsk),
    /// Who took a parcel.
    Proof(TrackingNumber),
}

impl Ask {
    /// Whether it is sent once at most: it spends, or cannot be done twice.
    #[must_use]
    pub const fn is_once(&self) -> bool {
        matches!(self, Self::Buy(_) | Self::Schedule(_) | Self::Close(_))
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// Of [`Ask::Quote`].
    Quotes(Vec<Quote>),
    /// Of [`Ask::Buy`].
    Bought(Shipment),
    /// Of [`Ask::Find`].
    Found(Option<Shipment>),
    /// Of [`Ask::Labels`].
    Labels(Vec<Label>),
    /// Of [`Ask::Void`].
    Voided,
    /// Of [`Ask::Track`].
    Tracks(Vec<Result<Track, Error>>),
    /// Of [`Ask::Validate`].
    Verdict(AddressVerdict),
    /// Of [`Ask::Services`].
    Services(Vec<Service>),
    /// Of [`Ask::Warehouses`].
    Warehouses(Vec<Warehouse>),
    /// Of [`Ask::Subscribe`].
    Subscribed(Subscribed),
    /// Of [`Ask::Receive`].
    Events(Vec<TrackingEvent>),
    /// Of [`Ask::Rehearse`].
    Rehearsed,
    /// Of [`Ask::Schedule`].
    Scheduled(Pickup),
    /// Of [`Ask::Cancel`].
    Cancelled,
    /// Of [`Ask::Close`].
    Closed(Manifest),
    /// Of [`Ask::Upload`].
    Uploaded(DocumentId),
    /// Of [`Ask::LandedCost`].
    LandedCost(LandedCost),
    /// Of [`Ask::Proof`].
    Proof(Document),
}

impl Outcome {
    /// Whether something was done that is done once at most.
    #[must_use]
    pub const fn is_once(&self) -> bool {
        matches!(self, Self::Bought(_) | Self::Scheduled(_) | Self::Closed(_))
    }
}

/// What a carrier made of an ask.
pub type Reply = Result<Outcome, Error>;

/// What a carrier's pushes show at our door.
pub const PUSH_CREDENTIAL: &str = "sentinel-push-credential";

/// Our door for pushes.
pub const PUSH_URL: &str = "https://gateway.example/push";

/// When a push came in.
pub(crate) const RECEIVED_AT: &str = "2026-12-03T10:00:00Z";

/// Asks `carrier`. The outer error is the suite's: the question cannot be put.
pub(crate) async fn put(
    carrier: &dyn Carrier,
    call: &Call<'_>,
    ask: &Ask,
    inbound: Option<&Message>,
) -> Result<Reply, String> {
    let (rates, addresses) = (carrier.rates(), carrier.addresses());
    let (shipping, tracking) = (carrier.shipping(), carrier.tracking());
    let (catalogue, pushes) = (carrier.catalogue(), carrier.pushes());
    Ok(match ask {
        Ask::Quote(ask) => here(rates)?.quote(call, ask).await.map(Outcome::Quotes),
        Ask::Buy(order) if order.direction == Direction::Return => {
            let bought = here(carrier.returns())?.buy(call, order).await;
            bought.map(Outcome::Bought)
        }
        Ask::Buy(order) => here(shipping)?.buy(call, order).await.map(Outcome::Bought),
        Ask::Rehearse(order) => {
            let rehearsed = here(shipping)?.rehearse(call, order).await;
            rehearsed.map(|()| Outcome::Rehearsed)
        }
        Ask::Find(reference) => {
            let found = here(shipping)?.find(call, reference).await;
            found.map(Outcome::Found)
        }
        Ask::Labels(shipment) => {
            let labels = here(shipping)?.label(call, shipment).await;
            labels.map(Outcome::Labels)
        }
        Ask::Void(shipment) => {
            let voided = here(shipping)?.void(call, shipment).await;
            voided.map(|()| Outcome::Voided)
        }
        Ask::Track(numbers) => {
            let tracks = here(tracking)?.track(call, numbers).await;
            tracks.map(Outcome::Tracks)
        }
        Ask::Validate(address) => {
            let verdict = here(addresses)?.validate(call, address).await;
            verdict.map(Outcome::Verdict)
        }
        Ask::Services => here(catalogue)?.services(call).await.map(Outcome::Services),
        Ask::Warehouses => here(catalogue)?
            .warehouses(call)
            .await
            .map(Outcome::Warehouses),
        Ask::Subscribe(numbers) => {
            let made = here(pushes)?.subscribe(call, numbers, &callback()).await;
            made.map(Outcome::Subscribed)
        }
        Ask::Receive => {
            let message = inbound.ok_or("the fixture needs a section `=== inbound`")?;
            let inbound = Inbound {
                headers: &message.headers,
                body: &message.body,
                received_at: RECEIVED_AT.parse().map_err(|error| format!("{error}"))?,
            };
            let events = here(pushes)?.receive(&inbound, &callback());
            events.map(Outcome::Events)
        }
        Ask::Schedule(_)
        | Ask::Cancel(_)
        | Ask::Close(_)
        | Ask::Upload(_)
        | Ask::LandedCost(_)
        | Ask::Proof(_) => errand(carrier, call, ask).await?,
    })
}

/// What is asked besides prices, labels and tracking.
async fn errand(carrier: &dyn Carrier, call: &Call<'_>, ask: &Ask) -> Result<Reply, String> {
    Ok(match ask {
        Ask::Schedule(order) => {
            let pickup = here(carrier.pickups())?.schedule(call, order).await;
            pickup.map(Outcome::Scheduled)
        }
        Ask::Cancel(pickup) => {
            let cancelled = here(carrier.pickups())?.cancel(call, pickup).await;
            cancelled.map(|()| Outcome::Cancelled)
        }
        Ask::Close(order) => {
            let manifest = here(carrier.manifests())?.close(call, order).await;
            manifest.map(Outcome::Closed)
        }
        Ask::Upload(paper) => {
            let id = here(carrier.documents())?.upload(call, paper).await;
            id.map(Outcome::Uploaded)
        }
        Ask::LandedCost(ask) => {
            let cost = here(carrier.landed_cost())?.estimate(call, ask).await;
            cost.map(Outcome::LandedCost)
        }
        Ask::Proof(number) => {
            let proof = here(carrier.proofs())?.proof(call, number).await;
            proof.map(Outcome::Proof)
        }
        other @ (Ask::Quote(_)
        | Ask::Buy(_)
        | Ask::Rehearse(_)
        | Ask::Find(_)
        | Ask::Labels(_)
        | Ask::Void(_)
        | Ask::Track(_)
        | Ask::Validate(_)
        | Ask::Services
        | Ask::Warehouses
        | Ask::Subscribe(_)
        | Ask::Receive) => return Err(format!("{other:?} is no errand")),
    })
}

fn here<T: ?Sized>(facet: Option<&T>) -> Result<&T, String> {
    facet.ok_or_else(|| "the carrier has no such facet".to_owned())
}

fn callback() -> Callback {
    Callback {
        url: PUSH_URL.to_owned(),
        credential: Secret::from(PUSH_CREDENTIAL),
    }
}
