//! A gateway as a process of its own, with a clock of its own, and the Redis that all share.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use parcelgate::app::Gateway;
use parcelgate::config::Config;
use parcelgate_clock::{Clock, System, sleep};
use parcelgate_proto::v1::tracking_service_client::TrackingServiceClient;
use serde_json::Value;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// The word by which this program is a gateway.
pub(crate) const ROLE: &str = "replica";

/// The machine's clock, and so much more.
#[derive(Debug)]
struct Skewed(SignedDuration);

#[async_trait]
impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        System.now() + self.0
    }

    async fn sleep_until(&self, at: Timestamp) {
        System.sleep_until(at - self.0).await;
    }
}

/// Reads what it is to be from stdin, tells its address and a key, serves until it is killed.
pub(crate) async fn serve() {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    let part = |name: &str| told.get(name).cloned().unwrap();
    let mut config = Config::load(None).unwrap();
    config.accounts = serde_json::from_value(part("accounts")).unwrap();
    config.store = serde_json::from_value(part("store")).unwrap();
    config.quota.redis_url = part("redis").as_str().unwrap().into();
    config.quota.replicas_max = serde_json::from_value(part("replicas")).unwrap();
    config.grpc.listen = "127.0.0.1:0".parse().unwrap();
    config.http.listen = "127.0.0.1:0".parse().unwrap();
    config.tracking.before_scan_ms = part("wanted_ms").as_u64().unwrap();
    config.tracking.tick_ms = 50;
    let skew = SignedDuration::from_secs(part("skew_s").as_i64().unwrap());
    let gateway = Gateway::start_by(Arc::new(Skewed(skew)), config).await;
    let gateway = gateway.unwrap();
    let key = gateway.create_key("test", &["tracking"]).await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "{} {key}", gateway.grpc()).unwrap();
    // It ends with whoever started it.
    let over = || std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    tokio::task::spawn_blocking(over).await.unwrap().unwrap();
}

/// Shows a key with every call.
pub(crate) struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let key = self.0.clone();
        request.metadata_mut().insert("authorization", key);
        Ok(request)
    }
}

/// A gateway that runs until it is killed, or its owner is gone.
pub(crate) struct Replica {
    child: Child,
    _stdin: ChildStdin,
    key: MetadataValue<Ascii>,
    channel: Channel,
}

impl Replica {
    pub(crate) async fn start(told: &Value) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg(ROLE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{told}").unwrap();
        let stdout = child.stdout.take().unwrap();
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = line.await.unwrap().unwrap();
        let (at, key) = line.trim().split_once(' ').unwrap();
        let endpoint = Endpoint::from_shared(format!("http://{at}")).unwrap();
        Self {
            channel: endpoint.connect_lazy(),
            key: format!("Bearer {key}").parse().unwrap(),
            child,
            _stdin: stdin,
        }
    }

    pub(crate) fn tracking(&self) -> TrackingServiceClient<InterceptedService<Channel, Bearer>> {
        let bearer = Bearer(self.key.clone());
        TrackingServiceClient::with_interceptor(self.channel.clone(), bearer)
    }

    /// As a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _gone = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Where the program is.
pub(crate) fn redis_program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path);
    places.find_map(|place| Some(place.join("redis-server")).filter(|file| file.is_file()))
}

/// A Redis of one's own, which keeps nothing and goes with its owner.
pub(crate) struct Redis {
    port: u16,
    child: Child,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = Command::new(redis_program().unwrap())
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut redis = Self {
            port,
            child: child.unwrap(),
        };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert_eq!(
                redis.child.try_wait().unwrap(),
                None,
                "redis-server has ended"
            );
            sleep(Duration::from_millis(20)).await;
        }
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _gone = self.child.kill().and_then(|()| self.child.wait());
    }
}
