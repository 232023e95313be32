//! What turns up after a purchase was declared absent is voided: a request that a carrier kept back
//! may be carried out long after everyone gave it up.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parcelgate_carrier::{Kind, Lookup, Shipping};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{PurchaseState, Shipment};
use parcelgate_store::{
    Batch, Claim, Fault as Kept, Id, Job, JobReport, NewJob, Purchase, ShipmentId, Step, Store,
};
use serde::{Deserialize, Serialize};

use super::purchase::{bought, order_of};
use super::{Account, Accounts, Fault};

/// The name of the job that looks, and of that which tells of what another program has found.
const JOB: &str = "late_watch";
const FOUND: &str = "late_found";
/// How many are claimed at once. Each look begins with its claim, so that it is over before that
/// is.
const AT_ONCE_MAX: u32 = 16;
/// How long one look may take, and longer than that, how long nobody else looks.
const LOOK_BUDGET: Duration = Duration::from_secs(15);
const LEASE: Duration = Duration::from_secs(60);

/// Looks again for what was declared absent.
#[derive(Debug)]
pub struct LateWatch {
    accounts: Arc<Accounts>,
    store: Arc<dyn Store>,
    clock: SharedClock,
    /// How long after the declaration it looks, each time.
    after: Vec<Duration>,
    owner: String,
}

/// What the job knows.
#[derive(Debug, Serialize, Deserialize)]
struct Watched {
    shipment: ShipmentId,
    since: Timestamp,
}

/// Adds the watch to the batch that declares `purchase` absent.
pub(crate) fn watch(batch: Batch, purchase: &Purchase, since: Timestamp, after_s: &[u64]) -> Batch {
    let first = after_s.first();
    let first = first.map(|first| later(since, Duration::from_secs(*first)));
    match first.and_then(|first| job(JOB, purchase, since, first)) {
        Some(job) => batch.enqueue(job),
        None => batch,
    }
}

/// Adds to the batch of another program that `purchase` turned up: it is the gateway that tells
/// operators of it.
pub(crate) fn found(batch: Batch, purchase: &Purchase, now: Timestamp) -> Batch {
    match job(FOUND, purchase, now, now) {
        Some(job) => batch.enqueue(job),
        None => batch,
    }
}

fn job(name: &str, purchase: &Purchase, since: Timestamp, run_at: Timestamp) -> Option<NewJob> {
    let watched = Watched {
        shipment: purchase.id.clone(),
        since,
    };
    Some(NewJob {
        id: Id::fresh(since),
        name: name.to_owned(),
        payload: serde_json::to_string(&watched).ok()?,
        run_at,
        dedupe_key: Some(purchase.id.to_string()),
    })
}

/// Tells operators that a label turned up which nobody wants any more.
pub(crate) fn tell(purchase: &Purchase) {
    metrics::counter!("orphan_labels_total", "carrier" => purchase.carrier.to_string())
        .increment(1);
    tracing::warn!(shipment = %purchase.id, "a label turned up late; it is voided");
}

