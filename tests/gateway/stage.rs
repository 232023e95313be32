//! A gateway and the carriers that it calls, each on a free port of this machine, for one test.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use parcelgate::app::Gateway;
use parcelgate::config::{AccountConfig, Config};
use parcelgate::played;
use parcelgate_clock::{SharedClock, instant, sleep};
use parcelgate_proto::v1::address_service_client::AddressServiceClient;
use parcelgate_proto::v1::carrier_service_client::CarrierServiceClient;
use parcelgate_proto::v1::insight_service_client::InsightServiceClient;
use parcelgate_proto::v1::manifest_service_client::ManifestServiceClient;
use parcelgate_proto::v1::pickup_service_client::PickupServiceClient;
use parcelgate_proto::v1::rate_service_client::RateServiceClient;
use parcelgate_proto::v1::settlement_service_client::SettlementServiceClient;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::shop_service_client::ShopServiceClient;
use parcelgate_proto::v1::subscription_service_client::SubscriptionServiceClient;
use parcelgate_proto::v1::tracking_service_client::TrackingServiceClient;
use parcelgate_proto::v1::{
    GetLabelRequest, GetShipmentRequest, GetTrackerRequest, Label, LabelFormat,
    ListShipmentsRequest, PurchaseLabelRequest, QuoteRatesRequest, QuoteRatesResponse, Shipment,
    Tracker,
};
use parcelgate_sandbox::{Carrier, Control, Fault, FaultOrder, Running, Sandbox, Settings};
use serde_json::json;
use tempfile::TempDir;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{IntoRequest, Request, Response, Status};

/// The account with UPS.
pub(crate) const UPS: &str = "ups-test";
/// The account with Yanwen.
pub(crate) const YANWEN: &str = "yanwen-test";
/// Everything that a key may do.
pub(crate) const SCOPES: [&str; 6] = [
    "rates.read",
    "labels",
    "settle",
    "tracking",
    "webhooks",
    "carriers",
];
/// How long a condition may take to come true: far longer than it ever does.
const PATIENCE: Duration = Duration::from_secs(20);
const RATE_CARD: &str = include_str!("../../examples/yanwen-rate-card.csv");

/// A gateway, its carriers, and a key that may do everything.
pub(crate) struct Stage {
    pub(crate) gateway: Gateway,
    pub(crate) config: Config,
    pub(crate) key: String,
    /// Gone while the carriers are away.
    sandbox: Option<Running>,
    at: SocketAddr,
    channel: Channel,
    folder: TempDir,
}

