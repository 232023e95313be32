//! The gateway as a process of its own, before carriers that the sandbox plays.

use std::io::{BufRead, Write};

use bytes::Bytes;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use parcelgate::app::Gateway;
use parcelgate::config::Config;
use parcelgate::played;
use parcelgate_clock::{Clock as _, System};
use parcelgate_proto::{google, v1};
use parcelgate_sandbox::{Carrier, FaultOrder, Running, Sandbox, Settings};
use prost::Message;
use serde_json::json;

use crate::server::stdin_ends;

/// All carriers answer over the network, each after so many milliseconds: far enough apart that the
/// slowest one is the same each time, and its p50 is that of the slowest answers.
const ANSWERS_MS: [(Carrier, u64); 6] = [
    (Carrier::Ups, 40),
    (Carrier::Fedex, 25),
    (Carrier::Usps, 20),
    (Carrier::Dhl, 15),
    (Carrier::Yanwen, 10),
    (Carrier::Fourpx, 5),
];
/// The slowest one's account.
pub(crate) const SLOWEST: &str = "ups";

pub(crate) struct Carriers {
    pub(crate) sandbox: Running,
    settings: Settings,
}

impl Carriers {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let mut settings = Settings::default();
        settings.yanwen.may_quote = true; // or it would price from a table, without a carrier
        let slow = ANSWERS_MS.map(|(carrier, ms)| {
            serde_json::from_value::<FaultOrder>(json!({
                "carrier": carrier,
                "operation": "rate",
                "fault": { "slow": { "ms": ms } },
                "times": 1_000_000,
            }))
        });
        settings.faults = slow.into_iter().collect::<Result<_, _>>()?;
        let sandbox = Sandbox::start(settings.clone()).await?;
        Ok(Self { sandbox, settings })
    }

    /// The accounts of a gateway, with quotas that do not bind.
    pub(crate) fn accounts(&self) -> String {
        let quota = json!({ "permits": 100_000, "per_ms": 1_000 });
        let wire = json!({ "quotas": { "rate": quota, "token": quota } });
        let played = played::accounts(&self.sandbox, &self.settings).into_iter();
        let accounts = played.map(|account| {
            json!({
                "id": account.name,
                "carrier": account.carrier,
                "settings": account.settings,
                "wire": wire,
            })
        });
        serde_json::Value::from_iter(accounts).to_string()
    }
}

/// Reads the accounts from stdin, tells address and key on stdout, serves until stdin ends.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let folder = tempfile::tempdir()?;
    let mut config = Config::load(None)?;
    config.accounts = serde_json::from_str(&line)?;
    config.grpc.listen = "127.0.0.1:0".parse()?;
    config.grpc.calls_per_s = std::num::NonZeroU32::MAX;
    config.http.listen = "127.0.0.1:0".parse()?;
    config.store.path = folder.path().join("bench.db");
    config
        .exchange
        .units
        .insert("cny".to_owned(), "7.10".to_owned());
    let gateway = Gateway::start(config).await?;
    let key = gateway
        .create_key("bench", &["rates.read", "carriers"])
        .await?;
    writeln!(std::io::stdout(), "{} {key}", gateway.grpc())?;
    stdin_ends().await;
    gateway.stop().await;
    Ok(())
}

/// Not yet over in any time zone.
fn tomorrow() -> google::r#type::Date {
    let at = System.now() + SignedDuration::from_hours(24);
    let date = at.to_zoned(TimeZone::UTC).date();
    google::r#type::Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

/// A parcel to London, `weight` grams heavy, that could leave from Shenzhen or from Ohio: what all
/// six can carry.
pub(crate) fn question(weight: u32) -> Bytes {
    let from = v1::Address {
        name: "Li Wei".into(),
        lines: vec!["88 Keji Road".into()],
        city: "Shenzhen".into(),
        region: "Guangdong".into(),
        postal_code: "518000".into(),
        country: "CN".into(),
        phone: "+86 755 1234 5678".into(),
        ..Default::default()
    };
    let ohio = v1::Address {
        name: "Jo Smith".into(),
        lines: vec!["1200 Main Street".into()],
        city: "Columbus".into(),
        region: "OH".into(),
        postal_code: "43215".into(),
        country: "US".into(),
        phone: "614 555 0100".into(),
        ..Default::default()
    };
    let to = v1::Address {
        name: "Sam Jones".into(),
        lines: vec!["7 Mews Lane".into()],
        city: "London".into(),
        postal_code: "SW1A 2AA".into(),
        country: "GB".into(),
        phone: "+44 20 7946 0100".into(),
        ..Default::default()
    };
    let value = google::r#type::Money {
        currency_code: "USD".into(),
        units: 12,
        nanos: 500_000_000,
    };
    let item = v1::CustomsItem {
        sku: "LAMP-01".into(),
        description: "Desk lamp".into(),
        description_zh: "台灯".into(),
        quantity: 1,
        unit_value: Some(value),
        unit_weight_grams: weight.saturating_sub(100).max(1),
        hs_code: "940521".into(),
        origin: "CN".into(),
        battery: false,
    };
    let size = v1::Dimensions {
        length_mm: 300,
        width_mm: 200,
        height_mm: 100,
    };
    let request = v1::QuoteRatesRequest {
        ship_from: vec![from, ohio],
        ship_to: Some(to),
        parcels: vec![v1::Parcel {
            weight_grams: weight,
            size: Some(size),
        }],
        customs: Some(v1::Customs {
            items: vec![item],
            ..Default::default()
        }),
        ship_date: Some(tomorrow()),
        currency: "USD".into(),
        ..Default::default()
    };
    request.encode_to_vec().into()
}
