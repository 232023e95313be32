//! Addresses that are no webhook's, hosts that change their minds, answers that do not end.

use std::net::Ipv4Addr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const STRICT: WebhookRules = WebhookRules {
    allow_http: false,
    allow_private: false,
};
const HTTP_TOO: WebhookRules = WebhookRules {
    allow_http: true,
    allow_private: false,
};
const AT_HOME: WebhookRules = WebhookRules {
    allow_http: true,
    allow_private: true,
};

use WebhookRefusal::{Credentials, NotPublic, Port, Scheme, TooLong, Unreadable};

/// Not even where plain http is allowed.
const HOSTILE: &[(&str, WebhookRefusal)] = &[
    // Other ways to write 127.0.0.1.
    ("https://127.0.0.1/", NotPublic),
    ("https://127.1/", NotPublic),
    ("https://127.0.1/", NotPublic),
    ("https://2130706433/", NotPublic),
    ("https://0x7f000001/", NotPublic),
    ("https://0x7f.0.0.1/", NotPublic),
    ("https://017700000001/", NotPublic),
    ("https://0177.0.0.1/", NotPublic),
    ("https://127.0.0.1./", NotPublic),
    ("https://①②⑦.⓪.⓪.①/", NotPublic),
    ("https://127%2e0%2e0%2e1/", NotPublic),
    ("https://127。0。0。1/", NotPublic),
    ("https://127.255.255.254/", NotPublic),
    // Networks of one's own.
    ("https://0.0.0.0/", NotPublic),
    ("https://0/", NotPublic),
    ("https://10.0.0.1/", NotPublic),
    ("https://100.64.0.1/", NotPublic),
    ("https://172.16.0.1/", NotPublic),
    ("https://172.31.255.255/", NotPublic),
    ("https://192.168.1.1/", NotPublic),
    // Metadata of clouds.
    ("https://169.254.169.254/latest/meta-data/", NotPublic),
    ("https://0xa9fea9fe/", NotPublic),
    ("https://2852039166/", NotPublic),
    ("https://100.100.100.200/", NotPublic),
    ("https://168.63.129.16/", NotPublic),
    ("https://192.0.0.192/", NotPublic),
    ("https://[fd00:ec2::254]/", NotPublic),
    ("https://metadata.google.internal/", NotPublic),
    ("https://METADATA.google.INTERNAL./", NotPublic),
    ("https://metadata/", NotPublic),
    ("https://metadata.goog/", NotPublic),
    ("https://instance-data/", NotPublic),
    // Nobody's.
    ("https://192.0.2.1/", NotPublic),
    ("https://192.88.99.1/", NotPublic),
    ("https://198.18.0.1/", NotPublic),
    ("https://198.19.255.255/", NotPublic),
    ("https://198.51.100.1/", NotPublic),
    ("https://203.0.113.1/", NotPublic),
    ("https://224.0.0.1/", NotPublic),
    ("https://240.0.0.1/", NotPublic),
    ("https://255.255.255.255/", NotPublic),
    // IPv6, with IPv4 in it or not.
    ("https://[::]/", NotPublic),
    ("https://[::1]/", NotPublic),
    ("https://[0:0:0:0:0:0:0:1]/", NotPublic),
    ("https://[::ffff:127.0.0.1]/", NotPublic),
    ("https://[::ffff:7f00:1]/", NotPublic),
    ("https://[::ffff:8.8.8.8]/", NotPublic),
    ("https://[::127.0.0.1]/", NotPublic),
    ("https://[64:ff9b::7f00:1]/", NotPublic),
    ("https://[64:ff9b:1::a00:1]/", NotPublic),
    ("https://[2002:7f00:1::]/", NotPublic),
    ("https://[2001::1]/", NotPublic),
    ("https://[2001:db8::1]/", NotPublic),
    ("https://[3fff::1]/", NotPublic),
    ("https://[100::1]/", NotPublic),
    ("https://[fc00::1]/", NotPublic),
    ("https://[fdff::1]/", NotPublic),
    ("https://[fe80::1]/", NotPublic),
    ("https://[fec0::1]/", NotPublic),
    ("https://[ff02::1]/", NotPublic),
    ("https://[::1%25lo]/", Unreadable),
    // Names of one's own.
    ("https://localhost/", NotPublic),
    ("https://LOCALHOST./", NotPublic),
    ("https://deep.localhost/", NotPublic),
    ("https://localhost.localdomain/", NotPublic),
    ("https://printer.local/", NotPublic),
    ("https://vault.service.internal/", NotPublic),
    ("https://kubernetes.default.svc/", NotPublic),
    ("https://router.home.arpa/", NotPublic),
    ("https://intranet/", NotPublic),
    // User and password.
    ("https://user@shop.example/", Credentials),
    ("https://user:password@shop.example/", Credentials),
    ("https://:password@shop.example/", Credentials),
    ("https://shop.example:443@127.0.0.1/", Credentials),
    ("https:\\\\shop.example@127.0.0.1/", Credentials),
    // Ports.
    ("https://shop.example:22/", Port(22)),
    ("https://shop.example:6379/", Port(6379)),
    ("https://shop.example:8080/", Port(8080)),
    ("https://shop.example:0/", Port(0)),
    ("https://shop.example:65536/", Unreadable),
    // No web at all.
    ("file:///etc/passwd", Scheme),
    ("gopher://shop.example/", Scheme),
    ("ftp://shop.example/", Scheme),
    ("unix:/run/docker.sock", Scheme),
    ("javascript:alert(1)", Scheme),
    ("data:text/plain,hello", Scheme),
    ("//shop.example/", Unreadable),
    ("shop.example", Unreadable),
    ("https://", Unreadable),
    ("https:///", Unreadable),
    ("https://1.2.3.4.5/", Unreadable),
    ("https://256.1.1.1/", Unreadable),
    ("https://shop example/", Unreadable),
    ("", Unreadable),
];

