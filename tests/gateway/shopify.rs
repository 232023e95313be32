//! Orders of a Shopify store: fulfilled once, told what happens on the way, within its points.

use std::time::Duration;

use parcelgate::config::{Config, ShopConfig};
use parcelgate_proto::v1::confirmation::State;
use parcelgate_proto::v1::{ShopOrder, ShopOrderItem};
use parcelgate_sandbox::{
    Fault, PlacedOrder, Settings, Shop, ShopFaultOrder, ShopItem, ShopifyAccount,
};
use serde_json::json;

use super::shops::{base, packages, purchase, reaches, stage_of};
use super::stage::Stage;

const ORDER: &str = "450789469";
const LINE: &str = "466157049";

fn shopify(config: &Config, known: &Settings) -> ShopConfig {
    let shop = json!({
        "id": "toys",
        "shop": "shopify",
        "confirm": "on_label",
        "settings": {
            "access_token": known.shopify.access_token,
            "api": base(config, "shopify"),
        },
    });
    serde_json::from_value(shop).expect("a shop")
}

fn place(stage: &Stage, order: &str, quantity: u32) {
    stage.carriers().place(PlacedOrder {
        shop: Shop::Shopify,
        order: order.to_owned(),
        marketplace: String::new(),
        items: vec![ShopItem {
            id: LINE.to_owned(),
            quantity,
        }],
    });
}

/// So many of its line are in the box.
fn order(id: &str, quantity: u32) -> ShopOrder {
    ShopOrder {
        shop: "toys".to_owned(),
        order: id.to_owned(),
        items: vec![ShopOrderItem {
            id: LINE.to_owned(),
            quantity,
            parcel_index: 0,
        }],
        ..ShopOrder::default()
    }
}

#[tokio::test]
async fn an_order_is_fulfilled_and_told_what_happens_on_the_way() {
    let (stage, clock) = stage_of(Settings::default(), shopify).await;
    place(&stage, ORDER, 3);
    let shipment = stage.buy(purchase(order(ORDER, 2))).await.expect("a label");
    reaches(&stage, ORDER, State::Recognised).await;
    let [package] = packages(&stage, ORDER).try_into().expect("one package");
    assert_eq!(package.number, shipment.parcels[0].tracking_number);
    assert_eq!((package.carrier.as_str(), package.told), ("UPS", 1));
    let items = [ShopItem {
        id: LINE.to_owned(),
        quantity: 2,
    }];
    assert_eq!(package.items, items, "of three, one is left");
    clock.advance(Duration::from_secs(9 * 86_400));
    let told = super::stage::until("delivered", async || {
        let [package] = packages(&stage, ORDER).try_into().expect("one package");
        let delivered = package.events.last().is_some_and(|it| it == "DELIVERED");
        delivered.then_some(package)
    })
    .await;
    assert_eq!(told.events.first().expect("the first"), "CARRIER_PICKED_UP");
    assert_eq!((told.told, &told.key), (1, &package.key));
    let mut repeated = told.events.windows(2).filter(|pair| pair[0] == pair[1]);
    assert_eq!(repeated.next(), None, "{:?}", told.events);
    stage.stop().await;
}

#[tokio::test]
async fn what_shopify_does_not_answer_for_is_not_fulfilled_twice() {
    let (stage, _) = stage_of(Settings::default(), shopify).await;
    place(&stage, ORDER, 2);
    for fault in [Fault::CutAfter, Fault::CutBefore, Fault::CutAfter] {
        stage.carriers().inject_shop(ShopFaultOrder {
            shop: Shop::Shopify,
            operation: "graphql".to_owned(),
            fault,
            times: 2,
        });
    }
    stage.buy(purchase(order(ORDER, 1))).await.expect("a label");
    reaches(&stage, ORDER, State::Recognised).await;
    let packages = packages(&stage, ORDER);
    assert_eq!(packages.len(), 1, "{packages:?}");
    stage.stop().await;
}

#[tokio::test]
async fn more_than_is_left_of_a_line_waits_for_a_person() {
    let (stage, _) = stage_of(Settings::default(), shopify).await;
    place(&stage, ORDER, 1);
    stage.buy(purchase(order(ORDER, 2))).await.expect("a label");
    let waits = reaches(&stage, ORDER, State::NeedsReview).await;
    assert!(waits.shop_text.contains("not left"), "{waits:?}");
    assert!(packages(&stage, ORDER).is_empty());
    stage.stop().await;
}

/// Each order costs 319 points, and a store has 2,000 of which 100 come back each second.
#[tokio::test]
async fn a_store_whose_points_are_used_up_is_told_later() {
    let settings = Settings {
        shopify: ShopifyAccount {
            rated: true,
            ..ShopifyAccount::default()
        },
        ..Settings::default()
    };
    let generous = |config: &Config, known: &Settings| {
        let quota = json!({ "permits": 100_000, "per_ms": 1_000 });
        let mut shop = shopify(config, known);
        let wire = json!({ "quotas": { "manage": quota, "track": quota } });
        shop.wire = serde_json::from_value(wire).expect("settings");
        shop
    };
    let (stage, _) = stage_of(settings, generous).await;
    let orders: Vec<String> = (0..7).map(|number| (700 + number).to_string()).collect();
    for id in &orders {
        place(&stage, id, 1);
        stage.buy(purchase(order(id, 1))).await.expect("a label");
    }
    for id in &orders {
        reaches(&stage, id, State::Recognised).await;
        assert_eq!(packages(&stage, id).len(), 1);
    }
    stage.stop().await;
}
