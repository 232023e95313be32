//! The rows that a group of batches is decided on, and what the batches make of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use parcelgate_domain::{AccountId, CarrierId, Personal, Reference, TrackingEvent, TrackingNumber};

use super::overlay::Overlay;
use super::{Known, Lane, Packages, SpendKey};
use crate::batch::Verb;
use crate::{
    ApiKey, Applied, Batch, Confirmation, ConfirmationId, Delivery, DeliveryId, Entry, Error,
    Event, EventUid, Evidence, InvoiceLine, Job, JobId, KeyId, LabelRecord, Purchase, Reply,
    RequestKey, Reservation, Result, Risk, ShipmentId, Subscription, SubscriptionId, Tenant,
    Tracker, TrackerId,
};

/// What tells a line of an invoice from all others: whose it is, the account, the invoice, and the
/// line.
pub(crate) type InvoiceKey = (Tenant, AccountId, String, String);

/// The rows that a group of batches is decided on.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) reservations: Overlay<(Tenant, RequestKey), Reservation>,
    pub(crate) shipments: Overlay<(Tenant, ShipmentId), Purchase>,
    pub(crate) references: Overlay<(Tenant, Reference), ShipmentId>,
    pub(crate) twins: Overlay<(Tenant, String), BTreeSet<ShipmentId>>,
    pub(crate) risks: Overlay<(Tenant, ShipmentId), Risk>,
    pub(crate) trackers: Overlay<(Tenant, TrackerId), Tracker>,
    pub(crate) numbers: Overlay<(Tenant, CarrierId, TrackingNumber), TrackerId>,
    pub(crate) known: Overlay<(Tenant, TrackerId), Known>,
    /// The epoch of each shard.
    pub(crate) epochs: BTreeMap<u8, i64>,
    pub(crate) subscriptions: Overlay<(Tenant, SubscriptionId), Subscription>,
    pub(crate) deliveries: Overlay<(Tenant, DeliveryId), Delivery>,
    pub(crate) keys: Overlay<KeyId, ApiKey>,
    /// What was entered for a shipment, in order.
    pub(crate) entries: Overlay<(Tenant, ShipmentId), Vec<Entry>>,
    pub(crate) spends: Overlay<SpendKey, i64>,
    pub(crate) invoices: Overlay<InvoiceKey, InvoiceLine>,
    pub(crate) jobs: Overlay<(Tenant, JobId), Job>,
    pub(crate) dedupes: Overlay<(Tenant, String, String), JobId>,
    pub(crate) confirmations: Overlay<(Tenant, ConfirmationId), Confirmation>,
    /// By shop and order.
    pub(crate) packages: Overlay<(Tenant, String, String), Packages>,
    /// How far each has read the log.
    pub(crate) readers: Overlay<String, i64>,
    /// What the batches that stand add.
    pub(crate) added: Added,
    staged: Added,
    seq_loaded: i64,
}

/// Rows that are only ever added, in the order in which they are to be.
#[derive(Debug, Default)]
pub(crate) struct Added {
    pub(crate) orders: Vec<(Tenant, ShipmentId, Personal)>,
    pub(crate) labels: Vec<(Tenant, LabelRecord)>,
    pub(crate) evidence: Vec<(Tenant, Evidence)>,
    pub(crate) replies: Vec<(Tenant, ShipmentId, Reply)>,
    pub(crate) tracking: Vec<(Tenant, TrackerId, TrackingEvent)>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) events: Vec<Event>,
    pub(crate) deliveries: Vec<Delivery>,
    /// Lanes in which the next delivery may now go out, and when.
    pub(crate) lanes: BTreeMap<Lane, Timestamp>,
    /// Lanes in which the receiver was told of all that is missing before a `seq`.
    pub(crate) told: Vec<(Lane, i64)>,
}

impl Added {
    /// Lets the next delivery of a lane go out at that time, or before if it may already.
    pub(super) fn release(&mut self, lane: Lane, at: Timestamp) {
        let turn = self.lanes.entry(lane).or_insert(at);
        *turn = at.min(*turn);
    }
}

/// Whose batch is being decided, and when.
#[derive(Debug)]
pub(super) struct Now<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) at: Timestamp,
    /// With which API key.
    pub(super) by: Option<&'a KeyId>,
    /// Whether the one who looks after the trackers writes.
    pub(super) leased: bool,
    /// Whether it sees to a database that was restored.
    pub(super) restoring: bool,
}

impl Ledger {
    /// With nothing loaded but the `seq` of the last event.
    pub(crate) fn after(seq: i64) -> Self {
        Self {
            seq_loaded: seq,
            ..Self::default()
        }
    }

    /// The `seq` of the last event that the batches so far would leave.
    pub(crate) fn seq(&self) -> i64 {
        let last = self.staged.events.last().or(self.added.events.last());
        last.map_or(self.seq_loaded, |event| event.seq)
    }

    /// Whether what stands may be work for someone.
    pub(crate) fn makes_work(&self) -> bool {
        self.jobs.changed().next().is_some()
            || self.trackers.changed().next().is_some()
            || self.subscriptions.changed().next().is_some()
            || !self.added.lanes.is_empty()
    }

