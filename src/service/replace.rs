//! A shipment is replaced before the carrier has it: its label is voided, then another bought.
//!
//! Both are written down in one batch before either begins, and the store lets nothing be sent
//! before the void. Where a replacement stands is the state of its two shipments; whoever finds
//! them takes the next step.

mod told;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parcelgate_carrier::{Ability, Direction, Kind, Lane};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{PurchaseState, Violations};
use parcelgate_store::{
    Batch, Error as StoreError, Fault as Kept, NewPurchase, Page, Purchase, ReplaceReason,
    Replaces, RequestKey, Reservation, ShipmentId, Step, Store, TrackerFilter,
};
use tokio_util::task::TaskTracker;

use super::purchase::{
    Asked, Flight, Flights, PurchaseRequest, Purchases, Selection, accepting, in_time, order_of,
};
use super::void::{PARCELS_MAX, Refused, Voids};
use super::{Accounts, Caller, Fault, MARGIN};
use told::told;

/// What is to be replaced, by what.
#[derive(Debug, Clone)]
pub struct ReplaceRequest {
    /// The shipment.
    pub original: ShipmentId,
    /// What is bought instead of it, with the caller's key and the digest of the whole request.
    pub purchase: PurchaseRequest,
    /// Why.
    pub reason: ReplaceReason,
    /// Whether the label of the original stands.
    pub keep_original: bool,
}

/// A shipment and what was bought instead of it.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// The one that was to be replaced.
    pub original: Purchase,
    /// The other.
    pub replacement: Purchase,
    /// Whether both are as they were at the end of the replacement, which is told again.
    pub is_kept: bool,
}

/// Replaces shipments.
#[derive(Debug, Clone)]
pub struct Replacements {
    accounts: Arc<Accounts>,
    purchases: Purchases,
    voids: Voids,
    store: Arc<dyn Store>,
    clock: SharedClock,
    /// How long a replacement is tried for that does not come off.
    patience: Duration,
    flights: Arc<Flights>,
    tasks: TaskTracker,
}

/// The method under which request ids are reserved.
const METHOD: &str = "ReplaceShipment";
/// How often a beginning is tried while the original takes steps of its own.
const BEGINNINGS_MAX: u32 = 5;

/// The shortest pause between two tries to buy.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// What is next for a replacement.
enum Next {
    /// Its original is being voided, or it has an end.
    Nothing,
    /// Nothing keeps it back.
    Buy,
    /// Its original stands.
    GiveUp,
}

