//! Waiting for a purchase that another gateway sends.

use std::time::Duration;

use parcelgate_clock::{instant, left, sleep, sleep_until};
use parcelgate_domain::PurchaseState;
use parcelgate_store::{Purchase, ShipmentId};

use super::Purchases;
use crate::service::{Caller, Fault, MARGIN};

/// How soon a purchase is looked at again at the earliest, however much is written meanwhile.
const PAUSE_MIN: Duration = Duration::from_millis(20);

/// How late at the latest, if the store does not tell of what other processes write.
const PAUSE_MAX: Duration = Duration::from_millis(500);

impl Purchases {
    /// The purchase as it stands when nobody sends it any more, or when the caller's time is up.
    /// Looks at it whenever something was written, and every so often in any case.
    pub(super) async fn landed(&self, caller: &Caller, id: &ShipmentId) -> Result<Purchase, Fault> {
        let until = caller.reply_by(MARGIN);
        let mut head = self.store.head();
        let mut pause = PAUSE_MIN;
        loop {
            head.mark_unchanged(); // before looking
            let purchase = self.read(caller, id).await?;
            if purchase.version.state != PurchaseState::Sending || left(until).is_zero() {
                return Ok(purchase);
            }
            sleep(PAUSE_MIN.min(left(until))).await;
            pause = (pause * 2).min(PAUSE_MAX);
            let latest = until.min(instant() + pause);
            tokio::select! {
                // A store that is closing tells nothing any more.
                Ok(()) = head.changed() => {}
                () = sleep_until(latest) => {}
            }
        }
    }
}
