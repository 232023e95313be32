//! Things to try a store with.

use jiff::{SignedDuration, Timestamp};
use parcelgate_domain::{
    CarrierId, Currency, EventId, EventTime, Flags, InvalidId, Label, LabelFormat, Money, Place,
    Reference, Service, ServiceCode, Status, TrackingEvent, TrackingNumber,
};

use crate::{
    Batch, Bought, BoughtParcel, Claim, Fault, NewPurchase, NewTracker, Observation, Parcel,
    RequestKey, Result, ShipmentId, Step, Store, Tenant, TrackerId, Version,
};

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// `seconds` after the beginning.
pub(super) fn at(seconds: i64) -> Timestamp {
    let start = Timestamp::from_second(1_770_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let after = start.saturating_add(SignedDuration::from_secs(seconds));
    after.unwrap_or(start)
}

/// Up to `limit`, at second `now`, for a minute.
pub(super) fn claim(now: i64, limit: u32) -> Claim {
    Claim {
        now: at(now),
        lease_until: at(now.saturating_add(60)),
        limit,
    }
}

pub(super) fn tenant() -> Tenant {
    Tenant::operator()
}

/// An empty batch of the usual tenant, at second `now`.
pub(super) fn batch(now: i64) -> Batch {
    Batch::of(&tenant(), at(now))
}

pub(super) fn request(number: usize) -> RequestKey {
    RequestKey {
        method: "PurchaseLabel".to_owned(),
        request_id: format!("request-{number}"),
    }
}

pub(super) fn usd(minor: i64) -> Made<Money> {
    let currency: Currency = "USD".parse()?;
    Ok(Money::of_minor(minor, currency))
}

pub(super) fn purchase(number: usize) -> Made<NewPurchase> {
    Ok(NewPurchase {
        id: format!("shipment-{number:04}").parse()?,
        reference: reference(number)?,
        account: "ups-ohio".parse()?,
        carrier: CarrierId::known("ups"),
        service: Service {
            code: ServiceCode::new("03"),
            // Nothing in a text may hurt: a quote, a zero, a line, what lies beyond the 16 bits.
            name: "UPS \"Ground\" \u{0}\n\u{4e2d}\u{1f4e6}".to_owned(),
        },
        order: format!(r#"{{"to":"Ada {number}"}}"#).into(),
        quoted: Some(usd(1_234)?),
        order_number: Some(format!("111-{number}")),
        twin: None,
        replaces: None,
    })
}

pub(super) fn reference(number: usize) -> Result<Reference, InvalidId> {
    format!("PG{number:06}").parse()
}

/// Accepts a purchase under a request of its own.
pub(super) fn accept(batch: Batch, number: usize) -> Made<Batch> {
    Ok(batch.accept(purchase(number)?, request(number), [7; 32]))
}

pub(super) fn number(number: usize) -> Result<TrackingNumber, InvalidId> {
    format!("1Z999AA1{number:010}").parse()
}

pub(super) fn label(format: LabelFormat, text: &str) -> Label {
    Label {
        format,
        bytes: [b"%PDF-\0\xff", text.as_bytes()].concat(),
    }
}

/// Sold, in one box, with these labels.
pub(super) fn bought(parcel: usize, labels: Vec<Label>) -> Made<Bought> {
    Ok(Bought {
        carrier_number: number(parcel)?.to_string(),
        charged: Some(usd(1_111)?),
        parcels: vec![BoughtParcel {
            parcel: Parcel {
                number: number(parcel)?,
                last_mile_number: None,
            },
            labels,
        }],
    })
}

pub(super) fn fault(kind: &str) -> Fault {
    Fault {
        kind: kind.to_owned(),
        code: Some("120100".to_owned()),
        text: "Missing or invalid shipper number".to_owned(),
    }
}

/// Takes a shipment along `steps`, one version after the other, from where it is accepted.
pub(super) fn walk(mut batch: Batch, id: &ShipmentId, steps: Vec<Step>) -> (Batch, Version) {
    let mut version = accepted();
    for step in steps {
        let state = step.leads_to();
        batch = batch.advance(id, version, step);
        version = Version {
            state,
            epoch: version.epoch.saturating_add(1),
        };
    }
    (batch, version)
}

/// The version of what was just accepted.
pub(super) const fn accepted() -> Version {
    Version {
        state: parcelgate_domain::PurchaseState::Accepted,
        epoch: 1,
    }
}

pub(super) fn tracker(many: usize, due: Option<i64>) -> Made<NewTracker> {
    Ok(NewTracker {
        id: format!("tracker-{many:04}").parse()?,
        account: None,
        carrier: CarrierId::known("ups"),
        number: number(many)?,
        shipment: None,
        next_check_at: due.map(at),
    })
}

/// Something that happened to the parcel of tracker `many`, at second `when`.
pub(super) fn event(many: usize, when: i64, status: Status) -> Made<TrackingEvent> {
    let (carrier, number, place) = (CarrierId::known("ups"), number(many)?, Place::default());
    let code = status.to_string();
    Ok(TrackingEvent {
        id: EventId::of(&carrier, &number, &code, &when.to_string(), &place, ""),
        carrier,
        number,
        code,
        text: "Departed from \u{4e2d}\u{56fd} \"facility\"".to_owned(),
        language: "en".to_owned(),
        status: Some(status),
        substatus: None,
        leg: None,
        flags: Flags::default(),
        place,
        occurred_at: EventTime::utc(at(when)),
        observed_at: at(when),
        correction: false,
        mapping_version: 1,
    })
}

pub(super) fn told(events: Vec<TrackingEvent>) -> Observation {
    Observation {
        events,
        estimate: None,
        last_mile_number: None,
        next_check_at: Some(at(100_000)),
    }
}

/// Follows `many` parcels, each of which makes events of its own subject.
pub(super) async fn follow(store: &dyn Store, many: usize) -> Made<Vec<TrackerId>> {
    let mut ids = Vec::new();
    let mut following = batch(0);
    for number in 0..many {
        let new = tracker(number, None)?;
        ids.push(new.id.clone());
        following = following.track(new);
    }
    store.apply(following).await?;
    Ok(ids)
}
