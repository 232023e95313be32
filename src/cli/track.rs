//! `parcelgate track`: where a parcel is.

use clap::Args;
use parcelgate_proto::v1::{
    CreateTrackerRequest, ListEventsRequest, RefreshTrackerRequest, Tracker, TrackingEvent,
};

use super::connect::{Gate, ServerArgs};
use super::out::Out;
use super::{data, show, tables};

const PAGE: i32 = 1000;

/// Show where parcels are and what happened to them
#[derive(Debug, Args)]
pub(crate) struct TrackArgs {
    /// Tracking numbers, or trackers by name.
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<String>,
    /// Whose numbers they are; found out when left out.
    #[arg(long, value_name = "CARRIER")]
    carrier: Option<String>,
    /// Show what is known, without asking the carrier now.
    #[arg(long)]
    stored: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached, a number is nobody's, or the carrier fails.
pub(crate) async fn run(args: TrackArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(&args.server).await?;
    for number in &args.numbers {
        let tracker = follow(&gate, number, args.carrier.as_deref()).await?;
        let tracker = if args.stored {
            tracker
        } else {
            let request = RefreshTrackerRequest { name: tracker.name };
            gate.tracking()
                .refresh_tracker(gate.ask(request))
                .await?
                .into_inner()
        };
        let events = events(&gate, &tracker.name).await?;
        out.data(&data::tracker(&tracker, &events))?;
        out.say(tables::timeline(&tracker, &events, out.paint()))?;
        out.say(foot(&tracker))?;
    }
    Ok(())
}

async fn follow(gate: &Gate, number: &str, carrier: Option<&str>) -> anyhow::Result<Tracker> {
    if number.starts_with("trackers/") {
        let request = parcelgate_proto::v1::GetTrackerRequest {
            name: number.to_owned(),
        };
        return Ok(gate
            .tracking()
            .get_tracker(gate.ask(request))
            .await?
            .into_inner());
    }
    let request = CreateTrackerRequest {
        tracking_number: number.to_owned(),
        carrier: carrier.unwrap_or_default().to_owned(),
        request_id: String::new(),
    };
    Ok(gate
        .tracking()
        .create_tracker(gate.ask(request))
        .await?
        .into_inner())
}

/// Everything that happened to a parcel.
///
/// # Errors
/// When the gateway does not answer.
pub(crate) async fn events(gate: &Gate, tracker: &str) -> anyhow::Result<Vec<TrackingEvent>> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListEventsRequest {
            parent: tracker.to_owned(),
            page_size: PAGE,
            page_token,
        };
        let page = gate
            .tracking()
            .list_events(gate.ask(request))
            .await?
            .into_inner();
        all.extend(page.events);
        if page.next_page_token.is_empty() {
            return Ok(all);
        }
        page_token = page.next_page_token;
    }
}

fn foot(tracker: &Tracker) -> String {
    let mut parts = vec![tracker.text.clone()];
    if !tracker.estimate.is_empty() {
        parts.push(format!("expected {}", tracker.estimate));
    }
    if tracker.action != "none" && !tracker.action.is_empty() {
        parts.push(format!("{} to {}", tracker.responsible, tracker.action));
    }
    if tracker.last_check_time.is_some() {
        parts.push(format!(
            "checked {} UTC",
            show::moment(tracker.last_check_time.as_ref())
        ));
    }
    if tracker.next_check_time.is_some() {
        parts.push(format!(
            "next {} UTC",
            show::moment(tracker.next_check_time.as_ref())
        ));
    }
    parts.retain(|part| !part.is_empty());
    format!("  {}", parts.join(" · "))
}