impl Replacements {
    /// Over these; its tasks are tracked by `tasks`, so that a shutdown waits for them. What does
    /// not come off is given up after `patience`.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        purchases: Purchases,
        voids: Voids,
        store: Arc<dyn Store>,
        clock: SharedClock,
        patience: Duration,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            accounts,
            purchases,
            voids,
            store,
            clock,
            patience,
            flights: Arc::default(),
            tasks,
        }
    }

    /// Replaces a shipment, or says where the replacement of that `request_id` stands.
    ///
    /// # Errors
    /// When it cannot be replaced, the carrier refuses the void, or the new label is not sold. A
    /// step in doubt is no error: both shipments come back as they stand.
    pub async fn replace(
        &self,
        caller: &Caller,
        request: ReplaceRequest,
    ) -> Result<Replaced, Fault> {
        let key = RequestKey {
            method: METHOD.to_owned(),
            request_id: request.purchase.request_id.clone(),
        };
        let body = request.purchase.body_sha256;
        if let Some(known) = self.store.reservation(&caller.tenant, &key).await? {
            return self.join(caller, &known, body).await;
        }
        match self.begun(caller, &key, request).await {
            Ok(id) => self.finish(caller, &id).await,
            // The same request may have been faster under way than this one.
            Err(error) => match self.store.reservation(&caller.tenant, &key).await? {
                Some(known) => self.join(caller, &known, body).await,
                None => Err(error),
            },
        }
    }

    /// Where the replacement of the same request stands, once that is at its end or the caller's
    /// time is; none when there is none. What is configured by now does not matter.
    ///
    /// # Errors
    /// As [`replace`](Self::replace).
    pub async fn known(&self, caller: &Caller, asked: &Asked) -> Result<Option<Replaced>, Fault> {
        let key = RequestKey {
            method: METHOD.to_owned(),
            request_id: asked.request_id.clone(),
        };
        let Some(known) = self.store.reservation(&caller.tenant, &key).await? else {
            return Ok(None);
        };
        let replaced = self.join(caller, &known, asked.body_sha256).await?;
        Ok(Some(replaced))
    }

    /// Checks all that can be known beforehand, and writes the beginning down.
    async fn begun(
        &self,
        caller: &Caller,
        key: &RequestKey,
        request: ReplaceRequest,
    ) -> Result<ShipmentId, Fault> {
        in_time(caller)?;
        let original = self.read(caller, &request.original).await?;
        let request = self.of_its_direction(&original, request).await?;
        self.may_be_replaced(&original, request.keep_original)
            .await?;
        let (new, order) = self.purchases.prepare(caller, &request.purchase).await?;
        if !request.keep_original {
            // A void cannot be taken back: what the carrier would refuse it refuses now.
            let asked = self.purchases.ask_first(caller, &new.account, &order);
            asked.await?;
        }
        in_time(caller)?;
        self.begin(caller, key, new, &request).await
    }

    /// Writes both steps down before either is taken.
    async fn begin(
        &self,
        caller: &Caller,
        key: &RequestKey,
        new: NewPurchase,
        request: &ReplaceRequest,
    ) -> Result<ShipmentId, Fault> {
        let id = new.id.clone();
        let new = NewPurchase {
            replaces: Some(Replaces {
                shipment: request.original.clone(),
                reason: request.reason,
                awaits_void: !request.keep_original,
            }),
            ..new
        };
        let mut tries = 0;
        loop {
            let original = self.read(caller, &request.original).await?;
            self.may_be_replaced(&original, request.keep_original)
                .await?;
            let now = self.clock.now();
            let batch = Batch::of(&caller.tenant, now).by(caller.key.as_ref());
            let batch = accepting(batch, new.clone(), key.clone(), &request.purchase, now);
            let stands = matches!(
                original.version.state,
                PurchaseState::Purchased | PurchaseState::PurchasedNoLabel
            );
            let batch = if stands && !request.keep_original {
                batch.advance(&original.id, original.version, Step::VoidWanted(None))
            } else {
                batch
            };
            tries += 1;
            match self.store.apply(batch).await {
                Ok(_) => return Ok(id),
                // Its label has come meanwhile, or somebody voids it.
                Err(StoreError::Conflict { .. }) if tries < BEGINNINGS_MAX => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether a shipment may be replaced from where it stands.
    async fn may_be_replaced(&self, original: &Purchase, keep: bool) -> Result<(), Fault> {
        use PurchaseState as S;
        if let Some(by) = &original.replaced_by {
            return Err(Fault::AlreadyReplaced(by.clone()));
        }
        match original.version.state {
            S::Purchased
            | S::PurchasedNoLabel
            | S::VoidWanted
            | S::Voiding
            | S::VoidUnknown
            | S::Voided => {}
            S::VoidRefused | S::NeedsReview if keep => {}
            S::VoidRefused => return Err(Fault::of_purchase(original, "void")),
            other @ (S::Accepted
            | S::Sending
            | S::Rejected
            | S::Unknown
            | S::Absent
            | S::NeedsReview
            | S::Cancelled) => return Err(Fault::NotReplaceable(other)),
        }
        if keep || original.version.state == S::Voided {
            return Ok(());
        }
        let account = self.accounts.get(&original.account);
        let account =
            account.ok_or_else(|| Fault::NotFound(format!("accounts/{}", original.account)))?;
        if account.carrier.profile().absence(Ability::Void).is_some() {
            return Err(account.lacks(Ability::Void));
        }
        self.not_scanned(original).await
    }

    /// What the carrier has in hand is on its way, whatever becomes of its label.
    async fn not_scanned(&self, original: &Purchase) -> Result<(), Fault> {
        let filter = TrackerFilter {
            shipment: Some(original.id.clone()),
            ..Default::default()
        };
        let page = Page::first(PARCELS_MAX);
        let trackers = self.store.trackers(&original.tenant, &filter, page).await?;
        let scanned = trackers
            .into_iter()
            .find(|tracker| tracker.state.first_physical_scan.is_some());
        match scanned {
            Some(tracker) => Err(Fault::AlreadyScanned(tracker.number)),
            None => Ok(()),
        }
    }

    /// A replacement goes the way of its original.
    async fn of_its_direction(
        &self,
        original: &Purchase,
        mut request: ReplaceRequest,
    ) -> Result<ReplaceRequest, Fault> {
        let direction = order_of(&self.store, original).await?.direction;
        let by_service = matches!(request.purchase.selection, Selection::Service { .. });
        if direction == Direction::Return && !by_service {
            let mut found = Violations::new();
            found.require("service", "given: a return is replaced by a service");
            return Err(found.into());
        }
        request.purchase.direction = direction;
        Ok(request)
    }

    async fn join(
        &self,
        caller: &Caller,
        known: &Reservation,
        body_sha256: [u8; 32],
    ) -> Result<Replaced, Fault> {
        let id = known.subject.strip_prefix("shipments/");
        let id = id.and_then(|id| id.parse().ok());
        let id: ShipmentId = id.ok_or_else(|| Fault::NotFound(known.subject.clone()))?;
        if known.body_sha256 != body_sha256 {
            return Err(Fault::PurchaseIdReused(id));
        }
        let replacement = self.read(caller, &id).await?;
        match self.where_told(replacement).await? {
            (original, replacement, true) => told(original, replacement, true),
            (_, _, false) => self.finish(caller, &id).await,
        }
    }

    /// Sees to it that somebody is at it, and waits for the end of that as long as the caller does.
    async fn finish(&self, caller: &Caller, id: &ShipmentId) -> Result<Replaced, Fault> {
        let at_it = async {
            let mut head = self.store.head();
            loop {
                head.mark_unchanged(); // registered before looking
                let replacement = self.read(caller, id).await?;
                self.take_off(replacement).await;
                let replacement = self.read(caller, id).await?;
                let original = self.original(&replacement).await?;
                let under_way = [original.version.state, replacement.version.state];
                // Another is at one of the steps: the next is due when that is done.
                let another = under_way
                    .iter()
                    .any(|state| matches!(state, PurchaseState::Voiding | PurchaseState::Sending));
                if !another || head.changed().await.is_err() {
                    return Ok::<_, Fault>(());
                }
            }
        };
        let left = parcelgate_clock::left(caller.reply_by(MARGIN));
        if let Ok(done) = tokio::time::timeout(left, at_it).await {
            done?;
        }
        let replacement = self.read(caller, id).await?;
        let (original, replacement, is_kept) = self.where_told(replacement).await?;
        told(original, replacement, is_kept)
    }

    /// Starts the task that takes its steps, unless it is in the air already.
    fn take_off(&self, replacement: Purchase) -> Flight {
        let id = replacement.id.clone();
        self.flights.of_or(&id, &self.tasks, || {
            let (this, shipment) = (self.clone(), id.clone());
            async move {
                if let Err(error) = this.drive(replacement).await {
                    tracing::warn!(%shipment, %error, "not replaced yet");
                }
            }
        })
    }

    /// Voids the original, when nobody is at that, and buys the replacement.
    async fn drive(&self, replacement: Purchase) -> Result<(), Fault> {
        let original = self.original(&replacement).await?;
        let awaits = replacement.replaces.as_ref();
        let awaits = awaits.is_some_and(|replaces| replaces.awaits_void);
        if awaits && original.version.state == PurchaseState::VoidWanted {
            match self.voids.carry_out(original, Refused::Stands).await {
                // Another asks the carrier already.
                Err(Fault::Store(StoreError::Conflict { .. })) => {}
                done => done?,
            }
        }
        let original = self.original(&replacement).await?;
        self.step(replacement, &original, None).await
    }

    /// The next step of a replacement that nobody is at. What cannot come off for too long is given
    /// up, and what did not leave is tried again, each pause as long as all before it.
    pub(crate) async fn settle(&self, replacement: Purchase, now: Timestamp) -> Result<(), Fault> {
        let original = self.original(&replacement).await?;
        let since =
            |at: Timestamp| Duration::try_from(now.duration_since(at)).unwrap_or(Duration::ZERO);
        let void = original.version.state == PurchaseState::Voided;
        let tried = replacement.fault.is_some();
        let over = if void {
            tried && since(original.updated_at) > self.patience
        } else {
            since(replacement.created_at) > self.patience
        };
        if over {
            let kept = replacement.fault.clone().unwrap_or_else(|| Kept {
                kind: Kind::OutcomeUnknown.name().to_owned(),
                code: None,
                text: "whether its original is void did not become known in time".to_owned(),
            });
            return self.give_up(&replacement, kept).await;
        }
        let pause = if tried { PAUSE_MIN } else { Duration::ZERO };
        let tried_for = since(replacement.created_at).saturating_sub(since(replacement.updated_at));
        let (waited, tried_for) = (since(replacement.updated_at), tried_for.max(pause));
        self.step(replacement, &original, Some((waited, tried_for)))
            .await
    }

    /// Takes the step that is next. With `pause`, buying is put off while the first is shorter than
    /// the second.
    async fn step(
        &self,
        replacement: Purchase,
        original: &Purchase,
        pause: Option<(Duration, Duration)>,
    ) -> Result<(), Fault> {
        match next(&replacement, original) {
            Next::Nothing => Ok(()),
            Next::Buy if pause.is_some_and(|(waited, due)| waited < due) => Ok(()),
            Next::Buy => {
                self.purchases.take_off(replacement, Lane::Buy).await;
                Ok(())
            }
            Next::GiveUp => {
                let kept = original.fault.clone().unwrap_or_else(|| Kept {
                    kind: Kind::Refused.name().to_owned(),
                    code: None,
                    text: format!("the original is {}", original.version.state.name()),
                });
                self.give_up(&replacement, kept).await
            }
        }
    }

    /// Nothing was bought, and nothing will be.
    async fn give_up(&self, replacement: &Purchase, why: Kept) -> Result<(), Fault> {
        let batch = Batch::of(&replacement.tenant, self.clock.now());
        let step = Step::Cancelled(Some(why));
        let batch = batch.advance(&replacement.id, replacement.version, step);
        match self.store.apply(batch).await {
            // Or another has taken a step.
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn original(&self, replacement: &Purchase) -> Result<Purchase, Fault> {
        let replaces = replacement.replaces.as_ref();
        let gone = || Fault::NotFound(format!("original of shipments/{}", replacement.id));
        let id = &replaces.ok_or_else(gone)?.shipment;
        let found = self.store.shipment(&replacement.tenant, id).await?;
        found.ok_or_else(gone)
    }

    async fn read(&self, caller: &Caller, id: &ShipmentId) -> Result<Purchase, Fault> {
        let found = self.store.shipment(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))
    }
}

fn next(replacement: &Purchase, original: &Purchase) -> Next {
    use PurchaseState as S;
    let awaits = replacement.replaces.as_ref();
    let awaits = awaits.is_some_and(|replaces| replaces.awaits_void);
    match (replacement.version.state, original.version.state) {
        (S::Accepted, S::Voided) => Next::Buy,
        (S::Accepted, _) if !awaits => Next::Buy,
        (S::Accepted, S::VoidWanted | S::Voiding | S::VoidUnknown) => Next::Nothing,
        (S::Accepted, _) => Next::GiveUp,
        (_, _) => Next::Nothing,
    }
}
