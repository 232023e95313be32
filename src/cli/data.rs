//! The interface's messages as JSON, under the names of the `.proto` files.

use parcelgate_proto::google::r#type::Money;
use parcelgate_proto::v1::{
    Carrier, CarrierFailure, CarrierStatus, Charge, Event, OrderRisk, PurchaseRefusal, Quote,
    Shipment, Tracker, TrackingEvent, TrackingStatus,
};
use serde_json::{Value, json};

use super::{risk, show};

pub(crate) fn money(money: Option<&Money>) -> Value {
    money.map_or(
        Value::Null,
        |money| json!({ "amount": show::amount(money), "currency": money.currency_code }),
    )
}

fn time(time: Option<&prost_types::Timestamp>) -> Value {
    show::instant(time).map_or(Value::Null, |at| json!(at.to_string()))
}

fn millis(duration: Option<&prost_types::Duration>) -> Value {
    duration.map_or(Value::Null, |d| {
        json!(d.seconds * 1000 + i64::from(d.nanos) / 1_000_000)
    })
}

fn micros(duration: Option<&prost_types::Duration>) -> Value {
    duration.map_or(Value::Null, |d| {
        json!(d.seconds * 1_000_000 + i64::from(d.nanos) / 1000)
    })
}

fn without_prefix(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_owned()
}

/// A price.
pub(crate) fn quote(quote: &Quote) -> Value {
    let charge = |charge: &Charge| {
        json!({
            "kind": without_prefix(charge.kind().as_str_name(), "KIND_"),
            "name": charge.name,
            "amount": money(charge.amount.as_ref()),
        })
    };
    let transit = quote.transit.as_ref().map(|transit| {
        json!({
            "days_min": transit.days_min,
            "days_max": transit.days_max,
            "business_days": transit.business_days,
            "deliver_by": show::day(transit.deliver_by.as_ref()),
            "deliver_by_time": transit.deliver_by_time,
            "guaranteed": transit.guaranteed,
        })
    });
    let tags = quote
        .tags()
        .map(|tag| without_prefix(tag.as_str_name(), "TAG_"));
    json!({
        "name": quote.name,
        "carrier": quote.carrier,
        "account": quote.account,
        "service": quote.service,
        "service_name": quote.service_name,
        "total": money(quote.total.as_ref()),
        "charges": quote.charges.iter().map(charge).collect::<Vec<_>>(),
        "converted_total": money(quote.converted_total.as_ref()),
        "exchange_rate": quote.exchange_rate,
        "transit": transit,
        "billed_weight_grams": quote.billed_weight_grams,
        "tags": tags.collect::<Vec<_>>(),
        "cached": quote.cached,
        "age_ms": millis(quote.age.as_ref()),
        "expire_time": time(quote.expire_time.as_ref()),
    })
}

/// Why a carrier gave no answer.
pub(crate) fn failure(failure: &CarrierFailure) -> Value {
    let violations: Vec<Value> = failure
        .violations
        .iter()
        .map(|v| json!({ "field": v.field, "description": v.description }))
        .collect();
    json!({
        "carrier": failure.carrier,
        "account": failure.account,
        "reason": failure.reason,
        "carrier_code": failure.carrier_code,
        "carrier_text": failure.carrier_text,
        "violations": violations,
    })
}

/// Why an item of a batch was not bought.
pub(crate) fn refusal(refusal: &PurchaseRefusal) -> Value {
    let violations: Vec<Value> = refusal
        .violations
        .iter()
        .map(|v| json!({ "field": v.field, "description": v.description }))
        .collect();
    json!({
        "code": refusal.code,
        "reason": refusal.reason,
        "message": refusal.message,
        "metadata": refusal.metadata,
        "violations": violations,
        "retry_after_ms": millis(refusal.retry_after.as_ref()),
    })
}

/// A shipment.
pub(crate) fn shipment(shipment: &Shipment) -> Value {
    let parcels: Vec<Value> = shipment
        .parcels
        .iter()
        .map(|parcel| {
            json!({
                "tracking_number": parcel.tracking_number,
                "last_mile_number": parcel.last_mile_number,
                "tracker": parcel.tracker,
            })
        })
        .collect();
    let reason = (!shipment.replaces.is_empty())
        .then(|| without_prefix(shipment.replace_reason().as_str_name(), "REPLACE_REASON_"));
    json!({
        "name": shipment.name,
        "state": show::state(shipment.state()),
        "carrier": shipment.carrier,
        "account": shipment.account,
        "service": shipment.service,
        "service_name": shipment.service_name,
        "reference": shipment.reference,
        "order_number": shipment.order_number,
        "carrier_number": shipment.carrier_number,
        "quoted_total": money(shipment.quoted_total.as_ref()),
        "charged": money(shipment.charged.as_ref()),
        "parcels": parcels,
        "failure": shipment.failure.as_ref().map(failure),
        "create_time": time(shipment.create_time.as_ref()),
        "update_time": time(shipment.update_time.as_ref()),
        "replaces": shipment.replaces,
        "replace_reason": reason,
        "replaced_by": shipment.replaced_by,
    })
}

