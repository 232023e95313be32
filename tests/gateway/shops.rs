//! Orders are confirmed in their shop: once, with what fits, and until the shop knows the number.

use std::sync::Arc;
use std::time::Duration;

use parcelgate::config::{Config, ShopConfig};
use parcelgate_clock::{Clock as _, Manual, System};
use parcelgate_proto::v1::confirmation::State;
use parcelgate_proto::v1::shop_order::Moment;
use parcelgate_proto::v1::{
    ConfirmOrderRequest, Confirmation, GetConfirmationRequest, ListConfirmationsRequest,
    ListShopsRequest, PurchaseLabelRequest, RetryConfirmationRequest, ShopOrder, ShopOrderItem,
    VoidLabelRequest,
};
use parcelgate_sandbox::{
    Fault, PlacedOrder, Settings, Shop, ShopFaultOrder, ShopItem, ShopPackageView,
};
use serde_json::json;

use super::requests::{fresh, ground};
use super::stage::{Stage, until};

const US: &str = "ATVPDKIKX0DER";
const ORDER: &str = "902-1106328-1059050";

/// A gateway with Amazon, which is told of a label at once, and the parcels' clock.
async fn stage() -> (Stage, Arc<Manual>) {
    stage_with(|_| {}).await
}

async fn stage_with(change: impl FnOnce(&mut ShopConfig)) -> (Stage, Arc<Manual>) {
    let (stage, clock) = stage_of(Settings::default(), |config, settings| {
        let mut shop = amazon(config, settings);
        change(&mut shop);
        shop
    })
    .await;
    for order in [ORDER, "902-0000000-0000002"] {
        place(&stage, order);
    }
    (stage, clock)
}

/// A gateway with one shop, which looks often, and the parcels' clock.
pub(super) async fn stage_of(
    settings: Settings,
    shop: impl FnOnce(&Config, &Settings) -> ShopConfig,
) -> (Stage, Arc<Manual>) {
    let clock = Arc::new(Manual::at(System.now()));
    let settings = Settings {
        clock: clock.clone(),
        ..settings
    };
    let stage = Stage::set(settings.clone(), |config| {
        config.shops = vec![shop(config, &settings)];
        config.tracking.before_scan_ms = 100;
        config.tracking.moving_ms = 100;
        config.tracking.near_delivery_ms = 100;
        config.tracking.tick_ms = 50;
        config.confirm.tick_ms = 50;
        config.confirm.retry_ms = vec![100; 200];
        config.confirm.read_back_ms = vec![100; 20];
    });
    (stage.await, clock)
}

/// Where the played shop of that name is, as the played carrier's address says.
pub(super) fn base(config: &Config, shop: &str) -> String {
    let account = config.accounts.first().expect("an account");
    let carrier = account.settings["token"].as_str().expect("its address");
    carrier.replace("/ups", &format!("/{shop}"))
}

fn amazon(config: &Config, known: &Settings) -> ShopConfig {
    let base = base(config, "amazon");
    let quota = json!({ "permits": 1_000, "per_ms": 1_000 });
    let shop = json!({
        "id": "amazon-us",
        "shop": "amazon",
        "confirm": "on_label",
        "settings": {
            "client_id": known.amazon.client_id,
            "client_secret": known.amazon.client_secret,
            "refresh_token": known.amazon.refresh_token,
            "api": base,
            "token": base,
        },
        "wire": { "quotas": { "manage": quota, "track": quota } },
    });
    serde_json::from_value(shop).expect("a shop")
}

fn place(stage: &Stage, order: &str) {
    stage.carriers().place(PlacedOrder {
        shop: Shop::Amazon,
        order: order.to_owned(),
        marketplace: US.to_owned(),
        items: vec![ShopItem {
            id: "79039765272157".to_owned(),
            quantity: 2,
        }],
    });
}

fn order(id: &str) -> ShopOrder {
    ShopOrder {
        shop: "amazon-us".to_owned(),
        order: id.to_owned(),
        marketplace: US.to_owned(),
        items: vec![ShopOrderItem {
            id: "79039765272157".to_owned(),
            quantity: 1,
            parcel_index: 0,
        }],
        ship_by: None,
        moment: Moment::Unspecified.into(),
    }
}

