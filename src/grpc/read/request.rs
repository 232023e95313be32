//! Whole requests.

use std::str::FromStr;

use jiff::{Timestamp, civil};
use parcelgate_carrier::{Direction, Lane};
use parcelgate_domain::{Deadlines, DocumentId, LabelFormat, Violations};
use parcelgate_proto::v1;
use parcelgate_store::ReplaceReason;
use prost::Message;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::shop::shop_order as shop_order_of;
use super::{address, customs, date, given, known, money, options, parcel};
use crate::service::Fault;
use crate::service::purchase::{Asked, Goal, PurchaseRequest, Selection, ShipmentSpec};
use crate::service::rates::RateRequest;
use crate::service::replace::ReplaceRequest;
use crate::service::subscriptions::SubscriptionRequest;

/// Most places that one quote asks for.
const ORIGINS_MAX: usize = 5;
/// What the narrowest carrier prints.
const ORDER_NUMBER_CHARS_MAX: usize = 35;
/// Papers that one shipment goes with.
const DOCUMENTS_MAX: usize = 10;
/// Kinds of events that one subscription may name.
pub(super) const KINDS_MAX: usize = 50;

/// A question for prices. `today` stands in when no day is given; `found` is what is wrong with it
/// already.
pub(in crate::grpc) fn quote(
    read: &v1::QuoteRatesRequest,
    today: civil::Date,
    mut found: Violations,
) -> Result<RateRequest, Fault> {
    if !(1..=ORIGINS_MAX).contains(&read.ship_from.len()) {
        found.refuse(
            "ship_from",
            read.ship_from.len(),
            format!("1 to {ORIGINS_MAX} addresses"),
        );
    }
    let origins: Vec<_> = read
        .ship_from
        .iter()
        .enumerate()
        .filter_map(|(index, origin)| {
            address(Some(origin), &format!("ship_from[{index}]"), &mut found)
        })
        .collect();
    let to = address(read.ship_to.as_ref(), "ship_to", &mut found);
    let abroad = to
        .as_ref()
        .is_some_and(|to| origins.iter().any(|from| from.country != to.country));
    let currency = given(&read.currency).and_then(|code| {
        let currency = code.parse().ok();
        if currency.is_none() {
            found.refuse(
                "currency",
                code,
                "a currency code of ISO 4217, such as USD or CNY",
            );
        }
        currency
    });
    let request = RateRequest {
        parcels: parcel::parcels(&read.parcels, "parcels", &mut found),
        customs: customs::customs(read.customs.as_ref(), abroad, "customs", &mut found),
        ship_on: date(read.ship_date.as_ref(), "ship_date", &mut found).unwrap_or(today),
        currency,
        carriers: read.carriers.clone(),
        accounts: read.accounts.clone(),
        deliver_by: date(read.deliver_by.as_ref(), "deliver_by", &mut found),
        options: options::options(read.options.as_ref(), "options", &mut found),
        origins,
        to: match to {
            Some(to) => to,
            None => return Err(found.into()),
        },
    };
    Ok(found.none_or(request)?)
}

/// The key and the digest of a purchase as it was sent, whatever else is wrong with it; none
/// without a key. The key itself is compared as a UUID, however it is spelled.
pub(in crate::grpc) fn asked(read: &v1::PurchaseLabelRequest) -> Option<Asked> {
    let body = v1::PurchaseLabelRequest {
        request_id: String::new(),
        ..read.clone()
    };
    keyed(&read.request_id, &body)
}

/// The same of a purchase for the way back.
pub(in crate::grpc) fn asked_back(read: &v1::PurchaseReturnLabelRequest) -> Option<Asked> {
    let body = v1::PurchaseReturnLabelRequest {
        request_id: String::new(),
        ..read.clone()
    };
    keyed(&read.request_id, &body)
}

/// The same of a replacement.
pub(in crate::grpc) fn asked_instead(read: &v1::ReplaceShipmentRequest) -> Option<Asked> {
    let body = v1::ReplaceShipmentRequest {
        request_id: String::new(),
        ..read.clone()
    };
    keyed(&read.request_id, &body)
}

