//! SubscriptionService.

use std::sync::Arc;

use parcelgate_clock::SharedClock;
use parcelgate_proto::v1;
use parcelgate_proto::v1::delivery::State;
use parcelgate_proto::v1::subscription_service_server::SubscriptionService;
use parcelgate_store::{DeliveryState, Page, SubscriptionState};
use tonic::{Request, Response, Status};

use super::door::Door;
use super::page::{Wanted, token};
use super::{read, write};
use crate::service::Scope;
use crate::service::subscriptions::Subscriptions;

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
        let state = match request.state() {
            State::Unspecified => None,
            State::Pending => Some(DeliveryState::Pending),
            State::Delivered => Some(DeliveryState::Delivered),
            State::Dead => Some(DeliveryState::Dead),
            State::Superseded => Some(DeliveryState::Superseded),
        };
        let found = self.subscriptions.deliveries(&caller, &id, state, wanted);
        let found = found.await?;
        let last = found.last().map(|(delivery, _)| delivery.id.as_str());
        Ok(Response::new(v1::ListDeliveriesResponse {
            next_page_token: token(&list, page.size, found.len(), last),
            deliveries: found
                .iter()
                .map(|(delivery, event)| write::delivery(delivery, event.as_ref()))
                .collect(),
        }))
    }

    async fn pause_subscription(
        &self,
        request: Request<v1::PauseSubscriptionRequest>,
    ) -> Result<Response<v1::Subscription>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let id = read::resource(&request.get_ref().name, "subscriptions", "name")?;
        let paused = self
            .subscriptions
            .turn(&caller, &id, SubscriptionState::Paused);
        Ok(Response::new(write::subscription(&paused.await?, false)))
    }

    async fn resume_subscription(
        &self,
        request: Request<v1::ResumeSubscriptionRequest>,
    ) -> Result<Response<v1::Subscription>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let id = read::resource(&request.get_ref().name, "subscriptions", "name")?;
        let active = self
            .subscriptions
            .turn(&caller, &id, SubscriptionState::Active);
        Ok(Response::new(write::subscription(&active.await?, false)))
    }

    async fn rotate_secret(
        &self,
        request: Request<v1::RotateSecretRequest>,
    ) -> Result<Response<v1::Subscription>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let (id, rotation) = read::rotation(request.get_ref())?;
        let rotated = self.subscriptions.rotate(&caller, &id, rotation).await?;
        Ok(Response::new(write::subscription(&rotated, true)))
    }

    async fn redeliver_event(
        &self,
        request: Request<v1::RedeliverEventRequest>,
    ) -> Result<Response<v1::Delivery>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let (id, delivery) = read::delivery_name(&request.get_ref().name)?;
        let (again, event) = self
            .subscriptions
            .redeliver(&caller, &id, &delivery)
            .await?;
        Ok(Response::new(write::delivery(&again, Some(&event))))
    }

    async fn replay_events(
        &self,
        request: Request<v1::ReplayEventsRequest>,
    ) -> Result<Response<v1::ReplayEventsResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Webhooks).await?;
        let (id, past) = read::past(request.get_ref(), self.clock.now())?;
        let events = self.subscriptions.replay(&caller, &id, past).await?;
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        Ok(Response::new(v1::ReplayEventsResponse { events }))
    }
}