fn later(since: Timestamp, pause: Duration) -> Timestamp {
    since.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

impl LateWatch {
    /// Over these accounts; looks so many seconds after a purchase was declared absent.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        store: Arc<dyn Store>,
        clock: SharedClock,
        after_s: &[u64],
    ) -> Self {
        Self {
            accounts,
            store,
            clock,
            after: after_s.iter().copied().map(Duration::from_secs).collect(),
            owner: uuid::Uuid::new_v4().to_string(),
        }
    }

    /// One round over all that is due. Returns how many it looked at.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&self) -> Result<usize, Fault> {
        let mut count: usize = 0;
        loop {
            let now = self.clock.now();
            let claim = Claim {
                now,
                lease_until: later(now, LEASE),
                limit: AT_ONCE_MAX,
            };
            let names = [JOB, FOUND];
            let jobs = self.store.claim_jobs(&names, &self.owner, claim).await?;
            if jobs.is_empty() {
                return Ok(count);
            }
            count = count.saturating_add(jobs.len());
            let looks = jobs.into_iter().map(|job| async move {
                if let Err(error) = self.take(&job).await {
                    // The claim runs out, and it is due again.
                    tracing::warn!(job = %job.id, %error, "not looked for yet");
                }
            });
            futures::future::join_all(looks).await;
        }
    }

    async fn take(&self, job: &Job) -> Result<(), Fault> {
        let Ok(watched) = serde_json::from_str::<Watched>(&job.payload) else {
            let error = "its payload cannot be read".to_owned();
            return self.report(job, JobReport::Dead { error }).await;
        };
        let purchase = self.store.shipment(&job.tenant, &watched.shipment).await?;
        match purchase {
            Some(purchase) if job.name == FOUND => {
                tell(&purchase);
                self.report(job, JobReport::Done).await
            }
            Some(purchase) if purchase.version.state == PurchaseState::Absent => {
                self.look(job, &watched, purchase).await
            }
            // Somebody has decided otherwise.
            Some(_) | None => self.report(job, JobReport::Done).await,
        }
    }

    async fn look(&self, job: &Job, watched: &Watched, purchase: Purchase) -> Result<(), Fault> {
        let Some(account) = self.accounts.get(&purchase.account) else {
            let error = format!("there is no account {}", purchase.account);
            return self.go_on(job, watched, Some(error)).await;
        };
        let boxes = order_of(&self.store, &purchase).await?.parcels.len();
        match look_up(account, &purchase).await {
            Ok(Some(shipment)) => {
                let known = shipment.parcels.len();
                let told = format!("{known} of {boxes} boxes are known");
                // The others may be about to turn up. What does not is paid for without them.
                if known < boxes && self.next(watched).is_some() {
                    return self.go_on(job, watched, Some(told)).await;
                }
                let partly = (known != boxes).then_some(told);
                self.orphan(job, &purchase, shipment, partly).await
            }
            Ok(None) => self.go_on(job, watched, None).await,
            Err(error) => self.go_on(job, watched, Some(error.to_string())).await,
        }
    }

    /// It was sold after all, and nobody wants it any more. `partly` says how much of it is known,
    /// when that is not all.
    async fn orphan(
        &self,
        job: &Job,
        purchase: &Purchase,
        shipment: Shipment,
        partly: Option<String>,
    ) -> Result<(), Fault> {
        let sold = "sold after it was declared absent".to_owned();
        let fault = Kept {
            kind: Kind::OutcomeUnknown.name().to_owned(),
            code: None,
            text: partly.map_or(sold.clone(), |partly| format!("{sold}; {partly}")),
        };
        let step = Step::Orphaned(bought(shipment), fault);
        let batch = Batch::of(&job.tenant, self.clock.now())
            .advance(&purchase.id, purchase.version, step)
            .report_job(&job.id, job.attempts, JobReport::Done);
        self.store.apply(batch).await?;
        tell(purchase);
        Ok(())
    }

    /// When it is looked for next, if at all.
    fn next(&self, watched: &Watched) -> Option<Timestamp> {
        let now = self.clock.now();
        let mut all = self.after.iter().map(|pause| later(watched.since, *pause));
        all.find(|at| *at > now)
    }

    /// To the next look, if there is one. `error` is why this one saw nothing.
    async fn go_on(
        &self,
        job: &Job,
        watched: &Watched,
        error: Option<String>,
    ) -> Result<(), Fault> {
        let report = match (self.next(watched), error) {
            (Some(at), error) => JobReport::Retry { at, error },
            (None, Some(error)) => JobReport::Dead { error },
            (None, None) => JobReport::Done,
        };
        self.report(job, report).await
    }

    async fn report(&self, job: &Job, report: JobReport) -> Result<(), Fault> {
        let batch = Batch::of(&job.tenant, self.clock.now());
        let batch = batch.report_job(&job.id, job.attempts, report);
        self.store.apply(batch).await?;
        Ok(())
    }
}

/// What the carrier has under the reference; nothing where it cannot be asked.
async fn look_up(account: &Account, purchase: &Purchase) -> Result<Option<Shipment>, Fault> {
    let shipping: Option<&dyn Shipping> = account.carrier.shipping();
    match (shipping, account.carrier.profile().lookup) {
        (Some(shipping), Lookup::ByReference { .. }) => {
            let call = account.call(parcelgate_clock::instant() + LOOK_BUDGET);
            Ok(shipping.find(&call, &purchase.reference).await?)
        }
        (None, _) | (_, Lookup::None) => Ok(None),
    }
}
