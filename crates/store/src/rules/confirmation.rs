//! Confirmations: one for each box and order, and an event for whatever becomes of it.

use parcelgate_domain::CarrierId;

use super::ledger::{Ledger, News, Now};
use super::shipment::told;
use crate::{
    Confirmation, ConfirmationNews, ConfirmationState, Error, NewConfirmation, Result, ShipmentId,
};

/// Under which name the log is read for confirmations. Its place is there as soon as one is.
pub const CONFIRMATIONS: &str = "confirmations";

/// The packages that an order has in its shop: the number of each, and which box it is.
pub(crate) type Packages = Vec<(u32, ShipmentId, u32)>;

impl Ledger {
    pub(super) fn confirm(&mut self, now: &Now<'_>, new: NewConfirmation) -> Result<()> {
        let order = (now.tenant.clone(), new.shop.clone(), new.order.clone());
        let mut packages = self.packages.get(&order).cloned().unwrap_or_default();
        let same = |(_, shipment, parcel): &&(u32, ShipmentId, u32)| {
            *shipment == new.shipment && *parcel == new.parcel
        };
        if packages.iter().find(same).is_some() {
            return Ok(());
        }
        let last = packages.iter().map(|(package, ..)| *package).max();
        let package = last.unwrap_or(0).saturating_add(1);
        packages.push((package, new.shipment.clone(), new.parcel));
        self.packages.put(order, packages);
        let confirmation = Confirmation {
            tenant: now.tenant.clone(),
            id: new.id,
            version: 1,
            shop: new.shop,
            order: new.order,
            marketplace: new.marketplace,
            package,
            items: new.items,
            shipment: new.shipment,
            parcel: new.parcel,
            moment: new.moment,
            ship_by: new.ship_by,
            state: ConfirmationState::Waiting,
            told: None,
            handle: None,
            news: Vec::new(),
            doubtful: false,
            attempts: 0,
            next_try_at: None,
            fault: None,
            at_risk: false,
            noted: 0,
            created_at: now.at,
            updated_at: now.at,
        };
        let row = (now.tenant.clone(), confirmation.id.clone());
        if self.confirmations.get(&row).is_some() {
            return Err(Error::Taken(format!("confirmation {}", confirmation.id)));
        }
        let confirmation = self.note_confirmation(now, confirmation, "confirmation.waiting")?;
        self.confirmations.put(row, confirmation);
        // What happened before there was any is nothing to one; what happens from now on is.
        let reader = CONFIRMATIONS.to_owned();
        if self.readers.get(&reader).is_none() {
            self.readers.put(reader, self.seq());
        }
        Ok(())
    }

    pub(super) fn keep_confirmation(&mut self, now: &Now<'_>, kept: Confirmation) -> Result<()> {
        let row = (now.tenant.clone(), kept.id.clone());
        let before = self.confirmations.get(&row).cloned();
        let before = before.ok_or_else(|| Error::Missing(format!("confirmation {}", kept.id)))?;
        if before.version != kept.version {
            return Err(Error::LeaseLost(format!("confirmation {}", kept.id)));
        }
        let (state, at_risk) = (kept.state, kept.at_risk);
        let kept = Confirmation {
            tenant: before.tenant,
            id: before.id,
            version: before.version.saturating_add(1),
            shop: before.shop,
            order: before.order,
            package: before.package,
            parcel: before.parcel,
            noted: before.noted,
            created_at: before.created_at,
            updated_at: now.at,
            ..kept
        };
        let mut kept = kept;
        if state != before.state {
            let kind = format!("confirmation.{}", state.name().to_ascii_lowercase());
            kept = self.note_confirmation(now, kept, &kind)?;
        }
        if at_risk && !before.at_risk {
            kept = self.note_confirmation(now, kept, "confirmation.at_risk")?;
        }
        self.confirmations.put(row, kept);
        Ok(())
    }

    fn note_confirmation(
        &mut self,
        now: &Now<'_>,
        mut confirmation: Confirmation,
        kind: &str,
    ) -> Result<Confirmation> {
        confirmation.noted = confirmation.noted.saturating_add(1);
        let news = News {
            kind: kind.to_owned(),
            subject: format!("confirmations/{}", confirmation.id),
            subject_seq: confirmation.noted,
            carrier: CarrierId::from(confirmation.shop.clone()),
            data: told(&ConfirmationNews::of(&confirmation))?,
        };
        self.tell(now, news);
        Ok(confirmation)
    }

    pub(super) fn read_log(&mut self, reader: String, from: i64, to: i64) -> Result<()> {
        let present = self.readers.get(&reader).copied().unwrap_or(0);
        if present != from {
            return Err(Error::LeaseLost(format!("the log for {reader}")));
        }
        self.readers.put(reader, to);
        Ok(())
    }
}
