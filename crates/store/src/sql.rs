//! The store in a SQL database: SQLite in one file, or Postgres for several replicas.
//!
//! One connection writes, in a task of its own; a few read. No other folder of this crate has SQL.

mod cells;
mod confirmations;
mod connection;
pub(crate) mod copies;
mod deliveries;
mod dialect;
mod engine;
mod entries;
mod events;
#[cfg(any(test, feature = "suite"))]
pub(crate) mod every;
mod follow;
mod group;
mod invoices;
mod jobs;
mod keys;
mod ledger;
pub(crate) mod lock;
pub(crate) mod migrations;
mod papers;
mod postgres;
mod quotes;
mod replies;
mod reservations;
mod risks;
mod shards;
mod shipments;
mod sqlite;
mod start;
mod statement;
mod subscriptions;
mod temporary;
mod trackers;
mod tracking;
mod waiting;
mod writer;
mod zero;

#[cfg(test)]
mod statements;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use parcelgate_domain::{
    AccountId, CarrierId, Personal, Reference, RiskLevel, TrackingEvent, TrackingNumber,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use self::connection::Reads;
use self::engine::Engine;
use self::group::{Asked, Command, ForJobs, ForShards, Old};
pub use self::postgres::Postgres;
#[cfg(feature = "suite")]
pub(crate) use self::postgres::WRITING;
#[cfg(feature = "suite")]
pub(crate) use self::postgres::at as postgres_at;
pub use self::sqlite::Sqlite;
#[cfg(feature = "suite")]
pub(crate) use self::sqlite::at as sqlite_at;
use self::waiting::Waiting;
use crate::{
    ApiKey, Applied, Batch, Claim, Confirmation, ConfirmationFilter, ConfirmationId, Delivery,
    DeliveryId, DeliveryState, Entry, Error, Event, Evidence, Head, InvoiceLine, Job, KeyId,
    LabelRecord, Neighbours, Page, Purchase, QuoteId, QuoteRecord, Reply, RequestKey, Reservation,
    Result, Risk, ShardLease, ShipmentFilter, ShipmentId, Spend, Store, Subscription,
    SubscriptionId, Tenant, Tracker, TrackerFilter, TrackerId,
};

/// How many connections read at once.
const READERS_MAX: u32 = 4;

/// The store in a SQL database.
#[derive(Debug)]
pub struct Database {
    reads: Reads,
    commands: Mutex<Option<mpsc::Sender<Command>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Follows other replicas, until this is dropped.
    follower: Mutex<JoinSet<()>>,
    quotes: Arc<Waiting>,
    head: watch::Receiver<Head>,
    /// Outlives the connections.
    _engine: Engine,
}

impl Database {
    /// Asks the writer and waits for its answer. Who does not wait any longer changes nothing: what
    /// the writer has it finishes.
    async fn ask<T>(&self, command: Command, answered: oneshot::Receiver<Result<T>>) -> Result<T> {
        let commands = self.commands.lock();
        let commands = commands.unwrap_or_else(PoisonError::into_inner).clone();
        let commands = commands.ok_or(Error::Closed)?;
        commands.send(command).await.map_err(|_| Error::Closed)?;
        // A sender that is kept would hold the writer up when it is to close.
        drop(commands);
        answered.await.unwrap_or(Err(Error::Closed))
    }

    async fn forget(&self, what: Old, before: Timestamp, limit: u32) -> Result<u32> {
        let (asked, answered) = Asked::new((what, before, limit));
        self.ask(Command::Forget(asked), answered).await
    }
}

#[async_trait]
impl Store for Database {
    async fn apply(&self, batch: Batch) -> Result<Applied> {
        let (asked, answered) = Asked::new(Some(batch));
        self.ask(Command::Apply(asked), answered).await
    }

    fn remember_quotes(&self, quotes: Vec<QuoteRecord>) {
        self.quotes.put(quotes);
    }

    fn head(&self) -> watch::Receiver<Head> {
        self.head.clone()
    }

    async fn ready(&self) -> Result<()> {
        let (asked, answered) = Asked::new(());
        self.ask(Command::Beat(asked), answered).await
    }

    async fn close(&self) {
        let commands = self.commands.lock();
        drop(commands.unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.writer.lock();
        let writer = writer.unwrap_or_else(PoisonError::into_inner).take();
        let follower = self.follower.lock();
        let mut follower = std::mem::take(&mut *follower.unwrap_or_else(PoisonError::into_inner));
        follower.shutdown().await;
        // Readers first: the last connection to close tidies the file up, and only the writer may.
        self.reads.close().await;
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer did not end well");
        }
    }

    async fn forget_replies(&self, before: Timestamp, limit: u32) -> Result<u32> {
        self.forget(Old::Replies, before, limit).await
    }

    async fn forget_events(&self, before: Timestamp, limit: u32) -> Result<u32> {
        self.forget(Old::Events, before, limit).await
    }

    async fn forget_deliveries(&self, before: Timestamp, limit: u32) -> Result<u32> {
        self.forget(Old::Deliveries, before, limit).await
    }