fn keyed(given: &str, body: &impl Message) -> Option<Asked> {
    let mut found = Violations::new();
    let request_id = request_id(given, &mut found);
    found.is_empty().then(|| Asked {
        request_id,
        body_sha256: Sha256::digest(body.encode_to_vec()).into(),
    })
}

/// A purchase. `today` stands in when no day is given; `unknown` says what of the selection is not
/// configured.
pub(in crate::grpc) fn purchase(
    read: &v1::PurchaseLabelRequest,
    today: civil::Date,
    unknown: impl FnOnce(&Selection) -> Violations,
) -> Result<PurchaseRequest, Fault> {
    purchase_with(read, today, unknown, Violations::new())
}

/// The same, when `found` is wrong already.
fn purchase_with(
    read: &v1::PurchaseLabelRequest,
    today: civil::Date,
    unknown: impl FnOnce(&Selection) -> Violations,
    mut found: Violations,
) -> Result<PurchaseRequest, Fault> {
    let request_id = request_id(&read.request_id, &mut found);
    let spec = spec(read.shipment.as_ref(), today, &mut found);
    let selection = selection(read.selection.as_ref(), &mut found);
    found.append(selection.as_ref().map(unknown).unwrap_or_default());
    let label_format = label_format(read.label_format, &mut found);
    let max_total = read
        .max_total
        .as_ref()
        .and_then(|max| money(max, "max_total", &mut found));
    match (spec, selection, asked(read)) {
        (Some(spec), Some(selection), Some(asked)) => {
            let request = PurchaseRequest {
                request_id,
                body_sha256: asked.body_sha256,
                spec,
                selection,
                max_total,
                label_format,
                direction: Direction::Outbound,
                allow_duplicate: read.allow_duplicate,
                lane: Lane::Buy,
            };
            Ok(found.none_or(request)?)
        }
        _ => Err(found.into()),
    }
}

/// A replacement: what is bought is read as a purchase is.
pub(in crate::grpc) fn replacement(
    read: &v1::ReplaceShipmentRequest,
    today: civil::Date,
    unknown: impl FnOnce(&Selection) -> Violations,
) -> Result<ReplaceRequest, Fault> {
    use v1::purchase_label_request::Selection as Bought;
    use v1::replace_shipment_request::Selection as Wanted;
    let mut found = Violations::new();
    let original = resource_in(&read.name, "shipments", "name", &mut found);
    let reason = match known(read.reason, "reason", &mut found) {
        v1::ReplaceReason::AddressCorrected => Some(ReplaceReason::AddressCorrected),
        v1::ReplaceReason::WrongItem => Some(ReplaceReason::WrongItem),
        v1::ReplaceReason::Lost => Some(ReplaceReason::Lost),
        v1::ReplaceReason::Damaged => Some(ReplaceReason::Damaged),
        v1::ReplaceReason::Other => Some(ReplaceReason::Other),
        v1::ReplaceReason::Unspecified => None,
    };
    if read.reason == 0 {
        found.require("reason", "why it is replaced");
    }
    let selection = read.selection.clone().map(|selection| match selection {
        Wanted::Quote(name) => Bought::Quote(name),
        Wanted::Service(service) => Bought::Service(service),
        Wanted::Choice(choice) => Bought::Choice(choice),
    });
    let bought = v1::PurchaseLabelRequest {
        request_id: read.request_id.clone(),
        shipment: read.shipment.clone(),
        selection,
        max_total: read.max_total.clone(),
        label_format: read.label_format,
        validate_only: false,
        allow_duplicate: read.allow_duplicate,
    };
    followed(read.shipment.as_ref(), &mut found);
    // Whatever is wrong, what was found before is told with it.
    let mut purchase = purchase_with(&bought, today, unknown, found)?;
    let (Some(original), Some(reason), Some(asked)) = (original, reason, asked_instead(read))
    else {
        return Err(Violations::new().into());
    };
    purchase.body_sha256 = asked.body_sha256;
    Ok(ReplaceRequest {
        original,
        purchase,
        reason,
        keep_original: read.keep_original,
    })
}

