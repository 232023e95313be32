//! An internet whose names change their minds, and who listens in it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use parcelgate_clock::{instant, sleep};
use parcelgate_wire::{Internet, Public, Reach};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Plays the public internet.
pub(crate) const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const CANARY: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PORT: u16 = 8443;

/// How long another run of this test may have the port.
const PORT_WAIT: Duration = Duration::from_secs(60);

/// The internet.
#[derive(Debug, Default)]
pub(crate) struct Played {
    asked: AtomicUsize,
    flips: AtomicUsize,
}

impl Played {
    /// How many look-ups there were.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Internet for Played {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let v6 = |text: &str| IpAddr::V6(text.parse().unwrap());
        Ok(match host {
            "shop.example" => vec![OUTSIDE],
            "flips.example" if self.flips.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) => {
                vec![OUTSIDE]
            }
            "flips.example" | "inside.example" => vec![CANARY],
            "inside-v6.example" => vec![Ipv6Addr::LOCALHOST.into()],
            "mapped.example" => vec![v6("::ffff:127.0.0.1")],
            "nat64.example" => vec![v6("64:ff9b::7f00:1")],
            "six-to-four.example" => vec![v6("2002:7f00:1::")],
            "unspecified.example" => vec![Ipv4Addr::UNSPECIFIED.into()],
            "carrier-grade.example" => vec![Ipv4Addr::new(100, 64, 0, 1).into()],
            "metadata.example" => vec![Ipv4Addr::new(169, 254, 169, 254).into()],
            "one-foot-inside.example" => vec![OUTSIDE, CANARY],
            other => panic!("nobody asks for {other}"),
        })
    }

    fn reach(&self, address: IpAddr) -> Reach {
        if address == OUTSIDE {
            Reach::Public
        } else {
            Public.reach(address)
        }
    }
}

/// Who listens.
pub(crate) struct Servers {
    canary: Arc<AtomicUsize>,
    outside: Arc<AtomicUsize>,
}

impl Servers {
    pub(crate) async fn start() -> Self {
        let (canary, outside) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        listen(CANARY, Arc::clone(&canary)).await;
        if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok() {
            listen(Ipv6Addr::LOCALHOST.into(), Arc::clone(&canary)).await;
        }
        listen(OUTSIDE, Arc::clone(&outside)).await;
        Self { canary, outside }
    }

    /// How many came inside.
    pub(crate) fn canary(&self) -> usize {
        self.canary.load(Ordering::SeqCst)
    }

    /// How many came where they may.
    pub(crate) fn outside(&self) -> usize {
        self.outside.load(Ordering::SeqCst)
    }
}

async fn bind(address: SocketAddr) -> TcpListener {
    let given_up = instant() + PORT_WAIT;
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(error) if error.kind() != io::ErrorKind::AddrInUse || instant() > given_up => {
                panic!("nothing can listen at {address}: {error}")
            }
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Counts who comes, as soon as they come, and answers by what they ask for.
async fn listen(address: IpAddr, count: Arc<AtomicUsize>) {
    let listener = bind(SocketAddr::new(address, PORT)).await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer(stream));
        }
    });
}

/// One request and one answer; the next one must connect anew.
async fn answer(mut stream: TcpStream) {
    let mut request = vec![0; 8_192];
    let read = stream.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..read]).into_owned();
    let away = format!("307 Over there\r\nlocation: http://{CANARY}:{PORT}/");
    let status = match request.split(' ').nth(1) {
        Some("/busy") => "503 Busy",
        Some("/away") => away.as_str(),
        _ => "200 OK",
    };
    let end = "content-length: 0\r\nconnection: close\r\n\r\n";
    let answer = format!("HTTP/1.1 {status}\r\n{end}");
    let _gone = stream.write_all(answer.as_bytes()).await;
}
