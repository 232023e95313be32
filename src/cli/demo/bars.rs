//! Progress on standard error: bars on a terminal, a line at each quarter elsewhere.

use std::io::{self, Write as _};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{prefix:>10} {bar:32.green/dim} {pos:>4}/{len:<4} {msg}";

/// The bars of a demo.
#[derive(Debug)]
pub(crate) struct Bars {
    all: MultiProgress,
    /// Labels bought and written.
    pub(crate) labels: Bar,
    /// Parcels delivered.
    pub(crate) delivered: Bar,
    /// Webhooks received and verified.
    pub(crate) webhooks: Bar,
}

/// One bar.
#[derive(Debug)]
pub(crate) struct Bar {
    name: &'static str,
    bar: ProgressBar,
    plain: bool,
    /// More may be expected later, so that a quarter of it means nothing yet.
    growing: bool,
    quarters: u64,
}

impl Bars {
    /// Bars for so many orders; silent when a program listens.
    #[must_use]
    pub(crate) fn new(orders: u64, silent: bool) -> Self {
        let all = MultiProgress::with_draw_target(if silent {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        });
        let plain = !silent && all.is_hidden();
        let bar = |name: &'static str, length| {
            let style = ProgressStyle::with_template(TEMPLATE)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("━╸─");
            let bar = all.add(ProgressBar::new(length).with_style(style).with_prefix(name));
            Bar {
                name,
                bar,
                plain,
                growing: length == 0,
                quarters: 0,
            }
        };
        let (labels, delivered) = (bar("labels", orders), bar("delivered", orders));
        let webhooks = bar("webhooks", 0);
        Self {
            all,
            labels,
            delivered,
            webhooks,
        }
    }

    /// Takes the bars away while `write` writes.
    ///
    /// # Errors
    /// What `write` fails with.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.all.suspend(write)
    }

    /// Takes the bars away for good; the figures stand in the summary.
    pub(crate) fn finish(&mut self) {
        self.webhooks.growing = false;
        self.webhooks.reach(self.webhooks.bar.position());
        for bar in [&self.labels, &self.delivered, &self.webhooks] {
            bar.bar.finish_and_clear();
        }
    }
}

impl Bar {
    /// So many are done.
    pub(crate) fn reach(&mut self, position: u64) {
        self.bar.set_position(position);
        let length = self.bar.length().unwrap_or(0);
        let quarters = (position * 4).checked_div(length).unwrap_or(0);
        if self.plain && !self.growing && quarters > self.quarters {
            self.quarters = quarters;
            // Progress that cannot be shown is no reason to stop.
            let _ = writeln!(io::stderr(), "{:>10} {position}/{length}", self.name);
        }
    }

    /// So many are expected.
    pub(crate) fn expect(&self, length: u64) {
        self.bar.set_length(length);
    }

    /// What is being waited for.
    pub(crate) fn note(&self, text: String) {
        self.bar.set_message(text);
    }
}
