//! A spend limit is one for all gateways: of a hundred who buy at once against a limit for ten,
//! ten buy. With two gateways on one file, and on one Postgres: that of `POSTGRES_URL` or the one
//! at the usual port. Without one that case is ignored; with `CI=true` it fails.

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

use std::process::ExitCode;

use futures::future::join_all;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate::app::{Gateway, open_store};
use parcelgate::service::ledger::{Books, Which};
use parcelgate::service::main_tenant;
use parcelgate_domain::Money;
use parcelgate_proto::v1::Quote;
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::rate_service_client::RateServiceClient;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_sandbox::Settings;
use parcelgate_store::suite::Schema;
use tonic::Code;

use errors::reason;
use requests::{at_home, purchase, quote};
use stage::{Bearer, Stage, UPS, channel};

fn main() -> ExitCode {
    let on = |postgres: bool| {
        let run = move || -> Result<Completion, Failed> {
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(limited(postgres))
        };
        let name = if postgres { "postgres" } else { "file" };
        Trial::ignorable_test(format!("a_limit_for_ten_buys_ten::{name}"), run)
    };
    libtest_mimic::run(&Arguments::from_args(), vec![on(false), on(true)]).exit_code()
}

async fn limited(postgres: bool) -> Result<Completion, Failed> {
    if !postgres {
        ten_of_a_hundred(None).await;
        return Ok(Completion::Completed);
    }
    match Schema::make().await {
        Ok(schema) => {
            let url = schema.url();
            // Whatever becomes of it, a panic too, nothing of it stays on the server.
            let ended = tokio::spawn(async move { ten_of_a_hundred(Some(&url)).await }).await;
            schema.remove().await?;
            ended?;
            Ok(Completion::Completed)
        }
        Err(why) if std::env::var_os("CI").is_some_and(|value| value == "true") => Err(why.into()),
        Err(why) => Ok(Completion::ignored_with(why)),
    }
}

/// A price for the shipment at one gateway.
async fn offered(gateway: &Gateway, key: &str) -> Quote {
    let mut rates = RateServiceClient::with_interceptor(channel(gateway), Bearer::of(key));
    let quotes = rates.quote_rates(quote(&at_home())).await.expect("prices");
    let mut quotes = quotes.into_inner().quotes.into_iter();
    quotes
        .find(|quote| quote.account == UPS)
        .expect("one of UPS")
}

async fn ten_of_a_hundred(url: Option<&str>) {
    let (sandbox, folder, mut config) = Stage::scenery(Settings::default(), |_| {}).await;
    if let Some(url) = url {
        config.store.key_file = folder.path().join("shared.key");
        config.store.path = std::path::PathBuf::new();
        config.store.url = url.into();
    }
    let mut gateways = Vec::new();
    for _ in 0..2 {
        gateways.push(Gateway::start(config.clone()).await.expect("starts"));
    }
    let key = gateways[0]
        .create_key("any", &stage::SCOPES)
        .await
        .expect("a key");
    let mut offers = Vec::new();
    for gateway in &gateways {
        offers.push(offered(gateway, &key).await);
    }
    let total = offers[0].total.clone().expect("a total");
    assert_eq!(offers[1].total.as_ref(), Some(&total));
    let currency = total.currency_code.parse().expect("a currency");
    let price = format!("{}.{:09}", total.units, total.nanos);
    let price = Money::parse(&price, currency).expect("exact");
    let limit = price.checked_mul(10).expect("a limit");
    let key = gateways[0]
        .create_limited_key("shop", limit)
        .await
        .expect("a key");
    let buys = (0..100).map(|number| {
        let at = number % 2;
        let mut client =
            ShipmentServiceClient::with_interceptor(channel(&gateways[at]), Bearer::of(&key));
        let quote = Selection::Quote(offers[at].name.clone());
        let mut request = purchase(at_home(), quote);
        let spec = request.shipment.as_mut().expect("a shipment");
        spec.order_number = format!("order-{number}");
        async move { client.purchase_label(request).await }
    });
    let told = join_all(buys).await;
    let bought = told.iter().filter(|told| told.is_ok()).count();
    assert_eq!(bought, 10, "of {}", told.len());
    for refused in told.into_iter().filter_map(Result::err) {
        assert_eq!(reason(&refused, Code::FailedPrecondition), "SPEND_LIMIT");
    }
    assert_eq!(sandbox.control().parcels().len(), 10);
    let store = open_store(&config.store).await.expect("the store");
    let check = Books::new(store.clone())
        .check(&main_tenant(), &Which::default())
        .await;
    let check = check.expect("a check");
    assert!(
        check.findings.is_empty() && check.sums.is_empty(),
        "{check:?}"
    );
    assert_eq!(check.purchases, 10);
    store.close().await;
    sandbox.stop().await;
    for gateway in gateways {
        gateway.stop().await;
    }
}
