//! InsightService.

use std::sync::Arc;

use parcelgate_domain::{Customs, RiskLevel, RiskReason, Violations};
use parcelgate_proto::v1;
use parcelgate_proto::v1::insight_service_server::InsightService;
use parcelgate_proto::v1::order_risk::Level;
use parcelgate_store::{Page, Purchase, Risk};
use tonic::{Request, Response, Status};

use super::door::Door;
use super::page::{Wanted, token};
use super::{read, write};
use crate::service::risk::Risks;
use crate::service::shipments::{Shipments, Trackers};
use crate::service::track::Tracks;
use crate::service::{Fault, Scope};

pub(super) struct InsightApi {
    pub(super) door: Door,
    pub(super) risks: Arc<Risks>,
    pub(super) shipments: Arc<Shipments>,
    pub(super) tracks: Tracks,
}

#[tonic::async_trait]
impl InsightService for InsightApi {
    async fn list_orders_at_risk(
        &self,
        request: Request<v1::ListOrdersAtRiskRequest>,
    ) -> Result<Response<v1::ListOrdersAtRiskResponse>, Status> {
        const LIST: &str = "risks";
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let request = request.get_ref();
        let wanted = Wanted::read(LIST, request.page_size, &request.page_token)?;
        let level = level(request.level)?;
        let page = Page {
            after: wanted.after.as_ref(),
            limit: wanted.size,
        };
        let list = self.risks.list(&caller, level, page).await?;
        let last = list.last().map(|(purchase, _)| purchase.id.as_str());
        let next_page_token = token(LIST, wanted.size, list.len(), last);
        let purchases: Vec<Purchase> = list.iter().map(|(one, _)| one.clone()).collect();
        let trackers = self.shipments.trackers(&caller, &purchases).await?;
        let orders = list.iter();
        let orders = orders.map(|(purchase, risk)| order(purchase, Some(risk), &trackers));
        Ok(Response::new(v1::ListOrdersAtRiskResponse {
            orders: orders.collect(),
            next_page_token,
        }))
    }

    async fn get_claim_evidence(
        &self,
        request: Request<v1::GetClaimEvidenceRequest>,
    ) -> Result<Response<v1::ClaimEvidence>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let id = read::resource(&request.get_ref().name, "shipments", "name")?;
        let evidence = self.risks.evidence(&caller, &id).await?;
        let of_it = std::slice::from_ref(&evidence.purchase);
        let trackers = self.shipments.trackers(&caller, of_it).await?;
        let goods = evidence.order.customs.as_ref();
        Ok(Response::new(v1::ClaimEvidence {
            order: Some(order(&evidence.purchase, evidence.risk.as_ref(), &trackers)),
            trackers: evidence
                .trackers
                .iter()
                .map(|tracker| write::tracker(tracker, self.tracks.freshness(tracker)))
                .collect(),
            events: evidence.events.iter().map(write::tracking_event).collect(),
            labels: evidence
                .labels
                .into_iter()
                .map(|(label, number)| write::label(label, number.to_string()))
                .collect(),
            insured_value: evidence.order.options.insured.map(write::money),
            goods_value: goods.and_then(Customs::total).map(write::money),
        }))
    }
}

/// Any, when none is named.
fn level(read: i32) -> Result<Option<RiskLevel>, Fault> {
    match Level::try_from(read) {
        Ok(Level::Unspecified) => Ok(None),
        Ok(Level::Amber) => Ok(Some(RiskLevel::Amber)),
        Ok(Level::Red) => Ok(Some(RiskLevel::Red)),
        Ok(Level::Green) | Err(_) => {
            let mut found = Violations::new();
            found.refuse("level", read, "LEVEL_AMBER, LEVEL_RED or none");
            Err(found.into())
        }
    }
}

fn order(purchase: &Purchase, risk: Option<&Risk>, trackers: &Trackers) -> v1::OrderRisk {
    let shipment = Some(write::shipment(purchase, trackers));
    let Some(risk) = risk else {
        return v1::OrderRisk {
            shipment,
            ..v1::OrderRisk::default()
        };
    };
    let level = match risk.level {
        RiskLevel::Green => Level::Green,
        RiskLevel::Amber => Level::Amber,
        RiskLevel::Red => Level::Red,
    };
    v1::OrderRisk {
        shipment,
        level: level.into(),
        reason: risk.reason.map_or("", RiskReason::name).to_owned(),
        since_time: Some(write::time(risk.since)),
        ship_by_time: risk.deadlines.ship_by.map(write::time),
        deliver_by_time: risk.deadlines.deliver_by.map(write::time),
    }
}
