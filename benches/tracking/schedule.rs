//! Days of very many parcels.

use std::io::Write;
use std::time::Duration;

use parcelgate_clock::instant;
use parcelgate_schedule::DAY_MS;

use crate::days::Days;

/// How many parcels, the fewest first, and how many days are simulated with each, so that about as
/// many looks are counted.
const SIZES: [(usize, u64); 3] = [(10_000, 30), (100_000, 3), (1_000_000, 1)];
const SECOND: u64 = 1_000;
const BYTES_WANTED: usize = 64;
const DAY_WANTED: Duration = Duration::from_secs(120);
/// Of the cost of a look with the fewest parcels.
const GROWTH_WANTED: f64 = 1.2;

/// What days of so many parcels came to.
struct Run {
    bytes: usize,
    looks: u64,
    /// With the empty ticks taken off.
    took: Duration,
}

/// In the size of a parcel the numbers by which the simulation knows it are not counted.
fn run(parcels: usize, count: u64) -> Run {
    let mut days = Days::new(None, None, SECOND);
    days.add_mix(0, parcels);
    let (waiting, bytes) = days.roster.size();
    days.pass(DAY_MS / 8, |_, _| {});
    let begun = instant();
    let looks = days.pass(count * DAY_MS, |_, _| {});
    let took = instant() - begun;
    let mut idle = Days::new(None, None, SECOND);
    let begun = instant();
    idle.pass(count * DAY_MS, |_, _| {});
    Run {
        bytes: bytes / waiting.max(1),
        looks,
        took: took.saturating_sub(instant() - begun),
    }
}

fn met(yes: bool) -> &'static str {
    if yes { "met" } else { "missed" }
}

pub(crate) fn compare() -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "the scheduler, a tick a second")?;
    writeln!(out, "    parcels  bytes each     looks  ns a look  a day s")?;
    let runs: Vec<(usize, u64, Run)> = SIZES
        .into_iter()
        .map(|(parcels, days)| (parcels, days, run(parcels, days)))
        .collect();
    for (parcels, days, run) in &runs {
        writeln!(
            out,
            "  {parcels:>9}  {:>10}  {:>8}  {:>9.0}  {:>7.2}",
            run.bytes,
            run.looks,
            each(run),
            run.took.as_secs_f64() / f64::from(u32::try_from(*days)?),
        )?;
    }
    let last = runs.last().map(|(_, _, run)| run);
    let first = runs.first().map(|(_, _, run)| run);
    let (Some(first), Some(last)) = (first, last) else {
        return Ok(());
    };
    let growth = each(last) / each(first);
    writeln!(
        out,
        "  bytes <= {BYTES_WANTED}: {}; a look with a million parcels costs {growth:.2} of one \
         with ten thousand, <= {GROWTH_WANTED}: {}; a day of a million <= {} s: {}\n",
        met(last.bytes <= BYTES_WANTED),
        met(growth <= GROWTH_WANTED),
        DAY_WANTED.as_secs(),
        met(last.took <= DAY_WANTED),
    )?;
    Ok(())
}

/// Nanoseconds for each look.
fn each(run: &Run) -> f64 {
    let looks = u32::try_from(run.looks).unwrap_or(u32::MAX);
    run.took.as_secs_f64() * 1e9 / f64::from(looks.max(1))
}

pub(crate) fn day_of(parcels: usize) -> anyhow::Result<()> {
    let run = run(parcels, 1);
    writeln!(
        std::io::stdout(),
        "a day of {parcels} parcels: {} looks in {:.0} s, {} bytes each",
        run.looks,
        run.took.as_secs_f64(),
        run.bytes,
    )?;
    Ok(())
}
