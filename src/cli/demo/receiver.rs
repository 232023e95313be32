//! The demo's own receiver of webhooks: believes nothing that is not signed by the Standard
//! Webhooks specification (<https://www.standardwebhooks.com>, read 2026-11).

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use parcelgate_clock::{Clock as _, System};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How far a message's time may be from ours, in seconds.
const TOLERANCE_S: i64 = 300;
/// Ids remembered; more than a demo has events.
const REMEMBERED_MAX: usize = 1_000_000;
const BODY_BYTES_MAX: usize = 1 << 20;

/// What has been received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Events whose signature is right, each counted once.
    pub(crate) verified: usize,
    /// Events that came again, as "at least once" allows.
    pub(crate) repeated: usize,
    /// Messages that were not believed.
    pub(crate) refused: usize,
}

/// A receiver that listens. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    state: Arc<Inbox>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Inbox {
    secret: OnceLock<Secret>,
    seen: Mutex<HashSet<String>>,
    tally: Mutex<Tally>,
}

impl Receiver {
    /// Listens on a free loopback port.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Inbox {
            secret: OnceLock::new(),
            seen: Mutex::default(),
            tally: Mutex::default(),
        });
        let routes = Router::new()
            .route("/webhook", post(receive))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(Arc::clone(&state));
        let serving = tokio::spawn(async move {
            // Serving a bound listener ends only with the task.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self {
            address,
            state,
            serving,
        })
    }

    /// Where webhooks are to go.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/webhook", self.address)
    }

    /// Believes what is signed with `secret`, "whsec_...". Before that, nothing.
    ///
    /// # Errors
    /// When it is no such secret, or there is one already.
    pub(crate) fn trust(&self, secret: &str) -> anyhow::Result<()> {
        let secret = Secret::read(secret)?;
        self.state
            .secret
            .set(secret)
            .map_err(|_| anyhow::anyhow!("the receiver has a secret"))
    }

    /// What has been received.
    pub(crate) fn tally(&self) -> Tally {
        *lock(&self.state.tally)
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let verified = inbox
        .secret
        .get()
        .and_then(|secret| secret.verify(&headers, &body, System.now()));
    let Some(id) = verified else {
        lock(&inbox.tally).refused += 1;
        return StatusCode::UNAUTHORIZED;
    };
    let mut seen = lock(&inbox.seen);
    if seen.len() >= REMEMBERED_MAX {
        return StatusCode::INSUFFICIENT_STORAGE;
    }
    let mut tally = lock(&inbox.tally);
    if seen.insert(id.to_owned()) {
        tally.verified += 1;
    } else {
        tally.repeated += 1;
    }
    StatusCode::NO_CONTENT
}

/// A signing secret; it cannot be printed.
struct Secret(Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    fn read(text: &str) -> anyhow::Result<Self> {
        let encoded = text.strip_prefix("whsec_");
        let bytes = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
        bytes
            .map(Self)
            .ok_or_else(|| anyhow::anyhow!("the signing secret is not whsec_ and Base64"))
    }

    /// The id of a message whose signature and time are right.
    fn verify<'a>(&self, headers: &'a HeaderMap, body: &[u8], now: Timestamp) -> Option<&'a str> {
        let header = |name: &str| headers.get(name)?.to_str().ok();
        let (id, sent) = (header("webhook-id")?, header("webhook-timestamp")?);
        let seconds: i64 = sent.parse().ok()?;
        if now.as_second().abs_diff(seconds) > TOLERANCE_S.unsigned_abs() {
            return None;
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [id.as_bytes(), b".", sent.as_bytes(), b".", body] {
            mac.update(part);
        }
        let signatures = header("webhook-signature")?.split(' ');
        let mut v1 = signatures.filter_map(|signature| signature.strip_prefix("v1,"));
        v1.any(|signature| {
            let bytes = STANDARD.decode(signature).unwrap_or_default();
            mac.clone().verify_slice(&bytes).is_ok() // in constant time
        })
        .then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the specification's reference implementations.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SENT: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn verified(headers: [(&'static str, &str); 3], body: &[u8], late_s: i64) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name, value.parse().unwrap());
        }
        let now = Timestamp::from_second(1_614_265_330 + late_s).unwrap();
        Secret::read(SECRET)
            .unwrap()
            .verify(&map, body, now)
            .is_some()
    }

    fn headers(signature: &str) -> [(&'static str, &str); 3] {
        [
            ("webhook-id", ID),
            ("webhook-timestamp", SENT),
            ("webhook-signature", signature),
        ]
    }

    #[test]
    fn a_right_signature_is_believed_also_among_others() {
        assert!(verified(headers(SIGNATURE), BODY, 0));
        assert!(verified(
            headers(&format!("v1a,xx v1,AAAA {SIGNATURE}")),
            BODY,
            299
        ));
    }

    #[test]
    fn anything_else_is_not() {
        assert!(
            !verified(headers(SIGNATURE), br#"{"test": 2432232315}"#, 0),
            "another body"
        );
        assert!(!verified(headers(SIGNATURE), BODY, 301), "too late");
        assert!(!verified(headers(SIGNATURE), BODY, -301), "too early");
        assert!(!verified(headers("v1,AAAA"), BODY, 0), "another signature");
        assert!(
            !verified(headers(&SIGNATURE.replace("v1,", "v2,")), BODY, 0),
            "another version"
        );
        let [_, time, signature] = headers(SIGNATURE);
        assert!(
            !verified([("webhook-id", "msg_other"), time, signature], BODY, 0),
            "another id"
        );
        assert!(Secret::read("whsec_%").is_err() && Secret::read("MfKQ").is_err());
    }

    #[tokio::test]
    async fn a_message_that_comes_twice_counts_once_and_an_unsigned_one_not_at_all() {
        let receiver = Receiver::start().await.unwrap();
        receiver.trust(SECRET).unwrap();
        let now = System.now().as_second().to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(&Secret::read(SECRET).unwrap().0).unwrap();
        mac.update(format!("{ID}.{now}.{{}}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let mut map = HeaderMap::new();
        map.insert("webhook-id", ID.parse().unwrap());
        map.insert("webhook-timestamp", now.parse().unwrap());
        map.insert("webhook-signature", signature.parse().unwrap());
        let post = |body: &'static str, map: HeaderMap| {
            receive(
                State(Arc::clone(&receiver.state)),
                map,
                Bytes::from_static(body.as_bytes()),
            )
        };
        assert_eq!(post("{}", map.clone()).await, StatusCode::NO_CONTENT);
        assert_eq!(post("{}", map.clone()).await, StatusCode::NO_CONTENT);
        assert_eq!(post("{ }", map).await, StatusCode::UNAUTHORIZED);
        assert_eq!(
            receiver.tally(),
            Tally {
                verified: 1,
                repeated: 1,
                refused: 1
            }
        );
    }
}
