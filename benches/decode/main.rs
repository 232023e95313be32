//! How fast the carriers' answers are read, beside plain JSON parsing of the same bytes.
//!
//! The decoders are private, so each question is put through its facet, with a door that hands out
//! what was recorded. A question costs checking and writing the request, then the dialect's
//! verdict, which reads the answer once, and decoding, which reads it again. In each round the same
//! questions are put to a door that is shut, and what that takes is subtracted; it stands in a
//! column of its own. The peer is `serde_json::from_slice::<Value>` on each answer.
//!
//! Run: `cargo bench --bench decode`, or with `-- yanwen` for one carrier. Only the ratios are
//! meant to be compared between machines.

#[path = "../../fuzz/src/subjects.rs"]
mod subjects;

mod questions;
mod report;

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use questions::Batch;
use report::Row;

/// Of the three in turn.
const ROUNDS: usize = 15;
/// How long one of them takes, or a little longer.
const ROUND: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _told = writeln!(std::io::stderr(), "decode: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> anyhow::Result<()> {
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut rows = Vec::new();
    for batch in questions::all(wanted.as_deref())? {
        rows.push(runtime.block_on(row(&batch))?);
    }
    anyhow::ensure!(!rows.is_empty(), "there is no such carrier");
    report::print(&rows)
}

/// One batch in turn with its peers, each as often as fills a round.
async fn row(batch: &Batch) -> anyhow::Result<Row> {
    let whole = batch.answered(1).await?;
    let times = ROUND.as_nanos() / whole.as_nanos().max(1);
    let times = u32::try_from(times)
        .context("a question takes no time")?
        .max(1);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push([
            batch.answered(times).await?,
            batch.parsed(times)?,
            batch.unanswered(times).await?,
        ]);
    }
    Ok(Row {
        carrier: batch.carrier,
        facet: batch.facet,
        papers: batch.papers,
        json: batch.is_json(),
        questions: batch.questions.len(),
        bytes: u128::from(times) * batch.bytes(),
        rounds,
    })
}
