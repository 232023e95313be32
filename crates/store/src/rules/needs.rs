//! Which rows the guards of a batch look at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use parcelgate_domain::{CarrierId, Reference, TrackingNumber};

use super::{CONFIRMATIONS, InvoiceKey};
use crate::batch::Verb;
use crate::records::day_of;
use crate::{
    Batch, ConfirmationId, DeliveryId, JobId, KeyId, NewConfirmation, NewInvoiceLine, NewPurchase,
    Observation, RequestKey, ShipmentId, SubscriptionId, Tenant, TrackerId,
};

/// Keys of the rows to load before a group of batches is decided.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) requests: BTreeSet<(Tenant, RequestKey)>,
    /// Also those that one of them is made instead of.
    pub(crate) shipments: BTreeSet<(Tenant, ShipmentId)>,
    pub(crate) references: BTreeSet<(Tenant, Reference)>,
    pub(crate) twins: BTreeSet<(Tenant, String)>,
    pub(crate) risks: BTreeSet<(Tenant, ShipmentId)>,
    pub(crate) trackers: BTreeSet<(Tenant, TrackerId)>,
    pub(crate) numbers: BTreeSet<(Tenant, CarrierId, TrackingNumber)>,
    /// The ids of the events that are offered, with the newest edition that reads each, by tracker.
    pub(crate) observed: BTreeMap<(Tenant, TrackerId), BTreeMap<String, u32>>,
    /// Those under whose lease is written.
    pub(crate) shards: BTreeSet<u8>,
    /// Also those of the deliveries that are loaded.
    pub(crate) subscriptions: BTreeSet<(Tenant, SubscriptionId)>,
    pub(crate) deliveries: BTreeSet<(Tenant, DeliveryId)>,
    pub(crate) keys: BTreeSet<KeyId>,
    /// Also those of the shipments that are loaded.
    pub(crate) spends: BTreeSet<(Tenant, KeyId, Date)>,
    pub(crate) invoices: BTreeSet<InvoiceKey>,
    pub(crate) jobs: BTreeSet<(Tenant, JobId)>,
    pub(crate) dedupes: BTreeSet<(Tenant, String, String)>,
    pub(crate) confirmations: BTreeSet<(Tenant, ConfirmationId)>,
    /// By shop and order.
    pub(crate) packages: BTreeSet<(Tenant, String, String)>,
    pub(crate) readers: BTreeSet<String>,
}

impl Needs {
    /// Of all of `batches`.
    pub(crate) fn of<'a>(batches: impl IntoIterator<Item = &'a Batch>) -> Self {
        let mut needs = Self::default();
        for batch in batches {
            if let Some(key) = &batch.by {
                let spend = (batch.tenant.clone(), key.clone(), day_of(batch.at));
                needs.spends.insert(spend);
                needs.keys.insert(key.clone());
            }
            needs.shards.extend(batch.under.map(|lease| lease.shard));
            for verb in &batch.verbs {
                needs.add(&batch.tenant, verb);
            }
        }
        needs
    }

    fn accept(&mut self, tenant: Tenant, new: &NewPurchase) {
        self.shipments.insert((tenant.clone(), new.id.clone()));
        if let Some(replaces) = &new.replaces {
            let replaced = replaces.shipment.clone();
            self.shipments.insert((tenant.clone(), replaced));
        }
        if let Some(twin) = &new.twin {
            self.twins.insert((tenant.clone(), twin.clone()));
        }
        self.references.insert((tenant, new.reference.clone()));
    }

    fn add(&mut self, tenant: &Tenant, verb: &Verb) {
        let tenant = tenant.clone();
        match verb {
            Verb::Reserve { key, .. } | Verb::Answer { key, .. } => {
                self.requests.insert((tenant, key.clone()));
            }
            Verb::Accept(new) => self.accept(tenant, new),
            Verb::Advance { id, .. } | Verb::KeepLabels { id, .. } => {
                self.shipments.insert((tenant, id.clone()));
            }
            Verb::KeepEvidence(evidence) => {
                self.shipments.insert((tenant, evidence.shipment.clone()));
            }
            Verb::Promise { id, .. } | Verb::Judge { id, .. } => {
                self.shipments.insert((tenant.clone(), id.clone()));
                self.risks.insert((tenant, id.clone()));
            }
            Verb::Invoice(line) => self.add_line(tenant, line),
            Verb::Track(new) => {
                self.trackers.insert((tenant.clone(), new.id.clone()));
                self.numbers
                    .insert((tenant, new.carrier.clone(), new.number.clone()));
            }
            Verb::Observe {
                id, observation, ..
            } => self.observe((tenant, id.clone()), observation),
            Verb::CheckFailed { id, .. }
            | Verb::PushUntil { id, .. }
            | Verb::EndTracker { id, .. } => {
                self.trackers.insert((tenant, id.clone()));
            }
            Verb::Subscribe(new) => {
                self.subscriptions.insert((tenant, new.id.clone()));
            }
            Verb::ChangeSubscription { id, .. }
            | Verb::Unsubscribe(id)
            | Verb::FanOut { id, .. }
            | Verb::Replay { id, .. } => {
                self.subscriptions.insert((tenant, id.clone()));
            }
            Verb::ReportDelivery { id, .. } | Verb::SupersedeDelivery { id, .. } => {
                self.deliveries.insert((tenant, id.clone()));
            }
            Verb::CreateKey(key) => {
                self.keys.insert(key.id.clone());
            }
            Verb::RevokeKey(id) | Verb::SeenKey(id) => {
                self.keys.insert(id.clone());
            }
            Verb::Enqueue(new) => {
                self.jobs.insert((tenant.clone(), new.id.clone()));
                if let Some(key) = &new.dedupe_key {
                    self.dedupes.insert((tenant, new.name.clone(), key.clone()));
                }
            }
            Verb::ReportJob { id, .. } => {
                self.jobs.insert((tenant, id.clone()));
            }
            Verb::Confirm(new) => self.add_confirmation(tenant, new),
            Verb::KeepConfirmation(kept) => {
                self.confirmations.insert((tenant, kept.id.clone()));
            }
            Verb::ReadLog { reader, .. } => {
                self.readers.insert(reader.clone());
            }
        }
    }

    fn add_confirmation(&mut self, tenant: Tenant, new: &NewConfirmation) {
        self.confirmations.insert((tenant.clone(), new.id.clone()));
        let order = (tenant, new.shop.clone(), new.order.clone());
        self.packages.insert(order);
        self.readers.insert(CONFIRMATIONS.to_owned());
    }

    fn observe(&mut self, row: (Tenant, TrackerId), observation: &Observation) {
        self.trackers.insert(row.clone());
        if observation.events.is_empty() {
            return;
        }
        let offered = self.observed.entry(row).or_default();
        for event in &observation.events {
            let newest = offered.entry(event.id.as_str().to_owned()).or_default();
            *newest = event.mapping_version.max(*newest);
        }
    }

    fn add_line(&mut self, tenant: Tenant, line: &NewInvoiceLine) {
        if let Some(id) = &line.shipment {
            self.shipments.insert((tenant.clone(), id.clone()));
        }
        let (account, invoice) = (line.account.clone(), line.invoice.clone());
        let row = (tenant, account, invoice, line.key.clone());
        self.invoices.insert(row);
    }
}
