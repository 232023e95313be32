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
        let replaced = new.replaces.as_ref().map(|replaces| &replaces.shipment);
        let alike = twin.as_ref().and_then(|twin| self.twins.get(twin));
        let alike = alike.cloned().unwrap_or_default();
        if let Some(other) = alike.iter().find(|other| Some(*other) != replaced) {
            return Err(Error::Twin(other.clone()));
        }
        self.may_spend(now, new.quoted)?;
        if let Some(replaced) = replaced {
            self.replace(now, replaced, &new.id)?;
        }
        if let Some(twin) = twin {
            let mut alike = alike;
            alike.insert(new.id.clone());
            self.twins.put(twin, alike);
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
            replaces: new.replaces,
            replaced_by: None,
            fault: None,
            created_at: now.at,
            updated_at: now.at,
            lease_until: None,
            restored_at: None,
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
        if to == PurchaseState::Sending && !self.may_be_sent(now, &purchase)? {
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
        if now.restoring {
            purchase.restored_at = Some(now.at);
        }
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
            Step::Bought(bought) | Step::InHand(bought) => {
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
        if purchase.version.state.is_nothing() {
            self.come_to_nothing(now, &purchase);
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
        let original = purchase.replaces.as_ref().and_then(|replaces| {
            let row = (now.tenant.clone(), replaces.shipment.clone());
            self.shipments.get(&row)
        });
        if let Some(reply) = Reply::of(&purchase, original) {
            let row = (now.tenant.clone(), purchase.id.clone(), reply);
            self.add().replies.push(row);
        }
        applied.shipments.push(purchase.clone());
        let row = (now.tenant.clone(), purchase.id.clone());
        self.shipments.put(row, purchase);
        Ok(())
    }

    /// Another may be bought of the same parcel, and instead of the same shipment.
    fn come_to_nothing(&mut self, now: &Now<'_>, purchase: &Purchase) {
        if let Some(twin) = &purchase.twin {
            let twin = (now.tenant.clone(), twin.clone());
            let mut alike = self.twins.get(&twin).cloned().unwrap_or_default();
            alike.remove(&purchase.id);
            self.twins.put(twin, alike);
        }
        let replaces = purchase.replaces.as_ref();
        let row = replaces.map(|replaces| (now.tenant.clone(), replaces.shipment.clone()));
        let original = row.as_ref().and_then(|row| self.shipments.get(row));
        let original = original.filter(|one| one.replaced_by.as_ref() == Some(&purchase.id));
        if let (Some(row), Some(original)) = (row, original.cloned()) {
            let free = Purchase {
                replaced_by: None,
                ..original
            };
            self.shipments.put(row, free);
        }
    }

    /// Names what is made instead of a shipment. That is no step of it: the event of the new
    /// purchase tells it.
    fn replace(&mut self, now: &Now<'_>, id: &ShipmentId, by: &ShipmentId) -> Result<()> {
        let original = self.own_shipment(now, id)?;
        if let Some(other) = original.replaced_by {
            return Err(Error::Replaced(other));
        }
        let replaced = Purchase {
            replaced_by: Some(by.clone()),
            ..original
        };
        self.shipments
            .put((now.tenant.clone(), id.clone()), replaced);
        Ok(())
    }

    /// Whether what it waits for is void. Nothing leads out of VOIDED, so it stays so.
    fn may_be_sent(&self, now: &Now<'_>, purchase: &Purchase) -> Result<bool> {
        match &purchase.replaces {
            Some(replaces) if replaces.awaits_void => {
                let original = self.own_shipment(now, &replaces.shipment)?;
                Ok(original.version.state == PurchaseState::Voided)
            }
            Some(_) | None => Ok(true),
        }
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
