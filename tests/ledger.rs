//! What purchases cost is in the ledger, however they end; and a key spends no more than it may.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "gateway/errors.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod errors;
#[path = "gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
#[path = "gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use parcelgate::app::{Gateway, open_store};
use parcelgate::service::ledger::{Books, Row, Which};
use parcelgate::service::main_tenant;
use parcelgate_clock::{Clock as _, Manual, System};
use parcelgate_domain::Money;
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::rate_service_client::RateServiceClient;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{PurchaseLabelRequest, Quote, Shipment, VoidLabelRequest};
use parcelgate_sandbox::{Carrier, Fault, Settings};
use parcelgate_store::{Book, Page, ShipmentFilter, balance};
use tonic::{Code, Response, Status};

use errors::{fact, reason};
use requests::{abroad, at_home, fresh, ground, packet, purchase, quote};
use stage::{Bearer, Keyed, Stage, UPS, YANWEN, channel, until};

/// A price of this account for a shipment that it takes.
async fn offered(stage: &Stage, account: &str) -> Quote {
    let spec = if account == UPS { at_home() } else { abroad() };
    let quotes = stage.quote(quote(&spec)).await.expect("prices").quotes;
    let own = quotes.into_iter().find(|quote| quote.account == account);
    own.unwrap_or_else(|| panic!("no quote of {account}"))
}

/// The same shipment for an order of its own, bought at that price.
fn at_price(quote: &Quote) -> PurchaseLabelRequest {
    let spec = if quote.account == UPS {
        at_home()
    } else {
        abroad()
    };
    let mut request = purchase(spec, Selection::Quote(quote.name.clone()));
    let order = request.request_id.chars().take(8).collect();
    request.shipment.as_mut().expect("a shipment").order_number = order;
    request
}

fn minor(quote: &Quote) -> Money {
    let total = quote.total.as_ref().expect("a total");
    let text = format!("{}.{:09}", total.units, total.nanos);
    let currency = total.currency_code.parse().expect("a currency");
    Money::parse(&text, currency).expect("exact")
}

/// What all purchases came to, in a ledger that is right and sums to zero.
async fn rows(stage: &Stage) -> Vec<Row> {
    let store = open_store(&stage.config.store).await.expect("the store");
    let tenant = main_tenant();
    let all = ShipmentFilter::default();
    let shipments = store.shipments(&tenant, &all, Page::first(1_000));
    let ids: Vec<_> = shipments
        .await
        .expect("the shipments")
        .into_iter()
        .map(|shipment| shipment.id)
        .collect();
    let entries = store.entries(&tenant, &ids).await.expect("the entries");
    let books = Book::ALL.map(|(book, _)| balance(&entries, book));
    let sum = |currency| {
        let amounts = books.iter().flatten();
        let own = amounts.filter(|amount| amount.currency() == currency);
        own.map(|amount| amount.minor()).sum::<i64>()
    };
    let currencies = books.iter().flatten().map(|amount| amount.currency());
    for currency in currencies {
        assert_eq!(sum(currency), 0, "{currency}");
    }
    let books = Books::new(store.clone());
    let check = books.check(&tenant, &Which::default()).await;
    let check = check.expect("a check");
    assert!(check.findings.is_empty(), "{:?}", check.findings);
    assert_eq!(check.sums, [], "what limits are held against");
    let sheet = books.sheet(&tenant, &Which::default()).await;
    store.close().await;
    sheet.expect("a sheet").rows
}

/// What stands in the only row: reserved, spent, reversed.
async fn amounts(stage: &Stage) -> (i64, i64, i64) {
    let rows = rows(stage).await;
    let [row] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    (row.reserved, row.spent, row.reversed)
}

async fn void(stage: &Stage, shipment: &Shipment) -> Result<Shipment, Status> {
    let request = VoidLabelRequest {
        name: shipment.name.clone(),
        request_id: fresh(),
    };
    let reply = stage.shipments().void_label(request).await;
    reply.map(Response::into_inner)
}

#[tokio::test]
async fn what_is_bought_is_owed_and_what_is_voided_is_not() {
    for account in [UPS, YANWEN] {
        let stage = Stage::start().await;
        let offer = offered(&stage, account).await;
        let bought = stage.buy(at_price(&offer)).await.expect("bought");
        let charged = bought.charged.as_ref().or(offer.total.as_ref());
        let spent = minor(&Quote {
            total: charged.cloned(),
            ..offer.clone()
        });
        assert_eq!(amounts(&stage).await, (0, spent.minor(), 0), "{account}");
        let voided = void(&stage, &bought).await.expect("voided");
        assert_eq!(voided.state(), State::Voided);
        let (reserved, posted, reversed) = amounts(&stage).await;
        assert_eq!((reserved, posted), (0, spent.minor()), "{account}");
        assert_eq!(reversed, posted, "{account}: nothing is owed any more");
        stage.stop().await;
    }
}

