//! Purchases beside the commits that the engine makes when it does nothing else.

use std::io::Write;

use crate::load::{Run, Shop};
use crate::place::Place;

/// How many callers, and how many purchases in a round.
const CROWDS: [(usize, u32); 4] = [(1, 200), (4, 600), (16, 1_500), (64, 3_000)];
const ROUNDS: usize = 5;
const COMMITS: u32 = 500;
const WARM_UP: u32 = 200;
/// Of what the commits of a purchase alone would allow.
const WANTED: f64 = 0.5;

/// What was measured of one crowd: in each round its run, and the engine's own commits per second.
type Rounds = Vec<(Run, f64)>;

pub(crate) async fn compare(place: &Place) -> anyhow::Result<()> {
    let shop = Shop::open(place).await?;
    shop.run(16, WARM_UP).await?;
    let mut all: Vec<Rounds> = CROWDS.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((callers, purchases), rounds) in CROWDS.into_iter().zip(&mut all) {
            let raw = f64::from(COMMITS) / place.commits(COMMITS).await?.as_secs_f64();
            rounds.push((shop.run(callers, purchases).await?, raw));
        }
    }
    report(place, &all)
}

/// The middle of what `figure` is in each round, with the least and the most.
fn middle(rounds: &Rounds, figure: impl Fn(&(Run, f64)) -> f64) -> (f64, f64, f64) {
    let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    let at = |index: usize| figures.get(index).copied().unwrap_or_default();
    let last = figures.len().saturating_sub(1);
    (at(0), at(figures.len() / 2), at(last))
}

fn report(place: &Place, all: &[Rounds]) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "purchases of an instant carrier: {}", place.engine())?;
    let alone = all.first().map_or(1.0, |rounds| {
        middle(rounds, |(run, _)| run.commits_each()).1
    });
    writeln!(
        out,
        "  limit: the commits of one small row that the engine makes there when it does nothing\n  \
         else, taken before each run, over the {alone:.1} commits of a purchase by one caller\n  \
         {ROUNDS} rounds in turn; the middle one, ratios from the least to the most"
    )?;
    writeln!(
        out,
        "  callers  purchases/s  limit/s  p50 ms  p99 ms  commits each  CPU us (ours, carrier's)  \
         of the limit"
    )?;
    for ((callers, _), rounds) in CROWDS.into_iter().zip(all) {
        let mid = |figure: fn(&(Run, f64)) -> f64| middle(rounds, figure).1;
        let ratio = middle(rounds, |(run, raw)| run.per_second() * alone / raw);
        writeln!(
            out,
            "  {callers:>7}  {:>11.0}  {:>7.0}  {:>6.1}  {:>6.1}  {:>12.1}  {:>10.0} {:>13.0}  \
             {:>4.2} ({:.2} to {:.2})",
            mid(|(run, _)| run.per_second()),
            middle(rounds, |(_, raw)| raw / alone).1,
            mid(|(run, _)| run.percentile(50).as_secs_f64() * 1e3),
            mid(|(run, _)| run.percentile(99).as_secs_f64() * 1e3),
            mid(|(run, _)| run.commits_each()),
            mid(|(run, _)| run.gateway_cpu.as_secs_f64() * 1e6 / f64::from(run.purchases)),
            mid(|(run, _)| run.carrier_cpu.as_secs_f64() * 1e6 / f64::from(run.purchases)),
            ratio.1,
            ratio.0,
            ratio.2,
        )?;
    }
    let ratios = all
        .iter()
        .map(|rounds| middle(rounds, |(run, raw)| run.per_second() * alone / raw).1);
    let met = |yes: bool| if yes { "met" } else { "missed" };
    let ratios: Vec<f64> = ratios.collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let grows = ratios.is_sorted();
    writeln!(
        out,
        "  target >= {WANTED}: {}; grows with the callers: {}\n",
        met(least >= WANTED),
        met(grows)
    )?;
    Ok(())
}
