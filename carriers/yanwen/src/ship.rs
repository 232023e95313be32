//! Labels: order, look up, fetch the paper, cancel.

use async_trait::async_trait;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{Call, Class, Kind, Order, Response, Result, Shipping, paper};
use parcelgate_domain::{
    Label, LabelFormat, Reference, Service, ServiceCode, Shipment, ShippedParcel, TrackingNumber,
    Violations,
};
use serde::Deserialize;
use serde_json::json;

use crate::codes::WaybillState;
use crate::gateway::{self, failed};
use crate::{Yanwen, check, declare};

pub(crate) const BUY: &str = "buy";
pub(crate) const LABEL: &str = "label";
const FIND: &str = "find";
const VOID: &str = "void";

#[async_trait]
impl Shipping for Yanwen {
    fn check(&self, order: &Order) -> Violations {
        check::check(order)
    }

    /// Two requests: the order, which costs money, and its label, which may fail and be fetched
    /// again.
    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let body = declare::encode(&self.account, order)
            .map_err(|found| failed(Kind::Invalid, BUY).at(found))?;
        let request = gateway::request(&self.account, BUY, "express.order.create", &body)?
            .class(Class::Ship)
            .only_if_unsent();
        let mut shipment = self.created(order, &call.send(request).await?)?;
        // The order stands whatever becomes of its paper.
        let label = self.paper(call, &shipment.carrier_number).await.ok();
        for parcel in &mut shipment.parcels {
            parcel.label.clone_from(&label);
        }
        Ok(shipment)
    }

    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        let body = json!({"listNumber": [reference.as_str()]});
        let method = "express.order.getlist";
        let request = gateway::request(&self.account, FIND, method, &body)?;
        match call.send(request).await {
            Ok(response) => self.found(reference, &response),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn label(&self, call: &Call<'_>, shipment: &Shipment) -> Result<Vec<Label>> {
        Ok(vec![self.paper(call, &shipment.carrier_number).await?])
    }

    /// Cancels, then looks: the answer to the cancellation says nothing of a waybill that was
    /// cancelled before, and an accepted one may take a while to show.
    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        let number = shipment.carrier_number.as_str();
        // Some products want a reason.
        let body = json!({"waybillNumber": number, "note": "Cancelled by the sender"});
        let request = gateway::request(&self.account, VOID, "express.order.cancel", &body)?;
        let refusal = match call.send(request).await {
            Ok(_) => None,
            Err(error) if matches!(error.kind, Kind::Refused | Kind::NotFound) => Some(error),
            Err(error) => return Err(error),
        };
        match (refusal, self.state(call, number).await) {
            (_, Ok(WaybillState::Cancelled)) | (None, Ok(WaybillState::Announced)) => Ok(()),
            (None, Ok(WaybillState::UnderWay)) => {
                let text = "the waybill is under way in spite of its cancellation";
                Err(failed(Kind::Refused, VOID).said("", text))
            }
            // Cancelled, as far as anybody knows: a second void finds out.
            (None, Err(error)) => Err(error.after_acceptance()),
            (Some(refusal), _) => Err(refusal),
        }
    }
}

/// A waybill, as creation and look-up tell it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Waybill {
    waybill_number: Text,
    order_number: Text,
    reference_number: Text,
    channel_id: Text,
    channel_name: Text,
    status: Text,
}

/// What an answer is that names a number nobody asked for.
const OTHER: &str = "the answer is about another order";

impl Yanwen {
    fn created(&self, order: &Order, response: &Response) -> Result<Shipment> {
        let waybill: Waybill = gateway::data(BUY, response)?;
        let ours = waybill.order_number.get();
        if ours.is_some_and(|number| number != order.reference.as_str()) {
            return Err(failed(Kind::Malformed, BUY).said("", OTHER));
        }
        self.shipment(BUY, &order.reference, order.service.clone(), &waybill)
    }

    /// The one live waybill under `reference`. What was cancelled is not a purchase; what cannot be
    /// read is no proof that there is none.
    fn found(&self, reference: &Reference, response: &Response) -> Result<Option<Shipment>> {
        let waybills: Many<Waybill> = gateway::data(FIND, response)?;
        if waybills.unreadable() > 0 {
            return Err(failed(Kind::Malformed, FIND));
        }
        let ours = |waybill: &Waybill| *waybill.order_number == *reference.as_str();
        if !waybills.iter().all(ours) {
            return Err(failed(Kind::Malformed, FIND).said("", OTHER));
        }
        let live = waybills
            .iter()
            .find(|waybill| waybill.state() != WaybillState::Cancelled);
        live.map(|waybill| {
            let code = ServiceCode::new(waybill.channel_id.as_str());
            self.shipment(FIND, reference, code, waybill)
        })
        .transpose()
    }

    fn shipment(
        &self,
        operation: &'static str,
        reference: &Reference,
        code: ServiceCode,
        waybill: &Waybill,
    ) -> Result<Shipment> {
        let tracking_number: TrackingNumber = waybill
            .waybill_number
            .parse()
            .map_err(|error| failed(Kind::Malformed, operation).because(error))?;
        let known = self.prices.channel_name(code.as_str());
        let name = waybill.channel_name.get().or(known);
        let last_mile_number = waybill.reference_number.parse().ok();
        Ok(Shipment {
            reference: reference.clone(),
            carrier_number: waybill.waybill_number.to_string(),
            service: Service {
                name: name.unwrap_or(code.as_str()).to_owned(),
                code,
            },
            charged: None,
            parcels: vec![ShippedParcel {
                last_mile_number: last_mile_number.filter(|number| *number != tracking_number),
                tracking_number,
                label: None,
            }],
        })
    }

