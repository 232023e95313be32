//! A tracker read over gRPC, against a bare echo of the same size.

use std::io::{BufRead, Write};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::uri::PathAndQuery;
use parcelgate::app::Gateway;
use parcelgate::config::Config;
use parcelgate_clock::instant;
use parcelgate_proto::v1;
use parcelgate_sandbox::{Running, Sandbox, Settings};
use prost::Message;
use serde_json::json;
use tempfile::TempDir;
use tonic::transport::Channel;

use crate::cpu;
use crate::load::{self, Target};
use crate::server::{Server, stdin_ends};

const ROUNDS: usize = 7;
const CALLS: u32 = 20_000;
const WARM_UP: u32 = 2_000;
/// Of the echo's calls a second.
const WANTED: f64 = 0.6;
/// A number of UPS whose check digit is right.
const NUMBER: &str = "1Z5R89390357567127";

/// Reads an account from stdin, tells address and key, serves until stdin ends.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let folder = TempDir::with_prefix("parcelgate-bench-")?;
    let mut config = Config::load(None)?;
    config.accounts = serde_json::from_str(&line)?;
    config.store.path = folder.path().join("bench.db");
    config.grpc.listen = "127.0.0.1:0".parse()?;
    config.grpc.calls_per_s = std::num::NonZeroU32::MAX;
    config.http.listen = "127.0.0.1:0".parse()?;
    let gateway = Gateway::start(config).await?;
    let key = gateway.create_key("bench", &["tracking"]).await?;
    writeln!(std::io::stdout(), "{} {key}", gateway.grpc())?;
    stdin_ends().await;
    gateway.stop().await;
    Ok(())
}

struct Peer {
    server: Server,
    channels: Vec<Channel>,
    target: Target,
}

impl Peer {
    async fn new(server: Server, path: &'static str, message: Bytes) -> anyhow::Result<Self> {
        let key = server.told(1).ok();
        let key = key.map(|key| format!("Bearer {key}").parse()).transpose()?;
        let target = Target {
            address: server.address()?.to_owned(),
            path: PathAndQuery::from_static(path),
            key,
            message,
        };
        Ok(Self {
            channels: load::connect(&target.address).await?,
            server,
            target,
        })
    }

    async fn call(&self) -> anyhow::Result<Bytes> {
        load::call(self.channels.first().context("no channel")?, &self.target).await
    }

    /// How long so many calls take, and the server's processor time for each.
    async fn round(&self, calls: u32) -> anyhow::Result<(Duration, Duration)> {
        let before = cpu::used(self.server.pid())?;
        let begun = instant();
        load::run(&self.channels, &self.target, calls).await?;
        let took = instant() - begun;
        let used = cpu::used(self.server.pid())?.saturating_sub(before);
        Ok((took, used / calls))
    }
}

async fn gateway(sandbox: &Running, known: &Settings) -> anyhow::Result<Peer> {
    let played = parcelgate::played::accounts(sandbox, known).into_iter();
    let ups = played.filter(|account| account.name == "ups");
    let ups =
        ups.map(|one| json!({ "id": one.name, "carrier": one.carrier, "settings": one.settings }));
    let server = Server::start("gateway", &serde_json::Value::from_iter(ups).to_string())?;
    let create = v1::CreateTrackerRequest {
        tracking_number: NUMBER.to_owned(),
        carrier: "ups".to_owned(),
        request_id: String::new(),
    };
    let service = "/parcelgate.v1.TrackingService/CreateTracker";
    let mut peer = Peer::new(server, service, create.encode_to_vec().into()).await?;
    let name = v1::Tracker::decode(peer.call().await?)?.name;
    peer.target.path = PathAndQuery::from_static("/parcelgate.v1.TrackingService/GetTracker");
    peer.target.message = v1::GetTrackerRequest { name }.encode_to_vec().into();
    // Asked for once, it stays as it is for hours.
    while v1::Tracker::decode(peer.call().await?)?
        .last_check_time
        .is_none()
    {
        parcelgate_clock::sleep(Duration::from_millis(20)).await;
    }
    Ok(peer)
}

pub(crate) async fn compare() -> anyhow::Result<()> {
    let known = Settings::default();
    let sandbox = Sandbox::start(known.clone()).await?;
    let ours = gateway(&sandbox, &known).await?;
    let reply = ours.call().await?;
    let echo = Server::start("echo", &reply.len().to_string())?;
    let echo = Peer::new(echo, "/bench.Echo/Echo", ours.target.message.clone()).await?;
    for peer in [&ours, &echo] {
        peer.round(WARM_UP).await?;
    }
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let (own, own_cpu) = ours.round(CALLS).await?;
        let (bare, bare_cpu) = echo.round(CALLS).await?;
        rounds.push((
            bare.as_secs_f64() / own.as_secs_f64(),
            own,
            own_cpu,
            bare_cpu,
        ));
    }
    sandbox.stop().await;
    rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (ratio, own, own_cpu, bare_cpu) = *rounds.get(ROUNDS / 2).context("a round")?;
    let met = if ratio >= WANTED { "met" } else { "missed" };
    writeln!(
        std::io::stdout(),
        "a tracker of {} bytes read over gRPC: {:.0} a second, {ratio:.2} of a bare echo, \
         target >= {WANTED}: {met}\n  \
         server CPU {} us, the echo's {} us; the middle one of {ROUNDS} rounds\n",
        reply.len(),
        f64::from(CALLS) / own.as_secs_f64(),
        own_cpu.as_micros(),
        bare_cpu.as_micros(),
    )?;
    Ok(())
}
