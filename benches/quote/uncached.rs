//! A quote that six carriers must be asked for, against the slowest one's own answer.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use parcelgate_proto::v1;
use parcelgate_proto::v1::carrier_service_client::CarrierServiceClient;
use prost::Message;
use tonic::transport::Channel;

use crate::gateway::{self, Carriers};
use crate::load;
use crate::peers::quote_target;
use crate::server::Server;

const QUOTES: u32 = 200;
/// Each of them is asked for each place that it serves.
const CARRIERS: usize = 6;
const WANTED: Duration = Duration::from_millis(1);

pub(crate) async fn measure(_carriers: &Carriers, accounts: &str) -> anyhow::Result<()> {
    let server = Server::start("gateway", accounts)?;
    let target = quote_target(&server, gateway::question(500))?;
    let channels = load::connect(&target.address).await?;
    let channel = channels.first().context("no channel")?;
    let mut took = Vec::new();
    for weight in 0..QUOTES {
        let asked = load::Target {
            message: gateway::question(1_000 + weight),
            ..target.clone()
        };
        let begun = parcelgate_clock::instant();
        let reply = load::call(channel, &asked).await?;
        took.push(parcelgate_clock::instant() - begun);
        let reply = v1::QuoteRatesResponse::decode(reply)?;
        let carriers: BTreeSet<_> = reply.quotes.iter().map(|it| it.carrier.as_str()).collect();
        anyhow::ensure!(
            carriers.len() == CARRIERS,
            "only {carriers:?} have prices: {:?}",
            reply.failures
        );
        anyhow::ensure!(
            reply.quotes.iter().all(|quote| !quote.cached),
            "an answer was cached"
        );
    }
    took.sort_unstable();
    let ours = took.get(took.len() / 2).copied().unwrap_or_default();
    let slowest = carrier(channel, &server, gateway::SLOWEST).await?;
    let overhead = ours.saturating_sub(slowest);
    let met = if overhead <= WANTED { "met" } else { "missed" };
    let mut out = std::io::stdout();
    writeln!(
        out,
        "uncached QuoteRates over {CARRIERS} carriers from two places, {QUOTES} in a row, p50"
    )?;
    writeln!(out, "  the slowest carrier's own answer     {slowest:?}")?;
    writeln!(out, "  the whole quote                      {ours:?}")?;
    writeln!(
        out,
        "  overhead                             {overhead:?}   (target <= {WANTED:?}: {met})"
    )?;
    Ok(())
}

/// Half of the carrier's answers came within this time, as measured at our own door to it.
async fn carrier(channel: &Channel, server: &Server, account: &str) -> anyhow::Result<Duration> {
    let key = server.told.get(1).context("no key")?;
    let mut request = tonic::Request::new(v1::GetCarrierStatusRequest {
        account: account.to_owned(),
    });
    request
        .metadata_mut()
        .insert("authorization", format!("Bearer {key}").parse()?);
    let status = CarrierServiceClient::new(channel.clone())
        .get_carrier_status(request)
        .await?;
    let status = status.into_inner();
    let quote = status
        .operations
        .iter()
        .find(|operation| operation.operation == "quote");
    let p50 = quote
        .and_then(|quote| quote.p50)
        .context("the carrier was never asked")?;
    Ok(Duration::new(
        u64::try_from(p50.seconds)?,
        u32::try_from(p50.nanos)?,
    ))
}
