//! The way to a gateway: its address, the key, how long an answer may take.

use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use parcelgate_proto::v1::carrier_service_client::CarrierServiceClient;
use parcelgate_proto::v1::insight_service_client::InsightServiceClient;
use parcelgate_proto::v1::rate_service_client::RateServiceClient;
use parcelgate_proto::v1::settlement_service_client::SettlementServiceClient;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::shop_service_client::ShopServiceClient;
use parcelgate_proto::v1::subscription_service_client::SubscriptionServiceClient;
use parcelgate_proto::v1::tracking_service_client::TrackingServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::parse;

/// The largest reply that is read: a label with room to spare.
const REPLY_BYTES_MAX: usize = 16 << 20;
/// The longest that connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(3);

/// Which gateway to call, and as whom.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Gateway")]
pub(crate) struct ServerArgs {
    /// Where the gateway answers.
    #[arg(
        long,
        env = "PARCELGATE_SERVER",
        default_value = "http://127.0.0.1:50051",
        value_name = "URL"
    )]
    pub(crate) server: String,
    /// The API key; `parcelgate keys create` makes one.
    #[arg(
        long,
        env = "PARCELGATE_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub(crate) key: Option<Key>,
    /// How long an answer may take, such as 800ms or 20s; the gateway replies in time.
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = parse::duration)]
    pub(crate) timeout: Duration,
}

/// An API key; it cannot be printed.
#[derive(Clone)]
pub(crate) struct Key(String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::str::FromStr for Key {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// Puts the key on every request.
#[derive(Debug, Clone)]
pub(crate) struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", value.clone());
        }
        Ok(request)
    }
}

/// A connection that carries the key.
pub(crate) type Door = InterceptedService<Channel, Bearer>;

/// A gateway that can be called.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    door: Door,
    timeout: Duration,
}

impl Gate {
    /// Connects.
    ///
    /// # Errors
    /// When the address or the key is none, or nobody answers there.
    pub(crate) async fn open(args: &ServerArgs) -> anyhow::Result<Self> {
        let endpoint = Endpoint::from_shared(args.server.clone())
            .with_context(|| {
                format!(
                    "--server {:?} is no address such as http://127.0.0.1:50051",
                    args.server
                )
            })?
            .connect_timeout(CONNECT_MAX)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .tcp_nodelay(true);
        let channel = endpoint.connect().await.map_err(|source| Unreachable {
            server: args.server.clone(),
            source,
        })?;
        let bearer = args.key.as_ref().map(bearer).transpose()?;
        Ok(Self {
            door: InterceptedService::new(channel, Bearer(bearer)),
            timeout: args.timeout,
        })
    }

    /// A request with the deadline on it.
    pub(crate) fn ask<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(self.timeout);
        request
    }

    /// Prices.
    #[must_use]
    pub(crate) fn rates(&self) -> RateServiceClient<Door> {
        RateServiceClient::new(self.door.clone())
    }

    /// Labels.
    #[must_use]
    pub(crate) fn shipments(&self) -> ShipmentServiceClient<Door> {
        ShipmentServiceClient::new(self.door.clone()).max_decoding_message_size(REPLY_BYTES_MAX)
    }

    /// Purchases that wait for a person.
    #[must_use]
    pub(crate) fn settlement(&self) -> SettlementServiceClient<Door> {
        SettlementServiceClient::new(self.door.clone()).max_decoding_message_size(REPLY_BYTES_MAX)
    }

    /// Orders of shops.
    #[must_use]
    pub(crate) fn shops(&self) -> ShopServiceClient<Door> {
        ShopServiceClient::new(self.door.clone()).max_decoding_message_size(REPLY_BYTES_MAX)
    }

    /// What becomes of orders.
    #[must_use]
    pub(crate) fn insight(&self) -> InsightServiceClient<Door> {
        InsightServiceClient::new(self.door.clone()).max_decoding_message_size(REPLY_BYTES_MAX)
    }

    /// Parcels.
    #[must_use]
    pub(crate) fn tracking(&self) -> TrackingServiceClient<Door> {
        TrackingServiceClient::new(self.door.clone()).max_decoding_message_size(REPLY_BYTES_MAX)
    }

    /// Carriers and accounts.
    #[must_use]
    pub(crate) fn carriers(&self) -> CarrierServiceClient<Door> {
        CarrierServiceClient::new(self.door.clone())
    }

    /// Webhooks.
    #[must_use]
    pub(crate) fn subscriptions(&self) -> SubscriptionServiceClient<Door> {
        SubscriptionServiceClient::new(self.door.clone())
    }
}

/// Nobody answers.
#[derive(Debug, thiserror::Error)]
#[error("no gateway answers at {server}")]
pub(crate) struct Unreachable {
    /// Where.
    pub(crate) server: String,
    source: tonic::transport::Error,
}

fn bearer(key: &Key) -> anyhow::Result<MetadataValue<Ascii>> {
    let mut value: MetadataValue<Ascii> = format!("Bearer {}", key.0)
        .parse()
        .map_err(|_| anyhow::anyhow!("the key may hold visible ASCII characters only"))?;
    value.set_sensitive(true);
    Ok(value)
}
