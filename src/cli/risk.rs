//! `parcelgate risk`: orders that will not keep what was promised for them, and what a claim needs.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::Cell;
use parcelgate_proto::v1::order_risk::Level;
use parcelgate_proto::v1::{
    ClaimEvidence, GetClaimEvidenceRequest, Label, LabelFormat, ListOrdersAtRiskRequest, OrderRisk,
};
use serde_json::{Value, json};

use super::connect::{Gate, ServerArgs};
use super::out::{self, Out};
use super::{data, show};

/// How many orders are listed.
const LISTED: i32 = 1_000;

/// List orders whose promises are at risk, and write down what a claim needs
#[derive(Debug, Args)]
pub(crate) struct RiskArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The orders at risk
    List {
        /// Of this level only.
        #[arg(long, value_enum, value_name = "LEVEL")]
        level: Option<Shade>,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Write label, events, value and promises of one of them to a folder
    Evidence {
        /// The shipment by name.
        #[arg(value_name = "shipments/...")]
        shipment: String,
        /// The folder; it is made when it is not there.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        #[command(flatten)]
        server: ServerArgs,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shade {
    Amber,
    Red,
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached, there is no such shipment or a file cannot be written.
pub(crate) async fn run(args: RiskArgs, out: &mut Out) -> anyhow::Result<()> {
    match args.what {
        What::List { level, server } => list(level, &server, out).await,
        What::Evidence {
            shipment,
            out: folder,
            server,
        } => evidence(shipment, &folder, &server, out).await,
    }
}

async fn list(level: Option<Shade>, server: &ServerArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(server).await?;
    let level = level.map_or(Level::Unspecified, |shade| match shade {
        Shade::Amber => Level::Amber,
        Shade::Red => Level::Red,
    });
    let request = gate.ask(ListOrdersAtRiskRequest {
        level: level.into(),
        page_size: LISTED,
        page_token: String::new(),
    });
    let reply = gate.insight().list_orders_at_risk(request).await?;
    let reply = reply.into_inner();
    let told: Vec<Value> = reply.orders.iter().map(data::order_risk).collect();
    out.data(&json!({ "orders": told, "more": !reply.next_page_token.is_empty() }))?;
    if reply.orders.is_empty() {
        return Ok(out.say("No order is at risk.")?);
    }
    let header = [
        "level",
        "reason",
        "since",
        "order",
        "shipment",
        "carrier",
        "ship by",
        "deliver by",
    ];
    let mut table = out::table(header);
    for order in &reply.orders {
        let shipment = order.shipment.clone().unwrap_or_default();
        table.add_row([
            Cell::new(level_name(order)),
            Cell::new(&order.reason),
            Cell::new(show::moment(order.since_time.as_ref())),
            Cell::new(shipment.order_number),
            Cell::new(shipment.name),
            Cell::new(shipment.carrier),
            Cell::new(show::moment(order.ship_by_time.as_ref())),
            Cell::new(show::moment(order.deliver_by_time.as_ref())),
        ]);
    }
    out.table(table)?;
    Ok(())
}

/// `RED`; empty when nothing was promised.
pub(crate) fn level_name(order: &OrderRisk) -> &'static str {
    let name = order.level().as_str_name();
    match name.strip_prefix("LEVEL_") {
        Some("UNSPECIFIED") | None => "",
        Some(name) => name,
    }
}

async fn evidence(
    name: String,
    folder: &Path,
    server: &ServerArgs,
    out: &mut Out,
) -> anyhow::Result<()> {
    let gate = Gate::open(server).await?;
    let request = gate.ask(GetClaimEvidenceRequest { name });
    let reply = gate.insight().get_claim_evidence(request).await?;
    let evidence = reply.into_inner();
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut files = Vec::new();
    for label in &evidence.labels {
        let file = format!("label-{}.{}", label.tracking_number, ending(label));
        write(&folder.join(&file), &label.content)?;
        files.push(file);
    }
    let told = data_of(&evidence, &files);
    let text = serde_json::to_vec_pretty(&told)?;
    write(&folder.join("evidence.json"), &text)?;
    out.say(format!(
        "{}: {} events, {} labels",
        folder.display(),
        evidence.events.len(),
        files.len()
    ))?;
    Ok(out.data(&told)?)
}

fn data_of(evidence: &ClaimEvidence, labels: &[String]) -> Value {
    let order = evidence.order.clone().unwrap_or_default();
    let trackers = evidence.trackers.iter().map(|tracker| {
        let own = evidence.events.iter();
        let own = own.filter(|event| event.tracking_number == tracker.tracking_number);
        let own: Vec<_> = own.cloned().collect();
        data::tracker(tracker, &own)
    });
    json!({
        "order": data::order_risk(&order),
        "trackers": trackers.collect::<Vec<_>>(),
        "labels": labels,
        "insured_value": data::money(evidence.insured_value.as_ref()),
        "goods_value": data::money(evidence.goods_value.as_ref()),
    })
}

fn ending(label: &Label) -> &'static str {
    match label.format() {
        LabelFormat::Pdf => "pdf",
        LabelFormat::Png => "png",
        LabelFormat::Zpl => "zpl",
        LabelFormat::Unspecified => "bin",
    }
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}
