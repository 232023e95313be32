//! Events that carriers send by themselves: asked for when a parcel is followed, taken in when they
//! come.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use parcelgate_carrier::{Ability, Callback, Inbound, Lane};
use parcelgate_domain::{ExposeSecret, Secret, TrackingEvent};
use parcelgate_store::{Batch, Observation, Tracker};
use sha2::Sha256;

use super::Tracks;
use super::ingest::seen_at;
use super::schedule::Stand;
use crate::service::{Account, Fault, main_tenant};

/// Our own door for carriers: its address, and what makes the credentials shown there.
#[derive(Debug)]
pub struct Pushed {
    public_url: String,
    pepper: Secret,
}

impl Pushed {
    /// Under `public_url`; nobody is asked to push, and nobody heard, when it is empty. `pepper`
    /// must stay the same over restarts, or carriers show credentials that are no longer known.
    #[must_use]
    pub fn new(public_url: String, pepper: Secret) -> Self {
        Self { public_url, pepper }
    }

    /// Whether carriers are told of it.
    fn is_open(&self) -> bool {
        !self.public_url.is_empty()
    }

    /// What an account's carrier is told of our door: each account has a credential of its own.
    fn callback(&self, account: &Account) -> Callback {
        let url = format!(
            "{}/carriers/{}/events",
            self.public_url.trim_end_matches('/'),
            account.id
        );
        let pepper = self.pepper.expose_secret().as_bytes();
        // An HMAC takes a key of any length.
        let credential = Hmac::<Sha256>::new_from_slice(pepper).map(|mut mac| {
            mac.update(account.id.as_str().as_bytes());
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        });
        Callback {
            url,
            credential: Secret::from(credential.unwrap_or_default()),
        }
    }
}

impl Tracks {
    /// Asks the carriers of these trackers to push, where they can.
    pub(super) async fn ask_to_push(&self, account: &Arc<Account>, trackers: &[Tracker]) {
        let Some(pushes) = account.carrier.pushes() else {
            return;
        };
        if !self.pushed.is_open() || trackers.is_empty() {
            return;
        }
        let numbers: Vec<_> = trackers
            .iter()
            .map(|tracker| tracker.number.clone())
            .collect();
        let call = account.call(parcelgate_clock::instant() + std::time::Duration::from_secs(15));
        let call = call.behind(Lane::Bulk);
        let callback = self.pushed.callback(account);
        // Polling goes on all the same, so a refusal only costs freshness.
        let subscribed = pushes.subscribe(&call, &numbers, &callback).await;
        let now = self.clock.now();
        let promised = match &subscribed {
            Ok(subscribed) => {
                tracing::debug!(
                    account = %account.id,
                    accepted = subscribed.accepted.len(),
                    refused = subscribed.refused.len(),
                    "asked to push"
                );
                let until = subscribed.until.unwrap_or(Timestamp::MAX);
                let accepted = |tracker: &&Tracker| subscribed.accepted.contains(&tracker.number);
                trackers
                    .iter()
                    .filter(accepted)
                    .map(|one| (one, until))
                    .collect()
            }
            Err(error) => {
                tracing::warn!(account = %account.id, %error, "will not push");
                // Not promised, and asked for again with the next check.
                let all = trackers.iter().map(|one| (one, now));
                all.collect::<Vec<_>>()
            }
        };
        let kept = promised.into_iter().map(|(tracker, until)| {
            let batch = Batch::of(&tracker.tenant, now);
            self.store.apply(batch.push_until(&tracker.id, until))
        });
        for failed in join_all(kept).await.into_iter().filter_map(Result::err) {
            let account = &account.id;
            tracing::warn!(%account, error = %failed, "what was promised is not kept");
        }
    }

    /// Takes in what came to an account's door. Returns how many events were new.
    ///
    /// # Errors
    /// When there is no such account, it does not come from the carrier, or cannot be read
    /// or stored.
    pub async fn receive(
        &self,
        account: &str,
        headers: &http::HeaderMap,
        body: &[u8],
    ) -> Result<usize, Fault> {
        let account = self.accounts.named(account)?.clone();
        // No carrier was told of a door without an address, and its secret is nobody's.
        let pushes = account.carrier.pushes().filter(|_| self.pushed.is_open());
        let pushes = pushes.ok_or_else(|| account.lacks(Ability::Pushes))?;
        let inbound = Inbound {
            headers,
            body,
            received_at: self.clock.now(),
        };
        let events = pushes.receive(&inbound, &self.pushed.callback(&account))?;
        // Together, so that the store writes them in one commit.
        let events = events.into_iter();
        let taken = join_all(events.map(|event| self.receive_event(&account, event))).await;
        taken.into_iter().sum()
    }

    async fn receive_event(&self, account: &Account, event: TrackingEvent) -> Result<usize, Fault> {
        let now = self.clock.now();
        let number = [(Some(account.carrier_id().clone()), event.number.clone())];
        // A number that nobody follows is dropped: a push may only touch parcels that are known.
        let trackers = self
            .store
            .trackers_by_number(&main_tenant(), &number)
            .await?;
        let mut new = 0;
        for tracker in trackers {
            // One that comes late says nothing of where the parcel stands.
            let last = tracker.state.last_event.map(|last| last.instant);
            let is_latest = last.is_none_or(|last| event.occurred_at.instant >= last);
            let latest = is_latest.then(|| parcelgate_domain::fold([&event]));
            let stand = Stand {
                state: latest.as_ref().unwrap_or(&tracker.state),
                ..Stand::of(&tracker, now)
            };
            let observation = Observation {
                events: seen_at(vec![event.clone()], now),
                estimate: None,
                last_mile_number: None,
                next_check_at: self.next_check(&tracker, &stand),
            };
            let batch = Batch::of(&tracker.tenant, now).pushed(&tracker.id, observation);
            let applied = self.store.apply(batch).await?;
            new += applied
                .trackers
                .iter()
                .map(|seen| seen.new_events)
                .sum::<usize>();
        }
        Ok(new)
    }
}
