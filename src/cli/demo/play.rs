//! The demo's five acts: start, sell, let the days pass, settle accounts, leave.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use futures::StreamExt as _;
use futures::stream;
use jiff::civil::Date;
use parcelgate_clock::instant;
use parcelgate_proto::v1::{Tracker, TrackingEvent, TrackingStatus};

use super::bars::Bars;
use super::catalogue::Warehouses;
use super::farewell;
use super::keep;
use super::orders::Order;
use super::parcels::{News, Parcels};
use super::receiver::Tally;
use super::shop::{Sale, Shop};
use super::stage::Stage;
use super::subscription::{Deliveries, Subscribed};
use super::summary::{Figures, Summary};
use super::{DemoArgs, Ending};
use crate::cli::connect::Gate;
use crate::cli::out::{Out, Paint};
use crate::cli::{show, tables, track};

/// Orders at the counter at once.
const COUNTER_WIDTH: usize = 8;
/// The longest that the parcels' journeys may take.
const JOURNEYS_MAX: Duration = Duration::from_secs(60);
/// The longest that the last webhooks may take after that.
const WEBHOOKS_MAX: Duration = Duration::from_secs(10);
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
    let stage = Stage::start().await?;
    let gate = stage.enter().await?;
    let subscribed = Subscribed::make(gate.clone()).await?;
    let shop = Shop {
        gate,
        warehouses,
        labels,
        today,
    };
    // One listener for both halves: two of them do not hear a signal at the same instant.
    let stopped = crate::cli::until_stopped();
    tokio::pin!(stopped);
    let summary = tokio::select! {
        summary = perform(args, &stage, &shop, &subscribed, orders, began, out) => summary,
        stopped = &mut stopped => {
            Err(stopped.map_or_else(Into::into, |()| anyhow!("stopped before the end")))
        }
    };
    let summary = match summary {
        Ok(summary) if args.keep => {
            keep::tell(&stage, &summary, &args.out, out)?;
            keep::attend(&stage, speed(args), stopped)
                .await
                .map(|()| summary)
                .map_err(Into::into)
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
    let mut theatre = Theatre {
        bars: Bars::new(u64::try_from(count)?, out.is_for_programs()),
        out,
        gate: &shop.gate,
        subscribed,
    };
    let sales = theatre.sell(shop, orders).await?;
    stage.days.play(speed(args));
    let journeys = theatre.journeys(&sales, stage).await?;
    theatre.bars.finish();
    let figures = Figures {
        webhooks_sent: journeys.webhooks.delivered,
        webhooks_verified: journeys.tally.verified,
        took: instant().saturating_duration_since(began),
    };
    let status = |tracker: &str| journeys.parcels.status(tracker);
    let summary = Summary::of(&sales, status, figures, &args.out)?;
    write_summary(&args.out, &summary).await?;
    out.data(&summary)?;
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
    webhooks: Deliveries,
    parcels: Parcels,
}

/// Parcels on their way, and what was promised of each.
struct Way<'a> {
    parcels: Parcels,
    orders: BTreeMap<&'a str, &'a Order>,
    in_time: usize,
}

impl<'a> Way<'a> {
    async fn of(gate: &Gate, sales: &'a [Sale]) -> anyhow::Result<Self> {
        let bought =
            |sale: &'a Sale| Some((sale.bought.as_ref().ok()?.tracker.as_str(), &sale.order));
        let orders: BTreeMap<&str, &Order> = sales.iter().filter_map(bought).collect();
        let trackers = orders.keys().map(|name| (*name).to_owned()).collect();
        let parcels = Parcels::follow(gate.clone(), trackers).await?;
        Ok(Self {
            parcels,
            orders,
            in_time: 0,
        })
    }

