//! What the demo says at its beginning and its end.

use std::path::Path;

use comfy_table::{Cell, Table};

use super::play::Journeys;
use super::stage::Stage;
use super::summary::Summary;
use crate::cli::out::{self, Paint, number};

/// Who is there.
pub(crate) fn opening(orders: usize, stage: &Stage, webhook: &str, paint: Paint) -> String {
    format!(
        "{}  {orders} orders, two carriers, nothing leaves this machine\n  gateway  gRPC {}  HTTP \
         {}\n  sandbox  {}\n  webhook  {webhook}",
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
        let money = format!("{} {}", spent.total, spent.currency);
        rows.push((carrier, money, format!("{} labels", spent.labels)));
    }
    rows.extend([
        ("delivered", summary.delivered.to_string(), in_time),
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

/// Whether it went well, and where the figures are.
pub(crate) fn verdict(summary: &Summary, folder: &Path, paint: Paint) -> String {
    let word = if summary.is_complete() {
        paint.good("Every order has a label and a delivered parcel.")
    } else {
        paint.bad("Not every order ended with a label and a delivered parcel.")
    };
    let file = folder.join("summary.json");
    format!("\n{word}\nThe same for programs: {}", file.display())
}
