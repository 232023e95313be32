//! Purchases: every step names the version it starts from, and appends its event.

use sha2::{Digest, Sha256};

use super::ledger::{Ledger, News, Now};
use crate::{
    Applied, Blob, Bought, Error, Evidence, Fault, LabelRecord, NewPurchase, ParcelLabel, Purchase,
    Reply, Result, ShipmentId, ShipmentNews, Step, Version,
};
use parcelgate_domain::{Label, PurchaseState};

impl Ledger {
    pub(super) fn accept(
        &mut self,
        now: &Now<'_>,
        new: NewPurchase,
        applied: &mut Applied,
    ) -> Result<()> {
        let row = (now.tenant.clone(), new.id.clone());
        let reference = (now.tenant.clone(), new.reference.clone());
        if self.shipments.get(&row).is_some() {
            return Err(Error::Taken(format!("shipment {}", new.id)));
        }
        if self.references.get(&reference).is_some() {
            return Err(Error::Taken(format!("reference {}", new.reference)));
        }
        let twin = new.twin.clone().map(|twin| (now.tenant.clone(), twin));
        if let Some(other) = twin.as_ref().and_then(|twin| self.twins.get(twin)) {
            return Err(Error::Twin(other.clone()));
        }
        self.may_spend(now, new.quoted)?;
        if let Some(twin) = twin {
            self.twins.put(twin, new.id.clone());
        }
        self.references.put(reference, new.id.clone());
        let order = (now.tenant.clone(), new.id.clone(), new.order);
        self.add().orders.push(order);
        let purchase = Purchase {
            tenant: now.tenant.clone(),
            id: new.id,
            reference: new.reference,
            account: new.account,
            carrier: new.carrier,
            service: new.service,
            version: Version {
                state: PurchaseState::Accepted,
                epoch: 1,
            },
            carrier_number: None,
            parcels: Vec::new(),
            charged: None,
            quoted: new.quoted,
            invoiced: Vec::new(),
            order_number: new.order_number,
            twin: new.twin,
            fault: None,
            created_at: now.at,
            updated_at: now.at,
            lease_until: None,
        };
        self.keep_shipment(now, purchase, applied)
    }

    pub(super) fn advance(
        &mut self,
        now: &Now<'_>,
        id: ShipmentId,
        from: Version,
        step: Step,
        applied: &mut Applied,
    ) -> Result<()> {
        let mut purchase = self.own_shipment(now, &id)?;
        let present = purchase.version;
        if present != from {
            return Err(Error::Conflict { id, present });
        }
        let to = step.leads_to();
        if !present.state.may_become(to) {
            return Err(Error::Illegal {
                id,
                from: present.state,
                to,
            });
        }
        purchase.version = Version {
            state: to,
            epoch: present.epoch.saturating_add(1),
        };
        purchase.updated_at = now.at;
        purchase.lease_until = None;
        self.take(now, &mut purchase, step)?;
        self.keep_shipment(now, purchase, applied)
    }

    /// What a step leaves behind besides the new state.
    fn take(&mut self, now: &Now<'_>, purchase: &mut Purchase, step: Step) -> Result<()> {
        let fault: Option<Fault> = match step {
            Step::Sending { lease_until } | Step::Voiding { lease_until } => {
                purchase.lease_until = Some(lease_until);
                None
            }
            Step::Bought(bought) => {
                let labels = receive(purchase, bought);
                self.add_labels(now, purchase, labels)?;
                purchase.fault = None;
                None
            }
            Step::Orphaned(bought, fault) => {
                let labels = receive(purchase, bought);
                self.add_labels(now, purchase, labels)?;
                Some(fault)
            }
            Step::Labelled(labels) => {
                self.add_labels(now, purchase, labels)?;
                purchase.fault = None;
                None
            }
            Step::Voided => {
                purchase.fault = None;
                None
            }
            Step::Absent => None,
            Step::NotSent(fault) | Step::Cancelled(fault) | Step::VoidWanted(fault) => fault,
            Step::Rejected(fault)
            | Step::Unknown(fault)
            | Step::NeedsReview(fault)
            | Step::VoidRefused(fault)
            | Step::VoidUnknown(fault) => Some(fault),
        };
        purchase.fault = fault.or(purchase.fault.take());
        Ok(())
    }

