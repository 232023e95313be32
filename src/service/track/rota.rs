//! Which parcels this gateway looks after, and which of them are due.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use parcelgate_carrier::Class;
use parcelgate_schedule::{Budget, DAY_MS, Item, Key, Phase, Roster, Rules};
use parcelgate_store::{ShardLease, Tenant, Tracker, TrackerId};
use tokio::sync::Notify;
use uuid::Uuid;

use super::schedule::{Stand, rules};
use crate::config::TrackingConfig;
use crate::service::{Account, Accounts};

/// What all who follow parcels here share.
#[derive(Debug)]
pub(super) struct Rota {
    /// By their numbers in the roster.
    accounts: Vec<Arc<Account>>,
    due: Vec<Notify>,
    rules: Rules,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    roster: Roster,
    owners: Vec<Tenant>,
    held: BTreeMap<u8, i64>,
}

/// So much of each quota is for following parcels, in percent; the rest is for who waits.
const SHARE_PERCENT: u64 = 60;

impl Rota {
    pub(super) fn new(accounts: &Accounts, config: &TrackingConfig, now: Timestamp) -> Self {
        let accounts: Vec<_> = accounts.iter().map(Arc::clone).collect();
        let rules = rules(config);
        let roster = Roster::new(accounts.len(), rules, millis(now), config.tick_ms);
        Self {
            due: accounts.iter().map(|_| Notify::new()).collect(),
            accounts,
            rules,
            state: Mutex::new(State {
                roster,
                owners: Vec::new(),
                held: BTreeMap::new(),
            }),
        }
    }

    pub(super) const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Every account with its number.
    pub(super) fn accounts(&self) -> impl Iterator<Item = (u16, &Arc<Account>)> {
        (0_u16..).zip(&self.accounts)
    }

