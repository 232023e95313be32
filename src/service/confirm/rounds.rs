//! Does what is next, one thing at a time for each confirmation.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use parcelgate_carrier::{Error, Kind};
use parcelgate_clock::SharedClock;
use parcelgate_shop::{Confirmation as Telling, Confirmed, News, Recognition, ShopAbility, Shown};
use parcelgate_store::{
    Batch, Claim, Confirmation, ConfirmationState, Error as StoreError, Job, JobReport, Purchase,
    Store, Told, Tracker,
};
use sha2::{Digest as _, Sha256};

use super::plan::{self, Plan, Standing};
use super::{job_of, plan::fault};
use crate::config::ConfirmConfig;
use crate::service::Fault;
use crate::service::fault::kept;
use crate::service::shops::{ShopAccount, Shops};

/// How much longer than its calls a claim lasts: for reading before, and writing after them.
const LEASE_SPARE: Duration = Duration::from_secs(30);
/// How many confirmations of one number are looked at.
const TWINS_MAX: u32 = 20;
/// What a person reads when a shop does not take up a number.
const NOT_RECOGNISED: &str = "NOT_RECOGNISED";

/// Does what is next for the confirmations of one shop after the other.
#[derive(Debug)]
pub struct Rounds {
    shops: Arc<Shops>,
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: ConfirmConfig,
    owner: String,
}

/// A confirmation after a step, and when it is looked at again by itself.
type Stepped = (Confirmation, Option<Timestamp>);

impl Rounds {
    /// To these shops.
    #[must_use]
    pub fn new(
        shops: Arc<Shops>,
        store: Arc<dyn Store>,
        clock: SharedClock,
        config: ConfirmConfig,
    ) -> Self {
        Self {
            shops,
            store,
            clock,
            config,
            owner: uuid::Uuid::new_v4().to_string(),
        }
    }

    /// The names of the shops, each of which has rounds of its own.
    #[must_use]
    pub fn shops(&self) -> Vec<String> {
        let names = self.shops.iter().map(|shop| shop.id().to_string());
        names.collect()
    }

