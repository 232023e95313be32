//! Purchases with few and with many shipments stored before, in turn.

use std::io::Write;

use crate::fill;
use crate::load::Shop;
use crate::place::Place;

const FEW: u32 = 10_000;
const MANY: u32 = 1_000_000;
const CALLERS: usize = 16;
const PURCHASES: u32 = 1_500;
const ROUNDS: usize = 7;
const WARM_UP: u32 = 500;
/// How much more a purchase may cost, in percent.
const WANTED_PERCENT: f64 = 20.0;

fn many() -> anyhow::Result<u32> {
    match std::env::var("BENCH_STORED") {
        Ok(count) => Ok(count.parse()?),
        Err(_) => Ok(MANY),
    }
}

/// In `few` and `many` stand what was bought before; it counts.
pub(crate) async fn compare(few: &Place, many_place: &Place) -> anyhow::Result<()> {
    let many = many()?;
    let mut out = std::io::stdout();
    let filled = fill::to(few, FEW).await?;
    anyhow::ensure!(filled <= 2 * FEW, "{filled} are no few");
    let took = parcelgate_clock::instant();
    fill::to(many_place, many).await?;
    let took = took.elapsed().as_secs();
    writeln!(
        out,
        "with {filled} and with {many} shipments stored before (in {took} s): {}",
        few.engine()
    )?;
    let shops = (Shop::open(few).await?, Shop::open(many_place).await?);
    for shop in [&shops.0, &shops.1] {
        shop.run(CALLERS, WARM_UP).await?;
    }
    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        let few = shops.0.run(CALLERS, PURCHASES).await?;
        let many = shops.1.run(CALLERS, PURCHASES).await?;
        let cpu = many.gateway_cpu.as_secs_f64() / few.gateway_cpu.as_secs_f64();
        costs.push((few.per_second() / many.per_second(), cpu));
    }
    let middle = |figure: fn(&(f64, f64)) -> f64| {
        let mut figures: Vec<f64> = costs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let more = |index: usize| {
            figures
                .get(index)
                .map_or(0.0, |ratio| (ratio - 1.0) * 100.0)
        };
        let last = figures.len().saturating_sub(1);
        (more(0), more(figures.len() / 2), more(last))
    };
    let (time, cpu) = (middle(|cost| cost.0), middle(|cost| cost.1));
    let met = if time.1 <= WANTED_PERCENT {
        "met"
    } else {
        "missed"
    };
    writeln!(
        out,
        "  a purchase takes {:+.0} % (from {:+.0} to {:+.0} %) longer with many; target <= \
         {WANTED_PERCENT} %: {met}\n  the gateway's processor time for one: {:+.0} % ({:+.0} to \
         {:+.0} %)\n",
        time.1, time.0, time.2, cpu.1, cpu.0, cpu.2
    )?;
    Ok(())
}
