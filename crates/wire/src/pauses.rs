//! Growing pauses, and counts of the last ten seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Pauses without end, each up to twice as long as the one before, each shortened by a random part
/// of up to a half so that many who failed together do not come back together.
#[derive(Debug, Clone)]
pub(crate) struct Pauses {
    next: Duration,
    max: Duration,
}

impl Pauses {
    pub(crate) fn new(first_ms: u64, max_ms: u64) -> Self {
        Self {
            next: Duration::from_millis(first_ms.min(max_ms)),
            max: Duration::from_millis(max_ms),
        }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(self.max);
        Some(pause - up_to(pause / 2))
    }
}

/// A random part of `duration`, in whole microseconds.
pub(crate) fn up_to(duration: Duration) -> Duration {
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(fastrand::u64(0..=micros))
}

/// Two counts over the last ten seconds: how many, and how many of them were of the noted sort.
#[derive(Debug, Default)]
pub(crate) struct Window {
    steps: VecDeque<Step>,
}

#[derive(Debug)]
struct Step {
    since: Instant,
    all: u32,
    noted: u32,
}

const WINDOW: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_secs(1);

impl Window {
    /// Counts; then both counts over the last ten seconds.
    pub(crate) fn add(&mut self, now: Instant, all: u32, noted: u32) -> (u32, u32) {
        while self
            .steps
            .front()
            .is_some_and(|step| now >= step.since + WINDOW)
        {
            self.steps.pop_front();
        }
        match self.steps.back_mut() {
            Some(step) if now < step.since + STEP => {
                step.all = step.all.saturating_add(all);
                step.noted = step.noted.saturating_add(noted);
            }
            _ => self.steps.push_back(Step {
                since: now,
                all,
                noted,
            }),
        }
        self.steps.iter().fold((0, 0), |(sum, sum_noted), step| {
            (
                u32::saturating_add(sum, step.all),
                u32::saturating_add(sum_noted, step.noted),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_bound_and_keep_at_least_half() {
        let mut full = Duration::from_millis(100);
        for pause in Pauses::new(100, 1_000).take(20) {
            assert!(pause >= full / 2 && pause <= full, "{pause:?} of {full:?}");
            full = (full * 2).min(Duration::from_secs(1));
        }
    }

    #[test]
    fn a_window_forgets_after_ten_seconds() {
        let start = parcelgate_clock::instant();
        let mut window = Window::default();
        assert_eq!(window.add(start, 3, 1), (3, 1));
        assert_eq!(window.add(start + Duration::from_secs(5), 1, 1), (4, 2));
        assert_eq!(window.add(start + Duration::from_secs(10), 0, 0), (1, 1));
        assert_eq!(window.add(start + Duration::from_secs(60), 0, 0), (0, 0));
    }
}
