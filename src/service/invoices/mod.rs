//! Takes in what carriers invoice, line by line, and holds it against what was bought
//! (`docs/INVOICES.md`).

mod amount;
pub mod form;
mod matching;
pub mod read;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use parcelgate_carrier::Kind;
use parcelgate_clock::SharedClock;
use parcelgate_domain::{AccountId, Money, PurchaseState};
use parcelgate_store::{
    Batch, Bought, BoughtParcel, Error as StoreError, Fault as Kept, InvoiceLine, NewInvoiceLine,
    Page, Parcel, Purchase, ShipmentFilter, ShipmentId, Step, Store, Tenant,
};

pub use self::matching::Why;
use self::matching::{Index, was_not_sold};
use self::read::Given;
use self::report::owes;
pub use self::report::{Became, Difference, Late, Listed, Orphan, Report, Twice, Uninvoiced};
use super::purchase::{answers_of, order_of};
use super::{Fault, late};
use crate::seal::Seal;

/// How many lines are one commit; a gateway that runs writes between two.
const BATCH_LINES: usize = 100;
/// How many purchases or lines are read at once.
const PAGE: u32 = 500;
/// How often a purchase is looked at that others move meanwhile.
const LOOKS_MAX: u32 = 5;
/// How long after a purchase came to nothing a label that turns up is voided.
const LATE_MAX: SignedDuration = SignedDuration::from_hours(45 * 24);
/// How many changed lines are named.
const CHANGED_MAX: usize = 100;

/// Imports invoices.
#[derive(Debug)]
pub struct Invoices {
    /// Where they are kept.
    pub store: Arc<dyn Store>,
    /// Opens what carriers answered; without it numbers are not looked for there.
    pub seal: Option<Seal>,
    /// The time it is.
    pub clock: SharedClock,
    /// How long after now a purchase is looked for again of which only the reference is known.
    pub late_watch_s: Vec<u64>,
}

/// A line that was imported before and said something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// In which line of the file; the first is 1.
    pub at: u64,
    /// What it says.
    pub now: NewInvoiceLine,
    /// What it said.
    pub before: NewInvoiceLine,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, now, before } = self;
        write!(
            f,
            "line {at}: invoice {} says {} on {} for {} ({}), and said {} on {} before",
            now.invoice,
            now.amount,
            now.invoiced_on,
            now.kind,
            now.key,
            before.amount,
            before.invoiced_on,
        )
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// Lines were imported before and said something else.
    #[error("{}", told(.0))]
    Changed(Vec<Changed>),
    /// The store failed, or a purchase could not be taken on.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for NotImported {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

fn told(changed: &[Changed]) -> String {
    let many = changed.len();
    let first = changed.iter().take(CHANGED_MAX).map(ToString::to_string);
    let first = first.collect::<Vec<_>>().join("\n  ");
    format!("{many} lines were imported before and said something else; nothing is:\n  {first}")
}

/// A line with the purchase that it charges for.
type Matched = (Given, Result<ShipmentId, Why>);
type Known = BTreeMap<(String, String), InvoiceLine>;

impl Invoices {
    /// Imports `lines`, which charge `account`. What is imported already changes nothing.
    ///
    /// # Errors
    /// When a line was imported before and says something else now: nothing is imported then. When
    /// the store fails, after which the rest may be missing: import the file again.
    pub async fn import(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        lines: Vec<Given>,
    ) -> Result<Report, NotImported> {
        let known = self.known(tenant, account, &lines).await?;
        let index = self.index(tenant, account, &lines).await?;
        let mut report = Report::default();
        let mut fresh: BTreeMap<ShipmentId, Vec<NewInvoiceLine>> = BTreeMap::new();
        let mut nobodys = Vec::new();
        for (given, found) in matched(lines, &index, &known) {
            let key = (given.line.invoice.clone(), given.line.key.clone());
            let before = known.get(&key);
            report.take(&given, &found, before.is_none());
            match found {
                Ok(id) => {
                    let own = fresh.entry(id.clone()).or_default();
                    if before.is_none_or(|kept| kept.line.shipment.is_none()) {
                        own.push(NewInvoiceLine {
                            shipment: Some(id),
                            ..given.line
                        });
                    }
                }
                Err(_) if before.is_none() => nobodys.push(given.line),
                Err(_) => {}
            }
        }
        self.write(tenant, nobodys).await?;
        let purchases: BTreeSet<ShipmentId> = fresh.keys().cloned().collect();
        for one in self.enter(tenant, fresh).await? {
            report.late.push(one);
        }
        self.tell(tenant, account, &purchases, &mut report).await?;
        Ok(report)
    }

