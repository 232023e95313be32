//! Progress on standard error: bars on a terminal, a line at each quarter elsewhere.

use std::io::{self, Write as _};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{prefix:>10} {bar:32.green/dim} {pos:>4}/{len:<4} {msg}";

/// The bars of a demo.
#[derive(Debug)]
pub struct Bars {
    all: MultiProgress,
    /// Labels bought and written.
    pub labels: Bar,
    /// Parcels delivered.
    pub delivered: Bar,
    /// Webhooks received and verified.
    pub webhooks: Bar,
}

/// One bar.
#[derive(Debug)]
pub struct Bar {
    name: &'static str,
    bar: ProgressBar,
    plain: bool,
    quarters: u64,
}

impl Bars {
    /// Bars for so many orders; silent when a program listens.
    #[must_use]
    pub fn new(orders: u64, silent: bool) -> Self {
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
    pub fn aside<T>(&self, write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.all.suspend(write)
    }

    /// Leaves the bars as they are.
    pub fn finish(&self) {
        for bar in [&self.labels, &self.delivered, &self.webhooks] {
            bar.bar.abandon();
        }
    }
}

impl Bar {
    /// So many are done.
    pub fn reach(&mut self, position: u64) {
        self.bar.set_position(position);
        let length = self.bar.length().unwrap_or(0);
        let quarters = (position * 4).checked_div(length).unwrap_or(0);
        if self.plain && quarters > self.quarters {
            self.quarters = quarters;
            // Progress that cannot be shown is no reason to stop.
            let _ = writeln!(io::stderr(), "{:>10} {position}/{length}", self.name);
        }
    }

    /// So many are expected.
    pub fn expect(&self, length: u64) {
        self.bar.set_length(length);
    }

    /// What is being waited for.
    pub fn note(&self, text: String) {
        self.bar.set_message(text);
    }
}
