//! The transport against real sockets: what certainly did not leave, what may have, and that
//! nothing is sent behind our back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parcelgate_carrier::{Auth, Call, Class, Kind, Outgoing, Repeat, Response, Result};
use parcelgate_clock::instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::fixture::*;
use crate::{Wire, WireSettings};

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// A server that writes the same bytes after each request and closes when told so.
struct Server {
    wire: Wire,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

/// What the server does with the n-th request of a connection.
type Behaviour = fn(usize) -> Then;

enum Then {
    Write(&'static [u8]),
    WriteAndClose(&'static [u8]),
    Hang,
}

impl Server {
    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/base", listener.local_addr().unwrap());
        let server = Self {
            wire: wire_to(&base_url),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (
            Arc::clone(&server.connections),
            Arc::clone(&server.requests),
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, behaviour, Arc::clone(&requests)));
            }
        });
        server
    }

    async fn ask(&self, class: Class, repeat: Repeat) -> Result<Response> {
        let call = Call::new(&self.wire, instant() + seconds(5));
        call.send(outgoing(class, repeat, 1)).await
    }

    /// How many connections and requests it saw.
    fn saw(&self) -> (usize, usize) {
        (
            self.connections.load(Ordering::SeqCst),
            self.requests.load(Ordering::SeqCst),
        )
    }
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour, requests: Arc<AtomicUsize>) {
    let mut buffer = vec![0; 4096];
    for number in 0.. {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer).await {
                Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
                _ => return,
            }
        }
        assert!(head.starts_with(b"POST /base/work?secret=in-the-query HTTP/1.1\r\n"));
        requests.fetch_add(1, Ordering::SeqCst);
        match behaviour(number) {
            Then::Write(bytes) => stream.write_all(bytes).await.unwrap(),
            Then::WriteAndClose(bytes) => return stream.write_all(bytes).await.unwrap(),
            Then::Hang => std::future::pending().await,
        }
    }
}

/// One attempt for each call, the limits small enough for a test.
fn wire_to(base_url: &str) -> Wire {
    let settings: WireSettings = serde_json::from_str(
        r#"{
            "attempts_max": {"rate": 1, "ship": 1},
            "attempt_ms_max": {"ship": 300},
            "answer_bytes_max": 1000
        }"#,
    )
    .unwrap();
    let carrier = Acme::account(Auth::Open, &[], base_url);
    let clock = Arc::new(parcelgate_clock::System);
    Wire::open(&account(), carrier, &settings, clock).unwrap()
}

const PAID: (Class, Repeat) = (Class::Ship, Repeat::OnlyIfUnsent);
const READ: (Class, Repeat) = (Class::Rate, Repeat::Safe);

#[tokio::test]
async fn a_refused_connection_and_an_unknown_name_are_unsent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for base_url in [closed.as_str(), "http://no-such-host.invalid"] {
        let wire = wire_to(base_url);
        let call = Call::new(&wire, instant() + seconds(5));
        let error = call.send(outgoing(PAID.0, PAID.1, 1)).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unsent, "{base_url}");
        let mut texts = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(beneath) = source {
            texts += &format!(" {beneath} {beneath:?}");
            source = beneath.source();
        }
        assert!(!texts.contains("in-the-query"), "{texts}");
    }
}

#[tokio::test]
async fn a_connection_closed_before_any_answer_leaves_the_outcome_unknown_and_is_not_tried_again() {
    for (class, repeat) in [PAID, READ] {
        let server = Server::start(|_| Then::WriteAndClose(b"")).await;
        assert_eq!(
            kind(server.ask(class, repeat).await),
            Some(Kind::OutcomeUnknown)
        );
        assert_eq!(server.saw(), (1, 1), "{class:?}");
    }
    // Also on a connection that was used before, where HTTP clients like to try again.
    let server = Server::start(|number| match number {
        0 => Then::Write(GOOD),
        _ => Then::WriteAndClose(b""),
    })
    .await;
    assert!(server.ask(READ.0, READ.1).await.is_ok());
    assert_eq!(
        kind(server.ask(READ.0, READ.1).await),
        Some(Kind::OutcomeUnknown)
    );
    assert_eq!(server.saw(), (1, 2));
}

#[tokio::test]
async fn a_purchase_never_meets_a_connection_that_was_used_before() {
    let server = Server::start(|_| Then::Write(GOOD)).await;
    for expected in 1..=3 {
        assert!(server.ask(READ.0, READ.1).await.is_ok());
        assert_eq!(server.saw(), (1, expected));
    }
    for expected in 1..=3 {
        assert!(server.ask(PAID.0, PAID.1).await.is_ok());
        assert_eq!(server.saw(), (1 + expected, 3 + expected));
    }
}

#[tokio::test]
async fn no_answer_in_time_leaves_the_outcome_unknown() {
    let server = Server::start(|_| Then::Hang).await;
    let begun = instant();
    assert_eq!(
        kind(server.ask(PAID.0, PAID.1).await),
        Some(Kind::OutcomeUnknown)
    );
    assert!(instant() - begun >= Duration::from_millis(300));
    assert_eq!(server.saw(), (1, 1));
}

#[tokio::test]
async fn an_answer_that_is_too_large_or_breaks_off_leaves_the_outcome_unknown() {
    const FITS: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    let behaviours: [(Behaviour, Option<Kind>); 5] = [
        (
            |_| Then::WriteAndClose(&[FITS, &[b'x'; 1000]].concat().leak()[..]),
            None,
        ),
        (
            |_| Then::WriteAndClose(&[FITS, &[b'x'; 1001]].concat().leak()[..]),
            Some(Kind::OutcomeUnknown),
        ),
        (
            |_| Then::WriteAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"),
            Some(Kind::OutcomeUnknown),
        ),
        (
            |_| Then::WriteAndClose(b"HTTP/1.1 200 OK\r\nx:"),
            Some(Kind::OutcomeUnknown),
        ),
        (
            |_| Then::WriteAndClose(b"SSH-2.0-server\r\n"),
            Some(Kind::OutcomeUnknown),
        ),
    ];
    for (behaviour, expected) in behaviours {
        let server = Server::start(behaviour).await;
        assert_eq!(kind(server.ask(PAID.0, PAID.1).await), expected);
        assert_eq!(server.saw(), (1, 1));
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let server = Server::start(|_| {
        Then::Write(b"HTTP/1.1 307 Away\r\nlocation: /base/work\r\ncontent-length: 0\r\n\r\n")
    })
    .await;
    assert_eq!(kind(server.ask(PAID.0, PAID.1).await), Some(Kind::Refused));
    assert_eq!(server.saw(), (1, 1));
}

#[tokio::test]
async fn a_path_cannot_climb_out_of_its_base() {
    let server = Server::start(|_| Then::Write(GOOD)).await;
    let call = Call::new(&server.wire, instant() + seconds(5));
    for segment in ["..", "."] {
        let climbing = Outgoing::new(http::Method::GET, "work", "api", "/work");
        let sent = call.send(climbing.segment(segment).segment("other")).await;
        assert_eq!(kind(sent), Some(Kind::Invalid));
    }
    assert_eq!(server.saw(), (0, 0));
}
