//! Finding a purchase again, by the reference it was bought under.

use std::collections::BTreeMap;

use parcelgate_carrier::{Call, Kind, Outgoing, Response, Result};
use parcelgate_domain::{Reference, Shipment, ShippedParcel, TrackingNumber};
use serde_json::json;

use crate::track::result::{TrackResult, results};
use crate::{Fedex, TRANSACTION_ID, error};

const OPERATION: &str = "find";

impl Fedex {
    pub(super) async fn look_up(
        &self,
        call: &Call<'_>,
        reference: &Reference,
    ) -> Result<Option<Shipment>> {
        let answer = call.send(self.encode_reference(reference)?).await;
        match answer.and_then(|response| decode(reference, &response)) {
            Err(error) if error.code.as_deref().is_some_and(is_no_such_reference) => Ok(None),
            other => other,
        }
    }

    /// Of any kind of reference: Express keeps a customer's reference as the shipper's, Ground as
    /// the customer's (reference guide, mock tracking numbers), and ours is like no other. FedEx
    /// looks 30 days back by itself, which is long enough for a purchase that is in doubt.
    fn encode_reference(&self, reference: &Reference) -> Result<Outgoing> {
        let body = json!({
            "referencesInformation": {
                "value": reference.as_str(),
                "accountNumber": self.account.account_number,
            },
            "includeDetailedScans": false,
        });
        self.tracking_request(OPERATION, "/track/v1/referencenumbers")
            .header(TRANSACTION_ID, reference.as_str())
            .json(&crate::ID, &body)
    }
}

/// Nothing but tracking's own word proves that nothing was bought: "not found" is also what is said
/// of an interface that has moved.
fn is_no_such_reference(code: &str) -> bool {
    code.starts_with("TRACKING.") && code.ends_with(".NOTFOUND")
}

/// The boxes under a reference; none when there are none, or all are voided.
fn decode(reference: &Reference, response: &Response) -> Result<Option<Shipment>> {
    let found = results(OPERATION, response)?;
    if found.is_empty() {
        // An answer about nothing proves nothing.
        return Err(error(Kind::Malformed, OPERATION));
    }
    let mut alive: BTreeMap<TrackingNumber, TrackResult> = BTreeMap::new();
    for result in found {
        if let Some(refusal) = result.refusal(OPERATION) {
            return Err(refusal);
        }
        let number = result
            .number()
            .ok_or_else(|| error(Kind::Malformed, OPERATION))?;
        if !result.is_cancelled() {
            alive.insert(number, result);
        }
    }
    let mut boxes: Vec<(TrackingNumber, TrackResult)> = alive.into_iter().collect();
    boxes.sort_by_key(|(_, result)| result.sequence());
    let Some((number, first)) = boxes.first() else {
        return Ok(None);
    };
    if boxes.len() < first.pieces() {
        // Some of its boxes are indexed and some are not yet.
        return Err(error(Kind::Unavailable, OPERATION).said("", "not all pieces are known yet"));
    }
    let master = first.master_number().unwrap_or_else(|| number.clone());
    Ok(Some(Shipment {
        reference: reference.clone(),
        carrier_number: master.as_str().to_owned(),
        service: first.service(),
        charged: None,
        parcels: boxes.iter().map(|(number, _)| unlabelled(number)).collect(),
    }))
}

fn unlabelled(number: &TrackingNumber) -> ShippedParcel {
    ShippedParcel {
        tracking_number: number.clone(),
        last_mile_number: None,
        label: None,
    }
}

#[cfg(test)]
mod tests;
