//! What following parcels costs.
//!
//! 1. The scheduler: bytes of a parcel in the wheel, time for each look as parcels grow from ten
//!    thousand to a million, and a day of a million parcels.
//! 2. Answers of carriers made stored state and events that were read from the log, against rows of
//!    the same size that the engine takes in bulk, on the same disk in the same run.
//! 3. A tracker read over gRPC, against a bare tonic echo whose reply has the same size.
//!
//! Run: `cargo bench --bench tracking`, with `schedule`, `ten-million`, `answers` or `reads` for a
//! part. Only the ratios are meant to be compared between machines.

#![expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "figures to be read, and no money"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a day that cannot be simulated ends the bench"
)]

mod answers;
#[path = "../quote/cpu.rs"]
mod cpu;
#[path = "../../tests/days/mod.rs"]
mod days;
#[path = "../quote/echo.rs"]
mod echo;
#[path = "../quote/load.rs"]
mod load;
mod place;
mod reads;
mod schedule;
#[path = "../quote/server.rs"]
mod server;

use std::io::Write;
use std::process::ExitCode;

use place::Place;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let role = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            match role.as_deref() {
                Some("echo") => echo::serve().await,
                Some("gateway") => reads::serve().await,
                Some("schedule") => schedule::compare(),
                Some("ten-million") => schedule::day_of(10_000_000),
                Some("answers") => answers().await,
                Some("reads") => reads::compare().await,
                _ => {
                    schedule::compare()?;
                    answers().await?;
                    reads::compare().await
                }
            }
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _told = writeln!(std::io::stderr(), "tracking: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn answers() -> anyhow::Result<()> {
    for place in [Place::file()?, Place::server().await?] {
        let measured = answers::compare(&place).await;
        place.remove().await?;
        measured?;
    }
    Ok(())
}
