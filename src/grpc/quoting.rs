//! QuoteRates, from bytes to bytes.
//!
//! An operator's page and an order system ask the same question many times a second. The reply to
//! an equal question within the same second is the same bytes, and neither is read or written
//! again; what decides is the bytes of the question and whose it is. Everything else of RateService
//! goes the ordinary way.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use moka::sync::Cache;
use parcelgate_carrier::Kind;
use parcelgate_proto::v1;
use parcelgate_proto::v1::rate_service_server::{RateServiceServer, SERVICE_NAME};
use parcelgate_store::Tenant;
use prost::Message;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};

use super::rates::RateApi;
use super::raw::Raw;
use super::write;
use crate::service::rates::RateSheet;
use crate::service::{Caller, Scope};

/// How long a reply may be given again: the age in it is told to the second.
const KEPT: Duration = Duration::from_secs(1);
/// How many bytes of questions and replies are kept.
const KEPT_BYTES_MAX: u64 = 16 << 20;

/// RateService with its own way for QuoteRates.
#[derive(Clone)]
pub(super) struct RateServer {
    quoting: Quoting,
    rest: RateServiceServer<RateApi>,
    request_max: usize,
    reply_max: usize,
}

#[derive(Clone)]
struct Quoting {
    api: Arc<RateApi>,
    replies: Cache<(Tenant, Bytes), Bytes>,
}

impl RateServer {
    pub(super) fn new(api: RateApi, request_max: usize, reply_max: usize) -> Self {
        let api = Arc::new(api);
        let weight = |(_, question): &(Tenant, Bytes), reply: &Bytes| {
            u32::try_from(question.len() + reply.len()).unwrap_or(u32::MAX)
        };
        let replies = Cache::builder()
            .max_capacity(KEPT_BYTES_MAX)
            .weigher(weight)
            .time_to_live(KEPT)
            .build();
        let rest = RateServiceServer::from_arc(Arc::clone(&api))
            .max_decoding_message_size(request_max)
            .max_encoding_message_size(reply_max);
        Self {
            quoting: Quoting { api, replies },
            rest,
            request_max,
            reply_max,
        }
    }
}

impl NamedService for RateServer {
    const NAME: &'static str = SERVICE_NAME;
}

impl tower::Service<http::Request<Body>> for RateServer {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        if request.uri().path() != "/parcelgate.v1.RateService/QuoteRates" {
            return self.rest.call(request);
        }
        let quoting = self.quoting.clone();
        let (request_max, reply_max) = (self.request_max, self.reply_max);
        Box::pin(async move {
            let mut grpc =
                Grpc::new(Raw).apply_max_message_size_config(Some(request_max), Some(reply_max));
            Ok(grpc.unary(quoting, request).await)
        })
    }
}

impl UnaryService<Bytes> for Quoting {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<Response<Bytes>, Status>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let caller = this
                .api
                .door
                .admit(request.metadata(), Scope::RatesRead)
                .await?;
            let question = (caller.tenant.clone(), request.into_inner());
            if let Some(reply) = this.replies.get(&question) {
                return Ok(Response::new(reply));
            }
            let asked = v1::QuoteRatesRequest::decode(question.1.clone())
                .map_err(|error| Status::invalid_argument(error.to_string()))?;
            let sheet = this.api.answer(&caller, &asked).await?;
            let reply = Bytes::from(write::sheet(&sheet).encode_to_vec());
            if is_steady(&sheet) {
                // Copied: as received it holds on to the whole buffer that it was received in.
                let question = (question.0, Bytes::copy_from_slice(&question.1));
                this.replies.insert(question, reply.clone());
            }
            Ok(Response::new(reply))
        })
    }
}

impl RateApi {
    /// What QuoteRates replies, before it is written.
    pub(super) async fn answer(
        &self,
        caller: &Caller,
        asked: &v1::QuoteRatesRequest,
    ) -> Result<RateSheet, Status> {
        let wanted = self.read(asked)?;
        Ok(self.rates.quote(caller, &wanted).await)
    }
}

/// Whether the same question would have the same answer a moment later: all of it was remembered,
/// and what failed would fail again.
fn is_steady(sheet: &RateSheet) -> bool {
    let lasts = |kind: Kind| matches!(kind, Kind::Invalid | Kind::Unsupported);
    sheet.offers.iter().all(|offer| offer.cached)
        && sheet.failures.iter().all(|(_, error)| lasts(error.kind))
}
