//! The server: its settings pinned, its services listed.

use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::SharedClock;
use parcelgate_proto::v1::address_service_server::{self, AddressServiceServer};
use parcelgate_proto::v1::carrier_service_server::{self, CarrierServiceServer};
use parcelgate_proto::v1::insight_service_server::{self, InsightServiceServer};
use parcelgate_proto::v1::manifest_service_server::{self, ManifestServiceServer};
use parcelgate_proto::v1::pickup_service_server::{self, PickupServiceServer};
use parcelgate_proto::v1::rate_service_server;
use parcelgate_proto::v1::settlement_service_server::{self, SettlementServiceServer};
use parcelgate_proto::v1::shipment_service_server::{self, ShipmentServiceServer};
use parcelgate_proto::v1::shop_service_server::{self, ShopServiceServer};
use parcelgate_proto::v1::subscription_service_server::{self, SubscriptionServiceServer};
use parcelgate_proto::v1::tracking_service_server::{self, TrackingServiceServer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_reflection::server::Error as ReflectionError;
use tower::util::MapResponseLayer;

use super::addresses::AddressApi;
use super::carriers::CarrierApi;
use super::door::Door;
use super::insight::InsightApi;
use super::manifests::ManifestApi;
use super::pickups::PickupApi;
use super::quoting::RateServer;
use super::rates::RateApi;
use super::settlement::SettlementApi;
use super::shipments::ShipmentApi;
use super::shops::ShopApi;
use super::status::with_reason;
use super::subscriptions::SubscriptionApi;
use super::tracking::TrackingApi;
use crate::config::GrpcConfig;
use crate::service::addresses::AddressChecks;
use crate::service::catalogue::Catalogues;
use crate::service::confirm::Confirmations;
use crate::service::errands::Errands;
use crate::service::keys::Keys;
use crate::service::papers::Papers;
use crate::service::purchase::Purchases;
use crate::service::rates::{Exchange, Rates};
use crate::service::replace::Replacements;
use crate::service::review::Reviews;
use crate::service::risk::Risks;
use crate::service::shipments::Shipments;
use crate::service::subscriptions::Subscriptions;
use crate::service::track::Tracks;
use crate::service::void::Voids;
use crate::service::watch::Watches;

/// The use cases that are served.
#[derive(Debug, Clone)]
pub struct Services {
    /// Who may call.
    pub keys: Arc<Keys>,
    /// Prices.
    pub rates: Arc<Rates>,
    /// Labels bought.
    pub purchases: Purchases,
    /// Shipments read.
    pub shipments: Arc<Shipments>,
    /// What is at risk.
    pub risks: Arc<Risks>,
    /// Labels voided.
    pub voids: Voids,
    /// Shipments replaced.
    pub replacements: Replacements,
    /// Purchases that wait for a person.
    pub reviews: Arc<Reviews>,
    /// Parcels followed.
    pub tracks: Tracks,
    /// Events watched.
    pub watches: Arc<Watches>,
    /// Orders confirmed in their shops.
    pub confirmations: Arc<Confirmations>,
    /// Webhooks.
    pub subscriptions: Arc<Subscriptions>,
    /// Addresses.
    pub checks: Arc<AddressChecks>,
    /// Carriers.
    pub catalogues: Arc<Catalogues>,
    /// Pickups and manifests.
    pub errands: Errands,
    /// Duties, papers for customs, proofs of delivery.
    pub papers: Papers,
    /// Exchange rates.
    pub exchange: Exchange,
    /// The time of day.
    pub clock: SharedClock,
}

/// What health is told of: the server as a whole, and each service.
const SERVED: [&str; 12] = [
    "",
    rate_service_server::SERVICE_NAME,
    shipment_service_server::SERVICE_NAME,
    shop_service_server::SERVICE_NAME,
    tracking_service_server::SERVICE_NAME,
    subscription_service_server::SERVICE_NAME,
    address_service_server::SERVICE_NAME,
    carrier_service_server::SERVICE_NAME,
    pickup_service_server::SERVICE_NAME,
    manifest_service_server::SERVICE_NAME,
    settlement_service_server::SERVICE_NAME,
    insight_service_server::SERVICE_NAME,
];

/// Serves on `listener` until `closing`, then finishes the calls in progress.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    services: Services,
    config: &GrpcConfig,
    closing: CancellationToken,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (reporter, health) = tonic_health::server::health_reporter();
    for name in SERVED {
        reporter
            .set_service_status(name, ServingStatus::Serving)
            .await;
    }
    let routes = routes(services, config, &closing)?.add_service(health);
    let until_closed = {
        async move {
            closing.cancelled().await;
            for name in SERVED {
                reporter
                    .set_service_status(name, ServingStatus::NotServing)
                    .await;
            }
        }
    };
    builder(config)
        .layer(MapResponseLayer::new(with_reason::<Body>))
        .add_routes(routes)
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            until_closed,
        )
        .await?;
    Ok(())
}

