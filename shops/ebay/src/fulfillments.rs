//! `getShippingFulfillments`.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{Call, Class, Outgoing, Result, read_json};
use parcelgate_shop::{ReadsBack, Recognition, Shown};
use serde::Deserialize;

use crate::confirm::{FULFILLMENTS, ORDERS};
use crate::{API, Ebay, ID};

const OPERATION: &str = "read_back";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fulfilled {
    fulfillments: Many<Fulfillment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Fulfillment {
    fulfillment_id: Text,
    shipment_tracking_number: Text,
    shipping_carrier_code: Text,
}

#[async_trait]
impl ReadsBack for Ebay {
    async fn packages(
        &self,
        call: &Call<'_>,
        order: &str,
        _marketplace: Option<&str>,
    ) -> Result<Vec<Shown>> {
        let outgoing = Outgoing::new(Method::GET, OPERATION, API, ORDERS)
            .segment(order)
            .segment(FULFILLMENTS)
            .class(Class::Track);
        let response = call.send(outgoing).await?;
        let fulfilled: Fulfilled = read_json(&ID, OPERATION, &response)?;
        Ok(fulfilled
            .fulfillments
            .iter()
            .map(Fulfillment::shown)
            .collect())
    }
}

impl Fulfillment {
    /// eBay does not say whether it follows a number: one that it shows is all that can be known.
    fn shown(&self) -> Shown {
        Shown {
            package: None,
            handle: self.fulfillment_id.owned(),
            number: self.shipment_tracking_number.owned(),
            carrier: self.shipping_carrier_code.owned(),
            recognition: Recognition::Followed,
            said: None,
        }
    }
}
