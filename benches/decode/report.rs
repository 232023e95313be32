//! The figures.

use std::io::Write;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, TableStyle};

use crate::ROUNDS;

/// Reading as answers, over reading as plain JSON.
const WANTED_PERCENT: u128 = 50;

/// What one batch took.
pub(crate) struct Row {
    pub(crate) carrier: &'static str,
    pub(crate) facet: &'static str,
    pub(crate) papers: bool,
    pub(crate) json: bool,
    pub(crate) questions: usize,
    /// Of all answers of one round.
    pub(crate) bytes: u128,
    /// The questions with their answers, the answers as plain JSON, the questions alone.
    pub(crate) rounds: Vec<[Duration; 3]>,
}

/// What is over once the answer is there is no decoding.
fn decoding([answered, _, alone]: &[u128; 3]) -> u128 {
    answered.saturating_sub(*alone).max(1)
}

impl Row {
    fn spread(&self, figure: impl Fn(&[u128; 3]) -> u128) -> [u128; 3] {
        let nanos = self
            .rounds
            .iter()
            .map(|round| round.map(|took| took.as_nanos().max(1)));
        let mut figures: Vec<u128> = nanos.map(|round| figure(&round)).collect();
        figures.sort_unstable();
        let at = |index: usize| figures.get(index).copied().unwrap_or_default();
        let last = figures.len().saturating_sub(1);
        [at(0), at(figures.len() / 2), at(last)]
    }

    fn cells(&self) -> Vec<String> {
        let speed = |nanos: u128| self.bytes * 10_000 / nanos;
        let speeds = |spread: [u128; 3]| {
            let [least, middle, most] =
                spread.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10));
            format!("{middle} ({least} to {most})")
        };
        let [least, ratio, most] = self.spread(|round| round[1] * 100 / decoding(round));
        let [_, before, _] = self.spread(|[ours, _, alone]| alone * 100 / ours);
        let mut cells = vec![
            self.carrier.to_owned(),
            self.facet.to_owned(),
            self.questions.to_string(),
            speeds(self.spread(|round| speed(decoding(round)))),
        ];
        cells.extend(if self.json {
            let met = ratio >= WANTED_PERCENT;
            [
                speeds(self.spread(|[_, plain, _]| speed(*plain))),
                format!("{ratio} % ({least} to {most})"),
                format!("{before} %"),
                if met { "met" } else { "missed" }.to_owned(),
            ]
        } else {
            let nothing = String::new;
            [
                "no JSON".to_owned(),
                nothing(),
                format!("{before} %"),
                nothing(),
            ]
        });
        cells
    }
}

pub(crate) fn print(rows: &[Row]) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "Recorded answers as their carriers' adapters read them, and as plain JSON"
    )?;
    writeln!(
        out,
        "  {ROUNDS} rounds in turn; MB/s: middle (least to most)"
    )?;
    writeln!(
        out,
        "  adapter: the verdict, which reads the answer once, and decoding, which reads it again;"
    )?;
    writeln!(
        out,
        "  before: how much of the whole question is over before the answer comes, and not counted"
    )?;
    for (papers, title) in [
        (false, "Answers without papers"),
        (
            true,
            "Answers with papers (labels, forms), most of whose bytes are base64 or no JSON",
        ),
    ] {
        let mut table = Table::new();
        table.load_style(TableStyle::new());
        table.set_header([
            "carrier",
            "facet",
            "questions",
            "adapter",
            "plain",
            "ratio",
            "before",
            &format!(">= {WANTED_PERCENT} %"),
        ]);
        for row in rows.iter().filter(|row| row.papers == papers) {
            table.add_row(row.cells());
        }
        for index in 2..7 {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(out, "\n{title}\n{table}")?;
    }
    Ok(())
}