const GOOD: &[&str] = &[
    "https://shop.example/webhooks?of=parcelgate",
    "https://shop.example:443/",
    "https://shop.example:8443/",
    "https://SHOP.example./",
    "https://bücher.example/",
    "https://8.8.8.8/",
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://[2606:4700:4700::1111]/",
    "https://[2001:200::1]/",
    "https://localhost.shop.example/",
];

#[test]
fn a_hostile_address_is_refused_and_said_why() {
    for (url, refusal) in HOSTILE {
        assert_eq!(STRICT.read(url), Err(*refusal), "{url}");
        assert_eq!(HTTP_TOO.read(url), Err(*refusal), "{url}");
    }
    assert_eq!(STRICT.read("http://shop.example/"), Err(Scheme));
    let long = format!("https://shop.example/{}", "a".repeat(URL_BYTES_MAX));
    assert_eq!(STRICT.read(&long), Err(TooLong));
}

#[test]
fn a_good_address_is_not() {
    for url in GOOD {
        assert!(STRICT.read(url).is_ok(), "{url}");
    }
    assert!(HTTP_TOO.read("http://shop.example/").is_ok());
}

#[test]
fn at_home_the_metadata_of_clouds_stays_out_of_reach() {
    for url in [
        "http://127.0.0.1:9000/",
        "http://[::1]:9000/",
        "http://receiver:80/",
    ] {
        assert!(AT_HOME.read(url).is_ok(), "{url}");
    }
    for url in [
        "http://169.254.169.254/",
        "http://metadata.google.internal/",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0/",
    ] {
        assert_eq!(AT_HOME.read(url), Err(NotPublic), "{url}");
    }
}

const LEGIT: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const CANARY: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Answers with another of its rows each time.
#[derive(Debug)]
struct Fickle {
    rows: Vec<Vec<IpAddr>>,
    judge: fn(IpAddr) -> Reach,
    asked: AtomicUsize,
}

