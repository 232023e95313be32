//! ManifestService.

use parcelgate_proto::v1;
use parcelgate_proto::v1::manifest_service_server::ManifestService;
use tonic::{Request, Response, Status};
use uuid::Uuid;
use v1::manifest::{LeftOut, State};

use super::door::Door;
use super::{read, write};
use crate::service::Scope;
use crate::service::errands::{Closed, Errands, Told};

pub(super) struct ManifestApi {
    pub(super) door: Door,
    pub(super) errands: Errands,
}

#[tonic::async_trait]
impl ManifestService for ManifestApi {
    async fn create_manifest(
        &self,
        request: Request<v1::CreateManifestRequest>,
    ) -> Result<Response<v1::Manifest>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let wanted = read::manifest(request.get_ref())?;
        let request_id = wanted.request_id.clone();
        let told = self.errands.close(&caller, wanted).await?;
        Ok(Response::new(written(&request_id, told)))
    }

    async fn get_manifest(
        &self,
        request: Request<v1::GetManifestRequest>,
    ) -> Result<Response<v1::Manifest>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let id: Uuid = read::resource(&request.get_ref().name, "manifests", "name")?;
        let told = self.errands.manifest(&caller, &id.to_string()).await?;
        Ok(Response::new(written(&id.to_string(), told)))
    }
}

fn written(request_id: &str, told: Told<Closed>) -> v1::Manifest {
    let (account, carrier) = (told.account.to_string(), told.carrier.to_string());
    let mut manifest = v1::Manifest {
        name: format!("manifests/{request_id}"),
        ..Default::default()
    };
    let state = match told.outcome {
        Ok(closed) => {
            manifest.number = closed.number;
            let papers = closed.papers.iter();
            manifest.documents = papers
                .map(|paper| write::document(&paper.media_type, paper.bytes()))
                .collect();
            let left = |(number, carrier_code, carrier_text): (_, String, String)| LeftOut {
                tracking_number: parcelgate_domain::TrackingNumber::to_string(&number),
                carrier_code,
                carrier_text,
            };
            manifest.left_out = closed.left_out.into_iter().map(left).collect();
            State::Closed
        }
        Err(why) => {
            manifest.failure = Some(write::failure(&carrier, &account, &why.fault));
            if why.in_doubt() {
                State::Unknown
            } else {
                State::Rejected
            }
        }
    };
    manifest.state = state.into();
    (manifest.account, manifest.carrier) = (account, carrier);
    manifest
}
