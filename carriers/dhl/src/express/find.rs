//! Finds what was bought under a reference. Tracking alone knows references.

use http::Method;
use parcelgate_carrier::json::Text;
use parcelgate_carrier::{Call, Kind, Outgoing, Response, Result};
use parcelgate_domain::{Reference, Service, ServiceCode, Shipment, ShippedParcel, TrackingNumber};

use super::sold::name;
use super::track::Piece;
use super::{MyDhl, track};
use crate::error;

const OPERATION: &str = "find";

impl MyDhl {
    pub(super) async fn look_up(
        &self,
        call: &Call<'_>,
        reference: &Reference,
    ) -> Result<Option<Shipment>> {
        match call.send(self.encode_reference(reference)).await {
            Ok(response) => decode(reference, &response),
            Err(refusal) if refusal.kind == Kind::NotFound => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Without a span of days, as in DHL's own example of a refusal: ours is like no other.
    fn encode_reference(&self, reference: &Reference) -> Outgoing {
        Self::outgoing(Method::GET, OPERATION, "/tracking")
            .query("shipmentReference", reference.as_str())
            .query("shipmentReferenceType", "CU")
            .query("shipperAccountNumber", &self.account.account_number)
            .query("trackingView", "shipment-details-only")
            .query("levelOfDetail", "all")
    }
}

/// The shipment, without its labels; none where none is known. Of a shipment of several boxes each
/// must be there.
fn decode(reference: &Reference, response: &Response) -> Result<Option<Shipment>> {
    let unreadable = || error(Kind::Malformed, OPERATION);
    let found = track::read(OPERATION, response)?;
    let Some(known) = found.first() else {
        return Ok(None);
    };
    let waybill = &known.shipment_tracking_number;
    let read = |text: &Text| text.get().and_then(|text| text.parse().ok());
    let numbers: Option<Vec<TrackingNumber>> = match known.number_of_pieces.get() {
        None | Some("1") => read(waybill).map(|number| vec![number]),
        Some(count) => {
            let mut pieces: Vec<&Piece> = known.pieces.iter().collect();
            pieces.sort_by_key(|piece| piece.number.parse::<usize>().ok());
            let all = pieces.iter().map(|piece| read(&piece.tracking_number));
            all.collect::<Option<Vec<_>>>()
                .filter(|all| all.len().to_string() == count)
        }
    };
    let product = &known.product_code;
    let parcels = numbers.ok_or_else(unreadable)?.into_iter();
    Ok(Some(Shipment {
        reference: reference.clone(),
        carrier_number: waybill.owned().ok_or_else(unreadable)?,
        service: Service {
            code: ServiceCode::new(product.as_str()),
            name: name(product),
        },
        charged: None,
        parcels: parcels
            .map(|tracking_number| ShippedParcel {
                tracking_number,
                last_mile_number: None,
                label: None,
            })
            .collect(),
    }))
}
