//! Where parcels are: tracking v3, one number a request, or v3r2, up to 35.

pub(crate) mod detail;

use async_trait::async_trait;
use http::Method;
use jiff::Timestamp;
use parcelgate_carrier::json::{Text, Unread, read};
use parcelgate_carrier::{
    Call, Class, Error, Kind, Outgoing, Response, Result, Track, Tracking, moment, read_json,
};
use parcelgate_domain::{TrackingNumber, Violations};
use serde::Deserialize;
use serde_json::json;

use self::detail::Detail;
use crate::account::TrackingEdition;
use crate::dialect::{self, Answer};
use crate::{Usps, auth, error};

const OPERATION: &str = "track";
/// How many numbers one request of v3r2 may ask for.
const NUMBERS_MAX: usize = 35;

impl TrackingEdition {
    /// How many numbers one request may ask for.
    pub(crate) const fn batch_max(self) -> usize {
        match self {
            Self::V3 => 1,
            Self::V3r2 => NUMBERS_MAX,
        }
    }
}

#[async_trait]
impl Tracking for Usps {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        let most = self.account.tracking.batch_max();
        if numbers.len() > most {
            let mut found = Violations::new();
            found.refuse("numbers", numbers.len(), format!("at most {most} at once"));
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        match (self.account.tracking, numbers) {
            (_, []) => Ok(Vec::new()),
            (TrackingEdition::V3, [number, ..]) => {
                let track = one(call, number).await;
                match track {
                    Err(error) if is_of_the_number(error.kind) => Ok(vec![Err(error)]),
                    other => other.map(|track| vec![Ok(track)]),
                }
            }
            (TrackingEdition::V3r2, numbers) => several(call, numbers).await,
        }
    }
}

/// Whether a failure says something of the number and not of the interface.
const fn is_of_the_number(kind: Kind) -> bool {
    matches!(kind, Kind::NotFound | Kind::Refused)
}

/// One number, by v3.
async fn one(call: &Call<'_>, number: &TrackingNumber) -> Result<Track> {
    let outgoing = Outgoing::new(Method::GET, OPERATION, auth::API, "/tracking/v3/tracking")
        .segment(number.as_str())
        .query("expand", "DETAIL")
        .class(Class::Track);
    let response = call.send(outgoing).await?;
    let detail: Detail = read_json(&crate::ID, OPERATION, &response)?;
    // An answer that names nothing, or another parcel, is none.
    if detail.number().as_ref() != Some(number) {
        return Err(error(Kind::Malformed, OPERATION));
    }
    detail.track(OPERATION, number, answered_at(&response))
}

/// Several numbers, by v3r2; each may have failed by itself.
async fn several(call: &Call<'_>, numbers: &[TrackingNumber]) -> Result<Vec<Result<Track>>> {
    let asked = numbers.iter();
    let asked: Vec<_> = asked
        .map(|number| json!({ "trackingNumber": number.as_str() }))
        .collect();
    let outgoing = Outgoing::new(
        Method::POST,
        OPERATION,
        auth::API,
        "/tracking/v3r2/tracking",
    )
    .class(Class::Track)
    .json(&crate::ID, &asked)?;
    decode(numbers, &call.send(outgoing).await?)
}

fn decode(numbers: &[TrackingNumber], response: &Response) -> Result<Vec<Result<Track>>> {
    let items: Vec<Unread> = read_json(&crate::ID, OPERATION, response)?;
    let at = answered_at(response);
    let details: Vec<Detail> = items.iter().filter_map(|item| read(item)).collect();
    let failures: Vec<Failure> = items.iter().filter_map(Failure::of).collect();
    let answers = numbers.iter().map(|number| {
        if let Some(failure) = failures
            .iter()
            .find(|it| it.number.as_ref() == Some(number))
        {
            return Err(failure.error());
        }
        let mut of_number = details
            .iter()
            .filter(|it| it.number().as_ref() == Some(number));
        match (of_number.next(), nameless(&failures)) {
            (Some(detail), _) => detail.track(OPERATION, number, at),
            (None, Some(failure)) => Err(failure.error()),
            (None, None) => Err(error(Kind::Malformed, OPERATION)),
        }
    });
    Ok(answers.collect())
}

/// A failure may not say whose it is. Then it is that of the numbers which the answer does not
/// name; of several the one with the lowest code, whatever their order.
fn nameless(failures: &[Failure]) -> Option<&Failure> {
    let nameless = failures.iter().filter(|failure| failure.number.is_none());
    nameless.min_by(|a, b| a.code.cmp(&b.code))
}

/// Why there is nothing of a number.
struct Failure {
    number: Option<TrackingNumber>,
    kind: Kind,
    code: String,
    text: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    tracking_number: Text,
    status_code: Text,
}

impl Failure {
    fn of(item: &Unread) -> Option<Self> {
        let said = read::<Answer>(item)?.said()?;
        let status: Status = read(item)?;
        let by_status = match status.status_code.as_str() {
            "404" => Kind::NotFound,
            _ => Kind::Refused,
        };
        Some(Self {
            number: status.tracking_number.parse().ok(),
            kind: dialect::kind_of(&said.code).unwrap_or(by_status),
            code: said.code,
            text: said.text,
        })
    }

    fn error(&self) -> Error {
        error(self.kind, OPERATION).said(self.code.as_str(), &self.text)
    }
}

fn answered_at(response: &Response) -> Option<Timestamp> {
    moment::answered_at(response.headers())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const NUMBERS: [&str; 3] = [
        "9205590582314700000015",
        "9205590582314700000022",
        "9205590582314700000039",
    ];

    fn kinds(body: &str) -> Vec<Result<usize, Kind>> {
        let numbers = NUMBERS.map(|number| number.parse().unwrap());
        let response = Response::new(Bytes::from(body.to_owned()));
        let answers = decode(&numbers, &response).unwrap();
        let kinds = answers.into_iter();
        kinds
            .map(|answer| {
                answer
                    .map(|track| track.events.len())
                    .map_err(|error| error.kind)
            })
            .collect()
    }

    #[test]
    fn each_of_several_numbers_is_answered_in_the_order_asked() {
        let parcel = |number: &str| {
            format!(
                r#"{{"trackingNumber":"{number}","trackingEvents":[{{"eventCode":"OF",
                "eventTimestamp":"2026-12-03T08:01:00","eventZIPCode":"90012"}},null,"?"]}}"#
            )
        };
        let nameless = r#"{"statusCode":"404","error":{"code":"404","message":"no update yet"}}"#;
        let named = format!(
            r#"{{"trackingNumber":"{}","error":{{"errors":[{{"code":"150012"}}]}}}}"#,
            NUMBERS[1]
        );
        let (first, last) = (parcel(NUMBERS[0]), parcel(NUMBERS[2]));
        let expected = [Ok(1), Err(Kind::NotFound), Ok(1)];
        assert_eq!(kinds(&format!("[{last},{nameless},{first}]")), expected);
        let expected = [Ok(1), Err(Kind::Refused), Ok(1)];
        assert_eq!(kinds(&format!("[{named},{first},{last}]")), expected);
        let expected = [Ok(1), Err(Kind::Malformed), Err(Kind::Malformed)];
        assert_eq!(kinds(&format!("[{first}]")), expected);
    }
}
