//! What turns up after a purchase was declared absent is voided: a request that a carrier kept back
//! may be carried out long after everyone gave it up.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use parcelgate_carrier::{Kind, Lookup, Shipping};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{PurchaseState, Shipment};
use parcelgate_store::{
    Batch, Claim, Fault as Kept, Id, Job, JobReport, NewJob, Purchase, ShipmentId, Step, Store,
};
use serde::{Deserialize, Serialize};

use super::purchase::bought;
use super::{Account, Accounts, Fault};

/// The name of the job.
const JOB: &str = "late_watch";
/// How many purchases one round looks at, and how many of them at once.
const ROUND_MAX: u32 = 256;
const AT_ONCE_MAX: usize = 8;
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
    let Some(first) = after_s.first() else {
        return batch;
    };
    let watched = Watched {
        shipment: purchase.id.clone(),
        since,
    };
    let Ok(payload) = serde_json::to_string(&watched) else {
        return batch;
    };
    batch.enqueue(NewJob {
        id: Id::fresh(since),
        name: JOB.to_owned(),
        payload,
        run_at: later(since, Duration::from_secs(*first)),
        dedupe_key: Some(purchase.id.to_string()),
    })
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
        let now = self.clock.now();
        let claim = Claim {
            now,
            lease_until: later(now, LEASE),
            limit: ROUND_MAX,
        };
        let jobs = self.store.claim_jobs(&[JOB], &self.owner, claim).await?;
        let count = jobs.len();
        futures::stream::iter(jobs)
            .for_each_concurrent(AT_ONCE_MAX, |job| async move {
                if let Err(error) = self.look(&job).await {
                    // The claim runs out, and it is due again.
                    tracing::warn!(job = %job.id, %error, "not looked for yet");
                }
            })
            .await;
        Ok(count)
    }

    async fn look(&self, job: &Job) -> Result<(), Fault> {
        let Ok(watched) = serde_json::from_str::<Watched>(&job.payload) else {
            let error = "its payload cannot be read".to_owned();
            return self.report(job, JobReport::Dead { error }).await;
        };
        let purchase = self.store.shipment(&job.tenant, &watched.shipment).await?;
        let absent = purchase.filter(|found| found.version.state == PurchaseState::Absent);
        let Some(purchase) = absent else {
            return self.report(job, JobReport::Done).await; // somebody has decided otherwise
        };
        let Some(account) = self.accounts.get(&purchase.account) else {
            let error = format!("there is no account {}", purchase.account);
            return self.go_on(job, &watched, Some(error)).await;
        };
        match look_up(account, &purchase).await {
            Ok(Some(shipment)) => self.orphan(job, &purchase, shipment).await,
            Ok(None) => self.go_on(job, &watched, None).await,
            Err(error) => self.go_on(job, &watched, Some(error.to_string())).await,
        }
    }

    /// It was sold after all, and nobody wants it any more.
    async fn orphan(
        &self,
        job: &Job,
        purchase: &Purchase,
        shipment: Shipment,
    ) -> Result<(), Fault> {
        let fault = Kept {
            kind: Kind::OutcomeUnknown.name().to_owned(),
            code: None,
            text: "sold after it was declared absent".to_owned(),
        };
        let step = Step::Orphaned(bought(shipment), fault);
        let batch = Batch::of(&job.tenant, self.clock.now())
            .advance(&purchase.id, purchase.version, step)
            .report_job(&job.id, job.attempts, JobReport::Done);
        self.store.apply(batch).await?;
        metrics::counter!("orphan_labels_total", "carrier" => purchase.carrier.to_string())
            .increment(1);
        tracing::warn!(shipment = %purchase.id, "a label turned up late; it is voided");
        Ok(())
    }

    /// To the next look, if there is one. `error` is why this one saw nothing.
    async fn go_on(
        &self,
        job: &Job,
        watched: &Watched,
        error: Option<String>,
    ) -> Result<(), Fault> {
        let now = self.clock.now();
        let next = self.after.iter().map(|pause| later(watched.since, *pause));
        let report = match (next.into_iter().find(|at| *at > now), error) {
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
