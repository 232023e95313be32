//! Where the toy's parcels are.

use async_trait::async_trait;
use http::Method;
use jiff::Timestamp;
use parcelgate_carrier::{
    Call, Callback, Class, Error, Inbound, Kind, Outgoing, Pushes, Result, Subscribed, Track,
    Tracking, read_json,
};
use parcelgate_domain::{
    EventId, EventTime, ExposeSecret, Flags, Place, Status, TrackingEvent, TrackingNumber,
};
use serde::Deserialize;
use serde_json::json;

use super::{Fault, ID, Toy};

#[derive(Deserialize)]
struct Whereabouts {
    parcels: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    number: TrackingNumber,
    #[serde(default)]
    unknown: bool,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    code: String,
    text: String,
    at: Timestamp,
}

#[async_trait]
impl Tracking for Toy {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        let outgoing = Outgoing::new(Method::POST, "track", "api", "/track")
            .class(Class::Track)
            .json(&ID, &json!({ "numbers": numbers }))?;
        let response = call.send(outgoing).await?;
        if self.has(Fault::PanicsOnAShortAnswer) {
            assert!(response.body().ends_with(b"}"), "the answer is whole");
        }
        let known: Whereabouts = read_json(&ID, "track", &response)?;
        if self.has(Fault::AnswersInTheCarriersOrder) {
            let tracks = known.parcels.iter().map(|parcel| self.tell(parcel));
            return Ok(tracks.collect());
        }
        let tracks = numbers.iter().map(|number| {
            let mut parcels = known.parcels.iter();
            match parcels.find(|parcel| parcel.number == *number) {
                Some(parcel) => self.tell(parcel),
                None => Err(Error::new(Kind::NotFound, ID, "track")),
            }
        });
        Ok(tracks.collect())
    }
}

impl Toy {
    fn tell(&self, parcel: &Known) -> Result<Track> {
        if parcel.unknown {
            return Err(Error::new(Kind::NotFound, ID, "track"));
        }
        let kept = parcel
            .events
            .iter()
            .filter(|event| status(&event.code).is_some() || !self.has(Fault::LosesUnknownCodes));
        Ok(Track {
            number: parcel.number.clone(),
            events: kept.map(|event| event.read(&parcel.number)).collect(),
            last_mile_number: None,
            estimate: None,
        })
    }
}

fn status(code: &str) -> Option<Status> {
    Some(match code {
        "LC" => Status::InfoReceived,
        "AC" => Status::Accepted,
        "TR" => Status::InTransit,
        "EX" => Status::Exception,
        "DL" => Status::Delivered,
        "RT" => Status::Returning,
        _ => return None,
    })
}

impl Event {
    fn read(&self, number: &TrackingNumber) -> TrackingEvent {
        let (place, time) = (Place::default(), self.at.to_string());
        TrackingEvent {
            id: EventId::of(&ID, number, &self.code, &time, &place, &self.text),
            carrier: ID,
            number: number.clone(),
            code: self.code.clone(),
            text: self.text.clone(),
            language: "en".to_owned(),
            status: status(&self.code),
            substatus: None,
            leg: None,
            flags: Flags::default(),
            place,
            occurred_at: EventTime::utc(self.at),
            observed_at: self.at,
            correction: false,
            mapping_version: 1,
        }
    }
}

#[async_trait]
impl Pushes for Toy {
    async fn subscribe(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
        callback: &Callback,
    ) -> Result<Subscribed> {
        #[derive(Deserialize)]
        struct Made {
            accepted: Vec<TrackingNumber>,
            refused: Vec<TrackingNumber>,
        }
        let body = json!({ "numbers": numbers, "url": callback.url });
        let outgoing =
            Outgoing::new(Method::POST, "subscribe", "api", "/pushes").json(&ID, &body)?;
        let made: Made = read_json(&ID, "subscribe", &call.send(outgoing).await?)?;
        Ok(Subscribed {
            accepted: made.accepted,
            refused: made.refused,
            until: None,
        })
    }

    fn receive(&self, inbound: &Inbound<'_>, callback: &Callback) -> Result<Vec<TrackingEvent>> {
        let shown = inbound
            .headers
            .get("x-credential")
            .map(|value| value.as_bytes());
        let known = shown == Some(callback.credential.expose_secret().as_bytes());
        if !known && !self.has(Fault::TakesAnyPush) {
            return Err(Error::new(Kind::Credentials, ID, "receive"));
        }
        let parcel: Known = serde_json::from_slice(inbound.body)
            .map_err(|error| Error::new(Kind::Malformed, ID, "receive").because(error))?;
        Ok(parcel
            .events
            .iter()
            .map(|event| event.read(&parcel.number))
            .collect())
    }
}
