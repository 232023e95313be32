//! Whether "not found" can be believed: a carrier whose index is away says so of everything.

use std::time::Duration;

use jiff::Timestamp;
use parcelgate_carrier::Shipping;
use parcelgate_store::Purchase;

use super::{LOOKUP_BUDGET, Settlement};
use crate::service::{Account, Fault};

/// Carriers forget by what reference something was bought; none documents it sooner than this.
const REMEMBERED: Duration = Duration::from_hours(14 * 24);

/// What a look-up says of a purchase that is known to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// It finds it, as it should.
    Found,
    /// It does not find it either.
    Missed,
    /// The account has bought nothing lately that could be looked up.
    Nothing,
}

impl Control {
    /// Why nothing is proven; nothing where it is.
    pub(super) const fn doubt(self) -> Option<&'static str> {
        match self {
            Self::Found => None,
            Self::Missed => Some(
                "the carrier does not find it, and neither what this account is known to have \
                 bought",
            ),
            Self::Nothing => Some(
                "the carrier does not find it, and there is no other purchase of this account by \
                 which that could be tested",
            ),
        }
    }
}

impl Settlement {
    /// Looks up what the account bought last, of what the carrier has had time to show.
    pub(super) async fn control(
        &self,
        account: &Account,
        shipping: &dyn Shipping,
        purchase: &Purchase,
        index_lag: Duration,
        now: Timestamp,
    ) -> Result<Control, Fault> {
        let before = |pause: Duration| now.saturating_sub(pause).unwrap_or(Timestamp::MIN);
        let between = (before(REMEMBERED), before(index_lag));
        let known = self
            .store
            .last_bought(&purchase.tenant, &account.id, between);
        let Some(known) = known.await? else {
            return Ok(Control::Nothing);
        };
        let call = account.call(parcelgate_clock::instant() + LOOKUP_BUDGET);
        let control = match shipping.find(&call, &known.reference).await? {
            Some(_) => Control::Found,
            None => Control::Missed,
        };
        let shipment = &purchase.id;
        tracing::debug!(%shipment, known = %known.id, ?control, "a look-up was tested");
        Ok(control)
    }
}
