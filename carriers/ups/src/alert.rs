//! Events that UPS sends by itself: Track Alert.
//!
//! In its first edition, which UPS still takes: only there does a subscription carry the address
//! and credential of our door. The second has them set by hand in UPS's portal, one for each app.

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use jiff::SignedDuration;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::moment::answered_at;
use parcelgate_carrier::{
    Call, Callback, Inbound, Kind, Outgoing, Pushes, Response, Result, Subscribed, read_json,
};
use parcelgate_domain::{ExposeSecret as _, TrackingEvent, TrackingNumber};
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq as _;

use crate::event::{LOCALE, Said};
use crate::moment::Written;
use crate::track::AddressRead;
use crate::{Ups, error};

const SUBSCRIBE: &str = "subscribe";
const RECEIVE: &str = "receive";

/// More in one request and UPS refuses all of them (VSS220).
const NUMBERS_MAX: usize = 100;
/// How long a subscription lasts.
const LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);

#[async_trait]
impl Pushes for Ups {
    async fn subscribe(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
        callback: &Callback,
    ) -> Result<Subscribed> {
        let (ours, others): (Vec<_>, Vec<_>) = numbers.iter().partition(|n| is_1z(n));
        let mut made = Subscribed {
            refused: others.into_iter().cloned().collect(),
            ..Subscribed::default()
        };
        for ours in ours.chunks(NUMBERS_MAX) {
            let response = call.send(self.encode_subscription(ours, callback)?).await?;
            decode(ours, &response, &mut made)?;
        }
        Ok(made)
    }

    fn receive(&self, inbound: &Inbound<'_>, callback: &Callback) -> Result<Vec<TrackingEvent>> {
        if !shows(inbound.headers, callback.credential.expose_secret()) {
            return Err(error(Kind::Credentials, RECEIVE));
        }
        let malformed = || error(Kind::Malformed, RECEIVE);
        // One alert, or several; UPS sends one at a time.
        let alerts: Many<Alert> =
            serde_json::from_slice(inbound.body).map_err(|why| malformed().because(why))?;
        let events = alerts.iter().filter_map(|alert| alert.event(inbound));
        let events: Vec<TrackingEvent> = events.collect();
        if events.is_empty() {
            Err(malformed())
        } else {
            Ok(events)
        }
    }
}

impl Ups {
    fn encode_subscription(
        &self,
        numbers: &[&TrackingNumber],
        callback: &Callback,
    ) -> Result<Outgoing> {
        let numbers: Vec<&str> = numbers.iter().map(|number| number.as_str()).collect();
        let body = json!({
            "locale": LOCALE,
            "countryCode": "US", // reserved for future use
            "trackingNumberList": numbers,
            "destination": {
                "url": callback.url,
                "credentialType": "Bearer",
                "credential": callback.credential.expose_secret(),
            },
        });
        self.outgoing(
            Method::POST,
            SUBSCRIBE,
            "/track/v1/subscription/standard/package",
        )
        .header("transid", numbers.first().unwrap_or(&""))
        .json(&crate::ID, &body)
    }
}

/// The only numbers that the description allows here.
fn is_1z(number: &TrackingNumber) -> bool {
    number.as_str().len() == 18 && number.as_str().starts_with("1Z")
}

fn decode(asked: &[&TrackingNumber], response: &Response, made: &mut Subscribed) -> Result<()> {
    let answer: Answer = read_json(&crate::ID, SUBSCRIBE, response)?;
    let valid = answer.valid_tracking_numbers;
    for number in asked {
        let accepted = valid
            .iter()
            .any(|text| text.parse().as_ref() == Ok(*number));
        let list = if accepted {
            &mut made.accepted
        } else {
            &mut made.refused
        };
        list.push((*number).clone());
    }
    if made.until.is_none() {
        let from = answered_at(response.headers());
        made.until = from.and_then(|from| from.checked_add(LASTS).ok());
    }
    Ok(())
}

