//! After the demo, with `--keep`: gateway and sandbox stay, and somebody says how to call them.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use parcelgate_clock::sleep;
use serde_json::json;

use super::stage::Stage;
use super::summary::Summary;
use crate::cli::out::{Out, Paint};

/// How often the sandbox is looked at for parcels that are on their way.
const LOOK: Duration = Duration::from_millis(200);

/// Waits until `stopped`. The parcels' days pass only while a parcel is on its way, so that theirs
/// and ours do not part by months.
///
/// # Errors
/// What `stopped` fails with.
pub(crate) async fn attend(
    stage: &Stage,
    speed: u32,
    mut stopped: Pin<&mut impl Future<Output = ()>>,
) {
    loop {
        let parcels = stage.sandbox.control().parcels();
        if parcels
            .iter()
            .any(|parcel| !parcel.delivered && parcel.voided.is_none())
        {
            stage.days.play(speed);
        } else {
            stage.days.hold();
        }
        tokio::select! {
            () = &mut stopped => return,
            () = sleep(LOOK) => {}
        }
    }
}

/// Says how to call what is left running.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn tell(
    stage: &Stage,
    summary: &Summary,
    folder: &Path,
    out: &mut Out,
) -> std::io::Result<()> {
    out.data(&json!({ "server": stage.server(), "key": stage.key }))?;
    out.say(how_to_call(stage, summary, folder, out.paint()))
}

fn how_to_call(stage: &Stage, summary: &Summary, folder: &Path, paint: Paint) -> String {
    let (server, key) = (stage.server(), &stage.key);
    let (grpc, http) = (stage.gateway.grpc(), stage.gateway.http());
    let bought = summary
        .parcels
        .iter()
        .find_map(|line| line.tracking_number.as_deref());
    let python = "python examples/python/quote_buy_watch.py";
    let lines = [
        format!("\n{}", paint.strong("Gateway and sandbox go on running:")),
        format!("  export PARCELGATE_SERVER={server} PARCELGATE_KEY={key}"),
        "  parcelgate rates --request examples/shipment.json".to_owned(),
        "  parcelgate ship --request examples/shipment.json --cheapest --label label.pdf"
            .to_owned(),
        format!("  parcelgate track {}", bought.unwrap_or("NUMBER")),
        "  parcelgate watch --since 0".to_owned(),
        "  parcelgate carriers".to_owned(),
        format!("  {python} --server {grpc} --key {key}"),
        format!("  grpcurl -plaintext -H \"authorization: Bearer {key}\" {grpc} list"),
        format!("  curl http://{http}/metrics"),
        format!("  curl http://{}/_sandbox/parcels", stage.sandbox.addr()),
        format!(
            "Labels are in {}. Ctrl-C ends both.",
            folder.join("labels").display()
        ),
    ];
    lines.join("\n")
}
