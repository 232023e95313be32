//! Orders at risk: what was promised is held against what is known, whenever that changes or time
//! has passed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parcelgate_carrier::Order;
use parcelgate_clock::SharedClock;
use parcelgate_domain::{
    BoxSeen, Deadlines, Label, RiskLevel, TrackingEvent, TrackingNumber, judge,
};
use parcelgate_store::{
    Batch, Event, Judged, Page, Purchase, Risk, ShipmentId, Store, Tenant, Tracker, TrackerFilter,
};
use serde::Deserialize;

use super::purchase::order_of;
use super::shipments::drawn;
use super::void::PARCELS_MAX;
use super::{Caller, Fault};
use crate::config::RiskConfig;

/// How many are looked at in one round, and how many events are read at once.
const ROUND_MAX: u32 = 500;

/// How long after its purchase a shipment of which nothing was promised is first looked at.
const FIRST_LOOK: Duration = Duration::from_hours(6);

/// When a shipment is first looked at: at once, when something was promised.
pub(super) fn first_look(deadlines: Deadlines, now: Timestamp) -> Timestamp {
    if deadlines == Deadlines::default() {
        now.saturating_add(FIRST_LOOK).unwrap_or(now)
    } else {
        now
    }
}

/// Looks at what was promised.
#[derive(Debug)]
pub struct RiskWatch {
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: RiskConfig,
}

/// Which shipment an event is of.
#[derive(Debug, Deserialize)]
struct Subject {
    shipment: Option<ShipmentId>,
}

impl RiskWatch {
    /// Over this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: SharedClock, config: RiskConfig) -> Self {
        Self {
            store,
            clock,
            config,
        }
    }

    /// Looks at all that is due. Returns how many that were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&self) -> Result<usize, Fault> {
        let mut looked: usize = 0;
        loop {
            let due = self.store.risks_due(self.clock.now(), ROUND_MAX).await?;
            if due.is_empty() {
                return Ok(looked);
            }
            looked = looked.saturating_add(due.len());
            for risk in due {
                self.look(&risk).await?;
            }
        }
    }

    /// Looks at all shipments that were heard of after event `seq`. Returns how far it has read.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn heard(&self, mut seq: i64) -> Result<i64, Fault> {
        loop {
            let events = self.store.events_after(None, seq, ROUND_MAX).await?;
            let Some(last) = events.last() else {
                return Ok(seq);
            };
            seq = last.seq;
            let mut heard: BTreeMap<(Tenant, ShipmentId), bool> = BTreeMap::new();
            for (shipment, moved) in events.iter().filter_map(heard_of) {
                *heard.entry(shipment).or_default() |= moved;
            }
            for ((tenant, id), moved) in heard {
                let risk = self.store.risk(&tenant, &id).await?;
                let due = |risk: &Risk| moved || risk.deadlines != Deadlines::default();
                if let Some(risk) = risk.filter(due) {
                    self.look(&risk).await?;
                }
            }
        }
    }

    /// Where the log stands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn head(&self) -> Result<i64, Fault> {
        Ok(self.store.head_seq().await?)
    }

    /// Judges one, and notes what is new about it.
    async fn look(&self, risk: &Risk) -> Result<(), Fault> {
        let now = self.clock.now();
        let judged = self.judged(risk, now).await?;
        let is_same = (risk.level, risk.reason) == (judged.level, judged.reason);
        let in_time = match (risk.look_at, judged.look_at) {
            (Some(known), Some(due)) => known > now && known <= due,
            (None, None) => true,
            (None, Some(_)) | (Some(_), None) => false,
        };
        if is_same && in_time {
            return Ok(());
        }
        let batch = Batch::of(&risk.tenant, now).judge(&risk.shipment, judged);
        self.store.apply(batch).await?;
        Ok(())
    }

    async fn judged(&self, risk: &Risk, now: Timestamp) -> Result<Judged, Fault> {
        let purchase = self.store.shipment(&risk.tenant, &risk.shipment).await?;
        let purchase =
            purchase.ok_or_else(|| Fault::NotFound(format!("shipments/{}", risk.shipment)))?;
        let trackers = trackers_of(&self.store, &purchase).await?;
        let mut boxes = Vec::with_capacity(trackers.len());
        for tracker in &trackers {
            boxes.push(BoxSeen {
                state: &tracker.state,
                estimate: tracker.estimate,
                since: tracker.created_at,
                longest_silence: self.longest_silence(tracker, now).await?,
            });
        }
        let policy = self.config.policy();
        let state = purchase.version.state;
        let verdict = judge(risk.deadlines, &policy, state, &boxes, now);
        let look = Duration::from_secs(self.config.look_s.max(1));
        let latest = now.saturating_add(look).unwrap_or(Timestamp::MAX);
        let again = verdict.until.map_or(latest, |until| until.min(latest));
        Ok(Judged {
            level: verdict.level,
            reason: verdict.reason,
            look_at: (!verdict.is_over).then_some(again),
        })
    }

    /// The longest that a parcel was silent and was heard of again; not asked for before its
    /// silence could matter.
    async fn longest_silence(&self, tracker: &Tracker, now: Timestamp) -> Result<Duration, Fault> {
        let last = tracker.state.last_event;
        let last = last.map_or(tracker.created_at, |event| event.instant);
        let silent = now.duration_since(last);
        let stalled = Duration::from_secs(self.config.stalled_s);
        if Duration::try_from(silent).is_ok_and(|silent| silent < stalled) {
            return Ok(Duration::ZERO);
        }
        let events = self.store.tracking_events(&tracker.tenant, &tracker.id);
        let events = events.await?;
        let moments = events.iter().map(|event| event.occurred_at.instant);
        let moments: BTreeSet<Timestamp> = moments.collect();
        let pauses = moments.iter().zip(moments.iter().skip(1));
        let pauses = pauses.map(|(one, next)| next.duration_since(*one));
        let longest = pauses.max().unwrap_or_default();
        Ok(Duration::try_from(longest).unwrap_or(Duration::ZERO))
    }
}

