//! What a purchase costs beside what the disk allows.
//!
//! 1. Purchases from a carrier that answers at once, by so many callers, against the commits that
//!    the same engine makes on the same disk when it does nothing else, in the same run.
//! 2. The same with few and with many shipments stored before, in turn.
//!
//! Run: `cargo bench --bench purchase`, with `-- sqlite` or `-- postgres` on one engine only.
//! `BENCH_STORED` sets how many are many. Only the ratios are meant to be compared between
//! machines.

#![expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "figures to be read, and no money"
)]

#[path = "../quote/cpu.rs"]
mod cpu;
mod fill;
mod growth;
mod limit;
mod load;
mod place;
#[path = "../quote/role.rs"]
mod role;
mod serve;
#[path = "../quote/server.rs"]
mod server;

use std::process::ExitCode;

use place::Place;

fn main() -> ExitCode {
    role::play("purchase", async |role| match role {
        "carrier" => serve::carrier().await,
        "gateway" => serve::gateway().await,
        engine => conduct(engine).await,
    })
}

/// On both engines, or on the one that is named.
async fn conduct(engine: &str) -> anyhow::Result<()> {
    if engine != "postgres" {
        compare((Place::file()?, Place::file()?)).await?;
    }
    if engine != "sqlite" {
        compare((Place::server().await?, Place::server().await?)).await?;
    }
    Ok(())
}

async fn compare((few, many): (Place, Place)) -> anyhow::Result<()> {
    let measured = async {
        limit::compare(&few).await?;
        growth::compare(&few, &many).await
    };
    let measured = measured.await;
    few.remove().await?;
    many.remove().await?;
    measured
}
