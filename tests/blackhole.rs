//! One carrier accepts every connection and never answers. The others are as fast as ever, and the
//! reply is there when the caller's time is up.
//!
//! Each of the six in turn is the one that hangs. What is measured is compared with the same
//! gateway and the same carriers in the same run, block by block in turn, and only in a release
//! build: `cargo test --release --test blackhole`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and shows its figures"
)]

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures::StreamExt as _;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use parcelgate::app::Gateway;
use parcelgate::config::Config;
use parcelgate::played;
use parcelgate_clock::{Clock as _, System, instant};
use parcelgate_proto::google::r#type::{Date, Money};
use parcelgate_proto::v1::rate_service_client::RateServiceClient;
use parcelgate_proto::v1::stream_rates_response::Step;
use parcelgate_proto::v1::{
    Address, Customs, CustomsItem, Dimensions, Parcel, QuoteRatesRequest, QuoteRatesResponse,
};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder, Running, Sandbox, Settings};
use serde_json::json;
use tempfile::TempDir;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

/// How long a caller waits.
const PATIENCE: Duration = Duration::from_millis(250);
/// How much earlier the reply leaves.
const MARGIN: Duration = Duration::from_millis(30);
/// How much later than the caller's deadline a reply may be there.
const LATE: Duration = Duration::from_millis(10);
/// What a carrier takes for a price: as different as carriers are.
const ANSWERS_MS: [(Carrier, u64); 6] = [
    (Carrier::Ups, 20),
    (Carrier::Fedex, 30),
    (Carrier::Usps, 25),
    (Carrier::Dhl, 35),
    (Carrier::Yanwen, 10),
    (Carrier::Fourpx, 15),
];
/// Quotes in a block, and blocks of each kind, for each carrier that hangs.
const BLOCK: u32 = 10;
const BLOCKS: u32 = 3;

struct Stage {
    sandbox: Running,
    gateway: Gateway,
    channel: Channel,
    key: MetadataValue<Ascii>,
    /// Makes every question another one, so that nothing comes from the cache.
    asked: u32,
    _folder: TempDir,
}

/// When the answers of the accounts that did not hang were there, and when everything was.
#[derive(Default)]
struct Seen {
    others: Vec<Duration>,
    whole: Vec<Duration>,
}

impl Stage {
    /// A gateway whose replies leave so much earlier than their callers' deadlines.
    async fn set(margin: Duration) -> Self {
        let mut settings = Settings::default();
        settings.yanwen.may_quote = true; // or it would price from a table, without a carrier
        let sandbox = Sandbox::start(settings.clone()).await.unwrap();
        let folder = TempDir::new().unwrap();
        let mut config = Config::load(None).unwrap();
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        (config.grpc.listen, config.http.listen) = (any_port, any_port);
        config.store.path = folder.path().join("parcelgate.db");
        config.rates.margin_ms = margin.as_millis().try_into().unwrap();
        let quota = json!({ "permits": 100_000, "per_ms": 1_000 });
        let wire = json!({ "quotas": { "rate": quota, "token": quota } });
        let played = played::accounts(&sandbox, &settings).into_iter();
        let accounts = played.map(|account| account.clone().account(account.name, &wire).unwrap());
        config.accounts = accounts.collect();
        let gateway = Gateway::start(config).await.unwrap();
        let key = gateway.create_key("test", &["rates.read"]).await.unwrap();
        let address = format!("http://{}", gateway.grpc());
        Self {
            channel: Endpoint::from_shared(address)
                .unwrap()
                .connect()
                .await
                .unwrap(),
            key: format!("Bearer {key}").parse().unwrap(),
            sandbox,
            gateway,
            asked: 0,
            _folder: folder,
        }
    }

    /// Every carrier takes its time; `hung` takes for ever.
    fn arrange(&self, hung: Option<Carrier>) {
        let control = self.sandbox.control();
        control.clear_faults();
        for (carrier, ms) in ANSWERS_MS {
            let fault = if hung == Some(carrier) {
                Fault::Hang
            } else {
                Fault::Slow { ms }
            };
            control.inject(FaultOrder {
                carrier,
                operation: "rate".to_owned(),
                fault,
                times: u32::MAX,
            });
        }
    }

    fn ask(&mut self) -> Request<QuoteRatesRequest> {
        self.asked += 1;
        let mut request = Request::new(question(500 + self.asked));
        request.set_timeout(PATIENCE);
        request
            .metadata_mut()
            .insert("authorization", self.key.clone());
        request
    }

    /// Asks for a block of quotes; `hung` is the carrier that does not answer.
    async fn block(&mut self, hung: Option<Carrier>, seen: &mut Seen) {
        self.arrange(hung);
        for _ in 0..BLOCK {
            let request = self.ask();
            let begun = instant();
            let mut rates = RateServiceClient::new(self.channel.clone());
            let mut steps = rates.stream_rates(request).await.unwrap().into_inner();
            let mut summary = None;
            while let Some(step) = steps.next().await {
                match step.unwrap().step.unwrap() {
                    Step::Answer(answer) if answer.failure.is_none() => {
                        seen.others.push(instant() - begun);
                    }
                    Step::Answer(_) => {}
                    Step::Summary(reply) => summary = Some(reply),
                }
            }
            seen.whole.push(instant() - begun);
            told(&summary.unwrap(), hung);
        }
    }
}

