//! Shipments and labels are read, without asking a carrier.

use std::collections::HashMap;
use std::sync::Arc;

use parcelgate_domain::{CarrierId, Label, LabelFormat, PurchaseState, TrackingNumber, Violations};
use parcelgate_store::{LabelRecord, Page, Purchase, ShipmentFilter, ShipmentId, Store, Tracker};

use super::{Caller, Fault};
use crate::label::draw;

/// Trackers by the numbers of their carriers.
pub type Trackers = HashMap<(CarrierId, TrackingNumber), Tracker>;

/// Reads shipments.
#[derive(Debug)]
pub struct Shipments {
    pub(super) store: Arc<dyn Store>,
}

impl Shipments {
    /// Over this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// One shipment.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(&self, caller: &Caller, id: &ShipmentId) -> Result<Purchase, Fault> {
        let found = self.store.shipment(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))
    }

    /// A page of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(
        &self,
        caller: &Caller,
        filter: &ShipmentFilter,
        page: Page<'_, ShipmentId>,
    ) -> Result<Vec<Purchase>, Fault> {
        Ok(self.store.shipments(&caller.tenant, filter, page).await?)
    }

    /// The trackers of all boxes of these shipments, by their numbers.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trackers(
        &self,
        caller: &Caller,
        purchases: &[Purchase],
    ) -> Result<Trackers, Fault> {
        let of_each = purchases.iter().flat_map(|purchase| {
            let numbers = purchase.parcels.iter().map(|parcel| parcel.number.clone());
            numbers.map(|number| (Some(purchase.carrier.clone()), number))
        });
        let numbers: Vec<_> = of_each.collect();
        if numbers.is_empty() {
            return Ok(Trackers::new());
        }
        let found = self.store.trackers_by_number(&caller.tenant, &numbers);
        let by_number =
            |tracker: Tracker| ((tracker.carrier.clone(), tracker.number.clone()), tracker);
        Ok(found.await?.into_iter().map(by_number).collect())
    }

    /// The label of a box: byte for byte as it was bought, or drawn from that in another form.
    ///
    /// # Errors
    /// When there is none, or it cannot be had in that form.
    pub async fn label(
        &self,
        caller: &Caller,
        id: &ShipmentId,
        parcel: u32,
        format: Option<LabelFormat>,
    ) -> Result<(Label, TrackingNumber), Fault> {
        let purchase = self.read(caller, id).await?;
        let number = usize::try_from(parcel)
            .ok()
            .and_then(|index| purchase.parcels.get(index));
        let Some(number) = number.map(|box_| box_.number.clone()) else {
            return Err(no_such_parcel(&purchase, parcel));
        };
        let labels = self.store.labels(&caller.tenant, id).await?;
        let mut of_parcel = labels
            .iter()
            .filter(|label| u32::from(label.parcel) == parcel);
        let as_asked =
            format.and_then(|format| of_parcel.clone().find(|label| label.format == format));
        let kept = as_asked.or_else(|| of_parcel.next());
        let kept = kept.ok_or(Fault::NoLabel(purchase.version.state))?;
        Ok((drawn(kept, format)?, number))
    }
}

/// UPS's own GIF is served as PDF when no form is asked for: the interface has no GIF, and PDF is
/// what is bought when no form is asked for.
fn readable(format: LabelFormat) -> LabelFormat {
    if format == LabelFormat::Gif {
        LabelFormat::Pdf
    } else {
        format
    }
}

/// A label in `format`, or else as it is kept, where that is a form that the interface has.
pub(super) fn drawn(kept: &LabelRecord, format: Option<LabelFormat>) -> Result<Label, Fault> {
    let label = bytes_of(kept);
    Ok(draw(&label, format.unwrap_or(readable(label.format)))?)
}

pub(super) fn bytes_of(kept: &LabelRecord) -> Label {
    Label {
        format: kept.format,
        bytes: kept.bytes.0.to_vec(),
    }
}

fn no_such_parcel(purchase: &Purchase, asked: u32) -> Fault {
    match (
        purchase.version.state,
        purchase.parcels.len().checked_sub(1),
    ) {
        (state @ PurchaseState::Unknown, _) | (state, None) => Fault::NoLabel(state),
        (_, Some(last)) => {
            let mut violations = Violations::new();
            violations.refuse("parcel_index", asked, format!("0 to {last}"));
            violations.into()
        }
    }
}
