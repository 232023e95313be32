//! Labels: bought, printed again, and deleted until the day is closed.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{Call, Class, Kind, Order, Outgoing, Result, Shipping};
use parcelgate_domain::{
    Label, LabelFormat, Reference, Service, Shipment, ShippedParcel, Violations,
};

use super::order::doc_format;
use super::returns;
use super::{Paket, answer, order};
use crate::{ID, auth, error};

pub(super) const ORDERS: &str = "/parcel/de/shipping/v2/orders";

#[async_trait]
impl Shipping for Paket {
    fn check(&self, order: &Order) -> Violations {
        order::check(order)
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let outgoing = self.encode(order, "buy")?;
        let outgoing = outgoing.class(Class::Ship).only_if_unsent();
        let response = call.send(outgoing).await?;
        let sold = answer::read("buy", &response)?;
        let unreadable = || error(Kind::Malformed, "buy");
        let item = sold.items.iter().next().ok_or_else(unreadable)?;
        if let Some((code, words)) = item.refusal() {
            return Err(error(Kind::Refused, "buy").said(code, words));
        }
        let number = item.number().ok_or_else(unreadable)?;
        let code = order.service.as_str();
        Ok(Shipment {
            reference: order.reference.clone(),
            carrier_number: number.as_str().to_owned(),
            service: Service {
                code: order.service.clone(),
                name: self.profile.service_name(code).to_owned(),
            },
            charged: None,
            parcels: vec![ShippedParcel {
                tracking_number: number,
                last_mile_number: None,
                label: item.label(order.label_format),
            }],
        })
    }

    async fn rehearse(&self, call: &Call<'_>, order: &Order) -> Result<()> {
        let outgoing = self.encode(order, "rehearse")?;
        call.send(outgoing.query("validate", "true")).await?;
        Ok(())
    }

    async fn find(&self, _: &Call<'_>, _: &Reference) -> Result<Option<Shipment>> {
        let reason = self.profile.absence(parcelgate_carrier::Ability::Find);
        Err(error(Kind::Unsupported, "find").said("", reason.unwrap_or_default()))
    }

    async fn label(&self, call: &Call<'_>, shipment: &Shipment) -> Result<Vec<Label>> {
        returns::outbound(shipment, "label")?;
        let outgoing = self.printed("label", &shipment.carrier_number);
        let found = answer::read("label", &call.send(outgoing).await?)?;
        let labels: Vec<Label> = found
            .items
            .iter()
            .filter_map(|item| item.label(LabelFormat::Pdf))
            .collect();
        if labels.is_empty() {
            return Err(error(Kind::Malformed, "label"));
        }
        Ok(labels)
    }

    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        returns::outbound(shipment, "void")?;
        self.delete(call, shipment).await
    }
}

impl Paket {
    fn encode(&self, order: &Order, operation: &'static str) -> Result<Outgoing> {
        let body = self.body(order);
        let body = body.map_err(|found| error(Kind::Invalid, operation).at(found))?;
        Outgoing::new(Method::POST, operation, auth::PARCEL, ORDERS)
            .query("docFormat", doc_format(order.label_format).unwrap_or("PDF"))
            .query("printFormat", &self.account.print_format)
            .query("includeDocs", "include")
            .json(&ID, &body)
    }

    /// The papers of a shipment that is not closed.
    pub(super) fn printed(&self, operation: &'static str, number: &str) -> Outgoing {
        Outgoing::new(Method::GET, operation, auth::PARCEL, ORDERS)
            .query("shipment", number)
            .query("docFormat", "PDF")
            .query("printFormat", &self.account.print_format)
            .query("includeDocs", "include")
    }
}
