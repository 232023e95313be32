//! `parcelgate sandbox`: the carriers' own protocols on one port.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use clap::Args;
use parcelgate_clock::{Accelerated, Clock as _, System};
use parcelgate_sandbox::{Sandbox, Settings};
use serde_json::json;

use super::out::Out;
use crate::played::{self, Played};

/// Play the carriers: their protocols on one port, with parcels that move
#[derive(Debug, Args)]
#[command(
    after_help = "Point an account at it as examples/serve.toml does. Faults are ordered at \
    /_sandbox/faults, parcels are shown at /_sandbox/parcels."
)]
pub(crate) struct SandboxArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The same seed and the same purchases give the same numbers and the same journeys.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many times as fast as ours the parcels' time runs: 86400 plays a day in a second.
    #[arg(long, default_value = "1", value_name = "TIMES")]
    speed: NonZeroU32,
    /// How many of a thousand parcels meet trouble: a missed delivery, a delay, a return.
    #[arg(long, default_value = "0", value_name = "PERMILLE")]
    troubled: u16,
}

/// Runs it.
///
/// # Errors
/// When the port is taken.
pub(crate) async fn run(args: SandboxArgs, out: &mut Out) -> anyhow::Result<()> {
    let defaults = Settings::default();
    let settings = Settings {
        addr: args.listen,
        seed: args.seed,
        clock: Arc::new(Accelerated::starting(System.now(), args.speed.get())),
        troubled_permille: args.troubled,
        ..defaults
    };
    let known = settings.clone();
    let stopped = super::until_stopped()?;
    let sandbox = Sandbox::start(settings).await?;
    let accounts = played::accounts(&sandbox, &known);
    let shown = accounts.iter().map(|account| {
        json!({ "name": account.name, "carrier": account.carrier, "settings": account.settings })
    });
    out.data(&json!({ "accounts": shown.collect::<Vec<_>>() }))?;
    out.say("# Accounts for the configuration of `parcelgate serve`:")?;
    for account in &accounts {
        out.say(toml(account))?;
    }
    stopped.await;
    sandbox.stop().await;
    Ok(())
}

/// An account as the configuration has it. A JSON text is a TOML text too, for what stands here.
fn toml(account: &Played) -> String {
    let head = format!(
        "\n[[accounts]]\nid = \"{}-sandbox\"\ncarrier = \"{}\"\n[accounts.settings]",
        account.name, account.carrier
    );
    let settings = account.settings.as_object().into_iter().flatten();
    let shown = settings.filter(|(name, _)| *name != "rate_card_csv");
    let lines = shown.map(|(name, value)| format!("\n{name} = {value}"));
    std::iter::once(head).chain(lines).collect()
}
