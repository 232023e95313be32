//! Callers who buy, each one label after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use parcelgate_clock::{Clock as _, System, instant};
use parcelgate_proto::google::r#type::Date;
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{
    Address, Dimensions, LabelFormat, Parcel, PurchaseLabelRequest, ServiceSelection, ShipmentSpec,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use crate::cpu;
use crate::place::Place;
use crate::serve::ACCOUNT;
use crate::server::Server;

/// Connections, over which callers are spread.
const CONNECTIONS: usize = 4;

/// A gateway that is bought from, and its carrier.
pub(crate) struct Shop {
    gateway: Server,
    carrier: Server,
    channels: Vec<Channel>,
    key: MetadataValue<Ascii>,
}

/// What so many purchases by so many callers came to.
pub(crate) struct Run {
    pub(crate) purchases: u32,
    pub(crate) took: Duration,
    pub(crate) commits: u64,
    /// Each one's own time, the shortest first.
    each: Vec<Duration>,
    pub(crate) gateway_cpu: Duration,
    pub(crate) carrier_cpu: Duration,
}

impl Run {
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(self.purchases) / self.took.as_secs_f64()
    }

    pub(crate) fn commits_each(&self) -> f64 {
        let commits = u32::try_from(self.commits).map_or(f64::MAX, f64::from);
        commits / f64::from(self.purchases)
    }

    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let index = (self.each.len() * percent / 100).min(self.each.len().saturating_sub(1));
        self.each.get(index).copied().unwrap_or_default()
    }
}

impl Shop {
    pub(crate) async fn open(place: &Place) -> anyhow::Result<Self> {
        let carrier = Server::start("carrier", "")?;
        let accounts: Value = serde_json::from_str(carrier.address()?)?;
        let input = json!({ "accounts": accounts, "store": place.setting() });
        let gateway = Server::start("gateway", &input.to_string())?;
        let endpoint = Endpoint::from_shared(format!("http://{}", gateway.address()?))?;
        let endpoint = endpoint.tcp_nodelay(true);
        let mut channels = Vec::new();
        for _ in 0..CONNECTIONS {
            channels.push(endpoint.connect().await?);
        }
        Ok(Self {
            key: format!("Bearer {}", gateway.told(2)?).parse()?,
            channels,
            gateway,
            carrier,
        })
    }

    /// `purchases` labels bought by `callers` at once.
    pub(crate) async fn run(&self, callers: usize, purchases: u32) -> anyhow::Result<Run> {
        let left = Arc::new(AtomicU32::new(purchases));
        let commits = self.commits().await?;
        let used = (
            cpu::used(self.gateway.pid())?,
            cpu::used(self.carrier.pid())?,
        );
        let began = instant();
        let callers = self.channels.iter().cycle().take(callers).map(|channel| {
            let client = ShipmentServiceClient::new(channel.clone());
            tokio::spawn(buy(client, self.key.clone(), Arc::clone(&left)))
        });
        let mut each = Vec::new();
        for caller in callers.collect::<Vec<_>>() {
            each.extend(caller.await??);
        }
        let took = instant() - began;
        each.sort_unstable();
        Ok(Run {
            purchases,
            took,
            commits: self.commits().await?.saturating_sub(commits),
            each,
            gateway_cpu: cpu::used(self.gateway.pid())?.saturating_sub(used.0),
            carrier_cpu: cpu::used(self.carrier.pid())?.saturating_sub(used.1),
        })
    }

    /// How many commits the gateway has made, by its own measurements.
    async fn commits(&self) -> anyhow::Result<u64> {
        let mut stream = TcpStream::connect(self.gateway.told(1)?).await?;
        let ask = "GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
        stream.write_all(ask.as_bytes()).await?;
        let mut page = String::new();
        stream.read_to_string(&mut page).await?;
        let mut lines = page.lines();
        let count = lines.find_map(|line| line.strip_prefix("store_commit_seconds_count "));
        let count = count.context("no store_commit_seconds among the measurements")?;
        Ok(count.trim().parse()?)
    }
}

/// Buys as long as there is something left to buy.
async fn buy(
    mut client: ShipmentServiceClient<Channel>,
    key: MetadataValue<Ascii>,
    left: Arc<AtomicU32>,
) -> anyhow::Result<Vec<Duration>> {
    let mut each = Vec::new();
    let take = |left: u32| left.checked_sub(1);
    while left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
        .is_ok()
    {
        let mut request = Request::new(wanted());
        request.metadata_mut().insert("authorization", key.clone());
        let began = instant();
        let shipment = client.purchase_label(request).await?.into_inner();
        each.push(instant() - began);
        let state = shipment.state();
        anyhow::ensure!(state == State::Purchased, "one ended as {state:?}");
    }
    Ok(each)
}

/// Not yet over in any time zone.
fn tomorrow() -> Date {
    let at = System.now() + SignedDuration::from_hours(24);
    let date = at.to_zoned(TimeZone::UTC).date();
    Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

/// A parcel from Ohio to Texas, of an order of its own.
fn wanted() -> PurchaseLabelRequest {
    let from = Address {
        name: "Ada Lovelace".into(),
        lines: vec!["1 Main Street".into()],
        city: "Columbus".into(),
        region: "OH".into(),
        postal_code: "43215".into(),
        country: "US".into(),
        phone: "6145550123".into(),
        ..Address::default()
    };
    let to = Address {
        name: "Grace Hopper".into(),
        lines: vec!["500 Elm Street".into()],
        city: "Dallas".into(),
        region: "TX".into(),
        postal_code: "75201".into(),
        phone: "2145550123".into(),
        ..from.clone()
    };
    let parcel = Parcel {
        weight_grams: 500,
        size: Some(Dimensions {
            length_mm: 200,
            width_mm: 150,
            height_mm: 100,
        }),
    };
    let request_id = uuid::Uuid::new_v4().to_string();
    let mut request = PurchaseLabelRequest {
        shipment: Some(ShipmentSpec {
            ship_from: Some(from),
            ship_to: Some(to),
            parcels: vec![parcel],
            ship_date: Some(tomorrow()),
            order_number: request_id.get(..18).unwrap_or_default().to_owned(),
            ..ShipmentSpec::default()
        }),
        selection: Some(Selection::Service(ServiceSelection {
            account: ACCOUNT.to_owned(),
            service: "03".to_owned(),
        })),
        request_id,
        ..PurchaseLabelRequest::default()
    };
    request.set_label_format(LabelFormat::Zpl);
    request
}