    /// What was promised of a parcel that has arrived, and whether it was kept.
    fn promise(&mut self, tracker: &Tracker, events: &[TrackingEvent], paint: Paint) -> String {
        let Some(order) = self.orders.get(tracker.name.as_str()) else {
            return String::new();
        };
        // Days are compared as texts: 2026-11-30 stands before 2026-12-01.
        let delivered = events
            .iter()
            .rfind(|event| event.status() == TrackingStatus::Delivered);
        let day: String = delivered
            .map_or("", |event| event.local_time.as_str())
            .chars()
            .take(10)
            .collect();
        let kept = !day.is_empty() && day <= order.deliver_by.to_string();
        self.in_time += usize::from(kept);
        let word = if kept {
            paint.good("in time")
        } else {
            paint.bad("late")
        };
        let place = format!("{}, {}", order.to.city, order.to.country);
        format!(
            "{}  to {place}  promised by {}: {word}",
            order.id, order.deliver_by
        )
    }
}

impl Theatre<'_> {
    /// Serves the orders, several at once, and shows each in the order of the file.
    async fn sell(&mut self, shop: &Shop, orders: Vec<Order>) -> anyhow::Result<Vec<Sale>> {
        let mut selling = stream::iter(orders)
            .map(|order| shop.sell(order))
            .buffered(COUNTER_WIDTH);
        let mut sales: Vec<Sale> = Vec::new();
        let mut labels = 0;
        while let Some(sale) = selling.next().await {
            self.show_sale(&sale, shop.today)?;
            labels += u64::from(sale.bought.is_ok());
            self.bars.labels.reach(labels);
            sales.push(sale);
        }
        Ok(sales)
    }

    fn show_sale(&mut self, sale: &Sale, today: Date) -> anyhow::Result<()> {
        let paint = self.out.paint();
        let out = &mut *self.out;
        let order = &sale.order;
        let place = format!("{}, {}", order.to.city, order.to.country);
        let head = format!(
            "\n{}  to {place}  {}  by {}",
            paint.strong(&order.id),
            show::kilograms(order.weight_grams()),
            order.deliver_by
        );
        let taken = sale
            .bought
            .as_ref()
            .ok()
            .map(|bought| bought.quote.name.as_str());
        self.bars.aside(|| {
            out.say(head)?;
            out.table(tables::quotes(&sale.offers.quotes, today, taken))?;
            if !sale.offers.failures.is_empty() {
                out.say(tables::failures(&sale.offers.failures, paint))?;
            }
            match &sale.bought {
                Ok(bought) => out.say(format!(
                    "  {} {}  {}",
                    paint.good("label"),
                    bought.tracking_number,
                    paint.dim(&bought.label.display().to_string())
                )),
                Err(error) => out.say(format!("  {} {error:#}", paint.bad("not shipped:"))),
            }
        })?;
        Ok(())
    }

    /// Follows every parcel to its end and every event to the webhook.
    async fn journeys(&mut self, sales: &[Sale], stage: &Stage) -> anyhow::Result<Journeys> {
        let mut way = Way::of(self.gate, sales).await?;
        let end = instant() + JOURNEYS_MAX;
        while !way.parcels.all_ended() && instant() < end {
            self.step(&mut way, end).await?;
            self.bars
                .delivered
                .note(format!("day {}", stage.days.passed()));
        }
        let days = stage.days.passed();
        let webhooks = self.last_webhooks(&mut way).await?;
        Ok(Journeys {
            events: way.parcels.events,
            days,
            in_time: way.in_time,
            tally: self.subscribed.tally(),
            webhooks,
            parcels: way.parcels,
        })
    }

    async fn step(&mut self, way: &mut Way<'_>, end: Instant) -> anyhow::Result<()> {
        if let News::Delivered(trackers) = way.parcels.news(end.min(instant() + LOOK)).await? {
            for tracker in trackers {
                let events = track::events(self.gate, &tracker.name).await?;
                let paint = self.out.paint();
                let promise = way.promise(&tracker, &events, paint);
                let timeline = tables::timeline(&tracker, &events, paint);
                let out = &mut *self.out;
                self.bars
                    .aside(|| out.say(format!("\n{promise}\n{timeline}")))?;
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
    async fn last_webhooks(&mut self, way: &mut Way<'_>) -> anyhow::Result<Deliveries> {
        let end = instant() + WEBHOOKS_MAX;
        loop {
            self.step(way, end).await?;
            let webhooks = self.subscribed.deliveries().await?;
            let all =
                u64::try_from(webhooks.delivered)? >= way.parcels.events && webhooks.pending == 0;
            if all || instant() >= end {
                return Ok(webhooks);
            }
        }
    }
}
