//! Sees to purchases that nobody is at: doubts are settled by looking, never by sending again.

mod control;
mod lanes;
mod pauses;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use parcelgate_carrier::{Ability, Error, Kind, Lookup, Shipping};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{AccountId, PurchaseState, Shipment};
use parcelgate_store::{Batch, Fault as Kept, ParcelLabel, Purchase, Step, Store, Version};

use super::purchase::{Purchases, bought, order_of, trackers};
use super::replace::Replacements;
use super::void::{Refused, Voids, shipment_of};
use super::{Account, Accounts, Fault, fault};
use super::{invoices, late};
use crate::config::PurchaseConfig;
use lanes::Lane;

/// Looks after unsettled purchases.
#[derive(Debug)]
pub struct Settlement {
    accounts: Arc<Accounts>,
    purchases: Purchases,
    voids: Voids,
    replacements: Replacements,
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: PurchaseConfig,
    lanes: Mutex<HashMap<AccountId, Arc<Lane>>>,
}

/// So many empty look-ups, beside the time that must have passed, prove that nothing was sold.
const EMPTY_LOOKUPS_MIN: u32 = 3;
/// How long one look-up may take.
const LOOKUP_BUDGET: Duration = Duration::from_secs(15);

impl Settlement {
    /// Over these accounts.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        purchases: Purchases,
        voids: Voids,
        replacements: Replacements,
        store: Arc<dyn Store>,
        clock: SharedClock,
        config: PurchaseConfig,
    ) -> Self {
        Self {
            accounts,
            purchases,
            voids,
            replacements,
            store,
            clock,
            config,
            lanes: Mutex::default(),
        }
    }

    async fn settle(&self, purchase: Purchase, now: Timestamp) -> Result<(), Fault> {
        match purchase.version.state {
            PurchaseState::Accepted if awaits_void(&purchase) => {
                self.replacements.settle(purchase, now).await
            }
            // Nobody came back for it; buying it now would be behind its caller's back.
            PurchaseState::Accepted => {
                let fault = purchase.fault.clone();
                self.advance(&purchase, Step::Cancelled(fault)).await
            }
            PurchaseState::Sending => self.advance(&purchase, Step::Unknown(interrupted())).await,
            PurchaseState::Unknown => match self.clear_up(&purchase, now).await {
                Err(error) if self.doubted_for(&purchase, now) > self.review_after() => {
                    self.review(&purchase, kept(&error)).await
                }
                looked_up => looked_up,
            },
            PurchaseState::PurchasedNoLabel => match self.fetch_label(&purchase).await {
                Err(error) if self.doubted_for(&purchase, now) > self.label_after() => {
                    self.review(&purchase, kept(&error)).await
                }
                fetched => fetched,
            },
            PurchaseState::VoidWanted => self.void(purchase, now).await,
            PurchaseState::Voiding => {
                self.advance(&purchase, Step::VoidUnknown(interrupted()))
                    .await
            }
            // Voiding what is void succeeds, so asking again settles it.
            PurchaseState::VoidUnknown => self.void(purchase, now).await,
            PurchaseState::Purchased
            | PurchaseState::Rejected
            | PurchaseState::Absent
            | PurchaseState::NeedsReview
            | PurchaseState::Cancelled
            | PurchaseState::Voided
            | PurchaseState::VoidRefused => Ok(()),
        }
    }

    /// By what the carrier answered, where that was kept; then by what it knows.
    async fn clear_up(&self, purchase: &Purchase, now: Timestamp) -> Result<(), Fault> {
        match self.purchases.reread(purchase).await? {
            Some(outcome) => {
                self.lane(&purchase.account).forget(&purchase.id);
                let batch = Batch::of(&purchase.tenant, now);
                let batch = outcome.put(batch, &purchase.id, purchase.version);
                self.store.apply(batch).await?;
                Ok(())
            }
            None => self.look_up(purchase, now).await,
        }
    }

    async fn look_up(&self, purchase: &Purchase, now: Timestamp) -> Result<(), Fault> {
        let account = self.account(purchase)?;
        let shipping = account
            .carrier
            .shipping()
            .ok_or_else(|| account.lacks(Ability::Find))?;
        let boxes = order_of(&self.store, purchase).await?.parcels.len();
        let call = account.call(parcelgate_clock::instant() + LOOKUP_BUDGET);
        match shipping.find(&call, &purchase.reference).await? {
            Some(shipment) if shipment.parcels.len() == boxes => {
                self.lane(&purchase.account).forget(&purchase.id);
                let reprints = account
                    .carrier
                    .profile()
                    .absence(Ability::Reprint)
                    .is_none();
                if purchase.restored_at.is_some() && !reprints {
                    let why = purchase.fault.clone().unwrap_or_else(interrupted);
                    return self.review(purchase, why).await;
                }
                self.found(purchase, shipment, now).await
            }
            Some(shipment) => {
                let why = format!("{} of {boxes} boxes are known", shipment.parcels.len());
                let carrier = purchase.carrier.clone();
                Err(Error::new(Kind::Malformed, carrier, "find").because(why))?
            }
            None => self.not_found(account, shipping, purchase, now).await,
        }
    }

    /// Voids what nobody waits for. A label that the carrier does not take back is paid for and
    /// unused: a person decides what becomes of it, and so of one that may be void already. Of one
    /// that stands and was to be replaced, the caller of that is told.
    async fn void(&self, purchase: Purchase, now: Timestamp) -> Result<(), Fault> {
        let (id, lane) = (purchase.id.clone(), self.lane(&purchase.account));
        if !lane.pauses.is_due(&id, now) {
            return Ok(());
        }
        if lane.pauses.tried_for(&id, now) > Duration::from_secs(self.config.void_s) {
            let why = purchase.fault.clone().unwrap_or_else(interrupted);
            return self.review(&purchase, why).await;
        }
        let in_doubt = purchase.version.state == PurchaseState::VoidUnknown;
        let refused = if purchase.replaced_by.is_none() || in_doubt {
            Refused::GoesToAPerson
        } else {
            Refused::Stands
        };
        let done = self.voids.carry_out(purchase, refused).await;
        lane.pauses.tried(&id, now);
        done
    }

    /// Hands it to a person.
    async fn review(&self, purchase: &Purchase, why: Kept) -> Result<(), Fault> {
        self.lane(&purchase.account).forget(&purchase.id);
        self.advance(purchase, Step::NeedsReview(why)).await
    }

    async fn found(
        &self,
        purchase: &Purchase,
        shipment: Shipment,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let batch = Batch::of(&purchase.tenant, now);
        let batch = trackers(purchase, &shipment, now).fold(batch, Batch::track);
        let batch = batch.advance(
            &purchase.id,
            purchase.version,
            Step::Bought(bought(shipment)),
        );
        self.store.apply(batch).await?;
        Ok(())
    }

    async fn not_found(
        &self,
        account: &Account,
        shipping: &dyn Shipping,
        purchase: &Purchase,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let times = self.lane(&purchase.account).count_nothing(&purchase.id);
        let profile = account.carrier.profile();
        let doubted_for = self.doubted_for(purchase, now);
        let mut why = purchase.fault.clone().unwrap_or_else(interrupted);
        if let Lookup::ByReference { index_lag } = profile.lookup {
            let shown = profile.quiet.saturating_add(index_lag);
            if doubted_for <= shown {
                why.text = format!("{}; {}", why.text, not_yet(purchase, shown));
            } else if times >= EMPTY_LOOKUPS_MIN {
                let control = self.control(account, shipping, purchase, index_lag, now);
                match control.await?.doubt() {
                    None => return self.absent(purchase, now).await,
                    Some(doubted) => why.text = format!("{}; {doubted}", why.text),
                }
            }
        }
        if doubted_for > self.review_after() {
            return self.review(purchase, why).await;
        }
        Ok(())
    }

    async fn absent(&self, purchase: &Purchase, now: Timestamp) -> Result<(), Fault> {
        self.lane(&purchase.account).forget(&purchase.id);
        let batch = Batch::of(&purchase.tenant, now);
        let batch = batch.advance(&purchase.id, purchase.version, Step::Absent);
        // Its carrier may have charged for it while nobody knew.
        if let Some(orphaned) = invoices::orphaned(&self.store, purchase).await? {
            let absent = Version {
                state: PurchaseState::Absent,
                epoch: purchase.version.epoch.saturating_add(1),
            };
            self.store
                .apply(batch.advance(&purchase.id, absent, orphaned))
                .await?;
            late::tell(purchase);
            return Ok(());
        }
        let batch = late::watch(batch, purchase, now, &self.config.late_watch_s);
        self.store.apply(batch).await?;
        Ok(())
    }

    async fn fetch_label(&self, purchase: &Purchase) -> Result<(), Fault> {
        let account = self.account(purchase)?;
        let shipping = account
            .carrier
            .shipping()
            .ok_or_else(|| account.lacks(Ability::Find))?;
        let call = account.call(parcelgate_clock::instant() + LOOKUP_BUDGET);
        let labels = match shipping.label(&call, &shipment_of(purchase)).await {
            Ok(labels) => labels,
            // Without its label it is of no use to anyone, and it is paid for.
            Err(error) if error.kind == Kind::Unsupported => {
                let wanted = Step::VoidWanted(Some(fault::kept(&error)));
                return self.advance(purchase, wanted).await;
            }
            Err(error) => return Err(error.into()),
        };
        let labels = labels
            .into_iter()
            .enumerate()
            .map(|(index, label)| ParcelLabel {
                parcel: u16::try_from(index).unwrap_or(u16::MAX),
                label,
            });
        self.advance(purchase, Step::Labelled(labels.collect()))
            .await
    }

    fn account(&self, purchase: &Purchase) -> Result<&Arc<Account>, Fault> {
        let account = self.accounts.get(&purchase.account);
        account.ok_or_else(|| Fault::NotFound(format!("accounts/{}", purchase.account)))
    }

    async fn advance(&self, purchase: &Purchase, step: Step) -> Result<(), Fault> {
        let batch = Batch::of(&purchase.tenant, self.clock.now());
        self.store
            .apply(batch.advance(&purchase.id, purchase.version, step))
            .await?;
        Ok(())
    }

    fn doubted_for(&self, purchase: &Purchase, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(purchase.updated_at)).unwrap_or(Duration::ZERO)
    }

    fn label_after(&self) -> Duration {
        Duration::from_secs(self.config.label_s)
    }

    fn review_after(&self) -> Duration {
        Duration::from_secs(self.config.review_s)
    }
}

fn awaits_void(purchase: &Purchase) -> bool {
    let replaces = purchase.replaces.as_ref();
    replaces.is_some_and(|replaces| replaces.awaits_void)
}

/// What is kept of a purchase whose sender is gone.
fn interrupted() -> Kept {
    doubt("the gateway stopped before the carrier's answer was written down".to_owned())
}

/// Why a look-up that found nothing proves nothing yet.
fn not_yet(purchase: &Purchase, shown: Duration) -> String {
    let at = purchase.updated_at.saturating_add(shown);
    let at = at.unwrap_or(Timestamp::MAX);
    format!("the carrier does not find it; it may take until {at:.0} to show what it sold")
}

/// What is kept of a look-up that did not take place.
fn kept(fault: &Fault) -> Kept {
    if let Fault::Carrier(error) = fault {
        fault::kept(error)
    } else {
        doubt(fault.to_string())
    }
}

fn doubt(text: String) -> Kept {
    Kept {
        kind: Kind::OutcomeUnknown.name().to_owned(),
        code: None,
        text,
    }
}

#[cfg(test)]
mod tests;
