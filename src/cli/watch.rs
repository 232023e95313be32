//! `parcelgate watch`: everything that happens, as it happens.

use anyhow::Context as _;
use clap::Args;
use parcelgate_proto::v1::{Event, WatchEventsRequest};
use serde_json::Value;
use tonic::Request;

use super::connect::{Gate, ServerArgs};
use super::out::{Out, Paint};
use super::{data, show};

/// Show everything that happens, as it happens
#[derive(Debug, Args)]
#[command(
    after_help = "Ends with Ctrl-C and then says how to go on where it stopped. With \
    --output json each line holds the token to go on after it."
)]
pub(crate) struct WatchArgs {
    /// Go on after this resume token; 0 for everything that is kept. Only news when left out.
    #[arg(long, value_name = "TOKEN", default_value = "")]
    since: String,
    /// Only this kind of events, such as tracking.updated. May be given several times.
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached or ends the stream.
pub(crate) async fn run(args: WatchArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(&args.server).await?;
    let request = WatchEventsRequest {
        resume_token: args.since,
        kinds: args.kind,
    };
    // No deadline: a watch ends when its watcher leaves.
    let mut stream = gate
        .tracking()
        .watch_events(Request::new(request))
        .await?
        .into_inner();
    let leave = tokio::signal::ctrl_c();
    tokio::pin!(leave);
    let mut token = String::new();
    loop {
        let message = tokio::select! {
            message = stream.message() => message.with_context(|| go_on(&token))?,
            _ = &mut leave => break,
        };
        let Some(message) = message else { break };
        if let Some(event) = &message.event {
            out.data(&data::event(event, &message.resume_token))?;
            out.say(line(event, out.paint()))?;
        }
        token = message.resume_token;
    }
    out.say(go_on(&token))?;
    Ok(())
}

fn go_on(token: &str) -> String {
    format!("go on with `parcelgate watch --since {token}`")
}

fn line(event: &Event, paint: Paint) -> String {
    let data: Value = serde_json::from_str(&event.data_json).unwrap_or_default();
    let text = |pointer: &str| {
        data.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    // A shipment's state is a word; a parcel's is told by its last event.
    let words = [
        "/number",
        "/state",
        "/event/status",
        "/event/substatus",
        "/event/text",
    ]
    .map(text);
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    format!(
        "{}  {}  {} #{}  {}",
        paint.dim(&show::moment(event.time.as_ref())),
        paint.strong(&event.kind),
        event.subject,
        event.subject_sequence,
        words.join("  ")
    )
}
