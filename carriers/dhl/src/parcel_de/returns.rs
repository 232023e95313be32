//! Labels on which customers within Germany send parcels back.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Loose, Text, filled};
use parcelgate_carrier::{
    Call, Class, Kind, Order, Outgoing, Response, Result, Returns, paper, read_json,
};
use parcelgate_domain::{LabelFormat, Service, Shipment, ShippedParcel, Violations};
use serde::Deserialize;

use super::Paket;
use super::order::grams;
use super::party::{self, FORM, check_house, house};
use crate::object::Object;
use crate::{ID, auth, error};

const BUY: &str = "buy";
/// What a label for the way back is called here; DHL has no product code for it.
pub(super) const SERVICE: &str = "RETOURE";

/// DHL's interface of returns sells and does no more: one that was asked for an outbound shipment
/// would say that there is none, and the label would work on.
pub(super) fn outbound(shipment: &Shipment, operation: &'static str) -> Result<()> {
    if shipment.service.code.as_str() != SERVICE {
        return Ok(());
    }
    let words = "DHL Paket gives a label for the way back once and does not take it back; \
                 it is billed when it is used";
    Err(error(Kind::Unsupported, operation).said("", words))
}

#[async_trait]
impl Returns for Paket {
    fn check(&self, order: &Order) -> Violations {
        check(order)
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let response = call.send(self.encode_return(order)?).await?;
        decode(order, &response)
    }
}

fn check(order: &Order) -> Violations {
    let mut found = party::check(&order.from, "from");
    if order.service.as_str() != SERVICE {
        found.refuse("service", &order.service, SERVICE);
    }
    check_house(&order.from, "from", &mut found);
    if order.from.country.code() != "DE" {
        let allowed = "DE: parcels from elsewhere have receiver ids of their own";
        found.refuse("from.country", order.from.country, allowed);
    }
    if order.parcels.len() != 1 {
        found.refuse("parcels", order.parcels.len(), "one parcel");
    }
    if order.label_format != LabelFormat::Pdf {
        found.refuse("label_format", order.label_format, "pdf");
    }
    found.append(
        order
            .options
            .refused("options", parcelgate_domain::Offered::default()),
    );
    if !order.documents.is_empty() {
        found.require("documents", "none: DHL Paket takes no files");
    }
    found
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Sold {
    shipment_no: Text,
    label: Loose<Paper>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Paper {
    b64: Text,
}

impl Paket {
    /// The warehouse is where the receiver id of the account says, whatever the order does.
    fn encode_return(&self, order: &Order) -> Result<Outgoing> {
        let Some(receiver_id) = self.account.returns_receiver.as_deref() else {
            let words = "this account has no receiver of returns: set returns_receiver";
            return Err(error(Kind::Unsupported, BUY).said("", words));
        };
        let invalid = |found| error(Kind::Invalid, BUY).at(found);
        check(order).none_or(()).map_err(invalid)?;
        let from = FORM.fit(&order.from, "from").map_err(invalid)?;
        let (street, number_of_house) = house(order.from.line(0)).unwrap_or_default();
        let number = order.order_number.as_deref().and_then(filled);
        let number = number.filter(|number| number.chars().count() <= 50);
        let shipper = Object::new()
            .put("name1", from.person())
            .put(
                "name2",
                from.company
                    .as_deref()
                    .filter(|name| *name != from.person()),
            )
            .put("addressStreet", street)
            .put("addressHouse", number_of_house)
            .put("postalCode", from.place.postal_code.clone())
            .put("city", from.place.city.clone());
        let weight = order.parcels.first().map(|parcel| grams(parcel.weight));
        let body = Object::new()
            .put("receiverId", receiver_id)
            .put("customerReference", number)
            .put("shipmentReference", order.reference.as_str())
            .put("shipper", shipper)
            .put("itemWeight", weight);
        Outgoing::new(
            Method::POST,
            BUY,
            auth::PARCEL,
            "/parcel/de/shipping/returns/v1/orders",
        )
        .query("labelType", "SHIPMENT_LABEL")
        .class(Class::Ship)
        .only_if_unsent()
        .json(&ID, &body)
    }
}

fn decode(order: &Order, response: &Response) -> Result<Shipment> {
    let sold: Sold = read_json(&ID, BUY, response)?;
    let number = sold.shipment_no.get().and_then(|text| text.parse().ok());
    let number: parcelgate_domain::TrackingNumber =
        number.ok_or_else(|| error(Kind::Malformed, BUY))?;
    Ok(Shipment {
        reference: order.reference.clone(),
        carrier_number: number.as_str().to_owned(),
        service: Service {
            code: order.service.clone(),
            name: "DHL Retoure".to_owned(),
        },
        charged: None,
        parcels: vec![ShippedParcel {
            tracking_number: number,
            last_mile_number: None,
            label: paper::label(LabelFormat::Pdf, &sold.label.b64),
        }],
    })
}
