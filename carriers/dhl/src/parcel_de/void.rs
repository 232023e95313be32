//! Deleting a shipment, until it is closed.

use http::Method;
use parcelgate_carrier::{Call, Kind, Outgoing, Result};
use parcelgate_domain::Shipment;

use super::Paket;
use super::{answer, manifests, ship};
use crate::{auth, unified};

const OPERATION: &str = "void";

impl Paket {
    /// DHL refuses to delete what is deleted already, what is closed and what it never knew all
    /// alike, and has no label of any of them. What is closed stands in the manifest of the day and
    /// is known to tracking later on; what nobody knows any more is void.
    pub(super) async fn delete(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        let outgoing = Outgoing::new(Method::DELETE, OPERATION, auth::PARCEL, ship::ORDERS)
            .query("profile", &self.account.profile)
            .query("shipment", &shipment.carrier_number);
        let Err(refusal) = call.send(outgoing).await else {
            return Ok(());
        };
        if !matches!(refusal.kind, Kind::Refused | Kind::NotFound) {
            return Err(refusal);
        }
        if self.lives(call, shipment).await? {
            return Err(refusal);
        }
        Ok(())
    }

    /// Whether DHL knows the shipment, wherever it may.
    async fn lives(&self, call: &Call<'_>, shipment: &Shipment) -> Result<bool> {
        let number = &shipment.carrier_number;
        match call.send(self.printed(OPERATION, number)).await {
            Ok(_) => return Ok(true),
            Err(none) if is_unknown(none.kind) => {}
            Err(unsure) => return Err(unsure),
        }
        match call.send(manifests::today(OPERATION, "URL")).await {
            Ok(response) => {
                let day = answer::read(OPERATION, &response)?;
                let mut items = day.items.iter().filter_map(answer::Item::number);
                if items.any(|closed| closed.as_str() == number) {
                    return Ok(true);
                }
            }
            Err(none) if is_unknown(none.kind) => {}
            Err(unsure) => return Err(unsure),
        }
        match call
            .send(unified::asked(OPERATION, number, Some("parcel-de")))
            .await
        {
            Ok(_) => Ok(true),
            Err(none) if none.kind == Kind::NotFound => Ok(false),
            Err(unsure) => Err(unsure),
        }
    }
}

/// Whether DHL has said that there is no such thing.
const fn is_unknown(kind: Kind) -> bool {
    matches!(kind, Kind::NotFound | Kind::Refused)
}
