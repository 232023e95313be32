//! PickupService.

use parcelgate_proto::v1;
use parcelgate_proto::v1::pickup_service_server::PickupService;
use tonic::{Request, Response, Status};
use uuid::Uuid;
use v1::pickup::State;

use super::door::Door;
use super::{read, write};
use crate::service::Scope;
use crate::service::errands::{Errands, Standing};

pub(super) struct PickupApi {
    pub(super) door: Door,
    pub(super) errands: Errands,
}

#[tonic::async_trait]
impl PickupService for PickupApi {
    async fn schedule_pickup(
        &self,
        request: Request<v1::SchedulePickupRequest>,
    ) -> Result<Response<v1::Pickup>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let wanted = read::pickup(request.get_ref())?;
        let request_id = wanted.request_id.clone();
        let standing = self.errands.schedule(&caller, wanted).await?;
        Ok(Response::new(written(&request_id, standing)))
    }

    async fn get_pickup(
        &self,
        request: Request<v1::GetPickupRequest>,
    ) -> Result<Response<v1::Pickup>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let id: Uuid = read::resource(&request.get_ref().name, "pickups", "name")?;
        let standing = self.errands.pickup(&caller, &id.to_string()).await?;
        Ok(Response::new(written(&id.to_string(), standing)))
    }

    async fn cancel_pickup(
        &self,
        request: Request<v1::CancelPickupRequest>,
    ) -> Result<Response<v1::Pickup>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let id: Uuid = read::resource(&request.get_ref().name, "pickups", "name")?;
        let standing = self.errands.cancel(&caller, &id.to_string()).await?;
        Ok(Response::new(written(&id.to_string(), standing)))
    }
}

fn written(request_id: &str, standing: Standing) -> v1::Pickup {
    let told = standing.told;
    let (account, carrier) = (told.account.to_string(), told.carrier.to_string());
    let mut pickup = v1::Pickup {
        name: format!("pickups/{request_id}"),
        ..Default::default()
    };
    let state = match (told.outcome, standing.cancelled) {
        (Ok(made), cancelled) => {
            let clock = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
            pickup.confirmation = made.confirmation;
            pickup.date = Some(write::date(made.date));
            pickup.charged = made.charged.map(write::money);
            if let Some((from, until)) = made.window {
                (pickup.window_start, pickup.window_end) = (clock(from), clock(until));
            }
            if cancelled {
                State::Cancelled
            } else {
                State::Scheduled
            }
        }
        (Err(why), _) => {
            pickup.failure = Some(write::failure(&carrier, &account, &why.fault));
            if why.in_doubt() {
                State::Unknown
            } else {
                State::Rejected
            }
        }
    };
    pickup.state = state.into();
    (pickup.account, pickup.carrier) = (account, carrier);
    pickup
}
