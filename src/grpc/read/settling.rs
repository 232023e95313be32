//! A person's decision.

use parcelgate_domain::{TrackingNumber, Violations};
use parcelgate_proto::v1;
use prost::Message;
use sha2::{Digest, Sha256};
use v1::settle_purchase_request::Decision as Asked;

use super::{given, money, request_id, resource_in};
use crate::service::Fault;
use crate::service::review::{Decision, Settling};

/// How much may be said of a decision.
const NOTE_CHARS_MAX: usize = 500;

/// A decision.
pub(in crate::grpc) fn settling(read: &v1::SettlePurchaseRequest) -> Result<Settling, Fault> {
    let mut found = Violations::new();
    let request_id = request_id(&read.request_id, &mut found);
    let shipment = resource_in(&read.name, "shipments", "name", &mut found);
    let note = read.note.trim();
    if note.is_empty() || note.chars().count() > NOTE_CHARS_MAX {
        let allowed = format!("1 to {NOTE_CHARS_MAX} characters: who decided, and by what");
        found.require("note", allowed);
    }
    let decision = match &read.decision {
        Some(Asked::Bought(bought)) => Some(sold(bought, &mut found)),
        Some(Asked::Absent(_)) => Some(Decision::Absent),
        Some(Asked::Voided(_)) => Some(Decision::Voided),
        None => {
            found.require("decision", "bought, absent or voided");
            None
        }
    };
    let body = v1::SettlePurchaseRequest {
        request_id: String::new(),
        ..read.clone()
    };
    let (Some(shipment), Some(decision)) = (shipment, decision) else {
        return Err(found.into());
    };
    Ok(found.none_or(Settling {
        shipment,
        request_id,
        body_sha256: Sha256::digest(body.encode_to_vec()).into(),
        decision,
        note: note.to_owned(),
    })?)
}

fn sold(bought: &v1::settle_purchase_request::Bought, found: &mut Violations) -> Decision {
    let mut numbers = Vec::new();
    for (at, number) in bought.tracking_numbers.iter().enumerate() {
        match number.parse::<TrackingNumber>() {
            Ok(number) => numbers.push(number),
            Err(error) => found.refuse(
                format!("bought.tracking_numbers[{at}]"),
                number,
                error.allowed,
            ),
        }
    }
    Decision::Bought {
        carrier_number: given(&bought.carrier_number),
        numbers,
        charged: bought
            .charged
            .as_ref()
            .and_then(|charged| money(charged, "bought.charged", found)),
    }
}
