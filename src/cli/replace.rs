//! `parcelgate replace`: voids a label and buys another instead.

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use parcelgate_domain::Money;
use parcelgate_proto::v1::purchase_label_request::Selection as Bought;
use parcelgate_proto::v1::replace_shipment_request::Selection;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{ReplaceReason, ReplaceShipmentRequest};
use serde_json::json;
use uuid::Uuid;

use super::connect::{Gate, ServerArgs};
use super::out::Out;
use super::request::ShipmentArgs;
use super::ship::{FormatArg, SelectionArgs, describe};
use super::{data, parse, show};

/// Void a label and buy another instead, before the carrier has the parcel
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  parcelgate replace shipments/... --reason address-corrected \
    --request corrected.json --service ups-ohio/65\n\nNothing is bought when the carrier \
    refuses the void. The same --request-id never replaces twice."
)]
pub(crate) struct ReplaceArgs {
    /// The shipment to be replaced, by name.
    #[arg(value_name = "shipments/...")]
    original: String,
    /// Why: whom the cost falls on.
    #[arg(long, value_enum, value_name = "REASON")]
    reason: ReasonArg,
    /// Void nothing: the parcel is lost or damaged, and its label was used.
    #[arg(long)]
    keep_original: bool,
    #[command(flatten)]
    shipment: ShipmentArgs,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Buy nothing dearer than this, and void nothing for it, such as 60.00:USD.
    #[arg(long, value_name = "AMOUNT:CURRENCY", value_parser = parse::money)]
    max_total: Option<Money>,
    /// The form of the label.
    #[arg(long, value_enum, default_value = "pdf", value_name = "FORMAT")]
    format: FormatArg,
    /// The UUID of this replacement; a new one when left out.
    #[arg(long, value_name = "UUID")]
    request_id: Option<Uuid>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Why it is replaced.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReasonArg {
    /// It would have gone to the wrong place.
    AddressCorrected,
    /// The wrong goods were packed, or sent.
    WrongItem,
    /// The carrier lost it.
    Lost,
    /// It arrived damaged.
    Damaged,
    /// Something else.
    Other,
}

impl From<ReasonArg> for ReplaceReason {
    fn from(reason: ReasonArg) -> Self {
        match reason {
            ReasonArg::AddressCorrected => Self::AddressCorrected,
            ReasonArg::WrongItem => Self::WrongItem,
            ReasonArg::Lost => Self::Lost,
            ReasonArg::Damaged => Self::Damaged,
            ReasonArg::Other => Self::Other,
        }
    }
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached, or the new label is not bought for certain.
pub(crate) async fn run(args: ReplaceArgs, out: &mut Out) -> anyhow::Result<()> {
    let request_id = args.request_id.unwrap_or_else(Uuid::now_v7);
    let selection = match args.selection.selection(None) {
        Bought::Quote(name) => Selection::Quote(name),
        Bought::Service(service) => Selection::Service(service),
        Bought::Choice(choice) => Selection::Choice(choice),
    };
    let request = ReplaceShipmentRequest {
        name: args.original,
        request_id: request_id.to_string(),
        shipment: Some(args.shipment.spec()?),
        selection: Some(selection),
        max_total: args.max_total.map(show::proto_money),
        label_format: parcelgate_proto::v1::LabelFormat::from(args.format).into(),
        reason: ReplaceReason::from(args.reason).into(),
        keep_original: args.keep_original,
        allow_duplicate: false,
    };
    let gate = Gate::open(&args.server).await?;
    let again = || format!("ask again with --request-id {request_id}; it never replaces twice");
    let reply = gate
        .shipments()
        .replace_shipment(gate.ask(request))
        .await
        .with_context(again)?;
    let replaced = reply.into_inner();
    let (original, replacement) = (
        replaced.original.unwrap_or_default(),
        replaced.replacement.unwrap_or_default(),
    );
    out.data(&json!({
        "original": data::shipment(&original),
        "replacement": data::shipment(&replacement),
    }))?;
    out.say(describe(&original))?;
    out.say(describe(&replacement))?;
    match next(replacement.state()) {
        None => Ok(()),
        Some(next) => {
            let state = show::state(replacement.state());
            anyhow::bail!("the replacement is {state}: {next} (--request-id {request_id})")
        }
    }
}

/// What to do about a replacement that is not simply bought.
fn next(state: State) -> Option<&'static str> {
    match state {
        State::Purchased => None,
        State::Accepted | State::Sending | State::PurchasedNoLabel | State::Unknown => {
            Some("it goes on by itself; look again with the same request id")
        }
        State::NeedsReview => Some(
            "it may be bought and waits for a person; find out from the carrier, then say so with \
             parcelgate settle, and buy no other before",
        ),
        State::Absent | State::Rejected | State::Cancelled => {
            Some("it was not bought; buy another label under a new request id")
        }
        State::VoidWanted | State::Voiding | State::VoidUnknown => {
            Some("its own label is being voided; look again with the same request id")
        }
        State::Voided => Some("it was bought and its own label is void since"),
        State::VoidRefused => Some("it was bought, and the carrier refused to void its label"),
        State::Unspecified => Some("look again with the same request id"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_goes_on_by_itself_is_said_to() {
        let told = |state| next(state).unwrap_or_default();
        assert_eq!(next(State::Purchased), None);
        for state in [State::Accepted, State::Sending, State::Unknown] {
            assert!(told(state).contains("by itself"), "{state:?}");
        }
        let review = told(State::NeedsReview);
        assert!(review.contains("parcelgate settle") && !review.contains("by itself"));
        assert!(told(State::Absent).contains("not bought"));
    }
}
