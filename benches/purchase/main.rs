//! What a purchase costs beside what the disk allows.
//!
//! 1. Purchases from a carrier that answers at once, by so many callers, against the commits that
//!    the same engine makes on the same disk when it does nothing else, in the same run.
//! 2. The same with few and with many shipments stored before, in turn.
//!
//! Run: `cargo bench --bench purchase`. `BENCH_STORED` sets how many are many. Only the ratios are
//! meant to be compared between machines.

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
mod serve;
#[path = "../quote/server.rs"]
mod server;

use std::io::Write;
use std::process::ExitCode;

use place::Place;

fn main() -> ExitCode {
    let role = std::env::args().nth(1).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            match role.as_str() {
                "carrier" => serve::carrier().await,
                "gateway" => serve::gateway().await,
                _ => conduct().await,
            }
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _told = writeln!(std::io::stderr(), "purchase: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn conduct() -> anyhow::Result<()> {
    for (few, many) in [
        (Place::file()?, Place::file()?),
        (Place::server().await?, Place::server().await?),
    ] {
        let measured = async {
            limit::compare(&few).await?;
            growth::compare(&few, &many).await
        };
        let measured = measured.await;
        few.remove().await?;
        many.remove().await?;
        measured?;
    }
    Ok(())
}
