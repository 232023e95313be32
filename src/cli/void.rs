//! `parcelgate void`: gives a label back.

use anyhow::Context as _;
use clap::Args;
use parcelgate_proto::v1::VoidLabelRequest;
use parcelgate_proto::v1::shipment::State;
use uuid::Uuid;

use super::connect::{Gate, ServerArgs};
use super::out::Out;
use super::{data, show};

/// Give a label back; voiding what is void succeeds
#[derive(Debug, Args)]
pub(crate) struct VoidArgs {
    /// The shipment by name.
    #[arg(value_name = "shipments/...")]
    shipment: String,
    /// The UUID of this wish; a new one when left out.
    #[arg(long, value_name = "UUID")]
    request_id: Option<Uuid>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached, or the label is not void for certain.
pub(crate) async fn run(args: VoidArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(&args.server).await?;
    let request_id = args.request_id.unwrap_or_else(Uuid::now_v7);
    let request = VoidLabelRequest {
        name: args.shipment,
        request_id: request_id.to_string(),
    };
    let again = || format!("ask again with --request-id {request_id}");
    let reply = gate
        .shipments()
        .void_label(gate.ask(request))
        .await
        .with_context(again)?;
    let shipment = reply.into_inner();
    out.data(&data::shipment(&shipment))?;
    out.say(format!(
        "{}  {}",
        shipment.name,
        show::state(shipment.state())
    ))?;
    let state = shipment.state();
    if state == State::VoidRefused {
        let own = shipment.failure.map(|failure| failure.carrier_text);
        anyhow::bail!(
            "the carrier refuses to void it: {}",
            own.unwrap_or_default()
        );
    }
    let name = show::state(state);
    anyhow::ensure!(
        state == State::Voided,
        "the label is {name}, not void: look again in a moment"
    );
    Ok(())
}
