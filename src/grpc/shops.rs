//! ShopService.

use std::sync::Arc;

use parcelgate_proto::v1;
use parcelgate_proto::v1::shop_service_server::ShopService;
use parcelgate_store::Page;
use tonic::{Request, Response, Status};

use super::door::Door;
use super::page::{Wanted, token};
use super::{read, write};
use crate::service::Scope;
use crate::service::confirm::Confirmations;

pub(super) struct ShopApi {
    pub(super) door: Door,
    pub(super) confirmations: Arc<Confirmations>,
}

#[tonic::async_trait]
impl ShopService for ShopApi {
    async fn list_shops(
        &self,
        request: Request<v1::ListShopsRequest>,
    ) -> Result<Response<v1::ListShopsResponse>, Status> {
        self.door.admit(request.metadata(), Scope::Labels).await?;
        let shops = self.confirmations.shops().iter();
        Ok(Response::new(v1::ListShopsResponse {
            shops: shops.map(write::shop).collect(),
        }))
    }

    async fn confirm_order(
        &self,
        request: Request<v1::ConfirmOrderRequest>,
    ) -> Result<Response<v1::ConfirmOrderResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let asked = read::confirming(request.get_ref())?;
        let key = (asked.request_id, asked.body_sha256);
        let made = self
            .confirmations
            .confirm(&caller, key, &asked.shipment, &asked.order);
        let made = made.await?;
        Ok(Response::new(v1::ConfirmOrderResponse {
            confirmations: made.iter().map(write::confirmation).collect(),
        }))
    }

    async fn get_confirmation(
        &self,
        request: Request<v1::GetConfirmationRequest>,
    ) -> Result<Response<v1::Confirmation>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let id = read::resource(&request.get_ref().name, "confirmations", "name")?;
        let found = self.confirmations.read(&caller, &id).await?;
        Ok(Response::new(write::confirmation(&found)))
    }

    async fn list_confirmations(
        &self,
        request: Request<v1::ListConfirmationsRequest>,
    ) -> Result<Response<v1::ListConfirmationsResponse>, Status> {
        const LIST: &str = "confirmations";
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let request = request.get_ref();
        let wanted = Wanted::read(LIST, request.page_size, &request.page_token)?;
        let filter = read::confirmation_filter(request)?;
        let page = Page {
            after: wanted.after.as_ref(),
            limit: wanted.size,
        };
        let list = self.confirmations.list(&caller, &filter, page).await?;
        let last = list.last().map(|last| last.id.as_str());
        let next_page_token = token(LIST, wanted.size, list.len(), last);
        Ok(Response::new(v1::ListConfirmationsResponse {
            confirmations: list.iter().map(write::confirmation).collect(),
            next_page_token,
        }))
    }

    async fn retry_confirmation(
        &self,
        request: Request<v1::RetryConfirmationRequest>,
    ) -> Result<Response<v1::Confirmation>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let id = read::resource(&request.get_ref().name, "confirmations", "name")?;
        let retried = self.confirmations.retry(&caller, &id).await?;
        Ok(Response::new(write::confirmation(&retried)))
    }
}
