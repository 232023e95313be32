//! CarrierService.

use std::sync::Arc;

use parcelgate_carrier::{Ability, Class};
use parcelgate_clock::SharedClock;
use parcelgate_proto::v1;
use parcelgate_proto::v1::carrier_service_server::CarrierService;
use parcelgate_wire::{CircuitState, OperationStatus, QuotaSource, QuotaStatus};
use tonic::{Request, Response, Status};

use super::door::Door;
use super::write;
use crate::service::catalogue::Catalogues;
use crate::service::{Account, Scope};
use v1::carrier_status::{HostStatus, OperationStatus as Operation, QuotaStatus as Quota};

pub(super) struct CarrierApi {
    pub(super) door: Door,
    pub(super) catalogues: Arc<Catalogues>,
    pub(super) clock: SharedClock,
}

#[tonic::async_trait]
impl CarrierService for CarrierApi {
    async fn list_carriers(
        &self,
        request: Request<v1::ListCarriersRequest>,
    ) -> Result<Response<v1::ListCarriersResponse>, Status> {
        self.door.admit(request.metadata(), Scope::Carriers).await?;
        let accounts = self.catalogues.accounts();
        let carriers = crate::carriers::CARRIERS.iter().map(|(id, _)| {
            let of_carrier: Vec<_> = accounts.of_carrier(id).collect();
            let mut carrier = v1::Carrier {
                id: id.to_string(),
                ..Default::default()
            };
            carrier.accounts = of_carrier
                .iter()
                .map(|account| account.id.to_string())
                .collect();
            if let Some(account) = of_carrier.first() {
                let profile = account.carrier.profile();
                (carrier.capabilities, carrier.absences) = abilities(&of_carrier);
                carrier.display_name = profile.name.to_owned();
                carrier.display_name_zh = profile.name_zh.to_owned();
                let formats = profile.label_formats.iter();
                carrier.label_formats = formats.map(ToString::to_string).collect();
                let services = profile.services.iter();
                carrier.services = services.map(|row| service(row.code, row.name)).collect();
                carrier.track_batch_max =
                    u32::try_from(profile.track_batch_max).unwrap_or(u32::MAX);
                carrier.parcels_max = u32::try_from(profile.parcels_max).unwrap_or(u32::MAX);
            }
            carrier
        });
        let mut carriers: Vec<v1::Carrier> = carriers.collect();
        carriers.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Response::new(v1::ListCarriersResponse { carriers }))
    }

    async fn get_carrier_status(
        &self,
        request: Request<v1::GetCarrierStatusRequest>,
    ) -> Result<Response<v1::CarrierStatus>, Status> {
        self.door.admit(request.metadata(), Scope::Carriers).await?;
        let account = self
            .catalogues
            .accounts()
            .named(&request.get_ref().account)?;
        let status = account.wire.status();
        let hosts = status
            .hosts
            .iter()
            .map(|host| self.host(host.name, host.circuit));
        Ok(Response::new(v1::CarrierStatus {
            account: account.id.to_string(),
            carrier: account.carrier_id().to_string(),
            hosts: hosts.collect(),
            quotas: status.quotas.iter().map(quota).collect(),
            operations: status.operations.iter().map(operation).collect(),
        }))
    }

    async fn list_services(
        &self,
        request: Request<v1::ListServicesRequest>,
    ) -> Result<Response<v1::ListServicesResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Carriers).await?;
        let found = self
            .catalogues
            .services(&caller, &request.get_ref().account)
            .await?;
        let services = found
            .iter()
            .map(|found| service(found.code.as_str(), &found.name));
        Ok(Response::new(v1::ListServicesResponse {
            services: services.collect(),
        }))
    }

    async fn list_warehouses(
        &self,
        request: Request<v1::ListWarehousesRequest>,
    ) -> Result<Response<v1::ListWarehousesResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Carriers).await?;
        let found = self
            .catalogues
            .warehouses(&caller, &request.get_ref().account)
            .await?;
        let warehouses = found.into_iter().map(|warehouse| v1::Warehouse {
            code: warehouse.code,
            display_name: warehouse.name,
        });
        Ok(Response::new(v1::ListWarehousesResponse {
            warehouses: warehouses.collect(),
        }))
    }
}

impl CarrierApi {
    fn host(&self, name: &str, circuit: CircuitState) -> HostStatus {
        let (circuit, next_probe) = match circuit {
            CircuitState::Closed => ("CLOSED", None),
            CircuitState::Open { next_probe } => ("OPEN", Some(next_probe)),
            CircuitState::Probing => ("HALF_OPEN", None),
        };
        let next_probe = next_probe.and_then(|left| self.clock.now().saturating_add(left).ok());
        HostStatus {
            host: name.to_owned(),
            circuit: circuit.to_owned(),
            next_probe_time: next_probe.map(write::time),
        }
    }
}

/// What any of the accounts can do, and why none can do the rest.
fn abilities(accounts: &[&Arc<Account>]) -> (Vec<String>, Vec<v1::carrier::Absence>) {
    let able = |ability: Ability| {
        let mut accounts = accounts.iter();
        accounts.any(|account| ability.is_in(account.carrier.as_ref()))
    };
    let (can, cannot): (Vec<_>, Vec<_>) = Ability::ALL.iter().partition(|(it, _)| able(*it));
    let absences = cannot.into_iter().map(|(ability, name)| {
        let mut reasons = accounts
            .iter()
            .filter_map(|account| account.carrier.profile().absence(ability));
        v1::carrier::Absence {
            capability: (*name).to_owned(),
            reason: reasons.next().unwrap_or_default().to_owned(),
        }
    });
    let can = can.into_iter().map(|(_, name)| (*name).to_owned());
    (can.collect(), absences.collect())
}

fn service(code: &str, name: &str) -> v1::CarrierServiceInfo {
    v1::CarrierServiceInfo {
        code: code.to_owned(),
        display_name: name.to_owned(),
    }
}

fn source(source: QuotaSource) -> &'static str {
    match source {
        QuotaSource::Own => "OWN",
        QuotaSource::Shared => "SHARED",
        QuotaSource::LocalShare => "LOCAL_SHARE",
    }
}

/// One quota, by the names of those who share it.
fn quota(status: &QuotaStatus) -> Quota {
    let shares = |class: &Class| status.classes.contains(class);
    let names = Class::ALL.iter().filter(|(class, _)| shares(class));
    let names: Vec<&str> = names.map(|(_, name)| *name).collect();
    Quota {
        class: names.join("+"),
        permits: status.permits,
        per: Some(write::duration(status.per)),
        left: status.left,
        source: source(status.source).to_owned(),
    }
}

fn operation(status: &OperationStatus) -> Operation {
    let count = |wanted: fn(&str) -> bool| {
        let counts = status
            .outcomes
            .iter()
            .filter(|(outcome, _)| wanted(outcome));
        counts.map(|(_, count)| count).sum()
    };
    Operation {
        operation: status.operation.to_owned(),
        requests: count(|_| true),
        failures: count(|outcome| outcome != "OK"),
        p50: Some(write::duration(status.p50)),
        p95: Some(write::duration(status.p95)),
    }
}