    /// One round over what is due for a shop. Returns how many it looked at.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&self, shop: &str) -> Result<usize, Fault> {
        let Some(shop) = self.shops.get(shop) else {
            return Ok(0);
        };
        let now = self.clock.now();
        // Every step makes two calls at most.
        let calls = self.call_max().saturating_mul(2);
        let claim = Claim {
            now,
            lease_until: later(now, calls.saturating_add(LEASE_SPARE)),
            // No more than are worked on at once, or a claim could run out before its turn.
            limit: u32::try_from(self.config.at_once_max.max(1)).unwrap_or(u32::MAX),
        };
        let name = job_of(shop.id().as_str());
        let jobs = self.store.claim_jobs(&[&name], &self.owner, claim).await?;
        let count = jobs.len();
        futures::stream::iter(jobs)
            .for_each_concurrent(None, |job| async move {
                match self.make(shop, &job).await {
                    Ok(()) => {}
                    // Another has it, or its claim runs out and it is due again.
                    Err(Fault::Store(StoreError::LeaseLost(_))) => {}
                    Err(error) => tracing::warn!(job = %job.id, %error, "not confirmed yet"),
                }
            })
            .await;
        Ok(count)
    }

    async fn make(&self, shop: &ShopAccount, job: &Job) -> Result<(), Fault> {
        let found = match job.payload.parse() {
            Ok(id) => self.store.confirmation(&job.tenant, &id).await?,
            Err(_) => None,
        };
        let Some(before) = found else {
            return self.report(job, None, JobReport::Done).await;
        };
        let (mut after, next) = self.step(shop, before.clone()).await?;
        let now = self.clock.now();
        let late = plan::is_late(&after, now, self.margin());
        if after.state.is_open() && late && !after.at_risk {
            after.at_risk = true;
            let labels = [("shop", after.shop.clone())];
            metrics::counter!("confirmations_at_risk_total", &labels).increment(1);
            tracing::warn!(confirmation = %after.id, order = after.order, "not confirmed in time");
        }
        // Whoever has nothing to do is looked at when it is time to worry.
        let worry = plan::worry_at(&after, self.margin());
        let worry = worry.filter(|_| after.state.is_open() && !after.at_risk);
        let next = [next, worry].into_iter().flatten().min();
        after.next_try_at = next;
        let report = match next {
            Some(at) => JobReport::Retry {
                at,
                error: after.fault.as_ref().map(|fault| fault.text.clone()),
            },
            None => JobReport::Done,
        };
        let changed = (after != before).then_some(after);
        self.report(job, changed, report).await
    }

    /// What is kept of a step, in one batch.
    async fn report(
        &self,
        job: &Job,
        kept: Option<Confirmation>,
        report: JobReport,
    ) -> Result<(), Fault> {
        let batch = Batch::of(&job.tenant, self.clock.now());
        let batch = match kept {
            Some(kept) => batch.keep_confirmation(kept),
            None => batch,
        };
        let batch = batch.report_job(&job.id, job.attempts, report);
        self.store.apply(batch).await?;
        Ok(())
    }

    async fn step(&self, shop: &ShopAccount, it: Confirmation) -> Result<Stepped, Fault> {
        let Some(purchase) = self.store.shipment(&it.tenant, &it.shipment).await? else {
            let fault = fault(Kind::NotFound, "NO_SHIPMENT", "its shipment is not there");
            return Ok((reviewed(it, fault), None));
        };
        let tracker = self.tracker(&it, &purchase).await?;
        let events = match &tracker {
            Some(tracker) if ShopAbility::Events.is_in(shop.shop.as_ref()) => {
                self.store.tracking_events(&it.tenant, &tracker.id).await?
            }
            Some(_) | None => Vec::new(),
        };
        let plan = plan::next(
            shop,
            Standing {
                confirmation: &it,
                purchase: &purchase,
                tracker: tracker.as_ref(),
                events: &events,
                now: self.clock.now(),
                margin: self.margin(),
            },
        );
        match plan {
            Plan::Wait => Ok((it, None)),
            Plan::Cancel => Ok((to(it, ConfirmationState::Cancelled), None)),
            Plan::Follow(shipment) => Ok(self.followed(it, shipment)),
            Plan::Review(fault) => Ok((reviewed(it, fault), None)),
            Plan::Tell(telling) => self.tell(shop, it, &telling).await,
            Plan::Inform(id, news) => Ok(self.inform(shop, it, id, &news).await),
            Plan::ReadBack => Ok(self.read_back(shop, it, tracker.as_ref()).await),
        }
    }

    /// The parcel that it is about, as it is followed.
    async fn tracker(
        &self,
        it: &Confirmation,
        purchase: &Purchase,
    ) -> Result<Option<Tracker>, Fault> {
        let index = usize::try_from(it.parcel).unwrap_or(usize::MAX);
        let Some(parcel) = purchase.parcels.get(index) else {
            return Ok(None);
        };
        let wanted = [(Some(purchase.carrier.clone()), parcel.number.clone())];
        let found = self.store.trackers_by_number(&it.tenant, &wanted).await?;
        Ok(found.into_iter().next())
    }

    /// On with the shipment that takes the place of its own. It waits for that one's label, and the
    /// shop is told of a change if it had been told of the first.
    fn followed(&self, mut it: Confirmation, shipment: parcelgate_store::ShipmentId) -> Stepped {
        it.shipment = shipment;
        it.fault = None;
        it.attempts = 0;
        if it.told.is_none() || it.state == ConfirmationState::NeedsReview {
            it.state = ConfirmationState::Waiting;
        }
        let now = self.clock.now();
        (it, Some(now))
    }

    async fn tell(
        &self,
        shop: &ShopAccount,
        mut it: Confirmation,
        telling: &Telling,
    ) -> Result<Stepped, Fault> {
        if let Some(other) = self.elsewhere(&it, telling).await? {
            let text = format!(
                "order {} of {} has the same number",
                other.order, other.shop
            );
            let fault = fault(Kind::Refused, "DUPLICATE_NUMBER", &text);
            return Ok((reviewed(it, fault), None));
        }
        if it.doubtful {
            match self.known(shop, &it, telling).await {
                Ok(Some(shown)) => {
                    it.handle = shown.handle.or(it.handle);
                    return Ok(self.told(shop, it, telling, Confirmed::default()));
                }
                Ok(None) => it.doubtful = false,
                Err(error) => return Ok(self.failed(it, &error, &self.config.retry_ms)),
            }
        }
        let call = shop.call(parcelgate_clock::instant() + self.call_max());
        let confirms = shop.shop.confirms();
        let answer = match &it.told {
            Some(_) => confirms.change(&call, telling, it.handle.as_deref()).await,
            None => confirms.confirm(&call, telling).await,
        };
        count(shop, "confirm", answer.as_ref().err());
        match answer {
            Ok(confirmed) => Ok(self.told(shop, it, telling, confirmed)),
            Err(error) => {
                it.doubtful = error.kind.in_doubt();
                Ok(self.failed(it, &error, &self.config.retry_ms))
            }
        }
    }

    /// Another order that has the number already.
    async fn elsewhere(
        &self,
        it: &Confirmation,
        telling: &Telling,
    ) -> Result<Option<Confirmation>, Fault> {
        let number = telling.number.as_str();
        let same = self
            .store
            .confirmations_by_number(&it.tenant, number, TWINS_MAX);
        let other = |known: &Confirmation| {
            let order = (&known.shop, &known.order) != (&it.shop, &it.order);
            order && known.state != ConfirmationState::Cancelled
        };
        Ok(same.await?.into_iter().find(other))
    }

    /// What the shop has under the number, if it heard what it did not answer to.
    async fn known(
        &self,
        shop: &ShopAccount,
        it: &Confirmation,
        telling: &Telling,
    ) -> Result<Option<Shown>, Error> {
        let Some(reads) = shop.shop.reads_back() else {
            return Ok(None);
        };
        let call = shop.call(parcelgate_clock::instant() + self.call_max());
        let shown = reads.packages(&call, &it.order, it.marketplace.as_deref());
        let number = Some(telling.number.as_str());
        let mut shown = shown.await?.into_iter();
        Ok(shown.find(|shown| shown.number.as_deref() == number))
    }

    fn told(
        &self,
        shop: &ShopAccount,
        mut it: Confirmation,
        telling: &Telling,
        confirmed: Confirmed,
    ) -> Stepped {
        let now = self.clock.now();
        it.told = Some(Told {
            carrier_code: telling.carrier.code.clone(),
            number: telling.number.as_str().to_owned(),
            at: now,
        });
        it.handle = confirmed.handle.or(it.handle);
        it.doubtful = false;
        it.attempts = 0;
        it.fault = None;
        if ShopAbility::ReadBack.is_in(shop.shop.as_ref()) {
            let first = self.config.read_back_ms.first().copied();
            let next = later(now, Duration::from_millis(first.unwrap_or_default()));
            return (to(it, ConfirmationState::Told), Some(next));
        }
        (to(it, ConfirmationState::Confirmed), Some(now))
    }

    /// A shop that does not take the news goes without: the parcel can be followed all the same.
    async fn inform(
        &self,
        shop: &ShopAccount,
        mut it: Confirmation,
        id: String,
        news: &News,
    ) -> Stepped {
        let Some(tells) = shop.shop.tells() else {
            return (it, None);
        };
        let call = shop.call(parcelgate_clock::instant() + self.call_max());
        let answer = tells
            .tell(&call, &it.order, it.handle.as_deref(), news)
            .await;
        count(shop, "inform", answer.as_ref().err());
        match answer {
            Err(error) if passes(error.kind) && self.has_more(&it, &self.config.retry_ms) => {
                self.failed(it, &error, &self.config.retry_ms)
            }
            answer => {
                it.fault = answer.err().map(|error| kept(&error));
                it.news.push(id);
                it.attempts = 0;
                let now = self.clock.now();
                (it, Some(now))
            }
        }
    }

    async fn read_back(
        &self,
        shop: &ShopAccount,
        mut it: Confirmation,
        tracker: Option<&Tracker>,
    ) -> Stepped {
        let Some(reads) = shop.shop.reads_back() else {
            return (to(it, ConfirmationState::Confirmed), None);
        };
        let call = shop.call(parcelgate_clock::instant() + self.call_max());
        let answer = reads
            .packages(&call, &it.order, it.marketplace.as_deref())
            .await;
        count(shop, "read_back", answer.as_ref().err());
        let shown = match answer {
            Ok(shown) => shown,
            Err(error) => return self.failed(it, &error, &self.config.read_back_ms),
        };
        let number = it.told.as_ref().map(|told| told.number.clone());
        let own = shown.into_iter().find(|shown| shown.number == number);
        it.attempts = it.attempts.saturating_add(1);
        it.fault = None;
        let Some(own) = own else {
            return self.unseen(it, tracker, "the shop does not show the number");
        };
        it.handle = own.handle.or(it.handle);
        let said = own.said.unwrap_or_default();
        match own.recognition {
            Recognition::Followed => {
                let now = self.clock.now();
                it.attempts = 0;
                // There may be news that it is to hear.
                (to(it, ConfirmationState::Recognised), Some(now))
            }
            Recognition::Refused => {
                let text = format!("the shop says of the package: {said}");
                (
                    reviewed(it, fault(Kind::Refused, NOT_RECOGNISED, &text)),
                    None,
                )
            }
            Recognition::Pending => {
                let text = format!("the shop does not follow the number; it says: {said}");
                let it = to(it, ConfirmationState::Confirmed);
                self.unseen(it, tracker, &text)
            }
        }
    }

    /// Looks again later. Before the first scan a shop has nothing to follow, so when all pauses
    /// are over it is the scan that is waited for; for a while after it, a person is asked.
    fn unseen(&self, it: Confirmation, tracker: Option<&Tracker>, text: &str) -> Stepped {
        let now = self.clock.now();
        let scan = tracker.and_then(|tracker| tracker.state.first_physical_scan);
        let told = it.told.as_ref().map_or(now, |told| told.at);
        let all: u64 = self.config.read_back_ms.iter().sum();
        let over = |since: Timestamp| later(since, Duration::from_millis(all)) <= now;
        let shown = it.state == ConfirmationState::Confirmed;
        let exhausted = match scan {
            Some(scan) => over(told.max(scan.instant)),
            None => !shown && over(told),
        };
        if exhausted {
            let fault = fault(Kind::Refused, NOT_RECOGNISED, text);
            return (reviewed(it, fault), None);
        }
        if scan.is_none() && !self.has_more(&it, &self.config.read_back_ms) {
            return (it, None);
        }
        let next = self.pause(&it, &self.config.read_back_ms);
        (it, Some(later(now, next)))
    }

    /// After a failure: again when it may pass, else a person is asked.
    fn failed(&self, mut it: Confirmation, error: &Error, pauses: &[u64]) -> Stepped {
        it.fault = Some(kept(error));
        it.attempts = it.attempts.saturating_add(1);
        if !passes(error.kind) || !self.has_more(&it, pauses) {
            return (to(it, ConfirmationState::NeedsReview), None);
        }
        let pause = self.pause(&it, pauses);
        let pause = pause.max(error.retry_after.unwrap_or_default());
        let now = self.clock.now();
        (it, Some(later(now, pause)))
    }

    fn has_more(&self, it: &Confirmation, pauses: &[u64]) -> bool {
        usize::try_from(it.attempts).is_ok_and(|made| made <= pauses.len())
    }

    /// The pause after the attempts made, and up to a fifth longer, so that not all who failed
    /// together come back together.
    fn pause(&self, it: &Confirmation, pauses: &[u64]) -> Duration {
        let made = usize::try_from(it.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let pause = pauses.get(made).or(pauses.last()).copied();
        let pause = Duration::from_millis(pause.unwrap_or_default());
        let digest = Sha256::digest(format!("{}/{}", it.id, it.attempts));
        let drawn = digest.first().copied().unwrap_or_default();
        pause.saturating_add(pause / 5 / 256 * u32::from(drawn))
    }

    const fn call_max(&self) -> Duration {
        Duration::from_millis(self.config.shop_ms_max)
    }

    const fn margin(&self) -> Duration {
        Duration::from_secs(self.config.margin_s)
    }
}

/// Whether time may heal it.
const fn passes(kind: Kind) -> bool {
    match kind {
        Kind::StaleToken
        | Kind::Throttled
        | Kind::Unsent
        | Kind::Unavailable
        | Kind::OutcomeUnknown
        | Kind::Deadline
        | Kind::Malformed => true,
        Kind::Invalid | Kind::NotFound | Kind::Refused | Kind::Unsupported | Kind::Credentials => {
            false
        }
    }
}

fn to(mut it: Confirmation, state: ConfirmationState) -> Confirmation {
    it.state = state;
    it
}

fn reviewed(mut it: Confirmation, fault: parcelgate_store::Fault) -> Confirmation {
    it.fault = Some(fault);
    to(it, ConfirmationState::NeedsReview)
}

fn count(shop: &ShopAccount, what: &'static str, error: Option<&Error>) {
    let outcome = error.map_or("OK", |error| error.kind.name());
    let shop = shop.id().to_string();
    metrics::counter!("shop_calls_total", "shop" => shop, "what" => what, "outcome" => outcome)
        .increment(1);
}

fn later(since: Timestamp, pause: Duration) -> Timestamp {
    let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
    since.saturating_add(pause).unwrap_or(Timestamp::MAX)
}
