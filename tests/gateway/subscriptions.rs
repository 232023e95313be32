//! Who wants to be told says so once.

use parcelgate_proto::v1::{
    CreateSubscriptionRequest, DeleteSubscriptionRequest, Delivery, GetSubscriptionRequest,
    ListDeliveriesRequest, ListSubscriptionsRequest, PauseSubscriptionRequest,
    RedeliverEventRequest, ReplayEventsRequest, ResumeSubscriptionRequest, RotateSecretRequest,
    Subscription, delivery, subscription,
};
use tokio::net::TcpListener;
use tonic::{Code, Response, Status};

use crate::errors::{fields, reason, said_of};
use crate::requests::{fresh, ground};
use crate::stage::{Stage, until};

fn to(url: &str) -> CreateSubscriptionRequest {
    CreateSubscriptionRequest {
        subscription: Some(Subscription {
            url: url.into(),
            kinds: vec!["shipment.purchased".into()],
            ..Subscription::default()
        }),
        request_id: fresh(),
    }
}

async fn create(
    stage: &Stage,
    request: &CreateSubscriptionRequest,
) -> Result<Subscription, Status> {
    let reply = stage
        .subscriptions()
        .create_subscription(request.clone())
        .await;
    reply.map(Response::into_inner)
}

#[tokio::test]
async fn a_subscription_is_made_once_and_tells_its_secret_to_its_maker() {
    let stage = Stage::start().await;
    let request = to("https://shop.example/hook");
    let made = create(&stage, &request).await.unwrap();
    assert!(made.secret.starts_with("whsec_") && made.secret.len() > 40);
    let stage = stage.restart().await;
    assert_eq!(create(&stage, &request).await.unwrap(), made);
    let mut other = request.clone();
    other.subscription.as_mut().unwrap().kinds.clear();
    let refused = create(&stage, &other).await.unwrap_err();
    assert_eq!(reason(&refused, Code::InvalidArgument), "REQUEST_ID_REUSED");

    let name = made.name.clone();
    let get = GetSubscriptionRequest { name: name.clone() };
    let read = stage.subscriptions().get_subscription(get.clone()).await;
    let read = read.unwrap().into_inner();
    let hidden = Subscription {
        secret: String::new(),
        ..made.clone()
    };
    assert_eq!(read, hidden);
    let second = create(&stage, &to("https://shop.example/hook"))
        .await
        .unwrap();
    assert!(second.name != name && second.secret != made.secret);
    let first_page = ListSubscriptionsRequest {
        page_size: 1,
        page_token: String::new(),
    };
    let page = stage.subscriptions().list_subscriptions(first_page).await;
    let page = page.unwrap().into_inner();
    assert_eq!(page.subscriptions, [hidden]);
    let next_page = ListSubscriptionsRequest {
        page_size: 2,
        page_token: page.next_page_token,
    };
    let page = stage.subscriptions().list_subscriptions(next_page).await;
    let page = page.unwrap().into_inner();
    assert_eq!(
        (page.subscriptions.len(), page.next_page_token.as_str()),
        (1, "")
    );
    assert_eq!(page.subscriptions[0].name, second.name);

    let delete = DeleteSubscriptionRequest { name: name.clone() };
    let deleted = stage
        .subscriptions()
        .delete_subscription(delete.clone())
        .await;
    assert!(deleted.is_ok());
    let gone = stage
        .subscriptions()
        .get_subscription(get)
        .await
        .unwrap_err();
    assert_eq!(reason(&gone, Code::NotFound), "NOT_FOUND");
    let gone = stage.subscriptions().delete_subscription(delete).await;
    assert_eq!(reason(&gone.unwrap_err(), Code::NotFound), "NOT_FOUND");
    let of_gone = ListDeliveriesRequest {
        parent: name,
        ..ListDeliveriesRequest::default()
    };
    let gone = stage.subscriptions().list_deliveries(of_gone).await;
    assert_eq!(reason(&gone.unwrap_err(), Code::NotFound), "NOT_FOUND");
    stage.stop().await;
}

