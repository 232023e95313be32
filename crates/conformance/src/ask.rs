//! What a carrier can be asked, and what it can answer, as one type each.

use parcelgate_carrier::{
    AddressVerdict, Call, Callback, Carrier, Error, Inbound, Order, RateAsk, Subscribed, Track,
    Warehouse,
};
use parcelgate_domain::{
    Address, Label, Quote, Reference, Secret, Service, Shipment, TrackingEvent, TrackingNumber,
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
}

impl Facet {
    /// Every facet with its name.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Rates, "rates"),
        (Self::Shipping, "shipping"),
        (Self::Tracking, "tracking"),
        (Self::Addresses, "addresses"),
        (Self::Catalogue, "catalogue"),
        (Self::Pushes, "pushes"),
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
        }
    }
}

/// One thing to ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Prices.
    Quote(RateAsk),
    /// Buy a label.
    Buy(Order),
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
}

/// What a carrier made of an ask.
pub type Reply = Result<Outcome, Error>;

/// What a carrier's pushes show at our door.
pub const PUSH_CREDENTIAL: &str = "sentinel-push-credential";

/// Our door for pushes.
pub const PUSH_URL: &str = "https://gateway.example/push";

/// When a push came in.
const RECEIVED_AT: &str = "2026-12-03T10:00:00Z";

/// Asks `carrier`. The outer error is the suite's: the question cannot be put.
pub(crate) async fn put(
    carrier: &dyn Carrier,
    call: &Call<'_>,
    ask: &Ask,
    inbound: Option<&Message>,
) -> Result<Reply, String> {
    match ask {
        Ask::Quote(_) | Ask::Validate(_) | Ask::Services | Ask::Warehouses => {
            put_look(carrier, call, ask).await
        }
        Ask::Buy(_) | Ask::Find(_) | Ask::Labels(_) | Ask::Void(_) => {
            put_ship(carrier, call, ask).await
        }
        Ask::Track(numbers) => {
            let tracking = carrier.tracking().ok_or("no tracking()")?;
            let tracks = tracking.track(call, numbers).await;
            Ok(tracks.map(Outcome::Tracks))
        }
        Ask::Subscribe(numbers) => {
            let pushes = carrier.pushes().ok_or("no pushes()")?;
            let subscribed = pushes.subscribe(call, numbers, &callback()).await;
            Ok(subscribed.map(Outcome::Subscribed))
        }
        Ask::Receive => {
            let pushes = carrier.pushes().ok_or("no pushes()")?;
            let message = inbound.ok_or("the fixture needs a section `=== inbound`")?;
            let inbound = Inbound {
                headers: &message.headers,
                body: &message.body,
                received_at: RECEIVED_AT.parse().map_err(|error| format!("{error}"))?,
            };
            let events = pushes.receive(&inbound, &callback());
            Ok(events.map(Outcome::Events))
        }
    }
}

async fn put_look(carrier: &dyn Carrier, call: &Call<'_>, ask: &Ask) -> Result<Reply, String> {
    if let Ask::Quote(ask) = ask {
        let rates = carrier.rates().ok_or("no rates()")?;
        return Ok(rates.quote(call, ask).await.map(Outcome::Quotes));
    }
    if let Ask::Validate(address) = ask {
        let addresses = carrier.addresses().ok_or("no addresses()")?;
        let verdict = addresses.validate(call, address).await;
        return Ok(verdict.map(Outcome::Verdict));
    }
    let catalogue = carrier.catalogue().ok_or("no catalogue()")?;
    Ok(match ask {
        Ask::Services => catalogue.services(call).await.map(Outcome::Services),
        _ => catalogue.warehouses(call).await.map(Outcome::Warehouses),
    })
}

async fn put_ship(carrier: &dyn Carrier, call: &Call<'_>, ask: &Ask) -> Result<Reply, String> {
    let shipping = carrier.shipping().ok_or("no shipping()")?;
    Ok(match ask {
        Ask::Buy(order) => shipping.buy(call, order).await.map(Outcome::Bought),
        Ask::Find(reference) => shipping.find(call, reference).await.map(Outcome::Found),
        Ask::Labels(shipment) => shipping.label(call, shipment).await.map(Outcome::Labels),
        Ask::Void(shipment) => {
            let voided = shipping.void(call, shipment).await;
            voided.map(|()| Outcome::Voided)
        }
        _ => return Err("not a shipping question".to_owned()),
    })
}

fn callback() -> Callback {
    Callback {
        url: PUSH_URL.to_owned(),
        credential: Secret::from(PUSH_CREDENTIAL),
    }
}