    pub(super) fn keep_labels(
        &mut self,
        now: &Now<'_>,
        id: ShipmentId,
        labels: Vec<ParcelLabel>,
    ) -> Result<()> {
        let purchase = self.own_shipment(now, &id)?;
        self.add_labels(now, &purchase, labels)
    }

    pub(super) fn keep_evidence(&mut self, now: &Now<'_>, evidence: Evidence) -> Result<()> {
        self.own_shipment(now, &evidence.shipment)?;
        let row = (now.tenant.clone(), evidence);
        self.add().evidence.push(row);
        Ok(())
    }

    pub(super) fn own_shipment(&self, now: &Now<'_>, id: &ShipmentId) -> Result<Purchase> {
        let row = (now.tenant.clone(), id.clone());
        let purchase = self.shipments.get(&row).cloned();
        purchase.ok_or_else(|| Error::Missing(format!("shipment {id}")))
    }

    /// The only way to write a shipment: its event goes with it, and what it means for the money.
    /// Each version has one event, so the epoch counts the events too.
    fn keep_shipment(
        &mut self,
        now: &Now<'_>,
        purchase: Purchase,
        applied: &mut Applied,
    ) -> Result<()> {
        if let (Some(twin), true) = (&purchase.twin, purchase.version.state.is_nothing()) {
            self.twins.remove((now.tenant.clone(), twin.clone()));
        }
        let state = purchase.version.state.name().to_ascii_lowercase();
        let news = News {
            kind: format!("shipment.{state}"),
            subject: format!("shipments/{}", purchase.id),
            subject_seq: purchase.version.epoch,
            carrier: purchase.carrier.clone(),
            data: told(&ShipmentNews::of(&purchase))?,
        };
        self.tell(now, news);
        self.enter(now, &purchase);
        if let Some(reply) = Reply::of(&purchase) {
            let row = (now.tenant.clone(), purchase.id.clone(), reply);
            self.add().replies.push(row);
        }
        applied.shipments.push(purchase.clone());
        let row = (now.tenant.clone(), purchase.id.clone());
        self.shipments.put(row, purchase);
        Ok(())
    }

    fn add_labels(
        &mut self,
        now: &Now<'_>,
        purchase: &Purchase,
        labels: Vec<ParcelLabel>,
    ) -> Result<()> {
        for ParcelLabel { parcel, label } in labels {
            if usize::from(parcel) >= purchase.parcels.len() {
                let what = format!("parcel {parcel} of shipment {}", purchase.id);
                return Err(Error::Missing(what));
            }
            let Label { format, bytes } = label;
            let record = LabelRecord {
                shipment: purchase.id.clone(),
                parcel,
                format,
                sha256: Sha256::digest(&bytes).into(),
                bytes: Blob::from(bytes),
            };
            self.add().labels.push((now.tenant.clone(), record));
        }
        Ok(())
    }
}

/// Takes over what the carrier sold, and hands back the labels.
fn receive(purchase: &mut Purchase, bought: Bought) -> Vec<ParcelLabel> {
    let mut labels = Vec::new();
    purchase.carrier_number = Some(bought.carrier_number);
    purchase.charged = bought.charged.or(purchase.charged);
    purchase.parcels = Vec::with_capacity(bought.parcels.len());
    for (parcel, sold) in (0_u16..).zip(bought.parcels) {
        purchase.parcels.push(sold.parcel);
        let of_parcel = sold.labels.into_iter();
        labels.extend(of_parcel.map(|label| ParcelLabel { parcel, label }));
    }
    labels
}

/// News as they stand in the log.
pub(super) fn told<T: serde::Serialize>(news: &T) -> Result<String> {
    serde_json::to_string(news).map_err(|why| Error::Unreadable {
        what: "event",
        why: why.to_string(),
    })
}
