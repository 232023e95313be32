//! Closing shipments before DHL closes the day by itself.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::Many;
use parcelgate_carrier::{
    Call, Kind, LeftOut, Manifest, ManifestOrder, Manifests, Outgoing, Result, read_json,
};
use parcelgate_domain::{Document, DocumentKind, Violations};
use serde::Deserialize;

use super::Paket;
use super::answer::{self, Item, Paper};
use crate::object::Object;
use crate::{ID, auth, error};

const OPERATION: &str = "close";
const PATH: &str = "/parcel/de/shipping/v2/manifests";
const SHIPMENTS_MAX: usize = 30;

#[derive(Deserialize)]
struct Day {
    manifest: Many<Paper>,
}

#[async_trait]
impl Manifests for Paket {
    /// The paper that comes lists all of the customer's shipments of the day.
    async fn close(&self, call: &Call<'_>, order: &ManifestOrder) -> Result<Manifest> {
        let count = order.shipments.len();
        if !(1..=SHIPMENTS_MAX).contains(&count) {
            let mut found = Violations::new();
            let allowed = format!("1 to {SHIPMENTS_MAX} shipments at once");
            found.refuse("shipments", count, allowed);
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        let numbers = order.shipments.iter();
        let numbers = numbers.map(|one| one.carrier_number.as_str());
        let body = Object::new()
            .put("profile", self.account.profile.as_str())
            .put("shipmentNumbers", numbers.collect::<Vec<_>>());
        let outgoing = Outgoing::new(Method::POST, OPERATION, auth::PARCEL, PATH)
            .only_if_unsent()
            .json(&ID, &body)?;
        let closed = answer::read(OPERATION, &call.send(outgoing).await?)?;
        if closed.items.is_empty() {
            return Err(error(Kind::Malformed, OPERATION));
        }
        let documents = paper(call).await?;
        Ok(Manifest {
            number: String::new(),
            documents,
            left_out: closed.items.iter().filter_map(left_out).collect(),
        })
    }
}

fn left_out(item: &Item) -> Option<LeftOut> {
    let (code, text) = item.refusal()?;
    Some(LeftOut {
        number: item.number()?,
        code,
        text,
    })
}

/// The manifest of today, on which whatever is closed by hand stands, for whatever day it was
/// meant.
pub(super) fn today(operation: &'static str, papers: &str) -> Outgoing {
    Outgoing::new(Method::GET, operation, auth::PARCEL, PATH).query("includeDocs", papers)
}

async fn paper(call: &Call<'_>) -> Result<Vec<Document>> {
    let response = call.send(today(OPERATION, "include")).await?;
    let day: Day = read_json(&ID, OPERATION, &response)?;
    let papers = day.manifest.iter();
    let papers: Vec<Document> = papers
        .filter_map(|paper| paper.document(DocumentKind::Manifest))
        .collect();
    if papers.is_empty() {
        return Err(error(Kind::Malformed, OPERATION));
    }
    Ok(papers)
}
