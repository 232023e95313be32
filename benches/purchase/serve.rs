//! The carrier and the gateway, each a process of its own.

use std::io::{BufRead, Write};

use parcelgate::app::Gateway;
use parcelgate::config::Config;
use parcelgate::played;
use parcelgate_sandbox::{Sandbox, Settings};
use serde_json::{Value, json};

use crate::server::stdin_ends;

/// The account that sells.
pub(crate) const ACCOUNT: &str = "ups";

fn input() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line)
}

/// Tells the account of a carrier that answers at once, and plays it until stdin ends. Labels are
/// asked for as printer commands, which need no drawing.
pub(crate) async fn carrier() -> anyhow::Result<()> {
    input()?;
    let settings = Settings::default();
    let sandbox = Sandbox::start(settings.clone()).await?;
    let quota = json!({ "permits": 1_000_000, "per_ms": 1_000 });
    let wire = json!({ "quotas": { "ship": quota, "token": quota }, "pending_max": 10_000 });
    let played = played::accounts(&sandbox, &settings).into_iter();
    let accounts = played.filter(|account| account.name == ACCOUNT);
    let accounts = accounts.map(|account| {
        json!({
            "id": account.name,
            "carrier": account.carrier,
            "settings": account.settings,
            "wire": wire,
        })
    });
    // One word, as it is read.
    writeln!(std::io::stdout(), "{}", Value::from_iter(accounts))?;
    stdin_ends().await;
    sandbox.stop().await;
    Ok(())
}

/// Reads accounts and store from stdin, tells its addresses and a key, serves until stdin ends.
pub(crate) async fn gateway() -> anyhow::Result<()> {
    let told: Value = serde_json::from_str(&input()?)?;
    let part = |name: &str| told.get(name).cloned().unwrap_or_default();
    let mut config = Config::load(None)?;
    config.accounts = serde_json::from_value(part("accounts"))?;
    config.store = serde_json::from_value(part("store"))?;
    config.grpc.listen = "127.0.0.1:0".parse()?;
    config.grpc.calls_per_s = std::num::NonZeroU32::MAX;
    config.http.listen = "127.0.0.1:0".parse()?;
    let gateway = Gateway::start(config).await?;
    let key = gateway.create_key("bench", &["labels"]).await?;
    let (grpc, http) = (gateway.grpc(), gateway.http());
    writeln!(std::io::stdout(), "{grpc} {http} {key}")?;
    stdin_ends().await;
    gateway.stop().await;
    Ok(())
}
