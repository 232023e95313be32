//! Shipments and labels.

use parcelgate_domain::{Label, PurchaseState};
use parcelgate_proto::v1;
use parcelgate_store::{Fault, Purchase, ReplaceReason, ShipmentId};
use sha2::{Digest, Sha256};
use tonic::Status;
use tonic_types::StatusExt as _;
use v1::shipment::State;

use super::{duration, label_format, money, time};
use crate::service::shipments::Trackers;

/// A shipment; the trackers of its boxes are among `trackers`.
pub(in crate::grpc) fn shipment(purchase: &Purchase, trackers: &Trackers) -> v1::Shipment {
    let parcels = purchase.parcels.iter().map(|parcel| {
        let tracker = trackers.get(&(purchase.carrier.clone(), parcel.number.clone()));
        // The number of the last mile comes with tracking, after the label was bought.
        let last_mile = tracker.and_then(|tracker| tracker.last_mile_number.as_ref());
        let last_mile = last_mile.or(parcel.last_mile_number.as_ref());
        v1::ShippedParcel {
            tracking_number: parcel.number.to_string(),
            last_mile_number: last_mile.map_or_else(String::new, ToString::to_string),
            tracker: tracker.map_or_else(String::new, |tracker| format!("trackers/{}", tracker.id)),
        }
    });
    let (carrier, account) = (purchase.carrier.as_str(), purchase.account.as_str());
    let failure = purchase.fault.as_ref();
    let failure = failure.map(|fault| self::failure(carrier, account, fault));
    v1::Shipment {
        name: format!("shipments/{}", purchase.id),
        state: state(purchase.version.state).into(),
        carrier: purchase.carrier.to_string(),
        account: purchase.account.to_string(),
        service: purchase.service.code.to_string(),
        service_name: purchase.service.name.clone(),
        reference: purchase.reference.to_string(),
        order_number: purchase.order_number.clone().unwrap_or_default(),
        carrier_number: purchase.carrier_number.clone().unwrap_or_default(),
        quoted_total: purchase.quoted.map(money),
        charged: purchase.charged.map(money),
        parcels: parcels.collect(),
        failure,
        create_time: Some(time(purchase.created_at)),
        update_time: Some(time(purchase.updated_at)),
        replaces: named(
            purchase
                .replaces
                .as_ref()
                .map(|replaces| &replaces.shipment),
        ),
        replace_reason: purchase
            .replaces
            .as_ref()
            .map_or(v1::ReplaceReason::Unspecified, |one| reason(one.reason))
            .into(),
        replaced_by: named(purchase.replaced_by.as_ref()),
    }
}

/// A carrier's failure, as it was kept.
pub(in crate::grpc) fn failure(carrier: &str, account: &str, kept: &Fault) -> v1::CarrierFailure {
    v1::CarrierFailure {
        carrier: carrier.to_owned(),
        account: account.to_owned(),
        reason: kept.kind.clone(),
        carrier_code: kept.code.clone().unwrap_or_default(),
        carrier_text: kept.text.clone(),
        violations: Vec::new(),
    }
}

/// A paper.
pub(in crate::grpc) fn document(media_type: &str, bytes: Vec<u8>) -> v1::Document {
    v1::Document {
        media_type: media_type.to_owned(),
        sha256: sha256(&bytes),
        content: bytes.into(),
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(in crate::grpc) fn label(label: Label, tracking_number: String) -> v1::Label {
    v1::Label {
        format: label_format(label.format).into(),
        media_type: label.format.media_type().to_owned(),
        sha256: sha256(&label.bytes),
        content: label.bytes.into(),
        tracking_number,
    }
}

fn named(id: Option<&ShipmentId>) -> String {
    id.map_or_else(String::new, |id| format!("shipments/{id}"))
}

fn reason(reason: ReplaceReason) -> v1::ReplaceReason {
    match reason {
        ReplaceReason::AddressCorrected => v1::ReplaceReason::AddressCorrected,
        ReplaceReason::WrongItem => v1::ReplaceReason::WrongItem,
        ReplaceReason::Lost => v1::ReplaceReason::Lost,
        ReplaceReason::Damaged => v1::ReplaceReason::Damaged,
        ReplaceReason::Other => v1::ReplaceReason::Other,
    }
}

fn state(state: PurchaseState) -> State {
    match state {
        PurchaseState::Accepted => State::Accepted,
        PurchaseState::Sending => State::Sending,
        PurchaseState::Purchased => State::Purchased,
        PurchaseState::PurchasedNoLabel => State::PurchasedNoLabel,
        PurchaseState::Rejected => State::Rejected,
        PurchaseState::Unknown => State::Unknown,
        PurchaseState::Absent => State::Absent,
        PurchaseState::NeedsReview => State::NeedsReview,
        PurchaseState::Cancelled => State::Cancelled,
        PurchaseState::VoidWanted => State::VoidWanted,
        PurchaseState::Voiding => State::Voiding,
        PurchaseState::Voided => State::Voided,
        PurchaseState::VoidRefused => State::VoidRefused,
        PurchaseState::VoidUnknown => State::VoidUnknown,
    }
}

/// A status as one item of a stream tells it.
pub(in crate::grpc) fn refusal(status: &Status) -> v1::PurchaseRefusal {
    let details = status.get_error_details();
    let info = details.error_info().cloned();
    let (reason, metadata) =
        info.map_or_else(Default::default, |info| (info.reason, info.metadata));
    let fields = details.bad_request().into_iter();
    let fields = fields.flat_map(|request| &request.field_violations);
    let violations = fields.map(|at| v1::FieldViolation {
        field: at.field.clone(),
        description: at.description.clone(),
    });
    let retry = details.retry_info().and_then(|retry| retry.retry_delay);
    v1::PurchaseRefusal {
        code: status.code().into(),
        reason,
        message: status.message().to_owned(),
        metadata,
        violations: violations.collect(),
        retry_after: retry.map(duration),
    }
}
