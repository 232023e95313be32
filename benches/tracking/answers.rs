//! Answers of carriers, taken in as the desks of the scheduler do, against what the engine takes in
//! bulk.

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use futures::StreamExt;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use parcelgate_clock::instant;
use parcelgate_domain::{
    CarrierId, EventId, EventTime, Flags, Place as Where, Status, TrackingEvent, TrackingNumber,
};
use parcelgate_store::{
    Batch, Claim, NewTracker, Observation, ShardLease, Store, Tenant, TrackerId,
};

use crate::place::Place;

const PARCELS: usize = 3_000;
const ROUNDS: usize = 5;
/// How many numbers one request asks for, and how many requests are answered at once.
const BATCH: usize = 30;
const AT_ONCE: usize = 8;
const WANTED: f64 = 0.3;

/// Parcels that are followed, each under the lease of its shard.
struct Followed {
    store: Box<dyn Store>,
    tenant: Tenant,
    parcels: Vec<(TrackerId, TrackingNumber, ShardLease)>,
    begun: Timestamp,
}

impl Followed {
    async fn new(place: &Place) -> anyhow::Result<Self> {
        let store = place.open().await?;
        let tenant: Tenant = "bench".parse()?;
        let begun = Timestamp::from_second(1_770_000_000)?;
        let claim = Claim {
            now: begun,
            lease_until: begun + SignedDuration::from_hours(1),
            limit: 256,
        };
        let leases = store.lease_shards("bench", claim).await?;
        let mut parcels = Vec::new();
        let mut batch = Batch::of(&tenant, begun);
        for number in 0..PARCELS {
            let id = TrackerId::fresh(begun);
            let shard = id.shard().context("a shard")?;
            let lease = leases.iter().find(|lease| lease.shard == shard);
            let number: TrackingNumber = format!("1Z999AA1{number:010}").parse()?;
            batch = batch.track(NewTracker {
                id: id.clone(),
                account: Some("ups".parse()?),
                carrier: CarrierId::known("ups"),
                number: number.clone(),
                shipment: None,
                next_check_at: Some(begun),
            });
            parcels.push((id, number, *lease.context("a lease")?));
        }
        store.apply(batch).await?;
        Ok(Self {
            store,
            tenant,
            parcels,
            begun,
        })
    }

    /// One new event of each parcel, beside the ones before it as carriers tell them.
    async fn round(&self, round: usize) -> anyhow::Result<Duration> {
        let before = self.store.head_seq().await?;
        let begun = instant();
        let requests = self.parcels.chunks(BATCH).map(|numbers| async move {
            let taken = numbers.iter().map(|parcel| self.take_in(parcel, round));
            try_join_all(taken).await
        });
        let mut answered = futures::stream::iter(requests).buffer_unordered(AT_ONCE);
        let mut read = before;
        // Who pushes reads what happened while it happens.
        while let Some(answer) = answered.next().await {
            answer?;
            let events = self.store.events_after(None, read, 1_000).await?;
            read = events.last().map_or(read, |event| event.seq);
        }
        drop(answered);
        let all = before + i64::try_from(PARCELS)?;
        while read < all {
            let events = self.store.events_after(None, read, 1_000).await?;
            read = events.last().map_or(read, |event| event.seq);
        }
        Ok(instant() - begun)
    }

    async fn take_in(
        &self,
        (id, number, lease): &(TrackerId, TrackingNumber, ShardLease),
        round: usize,
    ) -> anyhow::Result<()> {
        let hour = |hour: usize| SignedDuration::from_hours(i64::try_from(hour).unwrap_or(0));
        let events = (0..=round).map(|told| event(number, self.begun + hour(told)));
        let now = self.begun + hour(round);
        let observation = Observation {
            events: events.collect(),
            estimate: None,
            last_mile_number: None,
            next_check_at: Some(now + hour(8)),
        };
        let batch = Batch::of(&self.tenant, now).under(*lease);
        self.store.apply(batch.observe(id, observation)).await?;
        Ok(())
    }
}

fn event(number: &TrackingNumber, at: Timestamp) -> TrackingEvent {
    let (carrier, place) = (CarrierId::known("ups"), Where::default());
    let text = "Departed from Facility".to_owned();
    TrackingEvent {
        id: EventId::of(&carrier, number, "DP", &at.to_string(), &place, &text),
        carrier,
        number: number.clone(),
        code: "DP".to_owned(),
        text,
        language: "en".to_owned(),
        status: Some(Status::InTransit),
        substatus: None,
        leg: None,
        flags: Flags::default(),
        place,
        occurred_at: EventTime::utc(at),
        observed_at: at,
        correction: false,
        mapping_version: 1,
    }
}

pub(crate) async fn compare(place: &Place) -> anyhow::Result<()> {
    let followed = Followed::new(place).await?;
    let events = followed.store.events_after(None, 0, 1).await?;
    let size = events.first().context("an event")?.data.len();
    let (rows, commit) = (u32::try_from(PARCELS)?, u32::try_from(BATCH * AT_ONCE)?);
    let mut ratios = Vec::new();
    let mut out = std::io::stdout();
    writeln!(out, "answers taken in: {}", place.engine())?;
    writeln!(out, "  numbers/s  rows of {size} bytes in bulk/s  ratio")?;
    for round in 0..ROUNDS {
        let bulk = place.rows(rows, commit, size).await?;
        let took = followed.round(round).await?;
        let a_second = |took: Duration| f64::from(rows) / took.as_secs_f64();
        let ratio = a_second(took) / a_second(bulk);
        writeln!(
            out,
            "  {:>9.0}  {:>22.0}  {ratio:>18.2}",
            a_second(took),
            a_second(bulk)
        )?;
        ratios.push(ratio);
    }
    followed.store.close().await;
    ratios.sort_by(f64::total_cmp);
    let middle = ratios.get(ROUNDS / 2).copied().unwrap_or_default();
    let met = if middle >= WANTED { "met" } else { "missed" };
    writeln!(
        out,
        "  the middle one {middle:.2}, target >= {WANTED}: {met}\n"
    )?;
    Ok(())
}
