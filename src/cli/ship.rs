//! `parcelgate ship`: buys a label.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use parcelgate_domain::Money;
use parcelgate_proto::v1::choice::Goal;
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    Choice, GetLabelRequest, LabelFormat, PurchaseLabelRequest, ServiceSelection, Shipment,
};
use serde_json::json;
use uuid::Uuid;

use super::connect::{Gate, ServerArgs};
use super::out::Out;
use super::request::ShipmentArgs;
use super::{data, parse, show};

/// Buy a label: a quote, a service, or whatever is cheapest or fastest
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  parcelgate ship --request examples/shipment.json --cheapest \
    --deliver-by 2026-12-10 --label label.pdf\n  parcelgate ship --request examples/shipment.json \
    --service ups-ohio/65 --max-total 60.00:USD\n\nThe same --request-id never buys twice: when a \
    call breaks off, run it again with the one that was shown."
)]
pub(crate) struct ShipArgs {
    #[command(flatten)]
    shipment: ShipmentArgs,
    #[command(flatten)]
    selection: SelectionArgs,
    /// With --cheapest or --fastest: only what is promised by this day.
    #[arg(long, value_name = "DAY", value_parser = parse::day)]
    #[arg(conflicts_with_all = ["quote", "service"])]
    deliver_by: Option<Date>,
    /// Buy nothing dearer than this, such as 60.00:USD.
    #[arg(long, value_name = "AMOUNT:CURRENCY", value_parser = parse::money)]
    max_total: Option<Money>,
    /// The form of the label.
    #[arg(long, value_enum, default_value = "pdf", value_name = "FORMAT")]
    format: FormatArg,
    /// Where the label goes. Further boxes get -2, -3 ... before the extension.
    #[arg(long, value_name = "FILE")]
    label: Option<PathBuf>,
    /// Buy nothing: only ask whether it would be taken, here and by the carrier.
    #[arg(long)]
    check: bool,
    /// Buy although the same parcel of the same order was bought before.
    #[arg(long)]
    allow_duplicate: bool,
    /// The UUID of this purchase; a new one when left out.
    #[arg(long, value_name = "UUID")]
    request_id: Option<Uuid>,
    #[command(flatten)]
    server: ServerArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SelectionArgs {
    /// A quote by name, as `parcelgate rates` shows it.
    #[arg(long, value_name = "quotes/...")]
    quote: Option<String>,
    /// A service of an account, such as ups-ohio/03.
    #[arg(long, value_name = "ACCOUNT/CODE", value_parser = service)]
    service: Option<ServiceSelection>,
    /// The cheapest offer.
    #[arg(long)]
    cheapest: bool,
    /// The offer that is promised earliest.
    #[arg(long)]
    fastest: bool,
}

/// The form of a label.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FormatArg {
    /// A document for any printer.
    Pdf,
    /// A picture.
    Png,
    /// Commands for a Zebra printer.
    Zpl,
}

impl From<FormatArg> for LabelFormat {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Pdf => Self::Pdf,
            FormatArg::Png => Self::Png,
            FormatArg::Zpl => Self::Zpl,
        }
    }
}

/// `ups-ohio/03`.
///
/// # Errors
/// When it is no account with a service.
pub(crate) fn service(text: &str) -> Result<ServiceSelection, String> {
    let (account, service) = text.split_once('/').ok_or_else(|| {
        format!("{text:?} is no service: write ACCOUNT/CODE, such as ups-ohio/03")
    })?;
    Ok(ServiceSelection {
        account: account.to_owned(),
        service: service.to_owned(),
    })
}

