//! Labels, there and back: ship v1, and track v1 for finding what was bought.

mod answer;
mod find;
mod order;
mod void;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::Loose;
use parcelgate_carrier::{Call, Class, Kind, Order, Result, Returns, Shipping};
use parcelgate_domain::{Label, Reference, Shipment, Violations};
use serde_json::{Value, json};

use crate::wire::output;
use crate::{Fedex, TRANSACTION_ID, error};

#[async_trait]
impl Shipping for Fedex {
    fn check(&self, order: &Order) -> Violations {
        self.checked(order).err().unwrap_or_default()
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        self.sell(call, order).await
    }

    /// FedEx looks at one box alone: "supports validation for single piece shipment only"
    /// (description of ship v1). Of several only the check that was made before tells.
    async fn rehearse(&self, call: &Call<'_>, order: &Order) -> Result<()> {
        let checked = self.checked(order);
        let checked = checked.map_err(|found| error(Kind::Invalid, "rehearse").at(found))?;
        if order.parcels.len() > 1 {
            return Ok(());
        }
        let body = self.ordered(&checked, 0, json!({}));
        let path = "/ship/v1/shipments/packages/validate";
        let outgoing = Self::outgoing(Method::POST, "rehearse", path);
        let response = call.send(outgoing.json(&crate::ID, &body)?).await?;
        // What FedEx minds is an error; what it has to say besides stands in alerts.
        output("rehearse", &response).map(|_: Loose<Value>| ())
    }

    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        self.look_up(call, reference).await
    }

    /// FedEx gives a label once, in the answer to the purchase, and has no interface that gives it
    /// again.
    async fn label(&self, _call: &Call<'_>, _shipment: &Shipment) -> Result<Vec<Label>> {
        Err(error(Kind::Unsupported, "label").said("", NO_REPRINT))
    }

    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        self.void_shipment(call, shipment).await
    }
}

#[async_trait]
impl Returns for Fedex {
    fn check(&self, order: &Order) -> Violations {
        self.checked(order).err().unwrap_or_default()
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        self.sell(call, order).await
    }
}

const NO_REPRINT: &str = "FedEx gives a label once, with the purchase, and has no interface to \
                          print it again: void the shipment and buy another";

impl Fedex {
    async fn sell(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        // The bytes of the label in the answer. As an address they would be gone after 24 hours.
        let form = json!({ "labelResponseOptions": "LABEL" });
        let checked = self.checked(order);
        let checked = checked.map_err(|found| error(Kind::Invalid, "buy").at(found))?;
        let body = self.ordered(&checked, 1, form);
        let outgoing = Self::outgoing(Method::POST, "buy", "/ship/v1/shipments")
            .header(TRANSACTION_ID, order.reference.as_str())
            .class(Class::Ship)
            .only_if_unsent()
            .json(&crate::ID, &body)?;
        answer::decode(order, &call.send(outgoing).await?)
    }
}

#[cfg(test)]
pub(crate) mod tests;
