//! `parcelgate confirmations`: what shops were told of orders, and what waits for a person.

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::Cell;
use parcelgate_proto::v1::confirmation::State;
use parcelgate_proto::v1::{
    Confirmation, ListConfirmationsRequest, ListShopsRequest, RetryConfirmationRequest, Shop,
};
use serde_json::{Value, json};

use super::connect::{Gate, ServerArgs};
use super::out::{self, Out};
use super::show;

/// How many are listed.
const LISTED: i32 = 1_000;

/// List what shops were told of orders, and try again what they refused
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  parcelgate confirmations --state needs-review\n  \
    parcelgate confirmations retry confirmations/..."
)]
pub(crate) struct ConfirmationsArgs {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Try one again: at once, and also when it waits for a person
    Retry {
        /// The confirmation by name.
        #[arg(value_name = "confirmations/...")]
        confirmation: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// The shops that are configured
    Shops {
        #[command(flatten)]
        server: ServerArgs,
    },
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only those in this state.
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<StateArg>,
    /// Only those to this shop.
    #[arg(long, default_value = "", value_name = "SHOP")]
    shop: String,
    /// Only those of this order.
    #[arg(long, default_value = "", value_name = "ORDER")]
    order: String,
    /// Only those of this shipment.
    #[arg(long, default_value = "", value_name = "shipments/...")]
    shipment: String,
    #[command(flatten)]
    server: ServerArgs,
}

/// How a confirmation stands.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateArg {
    /// The shop is not told yet.
    Waiting,
    /// The shop was told, and did not say no.
    Told,
    /// The shop shows the number.
    Confirmed,
    /// The shop follows the parcel.
    Recognised,
    /// Only a person can help.
    NeedsReview,
    /// Nothing left.
    Cancelled,
}

impl StateArg {
    const fn state(self) -> State {
        match self {
            Self::Waiting => State::Waiting,
            Self::Told => State::Told,
            Self::Confirmed => State::Confirmed,
            Self::Recognised => State::Recognised,
            Self::NeedsReview => State::NeedsReview,
            Self::Cancelled => State::Cancelled,
        }
    }
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached, or there is no such confirmation.
pub(crate) async fn run(args: ConfirmationsArgs, out: &mut Out) -> anyhow::Result<()> {
    match args.what {
        None => list(args.list, out).await,
        Some(What::Shops { server }) => shops(&server, out).await,
        Some(What::Retry {
            confirmation,
            server,
        }) => {
            let gate = Gate::open(&server).await?;
            let request = gate.ask(RetryConfirmationRequest { name: confirmation });
            let reply = gate.shops().retry_confirmation(request).await?.into_inner();
            out.data(&told(&reply))?;
            Ok(out.say(format!("{}  {}", reply.name, state(&reply)))?)
        }
    }
}

async fn list(args: ListArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(&args.server).await?;
    let request = gate.ask(ListConfirmationsRequest {
        page_size: LISTED,
        page_token: String::new(),
        state: args
            .state
            .map_or(State::Unspecified, StateArg::state)
            .into(),
        shop: args.shop,
        order: args.order,
        shipment: args.shipment,
    });
    let reply = gate.shops().list_confirmations(request).await?.into_inner();
    let all: Vec<Value> = reply.confirmations.iter().map(told).collect();
    out.data(&json!({ "confirmations": all, "more": !reply.next_page_token.is_empty() }))?;
    if reply.confirmations.is_empty() {
        return Ok(out.say("There is none.")?);
    }
    let mut table = out::table([
        "confirmation",
        "shop",
        "order",
        "state",
        "number",
        "ship by",
        "why",
    ]);
    for it in &reply.confirmations {
        let why = [&it.reason, &it.shop_code, &it.shop_text];
        let why: Vec<&str> = why
            .iter()
            .map(|text| text.as_str())
            .filter(|it| !it.is_empty())
            .collect();
        table.add_row([
            Cell::new(&it.name),
            Cell::new(&it.shop),
            Cell::new(&it.order),
            Cell::new(state(it)),
            Cell::new(&it.tracking_number),
            Cell::new(show::moment(it.ship_by.as_ref())),
            Cell::new(why.join(" ")),
        ]);
    }
    out.table(table)?;
    Ok(())
}

async fn shops(server: &ServerArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(server).await?;
    let request = gate.ask(ListShopsRequest {});
    let shops = gate.shops().list_shops(request).await?.into_inner().shops;
    let data = |shop: &Shop| {
        json!({
            "name": shop.name,
            "system": shop.system,
            "carrier_codes": shop.carrier_codes,
            "carrier_codes_read_on": shop.carrier_codes_read_on,
            "abilities": shop.abilities,
            "absences": shop.absences,
        })
    };
    out.data(&json!({ "shops": shops.iter().map(data).collect::<Vec<_>>() }))?;
    if shops.is_empty() {
        return Ok(out.say("No shop is configured.")?);
    }
    let mut table = out::table(["shop", "system", "can", "carriers"]);
    for shop in &shops {
        let mut codes: Vec<&str> = shop.carrier_codes.keys().map(String::as_str).collect();
        codes.sort_unstable();
        table.add_row([
            Cell::new(&shop.name),
            Cell::new(&shop.system),
            Cell::new(shop.abilities.join(", ")),
            Cell::new(codes.join(", ")),
        ]);
    }
    out.table(table)?;
    Ok(())
}

fn state(it: &Confirmation) -> String {
    let name = it.state().as_str_name();
    let name = name.strip_prefix("STATE_").unwrap_or(name);
    let risk = if it.at_risk { ", at risk" } else { "" };
    format!("{}{risk}", name.to_ascii_lowercase().replace('_', " "))
}

fn told(it: &Confirmation) -> Value {
    let at = |time| show::instant(time).map_or(Value::Null, |at| json!(at.to_string()));
    let name = it.state().as_str_name();
    json!({
        "name": it.name,
        "shop": it.shop,
        "order": it.order,
        "package": it.package,
        "shipment": it.shipment,
        "state": name.strip_prefix("STATE_").unwrap_or(name),
        "tracking_number": it.tracking_number,
        "carrier_code": it.carrier_code,
        "tell_time": at(it.tell_time.as_ref()),
        "ship_by": at(it.ship_by.as_ref()),
        "at_risk": it.at_risk,
        "attempts": it.attempts,
        "next_attempt_time": at(it.next_attempt_time.as_ref()),
        "reason": it.reason,
        "shop_code": it.shop_code,
        "shop_text": it.shop_text,
    })
}
