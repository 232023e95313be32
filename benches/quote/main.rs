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
mod role;
mod server;
mod uncached;

use std::process::ExitCode;

fn main() -> ExitCode {
    role::play("quote", async |role| match role {
        "echo" => echo::serve().await,
        "gateway" => gateway::serve().await,
        _ => conduct().await,
    })
}

async fn conduct() -> anyhow::Result<()> {
    let carriers = gateway::Carriers::start().await?;
    let accounts = carriers.accounts();
    peers::compare(&accounts).await?;
    uncached::measure(&carriers, &accounts).await
}
