//! Where parcels are: track v1, up to 30 numbers for each request.

pub(crate) mod result;
mod scan;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use parcelgate_carrier::{Call, Class, Kind, Outgoing, Response, Result, Track, Tracking};
use parcelgate_domain::{TrackingNumber, Violations};
use serde::Serialize;

use self::result::{TrackResult, results};
use crate::{Fedex, error};

/// How many numbers one request may ask for.
pub(crate) const NUMBERS_MAX: usize = 30;

const OPERATION: &str = "track";
const PATH: &str = "/track/v1/trackingnumbers";

#[async_trait]
impl Tracking for Fedex {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        if numbers.len() > NUMBERS_MAX {
            let mut found = Violations::new();
            let allowed = format!("at most {NUMBERS_MAX} numbers at once");
            found.refuse("numbers", numbers.len(), allowed);
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        let outgoing = self.encode_numbers(OPERATION, numbers, true)?;
        let response = call.send(outgoing.class(Class::Track)).await?;
        decode(numbers, &response)
    }
}

impl Fedex {
    fn encode_numbers(
        &self,
        operation: &'static str,
        numbers: &[TrackingNumber],
        include_detailed_scans: bool,
    ) -> Result<Outgoing> {
        let info = numbers.iter().map(|number| Info {
            tracking_number_info: NumberInfo {
                tracking_number: number.as_str(),
            },
        });
        let body = Body {
            include_detailed_scans,
            tracking_info: info.collect(),
        };
        self.tracking_request(operation, PATH)
            .json(&crate::ID, &body)
    }

    /// Whether tracking knows the latest shipment of this number as voided.
    pub(crate) async fn is_cancelled(
        &self,
        call: &Call<'_>,
        operation: &'static str,
        number: &TrackingNumber,
    ) -> Result<bool> {
        let numbers = std::slice::from_ref(number);
        let outgoing = self.encode_numbers(operation, numbers, false)?;
        let found = results(operation, &call.send(outgoing).await?)?;
        chosen(operation, number, &found).map(TrackResult::is_cancelled)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    include_detailed_scans: bool,
    tracking_info: Vec<Info<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    tracking_number_info: NumberInfo<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NumberInfo<'a> {
    tracking_number: &'a str,
}

fn decode(numbers: &[TrackingNumber], response: &Response) -> Result<Vec<Result<Track>>> {
    let found = results(OPERATION, response)?;
    let answered_at = answered_at(response);
    let tracks = numbers.iter().map(|number| {
        let result = chosen(OPERATION, number, &found)?;
        Ok(result.track(number, answered_at))
    });
    Ok(tracks.collect())
}

/// FedEx uses a number again after some time, and then answers with a result for each shipment that
/// had it. The one handed over last is meant; of two on one day the one with the later unique id,
/// whose first part counts up.
fn chosen<'a>(
    operation: &'static str,
    number: &TrackingNumber,
    found: &'a [TrackResult],
) -> Result<&'a TrackResult> {
    let of_number = || found.iter().filter(|result| result.asked() == Some(number));
    let known = of_number().filter(|result| result.refusal(operation).is_none());
    if let Some(latest) = known.max_by_key(|result| (result.ship_date(), result.unique_id())) {
        return Ok(latest);
    }
    let refusal = of_number().find_map(|result| result.refusal(operation));
    // A number that the answer leaves out was not answered.
    Err(refusal.unwrap_or_else(|| error(Kind::Malformed, operation)))
}

/// When FedEx says it answered.
fn answered_at(response: &Response) -> Option<Timestamp> {
    let date = response.headers().get(http::header::DATE)?;
    let parser = rfc2822::DateTimeParser::new();
    parser.parse_timestamp(date.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_domain::Status;
    use serde_json::{Value, json};

    use super::*;

    const NUMBER: &str = "713062653486";

    fn shipment(unique_id: &str, ship_date: &str, code: &str) -> Value {
        json!({
            "trackingNumberInfo": {
                "trackingNumber": NUMBER, "trackingNumberUniqueId": unique_id
            },
            "dateAndTimes": [{"type": "SHIP", "dateTime": format!("{ship_date}T00:00:00-06:00")}],
            "latestStatusDetail": {"code": code},
            "scanEvents": [{
                "date": format!("{ship_date}T08:44:34-05:00"), "eventType": code,
                "eventDescription": "Words"
            }]
        })
    }

    fn tracked(results: &[Value]) -> Result<Track> {
        let each = json!([{"trackingNumber": NUMBER, "trackResults": results}]);
        let body = json!({"output": {"completeTrackResults": each}}).to_string();
        let numbers = [NUMBER.parse().unwrap()];
        decode(&numbers, &Response::new(Bytes::from(body)))?.remove(0)
    }

    #[test]
    fn of_several_shipments_with_one_number_the_latest_is_meant() {
        let old = shipment("2457821000~713062653486~FX", "2026-01-05", "DL");
        let new = shipment("2457822000~713062653486~FX", "2026-11-30", "PU");
        for results in [[old.clone(), new.clone()], [new, old.clone()]] {
            let track = tracked(&results).unwrap();
            assert_eq!(track.events[0].status, Some(Status::Accepted));
        }
        let same_day = shipment("2457823000~713062653486~FX", "2026-01-05", "OC");
        let track = tracked(&[same_day, old]).unwrap();
        assert_eq!(track.events[0].status, Some(Status::InfoReceived));
    }

    #[test]
    fn a_number_that_fails_says_why_and_one_that_is_left_out_was_not_answered() {
        let unknown = json!({"error": {
            "code": "TRACKING.TRACKINGNUMBER.NOTFOUND",
            "message": "Tracking number cannot be found."
        }});
        let error = tracked(std::slice::from_ref(&unknown)).unwrap_err();
        assert_eq!(error.kind, Kind::NotFound);
        assert_eq!(
            error.code.as_deref(),
            Some("TRACKING.TRACKINGNUMBER.NOTFOUND")
        );
        let ill = json!({"error": {"code": "SERVICE.UNAVAILABLE.ERROR", "message": ""}});
        assert_eq!(tracked(&[ill]).unwrap_err().kind, Kind::Unavailable);
        // A shipment that is known is taken beside one that is not.
        assert!(tracked(&[unknown, shipment("1", "2026-11-30", "OC")]).is_ok());
        assert_eq!(tracked(&[]).unwrap_err().kind, Kind::Malformed);
    }
}