impl Fickle {
    fn new(rows: &[&[IpAddr]], judge: fn(IpAddr) -> Reach) -> Arc<Self> {
        let rows = rows.iter().map(|row| row.to_vec()).collect();
        Arc::new(Self {
            rows,
            judge,
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Internet for Fickle {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        assert_eq!(host, "shop.example");
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.rows[turn % self.rows.len()].clone())
    }

    fn reach(&self, address: IpAddr) -> Reach {
        (self.judge)(address)
    }
}

fn client(internet: Arc<dyn Internet>) -> WebhookClient {
    let second = Duration::from_secs(1);
    let mut client = WebhookClient::over(internet, HTTP_TOO, second, second).unwrap();
    // On any port, as the servers of a test need it; the judge decides about addresses alone.
    client.rules = AT_HOME;
    client
}

fn at_home() -> WebhookClient {
    let second = Duration::from_secs(1);
    WebhookClient::open(AT_HOME, second, second).unwrap()
}

async fn post(client: &WebhookClient, url: &str) -> Result<WebhookAnswer, WebhookFailure> {
    client
        .post(url, HeaderMap::new(), Bytes::from_static(b"{}"))
        .await
}

/// Serves every connection once, and says how many there were.
async fn serve<F>(
    at: impl tokio::net::ToSocketAddrs,
    behaviour: fn(TcpStream) -> F,
) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let _read = stream.read(&mut request).await.unwrap();
                behaviour(stream).await;
            });
        }
    });
    (address, connections)
}

async fn fine(mut stream: TcpStream) {
    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).await.unwrap();
}

/// 127.0.0.2 plays the public internet.
fn all_but_the_canary(address: IpAddr) -> Reach {
    if address == CANARY {
        Reach::Private
    } else {
        Reach::Public
    }
}

/// How often each of two servers on the same port was reached while the host's name flips.
async fn flips(judge: fn(IpAddr) -> Reach, rows: &[&[IpAddr]]) -> (usize, usize, Vec<bool>) {
    let (canary, reached) = serve((CANARY, 0), fine).await;
    let (_, served) = serve((LEGIT, canary.port()), fine).await;
    let client = client(Fickle::new(rows, judge));
    let url = format!("http://shop.example:{}/", canary.port());
    let mut refused = Vec::new();
    for _ in 0..6 {
        let outcome = post(&client, &url).await;
        refused.push(outcome == Err(WebhookFailure::Refused(NotPublic)));
        assert!(
            refused.last() == Some(&true) || outcome.is_ok(),
            "{outcome:?}"
        );
    }
    (
        reached.load(Ordering::SeqCst),
        served.load(Ordering::SeqCst),
        refused,
    )
}

#[tokio::test]
async fn a_host_that_changes_its_mind_never_leads_inside() {
    let rows: &[&[IpAddr]] = &[&[LEGIT], &[CANARY]];
    let (reached, served, refused) = flips(all_but_the_canary, rows).await;
    assert_eq!((reached, served), (0, 3));
    assert_eq!(refused, [false, true, false, true, false, true]);

    let one_foot_inside: &[&[IpAddr]] = &[&[LEGIT, CANARY]];
    let (reached, served, _) = flips(all_but_the_canary, one_foot_inside).await;
    assert_eq!((reached, served), (0, 0));

    // Without the check the same test sees the canary reached.
    let (reached, ..) = flips(|_| Reach::Public, rows).await;
    assert_eq!(reached, 3);
}