pub(super) fn purchase(order: ShopOrder) -> PurchaseLabelRequest {
    let mut request = ground();
    if let Some(shipment) = &mut request.shipment {
        shipment.shop_order = Some(order);
    }
    request
}

fn fail(stage: &Stage, operation: &str, fault: Fault, times: u32) {
    stage.carriers().inject_shop(ShopFaultOrder {
        shop: Shop::Amazon,
        operation: operation.to_owned(),
        fault,
        times,
    });
}

async fn all(stage: &Stage) -> Vec<Confirmation> {
    let mut shops = stage.shops();
    let list = shops.list_confirmations(ListConfirmationsRequest::default());
    list.await.expect("the list").into_inner().confirmations
}

/// The one confirmation of that order, once it is in `state`.
pub(super) async fn reaches(stage: &Stage, order: &str, state: State) -> Confirmation {
    until(state.as_str_name(), async || {
        let all = all(stage).await;
        all.into_iter()
            .find(|it| it.order == order && it.state() == state)
    })
    .await
}

/// What its shop was told of an order.
pub(super) fn packages(stage: &Stage, order: &str) -> Vec<ShopPackageView> {
    let orders = stage.carriers().shop_orders();
    let found = orders.into_iter().find(|view| view.order == order);
    found.expect("the order").packages
}

#[tokio::test]
async fn an_order_is_confirmed_and_read_back_until_its_number_is_recognised() {
    let (stage, clock) = stage().await;
    let shipment = stage.buy(purchase(order(ORDER))).await.expect("a label");
    let number = shipment.parcels[0].tracking_number.clone();
    let shown = reaches(&stage, ORDER, State::Confirmed).await;
    assert_eq!(
        (&shown.tracking_number, shown.carrier_code.as_str()),
        (&number, "UPS")
    );
    assert_eq!((&shown.shipment, shown.package), (&shipment.name, 1));
    let [package] = packages(&stage, ORDER).try_into().expect("one package");
    assert_eq!(
        (package.key.as_str(), &package.number, package.told),
        ("1", &number, 1)
    );
    clock.advance(Duration::from_secs(6 * 86_400));
    let known = reaches(&stage, ORDER, State::Recognised).await;
    let name = known.name.clone();
    let read = stage
        .shops()
        .get_confirmation(GetConfirmationRequest { name })
        .await;
    assert_eq!(read.expect("it").into_inner().state(), State::Recognised);
    let [package] = packages(&stage, ORDER).try_into().expect("one package");
    assert_eq!(package.told, 1, "what is known is told once");
    stage.stop().await;
}

