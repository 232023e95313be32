//! Who wants to be told says so once.

use parcelgate_proto::v1::{
    CreateSubscriptionRequest, DeleteSubscriptionRequest, GetSubscriptionRequest,
    ListDeliveriesRequest, ListSubscriptionsRequest, ReplayEventsRequest, Subscription,
};
use tonic::{Code, Response, Status};

use crate::errors::{fields, reason, said_of};
use crate::requests::fresh;
use crate::stage::Stage;

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
