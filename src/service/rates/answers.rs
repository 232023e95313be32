//! What a carrier answered, asked once for all who ask the same at the same time, and remembered
//! for a while. Failures are not remembered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use moka::future::Cache;
use parcelgate_carrier::{Ability, Error, Kind, RateAsk};
use parcelgate_domain::{AccountId, Quote};

use crate::coalesce::Coalesce;
use crate::config::RatesConfig;
use crate::service::Account;

/// A carrier's answer.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Its prices.
    pub quotes: Arc<Vec<Quote>>,
    /// When it came.
    at: Instant,
    /// Whether it was remembered.
    pub cached: bool,
}

impl Answered {
    /// How old it is.
    #[must_use]
    pub fn age(&self) -> Duration {
        parcelgate_clock::instant().saturating_duration_since(self.at)
    }
}

type Key = (AccountId, Arc<RateAsk>);
type Outcome = Result<Answered, Arc<Error>>;

/// The memory of answers.
#[derive(Clone)]
pub struct Answers {
    remembered: Cache<Key, Answered>,
    asked: Arc<Coalesce<Key, Outcome>>,
    keep: Duration,
    carrier_max: Duration,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers")
            .field("remembered", &self.remembered.entry_count())
            .finish_non_exhaustive()
    }
}

impl Answers {
    /// With the bounds of the configuration.
    #[must_use]
    pub fn new(config: &RatesConfig) -> Self {
        let keep = Duration::from_secs(config.cache_s);
        let remembered = Cache::builder()
            .max_capacity(config.cache_entries_max)
            // The age is checked against our own clock; this only bounds how long memory is held.
            .time_to_live(keep)
            .build();
        let carrier_max = Duration::from_millis(config.carrier_ms_max);
        Self {
            remembered,
            asked: Arc::default(),
            keep,
            carrier_max,
        }
    }

    /// The account's answer to `ask`, ready by `reply_by`.
    pub fn of(
        &self,
        account: Arc<Account>,
        ask: Arc<RateAsk>,
        reply_by: Instant,
    ) -> impl Future<Output = Outcome> + use<> {
        let answers = self.clone();
        async move {
            let key = (account.id.clone(), ask);
            if let Some(answered) = answers.remembered.get(&key).await
                && answered.age() < answers.keep
            {
                return Ok(Answered {
                    cached: true,
                    ..answered
                });
            }
            let timeout = failure(&account, Kind::Deadline);
            if parcelgate_clock::left(reply_by).is_zero() {
                return Err(Arc::new(timeout)); // nothing is asked that nobody can wait for
            }
            let asked = answers.asked.ask(key.clone(), || {
                let deadline = parcelgate_clock::instant() + answers.carrier_max;
                let remembered = answers.remembered.clone();
                async move {
                    let answered = ask_carrier(account, Arc::clone(&key.1), deadline).await?;
                    remembered.insert(key, answered.clone()).await;
                    Ok(answered)
                }
                .boxed()
            });
            let waiting = tokio::time::timeout(parcelgate_clock::left(reply_by), asked);
            waiting.await.unwrap_or_else(|_| Err(Arc::new(timeout)))
        }
    }
}

/// Why an account that was asked and named no price has none: every account has one or the other.
pub(super) fn some(account: &Account, answered: Answered) -> Outcome {
    if answered.quotes.is_empty() {
        let nothing = failure(account, Kind::Refused);
        let words = "the carrier offers no service for this shipment";
        return Err(Arc::new(nothing.said("", words)));
    }
    Ok(answered)
}

async fn ask_carrier(account: Arc<Account>, ask: Arc<RateAsk>, deadline: Instant) -> Outcome {
    let Some(rates) = account.carrier.rates() else {
        let reason = account.carrier.profile().absence(Ability::Rates);
        let unsupported = failure(&account, Kind::Unsupported);
        return Err(Arc::new(unsupported.said("", reason.unwrap_or_default())));
    };
    let call = account.call(deadline);
    let quotes = rates.quote(&call, &ask).await.map_err(Arc::new)?;
    Ok(Answered {
        quotes: Arc::new(quotes),
        at: parcelgate_clock::instant(),
        cached: false,
    })
}

fn failure(account: &Account, kind: Kind) -> Error {
    Error::new(kind, account.carrier_id().clone(), "quote")
}
