//! Parcels are followed: asked for when due, and told of by their carriers.

mod budget;
mod ingest;
mod keep;
mod poll;
mod pushed;
mod rota;
mod schedule;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parcelgate_carrier::{Ability, Kind, Tracking};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{CarrierId, Status, Substatus, TrackingNumber, Violations};
use parcelgate_store::{
    Batch, NewTracker, Page, Seen, Store, Tracker, TrackerEnd, TrackerFilter, TrackerId,
};
use parcelgate_tracking_number as numbers;

pub use budget::{AccountBudget, Freshness, PhaseBudget, Source};
pub use keep::Keep;
pub use poll::Desk;
pub use pushed::Pushed;
use rota::Rota;

use super::{Account, Accounts, Caller, Fault, MARGIN};
use crate::config::TrackingConfig;

/// Follows parcels.
#[derive(Debug, Clone)]
pub struct Tracks {
    accounts: Arc<Accounts>,
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: TrackingConfig,
    pushed: Arc<Pushed>,
    rota: Arc<Rota>,
}

impl Tracks {
    /// Over these accounts.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        store: Arc<dyn Store>,
        clock: SharedClock,
        config: TrackingConfig,
        pushed: Arc<Pushed>,
    ) -> Self {
        let rota = Arc::new(Rota::new(&accounts, &config, clock.now()));
        Self {
            accounts,
            store,
            clock,
            config,
            pushed,
            rota,
        }
    }

    /// Follows a number. Following it twice is one tracker.
    ///
    /// # Errors
    /// When the number cannot be the carrier's, or no account can ask for it.
    pub async fn create(
        &self,
        caller: &Caller,
        number: &str,
        carrier: Option<&str>,
    ) -> Result<Tracker, Fault> {
        let (number, account) = self.whose(number, carrier)?;
        let now = self.clock.now();
        let tracker = NewTracker {
            id: TrackerId::fresh(now),
            account: Some(account.id.clone()),
            carrier: account.carrier_id().clone(),
            number,
            shipment: None,
            next_check_at: Some(now),
        };
        let applied = self
            .store
            .apply(Batch::of(&caller.tenant, now).track(tracker))
            .await?;
        first(applied.trackers)
    }

    /// One tracker.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(&self, caller: &Caller, id: &TrackerId) -> Result<Tracker, Fault> {
        let found = self.store.tracker(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("trackers/{id}")))
    }

    /// Stops following a number.
    ///
    /// # Errors
    /// When there is none.
    pub async fn stop(&self, caller: &Caller, id: &TrackerId) -> Result<Tracker, Fault> {
        self.read(caller, id).await?;
        let batch =
            Batch::of(&caller.tenant, self.clock.now()).end_tracker(id, TrackerEnd::Stopped);
        first(self.store.apply(batch).await?.trackers)
    }

    /// Asks the carrier now, unless it has answered within the last `refresh_ms`: then what it said
    /// stands.
    ///
    /// # Errors
    /// When there is no such tracker, or the carrier does not answer.
    pub async fn refresh(&self, caller: &Caller, id: &TrackerId) -> Result<Tracker, Fault> {
        let tracker = self.read(caller, id).await?;
        let pause = Duration::from_millis(self.config.refresh_ms);
        let answered = tracker.last_checked_at;
        let fresh_until = answered.and_then(|at| at.saturating_add(pause).ok());
        if fresh_until.is_some_and(|until| self.clock.now() < until) {
            return Ok(tracker);
        }
        let account = self.account_of(&tracker)?;
        let tracking = tracking_of(&account)?;
        let call = account.call(caller.reply_by(MARGIN));
        let answers = tracking
            .track(&call, std::slice::from_ref(&tracker.number))
            .await?;
        match answers.into_iter().next() {
            Some(Ok(track)) => self.ingest(&tracker, track, None).await,
            // The carrier has answered: it has nothing yet.
            Some(Err(error)) if error.kind == Kind::NotFound => {
                self.nothing_yet(&tracker, None).await
            }
            Some(Err(error)) => Err(error.into()),
            None => Ok(tracker),
        }
    }

    /// What happened to a parcel.
    ///
    /// # Errors
    /// When there is no such tracker.
    pub async fn events(
        &self,
        caller: &Caller,
        id: &TrackerId,
    ) -> Result<Vec<parcelgate_domain::TrackingEvent>, Fault> {
        self.read(caller, id).await?;
        Ok(self.store.tracking_events(&caller.tenant, id).await?)
    }

    /// The trackers of these ids, in the order asked.
    ///
    /// # Errors
    /// When one of them is not there.
    pub async fn batch(&self, caller: &Caller, ids: &[TrackerId]) -> Result<Vec<Tracker>, Fault> {
        let found = self.store.trackers_by_id(&caller.tenant, ids).await?;
        let by_id: HashMap<_, _> = found.iter().map(|tracker| (&tracker.id, tracker)).collect();
        let in_order = ids.iter().map(|id| {
            let found = by_id.get(id).map(|tracker| (*tracker).clone());
            found.ok_or_else(|| Fault::NotFound(format!("trackers/{id}")))
        });
        in_order.collect()
    }

    /// A page of trackers, of one status or any, and after which of them to go on, if there are
    /// more. Of one status a page may be short, even empty, before the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(
        &self,
        caller: &Caller,
        page: Page<'_, TrackerId>,
        status: Option<Status>,
    ) -> Result<(Vec<Tracker>, Option<TrackerId>), Fault> {
        let seen_max = status.map_or(page.limit, |_| LOOKED_THROUGH_MAX);
        let looked_through = Page {
            after: page.after,
            limit: seen_max,
        };
        let filter = TrackerFilter::default();
        let seen = self.store.trackers(&caller.tenant, &filter, looked_through);
        let seen = seen.await?;
        let whole = |count: usize, most: u32| u32::try_from(count).is_ok_and(|count| count >= most);
        let last_seen = seen.last().filter(|_| whole(seen.len(), seen_max));
        let last_seen = last_seen.map(|tracker| tracker.id.clone());
        let size = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let fits = |tracker: &Tracker| status.is_none_or(|status| standing(tracker).0 == status);
        let list: Vec<Tracker> = seen.into_iter().filter(fits).take(size).collect();
        let last = list.last().filter(|_| whole(list.len(), page.limit));
        let next = last.map(|tracker| tracker.id.clone()).or(last_seen);
        Ok((list, next))
    }

    /// The account through which a tracker's carrier is asked.
    fn account_of(&self, tracker: &Tracker) -> Result<Arc<Account>, Fault> {
        let named = tracker
            .account
            .as_ref()
            .and_then(|id| self.accounts.get(id));
        let any = || self.accounts.of_carrier(&tracker.carrier).next();
        named.or_else(any).cloned().ok_or_else(|| {
            Fault::NothingFits(format!("no account of {} is configured", tracker.carrier))
        })
    }

    /// The number as it is stored, and an account that can ask for it.
    fn whose(
        &self,
        text: &str,
        carrier: Option<&str>,
    ) -> Result<(TrackingNumber, Arc<Account>), Fault> {
        let mut violations = Violations::new();
        let number: Option<TrackingNumber> = match text.parse() {
            Ok(number) => Some(number),
            Err(error) => {
                violations.refuse("tracking_number", text, error.allowed);
                None
            }
        };
        let carrier = carrier.map(|id| CarrierId::from(id.to_owned()));
        let account = match &carrier {
            Some(carrier) => {
                if let Err(wrong @ numbers::Invalid::CheckDigit { .. }) =
                    numbers::validate(carrier.as_str(), text)
                {
                    violations.refuse("tracking_number", text, wrong.to_string());
                }
                self.able(carrier)
            }
            None => numbers::identify(text)
                .iter()
                .find_map(|candidate| self.able(&CarrierId::known(candidate.carrier))),
        };
        if account.is_none() {
            let able = self
                .accounts
                .iter()
                .filter(|account| account.carrier.tracking().is_some());
            let able: Vec<&str> = able.map(|account| account.carrier_id().as_str()).collect();
            let given = carrier.as_ref().map_or("", CarrierId::as_str);
            violations.refuse(
                "carrier",
                given,
                format!("a carrier to be asked: {}", able.join(", ")),
            );
        }
        match (number, account, violations.is_empty()) {
            (Some(number), Some(account), true) => Ok((number, account)),
            _ => Err(violations.into()),
        }
    }

    fn able(&self, carrier: &CarrierId) -> Option<Arc<Account>> {
        self.accounts
            .of_carrier(carrier)
            .find(|account| account.carrier.tracking().is_some())
            .cloned()
    }
}

/// Where a parcel stands: a carrier that has answered and told nothing knows of none yet.
#[must_use]
pub fn standing(tracker: &Tracker) -> (Status, Option<Substatus>) {
    let state = &tracker.state;
    match (state.events, tracker.last_checked_at) {
        (0, Some(_)) => (Status::NotFound, Some(Substatus::NoDataYet)),
        _ => (state.status, state.substatus),
    }
}

/// How many trackers one call looks through for those of one status.
const LOOKED_THROUGH_MAX: u32 = 1_000;

fn tracking_of(account: &Account) -> Result<&dyn Tracking, Fault> {
    account
        .carrier
        .tracking()
        .ok_or_else(|| account.lacks(Ability::Tracking))
}

fn first(seen: Vec<Seen>) -> Result<Tracker, Fault> {
    let seen = seen.into_iter().next().map(|seen| seen.tracker);
    seen.ok_or_else(|| Fault::NotFound("tracker".to_owned()))
}
