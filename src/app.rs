//! The composition root: the only place that knows concrete types.

mod shops;

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use parcelgate_bus::Bus;
use parcelgate_carrier::BoxError;
use parcelgate_clock::{SharedClock, System};
use parcelgate_domain::{ExposeSecret, Money, Secret};
use parcelgate_store::{Postgres, Sqlite, Store};
use parcelgate_wire::{Sharing, Wire};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::carriers::CARRIERS;
use crate::config::{AccountConfig, Config, Database, StoreConfig};
use crate::grpc::{self, Services};
use crate::seal::Seal;
use crate::service::addresses::AddressChecks;
use crate::service::catalogue::Catalogues;
use crate::service::confirm::Confirmations;
use crate::service::errands::Errands;
use crate::service::keys::Keys;
use crate::service::late::LateWatch;
use crate::service::papers::Papers;
use crate::service::purchase::Purchases;
use crate::service::rates::{Exchange, Rates};
use crate::service::replace::Replacements;
use crate::service::review::Reviews;
use crate::service::risk::{RiskWatch, Risks};
use crate::service::settle::Settlement;
use crate::service::shipments::Shipments;
use crate::service::shops::Shops;
use crate::service::subscriptions::Subscriptions;
use crate::service::track::{Desk, Keep, Pushed, Tracks};
use crate::service::void::Voids;
use crate::service::watch::Watches;
use crate::service::{Account, Accounts, Scope, main_tenant};
use crate::{http, jobs, push, telemetry};

/// A gateway that runs.
pub struct Gateway {
    grpc: SocketAddr,
    http: SocketAddr,
    keys: Arc<Keys>,
    store: Arc<dyn Store>,
    closing: CancellationToken,
    tasks: TaskTracker,
    loops: Vec<JoinHandle<()>>,
    grace: Duration,
}

/// What everything stands on.
struct Ground {
    config: Config,
    clock: SharedClock,
    store: Arc<dyn Store>,
    seal: Arc<Seal>,
    accounts: Arc<Accounts>,
    shops: Arc<Shops>,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Gateway {
    /// Starts everything and returns once both doors are open.
    ///
    /// # Errors
    /// When a setting cannot be used, the database cannot be opened or a door cannot be.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        Self::start_by(Arc::new(System), config).await
    }

    /// The same, by another clock than the machine's.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_by(clock: SharedClock, mut config: Config) -> anyhow::Result<Self> {
        let grpc = open_door(config.grpc.listen).await?;
        let http = open_door(config.http.listen).await?;
        let (grpc_at, http_at) = (grpc.local_addr()?, http.local_addr()?);
        config.http.public_url = public_url(&config, http_at);
        let push_open = config.http.public_url.is_empty() || !config.http.push_secret.is_empty();
        anyhow::ensure!(
            push_open,
            "http.push_secret must be set when http.public_url is"
        );

