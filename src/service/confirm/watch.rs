//! Reads the event log, and wakes the confirmations of whatever something happened to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use parcelgate_clock::SharedClock;
use parcelgate_store::{
    Batch, CONFIRMATIONS, ConfirmationState, Error as StoreError, Event, ShipmentId, Store, Tenant,
};
use serde::Deserialize;

use super::wake;
use crate::service::Fault;

/// How many events are read at a time.
const PAGE: u32 = 500;
/// How many late ones are counted.
const LATE_MAX: u32 = 10_000;

/// Wakes confirmations.
#[derive(Debug)]
pub struct Watch {
    store: Arc<dyn Store>,
    clock: SharedClock,
    margin: Duration,
}

/// What an event names, as far as it matters here.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    shipment: Option<ShipmentId>,
}

impl Watch {
    /// Over this store. What must be confirmed within `margin` and is not is late.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: SharedClock, margin: Duration) -> Self {
        Self {
            store,
            clock,
            margin,
        }
    }

    /// One page of the log. Returns how many events it had.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&self) -> Result<usize, Fault> {
        let read = self.store.log_read(CONFIRMATIONS).await?;
        if read == 0 {
            return Ok(0); // there is no confirmation yet
        }
        let events = self.store.events_after(None, read, PAGE).await?;
        let Some(last) = events.last() else {
            return Ok(0);
        };
        let (last, count) = (last.seq, events.len());
        for (tenant, shipments) in named(&events) {
            self.wake_all(&tenant, shipments).await?;
        }
        self.read_up_to(read, last).await?;
        Ok(count)
    }

    async fn wake_all(
        &self,
        tenant: &Tenant,
        shipments: BTreeSet<ShipmentId>,
    ) -> Result<(), Fault> {
        let shipments: Vec<ShipmentId> = shipments.into_iter().collect();
        let found = self.store.confirmations_of(tenant, &shipments).await?;
        let now = self.clock.now();
        let awake = found
            .iter()
            .filter(|it| it.state != ConfirmationState::Cancelled);
        let batch = awake.fold(Batch::of(tenant, now), |batch, it| {
            wake(batch, &it.shop, &it.id, now)
        });
        if !batch.is_empty() {
            self.store.apply(batch).await?;
        }
        Ok(())
    }

    async fn read_up_to(&self, from: i64, to: i64) -> Result<(), Fault> {
        let batch = Batch::of(&Tenant::operator(), self.clock.now());
        match self
            .store
            .apply(batch.read_log(CONFIRMATIONS, from, to))
            .await
        {
            // Another gateway read the same.
            Ok(_) | Err(StoreError::LeaseLost(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// How many orders of each shop are late.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn late(&self) -> Result<BTreeMap<String, u32>, Fault> {
        let margin = SignedDuration::try_from(self.margin).unwrap_or(SignedDuration::MAX);
        let before = self.clock.now().saturating_add(margin);
        let before = before.unwrap_or(jiff::Timestamp::MAX);
        let late = self.store.late_confirmations(before, LATE_MAX).await?;
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for one in late {
            let count = counts.entry(one.shop).or_default();
            *count = count.saturating_add(1);
        }
        Ok(counts)
    }
}

/// The shipments that something happened to, by whose they are.
fn named(events: &[Event]) -> BTreeMap<Tenant, BTreeSet<ShipmentId>> {
    let mut found: BTreeMap<Tenant, BTreeSet<ShipmentId>> = BTreeMap::new();
    for event in events {
        // Its own events wake nobody.
        if event.subject.starts_with("confirmations/") {
            continue;
        }
        let named = serde_json::from_str(&event.data).ok();
        if let Some(shipment) = named.and_then(|named: Named| named.shipment) {
            found
                .entry(event.tenant.clone())
                .or_default()
                .insert(shipment);
        }
    }
    found
}
