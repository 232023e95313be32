//! Labels, there and back: Shipping v2409, label recovery v1, void v2409.

mod answer;
mod check;
mod forms;
mod order;
mod recovery;
mod void;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{Call, Class, Order, Result, Returns, Shipping, declaration};
use parcelgate_domain::{Country, Label, Reference, Shipment, Violations};

use crate::Ups;

#[async_trait]
impl Shipping for Ups {
    fn check(&self, order: &Order) -> Violations {
        check::fit(order).err().unwrap_or_default()
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        self.sell(call, order).await
    }

    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        self.look_up(call, reference).await
    }

    async fn label(&self, call: &Call<'_>, shipment: &Shipment) -> Result<Vec<Label>> {
        self.recover_labels(call, shipment).await
    }

    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        self.void_shipment(call, shipment).await
    }
}

#[async_trait]
impl Returns for Ups {
    fn check(&self, order: &Order) -> Violations {
        check::fit(order).err().unwrap_or_default()
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        self.sell(call, order).await
    }
}

impl Ups {
    async fn sell(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let parties = check::fit(order).map_err(crate::invalid("buy"))?;
        let body = order::body(order, &parties, &self.account);
        let outgoing = self
            .outgoing(Method::POST, "buy", "/shipments/v2409/ship")
            .header("transid", order.reference.as_str())
            .class(Class::Ship)
            .only_if_unsent()
            .json(&crate::ID, &body)?;
        let response = call.send(outgoing).await?;
        answer::decode(order, self.account.negotiated_rates, &response)
    }
}

/// Whether goods pass customs on this way. UPS calls the rest qualified domestic: within a country,
/// between the United States and Puerto Rico, within the European Union.
fn passes_customs(from: Country, to: Country) -> bool {
    let pair = (from.code(), to.code());
    declaration::passes_customs(from, to) && !matches!(pair, ("US", "PR") | ("PR", "US"))
}
