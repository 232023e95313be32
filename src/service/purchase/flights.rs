//! Purchases that are being sent by this process, for callers to wait on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures::future::{BoxFuture, Shared};
use parcelgate_store::ShipmentId;

/// Ends when the purchase has an outcome.
pub(super) type Flight = Shared<BoxFuture<'static, ()>>;

/// At most one for each shipment; each removes itself when it lands.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<ShipmentId, Flight>>);

impl Flights {
    /// The one of that shipment, if it is in the air.
    pub(super) fn of(&self, id: &ShipmentId) -> Option<Flight> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// The one of that shipment; `begin` makes it when there is none.
    pub(super) fn of_or(&self, id: &ShipmentId, begin: impl FnOnce() -> Flight) -> Flight {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.entry(id.clone()).or_insert_with(begin).clone()
    }

    /// It has landed.
    pub(super) fn land(&self, id: &ShipmentId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
    }
}