/// How it stands with what was promised.
pub(crate) fn order_risk(order: &OrderRisk) -> Value {
    json!({
        "shipment": order.shipment.as_ref().map(shipment),
        "level": risk::level_name(order),
        "reason": order.reason,
        "since_time": time(order.since_time.as_ref()),
        "ship_by_time": time(order.ship_by_time.as_ref()),
        "deliver_by_time": time(order.deliver_by_time.as_ref()),
    })
}

/// A parcel that is followed.
pub(crate) fn tracker(tracker: &Tracker, events: &[TrackingEvent]) -> Value {
    json!({
        "name": tracker.name,
        "carrier": tracker.carrier,
        "account": tracker.account,
        "tracking_number": tracker.tracking_number,
        "last_mile_number": tracker.last_mile_number,
        "shipment": tracker.shipment,
        "status": show::status(tracker.status()),
        "substatus": tracker.substatus,
        "text": tracker.text,
        "text_zh": tracker.text_zh,
        "leg": tracker.leg,
        "responsible": tracker.responsible,
        "action": tracker.action,
        "first_physical_scan_time": time(tracker.first_physical_scan_time.as_ref()),
        "delivery_time": time(tracker.delivery_time.as_ref()),
        "estimate": tracker.estimate,
        "last_event_time": time(tracker.last_event_time.as_ref()),
        "last_check_time": time(tracker.last_check_time.as_ref()),
        "next_check_time": time(tracker.next_check_time.as_ref()),
        "source": tracker.source,
        "last_push_time": time(tracker.last_push_time.as_ref()),
        "expired": tracker.expired,
        "events": events.iter().map(tracking_event).collect::<Vec<_>>(),
    })
}

fn tracking_event(event: &TrackingEvent) -> Value {
    let known = Some(event.status()).filter(|status| *status != TrackingStatus::Unspecified);
    json!({
        "id": event.id,
        "carrier": event.carrier,
        "tracking_number": event.tracking_number,
        "status": known.map(show::status),
        "substatus": event.substatus,
        "leg": event.leg,
        "carrier_code": event.carrier_code,
        "carrier_text": event.carrier_text,
        "language": event.language,
        "place": event.place,
        "occur_time": time(event.occur_time.as_ref()),
        "local_time": event.local_time,
        "time_basis": event.time_basis,
        "observe_time": time(event.observe_time.as_ref()),
        "first_physical_scan": event.first_physical_scan,
        "delivery_attempt": event.delivery_attempt,
        "customs_event": event.customs_event,
    })
}

/// An entry of the log.
pub(crate) fn event(event: &Event, resume_token: &str) -> Value {
    let data = serde_json::from_str::<Value>(&event.data_json)
        .unwrap_or_else(|_| Value::String(event.data_json.clone()));
    json!({
        "uid": event.uid,
        "kind": event.kind,
        "subject": event.subject,
        "subject_sequence": event.subject_sequence,
        "time": time(event.time.as_ref()),
        "data": data,
        "resume_token": resume_token,
    })
}

/// A carrier that is built in.
pub(crate) fn carrier(carrier: &Carrier) -> Value {
    let service = |code: &str, name: &str| json!({ "code": code, "display_name": name });
    let services = carrier
        .services
        .iter()
        .map(|s| service(&s.code, &s.display_name));
    json!({
        "id": carrier.id,
        "display_name": carrier.display_name,
        "display_name_zh": carrier.display_name_zh,
        "capabilities": carrier.capabilities,
        "label_formats": carrier.label_formats,
        "services": services.collect::<Vec<_>>(),
        "accounts": carrier.accounts,
        "track_batch_max": carrier.track_batch_max,
        "parcels_max": carrier.parcels_max,
    })
}

/// How an account is.
pub(crate) fn carrier_status(status: &CarrierStatus) -> Value {
    let hosts = status.hosts.iter().map(|host| {
        json!({
            "host": host.host,
            "circuit": host.circuit,
            "next_probe_time": time(host.next_probe_time.as_ref()),
        })
    });
    let quotas = status.quotas.iter().map(|quota| {
        json!({
            "class": quota.class,
            "permits": quota.permits,
            "per_ms": millis(quota.per.as_ref()),
            "left": quota.left,
            "source": quota.source,
        })
    });
    let operations = status.operations.iter().map(|operation| {
        json!({
            "operation": operation.operation,
            "requests": operation.requests,
            "failures": operation.failures,
            "p50_us": micros(operation.p50.as_ref()),
            "p95_us": micros(operation.p95.as_ref()),
        })
    });
    json!({
        "account": status.account,
        "carrier": status.carrier,
        "hosts": hosts.collect::<Vec<_>>(),
        "quotas": quotas.collect::<Vec<_>>(),
        "operations": operations.collect::<Vec<_>>(),
    })
}