    async fn paper(&self, call: &Call<'_>, waybill_number: &str) -> Result<Label> {
        let body = json!({"waybillNumber": waybill_number});
        let request = gateway::request(&self.account, LABEL, "express.order.label.get", &body)?;
        label(waybill_number, &call.send(request).await?)
    }

    async fn state(&self, call: &Call<'_>, waybill_number: &str) -> Result<WaybillState> {
        let body = json!({"waybillNumber": waybill_number});
        let request = gateway::request(&self.account, VOID, "express.order.get", &body)?;
        let waybill: Waybill = gateway::data(VOID, &call.send(request).await?)?;
        Ok(waybill.state())
    }
}

impl Waybill {
    fn state(&self) -> WaybillState {
        WaybillState::of(&self.status)
    }
}

fn label(waybill_number: &str, response: &Response) -> Result<Label> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Made {
        waybill_number: Text,
        base64_string: Text,
    }
    let malformed = |text: &str| failed(Kind::Malformed, LABEL).said("", text);
    let made: Made = gateway::data(LABEL, response)?;
    let named = made.waybill_number.get();
    if named.is_some_and(|number| number != waybill_number) {
        return Err(malformed("the label of another waybill"));
    }
    paper::label(LabelFormat::Pdf, &made.base64_string)
        .ok_or_else(|| malformed("the label is no PDF"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::account::tests::account;
    use crate::declare::tests::order;

    fn yanwen() -> Yanwen {
        crate::connect(account()).unwrap()
    }

    fn answer(body: &str) -> Response {
        Response::new(Bytes::from(body.to_owned()))
    }

    #[test]
    fn a_waybill_becomes_a_shipment() {
        let body = r#"{"data":{"waybillNumber":"UH204417367YP","orderNumber":"PG01TESTREFERENCE",
            "referenceNumber":"","yanwenOrderNumber":"70000001"}}"#;
        let shipment = yanwen().created(&order(), &answer(body)).unwrap();
        assert_eq!(shipment.carrier_number, "UH204417367YP");
        assert_eq!(shipment.parcels.len(), 1);
        assert_eq!(shipment.parcels[0].last_mile_number, None);
        assert_eq!(shipment.parcels[0].label, None);
    }

    #[test]
    fn an_order_without_a_waybill_or_of_somebody_else_is_in_doubt() {
        for body in [
            r#"{"data":null}"#,
            r#"{"data":{}}"#,
            r#"{"data":{"waybillNumber":""}}"#,
            r#"{"data":{"waybillNumber":"UH204417367YP","orderNumber":"OTHER"}}"#,
        ] {
            let error = yanwen().created(&order(), &answer(body)).unwrap_err();
            assert!(error.kind.in_doubt(), "{body}");
        }
    }

    #[test]
    fn only_a_live_waybill_under_the_reference_is_found() {
        let find = |rows: &str| {
            let body = format!(r#"{{"data":{rows}}}"#);
            yanwen().found(&order().reference, &answer(&body))
        };
        let row = |order: &str, waybill: &str, status: u8| {
            format!(
                r#"{{"orderNumber":"{order}","waybillNumber":"{waybill}","status":{status},
                "channelId":481,"channelName":"普货","referenceNumber":"9200190000000000000017"}}"#
            )
        };
        let cancelled = row("PG01TESTREFERENCE", "UH204417353YP", 5);
        let other = row("PG01OTHER", "UH204417375YP", 0);
        let live = row("PG01TESTREFERENCE", "UH204417367YP", 0);
        let found = find(&format!("[{cancelled},{live}]")).unwrap().unwrap();
        assert_eq!(found.carrier_number, "UH204417367YP");
        assert_eq!(
            (found.service.code.as_str(), found.service.name.as_str()),
            ("481", "普货")
        );
        assert!(found.parcels[0].last_mile_number.is_some());
        for none in ["[]", "null", &format!("[{cancelled}]")] {
            assert_eq!(find(none).unwrap(), None, "{none}");
        }
        let nameless = r#"[{"orderNumber":"PG01TESTREFERENCE"}]"#;
        for unclear in ["[{}]", "[7]", nameless, "{}", &format!("[{other}]")] {
            assert_eq!(
                find(unclear).unwrap_err().kind,
                Kind::Malformed,
                "{unclear}"
            );
        }
    }

    #[test]
    fn a_label_is_a_pdf_of_the_right_waybill() {
        let read = |number: &str, text: &str| {
            let body =
                format!(r#"{{"data":{{"waybillNumber":"{number}","base64String":"{text}"}}}}"#);
            label("UH204417367YP", &answer(&body))
        };
        let pdf = "JVBERi0xLjQKJSVFT0YK";
        assert_eq!(
            read("UH204417367YP", pdf).unwrap().bytes,
            b"%PDF-1.4\n%%EOF\n"
        );
        for (number, text) in [
            ("UH204417375YP", pdf),
            ("UH204417367YP", "bm90IGEgUERG"),
            ("UH204417367YP", "%%%"),
            ("UH204417367YP", ""),
        ] {
            assert_eq!(
                read(number, text).unwrap_err().kind,
                Kind::Malformed,
                "{text}"
            );
        }
    }
}
