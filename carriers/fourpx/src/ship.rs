//! Orders: place, look up, fetch the paper, cancel.

use async_trait::async_trait;
use parcelgate_carrier::json::{Text, Unread};
use parcelgate_carrier::{Call, Class, Kind, Order, Response, Result, Shipping};
use parcelgate_domain::{
    Label, Reference, ServiceCode, Shipment, ShippedParcel, TrackingNumber, Violations,
};
use serde::Deserialize;

use crate::dialect::{IN_PROCESSING, is_pending};
use crate::gateway::{self, CANCEL, CREATE, GET, failed, texts};
use crate::{FourPx, check, codes, declare};

pub(crate) const BUY: &str = "buy";
pub(crate) const FIND: &str = "find";
const VOID: &str = "void";

/// How often an order that is being worked on is looked for before its buyer is told so. The
/// account's quota keeps these apart; whoever settles the doubt later has more time.
const LOOKS_MAX: usize = 3;

#[async_trait]
impl Shipping for FourPx {
    fn check(&self, order: &Order) -> Violations {
        check::check(&self.account, order)
    }

    /// The order, which costs money, then the link to its label and the label, which may fail and
    /// be fetched again. An order that 4PX is still working on is looked for, never placed again.
    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let body = declare::encode(&self.account, order)
            .map_err(|found| failed(Kind::Invalid, BUY).at(found))?;
        let request = gateway::request(&self.account, BUY, CREATE, &body)?
            .class(Class::Ship)
            .only_if_unsent();
        let response = call.send(request).await?;
        let mut shipment = if is_pending(&response) {
            self.awaited(call, &order.reference).await?
        } else {
            self.created(order, &response)?
        };
        shipment.service = self.product(order.service.clone());
        // The order stands whatever becomes of its paper.
        let label = self.paper(call, &shipment.carrier_number).await.ok();
        for parcel in &mut shipment.parcels {
            parcel.label.clone_from(&label);
        }
        Ok(shipment)
    }

    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        match self.orders(call, FIND, reference.as_str()).await {
            Ok(orders) => self.found(reference, &orders),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn label(&self, call: &Call<'_>, shipment: &Shipment) -> Result<Vec<Label>> {
        Ok(vec![self.paper(call, &shipment.carrier_number).await?])
    }

    /// Cancels. A refusal is followed by a look, for what is cancelled cannot be cancelled again.
    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        let number = shipment.carrier_number.as_str();
        let reason = Some("Cancelled by the sender");
        let body = texts([("request_no", Some(number)), ("cancel_reason", reason)]);
        let request = gateway::request(&self.account, VOID, CANCEL, &body)?;
        let refusal = match call.send(request).await {
            Ok(_) => return Ok(()),
            Err(error) if matches!(error.kind, Kind::Refused | Kind::NotFound) => error,
            Err(error) => return Err(error),
        };
        let orders = self.orders(call, VOID, number).await.unwrap_or_default();
        let same = |order: &&Consignment| order.tracking_no.get() == Some(number);
        if orders
            .iter()
            .find(same)
            .is_some_and(Consignment::is_cancelled)
        {
            Ok(())
        } else {
            Err(refusal)
        }
    }
}

/// An order, as creation and look-up tell it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Consignment {
    #[serde(rename = "4px_tracking_no")]
    tracking_no: Text,
    ref_no: Text,
    /// The number of the last mile, empty until it is allotted.
    logistics_channel_no: Text,
    logistics_product_code: Text,
    logistics_product_name: Text,
    consignment_status: Text,
}

impl Consignment {
    fn is_cancelled(&self) -> bool {
        codes::is_cancelled(self.consignment_status.get())
    }
}

/// What an answer is that names a number nobody asked for.
const OTHER: &str = "the answer is about another order";

impl FourPx {
    async fn awaited(&self, call: &Call<'_>, reference: &Reference) -> Result<Shipment> {
        for _ in 0..LOOKS_MAX {
            match self.find(call, reference).await {
                Ok(Some(shipment)) => return Ok(shipment),
                Ok(None) => {}
                // After an order was taken, "not found" is a doubt like any other.
                Err(error) if error.kind == Kind::OutcomeUnknown => {}
                Err(error) => return Err(error),
            }
        }
        let text = "4PX is still working on the order";
        Err(failed(Kind::OutcomeUnknown, BUY).said(IN_PROCESSING, text))
    }

    fn created(&self, order: &Order, response: &Response) -> Result<Shipment> {
        let made: Consignment = gateway::data(BUY, response)?;
        let ours = made.ref_no.get();
        if ours.is_some_and(|number| number != order.reference.as_str()) {
            return Err(failed(Kind::Malformed, BUY).said("", OTHER));
        }
        self.shipment(BUY, &order.reference, &made)
    }

    /// The orders under a number: the platform's, or our reference. What cannot be read is no proof
    /// that there is none.
    async fn orders(
        &self,
        call: &Call<'_>,
        operation: &'static str,
        request_no: &str,
    ) -> Result<Vec<Consignment>> {
        let ask = texts([("request_no", Some(request_no))]);
        let request = gateway::request(&self.account, operation, GET, &ask)?;
        orders(operation, &call.send(request).await?)
    }

