//! `parcelgate rates`: what every carrier would charge.

use clap::Args;
use jiff::civil::Date;
use parcelgate_proto::v1::QuoteRatesRequest;
use serde_json::json;

use super::connect::{Gate, ServerArgs};
use super::out::Out;
use super::request::ShipmentArgs;
use super::{data, parse, show, tables};

/// Show what every carrier would charge, the cheapest first
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  parcelgate rates --from CN:518057:Guangdong:Shenzhen \
    --to US:43215:OH:Columbus --weight 620g --size 24x16x9cm --currency USD\n\nA shipment that \
    crosses a border is quoted by most carriers only with its customs items: give --request FILE."
)]
pub(crate) struct RatesArgs {
    #[command(flatten)]
    shipment: ShipmentArgs,
    /// Also show every price in this currency.
    #[arg(long, value_name = "CURRENCY", default_value = "USD")]
    currency: String,
    /// The day by which it must arrive; marks the cheapest offer in time.
    #[arg(long, value_name = "DAY", value_parser = parse::day)]
    deliver_by: Option<Date>,
    /// Ask this carrier only. May be given several times.
    #[arg(long, value_name = "CARRIER")]
    carrier: Vec<String>,
    /// Ask this account only. May be given several times.
    #[arg(long, value_name = "ACCOUNT")]
    account: Vec<String>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached or refuses the request.
pub(crate) async fn run(args: RatesArgs, out: &mut Out) -> anyhow::Result<()> {
    let spec = args.shipment.spec()?;
    let ship_on = spec.ship_date.as_ref().and_then(show::date);
    let gate = Gate::open(&args.server).await?;
    let request = QuoteRatesRequest {
        ship_from: spec.ship_from.into_iter().collect(),
        ship_to: spec.ship_to,
        parcels: spec.parcels,
        customs: spec.customs,
        ship_date: spec.ship_date,
        currency: args.currency,
        carriers: args.carrier,
        accounts: args.account,
        deliver_by: args.deliver_by.map(show::proto_date),
        options: spec.options,
    };
    let reply = gate
        .rates()
        .quote_rates(gate.ask(request))
        .await?
        .into_inner();
    out.data(&json!({
        "quotes": reply.quotes.iter().map(data::quote).collect::<Vec<_>>(),
        "failures": reply.failures.iter().map(data::failure).collect::<Vec<_>>(),
    }))?;
    if reply.quotes.is_empty() {
        out.say("no carrier offers anything")?;
    } else {
        out.table(tables::quotes(
            &reply.quotes,
            ship_on.unwrap_or_else(show::today),
            None,
        ))?;
    }
    if !reply.failures.is_empty() {
        out.say(tables::failures(&reply.failures, out.paint()))?;
    }
    if let Some(quote) = reply.quotes.first() {
        let next = format!(
            "buy one with `parcelgate ship --quote {}` and the same shipment",
            quote.name
        );
        out.say(out.paint().dim(&next))?;
    }
    Ok(())
}
