//! What is done once for a request id and is no purchase of a label: pickups and manifests.
//!
//! The request id is reserved before anything leaves, and what came of it is kept as the answer to
//! that reservation. Whoever asks again is told the same; nobody sends again what may have been
//! done. What certainly never left is tried again, as another attempt at the same request.

mod manifests;
mod pickups;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use parcelgate_carrier::{Error, Kind};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{AccountId, CarrierId, Violations};
use parcelgate_store::{Batch, Error as StoreError, Fault as Kept, RequestKey, Reservation, Store};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio_util::task::TaskTracker;

pub use manifests::{Closed, ManifestRequest, Paper};
pub use pickups::{PickupRequest, Standing};

use super::purchase::in_time;
use super::{Account, Accounts, Caller, Fault, MARGIN, fault};

/// Does what is done once.
#[derive(Clone)]
pub struct Errands {
    accounts: Arc<Accounts>,
    store: Arc<dyn Store>,
    clock: SharedClock,
    /// How long a carrier may take.
    patience: Duration,
    tasks: TaskTracker,
}

impl fmt::Debug for Errands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Errands")
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// What came of one, and with whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<T> {
    /// Which account.
    pub account: AccountId,
    /// Which carrier.
    pub carrier: CarrierId,
    /// What came of it; refused or in doubt, why.
    pub outcome: Result<T, Why>,
}

/// What is kept of one attempt.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ended<T> {
    Done(T),
    Refused(Why),
    Unknown(Why),
    NotSent(Why),
}

/// A carrier's failure, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// In our terms and in the carrier's.
    pub fault: Kept,
    /// The fields at fault.
    pub violations: Violations,
}

/// Attempts at one request, each of which certainly never left, before a new request is due.
const ATTEMPTS_MAX: u32 = 20;
/// How much longer than a carrier may take nobody doubts that an answer is still to come.
const GRACE: Duration = Duration::from_secs(5);
/// How often an outcome is tried to be written down, a second apart.
const WRITES_MAX: u32 = 20;

/// What a request is: its key and the digest of everything in it.
struct Asked {
    method: &'static str,
    request_id: String,
    body_sha256: [u8; 32],
}

impl Asked {
    /// The key of one attempt: the first has the caller's own.
    fn key(&self, attempt: u32) -> RequestKey {
        let request_id = match attempt {
            0 => self.request_id.clone(),
            attempt => format!("{}#{attempt}", self.request_id),
        };
        RequestKey {
            method: self.method.to_owned(),
            request_id,
        }
    }
}

/// Where a request stands.
enum Before<T> {
    /// Something came of it.
    Told(Told<T>),
    /// Nothing was sent yet: this attempt is the next.
    Free(u32),
}

/// Asks the carrier, until the moment given.
type Work<T> =
    Box<dyn FnOnce(Arc<Account>, Instant) -> BoxFuture<'static, Result<T, Error>> + Send>;

