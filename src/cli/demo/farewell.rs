//! What the demo says at its beginning and its end.

use std::path::Path;

use comfy_table::{Cell, Table};

use super::play::Journeys;
use super::stage::Stage;
use super::summary::{Spent, Summary};
use crate::cli::out::{self, Paint, number};

/// Who is there.
pub(crate) fn opening(orders: usize, stage: &Stage, webhook: &str, paint: Paint) -> String {
    let carriers = stage.carriers;
    format!(
        "{}  {orders} orders, {carriers} carriers, nothing leaves this machine\n  \
         gateway  gRPC {}  HTTP {}\n  sandbox  {}\n  webhook  {webhook}",
        paint.strong("parcelgate demo"),
        stage.gateway.grpc(),
        stage.gateway.http(),
        stage.sandbox.addr(),
    )
}

/// What it came to.
pub(crate) fn figures(summary: &Summary, journeys: &Journeys, folder: &Path) -> Table {
    let labels: usize = summary.carriers.values().map(|spent| spent.labels).sum();
    let checked = format!("of {} sent, signatures checked", summary.webhooks_sent);
    let refused = match journeys.tally.refused {
        0 => String::new(),
        refused => format!(", {refused} refused"),
    };
    let in_time = format!("in {} days, {} in time", journeys.days, journeys.in_time);
    let mut rows = vec![
        ("orders", summary.orders.to_string(), String::new()),
        (
            "labels",
            labels.to_string(),
            folder.join("labels").display().to_string(),
        ),
    ];
    for (carrier, spent) in &summary.carriers {
        rows.push((carrier, money(spent), labels_of(spent)));
    }
    rows.extend([
        ("delivered", summary.delivered.to_string(), in_time),
        (
            "confirmed",
            summary.confirmed.to_string(),
            "in the played Amazon and Shopify, each number recognised".to_owned(),
        ),
        (
            "events",
            journeys.events.to_string(),
            "in the gateway's log".to_owned(),
        ),
        (
            "webhooks verified",
            summary.webhooks_verified.to_string(),
            checked + &refused,
        ),
        (
            "time",
            format!("{} s", summary.seconds.get()),
            String::new(),
        ),
    ]);
    let mut table = out::list();
    for (name, figure, note) in rows {
        table.add_row([Cell::new(name), number(figure), Cell::new(note)]);
    }
    table
}

/// All that was spent with one carrier.
fn money(spent: &Spent) -> String {
    let totals = spent.totals.iter();
    let totals: Vec<String> = totals.map(|(code, sum)| format!("{sum} {code}")).collect();
    totals.join(" + ")
}

fn labels_of(spent: &Spent) -> String {
    let plural = if spent.labels == 1 { "" } else { "s" };
    let mut text = format!("{} label{plural}", spent.labels);
    let notes = [
        (spent.by_rule, "by the shop's rule"),
        (spent.unpriced, "by contract"),
    ];
    for (count, note) in notes.iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(", {count} {note}"));
    }
    text
}

/// Whether it went well, and where the figures are.
pub(crate) fn verdict(summary: &Summary, folder: &Path, paint: Paint) -> String {
    let word = if summary.is_complete() {
        paint.good("Every order has a label and a delivered parcel, and is confirmed in its shop.")
    } else {
        paint.bad("Not every order ended with a label, a delivered parcel and a confirmation.")
    };
    let file = folder.join("summary.json");
    format!("\n{word}\nThe same for programs: {}", file.display())
}