    /// What of the invoices is imported already, by invoice and line.
    async fn known(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        lines: &[Given],
    ) -> Result<Known, NotImported> {
        let mut known = Known::new();
        let invoices: BTreeSet<&str> = lines.iter().map(|one| one.line.invoice.as_str()).collect();
        for invoice in invoices {
            let mut after = String::new();
            loop {
                let page = (after.as_str(), PAGE);
                let of = (account, invoice);
                let kept = self.store.invoice_lines(tenant, of, page).await?;
                let Some(last) = kept.last() else { break };
                after.clone_from(&last.line.key);
                let keyed = kept.into_iter();
                known.extend(keyed.map(|one| ((invoice.to_owned(), one.line.key.clone()), one)));
            }
        }
        let differs = |given: &Given| {
            let key = (given.line.invoice.clone(), given.line.key.clone());
            let before = &known.get(&key)?.line;
            (!before.says_the_same(&given.line)).then(|| Changed {
                at: given.at,
                now: given.line.clone(),
                before: before.clone(),
            })
        };
        let changed: Vec<Changed> = lines.iter().filter_map(differs).collect();
        if changed.is_empty() {
            Ok(known)
        } else {
            Err(NotImported::Changed(changed))
        }
    }

    /// The purchases that the lines may charge for.
    async fn index(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        lines: &[Given],
    ) -> Result<Index, Fault> {
        let since = self.clock.now().saturating_sub(LATE_MAX);
        let mut index = Index::of(lines, since.unwrap_or(Timestamp::MIN));
        // Names sort by time.
        let mut seen = Some(ShipmentId::fresh(matching::earliest(lines)));
        loop {
            let page = self.page(tenant, account, seen.as_ref()).await?;
            let Some(last) = page.last() else { break };
            seen = Some(last.id.clone());
            page.iter().for_each(|purchase| index.add(purchase));
        }
        let misses = lines.iter().any(|given| index.misses(&given.line));
        if let (Some(seal), true) = (&self.seal, misses) {
            for purchase in std::mem::take(&mut index.nothings) {
                let kept = self.store.evidence(tenant, &purchase.id).await?;
                for (_, answer) in answers_of(seal, &purchase, &kept) {
                    index.add_answer(&purchase, answer.body());
                }
            }
        }
        Ok(index)
    }

    async fn page(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        after: Option<&ShipmentId>,
    ) -> Result<Vec<Purchase>, Fault> {
        let filter = ShipmentFilter {
            account: Some(account.clone()),
            ..ShipmentFilter::default()
        };
        let page = Page { after, limit: PAGE };
        Ok(self.store.shipments(tenant, &filter, page).await?)
    }

    async fn write(&self, tenant: &Tenant, lines: Vec<NewInvoiceLine>) -> Result<(), Fault> {
        for some in lines.chunks(BATCH_LINES) {
            let batch = Batch::of(tenant, self.clock.now());
            let batch = some.iter().cloned().fold(batch, Batch::invoice);
            self.store.apply(batch).await?;
        }
        Ok(())
    }

