//! The stage of the demo: a sandbox and a gateway on loopback ports, with a database that is thrown
//! away.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use parcelgate_clock::{Clock as _, System};
use parcelgate_sandbox::{Running, Sandbox, Settings};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use super::days::Days;
use crate::app::Gateway;
use crate::cli::connect::{Gate, Key, ServerArgs};
use crate::config::{AccountConfig, Config, ShopConfig};
use crate::played;

/// Units of each currency for one US dollar, so that prices can be compared. Of 20 November 2026.
const UNITS: [(&str, &str); 6] = [
    ("CNY", "7.10"),
    ("EUR", "0.92"),
    ("GBP", "0.79"),
    ("CAD", "1.39"),
    ("AUD", "1.53"),
    ("JPY", "151.50"),
];
/// The longest that the gateway may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// Everything that the demo's key may do.
const SCOPES: [&str; 5] = ["rates.read", "labels", "tracking", "webhooks", "carriers"];

/// A gateway and the carriers that it calls.
#[derive(Debug)]
pub(crate) struct Stage {
    /// The gateway.
    pub(crate) gateway: Gateway,
    /// The carriers.
    pub(crate) sandbox: Running,
    /// The parcels' time.
    pub(crate) days: Arc<Days>,
    /// A key that may do everything.
    pub(crate) key: String,
    /// How many carriers there are.
    pub(crate) carriers: usize,
    folder: TempDir,
}

impl Stage {
    /// Starts both.
    ///
    /// # Errors
    /// When a port or the folder for the database cannot be had.
    pub(crate) async fn start(seed: u64) -> anyhow::Result<Self> {
        let days = Arc::new(Days::standing_at(System.now()));
        let clock = Arc::clone(&days);
        let settings = Settings {
            clock,
            seed,
            ..Settings::default()
        };
        let known = settings.clone();
        let sandbox = Sandbox::start(settings)
            .await
            .context("the sandbox cannot start")?;
        let folder = tempfile::Builder::new()
            .prefix("parcelgate-demo-")
            .tempdir()?;
        let accounts = accounts_of(&sandbox, &known)?;
        let carriers: BTreeSet<_> = accounts.iter().map(|own| own.carrier.to_string()).collect();
        let mut config = configuration(folder.path(), accounts)?;
        config.shops = shops_of(&sandbox, &known)?;
        let gateway = Gateway::start(config)
            .await
            .context("the gateway cannot start")?;
        let key = gateway.create_key("demo", &SCOPES).await?;
        Ok(Self {
            gateway,
            sandbox,
            days,
            key,
            carriers: carriers.len(),
            folder,
        })
    }

    /// Where services call the gateway.
    #[must_use]
    pub(crate) fn server(&self) -> String {
        format!("http://{}", self.gateway.grpc())
    }

    /// Calls the gateway as any other service would.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) async fn enter(&self) -> anyhow::Result<Gate> {
        let key = Some(Key::from(self.key.clone()));
        let (server, timeout) = (self.server(), ANSWER_MAX);
        Gate::open(&ServerArgs {
            server,
            key,
            timeout,
        })
        .await
    }

    /// Ends both and throws the database away.
    pub(crate) async fn stop(self) {
        self.gateway.stop().await;
        self.sandbox.stop().await;
        drop(self.folder);
    }
}

/// Every account that the sandbox knows. A day passes in a third of a second, so a carrier is asked
/// as often in a second as otherwise in days: the carriers' real quotas, which are the default,
/// would make the demo wait.
fn accounts_of(sandbox: &Running, known: &Settings) -> anyhow::Result<Vec<AccountConfig>> {
    let quota = json!({ "permits": 1_000, "per_ms": 1_000 });
    let wire = json!({ "quotas": {
        "rate": quota, "ship": quota, "track": quota, "manage": quota, "token": quota,
    } });
    let played = played::accounts(sandbox, known).into_iter();
    played
        .map(|account| {
            let id = format!("{}-demo", account.name);
            account.account(&id, &wire)
        })
        .collect()
}

/// Every shop that the sandbox knows, likewise; each is told once the carrier has a parcel.
fn shops_of(sandbox: &Running, known: &Settings) -> anyhow::Result<Vec<ShopConfig>> {
    let quota = json!({ "permits": 1_000, "per_ms": 1_000 });
    let wire = json!({ "quotas": { "manage": quota, "track": quota, "token": quota } });
    let played = played::shops(sandbox, known).into_iter();
    played
        .map(|shop| {
            let id = format!("{}-demo", shop.name);
            shop.shop(&id, &wire)
        })
        .collect()
}

fn configuration(folder: &Path, accounts: Vec<AccountConfig>) -> anyhow::Result<Config> {
    let mut config = Config::load(None)?;
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.grpc.listen = any_port;
    config.http.listen = any_port;
    "self".clone_into(&mut config.http.public_url); // so that the carriers' pushes arrive
    config.http.push_secret = Uuid::new_v4().to_string();
    config.store.path = folder.join("parcelgate.db");
    for pause in [
        &mut config.tracking.before_scan_ms,
        &mut config.tracking.moving_ms,
        &mut config.tracking.near_delivery_ms,
        &mut config.tracking.exception_ms,
        &mut config.tracking.expected_ms,
        &mut config.tracking.reconcile_ms,
        &mut config.tracking.collect_ms,
    ] {
        *pause = 250;
    }
    config.tracking.tick_ms = 50;
    config.purchase.settle_ms = 100;
    config.purchase.first_check_ms = 0;
    config.confirm.tick_ms = 100;
    config.confirm.retry_ms = vec![100; 50];
    config.confirm.read_back_ms = vec![250; 200];
    config.push.allow_http = true;
    config.push.allow_private = true;
    config.push.retry_ms = vec![100, 200, 400, 800, 1_600];
    "USD".clone_into(&mut config.exchange.base);
    "2026-11-20".clone_into(&mut config.exchange.date);
    let unit = |(currency, units): (&str, &str)| (currency.to_owned(), units.to_owned());
    config.exchange.units = UNITS.into_iter().map(unit).collect();
    config.accounts = accounts;
    Ok(config)
}