impl SelectionArgs {
    /// Who is to carry it; of what a choice finds, only what is promised by `deliver_by`.
    pub(crate) fn selection(&self, deliver_by: Option<Date>) -> Selection {
        if let Some(quote) = &self.quote {
            return Selection::Quote(quote.clone());
        }
        if let Some(service) = &self.service {
            return Selection::Service(service.clone());
        }
        let goal = if self.fastest {
            Goal::Fastest
        } else {
            Goal::Cheapest
        };
        Selection::Choice(Choice {
            goal: goal.into(),
            deliver_by: deliver_by.map(show::proto_date),
            carriers: Vec::new(),
        })
    }
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached, or nothing was bought for certain.
pub(crate) async fn run(args: ShipArgs, out: &mut Out) -> anyhow::Result<()> {
    let request_id = args.request_id.unwrap_or_else(Uuid::now_v7);
    let format = LabelFormat::from(args.format);
    let request = PurchaseLabelRequest {
        request_id: request_id.to_string(),
        shipment: Some(args.shipment.spec()?),
        max_total: args.max_total.map(show::proto_money),
        label_format: format.into(),
        selection: Some(args.selection.selection(args.deliver_by)),
        validate_only: args.check,
        allow_duplicate: args.allow_duplicate,
    };
    let gate = Gate::open(&args.server).await?;
    let again = || format!("ask again with --request-id {request_id}; it never buys twice");
    let reply = gate
        .shipments()
        .purchase_label(gate.ask(request))
        .await
        .with_context(again)?;
    let shipment = reply.into_inner();
    if args.check {
        let (account, service) = (&shipment.account, &shipment.service_name);
        out.data(&json!({ "taken": true, "account": account, "service": service }))?;
        out.say(format!(
            "{account} would take it: {service}. Nothing was bought"
        ))?;
        return Ok(());
    }
    out.data(&data::shipment(&shipment))?;
    out.say(describe(&shipment))?;
    let state = shipment.state();
    if state == State::Purchased {
        return save_labels(&gate, &shipment, &args, format, out).await;
    }
    anyhow::ensure!(
        state != State::Rejected,
        "the carrier refused: nothing was bought"
    );
    anyhow::bail!(
        "the purchase is {}: ask again with --request-id {request_id}, which never buys twice",
        show::state(state)
    )
}

/// A shipment in a few lines.
pub(crate) fn describe(shipment: &Shipment) -> String {
    let price = shipment.charged.as_ref().or(shipment.quoted_total.as_ref());
    let mut text = format!(
        "{}  {}  {} {}  {}",
        shipment.name,
        show::state(shipment.state()),
        shipment.carrier,
        shipment.service_name,
        show::money(price)
    );
    for parcel in &shipment.parcels {
        text.push_str(&format!(
            "\n  {}  {}",
            parcel.tracking_number, parcel.tracker
        ));
    }
    if let Some(failure) = &shipment.failure {
        text.push_str(&format!(
            "\n  {}: {} {}",
            failure.reason, failure.carrier_code, failure.carrier_text
        ));
    }
    text
}

async fn save_labels(
    gate: &Gate,
    shipment: &Shipment,
    args: &ShipArgs,
    format: LabelFormat,
    out: &mut Out,
) -> anyhow::Result<()> {
    let Some(file) = &args.label else {
        return Ok(());
    };
    for index in 0..shipment.parcels.len() {
        let request = GetLabelRequest {
            name: shipment.name.clone(),
            parcel_index: u32::try_from(index)?,
            format: format.into(),
        };
        let label = gate
            .shipments()
            .get_label(gate.ask(request))
            .await?
            .into_inner();
        let path = numbered(file, index);
        tokio::fs::write(&path, &label.content)
            .await
            .with_context(|| format!("cannot write {}", path.display()))?;
        out.say(format!("  {}  {}", label.tracking_number, path.display()))?;
    }
    Ok(())
}

/// `label.pdf`, `label-2.pdf`, ...
fn numbered(file: &std::path::Path, index: usize) -> PathBuf {
    if index == 0 {
        return file.to_owned();
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut name = format!("{stem}-{}", index + 1);
    if let Some(extension) = file.extension() {
        name.push('.');
        name.push_str(&extension.to_string_lossy());
    }
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_boxes_get_a_number() {
        let file = std::path::Path::new("out/label.pdf");
        assert_eq!(numbered(file, 0), file);
        assert_eq!(numbered(file, 1), std::path::Path::new("out/label-2.pdf"));
    }
}