/// Whether the credential we gave is shown, in a header of that name or as a bearer's. Compared in
/// constant time, so that nobody can feel their way to it.
fn shows(headers: &HeaderMap, credential: &str) -> bool {
    let bearer = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let bearer = bearer.map(|value| value.strip_prefix(b"Bearer ").unwrap_or(value));
    let plain = headers.get("credential").map(|value| value.as_bytes());
    let mut shown = [bearer, plain].into_iter().flatten();
    !credential.is_empty() && shown.any(|shown| shown.ct_eq(credential.as_bytes()).into())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    valid_tracking_numbers: Many<Text>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Alert {
    tracking_number: Text,
    local_activity_date: Text,
    local_activity_time: Text,
    gmt_activity_date: Text,
    gmt_activity_time: Text,
    gmt_offset: Text,
    activity_location: Loose<AddressRead>,
    activity_status: Loose<ActivityStatus>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ActivityStatus {
    r#type: Text,
    code: Text,
    description: Text,
    description_code: Text,
}

impl Alert {
    fn event(&self, inbound: &Inbound<'_>) -> Option<TrackingEvent> {
        let number: TrackingNumber = self.tracking_number.parse().ok()?;
        let said = Said {
            number: &number,
            kind: &self.activity_status.r#type,
            activity: &self.activity_status.code,
            status_code: &self.activity_status.description_code,
            text: &self.activity_status.description,
            place: self.activity_location.place(),
            written: Written {
                date: &self.local_activity_date,
                time: &self.local_activity_time,
                gmt_date: &self.gmt_activity_date,
                gmt_time: &self.gmt_activity_time,
                gmt_offset: &self.gmt_offset,
            },
            observed_at: Some(inbound.received_at),
        };
        said.event()
    }
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{Secret, Status};
    use serde_json::{Value, json};

    use super::*;
    use crate::track::tests::{activity, tracked};

    fn callback() -> Callback {
        Callback {
            url: "https://gateway.example/push".to_owned(),
            credential: Secret::from("open-sesame"),
        }
    }

    fn received(header: Option<(&'static str, &str)>, body: &Value) -> Result<Vec<TrackingEvent>> {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, value.parse().unwrap());
        }
        let account = json!({
            "client_id": "i", "client_secret": "s", "account_number": "A1B2C3"
        });
        let ups = crate::connect(serde_json::from_value(account).unwrap()).unwrap();
        let body = body.to_string();
        let inbound = Inbound {
            headers: &headers,
            body: body.as_bytes(),
            received_at: "2026-12-03T14:00:00Z".parse().unwrap(),
        };
        ups.receive(&inbound, &callback())
    }

    fn delivered() -> Value {
        json!({
            "trackingNumber": "1Z999AA10123456784",
            "localActivityDate": "20261203", "localActivityTime": "084434",
            "gmtActivityDate": "20261203", "gmtActivityTime": "134434",
            "activityLocation": {
                "city": "Columbus", "stateProvince": "OH", "postalCode": "", "country": "US"
            },
            "activityStatus": {
                "type": "D", "code": "FS", "description": "Delivered", "descriptionCode": "011"
            },
            "actualDeliveryDate": "20261203"
        })
    }

    #[test]
    fn the_credential_is_shown_in_one_of_two_headers() {
        let body = delivered();
        assert!(received(Some(("credential", "open-sesame")), &body).is_ok());
        assert!(received(Some(("authorization", "Bearer open-sesame")), &body).is_ok());
        for header in [
            None,
            Some(("credential", "open-sesam")),
            Some(("credential", "open-sesamf")),
            Some(("authorization", "Bearer ")),
            Some(("x-api-key", "open-sesame")),
        ] {
            let error = received(header, &body).unwrap_err();
            assert_eq!(error.kind, Kind::Credentials, "{header:?}");
        }
    }

    #[test]
    fn the_same_event_asked_for_and_pushed_is_one() {
        let package = json!([{
            "trackingNumber": "1Z999AA10123456784",
            "activity": [activity("D", "FS", "011")]
        }]);
        let asked = &tracked(&package).unwrap().events[0];
        let pushed = &received(Some(("credential", "open-sesame")), &delivered()).unwrap()[0];
        assert_eq!(asked.id, pushed.id);
        assert_eq!(asked.occurred_at, pushed.occurred_at);
        assert_eq!(pushed.status, Some(Status::Delivered));
        let mut other = delivered();
        other["localActivityTime"] = json!("084435");
        let other = &received(Some(("credential", "open-sesame")), &other).unwrap()[0];
        assert_ne!(asked.id, other.id);
    }

    #[test]
    fn what_is_no_alert_is_malformed() {
        for body in [
            json!({}),
            json!([]),
            json!("x"),
            json!({"trackingNumber": "?"}),
        ] {
            let error = received(Some(("credential", "open-sesame")), &body).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed, "{body}");
        }
        let several = json!(["nonsense", delivered()]);
        let events = received(Some(("credential", "open-sesame")), &several).unwrap();
        assert_eq!(events.len(), 1);
    }

    #[test]
    fn every_number_is_accepted_or_refused() {
        let numbers: Vec<TrackingNumber> = ["1Z999AA10123456784", "1Z999AA10123456793"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let asked: Vec<_> = numbers.iter().collect();
        let body = r#"{"validTrackingNumbers": ["1z999aa10123456784", 7]}"#;
        let mut response = Response::new(body.into());
        let date = "Thu, 03 Dec 2026 10:00:00 GMT".parse().unwrap();
        response.headers_mut().insert("date", date);
        let mut made = Subscribed::default();
        decode(&asked, &response, &mut made).unwrap();
        assert_eq!(made.accepted, numbers[..1]);
        assert_eq!(made.refused, numbers[1..]);
        assert_eq!(made.until, Some("2026-12-17T10:00:00Z".parse().unwrap()));
    }
}
