//! Finding a purchase again, by the reference it was bought under.

use std::collections::BTreeMap;

use parcelgate_carrier::{Call, Kind, Outgoing, Response, Result};
use parcelgate_domain::{Reference, Service, ServiceCode, Shipment, ShippedParcel, TrackingNumber};
use serde::Serialize;

use crate::track::result::{TrackResult, results};
use crate::wire::filled;
use crate::{Fedex, TRANSACTION_ID, codes, error};

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
        let body = Body {
            references_information: References {
                value: reference.as_str(),
                account_number: &self.account.account_number,
            },
            include_detailed_scans: false,
        };
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    references_information: References<'a>,
    include_detailed_scans: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct References<'a> {
    value: &'a str,
    account_number: &'a str,
}

/// The boxes under a reference; none when there are none, or all are voided.
fn decode(reference: &Reference, response: &Response) -> Result<Option<Shipment>> {
    let found = results(OPERATION, response)?;
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
        service: service(first),
        charged: None,
        parcels: boxes
            .iter()
            .map(|(number, _)| ShippedParcel {
                tracking_number: number.clone(),
                last_mile_number: None,
                label: None,
            })
            .collect(),
    }))
}

fn service(result: &TrackResult) -> Service {
    let (code, description) = result.service();
    let name = filled(description).or_else(|| codes::service_name(code));
    Service {
        code: ServiceCode::new(code),
        name: name.unwrap_or(code).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::*;

    fn result(number: &str, code: &str, sequence: &str, count: &str) -> Value {
        json!({
            "trackingNumberInfo": {"trackingNumber": number},
            "latestStatusDetail": {"code": code},
            "packageDetails": {"sequenceNumber": sequence, "count": count},
            "serviceDetail": {"type": "FEDEX_GROUND", "description": "FedEx Ground"},
            "additionalTrackingInfo": {"packageIdentifiers": [
                {"type": "STANDARD_MPS", "values": ["794801122330"]}
            ]}
        })
    }

    fn found(results: &[Value]) -> Result<Option<Shipment>> {
        let each = results
            .iter()
            .map(|result| json!({"trackResults": [result]}));
        let each: Vec<Value> = each.collect();
        let body = json!({"output": {"completeTrackResults": each}}).to_string();
        decode(
            &"PG01JDX".parse().unwrap(),
            &Response::new(Bytes::from(body)),
        )
    }

    #[test]
    fn what_was_bought_is_found_in_order_unless_it_is_voided() {
        let both = [
            result("794801122340", "OC", "2", "2"),
            result("794801122330", "OC", "1", "2"),
        ];
        let shipment = found(&both).unwrap().unwrap();
        let numbers: Vec<_> = shipment
            .parcels
            .iter()
            .map(|p| p.tracking_number.as_str())
            .collect();
        assert_eq!(numbers, ["794801122330", "794801122340"]);
        assert_eq!(shipment.carrier_number, "794801122330");
        assert_eq!(shipment.service.code.as_str(), "FEDEX_GROUND");
        assert_eq!(
            found(&[result("794801122330", "CA", "1", "1")]).unwrap(),
            None
        );
        assert_eq!(found(&[]).unwrap(), None);
    }

    #[test]
    fn half_a_shipment_is_not_adopted() {
        let error = found(&[result("794801122330", "OC", "1", "2")]).unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable);
    }

    #[test]
    fn a_word_that_is_not_trackings_own_proves_nothing() {
        assert!(is_no_such_reference("TRACKING.REFERENCENUMBER.NOTFOUND"));
        assert!(!is_no_such_reference("NOT.FOUND.ERROR"));
        assert!(!is_no_such_reference("TRACKING.REFERENCEVALUE.EMPTY"));
        let refused = json!({"error": {"code": "NOT.FOUND.ERROR", "message": "gone"}});
        assert_eq!(found(&[refused]).unwrap_err().kind, Kind::NotFound);
    }
}
