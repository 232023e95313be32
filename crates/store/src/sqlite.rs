//! The store in one SQLite file: WAL, every commit on the disk before it is answered.
//!
//! One connection writes, in a task of its own; a few read. No other file of this crate has SQL.

mod cells;
mod deliveries;
mod events;
mod group;
mod jobs;
mod keys;
mod ledger;
mod papers;
mod quotes;
mod reservations;
mod shipments;
mod subscriptions;
mod temporary;
mod trackers;
mod tracking;
mod waiting;
mod writer;

#[cfg(test)]
mod statements;

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use parcelgate_domain::{CarrierId, Personal, Reference, TrackingEvent, TrackingNumber};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlSafeStr, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::group::{Asked, Command, ForJobs};
use self::temporary::Temporary;
use self::waiting::Waiting;
use self::writer::Writer;
use crate::{
    ApiKey, Applied, Batch, Claim, Delivery, DeliveryId, DeliveryState, Error, Event, Evidence,
    Head, Job, KeyId, LabelRecord, Page, Purchase, QuoteId, QuoteRecord, RequestKey, Reservation,
    Result, ShipmentFilter, ShipmentId, Store, Subscription, SubscriptionId, Tenant, Tracker,
    TrackerFilter, TrackerId,
};

/// How many connections read at once.
const READERS_MAX: u32 = 4;

/// How long one waits for another process that writes to the same file.
const BUSY: Duration = Duration::from_secs(5);

/// The store in one SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    reads: SqlitePool,
    commands: Mutex<Option<mpsc::Sender<Command>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    quotes: Arc<Waiting>,
    head: watch::Receiver<Head>,
    _file: Option<Arc<Temporary>>,
}

impl Sqlite {
    /// Opens the file, makes it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened or is no store.
    pub async fn open(path: &Path) -> Result<Self> {
        Self::start(path, SqliteSynchronous::Full, None).await
    }

    /// A store in a file that goes with it. It does not wait for the disk.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub async fn temporary() -> Result<Self> {
        let file = Arc::new(Temporary::new());
        let path = file.path().to_owned();
        Self::start(&path, SqliteSynchronous::Off, Some(file)).await
    }

    async fn start(
        path: &Path,
        synchronous: SqliteSynchronous,
        file: Option<Arc<Temporary>>,
    ) -> Result<Self> {
        let options = options(path, synchronous);
        let mut connection = options.connect().await?;
        migrate(&mut connection).await?;
        let seq = events::head(&mut connection).await?;
        let (head, watched) = watch::channel(Head { seq, work: 0 });
        let (commands, received) = mpsc::channel(writer::WAITING_MAX);
        let quotes = Arc::new(Waiting::default());
        let writer = Writer {
            connection,
            commands: received,
            quotes: Arc::clone(&quotes),
            head,
            file: file.clone(),
        };
        let reads = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.create_if_missing(false).read_only(true));
        Ok(Self {
            reads,
            commands: Mutex::new(Some(commands)),
            writer: Mutex::new(Some(tokio::spawn(writer.run()))),
            quotes,
            head: watched,
            _file: file,
        })
    }

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
}

fn options(path: &Path, synchronous: SqliteSynchronous) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(BUSY)
        .disable_statement_logging()
}

async fn migrate(connection: &mut SqliteConnection) -> Result<()> {
    let first = Migration::new(
        1,
        Cow::Borrowed("first"),
        MigrationType::Simple,
        include_str!("../migrations/sqlite/0001_first.sql").into_sql_str(),
        false,
    );
    let migrator = Migrator::with_migrations(vec![first]);
    // `run` borrows its connection in a way that makes the future of `open` not `Send` for rustc.
    let done = migrator.run_direct(None, connection, false).await;
    done.map_err(|error| Error::Database(error.to_string()))
}

#[async_trait]
impl Store for Sqlite {
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
        // Readers first: the last connection to close tidies the file up, and only the writer may.
        self.reads.close().await;
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer did not end well");
        }
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

    async fn claim_trackers(&self, claim: Claim) -> Result<Vec<Tracker>> {
        let (asked, answered) = Asked::new(claim);
        self.ask(Command::Trackers(asked), answered).await
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

    async fn order(&self, tenant: &Tenant, id: &ShipmentId) -> Result<Option<Personal>> {
        shipments::order(&self.reads, tenant, id).await
    }

    async fn unsettled(
        &self,
        now: Timestamp,
        accepted_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Purchase>> {
        shipments::unsettled(&self.reads, now, accepted_before, limit).await
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_temporary_store_leaves_nothing() {
        let store = Sqlite::temporary().await.unwrap();
        let path = store._file.as_ref().unwrap().path().to_owned();
        store.ready().await.unwrap();
        assert!(path.exists());
        store.close().await;
        drop(store);
        assert!(!path.exists());
        let rest = path.with_extension("db-wal");
        assert!(!rest.exists());
    }

    #[tokio::test]
    async fn a_commit_waits_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut connection = options(&path, SqliteSynchronous::Full)
            .connect()
            .await
            .unwrap();
        for (pragma, expected) in [
            (
                "SELECT journal_mode AS mode FROM pragma_journal_mode",
                "wal",
            ),
            (
                "SELECT CAST(synchronous AS TEXT) AS mode FROM pragma_synchronous",
                "2",
            ),
        ] {
            let row = sqlx::query(pragma)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            assert_eq!(
                cells::Cells(&row).text("mode").unwrap(),
                expected,
                "{pragma}"
            );
        }
    }

    /// As when `keys create` runs beside `serve`.
    #[tokio::test]
    async fn two_processes_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let one = Sqlite::open(&path).await.unwrap();
        let other = Sqlite::open(&path).await.unwrap();
        let tenant = Tenant::operator();
        let write = |store: &'static str, number: usize| {
            let id = format!("job-{store}-{number}").parse().unwrap();
            let job = crate::NewJob {
                id,
                name: "sweep".to_owned(),
                payload: "{}".to_owned(),
                run_at: Timestamp::UNIX_EPOCH,
                dedupe_key: None,
            };
            Batch::of(&tenant, Timestamp::UNIX_EPOCH).enqueue(job)
        };
        for number in 0..50 {
            let both = tokio::join!(
                one.apply(write("one", number)),
                other.apply(write("other", number)),
            );
            both.0.unwrap();
            both.1.unwrap();
        }
        let claim = Claim {
            now: Timestamp::UNIX_EPOCH,
            lease_until: Timestamp::MAX,
            limit: 999,
        };
        assert_eq!(
            one.claim_jobs(&["sweep"], "me", claim).await.unwrap().len(),
            100
        );
    }
}
