//! Where parcels are: track v1, up to 30 numbers for each request.

pub(crate) mod result;
mod scan;

use async_trait::async_trait;
use parcelgate_carrier::{Call, Class, Kind, Outgoing, Response, Result, Track, Tracking, moment};
use parcelgate_domain::{TrackingNumber, Violations};
use serde_json::{Value, json};

use self::result::{TrackResult, results};
use crate::{Fedex, error};

/// How many numbers one request may ask for.
pub(crate) const NUMBERS_MAX: usize = 30;

const OPERATION: &str = "track";

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
        scans: bool,
    ) -> Result<Outgoing> {
        let info = numbers
            .iter()
            .map(|number| json!({ "trackingNumberInfo": { "trackingNumber": number.as_str() } }));
        let body = json!({
            "includeDetailedScans": scans,
            "trackingInfo": info.collect::<Vec<Value>>(),
        });
        self.tracking_request(operation, "/track/v1/trackingnumbers")
            .json(&crate::ID, &body)
    }

    /// What tracking knows of the latest shipment of this number, without its scans.
    pub(crate) async fn look(
        &self,
        call: &Call<'_>,
        operation: &'static str,
        number: &TrackingNumber,
    ) -> Result<TrackResult> {
        let outgoing = self.encode_numbers(operation, std::slice::from_ref(number), false)?;
        let mut found = results(operation, &call.send(outgoing).await?)?;
        let at = chosen(operation, number, &found)?;
        Ok(found.swap_remove(at))
    }
}

fn decode(numbers: &[TrackingNumber], response: &Response) -> Result<Vec<Result<Track>>> {
    let found = results(OPERATION, response)?;
    let answered_at = moment::answered_at(response.headers());
    let tracks = numbers.iter().map(|number| {
        let at = chosen(OPERATION, number, &found)?;
        let result = found
            .get(at)
            .ok_or_else(|| error(Kind::Malformed, OPERATION))?;
        Ok(result.track(number, answered_at))
    });
    Ok(tracks.collect())
}

/// Which result is meant. FedEx uses a number again after some time, and then answers with a result
/// for each shipment that had it: the one handed over last is meant; of two on one day the one with
/// the later unique id, whose first part counts up.
fn chosen(
    operation: &'static str,
    number: &TrackingNumber,
    found: &[TrackResult],
) -> Result<usize> {
    let of_number = || {
        let found = found.iter().enumerate();
        found.filter(|(_, result)| result.asked() == Some(number))
    };
    let known = of_number().filter(|(_, result)| result.refusal(operation).is_none());
    let latest = known.max_by_key(|(_, result)| (result.ship_date(), result.unique_id()));
    if let Some((at, _)) = latest {
        return Ok(at);
    }
    let refusal = of_number().find_map(|(_, result)| result.refusal(operation));
    // A number that the answer leaves out was not answered.
    Err(refusal.unwrap_or_else(|| error(Kind::Malformed, operation)))
}

#[cfg(test)]
mod tests;