#[tokio::test]
async fn nothing_is_told_before_the_first_scan_unless_wanted() {
    let (stage, clock) = stage_with(|shop| shop.confirm = Default::default()).await;
    stage.buy(purchase(order(ORDER))).await.expect("a label");
    reaches(&stage, ORDER, State::Waiting).await;
    assert!(packages(&stage, ORDER).is_empty());
    clock.advance(Duration::from_secs(6 * 86_400));
    reaches(&stage, ORDER, State::Recognised).await;
    assert_eq!(packages(&stage, ORDER).len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn what_amazon_cannot_answer_for_the_moment_is_told_again_and_not_twice() {
    let (stage, _) = stage().await;
    fail(
        &stage,
        "confirm",
        Fault::Status {
            code: 429,
            retry_after: None,
        },
        2,
    );
    fail(
        &stage,
        "confirm",
        Fault::Status {
            code: 503,
            retry_after: None,
        },
        2,
    );
    fail(&stage, "confirm", Fault::CutAfter, 1);
    stage.buy(purchase(order(ORDER))).await.expect("a label");
    reaches(&stage, ORDER, State::Confirmed).await;
    let packages = packages(&stage, ORDER);
    assert_eq!(packages.len(), 1, "{packages:?}");
    stage.stop().await;
}

#[tokio::test]
async fn what_amazon_refuses_waits_for_a_person_with_its_words() {
    let (stage, _) = stage().await;
    let unknown = "902-9999999-9999999";
    stage.buy(purchase(order(unknown))).await.expect("a label");
    let waits = reaches(&stage, unknown, State::NeedsReview).await;
    assert_eq!(
        (waits.reason.as_str(), waits.shop_code.as_str()),
        ("NOT_FOUND", "NotFound")
    );
    assert!(waits.shop_text.contains("does not exist"), "{waits:?}");
    place(&stage, unknown);
    let retry = RetryConfirmationRequest { name: waits.name };
    stage
        .shops()
        .retry_confirmation(retry)
        .await
        .expect("it is tried");
    let done = reaches(&stage, unknown, State::Confirmed).await;
    assert_eq!(done.reason, "");
    stage.stop().await;
}

#[tokio::test]
async fn the_number_of_one_order_is_not_told_for_another() {
    let (stage, _) = stage().await;
    let shipment = stage.buy(purchase(order(ORDER))).await.expect("a label");
    reaches(&stage, ORDER, State::Confirmed).await;
    let request = || ConfirmOrderRequest {
        request_id: fresh(),
        shipment: shipment.name.clone(),
        order: Some(order("902-0000000-0000002")),
    };
    let asked = request();
    let made = stage
        .shops()
        .confirm_order(asked.clone())
        .await
        .expect("it is made");
    assert_eq!(made.into_inner().confirmations.len(), 2);
    let again = stage
        .shops()
        .confirm_order(asked)
        .await
        .expect("told the same");
    assert_eq!(again.into_inner().confirmations.len(), 2);
    let waits = reaches(&stage, "902-0000000-0000002", State::NeedsReview).await;
    assert_eq!(waits.shop_code, "DUPLICATE_NUMBER");
    assert!(packages(&stage, "902-0000000-0000002").is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_label_that_is_voided_before_anything_was_told_tells_nothing() {
    let (stage, _) = stage_with(|shop| shop.confirm = Default::default()).await;
    let shipment = stage.buy(purchase(order(ORDER))).await.expect("a label");
    let void = VoidLabelRequest {
        name: shipment.name,
        request_id: fresh(),
    };
    stage
        .shipments()
        .void_label(void)
        .await
        .expect("it is voided");
    reaches(&stage, ORDER, State::Cancelled).await;
    assert!(packages(&stage, ORDER).is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn an_order_that_is_late_is_told_of_and_confirmed_where_that_is_wanted() {
    let (stage, _) = stage_with(|shop| shop.confirm = Default::default()).await;
    let soon = System.now() + Duration::from_secs(3_600);
    let late = ShopOrder {
        ship_by: Some(prost_types::Timestamp {
            seconds: soon.as_second(),
            nanos: 0,
        }),
        ..order(ORDER)
    };
    stage.buy(purchase(late.clone())).await.expect("a label");
    until("it is at risk", async || {
        let all = all(&stage).await;
        all.into_iter()
            .find(|it| it.at_risk && it.state() == State::Waiting)
    })
    .await;
    assert!(packages(&stage, ORDER).is_empty());
    stage.stop().await;
    let (stage, _) = stage_with(|shop| {
        shop.confirm = Default::default();
        shop.before_ship_by = parcelgate::config::BeforeShipBy::Confirm;
    })
    .await;
    stage.buy(purchase(late)).await.expect("a label");
    reaches(&stage, ORDER, State::Confirmed).await;
    stage.stop().await;
}

#[tokio::test]
async fn an_order_that_cannot_be_one_is_refused_by_its_fields() {
    let (stage, _) = stage().await;
    let mut bad = order(ORDER);
    bad.items[0].parcel_index = 7;
    bad.marketplace = "MOON".to_owned();
    let refused = stage.buy(purchase(bad)).await.expect_err("it cannot stand");
    for field in ["marketplace", "items[0].parcel_index"] {
        let at = format!("shipment.shop_order.{field}");
        assert!(format!("{refused:?}").contains(&at), "{field}: {refused:?}");
    }
    let mut other = order(ORDER);
    other.shop = "etsy".to_owned();
    let refused = stage
        .buy(purchase(other))
        .await
        .expect_err("there is no such shop");
    assert!(
        format!("{refused:?}").contains("one of amazon-us"),
        "{refused:?}"
    );
    assert!(all(&stage).await.is_empty());
    let shops = stage
        .shops()
        .list_shops(ListShopsRequest {})
        .await
        .expect("shops");
    let [shop] = shops.into_inner().shops.try_into().expect("one shop");
    assert_eq!(
        (shop.system.as_str(), shop.carrier_codes["yanwen"].as_str()),
        ("amazon", "YANWEN")
    );
    assert!(shop.absences.contains_key("events"));
    stage.stop().await;
}