/// The shipment that an event tells of, and whether its parcel was heard of. Of what a purchase
/// does by itself only its ends count, and those only where something was promised.
fn heard_of(event: &Event) -> Option<((Tenant, ShipmentId), bool)> {
    const ENDS: [&str; 2] = ["shipment.purchased", "shipment.voided"];
    let moved = event.kind.starts_with("tracking.");
    if !moved && !ENDS.contains(&event.kind.as_str()) {
        return None;
    }
    let subject: Subject = serde_json::from_str(&event.data).ok()?;
    Some(((event.tenant.clone(), subject.shipment?), moved))
}

async fn trackers_of(store: &Arc<dyn Store>, purchase: &Purchase) -> Result<Vec<Tracker>, Fault> {
    let filter = TrackerFilter {
        shipment: Some(purchase.id.clone()),
        ..TrackerFilter::default()
    };
    let page = Page::first(PARCELS_MAX);
    Ok(store.trackers(&purchase.tenant, &filter, page).await?)
}

/// Reads what is at risk, and what there is to show for it.
#[derive(Debug)]
pub struct Risks {
    store: Arc<dyn Store>,
}

/// All that a claim needs.
#[derive(Debug)]
pub struct Evidence {
    /// The purchase.
    pub purchase: Purchase,
    /// How it stands with what was promised; none of purchases from before that was noted.
    pub risk: Option<Risk>,
    /// Its boxes as they are followed.
    pub trackers: Vec<Tracker>,
    /// What happened to them, in the order in which it happened.
    pub events: Vec<TrackingEvent>,
    /// Their labels.
    pub labels: Vec<(Label, TrackingNumber)>,
    /// What was ordered: for what it was insured, and what the goods are worth.
    pub order: Order,
}

impl Risks {
    /// Over this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// A page of the shipments at risk, of one level or any.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(
        &self,
        caller: &Caller,
        level: Option<RiskLevel>,
        page: Page<'_, ShipmentId>,
    ) -> Result<Vec<(Purchase, Risk)>, Fault> {
        let mut list = Vec::new();
        for risk in self.store.at_risk(&caller.tenant, level, page).await? {
            list.push((self.read(caller, &risk.shipment).await?, risk));
        }
        Ok(list)
    }

    /// All that a claim needs.
    ///
    /// # Errors
    /// When there is no such shipment.
    pub async fn evidence(&self, caller: &Caller, id: &ShipmentId) -> Result<Evidence, Fault> {
        let purchase = self.read(caller, id).await?;
        let trackers = trackers_of(&self.store, &purchase).await?;
        let mut events = Vec::new();
        for tracker in &trackers {
            let own = self.store.tracking_events(&caller.tenant, &tracker.id);
            events.extend(own.await?);
        }
        events.sort_by_key(|event| event.occurred_at.instant);
        let kept = self.store.labels(&caller.tenant, id).await?;
        let mut labels = Vec::with_capacity(kept.len());
        for label in &kept {
            if let Some(parcel) = purchase.parcels.get(usize::from(label.parcel)) {
                labels.push((drawn(label, None)?, parcel.number.clone()));
            }
        }
        Ok(Evidence {
            labels,
            risk: self.store.risk(&caller.tenant, id).await?,
            order: order_of(&self.store, &purchase).await?,
            trackers,
            events,
            purchase,
        })
    }

    async fn read(&self, caller: &Caller, id: &ShipmentId) -> Result<Purchase, Fault> {
        let found = self.store.shipment(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))
    }
}

#[cfg(test)]
mod tests;
