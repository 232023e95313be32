//! ShipmentService.

use std::slice;
use std::sync::Arc;

use parcelgate_carrier::{Direction, Lane};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{LabelFormat, PurchaseState, Violations};
use parcelgate_proto::v1;
use parcelgate_proto::v1::shipment_service_server::ShipmentService;
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status, Streaming};

use super::batch;
use super::door::Door;
use super::page::{Wanted, token};
use super::rates::today;
use super::{papers, read, write};
use crate::service::papers::Papers;
use crate::service::purchase::{Asked, PurchaseRequest, Purchases};
use crate::service::replace::Replacements;
use crate::service::shipments::Shipments;
use crate::service::void::Voids;
use crate::service::{Caller, Fault, Scope};

#[derive(Clone)]
pub(super) struct ShipmentApi {
    pub(super) door: Door,
    pub(super) purchases: Purchases,
    pub(super) shipments: Arc<Shipments>,
    pub(super) voids: Voids,
    pub(super) replacements: Replacements,
    pub(super) papers: Papers,
    pub(super) clock: SharedClock,
    pub(super) closing: CancellationToken,
}

/// What a caller is told of a purchase, and whether it is what was told before.
pub(super) struct Told {
    pub(super) shipment: v1::Shipment,
    pub(super) again: bool,
}

impl Told {
    fn reply(self) -> Response<v1::Shipment> {
        reply(self.shipment, self.again)
    }
}

/// `message`, and whether it is what was told before.
fn reply<T>(message: T, again: bool) -> Response<T> {
    let mut reply = Response::new(message);
    if again {
        let yes = MetadataValue::from_static("1");
        reply.metadata_mut().insert("x-idempotent-replay", yes);
    }
    reply
}

impl ShipmentApi {
    /// Buys, or asks only whether it would be taken.
    pub(super) async fn bought(
        &self,
        caller: &Caller,
        request: &v1::PurchaseLabelRequest,
        lane: Lane,
    ) -> Result<Told, Status> {
        if !request.validate_only {
            let known = self.known(caller, Direction::Outbound, read::asked(request), lane);
            if let Some(told) = known.await? {
                return Ok(told);
            }
        }
        let unknown = |selection: &_| self.purchases.unknown(selection);
        let mut wanted = read::purchase(request, today(&self.clock), unknown)?;
        wanted.lane = lane;
        if request.validate_only {
            let (account, service, quoted) = self.purchases.rehearse(caller, wanted).await?;
            let shipment = v1::Shipment {
                carrier: account.carrier_id().to_string(),
                account: account.id.to_string(),
                service: service.code.to_string(),
                service_name: service.name,
                quoted_total: quoted.map(write::money),
                ..Default::default()
            };
            return Ok(Told {
                shipment,
                again: false,
            });
        }
        self.buy(caller, wanted).await
    }

    /// Tells again what was told at the end of the same purchase, or goes on with it; none when it
    /// is not known. What is configured by now does not matter: it was accepted.
    async fn known(
        &self,
        caller: &Caller,
        direction: Direction,
        asked: Option<Asked>,
        lane: Lane,
    ) -> Result<Option<Told>, Fault> {
        let Some(asked) = asked else {
            return Ok(None);
        };
        let Some(purchase) = self.purchases.known(caller, direction, &asked).await? else {
            return Ok(None);
        };
        let (purchase, kept) = self.purchases.as_told(purchase).await?;
        if kept {
            let shipment = self.written_as_told(caller, &purchase).await?;
            return Ok(Some(Told {
                shipment,
                again: true,
            }));
        }
        let purchase = self.purchases.go_on(caller, purchase, lane).await?;
        Ok(Some(self.told_first(caller, purchase).await?))
    }

    /// Buys what is not known yet.
    async fn buy(&self, caller: &Caller, wanted: PurchaseRequest) -> Result<Told, Status> {
        let purchase = self.purchases.purchase(caller, wanted).await?;
        Ok(self.told_first(caller, purchase).await?)
    }

