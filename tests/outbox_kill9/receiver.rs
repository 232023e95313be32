//! The webhook: fails one request of five, checks every signature, and forgets nothing.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::books::Arrived;

/// One request of so many fails.
const FAILS: u8 = 5;

#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    address: SocketAddr,
    inbox: Arc<Inbox>,
}

#[derive(Debug)]
struct Inbox {
    arrived: Mutex<Vec<Arrived>>,
    dice: Mutex<Rng>,
    secret: OnceLock<Vec<u8>>,
}

impl Receiver {
    pub(crate) async fn start(seed: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inbox = Arc::new(Inbox {
            arrived: Mutex::default(),
            dice: Mutex::new(Rng::with_seed(seed)),
            secret: OnceLock::new(),
        });
        let routes = Router::new()
            .route("/", post(receive))
            .with_state(Arc::clone(&inbox));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, inbox }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Believes what is signed with `secret`.
    pub(crate) fn trust(&self, secret: &str) {
        let encoded = secret.strip_prefix("whsec_").unwrap();
        self.inbox
            .secret
            .set(STANDARD.decode(encoded).unwrap())
            .unwrap();
    }

    pub(crate) fn arrived(&self) -> MutexGuard<'_, Vec<Arrived>> {
        self.inbox.arrived.lock().unwrap()
    }
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let read: Value = serde_json::from_slice(&body).unwrap();
    let arrived = Arrived {
        uid: header(&headers, "webhook-id").to_owned(),
        subject: read["subject"].as_str().unwrap().to_owned(),
        number: read["data"]["subject_sequence"].as_i64().unwrap(),
        right: inbox.right(&headers, &body),
        body: body.to_vec(),
    };
    inbox.arrived.lock().unwrap().push(arrived);
    if inbox.dice.lock().unwrap().u8(..FAILS) == 0 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    StatusCode::NO_CONTENT
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap().to_str().unwrap()
}

impl Inbox {
    fn right(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let secret = self.secret.get().expect("the secret comes first");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        let (id, at) = (
            header(headers, "webhook-id"),
            header(headers, "webhook-timestamp"),
        );
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(body);
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let mut signatures = header(headers, "webhook-signature").split(' ');
        signatures.any(|signature| signature == expected)
    }
}
