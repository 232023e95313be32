//! What a quote costs, against its peers in the same run.
//!
//! 1. A quote from the cache over gRPC, against a bare tonic echo whose reply has the same size:
//!    server CPU per request, each server a process of its own, the two in turn.
//! 2. A quote that six carriers must be asked for, against the slowest carrier's own answer.
//!
//! Run: `cargo bench --bench quote`. Only the ratios are meant to be compared between machines.

mod cpu;
mod echo;
mod gateway;
mod load;
mod peers;
mod server;
mod uncached;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let role = std::env::args().nth(1).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            match role.as_str() {
                "echo" => echo::serve().await,
                "gateway" => gateway::serve().await,
                _ => conduct().await,
            }
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _told = writeln!(std::io::stderr(), "quote: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn conduct() -> anyhow::Result<()> {
    let carriers = gateway::Carriers::start().await?;
    let accounts = carriers.accounts();
    peers::compare(&accounts).await?;
    uncached::measure(&carriers, &accounts).await
}