    /// Decides one batch: all of it stands, or nothing of it.
    pub(crate) fn decide(&mut self, batch: Batch) -> Result<Applied> {
        let now = Now {
            tenant: &batch.tenant,
            at: batch.at,
            by: batch.by.as_ref(),
            leased: batch.under.is_some(),
            restoring: batch.restoring,
        };
        if let Some(lease) = batch.under
            && self.epochs.get(&lease.shard) != Some(&lease.epoch)
        {
            return Err(Error::LeaseLost(format!("shard {}", lease.shard)));
        }
        let mut applied = Applied::default();
        let mut verbs = batch.verbs.into_iter();
        let outcome = verbs.try_for_each(|verb| self.verb(&now, verb, &mut applied));
        applied.seqs = self.staged.events.iter().map(|event| event.seq).collect();
        self.settle(outcome.is_ok());
        outcome.map(|()| applied)
    }

    fn verb(&mut self, now: &Now<'_>, verb: Verb, applied: &mut Applied) -> Result<()> {
        match verb {
            Verb::Reserve {
                key,
                body_sha256,
                subject,
            } => self.reserve(now, key, body_sha256, subject),
            Verb::Answer { key, answer } => self.answer(now, key, answer),
            Verb::Accept(new) => self.accept(now, *new, applied),
            Verb::Advance { id, from, step } => self.advance(now, id, from, step, applied),
            Verb::KeepLabels { id, labels } => self.keep_labels(now, id, labels),
            Verb::KeepEvidence(evidence) => self.keep_evidence(now, evidence),
            Verb::Invoice(line) => self.invoice(now, line),
            Verb::Promise {
                id,
                deadlines,
                look_at,
            } => self.promise(now, id, deadlines, look_at),
            Verb::Judge { id, judged } => self.judge(now, &id, judged),
            Verb::Track(new) => self.track(now, new, applied),
            Verb::Observe {
                id,
                observation,
                pushed,
            } => self.observe(now, id, (observation, pushed), applied),
            Verb::PushUntil { id, until } => self.push_until(now, id, until),
            Verb::CheckFailed { id, next_check_at } => self.check_failed(now, id, next_check_at),
            Verb::EndTracker { id, end } => self.end_tracker(now, id, end, applied),
            Verb::Subscribe(new) => self.subscribe(now, new),
            Verb::ChangeSubscription { id, change } => self.change_subscription(now, id, change),
            Verb::Unsubscribe(id) => self.unsubscribe(now, id),
            Verb::FanOut {
                id,
                from,
                to,
                deliveries,
            } => self.fan_out(now, id, (from, to), deliveries),
            Verb::Replay {
                id,
                not_before,
                deliveries,
            } => self.replay(now, id, not_before, deliveries),
            Verb::SupersedeDelivery { id, attempt } => self.supersede_delivery(now, id, attempt),
            Verb::ReportDelivery {
                id,
                attempt,
                report,
            } => self.report_delivery(now, id, attempt, report),
            Verb::CreateKey(key) => self.create_key(now, key),
            Verb::RevokeKey(id) => self.revoke_key(now, id),
            Verb::SeenKey(id) => self.seen_key(now, id),
            Verb::Enqueue(new) => self.enqueue(now, new),
            Verb::ReportJob {
                id,
                attempt,
                report,
            } => self.report_job(now, id, attempt, report),
            Verb::Confirm(new) => self.confirm(now, *new),
            Verb::KeepConfirmation(kept) => self.keep_confirmation(now, *kept),
            Verb::ReadLog { reader, from, to } => self.read_log(reader, from, to),
        }
    }

    /// What the batch being decided adds.
    pub(super) fn add(&mut self) -> &mut Added {
        &mut self.staged
    }

    /// Appends an event to the log.
    pub(super) fn tell(&mut self, now: &Now<'_>, news: News) {
        let event = Event {
            seq: self.seq().saturating_add(1),
            uid: EventUid::fresh(now.at),
            tenant: now.tenant.clone(),
            kind: news.kind,
            subject: news.subject,
            subject_seq: news.subject_seq,
            carrier: news.carrier,
            at: now.at,
            data: news.data,
        };
        self.staged.events.push(event);
    }

    fn settle(&mut self, stands: bool) {
        self.reservations.settle(stands);
        self.shipments.settle(stands);
        self.references.settle(stands);
        self.twins.settle(stands);
        self.risks.settle(stands);
        self.trackers.settle(stands);
        self.numbers.settle(stands);
        self.known.settle(stands);
        self.subscriptions.settle(stands);
        self.deliveries.settle(stands);
        self.keys.settle(stands);
        self.entries.settle(stands);
        self.spends.settle(stands);
        self.invoices.settle(stands);
        self.jobs.settle(stands);
        self.dedupes.settle(stands);
        self.confirmations.settle(stands);
        self.packages.settle(stands);
        self.readers.settle(stands);
        let staged = std::mem::take(&mut self.staged);
        if stands {
            self.added.orders.extend(staged.orders);
            self.added.labels.extend(staged.labels);
            self.added.evidence.extend(staged.evidence);
            self.added.replies.extend(staged.replies);
            self.added.tracking.extend(staged.tracking);
            self.added.entries.extend(staged.entries);
            self.added.events.extend(staged.events);
            self.added.deliveries.extend(staged.deliveries);
            for (lane, at) in staged.lanes {
                self.added.release(lane, at);
            }
            self.added.told.extend(staged.told);
        }
    }
}

/// What an event says; its place in the log is not for the teller to choose.
#[derive(Debug)]
pub(super) struct News {
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) subject_seq: i64,
    pub(super) carrier: CarrierId,
    pub(super) data: String,
}
