//! What the cases ask besides prices, labels and tracking.

use jiff::civil::time;
use parcelgate_carrier::{ManifestOrder, Pickup, PickupOrder, TradePaper};
use parcelgate_domain::{Document, DocumentKind};

use super::{
    REFERENCE, SHIP_ON, numbers, parcel, recipient, reference, second_parcel, sender, shipment,
};
use crate::Subject;
use crate::cases::most_ordinary_lane;

/// Two boxes to be fetched from the sender of the most ordinary lane, in the afternoon.
pub(crate) fn pickup_order(subject: &Subject) -> Result<PickupOrder, String> {
    let lane = most_ordinary_lane(subject);
    Ok(PickupOrder {
        reference: reference(REFERENCE)?,
        address: sender(lane)?,
        date: SHIP_ON,
        ready: time(14, 0, 0, 0),
        close: time(17, 30, 0, 0),
        parcels: vec![parcel(), second_parcel()],
        service: Some(subject.service()),
        destination: Some(recipient(lane)?.country),
        numbers: numbers(subject, 1)?,
        note: Some("Blue door, ring twice".into()),
    })
}

/// A pickup that was ordered before.
pub(crate) fn pickup(subject: &Subject) -> Pickup {
    let (confirmation, location) = subject.pickup;
    Pickup {
        confirmation: confirmation.to_owned(),
        location: Some(location.to_owned()).filter(|location| !location.is_empty()),
        date: SHIP_ON,
        window: None,
        service: Some(subject.service()),
        charged: None,
    }
}

/// Two shipments of one box each, to be closed.
pub(crate) fn manifest_order(subject: &Subject) -> Result<ManifestOrder, String> {
    let first = shipment(subject)?;
    let mut second = first.clone();
    let number = numbers(subject, 2)?.into_iter().nth(1);
    for (parcel, number) in second.parcels.iter_mut().zip(number) {
        number.as_str().clone_into(&mut second.carrier_number);
        parcel.tracking_number = number;
    }
    second.reference = reference("PG01JDCONFORMANCF")?;
    Ok(ManifestOrder {
        reference: reference(REFERENCE)?,
        from: sender(most_ordinary_lane(subject))?,
        date: SHIP_ON,
        shipments: vec![first, second],
    })
}

/// A commercial invoice, for a shipment that is bought or is yet to be.
pub(crate) fn trade_paper(subject: &Subject, bought: bool) -> Result<TradePaper, String> {
    let lane = most_ordinary_lane(subject);
    let number = numbers(subject, 1)?.into_iter().next();
    Ok(TradePaper {
        reference: reference(REFERENCE)?,
        document: Document {
            kind: DocumentKind::CommercialInvoice,
            media_type: "application/pdf".to_owned(),
            bytes: b"%PDF-1.4\n% two mugs, three towels\n%%EOF\n".to_vec(),
        },
        file_name: "invoice-7.pdf".to_owned(),
        from: sender(lane)?.country,
        to: recipient(lane)?.country,
        service: Some(subject.service()),
        shipment: number.filter(|_| bought),
    })
}