    async fn claim_jobs(&self, names: &[&str], owner: &str, claim: Claim) -> Result<Vec<Job>> {
        let (asked, answered) = Asked::new(ForJobs {
            names: names.iter().map(ToString::to_string).collect(),
            owner: owner.to_owned(),
            claim,
        });
        self.ask(Command::Jobs(asked), answered).await
    }

    async fn claim_deliveries(&self, per_subscription: u32, claim: Claim) -> Result<Vec<Delivery>> {
        let (asked, answered) = Asked::new((per_subscription, claim));
        self.ask(Command::Deliveries(asked), answered).await
    }

    async fn lease_shards(&self, owner: &str, claim: Claim) -> Result<Vec<ShardLease>> {
        let owner = owner.to_owned();
        let (asked, answered) = Asked::new(ForShards { owner, claim });
        self.ask(Command::Shards(asked), answered).await
    }

    async fn key(&self, id: &KeyId) -> Result<Option<ApiKey>> {
        keys::by_id(&self.reads, id).await
    }

    async fn keys(&self, tenant: &Tenant, page: Page<'_, KeyId>) -> Result<Vec<ApiKey>> {
        keys::of_tenant(&self.reads, tenant, page).await
    }

    async fn quote(&self, tenant: &Tenant, id: &QuoteId) -> Result<Option<QuoteRecord>> {
        match self.quotes.get(tenant, id) {
            Some(quote) => Ok(Some(quote)),
            None => quotes::by_id(&self.reads, tenant, id).await,
        }
    }

    async fn reservation(&self, tenant: &Tenant, key: &RequestKey) -> Result<Option<Reservation>> {
        reservations::by_key(&self.reads, tenant, key).await
    }

