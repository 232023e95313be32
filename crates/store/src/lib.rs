//! Where parcelgate keeps what must not be lost.
//!
//! Everything of one step goes into one [`Batch`], and [`Store::apply`] writes it whole or not at
//! all; what is read comes from small named functions. A batch is made of domain verbs, and a verb
//! that changes a shipment or a tracker appends its event, so a state without its event cannot be
//! expressed. No transaction lives in a caller's future: who drops the future of `apply` leaves a
//! batch that is wholly there or not at all.
//!
//! Times are kept in whole microseconds. Every list has a `limit`; pages go by id, oldest first.

mod audit;
pub mod backup;
mod batch;
mod error;
mod ids;
mod records;
mod rules;
mod sql;
#[cfg(feature = "suite")]
pub mod suite;

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use parcelgate_domain::{
    AccountId, CarrierId, Personal, Reference, RiskLevel, TrackingEvent, TrackingNumber,
};
use tokio::sync::watch;

pub use audit::{Wrong, audit, audit_invoices};
pub use batch::{Applied, Batch, Seen};
pub use error::{Error, Result, SpendRefusal};
pub use ids::{
    ConfirmationId, DeliveryId, EventUid, Id, InvalidName, JobId, KeyId, QuoteId, ShipmentId,
    SubscriptionId, Tenant, TrackerId, of,
};
pub use records::{
    ApiKey, Blob, Book, Bought, BoughtParcel, Confirmation, ConfirmationFilter, ConfirmationNews,
    ConfirmationState, Delivery, DeliveryReport, DeliveryState, Entry, EntryKind, Event, Evidence,
    Fault, Filter, InvoiceLine, Item, Job, JobReport, Judged, LabelRecord, Line, Moment,
    Neighbours, NewConfirmation, NewDelivery, NewInvoiceLine, NewJob, NewKeys, NewPurchase,
    NewSubscription, NewTracker, Observation, Parcel, ParcelLabel, Purchase, QuoteRecord,
    ReplaceReason, Replaces, Reply, RequestKey, Reservation, RetiredKeys, Risk, RiskNews,
    ShardLease, ShipmentFilter, ShipmentNews, SigningKeys, Spend, Step, Subscription,
    SubscriptionChange, SubscriptionState, Told, Tracker, TrackerEnd, TrackerFilter, TrackerNews,
    Version, balance,
};

pub use rules::{CONFIRMATIONS, counted};
pub use sql::{Database, Postgres, Sqlite};

