//! What is under way in this process, each in a task of its own, for callers to wait on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use parcelgate_store::ShipmentId;
use tokio_util::task::TaskTracker;

/// Ends when what is under way has come to its end.
pub(in crate::service) type Flight = Shared<BoxFuture<'static, ()>>;

/// At most one for each shipment; each removes itself when it lands.
#[derive(Debug, Default)]
pub(in crate::service) struct Flights(Mutex<HashMap<ShipmentId, Flight>>);

impl Flights {
    /// The one of that shipment, if it is in the air.
    pub(super) fn of(&self, id: &ShipmentId) -> Option<Flight> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// The one of that shipment; `work` is begun when there is none.
    pub(in crate::service) fn of_or<W>(
        self: &Arc<Self>,
        id: &ShipmentId,
        tasks: &TaskTracker,
        work: impl FnOnce() -> W,
    ) -> Flight
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = || {
            let landing = Landing {
                flights: Arc::clone(self),
                id: id.clone(),
            };
            let work = work();
            let task = tasks.spawn(async move {
                let _landing = landing;
                work.await;
            });
            task.map(|_| ()).boxed().shared()
        };
        flights.entry(id.clone()).or_insert_with(begin).clone()
    }

    /// It has landed.
    fn land(&self, id: &ShipmentId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
    }
}

/// Takes the flight out of the air, also when its task panics.
struct Landing {
    flights: Arc<Flights>,
    id: ShipmentId,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.flights.land(&self.id);
    }
}