        let ground = Ground::lay(clock, config).await?;
        let services = ground.services()?;
        let keys = Arc::clone(&services.keys);
        let mut loops = ground.loops(&services);
        loops.extend(ground.streaming().await?);
        loops.extend(ground.doors(grpc, http, services));
        Ok(Self {
            grpc: grpc_at,
            http: http_at,
            keys,
            grace: Duration::from_millis(ground.config.grpc.grace_ms),
            store: ground.store,
            closing: ground.closing,
            tasks: ground.tasks,
            loops,
        })
    }

    /// Where services call.
    #[must_use]
    pub fn grpc(&self) -> SocketAddr {
        self.grpc
    }

    /// Where operators and carriers call.
    #[must_use]
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Makes an API key with all scopes named and returns its text, which is shown only here.
    ///
    /// # Errors
    /// When a scope is unknown or the key cannot be stored.
    pub async fn create_key(&self, name: &str, scopes: &[&str]) -> anyhow::Result<String> {
        let scopes: Vec<Scope> = scopes
            .iter()
            .map(|scope| scope.parse())
            .collect::<Result<_, _>>()?;
        let tenant = main_tenant();
        Ok(self.keys.create(&tenant, name, &scopes, None).await?)
    }

    /// Makes an API key that buys labels for so much a day (UTC) at most.
    ///
    /// # Errors
    /// When the key cannot be stored.
    pub async fn create_limited_key(&self, name: &str, limit: Money) -> anyhow::Result<String> {
        let (tenant, scopes) = (main_tenant(), [Scope::RatesRead, Scope::Labels]);
        Ok(self
            .keys
            .create(&tenant, name, &scopes, Some(limit))
            .await?)
    }

    /// Stops taking calls, finishes what is in progress, within the grace period, and closes the
    /// database. A purchase that is being sent is waited for in any case, which takes no longer
    /// than `purchase.carrier_ms_max`.
    pub async fn stop(self) {
        self.closing.cancel();
        let cut: Vec<_> = self.loops.iter().map(JoinHandle::abort_handle).collect();
        let finished = futures::future::join_all(self.loops);
        if tokio::time::timeout(self.grace, finished).await.is_err() {
            tracing::warn!("what was in progress is cut after the grace period");
            cut.iter().for_each(AbortHandle::abort);
        }
        self.tasks.close();
        self.tasks.wait().await;
        self.store.close().await;
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("grpc", &self.grpc)
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}

impl Ground {
    async fn lay(clock: SharedClock, config: Config) -> anyhow::Result<Self> {
        let sharing = config.quota.sharing()?;
        let accounts = config
            .accounts
            .iter()
            .map(|account| open_account(account, &clock, sharing.as_ref()));
        let accounts: Vec<Account> = accounts.collect::<Result<_, _>>()?;
        let mut names = BTreeSet::new();
        if let Some(twice) = accounts.iter().find(|account| !names.insert(&account.id)) {
            anyhow::bail!("there are two accounts named {}", twice.id);
        }
        let accounts = Arc::new(Accounts::new(accounts));
        let shops = shops::open_all(&config, &clock, sharing.as_ref())?;
        let store = open_store(&config.store).await?;
        let seal = Arc::new(Seal::from_file(&config.store.key())?);
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
        Ok(Self {
            config,
            clock,
            store,
            seal,
            accounts,
            shops,
            closing,
            tasks,
        })
    }

    fn services(&self) -> anyhow::Result<Services> {
        let config = &self.config;
        let (accounts, store, clock) = (
            || self.accounts.clone(),
            || self.store.clone(),
            || self.clock.clone(),
        );
        let exchange = Exchange::new(config.exchange.table()?);
        let rates = Arc::new(Rates::new(
            accounts(),
            store(),
            clock(),
            config.rates.clone(),
            exchange.clone(),
        ));
        let pushed = Arc::new(Pushed::new(
            config.http.public_url.clone(),
            push_pepper(config),
        ));
        let (purchases, voids, replacements) = self.buying(&rates);
        Ok(Services {
            keys: Arc::new(Keys::new(store(), clock(), config.grpc.calls_per_s)),
            purchases,
            voids,
            replacements,
            rates,
            shipments: Arc::new(Shipments::new(store())),
            risks: Arc::new(Risks::new(store())),
            reviews: Arc::new(Reviews::new(
                accounts(),
                store(),
                Arc::clone(&self.seal),
                clock(),
                config.purchase.late_watch_s.clone(),
            )),
            tracks: Tracks::new(
                accounts(),
                store(),
                clock(),
                config.tracking.clone(),
                pushed,
            ),
            watches: Arc::new(Watches::new(store(), self.closing.clone())),
            confirmations: Arc::new(Confirmations::new(self.shops.clone(), store(), clock())),
            subscriptions: Arc::new(Subscriptions::new(store(), clock(), config.push.clone())),
            checks: Arc::new(AddressChecks::new(accounts())),
            catalogues: Arc::new(Catalogues::new(accounts())),
            errands: Errands::new(
                accounts(),
                store(),
                clock(),
                Duration::from_millis(config.purchase.carrier_ms_max),
                self.tasks.clone(),
            ),
            papers: Papers::new(accounts(), store()),
            exchange,
            clock: clock(),
        })
    }