impl Stage {
    /// Both, as most tests want them.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A gateway with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::set(Settings::default(), change).await
    }

    /// Carriers and a gateway with other settings.
    pub(crate) async fn set(settings: Settings, change: impl FnOnce(&mut Config)) -> Self {
        let (sandbox, folder, config) = Self::scenery(settings, change).await;
        Self::on(sandbox, folder, config).await
    }

    /// An account for everything that the sandbox plays.
    pub(crate) async fn six() -> Self {
        Self::six_set(Settings::default(), |_| {}).await
    }

    /// The same, with other settings.
    pub(crate) async fn six_set(settings: Settings, change: impl FnOnce(&mut Config)) -> Self {
        let (sandbox, folder, mut config) = Self::scenery(settings.clone(), |_| {}).await;
        config.accounts = played::accounts(&sandbox, &settings)
            .into_iter()
            .map(|one| {
                let id = format!("{}-test", one.name);
                one.account(&id, &wire()).expect("an account")
            })
            .collect();
        change(&mut config);
        Self::on(sandbox, folder, config).await
    }

    /// A gateway before these carriers.
    async fn on(sandbox: Running, folder: TempDir, config: Config) -> Self {
        let gateway = Box::pin(Gateway::start(config.clone()));
        let gateway = gateway.await.expect("starts");
        let key = gateway.create_key("test", &SCOPES).await.expect("a key");
        Self {
            channel: channel(&gateway),
            gateway,
            at: sandbox.addr(),
            sandbox: Some(sandbox),
            config,
            key,
            folder,
        }
    }

    /// Everything but the gateway itself.
    pub(crate) async fn scenery(
        settings: Settings,
        change: impl FnOnce(&mut Config),
    ) -> (Running, TempDir, Config) {
        let (ups, yanwen) = (settings.ups.clone(), settings.yanwen.clone());
        let sandbox = Sandbox::start(settings).await.expect("the sandbox starts");
        let folder = TempDir::with_prefix("parcelgate-test-").expect("a folder");
        let base = sandbox.base_url(Carrier::Ups);
        let accounts = json!([
            { "id": UPS, "carrier": "ups", "wire": wire(), "settings": {
                "client_id": ups.client_id,
                "client_secret": ups.client_secret,
                "account_number": ups.shipper_number,
                "api": format!("{base}/api"),
                "token": base,
            } },
            { "id": YANWEN, "carrier": "yanwen", "wire": wire(), "settings": {
                "user_id": yanwen.user_id,
                "api_token": yanwen.api_token,
                "order_url": sandbox.base_url(Carrier::Yanwen),
                "track_url": sandbox.yanwen_tracking_url(),
                "rate_card_csv": RATE_CARD,
            } },
        ]);
        let accounts: Vec<AccountConfig> = serde_json::from_value(accounts).expect("accounts");
        let mut config = configuration(folder.path());
        config.accounts = accounts;
        change(&mut config);
        (sandbox, folder, config)
    }

    /// Stops the gateway and starts another one on the same file; the carriers go on meanwhile.
    pub(crate) async fn restart(self) -> Self {
        self.restart_after(|_| {}).await
    }

    /// The same, with something done to its files in between.
    pub(crate) async fn restart_after(mut self, between: impl FnOnce(&mut Config)) -> Self {
        self.gateway.stop().await;
        between(&mut self.config);
        let gateway = Box::pin(Gateway::start(self.config.clone())).await;
        let gateway = gateway.expect("starts again");
        Self {
            channel: channel(&gateway),
            gateway,
            ..self
        }
    }

    /// Stops the gateway and starts another one that goes by that clock.
    pub(crate) async fn restart_by(self, clock: SharedClock) -> Self {
        self.gateway.stop().await;
        let gateway = Box::pin(Gateway::start_by(clock, self.config.clone()));
        let gateway = gateway.await.expect("starts again");
        Self {
            channel: channel(&gateway),
            gateway,
            ..self
        }
    }

    /// Ends everything in good order.
    pub(crate) async fn stop(mut self) {
        self.carriers_leave().await;
        self.gateway.stop().await;
        drop(self.folder);
    }

    /// From now on nobody listens where the carriers were.
    pub(crate) async fn carriers_leave(&mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            sandbox.stop().await;
        }
    }

    /// They listen again, and know nothing of what was before.
    pub(crate) async fn carriers_return(&mut self) {
        let settings = Settings {
            addr: self.at,
            ..Settings::default()
        };
        let sandbox = Sandbox::start(settings).await;
        self.sandbox = Some(sandbox.expect("the sandbox starts again"));
    }

    /// What the carriers know, and how they are made to fail.
    pub(crate) fn carriers(&self) -> Control {
        self.sandbox.as_ref().expect("nobody is there").control()
    }

    /// Lets the next `times` requests of `carrier` for `operation` meet `fault`.
    pub(crate) fn fail(&self, carrier: Carrier, operation: &str, fault: Fault, times: u32) {
        self.carriers().inject(FaultOrder {
            carrier,
            operation: operation.to_owned(),
            fault,
            times,
        });
    }

    /// Counts the requests of `carrier` for `operation` from now on, each of which takes `ms`.
    pub(crate) fn count(&self, carrier: Carrier, operation: &'static str, ms: u64) -> Tally {
        self.fail(carrier, operation, Fault::Slow { ms }, Tally::MAX);
        Tally {
            control: self.carriers(),
            carrier,
            operation,
        }
    }

    /// The bare way to the gateway.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub(crate) fn rates(&self) -> RateServiceClient<Keyed> {
        RateServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn shipments(&self) -> ShipmentServiceClient<Keyed> {
        ShipmentServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn tracking(&self) -> TrackingServiceClient<Keyed> {
        TrackingServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn subscriptions(&self) -> SubscriptionServiceClient<Keyed> {
        SubscriptionServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn addresses(&self) -> AddressServiceClient<Keyed> {
        AddressServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn pickups(&self) -> PickupServiceClient<Keyed> {
        PickupServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn manifests(&self) -> ManifestServiceClient<Keyed> {
        ManifestServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn shops(&self) -> ShopServiceClient<Keyed> {
        ShopServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn settlement(&self) -> SettlementServiceClient<Keyed> {
        SettlementServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn insight(&self) -> InsightServiceClient<Keyed> {
        InsightServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }

    pub(crate) fn catalogue(&self) -> CarrierServiceClient<Keyed> {
        CarrierServiceClient::with_interceptor(self.channel(), Bearer::of(&self.key))
    }
}

/// The calls that tests make most.
impl Stage {
    /// Buys.
    pub(crate) async fn buy(
        &self,
        request: impl IntoRequest<PurchaseLabelRequest>,
    ) -> Result<Shipment, Status> {
        let reply = self.shipments().purchase_label(request).await;
        reply.map(Response::into_inner)
    }

    /// Reads a shipment.
    pub(crate) async fn shipment(&self, name: &str) -> Shipment {
        let name = name.to_owned();
        let reply = self
            .shipments()
            .get_shipment(GetShipmentRequest { name })
            .await;
        reply.expect("the shipment").into_inner()
    }

    /// Every shipment.
    pub(crate) async fn all_shipments(&self) -> Vec<Shipment> {
        let all = ListShipmentsRequest::default();
        let reply = self.shipments().list_shipments(all).await;
        reply.expect("the list").into_inner().shipments
    }

    /// Waits until the shipment has reached `state`.
    pub(crate) async fn reaches(&self, name: &str, state: State) -> Shipment {
        until(state.as_str_name(), async || {
            let shipment = self.shipment(name).await;
            (shipment.state() == state).then_some(shipment)
        })
        .await
    }

    /// Asks for prices.
    pub(crate) async fn quote(
        &self,
        request: impl IntoRequest<QuoteRatesRequest>,
    ) -> Result<QuoteRatesResponse, Status> {
        let reply = self.rates().quote_rates(request).await;
        reply.map(Response::into_inner)
    }

    /// Reads a label.
    pub(crate) async fn label(&self, name: &str, format: LabelFormat) -> Result<Label, Status> {
        let request = GetLabelRequest {
            name: name.to_owned(),
            parcel_index: 0,
            format: format.into(),
        };
        let reply = self.shipments().get_label(request).await;
        reply.map(Response::into_inner)
    }

    /// Reads a tracker.
    pub(crate) async fn tracker(&self, name: &str) -> Tracker {
        let name = name.to_owned();
        let reply = self
            .tracking()
            .get_tracker(GetTrackerRequest { name })
            .await;
        reply.expect("the tracker").into_inner()
    }
}

/// How many requests of one kind a carrier has seen: a delay is ordered for very many of them, and
/// every request uses one up.
pub(crate) struct Tally {
    control: Control,
    carrier: Carrier,
    operation: &'static str,
}

impl Tally {
    const MAX: u32 = 100_000;

    pub(crate) fn seen(&self) -> u32 {
        let orders = self.control.faults();
        let own = orders
            .iter()
            .find(|order| order.carrier == self.carrier && order.operation == self.operation);
        Self::MAX - own.map_or(0, |order| order.times)
    }
}

/// A client's channel that shows a key.
pub(crate) type Keyed = InterceptedService<Channel, Bearer>;

/// Shows a key with every call.
#[derive(Clone)]
pub(crate) struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    pub(crate) fn of(key: &str) -> Self {
        Self(format!("Bearer {key}").parse().expect("a key is ASCII"))
    }

    pub(crate) fn value(&self) -> MetadataValue<Ascii> {
        self.0.clone()
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let value = self.value();
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }
}

/// A way to a gateway that is opened with the first call.
pub(crate) fn channel(gateway: &Gateway) -> Channel {
    let address = format!("http://{}", gateway.grpc());
    Endpoint::from_shared(address)
        .expect("a URL")
        .connect_lazy()
}

/// What `look` finds, as soon as it finds something.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let given_up = instant() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(instant() < given_up, "still not: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// `request` with a deadline so many milliseconds from now.
pub(crate) fn within<T>(ms: u64, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(Duration::from_millis(ms));
    request
}

/// Quotas that no test meets by accident.
fn wire() -> serde_json::Value {
    let quota = json!({ "permits": 10_000, "per_ms": 1_000 });
    json!({ "quotas": {
        "rate": quota, "ship": quota, "track": quota, "manage": quota, "token": quota,
    } })
}

fn configuration(folder: &Path) -> Config {
    let mut config = Config::load(None).expect("the defaults");
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.grpc.listen = any_port;
    config.http.listen = any_port;
    config.store.path = folder.join("parcelgate.db");
    config.purchase.settle_ms = 40;
    config.purchase.first_check_ms = 0;
    config.tracking.tick_ms = 40;
    (config.tracking.collect_ms, config.tracking.refresh_ms) = (0, 0);
    config.risk.tick_ms = 40;
    "USD".clone_into(&mut config.exchange.base);
    let units = [("CNY", "7.10"), ("EUR", "0.92")];
    config.exchange.units = units
        .map(|(code, units)| (code.to_owned(), units.to_owned()))
        .into();
    config
}
