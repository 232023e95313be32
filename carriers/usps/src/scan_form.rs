//! SCAN forms v3: one barcode with which USPS accepts all parcels of a hand-over at once.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::paper;
use parcelgate_carrier::{
    Call, Class, Kind, LeftOut, Locality, Manifest, ManifestOrder, Manifests, Outgoing, Result,
};
use parcelgate_domain::{DocumentKind, TrackingNumber, Violations};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::party::{self, HOME};
use crate::reply::{JSON, Reply};
use crate::{Usps, auth, error};

const OPERATION: &str = "close";
/// How many labels one form takes.
const NUMBERS_MAX: usize = 40_000;

#[async_trait]
impl Manifests for Usps {
    async fn close(&self, call: &Call<'_>, order: &ManifestOrder) -> Result<Manifest> {
        let body = body(order).map_err(|found| error(Kind::Invalid, OPERATION).at(found))?;
        let outgoing = Outgoing::new(
            Method::POST,
            OPERATION,
            auth::API,
            "/scan-forms/v3/scan-form",
        )
        .header("accept", JSON)
        .class(Class::Manage)
        .only_if_unsent()
        .json(&crate::ID, &body)?;
        let response = call.send(outgoing).await?;
        let reply = Reply::of(OPERATION, &response)?;
        let form: Option<Form> = reply.told();
        let form = form.ok_or_else(|| error(Kind::Malformed, OPERATION))?;
        let number = form.manifest_number.owned();
        Ok(Manifest {
            number: number.ok_or_else(|| error(Kind::Malformed, OPERATION))?,
            documents: paper::document(DocumentKind::Manifest, reply.image())
                .into_iter()
                .collect(),
            left_out: form.left_out(order),
        })
    }
}

/// The request for a form, or why there cannot be one.
fn body(order: &ManifestOrder) -> Result<Value, Violations> {
    let mut found = Violations::new();
    party::origin(order.from.country, &mut found);
    let numbers: Vec<&str> = numbers(order).map(TrackingNumber::as_str).collect();
    if !(1..=NUMBERS_MAX).contains(&numbers.len()) {
        let allowed = format!("1 to {NUMBERS_MAX} parcels");
        found.refuse("shipments", numbers.len(), allowed);
    }
    let fitted = HOME.fit(&order.from, "from");
    let fitted = fitted.map_err(|wrong| found.append(wrong)).ok();
    let from = fitted.map(|fitted| {
        party::object(
            party::names(&fitted, false)
                .into_iter()
                .chain(party::place(&fitted)),
        )
    });
    let zip = party::zip_of(&Locality::from(&order.from), "from", &mut found);
    found.none_or(json!({
        "imageInfo": { "imageType": "PDF", "labelType": "8.5X11LABEL" },
        "mailingDate": order.date.to_string(),
        // Labels of other days are handed over on this one too.
        "overwriteMailingDate": true,
        "entryFacilityZIPCode": zip,
        "destinationEntryFacilityType": "NONE",
        "shipment": { "trackingNumbers": numbers },
        "fromAddress": from,
    }))
}

fn numbers(order: &ManifestOrder) -> impl Iterator<Item = &TrackingNumber> {
    let parcels = order
        .shipments
        .iter()
        .flat_map(|shipment| &shipment.parcels);
    parcels.map(|parcel| &parcel.tracking_number)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Form {
    manifest_number: Text,
    tracking_numbers: Many<Text>,
}

impl Form {
    /// Whatever was asked for and is not on the form. A form that lists nothing holds everything.
    fn left_out(&self, order: &ManifestOrder) -> Vec<LeftOut> {
        let listed = |number: &TrackingNumber| {
            let mut listed = self.tracking_numbers.iter();
            listed.any(|text| text.parse::<TrackingNumber>().is_ok_and(|it| it == *number))
        };
        let missing = numbers(order).filter(|number| !listed(number));
        let left_out = missing.map(|number| LeftOut {
            number: number.clone(),
            code: String::new(),
            text: String::new(),
        });
        let known = !self.tracking_numbers.is_empty();
        left_out.filter(|_| known).collect()
    }
}
