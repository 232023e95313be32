//! Voiding a shipment, with all its boxes.

use http::Method;
use parcelgate_carrier::json::Text;
use parcelgate_carrier::{Call, Kind, Outgoing, Response, Result};
use parcelgate_domain::{Shipment, TrackingNumber};
use serde::Deserialize;
use serde_json::json;

use crate::wire::output;
use crate::{Fedex, TRANSACTION_ID, error};

const OPERATION: &str = "void";

impl Fedex {
    /// No code of FedEx's says that a shipment is voided already. So a refusal is held against
    /// tracking: what is cancelled there is void, and anything else was refused.
    pub(super) async fn void_shipment(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        let answer = call.send(self.encode_void(shipment)?).await;
        let refusal = match answer.and_then(|response| decode(&response)) {
            Ok(()) => return Ok(()),
            Err(error) if matches!(error.kind, Kind::Refused | Kind::NotFound) => error,
            Err(error) => return Err(error),
        };
        let Ok(number) = shipment.carrier_number.parse::<TrackingNumber>() else {
            return Err(refusal);
        };
        match self.look(call, OPERATION, &number).await {
            Ok(result) if result.is_cancelled() => Ok(()),
            Ok(_) => Err(refusal),
            // What tracking does not know was not voided either, as far as anyone can tell.
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Refused) => Err(refusal),
            Err(error) => Err(error),
        }
    }

    fn encode_void(&self, shipment: &Shipment) -> Result<Outgoing> {
        let body = json!({
            "accountNumber": self.account.number(),
            "deletionControl": "DELETE_ALL_PACKAGES",
            "trackingNumber": shipment.carrier_number,
        });
        Self::outgoing(Method::PUT, OPERATION, "/ship/v1/shipments/cancel")
            .header(TRANSACTION_ID, shipment.reference.as_str())
            .json(&crate::ID, &body)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    cancelled_shipment: bool,
    #[serde(default)]
    message: Text,
}

fn decode(response: &Response) -> Result<()> {
    let answer: Answer = output(OPERATION, response)?;
    if answer.cancelled_shipment {
        Ok(())
    } else {
        Err(error(Kind::Refused, OPERATION).said("", answer.message.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn only_a_yes_is_a_void() {
        let decoded =
            |body: &'static str| decode(&Response::new(Bytes::from_static(body.as_bytes())));
        assert!(decoded(r#"{"output": {"cancelledShipment": true}}"#).is_ok());
        let no = decoded(r#"{"output": {"cancelledShipment": false, "message": "Tendered"}}"#);
        let no = no.unwrap_err();
        assert_eq!(
            (no.kind, no.text.as_deref()),
            (Kind::Refused, Some("Tendered"))
        );
        let nothing = decoded(r#"{"output": {}}"#).unwrap_err();
        assert_eq!(nothing.kind, Kind::Malformed);
    }
}
