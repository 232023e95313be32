//! Labels: domestic and international labels v3, with the way back among them.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::Text;
use parcelgate_carrier::{
    Call, Class, Kind, Order, Outgoing, Result, Returns, Shipping, read_json,
};
use parcelgate_domain::{Label, LabelFormat, Reference, Shipment, Violations};
use serde::Deserialize;
use serde_json::json;

use crate::codes::Way;
use crate::order::{self, Body};
use crate::reply::{JSON, Reply};
use crate::{Usps, auth, error, key, services};

/// The label was voided before (160186).
const ALREADY_CANCELED: &str = "160186";
/// A voided label, or one whose postage is asked back, has no reprint (160379, 160380).
const VOIDED: [&str; 2] = ["160379", "160380"];

#[async_trait]
impl Shipping for Usps {
    fn check(&self, order: &Order) -> Violations {
        order::check(order).err().unwrap_or_default()
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        self.sell(call, order).await
    }

    /// By printing it again under its key, which USPS does three times at most and until the
    /// mailing date: nothing else tells what was sold.
    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        for desk in [&HOME, &ABROAD] {
            let outgoing = labels(Method::POST, "find", desk.reprint);
            let outgoing = outgoing.header(key::HEADER, &key::of(reference));
            match call.send(self.reprint(outgoing)?).await {
                Ok(response) => {
                    let reply = Reply::of("find", &response)?;
                    let shipment = reply.shipment(reference, None, FORMAT);
                    return shipment
                        .map(Some)
                        .ok_or_else(|| error(Kind::Malformed, "find"));
                }
                Err(error) if error.kind == Kind::NotFound => {}
                Err(error) if error.code.as_deref().is_some_and(|it| VOIDED.contains(&it)) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn label(&self, call: &Call<'_>, shipment: &Shipment) -> Result<Vec<Label>> {
        let desk = Desk::of(&shipment.carrier_number);
        let outgoing = labels(Method::POST, "label", desk.reprint);
        let outgoing = outgoing.segment(&shipment.carrier_number);
        let response = call.send(self.reprint(outgoing)?).await?;
        let label = Reply::of("label", &response)?.label(FORMAT);
        label
            .map(|label| vec![label])
            .ok_or_else(|| error(Kind::Malformed, "label"))
    }

    /// By its number, or by its key where there is none. Once USPS has the data of a label this
    /// asks for the postage back, which counts as void.
    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        let number = shipment.carrier_number.as_str();
        let desk = Desk::of(number);
        let outgoing = labels(Method::DELETE, "void", desk.label);
        let outgoing = if number.is_empty() {
            outgoing.header(key::HEADER, &key::of(&shipment.reference))
        } else {
            outgoing.segment(number)
        };
        let response = match call.send(outgoing).await {
            Err(error) if error.code.as_deref() == Some(ALREADY_CANCELED) => return Ok(()),
            answer => answer?,
        };
        let answer: Cancelled = read_json(&crate::ID, "void", &response)?;
        match answer.status.as_str() {
            "CANCELED" | "DISPUTED" => Ok(()),
            _ => Err(error(Kind::Malformed, "void")),
        }
    }
}

#[async_trait]
impl Returns for Usps {
    fn check(&self, order: &Order) -> Violations {
        order::check(order).err().unwrap_or_default()
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        self.sell(call, order).await
    }
}

impl Usps {
    /// Sells whatever way it goes. The same key with the same order brings the same label.
    async fn sell(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let checked = match order::check(order) {
            Ok(checked) => checked,
            Err(found) => return Err(error(Kind::Invalid, "buy").at(found)),
        };
        let path = match checked.product.way {
            Way::Domestic => HOME.label,
            Way::Return => "/labels/v3/return-label",
            Way::Abroad => ABROAD.label,
        };
        let outgoing = labels(Method::POST, "buy", path)
            .header("accept", JSON)
            .header(key::HEADER, &key::of(&order.reference))
            .class(Class::Ship)
            .only_if_unsent()
            .json(&crate::ID, &Body::of(&checked, &self.account))?;
        let response = call.send(outgoing).await?;
        let reply = Reply::of("buy", &response)?;
        let service = services::named(order.service.as_str());
        let shipment = reply.shipment(&order.reference, Some(service), order.label_format);
        shipment.ok_or_else(|| error(Kind::Malformed, "buy"))
    }

    fn reprint(&self, outgoing: Outgoing) -> Result<Outgoing> {
        let image = order::image(FORMAT, &self.account, None);
        let outgoing = outgoing.header("accept", JSON);
        outgoing.json(&crate::ID, &json!({ "imageInfo": image }))
    }
}

/// In which form labels are printed again.
const FORMAT: LabelFormat = LabelFormat::Pdf;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cancelled {
    status: Text,
}

/// Domestic labels and those abroad have interfaces of their own.
struct Desk {
    label: &'static str,
    reprint: &'static str,
}

const HOME: Desk = Desk {
    label: "/labels/v3/label",
    reprint: "/labels/v3/label-reprint",
};
const ABROAD: Desk = Desk {
    label: "/international-labels/v3/international-label",
    reprint: "/international-labels/v3/international-label-reprint",
};

fn labels(method: Method, operation: &'static str, path: &str) -> Outgoing {
    Outgoing::new(method, operation, auth::LABELS, path)
}

impl Desk {
    /// A number abroad has letters at both ends (`EZ000012162US`), a domestic one none.
    fn of(number: &str) -> &'static Self {
        if number.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            &ABROAD
        } else {
            &HOME
        }
    }
}