#[tokio::test]
async fn what_the_carrier_refuses_is_released() {
    // On the rate card stands a product that the carrier does not know.
    let stage = Stage::with(|config| {
        for account in config
            .accounts
            .iter_mut()
            .filter(|own| own.id.as_str() == YANWEN)
        {
            let card = account.settings["rate_card_csv"].as_str().expect("a card");
            account.settings["rate_card_csv"] = card.replace(",481,", ",999,").into();
        }
    })
    .await;
    let quotes = stage.quote(quote(&abroad())).await.expect("prices").quotes;
    let offer = quotes.into_iter().find(|quote| quote.service == "999");
    let offer = offer.expect("a price");
    let outcome = stage.buy(at_price(&offer)).await;
    let kept = stage.all_shipments().await;
    let states: Vec<State> = kept.iter().map(Shipment::state).collect();
    assert_eq!(states, [State::Rejected], "{outcome:?}");
    assert_eq!(amounts(&stage).await, (0, 0, 0));
    stage.stop().await;
}

/// What the command line says on the same database. The gateway goes on meanwhile.
async fn say(stage: &Stage, args: &'static [&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parcelgate"));
    command.env_remove("PARCELGATE_CONFIG");
    command.env("PARCELGATE__STORE__PATH", &stage.config.store.path);
    let run = move || command.args(args).output();
    let output = tokio::task::spawn_blocking(run).await.expect("an end");
    let output = output.expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn told_to_people(stage: &Stage) {
    let sheet = say(stage, &["ledger"]).await;
    let named = sheet.contains(YANWEN) && sheet.contains("Without a price: ");
    assert!(named, "{sheet}");
    let others = &["ledger", "--account", UPS, "--since", "2020-01-01"];
    let sheet = say(stage, others).await;
    assert!(!sheet.contains(YANWEN), "{sheet}");
    let check = say(stage, &["ledger", "--check"]).await;
    let right = check.starts_with("1 purchases, 2 entries: every entry");
    assert!(right, "{check}");
    let sheet = say(stage, &["ledger", "--output", "json"]).await;
    let sheet: serde_json::Value = serde_json::from_str(&sheet).expect("JSON");
    assert_eq!(sheet["rows"][0]["account"], YANWEN);
    assert_eq!(sheet["rows"][0]["unpriced"], 1);
    let limited = &["keys", "create", "shop", "--spend-limit", "500:USD"];
    let made = say(stage, limited).await;
    assert!(made.starts_with("pg_"), "{made}");
    assert!(say(stage, &["keys", "list"]).await.contains("500.00 USD"));
}

#[tokio::test]
async fn what_has_no_price_is_counted_as_such() {
    let stage = Stage::start().await;
    let bought = stage.buy(packet()).await.expect("bought");
    assert!(bought.quoted_total.is_none());
    let rows = rows(&stage).await;
    told_to_people(&stage).await;
    let unpriced: u64 = rows.iter().map(|row| row.unpriced).sum();
    let priced = bought.charged.is_some();
    assert_eq!(unpriced, u64::from(!priced), "{rows:?}");
    stage.stop().await;
}

/// By a clock that stands until it is moved.
#[tokio::test]
async fn a_doubt_stays_reserved_until_the_purchase_is_proven_absent() {
    let clock = Arc::new(Manual::at(System.now()));
    let settings = Settings {
        clock: clock.clone(),
        protocol_clock: clock.clone(),
        ..Settings::default()
    };
    let leaves = |config: &mut parcelgate::config::Config| config.purchase.settle_ms = 3_600_000;
    let stage = Stage::set(settings, leaves).await;
    let mut config = stage.config.clone();
    config.purchase.settle_ms = 40;
    let gateway = Gateway::start_by(clock.clone(), config).await;
    let gateway = gateway.expect("starts");
    let client = client(&gateway, &stage.key);
    let rates = RateServiceClient::with_interceptor(channel(&gateway), Bearer::of(&stage.key));
    let quotes = rates.clone().quote_rates(quote(&abroad())).await;
    let quotes = quotes.expect("prices").into_inner().quotes;
    let offer = quotes.into_iter().find(|quote| quote.account == YANWEN);
    let offer = offer.expect("a quote of Yanwen");
    // By this the carrier's look-up is tested.
    let before = client.clone().purchase_label(at_price(&offer)).await;
    assert_eq!(
        before.expect("bought").into_inner().state(),
        State::Purchased
    );
    let (_, spent, _) = amounts(&stage).await;
    stage.fail(Carrier::Yanwen, "ship", Fault::CutBefore, 1);
    let request = at_price(&offer);
    let ask = async || {
        let reply = client.clone().purchase_label(request.clone()).await;
        reply.expect("what stands").into_inner()
    };
    assert_eq!(ask().await.state(), State::Unknown);
    let reserved = minor(&offer).minor();
    assert_eq!(amounts(&stage).await, (reserved, spent, 0));
    clock.advance(Duration::from_mins(5));
    let asked = stage.count(Carrier::Yanwen, "list", 0);
    until("looked up", async || (asked.seen() >= 3).then_some(())).await;
    assert_eq!(
        amounts(&stage).await,
        (reserved, spent, 0),
        "a doubt never ends by itself"
    );
    clock.advance(Duration::from_mins(2));
    until("absent", async || {
        (ask().await.state() == State::Absent).then_some(())
    })
    .await;
    assert_eq!(amounts(&stage).await, (0, spent, 0));
    gateway.stop().await;
    stage.stop().await;
}

fn client(gateway: &Gateway, key: &str) -> ShipmentServiceClient<Keyed> {
    ShipmentServiceClient::with_interceptor(channel(gateway), Bearer::of(key))
}

#[tokio::test]
async fn of_a_hundred_purchases_at_once_a_limit_for_ten_buys_ten() {
    let stage = Stage::start().await;
    let offer = offered(&stage, UPS).await;
    let price = minor(&offer);
    let limit = price.checked_mul(10).expect("a limit");
    let key = stage.gateway.create_limited_key("shop", limit).await;
    let client = client(&stage.gateway, &key.expect("a key"));
    let buys = (0..100).map(|_| {
        let mut client = client.clone();
        let request = at_price(&offer);
        async move {
            client
                .purchase_label(request)
                .await
                .map(Response::into_inner)
        }
    });
    let (bought, refused): (Vec<_>, Vec<_>) =
        join_all(buys).await.into_iter().partition(Result::is_ok);
    assert_eq!((bought.len(), refused.len()), (10, 90));
    for status in refused.into_iter().filter_map(Result::err) {
        assert_eq!(reason(&status, Code::FailedPrecondition), "SPEND_LIMIT");
        assert_eq!(fact(&status, "limit"), limit.to_string());
        assert_eq!(fact(&status, "wanted"), price.to_string());
    }
    assert_eq!(stage.carriers().parcels().len(), 10);
    let rows = rows(&stage).await;
    assert_eq!(rows.iter().map(|row| row.purchases).sum::<u64>(), 10);

    // What is voided is given back.
    let first = bought.into_iter().find_map(Result::ok).expect("a label");
    void(&stage, &first).await.expect("voided");
    let mut client = client;
    client
        .purchase_label(at_price(&offer))
        .await
        .expect("one more");
    let refused = client.purchase_label(at_price(&offer)).await;
    let refused = refused.expect_err("the limit");
    assert_eq!(reason(&refused, Code::FailedPrecondition), "SPEND_LIMIT");
    stage.stop().await;
}

#[tokio::test]
async fn under_a_limit_nothing_is_bought_without_a_price_or_in_another_currency() {
    let stage = Stage::start().await;
    let limit = Money::of_minor(1_000_000, "USD".parse().expect("USD"));
    let key = stage.gateway.create_limited_key("shop", limit).await;
    let mut client = client(&stage.gateway, &key.expect("a key"));
    let refused = client.purchase_label(ground()).await;
    let refused = refused.expect_err("no price");
    assert_eq!(reason(&refused, Code::FailedPrecondition), "SPEND_LIMIT");
    assert!(refused.message().contains("buy a quote"), "{refused:?}");
    let yuan = offered(&stage, YANWEN).await;
    assert_eq!(minor(&yuan).currency().to_string(), "CNY");
    let refused = client.purchase_label(at_price(&yuan)).await;
    let refused = refused.expect_err("another currency");
    assert_eq!(reason(&refused, Code::FailedPrecondition), "SPEND_LIMIT");
    assert_eq!(fact(&refused, "wanted"), minor(&yuan).to_string());
    assert!(refused.message().contains("in USD"), "{refused:?}");
    assert!(stage.all_shipments().await.is_empty());
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}
