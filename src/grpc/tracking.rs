//! TrackingService.

use std::sync::Arc;

use futures::stream::BoxStream;
use parcelgate_domain::{Status as Standing, Violations};
use parcelgate_proto::v1;
use parcelgate_proto::v1::tracking_service_server::TrackingService;
use parcelgate_store::{Page, Tracker, TrackerId};
use parcelgate_tracking_number as numbers;
use tonic::{Request, Response, Status};

use super::door::Door;
use super::page::{Wanted, token, token_after};
use super::{read, write};
use crate::service::papers::Papers;
use crate::service::track::Tracks;
use crate::service::watch::Watches;
use crate::service::{Fault, Scope};

pub(super) struct TrackingApi {
    pub(super) door: Door,
    pub(super) tracks: Tracks,
    pub(super) watches: Arc<Watches>,
    pub(super) papers: Papers,
}

impl TrackingApi {
    fn shown(&self, tracker: &Tracker) -> v1::Tracker {
        write::tracker(tracker, self.tracks.freshness(tracker))
    }
}

/// Most trackers that one batch reads.
const BATCH_MAX: usize = 1_000;

#[tonic::async_trait]
impl TrackingService for TrackingApi {
    async fn identify_tracking_number(
        &self,
        request: Request<v1::IdentifyTrackingNumberRequest>,
    ) -> Result<Response<v1::IdentifyTrackingNumberResponse>, Status> {
        self.door.admit(request.metadata(), Scope::Tracking).await?;
        let text = &request.get_ref().tracking_number;
        if text.trim().is_empty() || text.len() > numbers::MAX_LENGTH {
            let mut found = Violations::new();
            let allowed = format!("a number of at most {} characters", numbers::MAX_LENGTH);
            found.refuse("tracking_number", text, allowed);
            return Err(Fault::from(found).into());
        }
        let candidates = numbers::identify(text).into_iter().map(|candidate| {
            v1::identify_tracking_number_response::Candidate {
                carrier: candidate.carrier.to_owned(),
                carrier_name: candidate.courier_name.to_owned(),
                format: candidate.format.to_owned(),
                confidence: candidate.confidence.to_string(),
                reasons: candidate.reasons.iter().map(ToString::to_string).collect(),
            }
        });
        Ok(Response::new(v1::IdentifyTrackingNumberResponse {
            candidates: candidates.collect(),
            tracking_number: numbers::normalize(text),
        }))
    }

