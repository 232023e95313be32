//! Whatever bytes arrive as a message of whatever method, the gateway answers and goes on.

use axum::http::StatusCode;
use axum::routing::post;
use bytes::Bytes;
use futures::StreamExt as _;
use http::uri::PathAndQuery;
use parcelgate::grpc::Raw;
use parcelgate_proto::DESCRIPTORS;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tokio::net::TcpListener;
use tonic::client::Grpc;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Status};
use tonic_types::{ErrorDetail, StatusExt as _};

use crate::errors::reason;
use crate::requests::{abroad, ground, packet, quote};
use crate::stage::{Bearer, Stage, within};

/// Messages of each kind for each method.
const ROUNDS: usize = 12;
/// What a message that nobody meant may be answered with.
const ANSWERS: [Code; 5] = [
    Code::InvalidArgument,
    Code::NotFound,
    Code::FailedPrecondition,
    Code::Unimplemented,
    Code::Aborted,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn noise_is_answered_and_nothing_breaks() {
    let stage = Stage::start().await;
    let good = [
        ground().encode_to_vec(),
        packet().encode_to_vec(),
        quote(&abroad()).encode_to_vec(),
    ];
    let mut chance = Chance(7);
    let methods = methods();
    assert!(methods.len() > 25, "{methods:?}");
    for path in &methods {
        let messages = (0..ROUNDS).flat_map(|round| {
            let kept = &good[round % good.len()];
            [chance.bytes(), chance.message(3), chance.spoiled(kept)]
        });
        let messages: Vec<Bytes> = messages.map(Bytes::from).collect();
        let send = |message| call(stage.channel(), &stage.key, path, message);
        let calls = messages.iter().map(send);
        let answers = futures::future::join_all(calls).await;
        for (answer, message) in answers.iter().zip(&messages) {
            assert!(is_an_answer(answer), "{path} {message:?}: {answer:?}");
        }
    }
    assert!(stage.quote(quote(&abroad())).await.is_ok());
    stage.stop().await;
}

#[tokio::test]
async fn a_method_that_is_not_there_is_named() {
    let stage = Stage::start().await;
    for path in [
        "/parcelgate.v1.RateService/Nothing",
        "/parcelgate.v1.ShipmentService/Nothing",
        "/parcelgate.v2.RateService/QuoteRates",
    ] {
        let answer = call(stage.channel(), &stage.key, path, &Bytes::new()).await;
        let refused = answer.unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "METHOD", "{path}");
    }
    stage.stop().await;
}

/// A server that breaks over a message, and one that is not ours, are told from one that answers.
#[tokio::test]
async fn a_handler_that_breaks_would_be_noticed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let breaks = axum::Router::new()
        .route(
            "/broken",
            post(async || -> StatusCode { panic!("planted") }),
        )
        .route("/dumb", post(async || [("grpc-status", "3")]));
    let server = Server::builder().add_routes(Routes::from(breaks));
    let serving = tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    let channel = Endpoint::from_shared(format!("http://{at}"))
        .unwrap()
        .connect_lazy();
    for path in ["/broken", "/dumb"] {
        let answer = call(channel.clone(), "pg_", path, &Bytes::new()).await;
        assert!(
            answer.is_err() && !is_an_answer(&answer),
            "{path}: {answer:?}"
        );
    }
    serving.abort();
}

/// Whether somebody looked at the message and said what is wrong with it.
fn is_an_answer(answer: &Result<(), Status>) -> bool {
    let Err(status) = answer else { return true };
    let infos = status.get_error_details_vec().into_iter();
    let infos = infos.filter(|detail| matches!(detail, ErrorDetail::ErrorInfo(_)));
    ANSWERS.contains(&status.code()) && infos.count() == 1
}

/// Sends `message` and waits for the beginning of an answer.
async fn call(channel: Channel, key: &str, path: &str, message: &Bytes) -> Result<(), Status> {
    let mut client = Grpc::with_origin(channel, "http://gateway".parse().unwrap());
    client.ready().await.unwrap();
    let mut request = within(20_000, message.clone());
    let key = Bearer::of(key).value();
    request.metadata_mut().insert("authorization", key);
    let path: PathAndQuery = path.parse().unwrap();
    let reply = client.server_streaming(request, path, Raw).await?;
    match reply.into_inner().next().await {
        Some(Err(status)) => Err(status),
        Some(Ok(_)) | None => Ok(()),
    }
}

/// Every method of ours, as its path.
fn methods() -> Vec<String> {
    let set = FileDescriptorSet::decode(DESCRIPTORS).unwrap();
    let mut paths = Vec::new();
    for file in set.file {
        for service in &file.service {
            let name = format!("{}.{}", file.package(), service.name());
            let own = service.method.iter();
            paths.extend(own.map(|method| format!("/{name}/{}", method.name())));
        }
    }
    paths
}

/// The same noise on every run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.below(60);
        (0..length).map(|_| self.byte()).collect()
    }

    /// Readable as a message: fields of all wire types, texts, and messages within.
    fn message(&mut self, depth: usize) -> Vec<u8> {
        let mut message = Vec::new();
        for field in 1..9_u64 {
            match self.below(5) {
                0 => {}
                1 => {
                    prost::encoding::encode_varint(field << 3, &mut message);
                    let shift = self.below(64);
                    prost::encoding::encode_varint(self.next() >> shift, &mut message);
                }
                kind => {
                    let texts = ["", "US", "quotes/1", "shipments/x", "\u{1F4E6}", "USD", "0"];
                    let content = match kind {
                        2 => texts[self.below(texts.len())].as_bytes().to_vec(),
                        3 if depth > 0 => self.message(depth - 1),
                        _ => self.bytes(),
                    };
                    prost::encoding::encode_varint(field << 3 | 2, &mut message);
                    let length = u64::try_from(content.len()).unwrap();
                    prost::encoding::encode_varint(length, &mut message);
                    message.extend(content);
                }
            }
        }
        message
    }

    /// A good message with a few bytes changed, lost or cut off.
    fn spoiled(&mut self, good: &[u8]) -> Vec<u8> {
        let mut message = good.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(message.len());
            match self.below(4) {
                0 => {
                    message.remove(at);
                }
                1 if at > 0 => message.truncate(at),
                _ => message[at] = self.byte(),
            }
        }
        message
    }
}