/// Neither what takes the place of a shipment nor what comes back is told to a shop anew.
fn followed(read: Option<&v1::ShipmentSpec>, found: &mut Violations) {
    if read.is_some_and(|spec| spec.shop_order.is_some()) {
        let allowed = "left out: a shop hears of the first shipment, and of what takes its place";
        found.require("shipment.shop_order", allowed);
    }
}

/// A purchase of a label for the way back.
pub(in crate::grpc) fn purchase_back(
    read: &v1::PurchaseReturnLabelRequest,
    today: civil::Date,
    unknown: impl FnOnce(&Selection) -> Violations,
) -> Result<PurchaseRequest, Fault> {
    let mut found = Violations::new();
    let request_id = request_id(&read.request_id, &mut found);
    followed(read.shipment.as_ref(), &mut found);
    let spec = spec(read.shipment.as_ref(), today, &mut found);
    let service = read.service.clone().unwrap_or_default();
    let selection = Selection::Service {
        account: service.account,
        service: service.service,
    };
    if read.service.is_none() {
        found.require("service", "given");
    } else {
        found.append(unknown(&selection));
    }
    let label_format = label_format(read.label_format, &mut found);
    let (Some(spec), Some(asked)) = (spec, asked_back(read)) else {
        return Err(found.into());
    };
    Ok(found.none_or(PurchaseRequest {
        request_id,
        body_sha256: asked.body_sha256,
        spec,
        selection,
        max_total: None,
        label_format,
        direction: Direction::Return,
        allow_duplicate: read.allow_duplicate,
        lane: Lane::Buy,
    })?)
}

fn label_format(read: i32, found: &mut Violations) -> LabelFormat {
    match known(read, "label_format", found) {
        v1::LabelFormat::Unspecified | v1::LabelFormat::Pdf => LabelFormat::Pdf,
        v1::LabelFormat::Png => LabelFormat::Png,
        v1::LabelFormat::Zpl => LabelFormat::Zpl,
    }
}

/// A new subscription.
pub(in crate::grpc) fn subscription(
    read: &v1::CreateSubscriptionRequest,
) -> Result<SubscriptionRequest, Fault> {
    let mut found = Violations::new();
    let wanted = read.subscription.clone().unwrap_or_default();
    if wanted.url.trim().is_empty() {
        found.require("subscription.url", "the address of a webhook");
    }
    if wanted.kinds.len() > KINDS_MAX {
        found.refuse(
            "subscription.kinds",
            wanted.kinds.len(),
            format!("at most {KINDS_MAX} kinds"),
        );
    }
    let request = SubscriptionRequest {
        request_id: request_id(&read.request_id, &mut found),
        body_sha256: Sha256::digest(wanted.encode_to_vec()).into(),
        url: wanted.url,
        kinds: wanted.kinds,
        latest_only: wanted.latest_only,
    };
    Ok(found.none_or(request)?)
}

/// The id in a resource's name: what follows `collection/`.
pub(in crate::grpc) fn resource<I: FromStr>(
    name: &str,
    collection: &str,
    field: &str,
) -> Result<I, Fault> {
    let mut found = Violations::new();
    resource_in(name, collection, field, &mut found).ok_or_else(|| found.into())
}

/// The same, for a request in which more can be wrong than the name.
pub(in crate::grpc) fn resource_in<I: FromStr>(
    name: &str,
    collection: &str,
    field: &str,
    found: &mut Violations,
) -> Option<I> {
    let id = name
        .strip_prefix(collection)
        .and_then(|rest| rest.strip_prefix('/'));
    let id = id.and_then(|id| id.parse().ok());
    if id.is_none() {
        found.refuse(field, name, format!("a name of the form {collection}/ID"));
    }
    id
}

