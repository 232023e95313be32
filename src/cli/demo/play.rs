//! The demo's five acts: start, sell, let the days pass, settle accounts, leave.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use futures::StreamExt as _;
use futures::stream;
use jiff::civil::Date;
use parcelgate_clock::instant;

use super::arrivals::Arrivals;
use super::bars::Bars;
use super::catalogue::Warehouses;
use super::confirmed::{self, Confirmed};
use super::counter;
use super::farewell;
use super::keep;
use super::orders::Order;
use super::parcels::{News, Parcels};
use super::receiver::Tally;
use super::shop::{Outcome, Sale, Shop};
use super::stage::Stage;
use super::subscription::{Deliveries, Subscribed};
use super::summary::{Figures, Summary};
use super::{DemoArgs, Ending};
use crate::cli::connect::Gate;
use crate::cli::out::Out;
use crate::cli::track;

/// Orders at the counter at once.
const COUNTER_WIDTH: usize = 8;
/// The longest that the parcels' journeys may take.
const JOURNEYS_MAX: Duration = Duration::from_secs(60);
/// The longest that the last webhooks may take after that.
const WEBHOOKS_MAX: Duration = Duration::from_secs(10);
/// The longest that the shop may take to recognise the last numbers after that.
const CONFIRMED_MAX: Duration = Duration::from_secs(20);
/// How often the figures are looked at while nothing happens.
const LOOK: Duration = Duration::from_millis(100);
const DAY: Duration = Duration::from_secs(86_400);

/// Plays it all, and cleans up also when it is told to stop before the end.
///
/// # Errors
/// When something of the demo's own fails; an order that cannot be shipped is told and counted.
pub(crate) async fn run(
    args: &DemoArgs,
    orders: Vec<Order>,
    warehouses: Warehouses,
    today: Date,
    out: &mut Out,
) -> anyhow::Result<Ending> {
    let began = instant();
    let labels = folder_for_labels(&args.out).await?;
    let stage = Box::pin(Stage::start(args.seed)).await?;
    let gate = stage.enter().await?;
    let subscribed = Subscribed::make(gate.clone()).await?;
    let shop = Shop {
        gate,
        warehouses,
        labels,
        // The first day that is still to come, wherever a warehouse is.
        ship_on: today.tomorrow()?,
    };
    // One listener for both halves: two of them do not hear a signal at the same instant.
    let stopped = crate::cli::until_stopped()?;
    tokio::pin!(stopped);
    let summary = tokio::select! {
        summary = perform(args, &stage, &shop, &subscribed, orders, began, out) => summary,
        () = &mut stopped => Err(anyhow!("stopped before the end")),
    };
    let summary = match summary {
        Ok(summary) if args.keep => {
            keep::tell(&stage, &summary, &args.out, out)?;
            keep::attend(&stage, speed(args), stopped).await;
            Ok(summary)
        }
        Ok(_) | Err(_) => summary,
    };
    stage.stop().await;
    Ok(if summary?.is_complete() {
        Ending::Complete
    } else {
        Ending::Incomplete
    })
}

async fn perform(
    args: &DemoArgs,
    stage: &Stage,
    shop: &Shop,
    subscribed: &Subscribed,
    orders: Vec<Order>,
    began: Instant,
    out: &mut Out,
) -> anyhow::Result<Summary> {
    let (count, paint) = (orders.len(), out.paint());
    out.say(farewell::opening(count, stage, &subscribed.url(), paint))?;
    for order in &orders {
        stage.sandbox.control().place(confirmed::placed(order));
    }
    let mut theatre = Theatre {
        bars: Bars::new(u64::try_from(count)?, out.is_for_programs()),
        out,
        gate: &shop.gate,
        subscribed,
    };
    let mut sales = theatre.sell(shop, orders).await?;
    stage.days.play(speed(args));
    theatre.finish(shop, &mut sales).await?;
    let journeys = theatre.journeys(&sales, stage).await?;
    theatre.bars.finish();
    let figures = Figures {
        webhooks_sent: journeys.webhooks.delivered,
        webhooks_verified: journeys.tally.verified,
        took: instant().saturating_duration_since(began),
    };
    let status = |tracker: &str| journeys.parcels.status(tracker);
    let confirmed = &journeys.confirmed;
    let summary = Summary::of(&sales, (status, confirmed), figures, &args.out)?;
    write_summary(&args.out, &summary).await?;
    out.data(&summary)?;
    out.say("")?;
    out.table(journeys.confirmed.table())?;
    out.say("")?;
    out.table(farewell::figures(&summary, &journeys, &args.out))?;
    out.say(farewell::verdict(&summary, &args.out, paint))?;
    Ok(summary)
}

/// How many times as fast as ours the parcels' time runs.
fn speed(args: &DemoArgs) -> u32 {
    let day = args.day.as_micros().max(1);
    u32::try_from(DAY.as_micros() / day).unwrap_or(u32::MAX)
}

/// Makes the folder. What an earlier demo left there stays, unless the same order is shipped again.
async fn folder_for_labels(out: &Path) -> anyhow::Result<PathBuf> {
    let labels = out.join("labels");
    let cannot = || format!("cannot make {}", labels.display());
    tokio::fs::create_dir_all(&labels)
        .await
        .with_context(cannot)?;
    Ok(labels)
}

async fn write_summary(folder: &Path, summary: &Summary) -> anyhow::Result<()> {
    let path = folder.join("summary.json");
    let mut text = serde_json::to_vec_pretty(summary)?;
    text.push(b'\n');
    tokio::fs::write(&path, text)
        .await
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Everything that an act needs.
struct Theatre<'a> {
    out: &'a mut Out,
    bars: Bars,
    gate: &'a Gate,
    subscribed: &'a Subscribed,
}

