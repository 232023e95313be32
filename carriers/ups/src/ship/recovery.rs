//! Finding a purchase again, and its labels.

use http::Method;
use parcelgate_carrier::json::{Loose, Many, Text, compact, with};
use parcelgate_carrier::{Call, Kind, Outgoing, Response, Result, read_below};
use parcelgate_domain::{
    Label, LabelFormat, Reference, Service, ServiceCode, Shipment, ShippedParcel, TrackingNumber,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::order::label_specification;
use crate::wire::Image;
use crate::{Ups, error};

const FIND: &str = "find";
const LABEL: &str = "label";

impl Ups {
    /// By label recovery first, which knows a shipment at once; whether it goes by reference for
    /// ordinary parcels is contradictory in its description ("mandatory for only Roadie shipments",
    /// yet required). Where it does not, by tracking, which knows it once the reference is indexed.
    /// Only when both know of nothing, there is nothing.
    pub(super) async fn look_up(
        &self,
        call: &Call<'_>,
        reference: &Reference,
    ) -> Result<Option<Shipment>> {
        let by = json!({
            "ReferenceNumber": { "Value": reference.as_str() },
            "ShipperNumber": self.account.account_number,
        });
        let (id, by) = (reference.as_str(), ("ReferenceValues", by));
        let outgoing = self.recovery(FIND, LabelFormat::Gif, id, by)?;
        let recovered = match call.send(outgoing).await {
            Ok(response) => found(reference, &response)?,
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Refused) => None,
            Err(error) => return Err(error),
        };
        if recovered.is_some() {
            return Ok(recovered);
        }
        self.track_reference(call, reference).await
    }

    /// One label for each box, asked for box by box: whether one number brings the labels of its
    /// neighbours is not said anywhere.
    pub(super) async fn recover_labels(
        &self,
        call: &Call<'_>,
        shipment: &Shipment,
    ) -> Result<Vec<Label>> {
        let kept = shipment.parcels.iter().find_map(|p| p.label.as_ref());
        let format = kept.map_or(LabelFormat::Gif, |label| label.format);
        let mut labels = Vec::with_capacity(shipment.parcels.len());
        for parcel in &shipment.parcels {
            let number = &parcel.tracking_number;
            let (id, by) = (number.as_str(), ("TrackingNumber", json!(number)));
            let response = call.send(self.recovery(LABEL, format, id, by)?).await?;
            labels.push(label_of(number, &response)?);
        }
        Ok(labels)
    }

    fn recovery(
        &self,
        operation: &'static str,
        format: LabelFormat,
        id: &str,
        by: (&str, Value),
    ) -> Result<Outgoing> {
        let request = json!({
            "Request": {}, // required, and all of it optional
            "LabelSpecification": label_specification(format),
        });
        let request = with(request, by.0, by.1);
        self.outgoing(Method::POST, operation, "/labels/v1/recovery")
            .header("transid", id)
            .json(
                &crate::ID,
                &compact(json!({ "LabelRecoveryRequest": request })),
            )
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Recovered {
    shipment_identification_number: Text,
    label_results: Many<LabelResult>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct LabelResult {
    tracking_number: Text,
    label_image: Loose<Image>,
}

fn recovered(operation: &'static str, response: &Response) -> Result<Recovered> {
    read_below(&crate::ID, operation, response, &["LabelRecoveryResponse"])
}

/// The shipment in a recovery by reference; none when no label names its box.
fn found(reference: &Reference, response: &Response) -> Result<Option<Shipment>> {
    let recovered = recovered(FIND, response)?;
    let parcels = recovered.label_results.iter().filter_map(|result| {
        Some(ShippedParcel {
            tracking_number: result.tracking_number.parse().ok()?,
            last_mile_number: None,
            label: result.label_image.label(),
        })
    });
    let parcels: Vec<ShippedParcel> = parcels.collect();
    let Some(first) = parcels.first() else {
        return Ok(None);
    };
    let number = recovered.shipment_identification_number.get();
    Ok(Some(Shipment {
        reference: reference.clone(),
        carrier_number: number.unwrap_or(first.tracking_number.as_str()).to_owned(),
        // A recovery does not name the service; whoever ordered knows it.
        service: Service {
            code: ServiceCode::new(""),
            name: String::new(),
        },
        charged: None,
        parcels,
    }))
}

/// The label of one box; of the only one in the answer when it names none.
fn label_of(number: &TrackingNumber, response: &Response) -> Result<Label> {
    let results = recovered(LABEL, response)?.label_results;
    let named = |result: &&LabelResult| result.tracking_number.parse().as_ref() == Ok(number);
    let unnamed = || match &*results {
        [only] if only.tracking_number.is_empty() => Some(only),
        _ => None,
    };
    let result = results.iter().find(named).or_else(unnamed);
    result
        .and_then(|result| result.label_image.label())
        .ok_or_else(|| error(Kind::Malformed, LABEL))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Mutex;
    use std::task::{Context, Poll, Waker};
    use std::time::Instant;

    use async_trait::async_trait;
    use bytes::Bytes;
    use parcelgate_carrier::{Exchange, Shipping as _};
    use serde_json::{Value, json};

    use super::*;

    /// Gives these answers, the last one first, and keeps where the questions went.
    struct Script {
        answers: Mutex<Vec<Result<Value, Kind>>>,
        paths: Mutex<Vec<String>>,
    }

    #[async_trait]
    impl Exchange for Script {
        async fn exchange(&self, request: parcelgate_carrier::Request) -> Result<Response> {
            let path = request.uri().path().to_owned();
            self.paths.lock().unwrap().push(path);
            let answer = self.answers.lock().unwrap().pop().unwrap();
            let answer = answer.map_err(|kind| error(kind, FIND))?;
            Ok(Response::new(Bytes::from(answer.to_string())))
        }
    }

    /// Looks "PG01JDX" up; nothing here waits for anything.
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn look_up(answers: Vec<Result<Value, Kind>>) -> (Result<Option<Shipment>>, Vec<String>) {
        let account = json!({
            "client_id": "i", "client_secret": "s", "account_number": "A1B2C3"
        });
        let ups = crate::connect(serde_json::from_value(account).unwrap()).unwrap();
        let script = Script {
            answers: Mutex::new(answers.into_iter().rev().collect()),
            paths: Mutex::default(),
        };
        let call = Call::new(&script, Instant::now());
        let reference = "PG01JDX".parse().unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let outcome = pin!(ups.find(&call, &reference)).poll(&mut context);
        let paths = script.paths.lock().unwrap().clone();
        match outcome {
            Poll::Ready(outcome) => (outcome, paths),
            Poll::Pending => panic!("it waits"),
        }
    }

    fn recovered() -> Value {
        json!({"LabelRecoveryResponse": {
            "ShipmentIdentificationNumber": "1Z999AA10123456784",
            "LabelResults": [{
                "TrackingNumber": "1Z999AA10123456784",
                "LabelImage": {
                    "LabelImageFormat": {"Code": "GIF"}, "GraphicImage": "R0lGODlhAQ=="
                }
            }]
        }})
    }

    fn tracked() -> Value {
        json!({"trackResponse": {"shipment": [{"package": [
            {"trackingNumber": "1Z999AA10123456784"}
        ]}]}})
    }

    fn unknown() -> Value {
        json!({"trackResponse": {"shipment": [{"warnings": [{"code": "TW0001"}]}]}})
    }

    #[test]
    fn what_recovery_knows_is_found_with_its_label() {
        let (found, paths) = look_up(vec![Ok(recovered())]);
        let shipment = found.unwrap().unwrap();
        assert!(shipment.parcels[0].label.is_some());
        assert_eq!(paths, ["/labels/v1/recovery"]);
    }

    #[test]
    fn what_recovery_refuses_is_found_by_tracking() {
        for refusal in [
            Err(Kind::Refused),
            Err(Kind::NotFound),
            Ok(json!({
                "LabelRecoveryResponse": {"LabelResults": []}
            })),
        ] {
            let (found, paths) = look_up(vec![refusal, Ok(tracked())]);
            assert_eq!(found.unwrap().unwrap().parcels.len(), 1);
            assert_eq!(paths[1], "/track/v1/reference/details/PG01JDX");
        }
    }

    #[test]
    fn nothing_is_there_only_when_both_say_so() {
        let (found, _) = look_up(vec![Err(Kind::Refused), Ok(unknown())]);
        assert_eq!(found.unwrap(), None);
        let (found, _) = look_up(vec![Err(Kind::Refused), Err(Kind::NotFound)]);
        assert_eq!(found.unwrap(), None);
        // A look that did not take place proves nothing.
        for kind in [
            Kind::Unavailable,
            Kind::Throttled,
            Kind::Malformed,
            Kind::Unsent,
        ] {
            let (found, paths) = look_up(vec![Err(kind)]);
            assert_eq!(found.unwrap_err().kind, kind);
            assert_eq!(paths.len(), 1);
            let (found, _) = look_up(vec![Err(Kind::Refused), Err(kind)]);
            assert_eq!(found.unwrap_err().kind, kind);
        }
    }
}
