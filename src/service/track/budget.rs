//! How fresh what is known of parcels is, and what the carriers' quotas allow.

use std::time::Duration;

use parcelgate_domain::{AccountId, CarrierId};
use parcelgate_schedule::EVERY_PHASE;
use parcelgate_store::Tracker;

use super::Tracks;
use super::schedule::Stand;
use crate::service::Fault;

/// From whom what is known of a parcel was heard last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The carrier was asked.
    Poll,
    /// The carrier told of its own accord.
    Push,
}

/// How old what is known of a parcel may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// From whom it was heard; nobody yet, when absent.
    pub source: Option<Source>,
    /// How old it gets at most, as long as the carrier answers; absent when the parcel is no
    /// longer asked for.
    pub objective: Option<Duration>,
}

/// What an account's quota allows, and what is wanted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBudget {
    /// Which account.
    pub account: AccountId,
    /// Which carrier.
    pub carrier: CarrierId,
    /// How many numbers one request asks for at most.
    pub batch_max: usize,
    /// How many numbers a day are wanted.
    pub wanted_per_day: u64,
    /// How many are allowed; any number, when absent.
    pub allowed_per_day: Option<u64>,
    /// How many parcels are due and wait for their turn.
    pub waiting: usize,
    /// Of 256 parts of all parcels, how many this gateway looks after; the figures are of these.
    pub parts: usize,
    /// The carrier was expected to tell of its own accord, and did not.
    pub push_quiet: bool,
    /// Each phase that has parcels.
    pub phases: Vec<PhaseBudget>,
}

/// How the parcels of one phase are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseBudget {
    /// Its name.
    pub phase: &'static str,
    /// How many parcels are asked for.
    pub polled: u64,
    /// How many are told of by their carrier, and asked for only to be sure.
    pub pushed: u64,
    /// How long between two looks at one, as wanted.
    pub wanted: Duration,
    /// How long between two looks at one, as the quota allows.
    pub interval: Duration,
}

/// How much longer than its interval a parcel waits at most, in percent: its jitter.
const JITTER_PERCENT: u64 = 115;

impl Tracks {
    /// How old what is known of a parcel may be.
    #[must_use]
    pub fn freshness(&self, tracker: &Tracker) -> Freshness {
        let now = self.clock.now();
        let source = match (tracker.last_checked_at, tracker.pushed_at) {
            (None, None) => None,
            (asked, told) if told > asked => Some(Source::Push),
            _ => Some(Source::Poll),
        };
        let phase = Stand::of(tracker, now).phase(self.rota.rules());
        let interval = self.rota.interval_ms(tracker, phase, now);
        let longest = interval.saturating_mul(JITTER_PERCENT) / 100 + self.config.collect_ms;
        let asked_for = tracker.next_check_at.is_some();
        Freshness {
            source,
            objective: asked_for.then(|| Duration::from_millis(longest)),
        }
    }

    /// What each account's quota allows, or that of one account.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn budgets(&self, account: Option<&str>) -> Result<Vec<AccountBudget>, Fault> {
        let wanted = match account {
            Some(id) => Some(self.accounts.named(id)?.id.clone()),
            None => None,
        };
        let accounts = self.rota.accounts();
        let accounts = accounts.filter(|(_, account)| {
            account.carrier.tracking().is_some()
                && wanted.as_ref().is_none_or(|wanted| *wanted == account.id)
        });
        let budgets = accounts.filter_map(|(number, account)| {
            let budget = self.rota.budget(number)?;
            let counts = budget.polled.into_iter().zip(budget.pushed);
            let pauses = budget.wanted_ms.into_iter().zip(budget.interval_ms);
            let rows = EVERY_PHASE.into_iter().zip(counts).zip(pauses);
            let rows =
                rows.map(
                    |(((_, phase), (polled, pushed)), (wanted, interval))| PhaseBudget {
                        phase,
                        polled,
                        pushed,
                        wanted: Duration::from_millis(wanted),
                        interval: Duration::from_millis(interval),
                    },
                );
            Some(AccountBudget {
                account: account.id.clone(),
                carrier: account.carrier_id().clone(),
                batch_max: account.carrier.profile().track_batch_max,
                wanted_per_day: budget.demand,
                allowed_per_day: budget.per_day,
                waiting: budget.waiting,
                parts: self.rota.parts(),
                push_quiet: budget.quiet,
                phases: rows.filter(|row| row.polled + row.pushed > 0).collect(),
            })
        });
        Ok(budgets.collect())
    }
}
