//! What is shown of a sale: the best offer of each carrier, and who was chosen.

use std::collections::BTreeSet;

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, Table, Width};
use jiff::civil::Date;
use parcelgate_proto::v1::{CarrierFailure, Quote};

use super::choice::{self, Why};
use super::orders::Order;
use super::rule::Rule;
use super::shop::{Bought, Outcome, Sale};
use crate::cli::out::{self, Out, Paint, number};
use crate::cli::show;

/// Room for the name of a service.
const SERVICE_CHARS: u16 = 26;
/// Reasons which say that a carrier does not go this way, and nothing more.
const ELSEWHERE: [&str; 2] = ["UNSUPPORTED", "INVALID"];

/// Shows `sale` of goods kept in the town of `origin`.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn show(sale: &Sale, origin: &str, ship_on: Date, out: &mut Out) -> std::io::Result<()> {
    let (order, paint) = (&sale.order, out.paint());
    out.say(head(order, origin, paint))?;
    out.table(offers(sale, ship_on))?;
    let idle = idle(sale);
    if !idle.is_empty() {
        out.say(paint.dim(&format!("    not on this way: {}", idle.join(", "))))?;
    }
    for failure in wrong(&sale.offers.failures) {
        out.say(paint.dim(&format!("    nothing from {failure}")))?;
    }
    for refused in &sale.refused {
        out.say(format!("  {} {refused}", paint.bad("refused")))?;
    }
    out.say(ending(&sale.outcome, paint))
}

fn ending(outcome: &Outcome, paint: Paint) -> String {
    match outcome {
        Outcome::Bought(bought) => label(bought, paint),
        Outcome::Pending(pending) => format!(
            "  {} {} is still at work on it; nothing else is bought meanwhile",
            paint.strong("later"),
            pending.chosen.name(),
        ),
        Outcome::Failed(error) => format!("  {} {error:#}", paint.bad("not shipped:")),
    }
}

/// What became of an order that its carrier was still at work on.
pub(crate) fn late(order: &Order, outcome: &Outcome, paint: Paint) -> String {
    format!("\n{}\n{}", paint.strong(&order.id), ending(outcome, paint))
}

fn head(order: &Order, origin: &str, paint: Paint) -> String {
    let rule = if order.rule.is_open() {
        String::new()
    } else {
        paint.dim(&format!("\n    the shop's rule: {}", order.rule))
    };
    format!(
        "\n{}  {origin} → {}, {}  {}  by {}{rule}",
        paint.strong(&order.id),
        order.to.city,
        order.to.country,
        show::kilograms(order.weight_grams()),
        order.deliver_by,
    )
}

fn label(bought: &Bought, paint: Paint) -> String {
    let rule = if bought.by_rule {
        ", by the shop's rule"
    } else {
        ""
    };
    format!(
        "  {} {}  {}{rule}",
        paint.good("label"),
        bought.tracking_number,
        bought.chosen.why.words()
    )
}

/// The best offer of each carrier: what was chosen, else the cheapest in time, else the least late.
fn offers(sale: &Sale, ship_on: Date) -> Table {
    let order = &sale.order;
    let chosen = match &sale.outcome {
        Outcome::Bought(bought) => Some(&bought.chosen),
        Outcome::Pending(pending) => Some(&pending.chosen),
        Outcome::Failed(_) => None,
    };
    let taken = chosen.and_then(|chosen| chosen.quote.as_ref());
    let mut table = out::table(["", "carrier", "service", "price", "USD", "arrives", ""]);
    let service = ColumnConstraint::UpperBoundary(Width::Fixed(SERVICE_CHARS));
    if let Some(column) = table.column_mut(2) {
        column.set_constraint(service);
    }
    if let Some(chosen) = chosen.filter(|chosen| chosen.quote.is_none()) {
        let name = chosen.name();
        let (account, service) = name.split_once(' ').unwrap_or((&name, ""));
        let row = ["▶", account, service, "not quoted", "", "", ""];
        table.add_row(row.map(|text| emphasised(Cell::new(text))));
    }
    let mut shown: BTreeSet<&str> = taken.iter().map(|quote| quote.carrier.as_str()).collect();
    let ranked = choice::ranked(
        &sale.offers.quotes,
        &Rule::default(),
        ship_on,
        order.deliver_by,
    );
    for candidate in &ranked {
        let Some(quote) = &candidate.quote else {
            continue;
        };
        let is_taken = taken.is_some_and(|taken| taken.name == quote.name);
        if !is_taken && !shown.insert(&quote.carrier) {
            continue;
        }
        let note = match candidate.why {
            _ if !order.rule.allows(quote) => "excluded",
            Why::LeastLate => "late",
            Why::CheapestInTime | Why::Cheapest | Why::Named => "",
        };
        let cells = row(quote, ship_on, is_taken, note);
        let row = if is_taken {
            cells.map(emphasised)
        } else {
            cells
        };
        table.add_row(row);
    }
    for row in table.row_iter_mut() {
        row.max_height(1);
    }
    table.set_truncation_indicator("…");
    table
}

fn emphasised(cell: Cell) -> Cell {
    cell.fg(Color::Green).add_attribute(Attribute::Bold)
}

fn row(quote: &Quote, ship_on: Date, is_taken: bool, note: &str) -> [Cell; 7] {
    let name = if quote.service_name.is_empty() {
        &quote.service
    } else {
        &quote.service_name
    };
    // "FedEx Home Delivery" beside "fedex" is "Home Delivery": the name has little room.
    let (brand, rest) = name.split_once(' ').unwrap_or(("", name));
    let name = if brand.eq_ignore_ascii_case(&quote.carrier) {
        rest
    } else {
        name
    };
    let dollars = quote.converted_total.as_ref();
    let day = choice::arrival(quote.transit.as_ref(), ship_on);
    [
        Cell::new(if is_taken { "▶" } else { "" }),
        Cell::new(&quote.carrier),
        Cell::new(name),
        number(show::money(quote.total.as_ref())),
        number(dollars.map_or_else(String::new, show::amount)),
        Cell::new(day.map_or_else(String::new, |day| day.to_string())),
        Cell::new(note),
    ]
}

/// Carriers that offer nothing because they do not go this way.
fn idle(sale: &Sale) -> Vec<&str> {
    let offering = |carrier: &str| {
        let mut quotes = sale.offers.quotes.iter();
        quotes.any(|quote| quote.carrier == carrier)
    };
    let failures = sale.offers.failures.iter();
    let idle: BTreeSet<&str> = failures
        .filter(|failure| ELSEWHERE.contains(&failure.reason.as_str()))
        .map(|failure| failure.carrier.as_str())
        .filter(|carrier| !offering(carrier))
        .collect();
    idle.into_iter().collect()
}

/// Who has no offer for another reason, and which.
fn wrong(failures: &[CarrierFailure]) -> impl Iterator<Item = String> {
    let wrong = |failure: &&CarrierFailure| !ELSEWHERE.contains(&failure.reason.as_str());
    failures.iter().filter(wrong).map(|failure| {
        let own = &failure.carrier_text;
        let said = if own.is_empty() { &failure.reason } else { own };
        format!("{}: {said}", failure.carrier)
    })
}