#[tokio::test]
async fn what_a_name_leads_to_is_judged_like_what_is_written() {
    let inside = [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1",
    ];
    for address in inside {
        let rows: &[&[IpAddr]] = &[&[address.parse().unwrap()]];
        let internet = Fickle::new(rows, reach::of_address);
        let second = Duration::from_secs(1);
        let client = WebhookClient::over(internet, HTTP_TOO, second, second).unwrap();
        let outcome = post(&client, "http://shop.example/").await;
        assert_eq!(
            outcome,
            Err(WebhookFailure::Refused(NotPublic)),
            "{address}"
        );
        let outcome = post(&client, "https://shop.example/").await;
        assert_eq!(
            outcome,
            Err(WebhookFailure::Refused(NotPublic)),
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    static TARGET: Mutex<Option<SocketAddr>> = Mutex::new(None);
    let (canary, reached) = serve((CANARY, 0), fine).await;
    *TARGET.lock().unwrap() = Some(canary);
    let (address, _) = serve((CANARY, 0), |mut stream: TcpStream| async move {
        let target = TARGET.lock().unwrap().unwrap();
        let answer = format!(
            "HTTP/1.1 307 Over there\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let answer = post(&at_home(), &format!("http://{address}/"))
        .await
        .unwrap();
    assert_eq!(answer.status, 307);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_slow_answer_is_not_waited_for() {
    async fn silent(stream: TcpStream) {
        std::future::pending::<()>().await;
        drop(stream);
    }
    async fn dripping(mut stream: TcpStream) {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
        stream.write_all(head).await.unwrap();
        while stream.write_all(b"x").await.is_ok() {
            parcelgate_clock::sleep(Duration::from_millis(50)).await;
        }
    }
    let limit = Duration::from_millis(300);
    let client = WebhookClient::open(AT_HOME, limit, limit).unwrap();
    let begun = instant();
    let (address, _) = serve((CANARY, 0), silent).await;
    let outcome = post(&client, &format!("http://{address}/")).await;
    assert_eq!(outcome, Err(WebhookFailure::TooLate));
    let (address, _) = serve((CANARY, 0), dripping).await;
    let answer = post(&client, &format!("http://{address}/")).await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.excerpt.starts_with("xx") && answer.excerpt.len() < 20);
    assert!(instant() - begun < Duration::from_secs(5));
}

#[tokio::test]
async fn of_a_large_answer_little_is_read_and_less_kept() {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    async fn endless(mut stream: TcpStream) {
        let head = b"HTTP/1.1 500 Oops\r\ncontent-length: 1000000000\r\nretry-after: 7\r\n\r\n";
        stream.write_all(head).await.unwrap();
        while stream.write_all(&[b'\n'; 1024]).await.is_ok() {
            WRITTEN.fetch_add(1024, Ordering::SeqCst);
        }
    }
    let (address, _) = serve((CANARY, 0), endless).await;
    let answer = post(&at_home(), &format!("http://{address}/"))
        .await
        .unwrap();
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.retry_after,
        Some(RetryAfter::Pause(Duration::from_secs(7)))
    );
    assert_eq!(
        answer.excerpt,
        " ".repeat(EXCERPT_BYTES_MAX),
        "no control characters"
    );
    // Buffers of the system lie between.
    assert!(WRITTEN.load(Ordering::SeqCst) < 32 << 20);
}

#[tokio::test]
async fn what_was_not_sent_is_told_from_what_was_not_answered() {
    let (address, _) = serve((CANARY, 0), |stream| async move { drop(stream) }).await;
    let outcome = post(&at_home(), &format!("http://{address}/")).await;
    assert!(
        matches!(outcome, Err(WebhookFailure::NoAnswer(_))),
        "{outcome:?}"
    );
    // A server without TLS where TLS is asked for.
    let outcome = post(&at_home(), &format!("https://{address}/")).await;
    assert!(
        matches!(outcome, Err(WebhookFailure::NotSent(_))),
        "{outcome:?}"
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let outcome = post(&at_home(), &format!("http://{closed}/")).await;
    let Err(WebhookFailure::NotSent(why)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(!why.contains("http"), "the text holds no URL: {why}");
}

#[test]
fn both_forms_of_retry_after_are_read() {
    let read = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, text.parse().unwrap());
        retry_after(&headers)
    };
    assert_eq!(
        read("120"),
        Some(RetryAfter::Pause(Duration::from_secs(120)))
    );
    let at: Timestamp = "2026-11-06T08:49:37Z".parse().unwrap();
    assert_eq!(
        read("Fri, 06 Nov 2026 08:49:37 GMT"),
        Some(RetryAfter::At(at))
    );
    assert_eq!(read("soon"), None);
    assert_eq!(read("-1"), None);
}