/// A caller's key.
pub(in crate::grpc) fn request_id(read: &str, found: &mut Violations) -> String {
    match read.parse::<Uuid>() {
        Ok(id) if !id.is_nil() => id.to_string(),
        _ if read.is_empty() => {
            found.require("request_id", "a UUID, made and stored before the first try");
            String::new()
        }
        _ => {
            found.refuse("request_id", read, "a UUID");
            String::new()
        }
    }
}

pub(super) fn spec(
    read: Option<&v1::ShipmentSpec>,
    today: civil::Date,
    found: &mut Violations,
) -> Option<ShipmentSpec> {
    let Some(read) = read else {
        found.require("shipment", "given");
        return None;
    };
    let from = address(read.ship_from.as_ref(), "shipment.ship_from", found);
    let to = address(read.ship_to.as_ref(), "shipment.ship_to", found);
    let abroad = matches!((&from, &to), (Some(from), Some(to)) if from.country != to.country);
    let order_number = given(&read.order_number);
    if let Some(number) = &order_number
        && number.chars().count() > ORDER_NUMBER_CHARS_MAX
    {
        let allowed = format!("at most {ORDER_NUMBER_CHARS_MAX} characters");
        found.refuse("shipment.order_number", number, allowed);
    }
    let parcels = parcel::parcels(&read.parcels, "shipment.parcels", found);
    let customs = customs::customs(read.customs.as_ref(), abroad, "shipment.customs", found);
    let ship_on = date(read.ship_date.as_ref(), "shipment.ship_date", found).unwrap_or(today);
    let options = options::options(read.options.as_ref(), "shipment.options", found);
    if read.documents.len() > DOCUMENTS_MAX {
        let allowed = format!("at most {DOCUMENTS_MAX} papers");
        found.refuse("shipment.documents", read.documents.len(), allowed);
    }
    let shop_order = read.shop_order.as_ref();
    let shop_order = shop_order.map(|order| shop_order_of(order, "shipment.shop_order", found));
    Some(ShipmentSpec {
        from: from?,
        to: to?,
        parcels,
        customs,
        ship_on,
        order_number,
        sales_platform: given(&read.sales_platform),
        options,
        documents: read.documents.iter().map(DocumentId::new).collect(),
        shop_order,
        deadlines: Deadlines {
            ship_by: moment(read.ship_by_time.as_ref(), "shipment.ship_by_time", found),
            deliver_by: moment(
                read.deliver_by_time.as_ref(),
                "shipment.deliver_by_time",
                found,
            ),
        },
    })
}

/// A moment, when one is given.
fn moment(
    read: Option<&prost_types::Timestamp>,
    field: &str,
    found: &mut Violations,
) -> Option<Timestamp> {
    let read = read?;
    let at = Timestamp::new(read.seconds, read.nanos).ok();
    if at.is_none() {
        let given = format!("{} s and {} ns", read.seconds, read.nanos);
        found.refuse(field, given, "a moment from the year 1 to 9999");
    }
    at
}

fn selection(
    read: Option<&v1::purchase_label_request::Selection>,
    found: &mut Violations,
) -> Option<Selection> {
    use v1::purchase_label_request::Selection as Wire;
    match read {
        Some(Wire::Quote(name)) => {
            resource_in(name, "quotes", "quote", found).map(Selection::Quote)
        }
        Some(Wire::Service(service)) => Some(Selection::Service {
            account: service.account.clone(),
            service: service.service.clone(),
        }),
        Some(Wire::Choice(choice)) => Some(Selection::Choice {
            goal: match choice.goal() {
                v1::choice::Goal::Unspecified | v1::choice::Goal::Cheapest => Goal::Cheapest,
                v1::choice::Goal::Fastest => Goal::Fastest,
            },
            deliver_by: date(choice.deliver_by.as_ref(), "choice.deliver_by", found),
            carriers: choice.carriers.clone(),
        }),
        None => {
            found.require("selection", "one of quote, service and choice");
            None
        }
    }
}
