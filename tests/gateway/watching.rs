//! One ordered log, watched from any point on, without a gap and without a duplicate.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use parcelgate_proto::v1::{Event, WatchEventsRequest, WatchEventsResponse};
use tonic::Streaming;

use crate::requests::{ground, packet};
use crate::stage::Stage;

struct Watch {
    log: Streaming<WatchEventsResponse>,
    token: String,
}

impl Watch {
    /// Stands once the first message has come, which has no event.
    async fn open(stage: &Stage, resume_token: &str, kinds: &[&str]) -> Self {
        let request = WatchEventsRequest {
            resume_token: resume_token.to_owned(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        let mut log = stage
            .tracking()
            .watch_events(request)
            .await
            .unwrap()
            .into_inner();
        let first = log.next().await.unwrap().unwrap();
        assert!(first.event.is_none());
        assert!(!first.resume_token.is_empty());
        Self {
            log,
            token: first.resume_token,
        }
    }

    async fn next(&mut self) -> Event {
        let message = self.log.next().await.unwrap().unwrap();
        self.token = message.resume_token;
        message.event.unwrap()
    }

    /// Everything up to and with the first event for which `last` holds.
    async fn until(&mut self, last: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            events.push(self.next().await);
            if events.last().is_some_and(&last) {
                return events;
            }
        }
    }
}

fn bought(shipment: &str) -> impl Fn(&Event) -> bool {
    move |event| event.kind == "shipment.purchased" && event.subject == shipment
}

#[tokio::test]
async fn a_watch_that_breaks_off_goes_on_where_it_stopped() {
    let stage = Stage::start().await;
    let mut watch = Watch::open(&stage, "", &[]).await;
    let first = stage.buy(ground()).await.unwrap();
    let mut seen = vec![watch.next().await, watch.next().await];
    let token = watch.token.clone();
    drop(watch);
    // Things happen while nobody watches, and after somebody does again, in another process.
    let second = stage.buy(packet()).await.unwrap();
    let stage = stage.restart().await;
    let mut watch = Watch::open(&stage, &token, &[]).await;
    assert_eq!(watch.token, token);
    let third = stage.buy(ground()).await.unwrap();
    seen.extend(watch.until(bought(&third.name)).await);

    let mut all = Watch::open(&stage, "0", &[]).await;
    let all = all.until(bought(&third.name)).await;
    assert_eq!(seen, all);
    for shipment in [&first, &second, &third] {
        assert_eq!(
            seen.iter()
                .filter(|event| bought(&shipment.name)(event))
                .count(),
            1
        );
    }
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for event in &seen {
        let count = counts.entry(&event.subject).or_default();
        *count += 1;
        assert_eq!(event.subject_sequence, *count, "{event:?}");
        let data: serde_json::Value = serde_json::from_str(&event.data_json).unwrap();
        assert!(data.is_object() && event.time.is_some() && !event.uid.is_empty());
    }
    let mut uids: Vec<_> = seen.iter().map(|event| &event.uid).collect();
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), seen.len());
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_who_watch_see_the_same_in_the_same_order() {
    let stage = Stage::start().await;
    let mut watches = Vec::new();
    for _ in 0..4 {
        watches.push(Watch::open(&stage, "", &[]).await);
    }
    let calls = (0..12).map(|index| {
        let mut client = stage.shipments();
        let request = if index % 2 == 0 { ground() } else { packet() };
        tokio::spawn(async move { client.purchase_label(request).await })
    });
    for call in futures::future::join_all(calls).await {
        call.unwrap().unwrap();
    }
    let last = stage.buy(ground()).await.unwrap();
    let mut logs = Vec::new();
    for watch in &mut watches {
        logs.push(watch.until(bought(&last.name)).await);
    }
    assert!(logs[0].len() > 13 * 3);
    assert!(logs.iter().all(|log| *log == logs[0]));
    stage.stop().await;
}

#[tokio::test]
async fn a_watch_of_some_kinds_sees_no_others() {
    let stage = Stage::start().await;
    let mut watch = Watch::open(&stage, "", &["shipment.purchased"]).await;
    let first = stage.buy(ground()).await.unwrap();
    let second = stage.buy(packet()).await.unwrap();
    assert_eq!(watch.next().await.subject, first.name);
    assert_eq!(watch.next().await.subject, second.name);
    // Its token leads on in the whole log.
    let mut all = Watch::open(&stage, &watch.token, &[]).await;
    let third = stage.buy(ground()).await.unwrap();
    let log = all.until(bought(&third.name)).await;
    assert!(log.iter().all(|event| !bought(&second.name)(event)));
    assert!(log.iter().any(|event| event.kind == "shipment.accepted"));
    stage.stop().await;
}

#[tokio::test]
async fn a_watch_ends_with_the_gateway() {
    let stage = Stage::start().await;
    let mut watch = Watch::open(&stage, "", &[]).await;
    stage.stop().await;
    assert!(!matches!(watch.log.next().await, Some(Ok(_))));
}