    async fn shipment(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Purchase>> {
        shipments::by_id(&self.reads, tenant, id).await
    }

    async fn shipment_by_reference(
        &self,
        tenant: &Tenant,
        reference: &Reference,
    ) -> Result<Option<Purchase>> {
        shipments::by_reference(&self.reads, tenant, reference).await
    }

    async fn shipments(
        &self,
        tenant: &Tenant,
        filter: &ShipmentFilter,
        page: Page<'_, ShipmentId>,
    ) -> Result<Vec<Purchase>> {
        shipments::list(&self.reads, tenant, filter, page).await
    }

    async fn entries(&self, tenant: &Tenant, shipments: &[ShipmentId]) -> Result<Vec<Entry>> {
        entries::of_shipments(&self.reads, tenant, shipments).await
    }

    async fn spends(&self, tenant: &Tenant, key: &KeyId, day: Date) -> Result<Vec<Spend>> {
        entries::spends(&self.reads, tenant, key, day).await
    }

    async fn invoice_lines(
        &self,
        tenant: &Tenant,
        invoice: (&AccountId, &str),
        page: (&str, u32),
    ) -> Result<Vec<InvoiceLine>> {
        invoices::of_invoice(&self.reads, tenant, invoice, page).await
    }

    async fn invoiced(
        &self,
        tenant: &Tenant,
        shipments: &[ShipmentId],
    ) -> Result<Vec<InvoiceLine>> {
        invoices::of_shipments(&self.reads, tenant, shipments).await
    }

    async fn reply(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Reply>> {
        replies::of_shipment(&self.reads, tenant, id).await
    }

    async fn order(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Personal>> {
        shipments::order(&self.reads, tenant, id).await
    }

    async fn last_bought(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        between: (Timestamp, Timestamp),
    ) -> Result<Option<Purchase>> {
        shipments::last_bought(&self.reads, tenant, account, between).await
    }

    async fn unsettled_accounts(&self) -> Result<Vec<AccountId>> {
        shipments::unsettled_accounts(&self.reads).await
    }

    async fn unsettled(
        &self,
        account: &AccountId,
        times: (Timestamp, Timestamp),
        page: Page<'_, (Timestamp, ShipmentId)>,
    ) -> Result<Vec<Purchase>> {
        shipments::unsettled(&self.reads, account, times, page).await
    }

    async fn risk(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Risk>> {
        risks::of_shipment(&self.reads, tenant, id).await
    }

    async fn risks_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Risk>> {
        risks::due(&self.reads, now, limit).await
    }

    async fn at_risk(
        &self,
        tenant: &Tenant,
        level: Option<RiskLevel>,
        page: Page<'_, ShipmentId>,
    ) -> Result<Vec<Risk>> {
        risks::open(&self.reads, tenant, level, page).await
    }

    async fn in_review(
        &self,
        tenant: &Tenant,
        page: Page<'_, ShipmentId>,
    ) -> Result<Vec<Purchase>> {
        shipments::in_review(&self.reads, tenant, page).await
    }

    async fn evidence(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Vec<Evidence>> {
        papers::evidence(&self.reads, tenant, id).await
    }

    async fn labels(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Vec<LabelRecord>> {
        papers::labels(&self.reads, tenant, id).await
    }

    async fn tracker(&self, tenant: &Tenant, id: &TrackerId) -> Result<Option<Tracker>> {
        trackers::by_id(&self.reads, tenant, id).await
    }

    async fn trackers_by_id(&self, tenant: &Tenant, ids: &[TrackerId]) -> Result<Vec<Tracker>> {
        trackers::by_ids(&self.reads, tenant, ids).await
    }

    async fn trackers(
        &self,
        tenant: &Tenant,
        filter: &TrackerFilter,
        page: Page<'_, TrackerId>,
    ) -> Result<Vec<Tracker>> {
        trackers::list(&self.reads, tenant, filter, page).await
    }

    async fn trackers_by_number(
        &self,
        tenant: &Tenant,
        numbers: &[(Option<CarrierId>, TrackingNumber)],
    ) -> Result<Vec<Tracker>> {
        trackers::by_number(&self.reads, tenant, numbers).await
    }

    async fn trackers_of_shard(
        &self,
        shard: u8,
        page: Page<'_, TrackerId>,
    ) -> Result<Vec<Tracker>> {
        trackers::of_shard(&self.reads, shard, page).await
    }

    async fn trackers_told(&self, between: (i64, i64)) -> Result<Vec<Tracker>> {
        trackers::told(&self.reads, between).await
    }

    async fn tracking_events(&self, tenant: &Tenant, id: &TrackerId) -> Result<Vec<TrackingEvent>> {
        tracking::of_tracker(&self.reads, tenant, id).await
    }

    async fn events_after(
        &self,
        tenant: Option<&Tenant>,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<Event>> {
        events::after(&self.reads, tenant, seq, limit).await
    }

    async fn event(&self, tenant: &Tenant, seq: i64) -> Result<Option<Event>> {
        events::by_seq(&self.reads, tenant, seq).await
    }

    async fn event_span(
        &self,
        tenant: &Tenant,
        times: (Timestamp, Timestamp),
    ) -> Result<Option<(i64, i64)>> {
        events::span(&self.reads, tenant, times).await
    }

    async fn events_within(
        &self,
        tenant: &Tenant,
        times: (Timestamp, Timestamp),
        seqs: (i64, i64),
        limit: u32,
    ) -> Result<Vec<Event>> {
        events::in_span(&self.reads, tenant, times, seqs, limit).await
    }

    async fn events_of(
        &self,
        tenant: &Tenant,
        subject: &str,
        seqs: (i64, i64),
        limit: u32,
    ) -> Result<Vec<Event>> {
        events::of_subject(&self.reads, (tenant, subject), seqs, limit).await
    }

    async fn first_seq(&self) -> Result<i64> {
        events::first(&self.reads).await
    }

    async fn head_seq(&self) -> Result<i64> {
        events::head(&self.reads).await
    }

    async fn subscription(
        &self,
        tenant: &Tenant,
        id: &SubscriptionId,
    ) -> Result<Option<Subscription>> {
        subscriptions::by_id(&self.reads, tenant, id).await
    }

    async fn subscriptions(
        &self,
        tenant: &Tenant,
        page: Page<'_, SubscriptionId>,
    ) -> Result<Vec<Subscription>> {
        subscriptions::list(&self.reads, tenant, page).await
    }

    async fn subscriptions_behind(
        &self,
        pending_max: u32,
        limit: u32,
    ) -> Result<Vec<Subscription>> {
        subscriptions::behind(&self.reads, pending_max, limit).await
    }

    async fn deliveries(
        &self,
        tenant: &Tenant,
        subscription: &SubscriptionId,
        state: Option<DeliveryState>,
        page: Page<'_, DeliveryId>,
    ) -> Result<Vec<Delivery>> {
        deliveries::list(&self.reads, tenant, subscription, state, page).await
    }

    async fn confirmation(
        &self,
        tenant: &Tenant,
        id: &ConfirmationId,
    ) -> Result<Option<Confirmation>> {
        confirmations::by_id(&self.reads, tenant, id).await
    }

    async fn confirmations(
        &self,
        tenant: &Tenant,
        filter: &ConfirmationFilter,
        page: Page<'_, ConfirmationId>,
    ) -> Result<Vec<Confirmation>> {
        confirmations::list(&self.reads, tenant, filter, page).await
    }

    async fn confirmations_of(
        &self,
        tenant: &Tenant,
        shipments: &[ShipmentId],
    ) -> Result<Vec<Confirmation>> {
        confirmations::of_shipments(&self.reads, tenant, shipments).await
    }

    async fn confirmations_by_number(
        &self,
        tenant: &Tenant,
        number: &str,
        limit: u32,
    ) -> Result<Vec<Confirmation>> {
        confirmations::by_number(&self.reads, tenant, number, limit).await
    }

    async fn late_confirmations(&self, before: Timestamp, limit: u32) -> Result<Vec<Confirmation>> {
        confirmations::late(&self.reads, before, limit).await
    }

    async fn log_read(&self, reader: &str) -> Result<i64> {
        confirmations::reader(&self.reads, reader).await
    }

    async fn delivery(&self, tenant: &Tenant, id: &DeliveryId) -> Result<Option<Delivery>> {
        deliveries::by_id(&self.reads, tenant, id).await
    }

    async fn neighbours(&self, of: &Delivery) -> Result<Neighbours> {
        deliveries::neighbours(&self.reads, of).await
    }
}