    /// Enters what is new about each purchase, and sees to those that came to nothing.
    async fn enter(
        &self,
        tenant: &Tenant,
        fresh: BTreeMap<ShipmentId, Vec<NewInvoiceLine>>,
    ) -> Result<Vec<Late>, Fault> {
        let (mut late, mut plain) = (Vec::new(), Vec::new());
        for (id, lines) in fresh {
            let purchase = self.store.shipment(tenant, &id).await?;
            let purchase = purchase.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))?;
            if was_not_sold(purchase.version.state) {
                late.push(self.see_to(tenant, purchase, &lines).await?);
            } else {
                plain.extend(lines);
            }
        }
        self.write(tenant, plain).await?;
        Ok(late)
    }

    /// What came to nothing and is charged for was sold after all: this is the end of the late
    /// watch. Whoever moves the purchase meanwhile wins, and it is looked at anew.
    async fn see_to(
        &self,
        tenant: &Tenant,
        mut purchase: Purchase,
        fresh: &[NewInvoiceLine],
    ) -> Result<Late, Fault> {
        let before = purchase.version.state;
        let id = purchase.id.clone();
        let mut looks = 0;
        loop {
            let ids = std::slice::from_ref(&id);
            let known = self.store.invoiced(tenant, ids).await?.into_iter();
            let lines: Vec<NewInvoiceLine> = known.map(|kept| kept.line).collect();
            let lines = [lines.as_slice(), fresh].concat();
            let now = self.clock.now();
            let batch = Batch::of(tenant, now);
            let batch = fresh.iter().cloned().fold(batch, Batch::invoice);
            let boxes = order_of(&self.store, &purchase).await?.parcels.len();
            // What is imported already was seen to then, and perhaps decided by a person since.
            let (batch, became) = if fresh.is_empty() {
                (batch, Became::Nothing)
            } else {
                self.step(batch, &purchase, (&lines, boxes), now)
            };
            let outcome = self.store.apply(batch).await;
            let present = self.store.shipment(tenant, &id).await?;
            purchase = present.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))?;
            match outcome {
                Ok(_) => {
                    let state = before.name();
                    tracing::warn!(shipment = %id, state, "charged for, and came to nothing");
                    return Ok(Late {
                        shipment: id,
                        state: before,
                        invoiced: purchase.invoiced,
                        became,
                    });
                }
                Err(StoreError::Conflict { .. }) if looks < LOOKS_MAX => looks += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn step(
        &self,
        batch: Batch,
        purchase: &Purchase,
        (lines, boxes): (&[NewInvoiceLine], usize),
        now: Timestamp,
    ) -> (Batch, Became) {
        let mut charged: Vec<Money> = Vec::new();
        for line in lines {
            report::add(&mut charged, line.amount);
        }
        let recent = now.duration_since(purchase.updated_at) <= LATE_MAX;
        let (id, version) = (&purchase.id, purchase.version);
        if !recent || !owes(&charged) || !was_not_sold(version.state) {
            return (batch, Became::Nothing);
        }
        let fault = charged_for(lines, version.state);
        if version.state != PurchaseState::Absent {
            let step = Step::NeedsReview(fault);
            return (batch.advance(id, version, step), Became::NeedsReview);
        }
        match sold(lines, boxes) {
            Some(sold) => {
                let step = Step::Orphaned(sold, fault);
                let batch = batch.advance(id, version, step);
                (late::found(batch, purchase, now), Became::VoidWanted)
            }
            None => {
                let batch = late::watch(batch, purchase, now, &self.late_watch_s);
                (batch, Became::LookedFor)
            }
        }
    }

    /// Tells of the purchases that are named, and of those that are not.
    async fn tell(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        purchases: &BTreeSet<ShipmentId>,
        report: &mut Report,
    ) -> Result<(), Fault> {
        report.purchases = u64::try_from(purchases.len()).unwrap_or(u64::MAX);
        let (Some(first), Some(last)) = (purchases.first(), purchases.last()) else {
            return Ok(());
        };
        // From the first on: the page after it has all but itself.
        let mut page: Vec<Purchase> = self
            .store
            .shipment(tenant, first)
            .await?
            .into_iter()
            .collect();
        while let Some(newest) = page.last().map(|purchase| purchase.id.clone()) {
            page.retain(|purchase| purchase.id <= *last);
            let ids: Vec<ShipmentId> = page.iter().map(|purchase| purchase.id.clone()).collect();
            let mut lines: BTreeMap<ShipmentId, Vec<InvoiceLine>> = BTreeMap::new();
            for kept in self.store.invoiced(tenant, &ids).await? {
                if let Some(id) = kept.line.shipment.clone() {
                    lines.entry(id).or_default().push(kept);
                }
            }
            for purchase in page {
                let own = lines.remove(&purchase.id).unwrap_or_default();
                if purchases.contains(&purchase.id) {
                    report.tell(&purchase, &own);
                } else if purchase.invoiced.is_empty() {
                    report.miss(&purchase);
                }
            }
            if newest >= *last {
                break;
            }
            page = self.page(tenant, account, Some(&newest)).await?;
        }
        Ok(())
    }
}

