//! The tables that several commands show.

use comfy_table::{Attribute, Cell, Color, Table};
use jiff::civil::Date;
use parcelgate_proto::v1::{CarrierFailure, Quote, Tracker, TrackingEvent};

use super::out::{self, Paint, number};
use super::show;

/// Prices beside each other, for a parcel handed over on `ship_on`; the one named `bought` stands
/// out.
pub(crate) fn quotes(quotes: &[Quote], ship_on: Date, bought: Option<&str>) -> Table {
    let converted = quotes
        .iter()
        .find_map(|quote| quote.converted_total.as_ref())
        .map_or("", |money| money.currency_code.as_str());
    let mut table = out::table([
        "", "carrier", "service", "price", converted, "transit", "arrives", "tags",
    ]);
    for quote in quotes {
        let chosen = bought == Some(quote.name.as_str());
        let emphasised = |cell: Cell| {
            if chosen {
                cell.fg(Color::Green).add_attribute(Attribute::Bold)
            } else {
                cell
            }
        };
        let converted = quote
            .converted_total
            .as_ref()
            .map_or_else(String::new, show::amount);
        let cells = [
            Cell::new(if chosen { "▶" } else { "" }),
            Cell::new(&quote.carrier),
            Cell::new(service(quote)),
            number(show::money(quote.total.as_ref())),
            number(converted),
            Cell::new(show::transit(quote.transit.as_ref())),
            Cell::new(show::arrival(quote.transit.as_ref(), ship_on)),
            Cell::new(show::tags(quote)),
        ];
        table.add_row(cells.map(emphasised));
    }
    table
}

fn service(quote: &Quote) -> String {
    if quote.service_name.is_empty() || quote.service_name == quote.service {
        quote.service.clone()
    } else {
        format!("{} {}", quote.service, quote.service_name)
    }
}

/// One line for each account that offers nothing.
pub(crate) fn failures(failures: &[CarrierFailure], paint: Paint) -> String {
    let line = |failure: &CarrierFailure| {
        let own = format!("{} {}", failure.carrier_code, failure.carrier_text);
        let who = format!("{} ({})", failure.account, failure.carrier);
        let mut line = format!(
            "  {} {who}: {} {}",
            paint.bad("✗"),
            failure.reason,
            own.trim()
        );
        for violation in &failure.violations {
            line.push_str(&format!(
                "\n      {}: {}",
                violation.field, violation.description
            ));
        }
        line
    };
    failures.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What happened to a parcel, a line for each event.
pub(crate) fn timeline(tracker: &Tracker, events: &[TrackingEvent], paint: Paint) -> String {
    let place_width = events
        .iter()
        .map(|event| event.place.chars().count())
        .max()
        .unwrap_or(0);
    let status = show::status(tracker.status());
    let head = format!(
        "{}  {}  {}",
        paint.strong(&tracker.tracking_number),
        tracker.carrier,
        if tracker.delivery_time.is_some() {
            paint.good(status)
        } else {
            paint.strong(status)
        },
    );
    let lines = events.iter().map(|event| {
        let at = if event.local_time.is_empty() {
            show::moment(event.occur_time.as_ref())
        } else {
            event
                .local_time
                .replace('T', " ")
                .chars()
                .take("2026-11-30 14:05".len())
                .collect()
        };
        let code = paint.dim(&event.carrier_code);
        format!(
            "  {at}  {:<place_width$}  {}  {code}",
            event.place, event.carrier_text
        )
    });
    std::iter::once(head)
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}