/// What the gateway keeps.
#[async_trait]
pub trait Store: Debug + Send + Sync + 'static {
    /// Writes all of `batch`, durably, or nothing of it.
    ///
    /// # Errors
    /// When a guard of one of its verbs fails, which fails this batch alone; when the store cannot
    /// write.
    async fn apply(&self, batch: Batch) -> Result<Applied>;

    /// Keeps quotes, soon: this never waits. [`quote`](Store::quote) knows them from now on; a
    /// crash may lose the last of them. When they come faster than they are written the oldest are
    /// dropped, which `store_quotes_dropped_total` counts.
    fn remember_quotes(&self, quotes: Vec<QuoteRecord>);

    /// What changes as others write: wait on it, then look.
    fn head(&self) -> watch::Receiver<Head>;

    /// Whether the store can write: makes a real commit.
    ///
    /// # Errors
    /// When it cannot.
    async fn ready(&self) -> Result<()>;

    /// Writes what is waiting, then refuses everything with [`Error::Closed`].
    async fn close(&self);

    /// Forgets at most `limit` replies made before then, the oldest first, and says how many it
    /// were.
    ///
    /// # Errors
    /// When the store cannot write.
    async fn forget_replies(&self, before: Timestamp, limit: u32) -> Result<u32>;

    /// The same of the event log, from its beginning up to the first event that is younger. The
    /// last of all stays.
    ///
    /// # Errors
    /// When the store cannot write.
    async fn forget_events(&self, before: Timestamp, limit: u32) -> Result<u32>;

    /// The same of deliveries that were finished before then.
    ///
    /// # Errors
    /// When the store cannot write.
    async fn forget_deliveries(&self, before: Timestamp, limit: u32) -> Result<u32>;

    // Work, handed to one claimer at a time. A claim is durable before it is answered, and over
    // once its `lease_until` has passed.

    /// Jobs that are to run by `claim.now`, the longest waiting first. Each claim is one more
    /// attempt.
    ///
    /// # Errors
    /// When the store cannot write.
    async fn claim_jobs(&self, names: &[&str], owner: &str, claim: Claim) -> Result<Vec<Job>>;

    /// Deliveries that are to be tried by `claim.now`: of each subscription and subject only the
    /// oldest unfinished one, of each subscription at most `per_subscription` at once, of active
    /// subscriptions only. To who fails fewer go at once, and in the end none for a while
    /// ([`Subscription::rest_until`]). Each claim is one more attempt.
    ///
    /// # Errors
    /// When the store cannot write.
    async fn claim_deliveries(&self, per_subscription: u32, claim: Claim) -> Result<Vec<Delivery>>;

    /// Renews `owner`'s leases of shards until `claim.lease_until`, and deals it its part of the
    /// 256, at most `claim.limit`: what it then holds. Others get their parts as they ask. With a
    /// limit of 0 it lets go of all.
    ///
    /// # Errors
    /// When the store cannot write.
    async fn lease_shards(&self, owner: &str, claim: Claim) -> Result<Vec<ShardLease>>;

    // Reads.

    /// The API key of that id, whoever's it is.
    ///
    /// # Errors
    /// When the store cannot read; so of every read below.
    async fn key(&self, id: &KeyId) -> Result<Option<ApiKey>>;

    /// The API keys of a tenant, revoked ones too.
    async fn keys(&self, tenant: &Tenant, page: Page<'_, KeyId>) -> Result<Vec<ApiKey>>;

    /// A quote, also one that is not written yet.
    async fn quote(&self, tenant: &Tenant, id: &QuoteId) -> Result<Option<QuoteRecord>>;

    /// What was asked under `key`, and what was answered.
    async fn reservation(&self, tenant: &Tenant, key: &RequestKey) -> Result<Option<Reservation>>;

    /// A shipment, without its order.
    async fn shipment(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Purchase>>;

    /// The shipment bought under `reference`.
    async fn shipment_by_reference(
        &self,
        tenant: &Tenant,
        reference: &Reference,
    ) -> Result<Option<Purchase>>;

    /// Shipments of a tenant.
    async fn shipments(
        &self,
        tenant: &Tenant,
        filter: &ShipmentFilter,
        page: Page<'_, ShipmentId>,
    ) -> Result<Vec<Purchase>>;

    /// What was entered in the ledger for these shipments: by shipment, in the order made.
    async fn entries(&self, tenant: &Tenant, shipments: &[ShipmentId]) -> Result<Vec<Entry>>;

    /// What the purchases accepted on `day` (UTC) with an API key come to, one for each currency.
    async fn spends(&self, tenant: &Tenant, key: &KeyId, day: Date) -> Result<Vec<Spend>>;

    /// Lines of an invoice to an account, by key, after that of `page`.
    async fn invoice_lines(
        &self,
        tenant: &Tenant,
        (account, invoice): (&AccountId, &str),
        (after, limit): (&str, u32),
    ) -> Result<Vec<InvoiceLine>>;

    /// What was invoiced for these shipments: by shipment, then invoice.
    async fn invoiced(&self, tenant: &Tenant, shipments: &[ShipmentId])
    -> Result<Vec<InvoiceLine>>;

    /// What the purchase of a shipment came to when its caller could first be told an end, as long
    /// as that is kept.
    async fn reply(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Reply>>;

    /// The order of a shipment, as it was accepted: JSON with names and addresses in it.
    async fn order(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Personal>>;

    /// The latest shipment of a tenant that an account bought: accepted since the first of these
    /// times, and PURCHASED, as it still is, since the second or before.
    async fn last_bought(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        between: (Timestamp, Timestamp),
    ) -> Result<Option<Purchase>>;

    /// The accounts of shipments that someone must see to, now or later.
    async fn unsettled_accounts(&self) -> Result<Vec<AccountId>>;

    /// Shipments of all tenants, made with an account, that someone must see to: SENDING or VOIDING
    /// with the lease over at the first of these times, UNKNOWN, VOID_UNKNOWN, VOID_WANTED,
    /// PURCHASED_NO_LABEL, ACCEPTED since before the second, and ACCEPTED where it waits for a
    /// void. The one untouched for longest comes first; the page goes on after one by when it last
    /// took a step, and its id.
    async fn unsettled(
        &self,
        account: &AccountId,
        times: (Timestamp, Timestamp),
        page: Page<'_, (Timestamp, ShipmentId)>,
    ) -> Result<Vec<Purchase>>;

    /// How it stands with what was promised for a shipment.
    async fn risk(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Risk>>;

    /// Shipments of all tenants whose promises are to be looked at again, the longest due first.
    async fn risks_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Risk>>;

    /// Shipments of a tenant whose promises are not green, of one level or any.
    async fn at_risk(
        &self,
        tenant: &Tenant,
        level: Option<RiskLevel>,
        page: Page<'_, ShipmentId>,
    ) -> Result<Vec<Risk>>;

    /// Shipments of a tenant that wait for a person's decision: NEEDS_REVIEW.
    async fn in_review(&self, tenant: &Tenant, page: Page<'_, ShipmentId>)
    -> Result<Vec<Purchase>>;

    /// What the carrier answered for a shipment, word for word, in the order it came.
    async fn evidence(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Vec<Evidence>>;

    /// The labels of a shipment in every form kept, by parcel, then format.
    async fn labels(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Vec<LabelRecord>>;

    /// A tracker.
    async fn tracker(&self, tenant: &Tenant, id: &TrackerId) -> Result<Option<Tracker>>;

    /// The trackers of all these ids, in no order; an id that is not there has none.
    async fn trackers_by_id(&self, tenant: &Tenant, ids: &[TrackerId]) -> Result<Vec<Tracker>>;

    /// Trackers of a tenant.
    async fn trackers(
        &self,
        tenant: &Tenant,
        filter: &TrackerFilter,
        page: Page<'_, TrackerId>,
    ) -> Result<Vec<Tracker>>;

    /// The trackers of all these numbers, in no order; without a carrier, of any carrier.
    async fn trackers_by_number(
        &self,
        tenant: &Tenant,
        numbers: &[(Option<CarrierId>, TrackingNumber)],
    ) -> Result<Vec<Tracker>>;

    /// Trackers of a shard, of all tenants, that are asked for some time.
    async fn trackers_of_shard(&self, shard: u8, page: Page<'_, TrackerId>)
    -> Result<Vec<Tracker>>;

    /// Trackers of all tenants, as they now stand, of which events after the first `seq` and up to
    /// the second tell; in no order.
    async fn trackers_told(&self, between: (i64, i64)) -> Result<Vec<Tracker>>;

    /// What happened to a parcel, in the order in which it happened.
    async fn tracking_events(&self, tenant: &Tenant, id: &TrackerId) -> Result<Vec<TrackingEvent>>;

    /// The event log after `seq`, in order; of all tenants when none is named.
    async fn events_after(
        &self,
        tenant: Option<&Tenant>,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<Event>>;

    /// One event of the log.
    async fn event(&self, tenant: &Tenant, seq: i64) -> Result<Option<Event>>;

    /// The first and the last `seq` of a tenant's events written from the first of these times on
    /// and before the second; none when there is none.
    async fn event_span(
        &self,
        tenant: &Tenant,
        times: (Timestamp, Timestamp),
    ) -> Result<Option<(i64, i64)>>;

    /// A tenant's events of those times, of `seq` after the first of these up to the second, in
    /// order.
    async fn events_within(
        &self,
        tenant: &Tenant,
        times: (Timestamp, Timestamp),
        seqs: (i64, i64),
        limit: u32,
    ) -> Result<Vec<Event>>;

    /// The events of one subject, of `subject_seq` after the first of these up to the second, in
    /// order.
    async fn events_of(
        &self,
        tenant: &Tenant,
        subject: &str,
        seqs: (i64, i64),
        limit: u32,
    ) -> Result<Vec<Event>>;

    /// The `seq` of the first event that is kept; 1 before there is any.
    async fn first_seq(&self) -> Result<i64>;

    /// The `seq` of the last event; 0 before the first.
    async fn head_seq(&self) -> Result<i64>;

    /// A subscription.
    async fn subscription(
        &self,
        tenant: &Tenant,
        id: &SubscriptionId,
    ) -> Result<Option<Subscription>>;

    /// Subscriptions of a tenant.
    async fn subscriptions(
        &self,
        tenant: &Tenant,
        page: Page<'_, SubscriptionId>,
    ) -> Result<Vec<Subscription>>;

    /// Active subscriptions of all tenants for whose tenant there are events after their cursor,
    /// and which have fewer than `pending_max` deliveries waiting: the rest waits in the log.
    async fn subscriptions_behind(&self, pending_max: u32, limit: u32)
    -> Result<Vec<Subscription>>;

    /// Deliveries of a subscription, of one state or any.
    async fn deliveries(
        &self,
        tenant: &Tenant,
        subscription: &SubscriptionId,
        state: Option<DeliveryState>,
        page: Page<'_, DeliveryId>,
    ) -> Result<Vec<Delivery>>;

    /// A confirmation.
    async fn confirmation(
        &self,
        tenant: &Tenant,
        id: &ConfirmationId,
    ) -> Result<Option<Confirmation>>;

    /// Confirmations of a tenant.
    async fn confirmations(
        &self,
        tenant: &Tenant,
        filter: &ConfirmationFilter,
        page: Page<'_, ConfirmationId>,
    ) -> Result<Vec<Confirmation>>;

    /// Confirmations of all these shipments, in no order.
    async fn confirmations_of(
        &self,
        tenant: &Tenant,
        shipments: &[ShipmentId],
    ) -> Result<Vec<Confirmation>>;

    /// Confirmations of a tenant by which a shop was last told `number`.
    async fn confirmations_by_number(
        &self,
        tenant: &Tenant,
        number: &str,
        limit: u32,
    ) -> Result<Vec<Confirmation>>;

    /// Confirmations of all tenants that must be told before then and are not: WAITING or
    /// NEEDS_REVIEW. The most urgent comes first.
    async fn late_confirmations(&self, before: Timestamp, limit: u32) -> Result<Vec<Confirmation>>;

    /// The `seq` up to which `reader` has read the log; 0 when it never did.
    async fn log_read(&self, reader: &str) -> Result<i64>;

    /// A delivery.
    async fn delivery(&self, tenant: &Tenant, id: &DeliveryId) -> Result<Option<Delivery>>;

    /// What lies before and behind a delivery.
    async fn neighbours(&self, of: &Delivery) -> Result<Neighbours>;
}

/// What changes as others write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The `seq` of the last event.
    pub seq: i64,
    /// Grows with every commit that may have made work to claim: jobs, deliveries, trackers,
    /// subscriptions.
    pub work: u64,
}

/// The terms of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The time it is.
    pub now: Timestamp,
    /// Until when the claimer may work on it.
    pub lease_until: Timestamp,
    /// How many at most.
    pub limit: u32,
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a, I> {
    /// The last one already seen.
    pub after: Option<&'a I>,
    /// How many at most.
    pub limit: u32,
}

impl<I> Page<'_, I> {
    /// The first `limit`.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}
