//! AddressService.

use std::sync::Arc;

use parcelgate_carrier::AddressOutcome;
use parcelgate_domain::Violations;
use parcelgate_proto::v1;
use parcelgate_proto::v1::address_service_server::AddressService;
use tonic::{Request, Response, Status};

use super::door::Door;
use super::{read, write};
use crate::service::addresses::AddressChecks;
use crate::service::{Fault, Scope};

pub(super) struct AddressApi {
    pub(super) door: Door,
    pub(super) checks: Arc<AddressChecks>,
}

#[tonic::async_trait]
impl AddressService for AddressApi {
    async fn validate_address(
        &self,
        request: Request<v1::ValidateAddressRequest>,
    ) -> Result<Response<v1::ValidateAddressResponse>, Status> {
        use v1::validate_address_response::Outcome;
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let request = request.get_ref();
        let mut found = Violations::new();
        let address = read::address(request.address.as_ref(), "address", &mut found);
        let address = match (address, found.is_empty()) {
            (Some(address), true) => address,
            _ => return Err(Fault::from(found).into()),
        };
        let account = Some(request.account.as_str()).filter(|account| !account.is_empty());
        let (carrier, verdict) = self.checks.validate(&caller, &address, account).await?;
        let outcome = match verdict.outcome {
            AddressOutcome::Valid => Outcome::Valid,
            AddressOutcome::Ambiguous => Outcome::Ambiguous,
            AddressOutcome::Unknown => Outcome::Unknown,
        };
        Ok(Response::new(v1::ValidateAddressResponse {
            outcome: outcome.into(),
            candidates: verdict.candidates.iter().map(write::address).collect(),
            carrier: carrier.to_string(),
        }))
    }
}