/// Each line with its purchase; what was found once stays.
fn matched(lines: Vec<Given>, index: &Index, known: &Known) -> impl Iterator<Item = Matched> {
    lines.into_iter().map(|given| {
        let key = (given.line.invoice.clone(), given.line.key.clone());
        let before = known.get(&key).and_then(|kept| kept.line.shipment.clone());
        let found = before.map_or_else(|| index.find(&given.line), Ok);
        (given, found)
    })
}

/// Why a purchase that came to `state` is seen to all the same.
fn charged_for(lines: &[NewInvoiceLine], state: PurchaseState) -> Kept {
    let invoice = lines.first().map_or("", |line| line.invoice.as_str());
    Kept {
        kind: Kind::OutcomeUnknown.name().to_owned(),
        code: None,
        text: format!(
            "charged for on invoice {invoice} after it was {}",
            state.name()
        ),
    }
}

/// What is due after `purchase` has become ABSENT, when its carrier has charged for it before: it
/// was sold after all. None when it has not, or names no number to void it by.
///
/// # Errors
/// When the store fails.
pub(crate) async fn orphaned(
    store: &Arc<dyn Store>,
    purchase: &Purchase,
) -> Result<Option<Step>, Fault> {
    if !owes(&purchase.invoiced) {
        return Ok(None);
    }
    let ids = std::slice::from_ref(&purchase.id);
    let known = store.invoiced(&purchase.tenant, ids).await?.into_iter();
    let lines: Vec<NewInvoiceLine> = known.map(|kept| kept.line).collect();
    let boxes = order_of(store, purchase).await?.parcels.len();
    let fault = charged_for(&lines, PurchaseState::Absent);
    Ok(sold(&lines, boxes).map(|sold| Step::Orphaned(sold, fault)))
}

/// What the carrier sold, as far as an invoice tells; none when it has no number to void it by.
/// That of one box is none where there are several: it may be any of theirs.
fn sold(lines: &[NewInvoiceLine], boxes: usize) -> Option<Bought> {
    let numbers: BTreeSet<&String> = lines
        .iter()
        .filter_map(|line| line.number.as_ref())
        .collect();
    let own = lines.iter().find_map(|line| line.carrier_number.clone());
    let only = numbers.first().filter(|_| boxes == 1 && numbers.len() == 1);
    let carrier_number = own.or_else(|| only.map(ToString::to_string))?;
    let parcels = numbers.iter().filter_map(|number| number.parse().ok());
    let parcels = parcels.map(|number| BoughtParcel {
        parcel: Parcel {
            number,
            last_mile_number: None,
        },
        labels: Vec::new(),
    });
    Some(Bought {
        carrier_number,
        charged: None,
        parcels: parcels.collect(),
    })
}