    /// The one live order under `reference`. What was cancelled is not a purchase.
    fn found(&self, reference: &Reference, orders: &[Consignment]) -> Result<Option<Shipment>> {
        let asked = Some(reference.as_str());
        if orders.iter().any(|order| order.ref_no.get() != asked) {
            return Err(failed(Kind::Malformed, FIND).said("", OTHER));
        }
        let live = orders.iter().find(|order| !order.is_cancelled());
        live.map(|order| self.shipment(FIND, reference, order))
            .transpose()
    }

    fn shipment(
        &self,
        operation: &'static str,
        reference: &Reference,
        order: &Consignment,
    ) -> Result<Shipment> {
        let number = order.tracking_no.as_str();
        let tracking_number: TrackingNumber = number
            .parse()
            .map_err(|error| failed(Kind::Malformed, operation).because(error))?;
        let code = ServiceCode::new(order.logistics_product_code.as_str());
        let mut service = self.product(code);
        if let Some(name) = order.logistics_product_name.get() {
            name.clone_into(&mut service.name);
        }
        let last_mile = order.logistics_channel_no.get();
        Ok(Shipment {
            reference: reference.clone(),
            carrier_number: number.to_owned(),
            service,
            charged: None,
            parcels: vec![ShippedParcel {
                last_mile_number: last_mile
                    .and_then(|text| text.parse().ok())
                    .filter(|number| *number != tracking_number),
                tracking_number,
                label: None,
            }],
        })
    }
}

fn orders(operation: &'static str, response: &Response) -> Result<Vec<Consignment>> {
    #[derive(Deserialize)]
    struct Row {
        consignment_info: Consignment,
    }
    let rows: Option<Vec<Unread>> = gateway::data(operation, response)?;
    let rows = rows.unwrap_or_default();
    let rows = rows
        .iter()
        .map(|raw| serde_json::from_str::<Row>(raw.get()));
    let orders = rows.map(|row| row.map(|row| row.consignment_info));
    orders
        .collect::<Result<_, _>>()
        .map_err(|error| failed(Kind::Malformed, operation).because(error))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::account::tests::account;
    use crate::declare::tests::order;

    fn fourpx() -> FourPx {
        crate::connect(account()).unwrap()
    }

    fn answer(body: &str) -> Response {
        Response::new(Bytes::from(body.to_owned()))
    }

    #[test]
    fn an_order_becomes_a_shipment() {
        let body = r#"{"data":{"ds_consignment_no":"DS800900010807","label_barcode":"",
            "4px_tracking_no":"4PX3001291278502CN","ref_no":"PG01TESTREFERENCE",
            "logistics_channel_no":""}}"#;
        let shipment = fourpx().created(&order(), &answer(body)).unwrap();
        assert_eq!(shipment.carrier_number, "4PX3001291278502CN");
        assert_eq!(shipment.parcels.len(), 1);
        assert_eq!(shipment.parcels[0].last_mile_number, None);
    }

    #[test]
    fn an_order_without_a_number_or_of_somebody_else_is_in_doubt() {
        for body in [
            "{}",
            r#"{"data":null}"#,
            r#"{"data":{}}"#,
            r#"{"data":{"4px_tracking_no":""}}"#,
            r#"{"data":{"4px_tracking_no":"4PX3001291278502CN","ref_no":"OTHER"}}"#,
        ] {
            let error = fourpx().created(&order(), &answer(body)).unwrap_err();
            assert!(error.kind.in_doubt(), "{body}");
        }
    }

    #[test]
    fn only_a_live_order_under_the_reference_is_found() {
        let find = |rows: &str| {
            let body = format!(r#"{{"result":"1","data":{rows}}}"#);
            let orders = orders(FIND, &answer(&body))?;
            fourpx().found(&order().reference, &orders)
        };
        let row = |reference: &str, number: &str, status: &str| {
            format!(
                r#"{{"consignment_info":{{"4px_tracking_no":"{number}","ref_no":"{reference}",
                "consignment_status":"{status}","logistics_product_code":"VN",
                "logistics_product_name":"合伙人产品4经济-带电",
                "logistics_channel_no":"420766679365559903506222909294"}}}}"#
            )
        };
        let cancelled = row("PG01TESTREFERENCE", "305646756838", "X");
        let other = row("PG01OTHER", "305646756839", "P");
        let live = row("PG01TESTREFERENCE", "305646756837", "P");
        let found = find(&format!("[{cancelled},{live}]")).unwrap().unwrap();
        assert_eq!(found.carrier_number, "305646756837");
        assert_eq!(found.service.name, "合伙人产品4经济-带电");
        assert!(found.parcels[0].last_mile_number.is_some());
        for none in ["[]", "null", r#""""#, &format!("[{cancelled}]")] {
            assert_eq!(find(none).unwrap(), None, "{none}");
        }
        let nameless = r#"[{"consignment_info":{"ref_no":"PG01TESTREFERENCE"}}]"#;
        for unclear in ["[{}]", "[7]", nameless, "{}", &format!("[{other}]")] {
            let error = find(unclear).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed, "{unclear}");
        }
    }
}
