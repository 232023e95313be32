//! How late news come to light.

use parcelgate_schedule::Phase;

/// How late news come to light: news of a phase come as often as they usually do, at any time
/// between two looks.
#[derive(Default)]
pub(crate) struct Delay {
    weighted_ms: u128,
    news: u128,
}

impl Delay {
    pub(crate) fn count(&mut self, phase: Phase, age_ms: u64) {
        let cost = u128::from(phase.weight() * phase.usual_hazard());
        let age = u128::from(age_ms);
        self.weighted_ms += cost * age * age / 2;
        self.news += cost * age;
    }

    /// The mean, in milliseconds.
    pub(crate) fn mean_ms(&self) -> u64 {
        u64::try_from(self.weighted_ms / self.news.max(1)).unwrap()
    }
}
