//! Voiding a shipment, with all its boxes.

use http::Method;
use parcelgate_carrier::json::Many;
use parcelgate_carrier::{Call, Kind, Response, Result, read_below};
use parcelgate_domain::Shipment;
use serde::Deserialize;

use crate::wire::Coded;
use crate::{Ups, error};

const OPERATION: &str = "void";

impl Ups {
    pub(super) async fn void_shipment(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        // Without `trackingnumber` the whole shipment is meant
        // (https://github.com/UPS-API/api-documentation/issues/108).
        let outgoing = self
            .outgoing(Method::DELETE, OPERATION, "/shipments/v2409/void/cancel")
            .segment(&shipment.carrier_number)
            .header("transid", shipment.reference.as_str());
        decode(&call.send(outgoing).await?)
    }
}

fn decode(response: &Response) -> Result<()> {
    let answer: Voided = read_below(&crate::ID, OPERATION, response, &["VoidShipmentResponse"])?;
    let packages = answer.package_level_results.into_iter();
    let mut packages = packages.map(|package| package.status);
    // 1 is "voided or already voided", 0 "not voided". No code for a shipment that is voided
    // already stands in the description, so a refusal is never taken for one.
    let left = packages.find(|status| clean(&status.code) == "0");
    let status = left.unwrap_or(answer.summary_result.status);
    match clean(&status.code).as_str() {
        "1" => Ok(()),
        "" => Err(error(Kind::Malformed, OPERATION)),
        code => Err(error(Kind::Refused, OPERATION).said(code, clean(&status.description))),
    }
}

/// The test environment writes carriage returns into its codes
/// (<https://github.com/UPS-API/api-documentation/issues/63>).
fn clean(text: &str) -> String {
    text.replace("&#xD;", "").trim().to_owned()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Voided {
    summary_result: Outcome,
    #[serde(default, alias = "PackageLevelResult")]
    package_level_results: Many<Outcome>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Outcome {
    status: Coded,
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(summary: &str, packages: &str) -> Result<()> {
        let body = format!(
            r#"{{"VoidShipmentResponse": {{
                "SummaryResult": {{"Status": {{"Code": "{summary}", "Description": "Voided"}}}},
                "PackageLevelResults": {packages}
            }}}}"#
        );
        decode(&Response::new(Bytes::from(body)))
    }

    #[test]
    fn every_box_must_be_voided() {
        let voided = r#"[{"Status": {"Code": "1"}}]"#;
        assert!(answer("1", voided).is_ok());
        assert!(answer("&#xD;&#xD;1", "null").is_ok());
        let left = r#"[{"Status": {"Code": "1"}}, {"Status": {"Code": "0", "Description": "No"}}]"#;
        assert_eq!(answer("1", left).unwrap_err().kind, Kind::Refused);
        assert_eq!(answer("0", voided).unwrap_err().kind, Kind::Refused);
        assert_eq!(answer("", voided).unwrap_err().kind, Kind::Malformed);
    }
}
