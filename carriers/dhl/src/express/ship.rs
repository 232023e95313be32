//! Labels: bought once, found again by reference, never taken back.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{Call, Class, Kind, Order, Outgoing, Result, Returns, Shipping};
use parcelgate_domain::{Label, Reference, Shipment, Violations};

use super::absences::{NO_REPRINT, NO_VOID};
use super::{MyDhl, order, sold};
use crate::{ID, error};

const BUY: &str = "buy";
const PATH: &str = "/shipments";

#[async_trait]
impl Shipping for MyDhl {
    fn check(&self, order: &Order) -> Violations {
        order::check(order)
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        self.purchase(call, order).await
    }

    async fn rehearse(&self, call: &Call<'_>, order: &Order) -> Result<()> {
        let outgoing = self.encode(order, "rehearse")?;
        call.send(outgoing.query("validateDataOnly", "true"))
            .await?;
        Ok(())
    }

    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        self.look_up(call, reference).await
    }

    async fn label(&self, _: &Call<'_>, _: &Shipment) -> Result<Vec<Label>> {
        Err(error(Kind::Unsupported, "label").said("", NO_REPRINT))
    }

    async fn void(&self, _: &Call<'_>, _: &Shipment) -> Result<()> {
        Err(error(Kind::Unsupported, "void").said("", NO_VOID))
    }
}

#[async_trait]
impl Returns for MyDhl {
    fn check(&self, order: &Order) -> Violations {
        order::check(order)
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        self.purchase(call, order).await
    }
}

impl MyDhl {
    async fn purchase(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let outgoing = self.encode(order, BUY)?;
        let outgoing = outgoing.class(Class::Ship).only_if_unsent();
        sold::decode(order, &call.send(outgoing).await?)
    }

    fn encode(&self, order: &Order, operation: &'static str) -> Result<Outgoing> {
        let body = self.body(order);
        let body = body.map_err(|found| error(Kind::Invalid, operation).at(found))?;
        Self::outgoing(Method::POST, operation, PATH)
            .header("message-reference", order.reference.as_str())
            .json(&ID, &body)
    }
}