/// Every bound that tonic leaves open by default is set here (tonic 0.14.9: no stream limit, no
/// limit on local resets, no keepalive, no timeout).
fn builder(config: &GrpcConfig) -> Server {
    Server::builder()
        .max_concurrent_streams(config.streams_max)
        .http2_max_local_error_reset_streams(Some(1_024))
        .http2_max_pending_accept_reset_streams(Some(20))
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(10)))
        .max_connection_age(Duration::from_secs(30 * 60))
        .max_connection_age_grace(Duration::from_secs(60))
}

/// Every service with its bounds, and the descriptors of all of them for reflection.
fn routes(
    services: Services,
    config: &GrpcConfig,
    closing: &CancellationToken,
) -> Result<Routes, ReflectionError> {
    let longest = Duration::from_millis(config.call_ms_max);
    let door = Door::new(Arc::clone(&services.keys), longest);
    let bounds = (config.request_bytes_max, config.reply_bytes_max);
    // Clients differ in which edition of reflection they speak: grpcurl 1.8 and Python's database
    // know v1alpha only.
    let routes = Routes::new(reflection().build_v1()?).add_service(reflection().build_v1alpha()?);
    let rates = RateApi {
        door: door.clone(),
        rates: Arc::clone(&services.rates),
        papers: services.papers.clone(),
        clock: Arc::clone(&services.clock),
    };
    let routes = routes.add_service(RateServer::new(rates, bounds.0, bounds.1));
    let bounds_of_papers = (config.paper_bytes_max, bounds.1);
    let routes = selling(routes, &services, &door, bounds_of_papers, closing);
    let routes = deciding(routes, &services, &door, bounds);
    let routes = handing_over(routes, &services, &door, bounds);
    Ok(following(routes, services, door, bounds))
}

/// Labels.
fn selling(
    routes: Routes,
    services: &Services,
    door: &Door,
    (asked, replied): (usize, usize),
    closing: &CancellationToken,
) -> Routes {
    let shipments = ShipmentServiceServer::new(ShipmentApi {
        door: door.clone(),
        purchases: services.purchases.clone(),
        shipments: Arc::clone(&services.shipments),
        voids: services.voids.clone(),
        replacements: services.replacements.clone(),
        papers: services.papers.clone(),
        clock: Arc::clone(&services.clock),
        closing: closing.clone(),
    });
    routes.add_service(
        shipments
            .max_decoding_message_size(asked)
            .max_encoding_message_size(replied),
    )
}

/// What only a person can decide, what a person is to look at, and what shops are told.
fn deciding(
    routes: Routes,
    services: &Services,
    door: &Door,
    (asked, replied): (usize, usize),
) -> Routes {
    let settlement = SettlementServiceServer::new(SettlementApi {
        door: door.clone(),
        reviews: Arc::clone(&services.reviews),
        shipments: Arc::clone(&services.shipments),
    });
    let shops = ShopServiceServer::new(ShopApi {
        door: door.clone(),
        confirmations: Arc::clone(&services.confirmations),
    });
    let insight = InsightServiceServer::new(InsightApi {
        door: door.clone(),
        risks: Arc::clone(&services.risks),
        shipments: Arc::clone(&services.shipments),
        tracks: services.tracks.clone(),
    });
    routes
        .add_service(
            settlement
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
        .add_service(
            shops
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
        .add_service(
            insight
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
}

/// What is asked of carriers around a shipment.
fn handing_over(
    routes: Routes,
    services: &Services,
    door: &Door,
    (asked, replied): (usize, usize),
) -> Routes {
    let addresses = AddressServiceServer::new(AddressApi {
        door: door.clone(),
        checks: Arc::clone(&services.checks),
    });
    let pickups = PickupServiceServer::new(PickupApi {
        door: door.clone(),
        errands: services.errands.clone(),
    });
    let manifests = ManifestServiceServer::new(ManifestApi {
        door: door.clone(),
        errands: services.errands.clone(),
    });
    routes
        .add_service(
            addresses
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
        .add_service(
            pickups
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
        .add_service(
            manifests
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
}

/// Parcels, who hears of them, and how the carriers are.
fn following(
    routes: Routes,
    services: Services,
    door: Door,
    (asked, replied): (usize, usize),
) -> Routes {
    let tracking = TrackingServiceServer::new(TrackingApi {
        door: door.clone(),
        tracks: services.tracks,
        watches: services.watches,
        papers: services.papers,
    });
    let subscriptions = SubscriptionServiceServer::new(SubscriptionApi {
        door: door.clone(),
        subscriptions: services.subscriptions,
        clock: Arc::clone(&services.clock),
    });
    let carriers = CarrierServiceServer::new(CarrierApi {
        door,
        catalogues: services.catalogues,
        clock: services.clock,
    });
    routes
        .add_service(
            tracking
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
        .add_service(
            subscriptions
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
        .add_service(
            carriers
                .max_decoding_message_size(asked)
                .max_encoding_message_size(replied),
        )
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(parcelgate_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // Or clients show the details of errors as Base64.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
