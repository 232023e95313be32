//! Starting, serving and stopping.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::calls::ShipCalls;
use crate::control::Control;
use crate::dhl::{self, Dhl};
use crate::faults::Faults;
use crate::fedex::{self, Fedex};
use crate::fourpx::Fourpx;
use crate::routes;
use crate::settings::{Carrier, Settings};
use crate::shops::{Shop, Shops};
use crate::ups::{Ups, push};
use crate::usps::{self, Usps};
use crate::wire::{Cuttable, Wire};
use crate::yanwen::Yanwen;

/// How long a stop waits for answers that are under way.
const GRACE: Duration = Duration::from_secs(5);

/// Why a sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is taken or not ours.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The client for pushes cannot be built.
    #[error("cannot make a client for pushes: {0}")]
    Client(#[from] reqwest::Error),
    /// A setting makes no sense.
    #[error("{0}")]
    Setting(&'static str),
}

/// Everything that lives in one sandbox.
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) faults: Faults,
    pub(crate) ship_calls: ShipCalls,
    pub(crate) closing: CancellationToken,
    pub(crate) ups: Ups,
    pub(crate) fedex: Fedex,
    pub(crate) usps: Usps,
    pub(crate) dhl: Dhl,
    pub(crate) yanwen: Yanwen,
    pub(crate) fourpx: Fourpx,
    pub(crate) shops: Shops,
}

/// The server of the carriers' protocols.
#[derive(Debug, Clone, Copy)]
pub struct Sandbox;

impl Sandbox {
    /// Listens, and serves until [`Running::stop`] or until [`Running`] is dropped.
    ///
    /// # Errors
    /// When the address cannot be listened on, or a setting makes no sense.
    pub async fn start(settings: Settings) -> Result<Running, Error> {
        let shipper = settings.ups.shipper_number.as_bytes();
        let capital = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if shipper.len() != 6 || !shipper.iter().all(capital) {
            return Err(Error::Setting(
                "a UPS shipper number has six capitals or digits",
            ));
        }
        let listen = |source| Error::Listen {
            addr: settings.addr,
            source,
        };
        let listener = TcpListener::bind(settings.addr).await.map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .build()?;
        let closing = CancellationToken::new();
        let faults = Faults::default();
        settings
            .faults
            .iter()
            .cloned()
            .for_each(|order| faults.order(order));
        let world = Arc::new(World {
            ups: Ups::new(&settings),
            fedex: Fedex::new(&settings),
            usps: Usps::new(&settings),
            dhl: Dhl::new(&settings),
            yanwen: Yanwen::new(&settings),
            fourpx: Fourpx::new(&settings),
            shops: Shops::new(&settings),
            faults,
            ship_calls: ShipCalls::keeping(settings.ship_calls_max, settings.body_bytes_max),
            closing: closing.clone(),
            settings,
        });
        let service = routes::all(Arc::clone(&world)).into_make_service_with_connect_info::<Wire>();
        let listener = Cuttable {
            listener,
            world: Arc::clone(&world),
        };
        let serving = axum::serve(listener, service)
            .with_graceful_shutdown(closing.clone().cancelled_owned());
        let fedex_pushing = tokio::spawn(fedex::push(Arc::clone(&world), client.clone()));
        let dhl_pushing = tokio::spawn(dhl::push(Arc::clone(&world), client.clone()));
        let pushing = tokio::spawn(push(Arc::clone(&world), client.clone()));
        let telling = tokio::spawn(usps::push(Arc::clone(&world), client));
        let serving = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the sandbox stopped serving");
            }
        });
        Ok(Running {
            addr,
            world,
            closing,
            tasks: vec![serving, pushing, fedex_pushing, dhl_pushing, telling],
        })
    }
}

/// A sandbox that serves. Dropping it ends it at once; [`stop`](Self::stop) lets answers finish.
pub struct Running {
    addr: SocketAddr,
    world: Arc<World>,
    closing: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base address of `carrier`, without a slash at the end: `http://127.0.0.1:PORT/ups`.
    #[must_use]
    pub fn base_url(&self, carrier: Carrier) -> String {
        format!("http://{}/{}", self.addr, carrier.name())
    }

    /// The base address of `shop`, without a slash at the end: `http://127.0.0.1:PORT/amazon`.
    #[must_use]
    pub fn shop_url(&self, shop: Shop) -> String {
        format!("http://{}/{}", self.addr, shop.name())
    }

    /// The base address of Yanwen's tracking host, which is another one than that of its orders.
    #[must_use]
    pub fn yanwen_tracking_url(&self) -> String {
        format!("http://{}/yanwen-track", self.addr)
    }

    /// The base address of FedEx's documents, which have a host of their own.
    #[must_use]
    pub fn fedex_documents_url(&self) -> String {
        format!("http://{}/fedex/documents", self.addr)
    }

    /// What can be asked and ordered beside the carriers' protocols.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::over(Arc::clone(&self.world))
    }

    /// Refuses new connections and waits, a few seconds at most, for the answers under way.
    pub async fn stop(mut self) {
        self.closing.cancel();
        for mut task in std::mem::take(&mut self.tasks) {
            if tokio::time::timeout(GRACE, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.closing.cancel();
        for task in &self.tasks {
            task.abort();
        }
    }
}
