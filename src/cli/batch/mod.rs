//! `parcelgate batch`: buys the labels of a whole table of orders.

mod asked;
mod rows;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use comfy_table::{Cell, Table};
use futures::stream;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use parcelgate_proto::v1::batch_purchase_labels_response::Outcome;
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    GetLabelRequest, GetShipmentRequest, PurchaseRefusal, ServiceSelection, Shipment,
};
use serde_json::{Value, json};

use self::asked::{Asked, Fate, summary};
use self::rows::Common;
use super::connect::{Gate, ServerArgs};
use super::out::{self, Out, number};
use super::ship::FormatArg;
use super::{data, request, ship, show};

/// Buy the labels of a table of orders, one for each row
#[derive(Debug, Args)]
#[command(
    after_help = "The table is CSV with a header. Its columns, of which only order_number is \
    needed:\n  order_number, row (tells rows of one order apart),\n  service (ACCOUNT/CODE, \
    cheapest or fastest), deliver_by, max_total (60.00:USD), ship_date,\n  weight (450g), \
    size (30x20x10cm),\n  to_name, to_company, to_line1 to to_line3, to_city, to_region, \
    to_postal_code,\n  to_country, to_phone, to_email, to_tax_id, to_residential (yes or no),\n  \
    item_sku, item_description, item_description_zh, item_quantity,\n  \
    item_value (12.50:USD), item_weight (of one piece), \
    item_hs_code, item_origin.\nWhat a row leaves out stands in the file of --common.\n\n\
    Example:\n  parcelgate batch orders.csv --common examples/shipment.json --labels labels\n\n\
    The same row of \
    the same order is bought once, however often the table is run: run it again with the same data \
    and options when something was missing. A row in doubt keeps its name: under another it would \
    be another label. Only a row that is told as not bought is tried anew under another row, when \
    its carrier refused it for good."
)]
pub(crate) struct BatchArgs {
    /// The table.
    #[arg(value_name = "FILE")]
    table: PathBuf,
    /// A JSON file with what the rows have in common, the sender first of all, such as
    /// examples/shipment.json.
    #[arg(long, value_name = "FILE")]
    common: PathBuf,
    /// Who carries what a row does not say, such as ups-ohio/03.
    #[arg(long, value_name = "ACCOUNT/CODE", value_parser = ship::service)]
    service: Option<ServiceSelection>,
    /// The form of the labels.
    #[arg(long, value_enum, default_value = "pdf", value_name = "FORMAT")]
    format: FormatArg,
    /// A folder for the labels, named by order and tracking number.
    #[arg(long, value_name = "FOLDER")]
    labels: Option<PathBuf>,
    /// Buy nothing: only ask whether each row would be taken, here and by its carrier.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// How often rows are asked for that were to be asked for again.
const ROUNDS_MAX: u32 = 5;

/// Runs it.
///
/// # Errors
/// When the table cannot stand, the gateway cannot be reached, or a row was not bought for certain.
pub(crate) async fn run(args: BatchArgs, out: &mut Out) -> anyhow::Result<()> {
    let common = Common {
        spec: request::read(&args.common)?,
        selection: args.service.clone().map(Selection::Service),
        format: args.format.into(),
    };
    let mut rows = rows::read(&args.table, &common)?;
    for row in &mut rows {
        row.request.validate_only = args.check;
    }
    let gate = Gate::open(&args.server).await?;
    let mut asked: Vec<Asked> = rows.into_iter().map(Asked::new).collect();
    let told = ask(&gate, &mut asked, out).await;
    let looked = look(&gate, &mut asked).await;
    for one in &asked {
        out.data(&as_data(one))?;
    }
    out.table(table(&asked))?;
    told?;
    looked?;
    if let Some(folder) = args.labels.as_ref().filter(|_| !args.check) {
        save_labels(&gate, folder, &asked, out).await?;
    }
    let all = asked.len();
    if args.check {
        let taken = |one: &&Asked| matches!(one.outcome, Some(Outcome::Shipment(_)));
        let missing = all - asked.iter().filter(taken).count();
        anyhow::ensure!(
            missing == 0,
            "{missing} of {all} would not be taken; nothing was bought"
        );
        out.say(format!("{all} of {all} would be taken; nothing was bought"))?;
        return Ok(());
    }
    let bought = asked.iter().all(|one| one.fate() == Fate::Bought);
    anyhow::ensure!(bought, "{}", summary(&asked));
    out.say(summary(&asked))?;
    Ok(())
}

/// Asks for every row, and again for those that may stand then.
async fn ask(gate: &Gate, asked: &mut [Asked], out: &Out) -> anyhow::Result<()> {
    let bar = bar(asked.len(), out.is_for_programs());
    for round in 1..=ROUNDS_MAX {
        let again = asked.iter().enumerate();
        let again = again.filter_map(|(at, one)| Some((at, one.again_after()?)));
        let (open, pauses): (Vec<usize>, Vec<Duration>) = again.unzip();
        let Some(pause) = pauses.into_iter().max() else {
            break;
        };
        parcelgate_clock::sleep(pause).await;
        let requests = open.iter().filter_map(|at| asked.get(*at));
        let requests: Vec<_> = requests.map(|one| one.row.request.clone()).collect();
        let told = one_round(gate, requests, &open, asked, &bar).await;
        // Broken off in the middle: what has no answer is asked for again.
        match told {
            Err(_) if round < ROUNDS_MAX => {}
            told => told.context("run it again: what is bought is not bought twice")?,
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Reads how the shipments stand that were told as they were told before, or were bought by another
/// request: they may be void by now.
async fn look(gate: &Gate, asked: &mut [Asked]) -> anyhow::Result<()> {
    let mut failed = None;
    for one in asked {
        let Some(name) = one.to_look_at() else {
            continue;
        };
        let now = if failed.is_none() {
            let request = gate.ask(GetShipmentRequest { name });
            let reply = gate.shipments().get_shipment(request).await;
            let reply = reply.map_err(|status| failed = Some(status));
            reply.ok().map(tonic::Response::into_inner)
        } else {
            None
        };
        one.stands(now);
    }
    match failed {
        Some(status) => Err(status).context("run it again: how all rows stand could not be read"),
        None => Ok(()),
    }
}

async fn one_round(
    gate: &Gate,
    requests: Vec<parcelgate_proto::v1::PurchaseLabelRequest>,
    open: &[usize],
    asked: &mut [Asked],
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let mut client = gate.shipments();
    // Each item has the time of a call of its own, so the whole has none.
    let reply = client.batch_purchase_labels(stream::iter(requests)).await?;
    let mut answers = reply.into_inner();
    while let Some(answer) = answers.message().await? {
        let at = usize::try_from(answer.item)
            .ok()
            .and_then(|item| open.get(item));
        if let Some(one) = at.and_then(|at| asked.get_mut(*at)) {
            one.outcome = answer.outcome;
            one.replay = answer.replay;
        }
        let done = asked.iter().filter(|one| one.outcome.is_some()).count();
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }
    Ok(())
}

fn bar(rows: usize, silent: bool) -> ProgressBar {
    let target = if silent {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let style = ProgressStyle::with_template("{prefix:>10} {bar:32.green/dim} {pos:>4}/{len:<4}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─");
    let length = u64::try_from(rows).unwrap_or(u64::MAX);
    ProgressBar::with_draw_target(Some(length), target)
        .with_style(style)
        .with_prefix("labels")
}

fn table(asked: &[Asked]) -> Table {
    let mut table = out::table(["order", "row", "state", "service", "price", "number", ""]);
    for one in asked {
        let (state, service, price, number_, note) = match (&one.outcome, &one.before) {
            (Some(Outcome::Shipment(shipment)), _) => of_shipment(shipment),
            (Some(Outcome::Refusal(refusal)), Some(before)) => {
                let (state, service, price, number_, _) = of_shipment(before);
                let note = format!("{}: {}", before.name, why(refusal));
                (state, service, price, number_, note)
            }
            (Some(Outcome::Refusal(refusal)), None) => (
                "refused".to_owned(),
                String::new(),
                String::new(),
                String::new(),
                why(refusal),
            ),
            (None, _) => (
                "no answer".to_owned(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ),
        };
        table.add_row([
            Cell::new(&one.row.order_number),
            Cell::new(&one.row.row),
            Cell::new(state),
            Cell::new(service),
            number(price),
            Cell::new(number_),
            Cell::new(note),
        ]);
    }
    table
}

fn of_shipment(shipment: &Shipment) -> (String, String, String, String, String) {
    let price = shipment.charged.as_ref().or(shipment.quoted_total.as_ref());
    let numbers = shipment
        .parcels
        .iter()
        .map(|parcel| parcel.tracking_number.as_str());
    let failure = shipment.failure.as_ref();
    let state = if shipment.state() == State::Unspecified {
        "would be taken"
    } else {
        show::state(shipment.state())
    };
    (
        state.to_owned(),
        format!("{} {}", shipment.carrier, shipment.service_name),
        show::money(price),
        numbers.collect::<Vec<_>>().join(" "),
        failure.map_or_else(String::new, |failure| failure.carrier_text.clone()),
    )
}

/// What is wrong, on one line.
fn why(refusal: &PurchaseRefusal) -> String {
    let fields = refusal.violations.iter();
    let fields: Vec<String> = fields
        .map(|at| format!("{}: {}", at.field, at.description))
        .collect();
    if fields.is_empty() {
        format!("{} ({})", refusal.message, refusal.reason)
    } else {
        fields.join("; ")
    }
}

fn as_data(one: &Asked) -> Value {
    let (shipment, refusal) = match &one.outcome {
        Some(Outcome::Shipment(shipment)) => (Some(data::shipment(shipment)), None),
        Some(Outcome::Refusal(refusal)) => (None, Some(data::refusal(refusal))),
        None => (None, None),
    };
    json!({
        "order_number": one.row.order_number,
        "row": one.row.row,
        "request_id": one.row.request.request_id,
        "shipment": shipment,
        "refusal": refusal,
        "came_to": one.fate().name(),
        "replay": one.replay,
        "before": one.before.as_ref().map(data::shipment),
    })
}

async fn save_labels(
    gate: &Gate,
    folder: &Path,
    asked: &[Asked],
    out: &mut Out,
) -> anyhow::Result<()> {
    let cannot = || format!("cannot write into {}", folder.display());
    tokio::fs::create_dir_all(folder)
        .await
        .with_context(cannot)?;
    let mut saved = 0_usize;
    for one in asked {
        let Some(Outcome::Shipment(shipment)) = &one.outcome else {
            continue;
        };
        if one.fate() != Fate::Bought {
            continue;
        }
        let extension = extension(one.row.request.label_format());
        for (index, parcel) in (0..).zip(&shipment.parcels) {
            let request = GetLabelRequest {
                name: shipment.name.clone(),
                parcel_index: index,
                format: one.row.request.label_format,
            };
            let label = gate.shipments().get_label(gate.ask(request)).await?;
            let name = format!("{}-{}", one.row.order_number, parcel.tracking_number);
            let name = name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
            let path = folder.join(format!("{name}.{extension}"));
            let content = label.into_inner().content;
            tokio::fs::write(path, content).await.with_context(cannot)?;
            saved += 1;
        }
    }
    out.say(format!("{saved} labels in {}", folder.display()))?;
    Ok(())
}

fn extension(format: parcelgate_proto::v1::LabelFormat) -> &'static str {
    use parcelgate_proto::v1::LabelFormat as F;
    match format {
        F::Unspecified | F::Pdf => "pdf",
        F::Png => "png",
        F::Zpl => "zpl",
    }
}
