//! Carriers tell of their own accord, at a door that only they open.

use std::net::SocketAddr;
use std::sync::Arc;

use parcelgate_clock::{Accelerated, Clock as _, System};
use parcelgate_proto::v1::{ListEventsRequest, TrackingStatus};
use parcelgate_sandbox::Settings;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::requests::ground;
use crate::stage::{Stage, UPS, YANWEN, until};

/// Posts `body` with a line of headers, and returns the status.
async fn post(at: SocketAddr, path: &str, headers: &str, body: &str) -> u16 {
    let mut stream = TcpStream::connect(at).await.unwrap();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).unwrap();
    status.parse().unwrap()
}

pub(crate) fn with_a_door(config: &mut parcelgate::config::Config) {
    "self".clone_into(&mut config.http.public_url);
    "a long random text".clone_into(&mut config.http.push_secret);
}

#[tokio::test]
async fn what_ups_pushes_arrives_without_asking() {
    let settings = Settings {
        clock: Arc::new(Accelerated::starting(System.now(), 864_000)),
        ..Settings::default()
    };
    // UPS is asked once, at the beginning, and then not for hours.
    let stage = Stage::set(settings, with_a_door).await;
    let bought = stage.buy(ground()).await.unwrap();
    let name = &bought.parcels[0].tracker;
    let delivered = until("delivered", async || {
        let tracker = stage.tracker(name).await;
        (tracker.status() == TrackingStatus::Delivered).then_some(tracker)
    })
    .await;
    assert_eq!(delivered.source, "PUSH");
    assert!(delivered.last_push_time.is_some());
    assert!(delivered.event_count > 2);
    stage.stop().await;
}

#[tokio::test]
async fn who_shows_a_wrong_credential_is_not_heard() {
    let stage = Stage::with(with_a_door).await;
    let bought = stage.buy(ground()).await.unwrap();
    let parcel = &bought.parcels[0];
    let before = until("asked for", async || {
        let tracker = stage.tracker(&parcel.tracker).await;
        tracker.last_check_time.is_some().then_some(tracker)
    })
    .await;
    let event = json!({
        "trackingNumber": parcel.tracking_number,
        "localActivityDate": "20261123",
        "localActivityTime": "120000",
        "gmtActivityDate": "20261123",
        "gmtActivityTime": "170000",
        "gmtOffset": "-05.00",
        "activityStatus": {
            "type": "D", "code": "FS", "description": "DELIVERED", "descriptionCode": "011",
        },
        "activityLocation": { "city": "COLUMBUS", "country": "US" },
    })
    .to_string();
    let at = stage.gateway.http();
    let path = format!("/carriers/{UPS}/events");
    let wrong = [
        "",
        "authorization: Bearer\r\n",
        "authorization: Bearer wrong\r\n",
        "authorization: a long random text\r\n",
        "credential: wrong\r\n",
    ];
    for headers in wrong {
        assert_eq!(post(at, &path, headers, &event).await, 401, "{headers}");
    }
    let key = format!("authorization: Bearer {}\r\n", stage.key);
    assert_eq!(post(at, &path, &key, &event).await, 401);
    // Nobody is behind these doors.
    for account in ["nobody", YANWEN, "..%2f..", "\u{1F4E6}"] {
        let path = format!("/carriers/{account}/events");
        let status = post(at, &path, "", &event).await;
        assert!(matches!(status, 400 | 404), "{account}: {status}");
    }
    let large = "x".repeat(stage.config.http.webhook_bytes_max + 1);
    assert_eq!(post(at, &path, "", &large).await, 413);

    let after = stage.tracker(&parcel.tracker).await;
    assert_eq!(
        (after.status, after.event_count),
        (before.status, before.event_count)
    );
    let parent = parcel.tracker.clone();
    let request = ListEventsRequest {
        parent,
        ..ListEventsRequest::default()
    };
    let events = stage.tracking().list_events(request).await.unwrap();
    let events = events.into_inner().events;
    assert!(
        events
            .iter()
            .all(|event| event.status() != TrackingStatus::Delivered)
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_door_that_no_carrier_was_told_of_is_shut() {
    let stage = Stage::start().await;
    assert!(stage.config.http.public_url.is_empty());
    let path = format!("/carriers/{UPS}/events");
    assert_eq!(post(stage.gateway.http(), &path, "", "{}").await, 404);
    stage.stop().await;
}