#[tokio::test]
async fn an_address_that_is_not_safe_is_refused() {
    let stage = Stage::start().await;
    let wrong = [
        "",
        "shop.example/hook",
        "http://shop.example/hook",
        "ftp://shop.example/hook",
        "https://",
        "https://user:password@shop.example/hook",
        "javascript:alert(1)",
    ];
    for url in wrong {
        let refused = create(&stage, &to(url)).await.unwrap_err();
        assert_eq!(fields(&refused), ["subscription.url"], "{url}");
    }
    let refused = create(&stage, &to("http://shop.example/"))
        .await
        .unwrap_err();
    let said = said_of(&refused, "subscription.url");
    assert!(said.contains("https"), "{said}");
    let nothing = CreateSubscriptionRequest::default();
    let refused = create(&stage, &nothing).await.unwrap_err();
    assert_eq!(fields(&refused), ["request_id", "subscription.url"]);
    let nowhere = ReplayEventsRequest::default();
    let refused = stage.subscriptions().replay_events(nowhere).await;
    assert_eq!(fields(&refused.unwrap_err()), ["name", "start_time"]);
    let all = ListSubscriptionsRequest::default();
    let all = stage.subscriptions().list_subscriptions(all).await.unwrap();
    assert!(all.into_inner().subscriptions.is_empty());
    stage.stop().await;

    let stage = Stage::with(|config| config.push.allow_http = true).await;
    assert!(
        create(&stage, &to("http://shop.example/hook"))
            .await
            .is_ok()
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_secret_is_replaced_once_and_told_to_who_asked() {
    let stage = Stage::start().await;
    let made = create(&stage, &to("https://shop.example/hook"))
        .await
        .unwrap();
    assert!(made.public_key.starts_with("whpk_"));
    let request = RotateSecretRequest {
        name: made.name.clone(),
        request_id: fresh(),
        overlap: Some(prost_types::Duration {
            seconds: 7 * 24 * 3_600,
            nanos: 0,
        }),
    };
    let rotate = async |request: &RotateSecretRequest| {
        let reply = stage.subscriptions().rotate_secret(request.clone()).await;
        reply.map(Response::into_inner)
    };
    let rotated = rotate(&request).await.unwrap();
    assert!(rotated.secret != made.secret && rotated.public_key != made.public_key);
    assert!(rotated.secret.starts_with("whsec_"));
    assert_eq!(rotate(&request).await.unwrap(), rotated);
    let mut other = request.clone();
    other.overlap = None;
    let refused = rotate(&other).await.unwrap_err();
    assert_eq!(reason(&refused, Code::InvalidArgument), "REQUEST_ID_REUSED");
    for (seconds, nanos) in [(-1, 0), (7 * 24 * 3_600, 1)] {
        other.request_id = fresh();
        other.overlap = Some(prost_types::Duration { seconds, nanos });
        assert_eq!(fields(&rotate(&other).await.unwrap_err()), ["overlap"]);
    }
    let nothing = RotateSecretRequest::default();
    let refused = rotate(&nothing).await.unwrap_err();
    assert_eq!(fields(&refused), ["name", "request_id"]);
    stage.stop().await;
}

/// A webhook that takes everything, and its subscription.
struct Hook {
    stage: Stage,
    name: String,
}

impl Hook {
    async fn open() -> Self {
        let stage = Stage::with(|config| {
            config.push.allow_http = true;
            config.push.allow_private = true;
        })
        .await;
        let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", receiver.local_addr().unwrap());
        let routes = axum::Router::new().fallback(async || ());
        tokio::spawn(async move { axum::serve(receiver, routes).await });
        let name = create(&stage, &to(&url)).await.unwrap().name;
        Self { stage, name }
    }

    async fn deliveries(&self, state: delivery::State) -> Vec<Delivery> {
        let list = ListDeliveriesRequest {
            parent: self.name.clone(),
            state: state.into(),
            ..ListDeliveriesRequest::default()
        };
        let list = self.stage.subscriptions().list_deliveries(list).await;
        list.unwrap().into_inner().deliveries
    }

    /// Those that were delivered, once there are so many.
    async fn delivered(&self, many: usize) -> Vec<Delivery> {
        until("delivered", async || {
            let list = self.deliveries(delivery::State::Delivered).await;
            (list.len() == many).then_some(list)
        })
        .await
    }

    async fn replay(&self, request: ReplayEventsRequest) -> Result<u32, Status> {
        let reply = self.stage.subscriptions().replay_events(request).await;
        reply.map(|reply| reply.into_inner().events)
    }
}

#[tokio::test]
async fn what_is_paused_keeps_its_events() {
    let hook = Hook::open().await;
    let name = || hook.name.clone();
    let pause = PauseSubscriptionRequest { name: name() };
    let paused = hook.stage.subscriptions().pause_subscription(pause).await;
    let paused = paused.unwrap().into_inner();
    assert_eq!(paused.state(), subscription::State::Paused);
    let bought = hook.stage.buy(ground()).await.unwrap();
    let all = hook.deliveries(delivery::State::Unspecified).await;
    assert!(all.is_empty());
    let resume = ResumeSubscriptionRequest { name: name() };
    let active = hook.stage.subscriptions().resume_subscription(resume).await;
    let active = active.unwrap().into_inner();
    assert_eq!(active.state(), subscription::State::Active);
    let delivered = hook.delivered(1).await;
    assert!(delivered[0].subject == bought.name && !delivered[0].replay);
    assert!(hook.deliveries(delivery::State::Dead).await.is_empty());
    hook.stage.stop().await;
}

#[tokio::test]
async fn the_past_can_be_had_again() {
    let hook = Hook::open().await;
    let name = || hook.name.clone();
    let bought = hook.stage.buy(ground()).await.unwrap();
    let first = hook.delivered(1).await.swap_remove(0);
    let again = RedeliverEventRequest {
        name: first.name.clone(),
    };
    let again = hook.stage.subscriptions().redeliver_event(again).await;
    let again = again.unwrap().into_inner();
    assert!(again.replay && again.event_uid == first.event_uid);
    let of_subject = ReplayEventsRequest {
        name: name(),
        subject: bought.name.clone(),
        ..ReplayEventsRequest::default()
    };
    assert_eq!(hook.replay(of_subject.clone()).await.unwrap(), 1);
    let none = ReplayEventsRequest {
        end_sequence: 1, // shipment.accepted, which it does not want
        ..of_subject.clone()
    };
    assert_eq!(hook.replay(none).await.unwrap(), 0);
    let by_time = ReplayEventsRequest {
        name: name(),
        start_time: Some(prost_types::Timestamp::default()),
        kinds: vec!["shipment.purchased".to_owned()],
        ..ReplayEventsRequest::default()
    };
    assert_eq!(hook.replay(by_time).await.unwrap(), 1);
    let all = hook.delivered(4).await;
    assert_eq!(all.iter().filter(|one| one.replay).count(), 3);
    let wrong = ReplayEventsRequest {
        start_sequence: 3,
        subject: String::new(),
        ..of_subject
    };
    let refused = hook.replay(wrong).await.unwrap_err();
    assert_eq!(fields(&refused), ["start_sequence", "start_time"]);
    let unknown = RedeliverEventRequest {
        name: format!("{}/deliveries/none", hook.name),
    };
    let gone = hook.stage.subscriptions().redeliver_event(unknown).await;
    assert_eq!(reason(&gone.unwrap_err(), Code::NotFound), "NOT_FOUND");
    hook.stage.stop().await;
}