    async fn told_first(
        &self,
        caller: &Caller,
        purchase: parcelgate_store::Purchase,
    ) -> Result<Told, Fault> {
        let (purchase, kept) = self.purchases.as_told(purchase).await?;
        Ok(Told {
            shipment: self.written_if(caller, &purchase, kept).await?,
            again: false,
        })
    }

    /// As it is told again, or as it stands.
    async fn written_if(
        &self,
        caller: &Caller,
        purchase: &parcelgate_store::Purchase,
        is_kept: bool,
    ) -> Result<v1::Shipment, Fault> {
        if is_kept {
            self.written_as_told(caller, purchase).await
        } else {
            self.written(caller, purchase).await
        }
    }

    /// Without what tracking finds out later, so that it is the same whenever it is told.
    async fn written_as_told(
        &self,
        caller: &Caller,
        purchase: &parcelgate_store::Purchase,
    ) -> Result<v1::Shipment, Fault> {
        let trackers = self.shipments.trackers(caller, slice::from_ref(purchase));
        let mut trackers = trackers.await?;
        for tracker in trackers.values_mut() {
            tracker.last_mile_number = None;
        }
        Ok(write::shipment(purchase, &trackers))
    }

    async fn written(
        &self,
        caller: &Caller,
        purchase: &parcelgate_store::Purchase,
    ) -> Result<v1::Shipment, Fault> {
        let trackers = self.shipments.trackers(caller, slice::from_ref(purchase));
        Ok(write::shipment(purchase, &trackers.await?))
    }
}

