//! A cached quote against a bare echo of the same size, in turn.

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use parcelgate_proto::v1;
use prost::Message;
use tonic::transport::Channel;

use crate::load::{self, Target};
use crate::server::Server;
use crate::{cpu, gateway};

const ROUNDS: usize = 7;
const CALLS: u32 = 20_000;
const WARM_UP: u32 = 4_000;
/// The echo's cost per request over ours.
const WANTED_PERCENT: u128 = 70;

pub(crate) fn quote_target(server: &Server, message: Bytes) -> anyhow::Result<Target> {
    let key = server.told(1)?;
    Ok(Target {
        address: server.address()?.to_owned(),
        path: http::uri::PathAndQuery::from_static("/parcelgate.v1.RateService/QuoteRates"),
        key: Some(format!("Bearer {key}").parse()?),
        message,
    })
}

struct Peer {
    pid: u32,
    channels: Vec<Channel>,
    target: Target,
}

impl Peer {
    /// Processor time per request, in nanoseconds, and the time that all took.
    async fn round(&self) -> anyhow::Result<(u128, Duration)> {
        let begun = parcelgate_clock::instant();
        let before = cpu::used(self.pid)?;
        load::run(&self.channels, &self.target, CALLS).await?;
        let used = cpu::used(self.pid)?.saturating_sub(before);
        Ok((
            used.as_nanos() / u128::from(CALLS),
            parcelgate_clock::instant() - begun,
        ))
    }
}

pub(crate) async fn compare(accounts: &str) -> anyhow::Result<()> {
    let ours = Server::start("gateway", accounts)?;
    let target = quote_target(&ours, gateway::question(1_200))?;
    let channels = load::connect(&target.address).await?;
    let reply = load::call(channels.first().context("no channel")?, &target).await?;
    let quotes = v1::QuoteRatesResponse::decode(reply.clone())?.quotes.len();
    anyhow::ensure!(
        quotes > 0,
        "nothing is quoted, so there is nothing to measure"
    );
    let ours = (ours, channels, target);

    let echo = Server::start("echo", &reply.len().to_string())?;
    let mut plain = ours.2.clone();
    plain.path = http::uri::PathAndQuery::from_static("/bench.Echo/Echo");
    plain.key = None;
    plain.address = echo.address()?.to_owned();
    let channels = load::connect(&plain.address).await?;

    let ours_peer = Peer {
        pid: ours.0.pid(),
        channels: ours.1,
        target: ours.2,
    };
    let echo_peer = Peer {
        pid: echo.pid(),
        channels,
        target: plain,
    };
    for peer in [&ours_peer, &echo_peer] {
        load::run(&peer.channels, &peer.target, WARM_UP).await?;
    }
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((ours_peer.round().await?, echo_peer.round().await?));
    }
    report(&rounds, reply.len(), quotes)
}

type Round = ((u128, Duration), (u128, Duration));

fn report(rounds: &[Round], size: usize, quotes: usize) -> anyhow::Result<()> {
    let middle = |figure: fn(&Round) -> u128| {
        let mut figures: Vec<u128> = rounds.iter().map(figure).collect();
        figures.sort_unstable();
        let at = |index: usize| figures.get(index).copied().unwrap_or_default();
        (
            at(0),
            at(figures.len() / 2),
            at(figures.len().saturating_sub(1)),
        )
    };
    let per_second = |all: Duration| u128::from(CALLS) * 1_000_000 / all.as_micros().max(1);
    let mut out = std::io::stdout();
    writeln!(
        out,
        "cached QuoteRates ({quotes} quotes) against a bare tonic echo, both of {size} bytes"
    )?;
    writeln!(
        out,
        "  {ROUNDS} rounds in turn, {CALLS} calls each: least, middle, most"
    )?;
    let (least, mid, most) = middle(|round| round.0.0);
    writeln!(
        out,
        "  parcelgate, server CPU per request   {least} {mid} {most} ns"
    )?;
    let (least, mid, most) = middle(|round| round.1.0);
    writeln!(
        out,
        "  echo, server CPU per request         {least} {mid} {most} ns"
    )?;
    let (ours, echo) = (
        middle(|r| r.0.1.as_micros()).1,
        middle(|r| r.1.1.as_micros()).1,
    );
    let shown = |micros: u128| {
        per_second(Duration::from_micros(
            u64::try_from(micros).unwrap_or(u64::MAX),
        ))
    };
    writeln!(
        out,
        "  requests per second                  {} parcelgate, {} echo",
        shown(ours),
        shown(echo)
    )?;
    let (least, mid, most) = middle(|round| round.1.0 * 100 / round.0.0.max(1));
    let met = if mid >= WANTED_PERCENT {
        "met"
    } else {
        "missed"
    };
    writeln!(
        out,
        "  echo's CPU over ours                 {least} {mid} {most} %   \
         (target >= {WANTED_PERCENT} %: {met})"
    )?;
    Ok(())
}
