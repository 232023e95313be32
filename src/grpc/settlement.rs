//! SettlementService.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use parcelgate_carrier::Response as Answered;
use parcelgate_proto::v1;
use parcelgate_proto::v1::settlement_service_server::SettlementService;
use parcelgate_store::{Page, Purchase};
use tonic::{Request, Response, Status};
use v1::purchase_evidence::Answer;

use super::door::Door;
use super::page::{Wanted, token};
use super::{read, write};
use crate::service::review::Reviews;
use crate::service::shipments::Shipments;
use crate::service::{Caller, Fault, Scope};

/// How much of an answer is shown.
const BODY_BYTES_MAX: usize = 64 * 1024;

pub(super) struct SettlementApi {
    pub(super) door: Door,
    pub(super) reviews: Arc<Reviews>,
    pub(super) shipments: Arc<Shipments>,
}

impl SettlementApi {
    async fn written(
        &self,
        caller: &Caller,
        purchases: &[Purchase],
    ) -> Result<Vec<v1::Shipment>, Fault> {
        let trackers = self.shipments.trackers(caller, purchases).await?;
        let written = purchases.iter();
        Ok(written
            .map(|purchase| write::shipment(purchase, &trackers))
            .collect())
    }
}

#[tonic::async_trait]
impl SettlementService for SettlementApi {
    async fn list_unsettled_purchases(
        &self,
        request: Request<v1::ListUnsettledPurchasesRequest>,
    ) -> Result<Response<v1::ListUnsettledPurchasesResponse>, Status> {
        const LIST: &str = "unsettled";
        let caller = self.door.admit(request.metadata(), Scope::Settle).await?;
        let request = request.get_ref();
        let wanted = Wanted::read(LIST, request.page_size, &request.page_token)?;
        let page = Page {
            after: wanted.after.as_ref(),
            limit: wanted.size,
        };
        let list = self.reviews.list(&caller, page).await?;
        let last = list.last().map(|purchase| purchase.id.as_str());
        let next_page_token = token(LIST, wanted.size, list.len(), last);
        Ok(Response::new(v1::ListUnsettledPurchasesResponse {
            shipments: self.written(&caller, &list).await?,
            next_page_token,
        }))
    }

    async fn get_purchase_evidence(
        &self,
        request: Request<v1::GetPurchaseEvidenceRequest>,
    ) -> Result<Response<v1::PurchaseEvidence>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Settle).await?;
        let id = read::resource(&request.get_ref().name, "shipments", "name")?;
        let (purchase, answers) = self.reviews.evidence(&caller, &id).await?;
        let shipment = self.written(&caller, &[purchase]).await?.into_iter().next();
        Ok(Response::new(v1::PurchaseEvidence {
            shipment,
            answers: answers.into_iter().map(answer).collect(),
        }))
    }

    async fn settle_purchase(
        &self,
        request: Request<v1::SettlePurchaseRequest>,
    ) -> Result<Response<v1::Shipment>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Settle).await?;
        let settling = read::settling(request.get_ref())?;
        let settled = self.reviews.settle(&caller, settling).await?;
        let written = self.written(&caller, &[settled]).await?;
        Ok(Response::new(
            written.into_iter().next().unwrap_or_default(),
        ))
    }
}

fn answer((at, answer): (Timestamp, Answered)) -> Answer {
    let media_type = answer.headers().get(CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let body = answer.body();
    Answer {
        time: Some(write::time(at)),
        status: answer.status().as_u16().into(),
        media_type: media_type.unwrap_or_default().to_owned(),
        body: body.slice(..body.len().min(BODY_BYTES_MAX)),
        body_bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
    }
}