impl Errands {
    /// Over these accounts; what is under way is tracked by `tasks`, so that a shutdown waits for
    /// it. A carrier may take as long as `patience`.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        store: Arc<dyn Store>,
        clock: SharedClock,
        patience: Duration,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            accounts,
            store,
            clock,
            patience,
            tasks,
        }
    }

    /// What came of the same request before, if anything: asked before the request is checked, so
    /// that whoever asks again is told the same although the world has changed since.
    async fn standing<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        asked: &Asked,
    ) -> Result<Before<T>, Fault> {
        for attempt in 0..ATTEMPTS_MAX {
            let key = asked.key(attempt);
            let Some(known) = self.store.reservation(&caller.tenant, &key).await? else {
                return Ok(Before::Free(attempt));
            };
            if known.body_sha256 != asked.body_sha256 {
                return Err(Fault::RequestIdReused);
            }
            let (account, ended) = self.ended(&known)?;
            match ended {
                Ended::NotSent(_) => {}
                Ended::Refused(why) => return Err(refused(why, account)),
                Ended::Done(done) => return Ok(Before::Told(of(account, Ok(done)))),
                Ended::Unknown(why) => return Ok(Before::Told(of(account, Err(why)))),
            }
        }
        Err(Fault::Cancelled)
    }

    /// Does `work` as that attempt at the request, in a task of its own that no caller's leaving
    /// can cut, and waits for its end as long as the caller does.
    async fn attempt<T>(
        &self,
        caller: &Caller,
        key: RequestKey,
        body_sha256: [u8; 32],
        account: &Arc<Account>,
        work: Work<T>,
    ) -> Result<Told<T>, Fault>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        in_time(caller)?;
        let (this, account, tenant) = (self.clone(), Arc::clone(account), caller.tenant.clone());
        let reserved = key.clone();
        let task = self.tasks.spawn(async move {
            let deadline = parcelgate_clock::instant() + this.patience;
            let batch = Batch::of(&tenant, this.clock.now());
            let batch = batch.reserve(key.clone(), body_sha256, account.id.to_string());
            match this.store.apply(batch).await {
                Ok(_) => {}
                Err(StoreError::AlreadyAsked(_)) => return Ok(()),
                Err(error) => return Err(error),
            }
            let ended = ended(work(account, deadline).await);
            let answer: Vec<u8> = serde_json::to_vec(&ended).unwrap_or_default();
            for _ in 0..WRITES_MAX {
                let batch = Batch::of(&tenant, this.clock.now());
                let batch = batch.answer(key.clone(), answer.clone().into());
                let Err(error) = this.store.apply(batch).await else {
                    return Ok(());
                };
                let (method, request_id) = (&key.method, &key.request_id);
                tracing::warn!(method, request_id, %error, "an outcome is not written down yet");
                parcelgate_clock::sleep(Duration::from_secs(1)).await;
            }
            Ok(())
        });
        let left = parcelgate_clock::left(caller.reply_by(MARGIN));
        if let Ok(Ok(Err(error))) = tokio::time::timeout(left, task).await {
            return Err(error.into());
        }
        let known = self.store.reservation(&caller.tenant, &reserved).await?;
        let known = known.ok_or(Fault::InProgress)?;
        if known.body_sha256 != body_sha256 {
            return Err(Fault::RequestIdReused);
        }
        let (account, ended) = self.ended(&known)?;
        match ended {
            Ended::Done(done) => Ok(of(account, Ok(done))),
            Ended::Unknown(why) => Ok(of(account, Err(why))),
            Ended::Refused(why) | Ended::NotSent(why) => Err(refused(why, account)),
        }
    }

    /// What came of a reserved attempt.
    fn ended<T: DeserializeOwned>(
        &self,
        known: &Reservation,
    ) -> Result<(&Account, Ended<T>), Fault> {
        let gone = || Fault::NotFound(format!("accounts/{}", known.subject));
        let account: AccountId = known.subject.parse().map_err(|_| gone())?;
        let account = self.accounts.get(&account).ok_or_else(gone)?;
        let Some(answer) = &known.answer else {
            let given_up = known.created_at + self.patience + GRACE;
            if self.clock.now() < given_up {
                return Err(Fault::InProgress);
            }
            let fault = Kept {
                kind: Kind::OutcomeUnknown.name().to_owned(),
                code: None,
                text: "what the carrier answered was not written down".to_owned(),
            };
            let violations = Violations::new();
            return Ok((account, Ended::Unknown(Why { fault, violations })));
        };
        let ended = serde_json::from_slice(answer.as_ref()).map_err(|error| {
            Fault::Store(StoreError::Unreadable {
                what: "answer",
                why: error.to_string(),
            })
        })?;
        Ok((account, ended))
    }

    /// What came of the request of that id, refusals too.
    async fn read<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        method: &'static str,
        name: &str,
        request_id: &str,
    ) -> Result<Told<T>, Fault> {
        let asked = Asked {
            method,
            request_id: request_id.to_owned(),
            body_sha256: [0; 32],
        };
        for attempt in 0..ATTEMPTS_MAX {
            let key = asked.key(attempt);
            let Some(known) = self.store.reservation(&caller.tenant, &key).await? else {
                break;
            };
            let (account, ended) = self.ended(&known)?;
            match ended {
                Ended::NotSent(_) => {}
                Ended::Done(done) => return Ok(of(account, Ok(done))),
                Ended::Refused(why) | Ended::Unknown(why) => return Ok(of(account, Err(why))),
            }
        }
        Err(Fault::NotFound(name.to_owned()))
    }
}

impl Why {
    /// Whether it may have been done all the same.
    #[must_use]
    pub fn in_doubt(&self) -> bool {
        fault::kind_of(&self.fault).is_none_or(Kind::in_doubt)
    }
}

fn of<T>(account: &Account, outcome: Result<T, Why>) -> Told<T> {
    Told {
        account: account.id.clone(),
        carrier: account.carrier_id().clone(),
        outcome,
    }
}

fn ended<T>(outcome: Result<T, Error>) -> Ended<T> {
    let error = match outcome {
        Ok(done) => return Ended::Done(done),
        Err(error) => error,
    };
    let why = Why {
        fault: fault::kept(&error),
        violations: error.violations.clone(),
    };
    if error.kind.in_doubt() {
        return Ended::Unknown(why);
    }
    match error.kind {
        Kind::Unsent | Kind::Throttled | Kind::StaleToken | Kind::Credentials | Kind::Deadline => {
            Ended::NotSent(why)
        }
        Kind::Invalid
        | Kind::NotFound
        | Kind::Refused
        | Kind::Unsupported
        | Kind::Unavailable
        | Kind::OutcomeUnknown
        | Kind::Malformed => Ended::Refused(why),
    }
}

/// The carrier's no, in the same words whenever it is asked for.
fn refused(why: Why, account: &Account) -> Fault {
    let kind = fault::kind_of(&why.fault).unwrap_or(Kind::Refused);
    let error = Error::new(kind, account.carrier_id().clone(), "errand");
    let code = why.fault.code.unwrap_or_default();
    error.said(code, &why.fault.text).at(why.violations).into()
}
