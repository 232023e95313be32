//! `parcelgate carriers`: what the carriers can do, and how they are.

use clap::Args;
use comfy_table::Cell;
use parcelgate_proto::v1::{Carrier, CarrierStatus, GetCarrierStatusRequest, ListCarriersRequest};

use super::connect::{Gate, ServerArgs};
use super::data;
use super::out::{self, Out, number};

/// Show what the carriers can do, or how one account is
#[derive(Debug, Args)]
pub(crate) struct CarriersArgs {
    /// Show how this account is: circuits, quotas, answers.
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached or there is no such account.
pub(crate) async fn run(args: CarriersArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(&args.server).await?;
    if let Some(account) = args.account {
        let request = GetCarrierStatusRequest { account };
        let status = gate
            .carriers()
            .get_carrier_status(gate.ask(request))
            .await?
            .into_inner();
        out.data(&data::carrier_status(&status))?;
        return show_status(&status, out);
    }
    let request = gate.ask(ListCarriersRequest {});
    let carriers = gate
        .carriers()
        .list_carriers(request)
        .await?
        .into_inner()
        .carriers;
    out.data(&carriers.iter().map(data::carrier).collect::<Vec<_>>())?;
    let mut table = out::table(["carrier", "name", "can", "labels", "accounts"]);
    for carrier in &carriers {
        table.add_row(row(carrier));
    }
    out.table(table)?;
    Ok(())
}

fn row(carrier: &Carrier) -> [String; 5] {
    [
        carrier.id.clone(),
        format!("{} {}", carrier.display_name, carrier.display_name_zh),
        carrier.capabilities.join(", "),
        carrier.label_formats.join(", "),
        if carrier.accounts.is_empty() {
            "none".to_owned()
        } else {
            carrier.accounts.join(", ")
        },
    ]
}

fn show_status(status: &CarrierStatus, out: &mut Out) -> anyhow::Result<()> {
    let mut hosts = out::table(["host", "circuit"]);
    for host in &status.hosts {
        hosts.add_row([&host.host, &host.circuit]);
    }
    let mut quotas = out::table(["quota", "permits", "per", "left", "from"]);
    for quota in &status.quotas {
        quotas.add_row([
            Cell::new(&quota.class),
            number(quota.permits),
            number(milliseconds(quota.per.as_ref())),
            number(quota.left),
            Cell::new(&quota.source),
        ]);
    }
    let mut operations = out::table(["operation", "requests", "failures", "p50", "p95"]);
    for operation in &status.operations {
        operations.add_row([
            Cell::new(&operation.operation),
            number(operation.requests),
            number(operation.failures),
            number(milliseconds(operation.p50.as_ref())),
            number(milliseconds(operation.p95.as_ref())),
        ]);
    }
    out.say(
        out.paint()
            .strong(&format!("{} ({})", status.account, status.carrier)),
    )?;
    for table in [hosts, quotas, operations] {
        out.table(table)?;
    }
    Ok(())
}

fn milliseconds(duration: Option<&prost_types::Duration>) -> String {
    duration.map_or_else(String::new, |duration| {
        let micros = duration.seconds * 1_000_000 + i64::from(duration.nanos) / 1000;
        if micros < 10_000 {
            format!("{}.{:01} ms", micros / 1000, micros % 1000 / 100)
        } else {
            format!("{} ms", micros / 1000)
        }
    })
}
