//! `getOrder` of orders 2026-01-01, for its packages and nothing else: no name and no address is
//! asked for.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{Call, Class, Outgoing, Result, read_below};
use parcelgate_shop::{ReadsBack, Recognition, Shown};
use serde::Deserialize;

use crate::{API, Amazon, ID};

const OPERATION: &str = "read_back";

#[async_trait]
impl ReadsBack for Amazon {
    async fn packages(
        &self,
        call: &Call<'_>,
        order: &str,
        _marketplace: Option<&str>,
    ) -> Result<Vec<Shown>> {
        let outgoing = Outgoing::new(Method::GET, OPERATION, API, "/orders/2026-01-01/orders")
            .segment(order)
            .query("includedData", "PACKAGES")
            .class(Class::Track);
        let response = call.send(outgoing).await?;
        let order: Order = read_below(&ID, OPERATION, &response, &["order"])?;
        Ok(order.packages.iter().map(Package::shown).collect())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Order {
    packages: Many<Package>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    package_reference_id: Text,
    carrier: Text,
    tracking_number: Text,
    package_status: Loose<Option<Status>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    status: Text,
    detailed_status: Text,
}

impl Package {
    fn shown(&self) -> Shown {
        let status = self.package_status.as_ref();
        let plain = status.map_or("", |status| status.status.as_str());
        let detailed = status.and_then(|status| status.detailed_status.get());
        Shown {
            package: self.package_reference_id.owned(),
            handle: None,
            number: self.tracking_number.owned(),
            carrier: self.carrier.owned(),
            recognition: recognition(plain),
            said: detailed
                .or_else(|| Some(plain).filter(|plain| !plain.is_empty()))
                .map(str::to_owned),
        }
    }
}

/// SHIPPED is what Amazon makes of the confirmation itself; what comes after, of the carrier's
/// scans. A word that is new says nothing yet.
fn recognition(status: &str) -> Recognition {
    match status {
        "IN_TRANSIT" | "DELIVERED" | "UNDELIVERABLE" => Recognition::Followed,
        "CANCELLED" => Recognition::Refused,
        _ => Recognition::Pending,
    }
}
