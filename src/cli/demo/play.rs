//! The demo's five acts: start, sell, let the days pass, settle accounts, leave.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures::StreamExt as _;
use futures::stream;
use jiff::civil::Date;
use parcelgate_clock::instant;
use parcelgate_proto::v1::delivery::State as DeliveryState;
use parcelgate_proto::v1::{
    CreateSubscriptionRequest, ListDeliveriesRequest, Subscription, Tracker, TrackingEvent,
    TrackingStatus,
};
use serde_json::json;
use uuid::Uuid;

use super::bars::Bars;
use super::catalogue::Warehouses;
use super::farewell;
use super::keep;
use super::orders::Order;
use super::parcels::{News, Parcels};
use super::receiver::Receiver;
use super::shop::{Sale, Shop};
use super::stage::Stage;
use super::summary::{Figures, Summary};
use super::{DemoArgs, Ending};
use crate::cli::connect::{Gate, Key, ServerArgs};
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

/// Plays it all.
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
    let receiver = Receiver::start().await?;
    let gate = Gate::open(&ServerArgs {
        server: stage.server(),
        key: Some(Key::from(stage.key.clone())),
        timeout: Duration::from_secs(30),
    })
    .await?;
    let subscription = subscribe(&gate, &receiver).await?;
    out.say(farewell::opening(
        orders.len(),
        &stage,
        &receiver.url(),
        out.paint(),
    ))?;
    let mut theatre = Theatre {
        bars: Bars::new(u64::try_from(orders.len())?, out.is_for_programs()),
        out,
        gate,
        receiver,
        subscription,
    };
    let shop = Shop {
        gate: theatre.gate.clone(),
        warehouses,
        labels,
        today,
    };
    let sales = theatre.sell(&shop, orders).await?;
    let speed = u32::try_from(DAY.as_micros() / args.day.as_micros().max(1)).unwrap_or(u32::MAX);
    stage.days.play(speed);
    let parcels = theatre.journeys(&sales, &stage).await?;
    let summary = theatre.settle(&sales, &parcels, began, &args.out)?;
    theatre.bars.finish();
    write_summary(&args.out, &summary).await?;
    theatre.out.data(&summary)?;
    let closing = farewell::closing(&summary, &parcels, &args.out, theatre.out.paint());
    theatre.out.table(closing.0)?;
    theatre.out.say(closing.1)?;
    if args.keep {
        let hints = keep::how_to_call(&stage, &summary, &args.out, theatre.out.paint());
        theatre.out.say(hints)?;
        let access = json!({ "server": stage.server(), "key": stage.key });
        theatre.out.data(&access)?;
        keep::until_stopped(&stage, speed).await?;
    }
    let complete = summary.is_complete();
    drop(theatre);
    stage.stop().await;
    Ok(if complete {
        Ending::Complete
    } else {
        Ending::Incomplete
    })
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

async fn subscribe(gate: &Gate, receiver: &Receiver) -> anyhow::Result<String> {
    let request = CreateSubscriptionRequest {
        subscription: Some(Subscription {
            url: receiver.url(),
            ..Subscription::default()
        }),
        request_id: Uuid::now_v7().to_string(),
    };
    let made = gate
        .subscriptions()
        .create_subscription(gate.ask(request))
        .await?
        .into_inner();
    receiver.trust(&made.secret)?;
    Ok(made.name)
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
    gate: Gate,
    receiver: Receiver,
    subscription: String,
}

/// What the parcels came to.
pub(crate) struct Journeys {
    /// Entries of the gateway's log.
    pub(crate) events: u64,
    /// Days that passed for the parcels.
    pub(crate) days: i64,
    /// Parcels that arrived by the day that was promised.
    pub(crate) in_time: usize,
    /// Webhooks that were not believed.
    pub(crate) refused: usize,
    webhooks: Webhooks,
    parcels: Parcels,
}

/// What the gateway says of its deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Webhooks {
    delivered: usize,
    pending: usize,
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
        let mut way = Way::of(&self.gate, sales).await?;
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
            refused: self.receiver.tally().borrow().refused,
            webhooks,
            parcels: way.parcels,
        })
    }

    async fn step(&mut self, way: &mut Way<'_>, end: Instant) -> anyhow::Result<()> {
        if let News::Delivered(trackers) = way.parcels.news(end.min(instant() + LOOK)).await? {
            for tracker in trackers {
                let events = track::events(&self.gate, &tracker.name).await?;
                let paint = self.out.paint();
                let promise = way.promise(&tracker, &events, paint);
                let timeline = tables::timeline(&tracker, &events, paint);
                let out = &mut *self.out;
                self.bars
                    .aside(|| out.say(format!("\n{promise}\n{timeline}")))?;
            }
        }
        let verified = self.receiver.tally().borrow().verified;
        self.bars
            .delivered
            .reach(u64::try_from(way.parcels.delivered())?);
        self.bars.webhooks.expect(way.parcels.events);
        self.bars.webhooks.reach(u64::try_from(verified)?);
        Ok(())
    }

    /// Waits until every entry of the log has been delivered, or the time is up.
    async fn last_webhooks(&mut self, way: &mut Way<'_>) -> anyhow::Result<Webhooks> {
        let end = instant() + WEBHOOKS_MAX;
        loop {
            self.step(way, end).await?;
            let webhooks = self.webhooks().await?;
            let all =
                u64::try_from(webhooks.delivered)? >= way.parcels.events && webhooks.pending == 0;
            if all || instant() >= end {
                return Ok(webhooks);
            }
        }
    }

    async fn webhooks(&self) -> anyhow::Result<Webhooks> {
        let mut found = Webhooks::default();
        let mut page_token = String::new();
        loop {
            let parent = self.subscription.clone();
            let request = ListDeliveriesRequest {
                parent,
                page_size: 1000,
                page_token,
            };
            let reply = self
                .gate
                .subscriptions()
                .list_deliveries(self.gate.ask(request))
                .await?;
            let page = reply.into_inner();
            for delivery in &page.deliveries {
                match delivery.state() {
                    DeliveryState::Delivered => found.delivered += 1,
                    DeliveryState::Pending => found.pending += 1,
                    DeliveryState::Unspecified | DeliveryState::Dead => {}
                }
            }
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            page_token = page.next_page_token;
        }
    }

    fn settle(
        &self,
        sales: &[Sale],
        journeys: &Journeys,
        began: Instant,
        folder: &Path,
    ) -> anyhow::Result<Summary> {
        let figures = Figures {
            webhooks_sent: journeys.webhooks.delivered,
            webhooks_verified: self.receiver.tally().borrow().verified,
            took: instant().saturating_duration_since(began),
        };
        let status = |tracker: &str| -> TrackingStatus { journeys.parcels.status(tracker) };
        Summary::of(sales, status, figures, folder)
    }
}
