//! `parcelgate settle`: what only a person can decide.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use comfy_table::Cell;
use parcelgate_proto::v1::settle_purchase_request::{Absent, Bought, Decision, Voided};
use parcelgate_proto::v1::{
    GetPurchaseEvidenceRequest, ListUnsettledPurchasesRequest, SettlePurchaseRequest, Shipment,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::connect::{Gate, ServerArgs};
use super::out::{self, Out};
use super::{data, show};

/// How many purchases are listed.
const LISTED: i32 = 1_000;
/// How much of a carrier's answer is shown to people.
const SHOWN_CHARS: usize = 2_000;

/// List, look into and decide purchases whose outcome no look-up could tell
#[derive(Debug, Args)]
pub(crate) struct SettleArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The purchases that wait
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// What the carrier answered to one of them
    Show {
        /// The shipment by name.
        #[arg(value_name = "shipments/...")]
        shipment: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// The carrier sold it
    Bought {
        /// The number of each box, in the order asked.
        #[arg(long = "number", required = true, value_name = "TRACKING_NUMBER")]
        numbers: Vec<String>,
        /// The carrier's number for the shipment; the first box's when left out.
        #[arg(long, default_value = "", value_name = "NUMBER")]
        carrier_number: String,
        #[command(flatten)]
        decision: DecisionArgs,
    },
    /// The carrier did not sell it
    Absent {
        #[command(flatten)]
        decision: DecisionArgs,
    },
    /// It was sold, and is void
    Voided {
        #[command(flatten)]
        decision: DecisionArgs,
    },
}

#[derive(Debug, Args)]
struct DecisionArgs {
    /// The shipment by name.
    #[arg(value_name = "shipments/...")]
    shipment: String,
    /// Who decided, and by what; kept with the decision.
    #[arg(long, value_name = "TEXT")]
    note: String,
    /// The UUID of this decision; a new one when left out.
    #[arg(long, value_name = "UUID")]
    request_id: Option<Uuid>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached, or the decision does not stand.
pub(crate) async fn run(args: SettleArgs, out: &mut Out) -> anyhow::Result<()> {
    match args.what {
        What::List { server } => list(&server, out).await,
        What::Show { shipment, server } => show_one(shipment, &server, out).await,
        What::Bought {
            numbers,
            carrier_number,
            decision,
        } => {
            let bought = Bought {
                carrier_number,
                tracking_numbers: numbers,
                charged: None,
            };
            decide(Decision::Bought(bought), decision, out).await
        }
        What::Absent { decision } => decide(Decision::Absent(Absent {}), decision, out).await,
        What::Voided { decision } => decide(Decision::Voided(Voided {}), decision, out).await,
    }
}

async fn list(server: &ServerArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(server).await?;
    let request = gate.ask(ListUnsettledPurchasesRequest {
        page_size: LISTED,
        page_token: String::new(),
    });
    let reply = gate.settlement().list_unsettled_purchases(request).await?;
    let reply = reply.into_inner();
    let told: Vec<Value> = reply.shipments.iter().map(data::shipment).collect();
    out.data(&json!({ "shipments": told, "more": !reply.next_page_token.is_empty() }))?;
    if reply.shipments.is_empty() {
        return Ok(out.say("Nothing waits for a decision.")?);
    }
    let mut table = out::table(["shipment", "account", "service", "order", "why"]);
    for shipment in &reply.shipments {
        table.add_row([
            Cell::new(&shipment.name),
            Cell::new(&shipment.account),
            Cell::new(&shipment.service),
            Cell::new(&shipment.order_number),
            Cell::new(why(shipment)),
        ]);
    }
    out.table(table)?;
    Ok(())
}

fn why(shipment: &Shipment) -> String {
    let failure = shipment.failure.as_ref();
    failure.map_or_else(String::new, |failure| {
        let told = [
            &failure.reason,
            &failure.carrier_code,
            &failure.carrier_text,
        ];
        let told = told.into_iter().filter(|text| !text.is_empty());
        told.cloned().collect::<Vec<_>>().join(" ")
    })
}

async fn show_one(name: String, server: &ServerArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(server).await?;
    let request = gate.ask(GetPurchaseEvidenceRequest { name });
    let reply = gate.settlement().get_purchase_evidence(request).await?;
    let evidence = reply.into_inner();
    let shipment = evidence.shipment.unwrap_or_default();
    let answers = evidence.answers.iter().map(|answer| {
        json!({
            "status": answer.status,
            "media_type": answer.media_type,
            "body": String::from_utf8_lossy(&answer.body),
            "body_bytes": answer.body_bytes,
        })
    });
    let answers: Vec<Value> = answers.collect();
    out.data(&json!({ "shipment": data::shipment(&shipment), "answers": answers }))?;
    out.say(format!(
        "{}  {}  reference {}  {}",
        shipment.name,
        show::state(shipment.state()),
        shipment.reference,
        why(&shipment),
    ))?;
    if evidence.answers.is_empty() {
        out.say("The carrier's answer was lost: ask the carrier for the reference.")?;
    }
    for answer in &evidence.answers {
        let body = String::from_utf8_lossy(&answer.body);
        let body: String = body.chars().take(SHOWN_CHARS).collect();
        out.say(format!(
            "\nHTTP {}  {}  {} bytes\n{body}",
            answer.status, answer.media_type, answer.body_bytes
        ))?;
    }
    Ok(())
}

async fn decide(decision: Decision, args: DecisionArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(&args.server).await?;
    let request_id = args.request_id.unwrap_or_else(Uuid::now_v7);
    let request = gate.ask(SettlePurchaseRequest {
        name: args.shipment,
        request_id: request_id.to_string(),
        note: args.note,
        decision: Some(decision),
    });
    let again = || format!("ask again with --request-id {request_id}");
    let reply = gate.settlement().settle_purchase(request).await;
    let shipment = reply.with_context(again)?.into_inner();
    out.data(&data::shipment(&shipment))?;
    out.say(format!(
        "{}  {}",
        shipment.name,
        show::state(shipment.state())
    ))?;
    Ok(())
}