/// What the parcels came to.
pub(crate) struct Journeys {
    /// Entries of the gateway's log.
    pub(crate) events: u64,
    /// Days that passed for the parcels.
    pub(crate) days: i64,
    /// Parcels that arrived by the day that was promised.
    pub(crate) in_time: usize,
    /// What the receiver received.
    pub(crate) tally: Tally,
    /// What the shop knows.
    confirmed: Confirmed,
    webhooks: Deliveries,
    parcels: Parcels,
}

/// Parcels on their way, and those that have arrived.
struct Way<'a> {
    parcels: Parcels,
    arrivals: Arrivals<'a>,
}

impl Theatre<'_> {
    /// Asks for several orders' prices at once, and buys one after the other, in the order of the
    /// file: so the carriers give the same numbers every time.
    async fn sell(&mut self, shop: &Shop, orders: Vec<Order>) -> anyhow::Result<Vec<Sale>> {
        let mut quoting = stream::iter(orders)
            .map(|order| shop.quote(order))
            .buffered(COUNTER_WIDTH);
        let mut sales: Vec<Sale> = Vec::new();
        while let Some(quoted) = quoting.next().await {
            let sale = shop.sell(quoted).await;
            let from = shop.warehouses.address(sale.order.warehouse());
            let origin = from.map_or("", |from| from.city.as_str());
            let out = &mut *self.out;
            self.bars
                .aside(|| counter::show(&sale, origin, shop.ship_on, out))?;
            sales.push(sale);
            self.count_labels(&sales)?;
        }
        Ok(sales)
    }

    /// Waits for the carriers that were still at work: their time had to go on for that.
    async fn finish(&mut self, shop: &Shop, sales: &mut [Sale]) -> anyhow::Result<()> {
        for sale in sales.iter_mut() {
            let waiting = Outcome::Failed(anyhow!("it was never finished"));
            sale.outcome = match std::mem::replace(&mut sale.outcome, waiting) {
                Outcome::Pending(pending) => {
                    let outcome = shop.finish(&sale.order, pending).await;
                    let out = &mut *self.out;
                    let text = counter::late(&sale.order, &outcome, out.paint());
                    self.bars.aside(|| out.say(text))?;
                    outcome
                }
                outcome @ (Outcome::Bought(_) | Outcome::Failed(_)) => outcome,
            };
        }
        self.count_labels(sales)
    }

    fn count_labels(&mut self, sales: &[Sale]) -> anyhow::Result<()> {
        let labels = sales.iter().filter_map(Sale::bought).count();
        self.bars.labels.reach(u64::try_from(labels)?);
        Ok(())
    }

    /// Follows every parcel to its end and every event to the webhook.
    async fn journeys(&mut self, sales: &[Sale], stage: &Stage) -> anyhow::Result<Journeys> {
        let arrivals = Arrivals::of(sales);
        let parcels = Parcels::follow(self.gate.clone(), arrivals.trackers()).await?;
        let mut way = Way { parcels, arrivals };
        self.out.say("")?;
        let end = instant() + JOURNEYS_MAX;
        while !way.parcels.all_ended() && instant() < end {
            self.step(&mut way, stage, end).await?;
            self.bars
                .delivered
                .note(format!("day {}", stage.days.passed()));
        }
        let days = stage.days.passed();
        let confirmed = self.confirmed(&mut way, sales, stage).await?;
        let webhooks = self.last_webhooks(&mut way, stage).await?;
        Ok(Journeys {
            events: way.parcels.events,
            days,
            in_time: way.arrivals.in_time,
            tally: self.subscribed.tally(),
            confirmed,
            webhooks,
            parcels: way.parcels,
        })
    }

    /// Waits until the shop has recognised the number of every order, or the time is up.
    async fn confirmed(
        &mut self,
        way: &mut Way<'_>,
        sales: &[Sale],
        stage: &Stage,
    ) -> anyhow::Result<Confirmed> {
        let bought = sales.iter().filter_map(Sale::bought).count();
        let end = instant() + CONFIRMED_MAX;
        loop {
            let confirmed = Confirmed::look(self.gate).await?;
            if confirmed.recognised() >= bought || instant() >= end {
                return Ok(confirmed);
            }
            self.step(way, stage, end).await?;
        }
    }

    async fn step(&mut self, way: &mut Way<'_>, stage: &Stage, end: Instant) -> anyhow::Result<()> {
        if let News::Delivered(trackers) = way.parcels.news(end.min(instant() + LOOK)).await? {
            for tracker in trackers {
                let events = track::events(self.gate, &tracker.name).await?;
                let out = &mut *self.out;
                let (day, paint) = (stage.days.passed(), out.paint());
                let text = way.arrivals.tell(&tracker, &events, day, paint);
                self.bars.aside(|| out.say(text))?;
            }
        }
        let verified = self.subscribed.tally().verified;
        self.bars
            .delivered
            .reach(u64::try_from(way.parcels.delivered())?);
        self.bars.webhooks.expect(way.parcels.events);
        self.bars.webhooks.reach(u64::try_from(verified)?);
        Ok(())
    }

    /// Waits until every entry of the log has been delivered, or the time is up.
    async fn last_webhooks(
        &mut self,
        way: &mut Way<'_>,
        stage: &Stage,
    ) -> anyhow::Result<Deliveries> {
        let end = instant() + WEBHOOKS_MAX;
        loop {
            self.step(way, stage, end).await?;
            let webhooks = self.subscribed.deliveries().await?;
            let all =
                u64::try_from(webhooks.delivered)? >= way.parcels.events && webhooks.pending == 0;
            if all || instant() >= end {
                return Ok(webhooks);
            }
        }
    }
}