/// Every carrier but `hung` has prices; it has its reason.
fn told(reply: &QuoteRatesResponse, hung: Option<Carrier>) {
    let priced: BTreeSet<&str> = reply.quotes.iter().map(|it| it.carrier.as_str()).collect();
    let expected = Carrier::ALL.map(Carrier::name).into_iter();
    let expected: BTreeSet<&str> = expected
        .filter(|name| hung.map(Carrier::name) != Some(name))
        .collect();
    assert_eq!(priced, expected, "{:?}", reply.failures);
    let Some(hung) = hung else { return };
    let mut failures = reply.failures.iter();
    let reason = failures.find(|it| it.carrier == hung.name() && it.reason == "DEADLINE");
    assert!(reason.is_some(), "{:?}", reply.failures);
}

/// A parcel that could leave from Shenzhen or from Ohio, so that all six can carry it.
fn question(weight: u32) -> QuoteRatesRequest {
    let address =
        |name: &str, line: &str, city: &str, region: &str, code: &str, country: &str| Address {
            name: name.into(),
            company: "Sunrise Trading".into(),
            lines: vec![line.into()],
            city: city.into(),
            region: region.into(),
            postal_code: code.into(),
            country: country.into(),
            phone: "6145550123".into(),
            ..Address::default()
        };
    let shenzhen = address(
        "Li Wei",
        "88 Keji Road",
        "Shenzhen",
        "Guangdong",
        "518000",
        "CN",
    );
    let columbus = address(
        "Ada Lovelace",
        "1 Main Street",
        "Columbus",
        "OH",
        "43215",
        "US",
    );
    QuoteRatesRequest {
        ship_from: vec![shenzhen, columbus],
        ship_to: Some(address(
            "Grace Hopper",
            "7 Mews",
            "London",
            "",
            "SW1A 2AA",
            "GB",
        )),
        parcels: vec![Parcel {
            weight_grams: weight,
            size: Some(Dimensions {
                length_mm: 200,
                width_mm: 150,
                height_mm: 100,
            }),
        }],
        customs: Some(Customs {
            items: vec![CustomsItem {
                sku: "LAMP-1".into(),
                description: "Desk lamp".into(),
                description_zh: "台灯".into(),
                quantity: 1,
                unit_value: Some(Money {
                    currency_code: "USD".into(),
                    units: 12,
                    nanos: 0,
                }),
                unit_weight_grams: 220,
                hs_code: "940520".into(),
                origin: "CN".into(),
                battery: false,
            }],
            ..Customs::default()
        }),
        ship_date: Some(tomorrow()),
        ..QuoteRatesRequest::default()
    }
}

/// Not yet over in any time zone.
fn tomorrow() -> Date {
    let at = System.now() + SignedDuration::from_hours(24);
    let date = at.to_zoned(TimeZone::UTC).date();
    Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

fn p99(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(at).copied().unwrap_or_default()
}

/// A p99 may be so much more than it is without a black hole.
fn allowed(before: Duration) -> Duration {
    before + (before / 20).max(Duration::from_millis(2))
}

#[test]
fn the_limit_is_five_percent_or_two_milliseconds() {
    let ms = Duration::from_millis;
    assert_eq!(allowed(ms(20)), ms(22));
    assert_eq!(allowed(ms(100)), ms(105));
    assert_eq!(p99(&mut [ms(3), ms(1), ms(2)]), ms(3));
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(
    debug_assertions,
    ignore = "measured: cargo test --release --test blackhole"
)]
async fn the_others_are_as_fast_and_the_reply_is_in_time() {
    let mut stage = Stage::set(MARGIN).await;
    let mut warm = Seen::default();
    stage.block(None, &mut warm).await;
    let (mut plain, mut hung) = (Seen::default(), Seen::default());
    for carrier in Carrier::ALL {
        for _ in 0..BLOCKS {
            stage.block(None, &mut plain).await;
            stage.block(Some(carrier), &mut hung).await;
        }
    }
    let (before, after) = (p99(&mut plain.others), p99(&mut hung.others));
    let last = hung.whole.iter().max().copied().unwrap();
    println!(
        "{} answers, p99 {before:?}; with one carrier hung {} answers, p99 {after:?}, allowed {:?}",
        plain.others.len(),
        hung.others.len(),
        allowed(before)
    );
    println!("the last reply came after {last:?} of {PATIENCE:?}");
    assert!(last <= PATIENCE + LATE, "{last:?}");
    assert!(after <= allowed(before), "{before:?} became {after:?}");
    stage.gateway.stop().await;
    stage.sandbox.stop().await;
}

/// The same without a clock: nobody waits for the one that hangs, whichever it is.
#[tokio::test(flavor = "multi_thread")]
async fn whichever_hangs_the_other_five_have_prices() {
    // Debug builds on a busy machine are slow; what hangs hangs longer than any of that.
    let mut stage = Stage::set(Duration::from_secs(2)).await;
    stage.arrange(None);
    let mut rates = RateServiceClient::new(stage.channel.clone());
    let mut first = stage.ask();
    first.set_timeout(Duration::from_secs(20));
    told(&rates.quote_rates(first).await.unwrap().into_inner(), None);
    for carrier in Carrier::ALL {
        stage.arrange(Some(carrier));
        let mut request = stage.ask();
        request.set_timeout(Duration::from_secs(5));
        let reply = rates.quote_rates(request).await.unwrap().into_inner();
        told(&reply, Some(carrier));
    }
    stage.gateway.stop().await;
    stage.sandbox.stop().await;
}
