//! The gateway as a process of its own, before carriers that the sandbox plays.

use std::io::{BufRead, Write};

use bytes::Bytes;
use parcelgate::app::Gateway;
use parcelgate::config::Config;
use parcelgate_proto::{google, v1};
use parcelgate_sandbox::{Carrier, FaultOrder, Running, Sandbox, Settings};
use prost::Message;
use serde_json::json;

use crate::echo::stdin_ends;

/// Both carriers answer over the network, each after so many milliseconds: far enough apart that
/// the slower one is the same each time, and its p50 is that of the slower answers.
const ANSWERS_MS: [(Carrier, u64); 2] = [(Carrier::Ups, 20), (Carrier::Yanwen, 10)];

pub(crate) struct Carriers {
    pub(crate) sandbox: Running,
    settings: Settings,
}

impl Carriers {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let mut settings = Settings::default();
        settings.yanwen.may_quote = true;
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
        let base = self.sandbox.base_url(Carrier::Ups);
        let quota = json!({ "permits": 100_000, "per_ms": 1_000 });
        let wire = json!({ "quotas": { "rate": quota, "token": quota } });
        let (ups, yanwen) = (&self.settings.ups, &self.settings.yanwen);
        json!([
            { "id": "ups", "carrier": "ups", "wire": wire, "settings": {
                "client_id": ups.client_id,
                "client_secret": ups.client_secret,
                "account_number": ups.shipper_number,
                "api": format!("{base}/api"),
                "token": base,
            } },
            { "id": "yanwen", "carrier": "yanwen", "wire": wire, "settings": {
                "user_id": yanwen.user_id,
                "api_token": yanwen.api_token,
                "order_url": self.sandbox.base_url(Carrier::Yanwen),
                "track_url": self.sandbox.yanwen_tracking_url(),
                "calc_list": true,
                "calc_city_id": "1",
            } },
        ])
        .to_string()
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

/// A parcel from Shenzhen to Los Angeles, `weight` grams heavy.
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
    let to = v1::Address {
        name: "Jo Smith".into(),
        lines: vec!["1200 Main Street".into()],
        city: "Los Angeles".into(),
        region: "CA".into(),
        postal_code: "90015".into(),
        country: "US".into(),
        phone: "213 555 0100".into(),
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
        ship_from: vec![from],
        ship_to: Some(to),
        parcels: vec![v1::Parcel {
            weight_grams: weight,
            size: Some(size),
        }],
        customs: Some(v1::Customs {
            items: vec![item],
            ..Default::default()
        }),
        currency: "USD".into(),
        ..Default::default()
    };
    request.encode_to_vec().into()
}