    /// Through which account a parcel is asked for.
    fn number_of(&self, tracker: &Tracker) -> Option<u16> {
        let named =
            |(_, account): &(u16, &Arc<Account>)| tracker.account.as_ref() == Some(&account.id);
        let fits = |(_, account): &(u16, &Arc<Account>)| *account.carrier_id() == tracker.carrier;
        let found = self.accounts().find(named);
        found
            .or_else(|| self.accounts().find(fits))
            .map(|(number, _)| number)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks after these shards from now on; returns those that are new.
    pub(super) fn hold(&self, leases: &[ShardLease]) -> Vec<u8> {
        let held = leases.iter().map(|lease| (lease.shard, lease.epoch));
        let held: BTreeMap<_, _> = held.collect();
        let before = std::mem::replace(&mut self.state().held, held.clone());
        let is_new = |(shard, epoch): &(u8, i64)| before.get(shard) != Some(epoch);
        held.into_iter()
            .filter(is_new)
            .map(|(shard, _)| shard)
            .collect()
    }

    /// Lets go of a shard whose parcels could not be read, so that it is new again.
    pub(super) fn drop_shard(&self, shard: u8) {
        self.state().held.remove(&shard);
    }

    /// Under which lease a tracker is written, if it is looked after here.
    pub(super) fn lease_of(&self, id: &TrackerId) -> Option<ShardLease> {
        let shard = id.shard()?;
        let epoch = self.state().held.get(&shard).copied()?;
        Some(ShardLease { shard, epoch })
    }

    /// Puts a parcel in for its next check, if it is looked after here.
    pub(super) fn put(&self, tracker: &Tracker, now: Timestamp) {
        let (Some(next), Some(shard)) = (tracker.next_check_at, tracker.id.shard()) else {
            return;
        };
        let (Some(account), Some(key)) = (self.number_of(tracker), key(&tracker.id)) else {
            tracing::debug!(tracker = %tracker.id, "nobody can be asked for it");
            return;
        };
        let mut state = self.state();
        if !state.held.contains_key(&shard) {
            return;
        }
        let item = Item {
            key,
            stamp: Roster::stamp(millis(next)),
            account,
            owner: state.number_of(&tracker.tenant),
            phase: Stand::of(tracker, now).phase(&self.rules),
            pushed: is_pushed(tracker, now),
        };
        state.roster.put(item, millis(next));
    }

    /// Puts parcels back, to be taken again then.
    pub(super) fn put_back(&self, items: &[Item], again: Timestamp) {
        let mut state = self.state();
        for item in items {
            state.roster.put_back(*item, millis(again));
        }
    }

    /// Goes on to `now`, and wakes those for whom something is due.
    pub(super) fn advance(&self, now: Timestamp) {
        let mut state = self.state();
        state.roster.advance(millis(now));
        for (number, due) in (0_u16..).zip(&self.due) {
            if state.roster.waiting(number) > 0 {
                due.notify_one();
            }
        }
    }

    /// Returns when something of an account may be due.
    pub(super) async fn due(&self, account: u16) {
        match self.due.get(usize::from(account)) {
            Some(due) => due.notified().await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn waiting(&self, account: u16) -> usize {
        self.state().roster.waiting(account)
    }

    /// Takes at most so many whose turn it is, each with whose it is and its name.
    pub(super) fn take(&self, account: u16, most: usize) -> Vec<(Item, Tenant, TrackerId)> {
        let mut state = self.state();
        let items = state.roster.take(account, most).into_iter();
        let named = items.filter_map(|item| {
            let tenant = state.owners.get(usize::from(item.owner))?;
            Some((item, tenant.clone(), name(item.key)?))
        });
        named.collect()
    }

    /// These are no longer being asked for.
    pub(super) fn done<'a>(&self, items: impl Iterator<Item = &'a Item>) {
        let mut state = self.state();
        for item in items {
            state.roster.done(item.account, item.key);
        }
    }

    /// How long until a parcel in that phase is worth asking for again, in milliseconds.
    pub(super) fn interval_ms(&self, tracker: &Tracker, phase: Phase, now: Timestamp) -> u64 {
        let account = self.number_of(tracker).unwrap_or(u16::MAX);
        let pushed = is_pushed(tracker, now);
        let mut state = self.state();
        let owner = state.number_of(&tracker.tenant);
        state.roster.interval_ms(account, owner, phase, pushed)
    }

    /// A look at a parcel brought so many events.
    pub(super) fn seen(&self, tracker: &Tracker, events: usize, now: Timestamp) {
        let (Some(last), Some(account)) = (tracker.last_checked_at, self.number_of(tracker)) else {
            return;
        };
        if is_pushed(tracker, now) {
            return; // it was told already
        }
        let phase = Stand::of(tracker, now).phase(&self.rules);
        let waited = u64::try_from(millis(now).saturating_sub(millis(last))).unwrap_or(0);
        let events = u64::try_from(events).unwrap_or(u64::MAX);
        self.state().roster.seen(account, phase, waited, events);
    }

    /// A carrier has told of this parcel by itself, if it has.
    pub(super) fn heard(&self, tracker: &Tracker) {
        if let (Some(at), Some(account)) = (tracker.pushed_at, self.number_of(tracker)) {
            self.state().roster.heard(account, millis(at));
        }
    }

    /// Reckons anew how often an account's parcels may be asked for. Says whether its carrier has
    /// just been found to tell no longer.
    pub(super) fn tune(&self, account: u16, now: Timestamp) -> bool {
        let per_day = self.accounts.get(usize::from(account));
        let per_day = per_day.and_then(|account| allowed_a_day(account));
        let mut state = self.state();
        let part = u64::try_from(state.held.len()).unwrap_or(256);
        state.roster.tune(account, millis(now), per_day, part)
    }

    /// How many of 256 parts of all parcels are looked after here.
    pub(super) fn parts(&self) -> usize {
        self.state().held.len()
    }

    pub(super) fn budget(&self, account: u16) -> Option<Budget> {
        self.state().roster.budget(account)
    }
}

impl State {
    fn number_of(&mut self, tenant: &Tenant) -> u16 {
        let known = self.owners.iter().position(|known| known == tenant);
        let at = known.unwrap_or_else(|| {
            self.owners.push(tenant.clone());
            self.owners.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }
}

/// How many numbers a day an account may ask for, by the narrowest of its quotas.
fn allowed_a_day(account: &Account) -> Option<u64> {
    let batch = u128::try_from(account.carrier.profile().track_batch_max.max(1)).ok()?;
    let quotas = account.wire.status().quotas.into_iter();
    let quotas = quotas.filter(|quota| quota.classes.contains(&Class::Track));
    let a_day = quotas.map(|quota| {
        let share = u128::from(quota.permits) * batch * u128::from(SHARE_PERCENT) / 100;
        share * u128::from(DAY_MS) / quota.per.as_millis().max(1)
    });
    a_day
        .min()
        .map(|least| u64::try_from(least).unwrap_or(u64::MAX))
}

/// How long before its end a carrier's promise to tell is asked for anew. Every parcel is looked at
/// within that time, be it only to be sure.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_hours(48);

/// Whether the carrier is to be asked to tell of a parcel by itself: it never was, or the end is
/// near of what it promised.
pub(super) fn wants_push(tracker: &Tracker, now: Timestamp) -> bool {
    match tracker.push_until {
        None => tracker.last_checked_at.is_none(),
        Some(until) => until.duration_since(now) < RENEWED_BEFORE,
    }
}

/// Whether the carrier has promised to tell of it by itself.
fn is_pushed(tracker: &Tracker, now: Timestamp) -> bool {
    tracker.push_until.is_some_and(|until| until > now)
}

/// Something that differs from parcel to parcel, and from time to time.
pub(super) fn draw(id: &TrackerId, now: Timestamp) -> u64 {
    let [high, low] = key(id).unwrap_or_default();
    high ^ low ^ u64::try_from(millis(now)).unwrap_or(0)
}

pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The halves of a name that we made; others are nobody's to look after.
fn key(id: &TrackerId) -> Option<Key> {
    let (high, low) = Uuid::try_parse(id.as_str()).ok()?.as_u64_pair();
    Some([high, low])
}

fn name([high, low]: Key) -> Option<TrackerId> {
    Uuid::from_u64_pair(high, low).to_string().parse().ok()
}
