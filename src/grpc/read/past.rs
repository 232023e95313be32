//! Which events of the past, and how long replaced keys sign.

use std::time::Duration;

use jiff::Timestamp;
use parcelgate_domain::Violations;
use parcelgate_proto::v1;
use parcelgate_store::{DeliveryId, SubscriptionId};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::request::{KINDS_MAX, request_id, resource_in};
use crate::service::Fault;
use crate::service::subscriptions::{Past, Rotation};

/// How long replaced keys sign unless it is said, and at most.
const OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);
const OVERLAP_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Whose events of the past, and which.
pub(in crate::grpc) fn past(
    read: &v1::ReplayEventsRequest,
    now: Timestamp,
) -> Result<(SubscriptionId, Past), Fault> {
    let mut found = Violations::new();
    let id = resource_in(&read.name, "subscriptions", "name", &mut found);
    let start = moment(read.start_time.as_ref(), "start_time", &mut found);
    let end = moment(read.end_time.as_ref(), "end_time", &mut found);
    let of_subject = !read.subject.is_empty();
    if read.start_time.is_none() && !of_subject {
        found.require("start_time", "given, or a subject");
    }
    for (field, given) in [
        ("start_sequence", read.start_sequence),
        ("end_sequence", read.end_sequence),
    ] {
        if given < 0 {
            found.refuse(field, given, "0 or more");
        } else if given > 0 && !of_subject {
            found.refuse(field, given, "left out without a subject");
        }
    }
    if read.kinds.len() > KINDS_MAX {
        let allowed = format!("at most {KINDS_MAX} kinds");
        found.refuse("kinds", read.kinds.len(), allowed);
    }
    let last = Some(read.end_sequence).filter(|last| *last > 0);
    let sequences = (read.start_sequence.max(1), last.unwrap_or(i64::MAX));
    let past = Past {
        times: (start.unwrap_or(Timestamp::UNIX_EPOCH), end.unwrap_or(now)),
        subject: of_subject.then(|| (read.subject.clone(), sequences)),
        kinds: read.kinds.clone(),
    };
    match id {
        Some(id) => Ok(found.none_or((id, past))?),
        None => Err(found.into()),
    }
}

fn moment(
    read: Option<&prost_types::Timestamp>,
    field: &str,
    found: &mut Violations,
) -> Option<Timestamp> {
    let read = read?;
    let moment = Timestamp::new(read.seconds, read.nanos).ok();
    if moment.is_none() {
        found.refuse(field, read.seconds, "a moment between the years 1 and 9999");
    }
    moment
}

/// Whose keys to replace.
pub(in crate::grpc) fn rotation(
    read: &v1::RotateSecretRequest,
) -> Result<(SubscriptionId, Rotation), Fault> {
    let mut found = Violations::new();
    let id = resource_in(&read.name, "subscriptions", "name", &mut found);
    let overlap = match read.overlap {
        None => Some(OVERLAP),
        Some(overlap) => Duration::try_from(overlap).ok(),
    };
    let overlap = overlap.filter(|overlap| *overlap <= OVERLAP_MAX);
    if overlap.is_none() {
        let given = read.overlap.map_or(0, |overlap| overlap.seconds);
        found.refuse("overlap", given, "0 s to 7 days");
    }
    let rotation = Rotation {
        request_id: request_id(&read.request_id, &mut found),
        body_sha256: Sha256::digest(read.encode_to_vec()).into(),
        overlap: overlap.unwrap_or_default(),
    };
    match id {
        Some(id) => Ok(found.none_or((id, rotation))?),
        None => Err(found.into()),
    }
}

/// A delivery by its name.
pub(in crate::grpc) fn delivery_name(name: &str) -> Result<(SubscriptionId, DeliveryId), Fault> {
    let read = || {
        let rest = name.strip_prefix("subscriptions/")?;
        let (subscription, delivery) = rest.split_once("/deliveries/")?;
        Some((subscription.parse().ok()?, delivery.parse().ok()?))
    };
    read().ok_or_else(|| {
        let mut found = Violations::new();
        found.refuse(
            "name",
            name,
            "subscriptions/{subscription}/deliveries/{delivery}",
        );
        found.into()
    })
}
