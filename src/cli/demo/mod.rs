//! `parcelgate demo`: the whole of it, on this machine alone.

mod arrivals;
mod bars;
mod catalogue;
mod choice;
mod confirmed;
mod consignment;
mod counter;
mod days;
mod farewell;
mod keep;
mod orders;
mod parcels;
mod play;
mod receiver;
mod rule;
mod sheet;
mod shop;
mod stage;
mod subscription;
mod summary;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;

use self::catalogue::{Catalogue, Warehouses};
use self::orders::Orders;
use self::sheet::Fault;
use super::out::Out;
use super::parse;

const ORDERS: &[u8] = include_bytes!("../../../examples/orders.tsv");
const CATALOGUE: &[u8] = include_bytes!("../../../examples/catalogue.tsv");
const SHIP_FROM: &str = include_str!("../../../examples/ship-from.toml");
const AFTER_HELP: &str = "\
The orders are a tab-separated file in the columns of Amazon's report of unshipped orders; its \
promise-date is the day by which a parcel must arrive, and a column ship-via may name who is to \
carry it: carriers or accounts, each with all of its services or one (ups usps/PRIORITY_MAIL). \
Lines of one order-id are one parcel. All dates are moved so that the newest purchase was made \
today; examples/README.md says more.

A line that cannot stand is reported with its number and every field at fault, its order is left \
out, and the rest is shipped. Exit code: 0 if every order without such a line ended with a label \
and a delivered parcel, 1 if not, 2 if there was nothing to ship.";
/// Larger than any day's orders.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Ship a day's orders on this machine alone: no network, no service, no credentials
///
/// Starts a gateway and a sandbox of the carriers on loopback ports, quotes every order with every
/// carrier, buys the cheapest label that is in time, as far as the shop's own shipping rule lets
/// it, writes the labels, plays the parcels' days in seconds and receives every event by signed
/// webhook.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DemoArgs {
    /// Where labels/<order-id>.pdf and summary.json go.
    #[arg(long, default_value = "parcelgate-demo", value_name = "DIR")]
    out: PathBuf,
    /// The orders; a day's worth of invented ones when left out.
    #[arg(long, value_name = "FILE")]
    orders: Option<PathBuf>,
    /// Weight, size and customs facts by SKU; see examples/catalogue.tsv.
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// The warehouses; see examples/ship-from.toml.
    #[arg(long, value_name = "FILE")]
    ship_from: Option<PathBuf>,
    /// How long a day of the parcels takes.
    #[arg(long, default_value = "300ms", value_name = "TIME", value_parser = parse::duration)]
    day: Duration,
    /// Another seed lets other things happen to the parcels, under other numbers.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// Leave gateway and sandbox running until Ctrl-C, and say how to call them.
    #[arg(long)]
    keep: bool,
}

/// How a demo ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Every good order was delivered.
    Complete,
    /// One was not.
    Incomplete,
    /// There was no good order.
    Empty,
}

/// Runs it.
///
/// # Errors
/// When a file cannot be used, or gateway or sandbox cannot start.
pub(crate) async fn run(args: DemoArgs, out: &mut Out) -> anyhow::Result<Ending> {
    let today = super::show::today();
    let ship_from = match &args.ship_from {
        Some(file) => super::request::read_text(file, FILE_BYTES_MAX)?,
        None => SHIP_FROM.to_owned(),
    };
    let warehouses = Warehouses::read(&ship_from)?;
    let goods = read(args.catalogue.as_deref(), CATALOGUE)?;
    let catalogue = Catalogue::read(&goods, &warehouses)
        .map_err(|faults| unusable("the catalogue", &faults))?;
    let orders = read_orders(args.orders.as_deref(), &catalogue, today)?;
    tell_faults(&orders, out)?;
    if orders.good.is_empty() {
        return Ok(Ending::Empty);
    }
    Box::pin(play::run(&args, orders.good, warehouses, today, out)).await
}

fn read(file: Option<&Path>, otherwise: &[u8]) -> anyhow::Result<Vec<u8>> {
    let Some(file) = file else {
        return Ok(otherwise.to_vec());
    };
    let cannot = || format!("cannot read {}", file.display());
    let size = std::fs::metadata(file).with_context(cannot)?.len();
    anyhow::ensure!(
        size <= FILE_BYTES_MAX,
        "{} is larger than {FILE_BYTES_MAX} bytes",
        file.display()
    );
    std::fs::read(file).with_context(cannot)
}

fn read_orders(file: Option<&Path>, catalogue: &Catalogue, today: Date) -> anyhow::Result<Orders> {
    let bytes = read(file, ORDERS)?;
    Orders::read(&bytes, catalogue, today).map_err(|faults| unusable("the file of orders", &faults))
}

fn unusable(what: &str, faults: &[Fault]) -> anyhow::Error {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| format!("\n  - {fault}"))
        .collect();
    anyhow::anyhow!("{what} cannot be used:{}", lines.concat())
}

/// Bad lines are told on standard error too, where a program's user sees them.
fn tell_faults(orders: &Orders, out: &Out) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut stderr = std::io::stderr();
    for fault in &orders.faults {
        writeln!(stderr, "{} {fault}", out.paint().bad("bad line:"))?;
    }
    for order in &orders.left_out {
        writeln!(stderr, "left out: order {order}")?;
    }
    Ok(())
}
