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

/// What it came to: a table and the words under it.
pub(crate) fn closing(
    summary: &Summary,
    journeys: &Journeys,
    folder: &Path,
    paint: Paint,
) -> (Table, String) {
    let labels: usize = summary.carriers.values().map(|spent| spent.labels).sum();
    let checked = format!("of {} sent, signatures checked", summary.webhooks_sent);
    let refused = match journeys.refused {
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
    let file = folder.join("summary.json");
    let word = if summary.is_complete() {
        paint.good("Every order has a label and a delivered parcel.")
    } else {
        paint.bad("Not every order ended with a label and a delivered parcel.")
    };
    (
        table,
        format!("\n{word}\nThe same for programs: {}", file.display()),
    )
}

/// How to call what is left running.
pub(crate) fn how_to_call(stage: &Stage, summary: &Summary, folder: &Path, paint: Paint) -> String {
    let (server, key) = (stage.server(), &stage.key);
    let number = summary
        .parcels
        .iter()
        .find_map(|line| line.tracking_number.as_deref());
    let number = number.unwrap_or("NUMBER");
    let grpc = stage.gateway.grpc();
    format!(
        "\n{}\n  export PARCELGATE_SERVER={server} PARCELGATE_KEY={key}\n  parcelgate rates --from \
         US:43137:OH:Lockbourne --to US:94115:CA:'San Francisco' --weight 1.2kg\n  parcelgate track \
         {number}\n  parcelgate watch --since 0\n  parcelgate carriers\n  grpcurl -plaintext -H \
         \"authorization: Bearer {key}\" {grpc} list\n  python examples/python/quote_buy_watch.py \
         --server {grpc} --key {key}\n  curl http://{}/metrics\n  curl http://{}/_sandbox/parcels\n\
         Labels are in {}. Ctrl-C ends both.",
        paint.strong("Gateway and sandbox go on running:"),
        stage.gateway.http(),
        stage.sandbox.addr(),
        folder.join("labels").display(),
    )
}
