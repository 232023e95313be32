//! Parcels that have arrived: a line for each, and one whole way of each carrier.

use std::collections::{BTreeMap, BTreeSet};

use parcelgate_proto::v1::{Tracker, TrackingEvent, TrackingStatus};

use super::orders::Order;
use super::shop::Sale;
use crate::cli::out::Paint;
use crate::cli::tables;

/// What was promised of each parcel, and what came of it.
#[derive(Debug)]
pub(crate) struct Arrivals<'a> {
    orders: BTreeMap<&'a str, &'a Order>,
    shown: BTreeSet<String>,
    /// Parcels that arrived by the day that was promised.
    pub(crate) in_time: usize,
}

impl<'a> Arrivals<'a> {
    /// Of what was sold.
    pub(crate) fn of(sales: &'a [Sale]) -> Self {
        let bought = |sale: &'a Sale| Some((sale.bought()?.tracker.as_str(), &sale.order));
        Self {
            orders: sales.iter().filter_map(bought).collect(),
            shown: BTreeSet::new(),
            in_time: 0,
        }
    }

    /// The names of the parcels' trackers.
    pub(crate) fn trackers(&self) -> Vec<String> {
        self.orders.keys().map(|name| (*name).to_owned()).collect()
    }

    /// Tells of a parcel that has arrived on the `day`th day. The whole way stands below the first
    /// parcel of each carrier.
    pub(crate) fn tell(
        &mut self,
        tracker: &Tracker,
        events: &[TrackingEvent],
        day: i64,
        paint: Paint,
    ) -> String {
        let order = self.orders.get(tracker.name.as_str());
        let kept = order.is_some_and(|order| is_kept(order, events));
        self.in_time += usize::from(kept);
        let word = if kept {
            paint.good("in time")
        } else {
            paint.bad("late")
        };
        let line = format!(
            "day {day:>2}  {:<19}  {:<22}  {:<6}  {:>2} events  {word}",
            order.map_or("", |order| order.id.as_str()),
            tracker.tracking_number,
            tracker.carrier,
            events.len(),
        );
        if self.shown.insert(tracker.carrier.clone()) {
            let way = tables::timeline(tracker, events, paint);
            format!("{line}\n\n{way}\n")
        } else {
            line
        }
    }
}

/// Whether it arrived by the day that was promised, as the recipient's clock shows it.
fn is_kept(order: &Order, events: &[TrackingEvent]) -> bool {
    let mut newest = events.iter().rev();
    let delivered = newest.find(|event| event.status() == TrackingStatus::Delivered);
    let at = delivered.map_or("", |event| event.local_time.as_str());
    // Days are compared as texts: 2026-11-30 stands before 2026-12-01.
    let day: String = at.chars().take("2026-11-30".len()).collect();
    !day.is_empty() && day <= order.deliver_by.to_string()
}
