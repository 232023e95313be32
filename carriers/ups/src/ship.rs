//! Labels: Shipping v2409, label recovery v1, void v2409.

mod answer;
mod check;
mod forms;
mod order;
mod recovery;
mod void;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{Call, Class, Kind, Order, Outgoing, Result, Shipping};
use parcelgate_domain::{Country, Label, Reference, Shipment, Violations};

use crate::{Ups, error};

#[async_trait]
impl Shipping for Ups {
    fn check(&self, order: &Order) -> Violations {
        check::violations(order)
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let response = call.send(self.encode_order(order)?).await?;
        answer::decode(order, self.account.negotiated_rates, &response)
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

impl Ups {
    fn encode_order(&self, order: &Order) -> Result<Outgoing> {
        let found = check::violations(order);
        if !found.is_empty() {
            return Err(error(Kind::Invalid, "buy").at(found));
        }
        let account = &self.account;
        let body = order::Body::of(order, &account.account_number, account.negotiated_rates);
        self.outgoing(Method::POST, "buy", "/shipments/v2409/ship")
            .header("transid", order.reference.as_str())
            .class(Class::Ship)
            .only_if_unsent()
            .json(&crate::ID, &body)
    }
}

/// Whether goods pass customs on this way. UPS calls the rest qualified domestic: within a country,
/// between the United States and Puerto Rico, within the European Union.
fn passes_customs(from: Country, to: Country) -> bool {
    let pair = (from.code(), to.code());
    !(from == to
        || matches!(pair, ("US", "PR") | ("PR", "US"))
        || (from.is_in_eu() && to.is_in_eu()))
}

/// Whether references stand on each package; on the shipment otherwise.
fn has_references_on_packages(from: Country, to: Country) -> bool {
    from == to && matches!(from.code(), "US" | "PR")
}
