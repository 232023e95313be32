//! How many requests a carrier has seen in any period.

use std::time::{Duration, Instant};

use parcelgate_clock::{instant, sleep};
use parcelgate_sandbox::{Carrier, Control, Fault, FaultOrder};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// More than are ever seen.
const MANY: u32 = 1_000_000;
const LOOK: Duration = Duration::from_millis(3);

/// How many had come at which time.
#[derive(Default)]
struct Samples(Vec<(Instant, u32)>);

impl Samples {
    /// The most that came in a period that long. What came before a look and after the one before
    /// it came at some time between; so this is never more than what was.
    fn most(&self, period: Duration) -> u32 {
        let Self(samples) = self;
        let mut most = 0;
        let mut first = samples.iter();
        let mut begin = first.next();
        for (at, count) in samples {
            while let Some((from, _)) = begin
                && *at - *from > period
            {
                begin = first.next();
            }
            if let Some((_, before)) = begin {
                most = most.max(count - before);
            }
        }
        most
    }
}

/// Watches a carrier.
pub(crate) struct Seen {
    watching: JoinHandle<Samples>,
    enough: CancellationToken,
}

impl Seen {
    /// From now on: a delay of nothing is ordered for very many requests, and each uses one up.
    pub(crate) fn begin(control: Control) -> Self {
        control.inject(FaultOrder {
            carrier: Carrier::Ups,
            operation: "track".to_owned(),
            fault: Fault::Slow { ms: 0 },
            times: MANY,
        });
        let enough = CancellationToken::new();
        let watching = tokio::spawn({
            let enough = enough.clone();
            async move {
                let mut samples = Samples::default();
                while !enough.is_cancelled() {
                    let orders = control.faults();
                    let left = orders.first().map_or(0, |order| order.times);
                    samples.0.push((instant(), MANY - left));
                    sleep(LOOK).await;
                }
                samples
            }
        });
        Self { watching, enough }
    }

    /// The most in such a period, and all.
    pub(crate) async fn end(self, period: Duration) -> (u32, u32) {
        self.enough.cancel();
        let samples = self.watching.await.unwrap();
        let all = samples.0.last().map_or(0, |(_, count)| *count);
        (samples.most(period), all)
    }
}

/// Planted: eleven in a second where ten are allowed, across the seam of two seconds.
pub(crate) fn sees_a_quota_that_is_broken() {
    let begun = instant();
    let at = |ms: u64, count: u32| (begun + Duration::from_millis(ms), count);
    let samples = Samples(vec![
        at(0, 0),
        at(600, 4),
        at(900, 10),
        at(1_500, 15),
        at(2_900, 20),
    ]);
    assert_eq!(samples.most(Duration::from_secs(1)), 11);
    let kept = Samples(vec![at(0, 0), at(500, 10), at(1_600, 20), at(2_700, 30)]);
    assert_eq!(kept.most(Duration::from_secs(1)), 10);
}