    async fn create_tracker(
        &self,
        request: Request<v1::CreateTrackerRequest>,
    ) -> Result<Response<v1::Tracker>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let request = request.get_ref();
        let carrier = Some(request.carrier.as_str()).filter(|carrier| !carrier.is_empty());
        let tracker = self
            .tracks
            .create(&caller, &request.tracking_number, carrier)
            .await?;
        Ok(Response::new(self.shown(&tracker)))
    }

    async fn get_proof_of_delivery(
        &self,
        request: Request<v1::GetProofOfDeliveryRequest>,
    ) -> Result<Response<v1::Document>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let id = read::resource(&request.get_ref().name, "trackers", "name")?;
        let proof = self.papers.proof(&caller, &id).await?;
        Ok(Response::new(write::document(
            &proof.media_type,
            proof.bytes,
        )))
    }

    async fn get_tracker(
        &self,
        request: Request<v1::GetTrackerRequest>,
    ) -> Result<Response<v1::Tracker>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let id = read::resource(&request.get_ref().name, "trackers", "name")?;
        let tracker = self.tracks.read(&caller, &id).await?;
        Ok(Response::new(self.shown(&tracker)))
    }

    async fn batch_get_trackers(
        &self,
        request: Request<v1::BatchGetTrackersRequest>,
    ) -> Result<Response<v1::BatchGetTrackersResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let names = &request.get_ref().names;
        if names.len() > BATCH_MAX {
            let mut found = Violations::new();
            found.refuse("names", names.len(), format!("at most {BATCH_MAX} names"));
            return Err(Fault::from(found).into());
        }
        let mut found = Violations::new();
        let named = names.iter().enumerate();
        let ids: Vec<TrackerId> = named
            .filter_map(|(index, name)| {
                read::resource_in(name, "trackers", &format!("names[{index}]"), &mut found)
            })
            .collect();
        let ids = found.none_or(ids).map_err(Fault::from)?;
        let trackers = self.tracks.batch(&caller, &ids).await?;
        let trackers = trackers.iter().map(|one| self.shown(one)).collect();
        Ok(Response::new(v1::BatchGetTrackersResponse { trackers }))
    }

    async fn list_trackers(
        &self,
        request: Request<v1::ListTrackersRequest>,
    ) -> Result<Response<v1::ListTrackersResponse>, Status> {
        const LIST: &str = "trackers";
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let request = request.get_ref();
        let page = Wanted::read(LIST, request.page_size, &request.page_token)?;
        let wanted = Page {
            after: page.after.as_ref(),
            limit: page.size,
        };
        let status = status(request.status());
        let (list, next) = self.tracks.list(&caller, wanted, status).await?;
        Ok(Response::new(v1::ListTrackersResponse {
            next_page_token: token_after(LIST, next.as_ref().map(TrackerId::as_str)),
            trackers: list.iter().map(|one| self.shown(one)).collect(),
        }))
    }

    async fn refresh_tracker(
        &self,
        request: Request<v1::RefreshTrackerRequest>,
    ) -> Result<Response<v1::Tracker>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let id = read::resource(&request.get_ref().name, "trackers", "name")?;
        let tracker = self.tracks.refresh(&caller, &id).await?;
        Ok(Response::new(self.shown(&tracker)))
    }

    async fn stop_tracker(
        &self,
        request: Request<v1::StopTrackerRequest>,
    ) -> Result<Response<v1::Tracker>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let id = read::resource(&request.get_ref().name, "trackers", "name")?;
        let tracker = self.tracks.stop(&caller, &id).await?;
        Ok(Response::new(self.shown(&tracker)))
    }

    async fn list_events(
        &self,
        request: Request<v1::ListEventsRequest>,
    ) -> Result<Response<v1::ListEventsResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let request = request.get_ref();
        let id = read::resource(&request.parent, "trackers", "parent")?;
        let list = format!("{}/events", request.parent);
        // A parcel has tens of events: they are read as a whole and counted off.
        let page: Wanted<usize> = Wanted::read(&list, request.page_size, &request.page_token)?;
        let seen = page.after.unwrap_or(0);
        let size = usize::try_from(page.size).unwrap_or(usize::MAX);
        let events = self.tracks.events(&caller, &id).await?;
        let shown: Vec<_> = events
            .iter()
            .skip(seen)
            .take(size)
            .map(write::tracking_event)
            .collect();
        let last = (seen + shown.len() < events.len()).then(|| (seen + shown.len()).to_string());
        Ok(Response::new(v1::ListEventsResponse {
            next_page_token: token(&list, page.size, shown.len(), last.as_deref()),
            events: shown,
        }))
    }

    async fn get_poll_budget(
        &self,
        request: Request<v1::GetPollBudgetRequest>,
    ) -> Result<Response<v1::GetPollBudgetResponse>, Status> {
        self.door.admit(request.metadata(), Scope::Tracking).await?;
        let account = request.get_ref().account.as_str();
        let budgets = self
            .tracks
            .budgets(Some(account).filter(|id| !id.is_empty()))?;
        Ok(Response::new(v1::GetPollBudgetResponse {
            budgets: budgets.into_iter().map(write::budget).collect(),
        }))
    }

    type WatchEventsStream = BoxStream<'static, Result<v1::WatchEventsResponse, Status>>;

    async fn watch_events(
        &self,
        request: Request<v1::WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        use futures::StreamExt;
        let caller = self.door.admit(request.metadata(), Scope::Tracking).await?;
        let request = request.into_inner();
        let watch = self
            .watches
            .open(&caller, &request.resume_token, request.kinds)
            .await?;
        let replies = watch.map(|step| match step {
            Ok((event, resume_token)) => {
                let event = event.as_ref().map(write::event);
                Ok(v1::WatchEventsResponse {
                    event,
                    resume_token,
                })
            }
            Err(fault) => Err(fault.into()),
        });
        Ok(Response::new(replies.boxed()))
    }
}

fn status(status: v1::TrackingStatus) -> Option<Standing> {
    let mut all = Standing::ALL.iter().map(|(known, _)| *known);
    all.find(|known| write::status(*known) == status)
}
