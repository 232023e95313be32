//! SubscriptionService.

use std::sync::Arc;

use jiff::Timestamp;
use parcelgate_clock::SharedClock;
use parcelgate_domain::Violations;
use parcelgate_proto::v1;
use parcelgate_proto::v1::subscription_service_server::SubscriptionService;
use parcelgate_store::Page;
use tonic::{Request, Response, Status};

use super::door::Door;
use super::page::{Wanted, token};
use super::{read, write};
use crate::service::subscriptions::Subscriptions;
use crate::service::{Fault, Scope};

pub(super) struct SubscriptionApi {
    pub(super) door: Door,
    pub(super) subscriptions: Arc<Subscriptions>,
    pub(super) clock: SharedClock,
}

#[tonic::async_trait]
impl SubscriptionService for SubscriptionApi {
    async fn create_subscription(
        &self,
        request: Request<v1::CreateSubscriptionRequest>,
    ) -> Result<Response<v1::Subscription>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let wanted = read::subscription(request.get_ref())?;
        let made = self.subscriptions.create(&caller, wanted).await?;
        Ok(Response::new(write::subscription(&made, true)))
    }

    async fn get_subscription(
        &self,
        request: Request<v1::GetSubscriptionRequest>,
    ) -> Result<Response<v1::Subscription>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let id = read::resource(&request.get_ref().name, "subscriptions", "name")?;
        let found = self.subscriptions.read(&caller, &id).await?;
        Ok(Response::new(write::subscription(&found, false)))
    }

    async fn list_subscriptions(
        &self,
        request: Request<v1::ListSubscriptionsRequest>,
    ) -> Result<Response<v1::ListSubscriptionsResponse>, Status> {
        const LIST: &str = "subscriptions";
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let request = request.get_ref();
        let page = Wanted::read(LIST, request.page_size, &request.page_token)?;
        let wanted = Page {
            after: page.after.as_ref(),
            limit: page.size,
        };
        let list = self.subscriptions.list(&caller, wanted).await?;
        let last = list.last().map(|subscription| subscription.id.as_str());
        Ok(Response::new(v1::ListSubscriptionsResponse {
            next_page_token: token(LIST, page.size, list.len(), last),
            subscriptions: list
                .iter()
                .map(|found| write::subscription(found, false))
                .collect(),
        }))
    }

    async fn delete_subscription(
        &self,
        request: Request<v1::DeleteSubscriptionRequest>,
    ) -> Result<Response<()>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let id = read::resource(&request.get_ref().name, "subscriptions", "name")?;
        self.subscriptions.delete(&caller, &id).await?;
        Ok(Response::new(()))
    }

    async fn list_deliveries(
        &self,
        request: Request<v1::ListDeliveriesRequest>,
    ) -> Result<Response<v1::ListDeliveriesResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let request = request.get_ref();
        let id = read::resource(&request.parent, "subscriptions", "parent")?;
        let list = format!("{}/deliveries", request.parent);
        let page = Wanted::read(&list, request.page_size, &request.page_token)?;
        let wanted = Page {
            after: page.after.as_ref(),
            limit: page.size,
        };
        let found = self.subscriptions.deliveries(&caller, &id, wanted).await?;
        let last = found.last().map(|(delivery, _)| delivery.id.as_str());
        Ok(Response::new(v1::ListDeliveriesResponse {
            next_page_token: token(&list, page.size, found.len(), last),
            deliveries: found
                .iter()
                .map(|(delivery, event)| write::delivery(delivery, event.as_ref()))
                .collect(),
        }))
    }

    async fn replay_events(
        &self,
        request: Request<v1::ReplayEventsRequest>,
    ) -> Result<Response<v1::ReplayEventsResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let request = request.get_ref();
        let mut found = Violations::new();
        let id = read::resource_in(&request.name, "subscriptions", "name", &mut found);
        let start = moment(request.start_time.as_ref(), "start_time", &mut found);
        if request.start_time.is_none() {
            found.require("start_time", "given");
        }
        let end = moment(request.end_time.as_ref(), "end_time", &mut found);
        let end = end.unwrap_or_else(|| self.clock.now());
        let span = (start.unwrap_or(end), end);
        let (Some(id), true) = (id, found.is_empty()) else {
            return Err(Fault::from(found).into());
        };
        let events = self.subscriptions.replay(&caller, &id, span).await?;
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        Ok(Response::new(v1::ReplayEventsResponse { events }))
    }
}

fn moment(
    read: Option<&prost_types::Timestamp>,
    field: &str,
    found: &mut Violations,
) -> Option<Timestamp> {
    let read = read?;
    let moment = Timestamp::new(read.seconds, read.nanos).ok();
    if moment.is_none() {
        found.refuse(field, read.seconds, "a moment between the years 1 and 9999");
    }
    moment
}