    /// What spends money, and takes it back.
    fn buying(&self, rates: &Arc<Rates>) -> (Purchases, Voids, Replacements) {
        let (accounts, store, clock, tasks) = (
            || self.accounts.clone(),
            || self.store.clone(),
            || self.clock.clone(),
            || self.tasks.clone(),
        );
        let config = &self.config.purchase;
        let purchases = Purchases::new(
            accounts(),
            Arc::clone(rates),
            store(),
            Arc::clone(&self.seal),
            clock(),
            config.clone(),
            tasks(),
        )
        .selling_in(Arc::clone(&self.shops));
        let voids = Voids::new(accounts(), store(), clock(), tasks());
        let replacements = Replacements::new(
            accounts(),
            purchases.clone(),
            voids.clone(),
            store(),
            clock(),
            Duration::from_secs(config.replace_s),
            tasks(),
        );
        (purchases, voids, replacements)
    }

    /// What goes on by itself.
    fn loops(&self, services: &Services) -> Vec<JoinHandle<()>> {
        let config = &self.config;
        let tick = Duration::from_millis(config.tracking.tick_ms);
        let settle_tick = Duration::from_millis(config.purchase.settle_ms);
        let settlement = Settlement::new(
            self.accounts.clone(),
            services.purchases.clone(),
            services.voids.clone(),
            services.replacements.clone(),
            self.store.clone(),
            self.clock.clone(),
            config.purchase.clone(),
        );
        let late = LateWatch::new(
            self.accounts.clone(),
            self.store.clone(),
            self.clock.clone(),
            &config.purchase.late_watch_s,
        );
        let keep = Keep::new(services.tracks.clone(), tick);
        let risks = RiskWatch::new(self.store.clone(), self.clock.clone(), config.risk);
        let risk_tick = Duration::from_millis(config.risk.tick_ms);
        let closing = || self.closing.clone();
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let upkeep = telemetry::measure().map(|metrics| jobs::upkeep(metrics, closing()));
        let mut loops = vec![
            tokio::spawn(keep.run(closing())),
            tokio::spawn(jobs::settle(settlement, settle_tick, closing())),
            tokio::spawn(jobs::watch_late(late, settle_tick, closing())),
            tokio::spawn(jobs::watch_risks(risks, risk_tick, closing())),
            tokio::spawn(jobs::forget(
                store.clone(),
                clock.clone(),
                config.purchase.reply_kept(),
                closing(),
            )),
            tokio::spawn(jobs::forget_past(
                store.clone(),
                clock.clone(),
                config.push.kept(),
                closing(),
            )),
            tokio::spawn(push::run(store, clock, config.push.clone(), closing())),
        ];
        loops.extend(upkeep.map(tokio::spawn));
        loops.extend(self.confirming());
        let desks = Desk::all(&services.tracks).into_iter();
        loops.extend(desks.map(|desk| tokio::spawn(desk.run(closing()))));
        if !config.exchange.file.as_os_str().is_empty() {
            let (exchange, config) = (services.exchange.clone(), config.exchange.clone());
            loops.push(tokio::spawn(jobs::exchange(exchange, config, closing())));
        }
        loops
    }

    /// What writes the log to a stream, if there is one.
    async fn streaming(&self) -> anyhow::Result<Option<JoinHandle<()>>> {
        let config = &self.config.nats;
        let Some(settings) = config.settings()? else {
            return Ok(None);
        };
        let bus = Bus::open(settings).await.context("nats cannot be used")?;
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let stream = push::stream::Stream::new(bus, config.subject.clone(), store, clock);
        Ok(Some(tokio::spawn(stream.run(self.closing.clone()))))
    }

