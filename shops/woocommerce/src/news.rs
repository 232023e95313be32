//! What the buyer is told of the way, as notes.

use async_trait::async_trait;
use parcelgate_carrier::{Call, Result};
use parcelgate_shop::{Milestone, News, Tells};

use crate::WooCommerce;
use crate::confirm::note;

#[async_trait]
impl Tells for WooCommerce {
    /// A note is mail to the buyer, so only what matters becomes one.
    async fn tell(
        &self,
        call: &Call<'_>,
        order: &str,
        _handle: Option<&str>,
        news: &News,
    ) -> Result<()> {
        let Some(text) = words(news.milestone) else {
            return Ok(());
        };
        note(call, order, "inform", text).await
    }
}

const fn words(milestone: Milestone) -> Option<&'static str> {
    match milestone {
        Milestone::Delivered => Some("The parcel was delivered."),
        Milestone::Delayed => Some("The carrier reports a delay."),
        Milestone::AvailableForPickup => Some("The parcel waits to be picked up."),
        Milestone::Failed => Some("The parcel could not be delivered and is on its way back."),
        Milestone::PickedUp
        | Milestone::InTransit
        | Milestone::OutForDelivery
        | Milestone::AttemptFailed => None,
    }
}