#[tonic::async_trait]
impl ShipmentService for ShipmentApi {
    async fn purchase_label(
        &self,
        request: Request<v1::PurchaseLabelRequest>,
    ) -> Result<Response<v1::Shipment>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let bought = self.bought(&caller, request.get_ref(), Lane::Buy);
        Ok(bought.await?.reply())
    }

    type BatchPurchaseLabelsStream = batch::Answers;

    async fn batch_purchase_labels(
        &self,
        request: Request<Streaming<v1::PurchaseLabelRequest>>,
    ) -> Result<Response<batch::Answers>, Status> {
        self.door.admit(request.metadata(), Scope::Labels).await?;
        Ok(Response::new(batch::answers(self.clone(), request)))
    }

    async fn purchase_return_label(
        &self,
        request: Request<v1::PurchaseReturnLabelRequest>,
    ) -> Result<Response<v1::Shipment>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let asked = read::asked_back(request.get_ref());
        let known = self.known(&caller, Direction::Return, asked, Lane::Buy);
        if let Some(told) = known.await? {
            return Ok(told.reply());
        }
        let unknown = |selection: &_| self.purchases.unknown(selection);
        let wanted = read::purchase_back(request.get_ref(), today(&self.clock), unknown)?;
        Ok(self.buy(&caller, wanted).await?.reply())
    }

    async fn replace_shipment(
        &self,
        request: Request<v1::ReplaceShipmentRequest>,
    ) -> Result<Response<v1::ReplaceShipmentResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let known = match read::asked_instead(request.get_ref()) {
            Some(asked) => self.replacements.known(&caller, &asked).await?,
            None => None,
        };
        let again = known.as_ref().is_some_and(|known| known.is_kept);
        let replaced = match known {
            Some(replaced) => replaced,
            None => {
                let unknown = |selection: &_| self.purchases.unknown(selection);
                let wanted = read::replacement(request.get_ref(), today(&self.clock), unknown)?;
                self.replacements.replace(&caller, wanted).await?
            }
        };
        let is_kept = replaced.is_kept;
        let original = self.written_if(&caller, &replaced.original, is_kept);
        let original = original.await?;
        let replacement = self.written_if(&caller, &replaced.replacement, is_kept);
        let both = v1::ReplaceShipmentResponse {
            original: Some(original),
            replacement: Some(replacement.await?),
        };
        Ok(reply(both, again))
    }

    async fn upload_document(
        &self,
        request: Request<v1::UploadDocumentRequest>,
    ) -> Result<Response<v1::UploadDocumentResponse>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let paper = read::paper(request.get_ref())?;
        let account = &request.get_ref().account;
        let document = self.papers.upload(&caller, account, &paper).await?;
        Ok(Response::new(v1::UploadDocumentResponse {
            document: document.as_str().to_owned(),
        }))
    }

    async fn get_shipment(
        &self,
        request: Request<v1::GetShipmentRequest>,
    ) -> Result<Response<v1::Shipment>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let id = read::resource(&request.get_ref().name, "shipments", "name")?;
        let purchase = self.shipments.read(&caller, &id).await?;
        Ok(Response::new(self.written(&caller, &purchase).await?))
    }

    async fn list_shipments(
        &self,
        request: Request<v1::ListShipmentsRequest>,
    ) -> Result<Response<v1::ListShipmentsResponse>, Status> {
        const LIST: &str = "shipments";
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let request = request.into_inner();
        let page = Wanted::read(LIST, request.page_size, &request.page_token)?;
        let filter = parcelgate_store::ShipmentFilter {
            state: state(request.state()),
            order_number: Some(request.order_number).filter(|number| !number.is_empty()),
            ..Default::default()
        };
        let after = page.after.as_ref();
        let list = self
            .shipments
            .list(
                &caller,
                &filter,
                parcelgate_store::Page {
                    after,
                    limit: page.size,
                },
            )
            .await?;
        let last = list.last().map(|purchase| purchase.id.as_str());
        let next_page_token = token(LIST, page.size, list.len(), last);
        let trackers = self.shipments.trackers(&caller, &list).await?;
        let written = list
            .iter()
            .map(|purchase| write::shipment(purchase, &trackers));
        Ok(Response::new(v1::ListShipmentsResponse {
            shipments: written.collect(),
            next_page_token,
        }))
    }

    async fn get_label(
        &self,
        request: Request<v1::GetLabelRequest>,
    ) -> Result<Response<v1::Label>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let request = request.get_ref();
        let id = read::resource(&request.name, "shipments", "name")?;
        let format = match request.format() {
            v1::LabelFormat::Unspecified => None,
            v1::LabelFormat::Pdf => Some(LabelFormat::Pdf),
            v1::LabelFormat::Png => Some(LabelFormat::Png),
            v1::LabelFormat::Zpl => Some(LabelFormat::Zpl),
        };
        let (label, number) = self
            .shipments
            .label(&caller, &id, request.parcel_index, format)
            .await?;
        Ok(Response::new(write::label(label, number.to_string())))
    }

    async fn void_label(
        &self,
        request: Request<v1::VoidLabelRequest>,
    ) -> Result<Response<v1::Shipment>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let request = request.get_ref();
        let mut found = Violations::new();
        let request_id = read::request_id(&request.request_id, &mut found);
        let id = read::resource_in(&request.name, "shipments", "name", &mut found);
        let (Some(id), true) = (id, found.is_empty()) else {
            return Err(Fault::from(found).into());
        };
        let purchase = self.voids.void(&caller, &id, &request_id).await?;
        Ok(Response::new(self.written(&caller, &purchase).await?))
    }

    async fn get_shipment_papers(
        &self,
        request: Request<v1::GetShipmentPapersRequest>,
    ) -> Result<Response<v1::ShipmentPapers>, Status> {
        let caller = self.door.admit(request.metadata(), Scope::Labels).await?;
        let (id, wanted) = papers::read(request.get_ref())?;
        let bundle = self.shipments.papers(&caller, &id, wanted).await?;
        Ok(Response::new(papers::write(bundle)))
    }
}

fn state(state: v1::shipment::State) -> Option<PurchaseState> {
    let name = state.as_str_name().strip_prefix("STATE_")?;
    PurchaseState::from_name(name)
}