    /// What is called from outside.
    fn doors(
        &self,
        grpc: TcpListener,
        http: TcpListener,
        services: Services,
    ) -> [JoinHandle<()>; 2] {
        let doors = http::Doors {
            tracks: services.tracks.clone(),
            store: self.store.clone(),
            metrics: telemetry::measure(),
        };
        let grpc_door = {
            let (config, closing) = (self.config.grpc.clone(), self.closing.clone());
            async move { grpc::serve(grpc, services, &config, closing).await }
        };
        let http_door = {
            let (config, closing) = (self.config.http.clone(), self.closing.clone());
            async move { Ok(http::serve(http, doors, &config, closing).await?) }
        };
        [spawn_door("grpc", grpc_door), spawn_door("http", http_door)]
    }
}

/// The database of the configuration.
///
/// # Errors
/// When it cannot be opened.
pub async fn open_store(config: &StoreConfig) -> anyhow::Result<Arc<dyn Store>> {
    let database = config.database();
    let opened = match &database {
        Database::File(path) => Sqlite::open(path).await,
        Database::Server(url) => Postgres::open(url.expose_secret()).await,
    };
    Ok(Arc::new(opened.with_context(|| unopened(&database))?))
}

/// The same when nobody else has it open, and so that nobody else can open it meanwhile.
///
/// # Errors
/// As [`open_store`], and when anyone has it open.
pub async fn open_store_alone(config: &StoreConfig) -> anyhow::Result<Arc<dyn Store>> {
    let database = config.database();
    let opened = match &database {
        Database::File(path) => Sqlite::open_alone(path).await,
        Database::Server(url) => Postgres::open_alone(url.expose_secret()).await,
    };
    Ok(Arc::new(opened.with_context(|| unopened(&database))?))
}

fn unopened(database: &Database<'_>) -> String {
    match database {
        Database::File(path) => format!("cannot open the database {}", path.display()),
        Database::Server(_) => "cannot open the database of store.url".to_owned(),
    }
}

async fn open_door(at: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(at)
        .await
        .with_context(|| format!("cannot listen on {at}"))
}

fn open_account(
    config: &AccountConfig,
    clock: &SharedClock,
    sharing: Option<&Sharing>,
) -> anyhow::Result<Account> {
    let known = CARRIERS
        .iter()
        .find(|(id, _)| id.as_str() == config.carrier);
    let (_, connect) = known.ok_or_else(|| {
        let known: Vec<&str> = CARRIERS.iter().map(|(id, _)| id.as_str()).collect();
        anyhow!(
            "account {}: carrier {:?} is none of {}",
            config.id,
            config.carrier,
            known.join(", ")
        )
    })?;
    let context = || format!("account {}", config.id);
    let carrier = Arc::from(connect(config.settings.clone()).with_context(context)?);
    let (id, adapter, clock) = (&config.id, Arc::clone(&carrier), Arc::clone(clock));
    let wire = match sharing {
        None => Wire::open(id, adapter, &config.wire, clock),
        Some(sharing) => Wire::open_sharing(id, adapter, &config.wire, clock, sharing),
    };
    Ok(Account {
        id: config.id.clone(),
        wire: wire.with_context(context)?,
        carrier,
    })
}

/// `"self"` stands for the address that was just opened.
fn public_url(config: &Config, http: SocketAddr) -> String {
    match config.http.public_url.as_str() {
        "self" => format!("http://{http}"),
        url => url.to_owned(),
    }
}

/// What makes the credentials that carriers show: stable over restarts, and known to nobody else.
fn push_pepper(config: &Config) -> Secret {
    Secret::from(config.http.push_secret.clone())
}

fn spawn_door(
    name: &'static str,
    door: impl Future<Output = Result<(), BoxError>> + Send + 'static,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = door.await {
            tracing::error!(door = name, %error, "the door is closed");
        }
    })
}
