//! `POST /payments/v3/payment-authorization` and `GET /payments/v3/payment-account/{number}`.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::guard;
use super::number::thousandths;
use super::refusal::{Answer, Refusal};
use crate::document::{list, text};
use crate::server::World;

const ROLES: [&str; 10] = [
    "PAYER",
    "RATE_HOLDER",
    "LABEL_OWNER",
    "SHIPPER",
    "MAIL_OWNER",
    "PLATFORM",
    "RETURN_LABEL_PAYER",
    "RETURN_LABEL_RATE_HOLDER",
    "RETURN_LABEL_OWNER",
    "LABEL_PROVIDER",
];

pub(crate) async fn authorize(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let request = guard::json(&headers, &body)?;
    let roles = list(&request, "roles");
    if roles.is_empty() {
        let detail = "object has missing required property: roles";
        return Err(Refusal::malformed("roles", detail));
    }
    let mut seen = HashSet::new();
    for role in &roles {
        let name = text(role, "roleName")
            .ok_or_else(|| invalid("160219", "Cannot have a role without roleName"))?;
        if !ROLES.contains(&name) {
            return Err(Refusal::malformed("roleName", format!("{name} is no role")));
        }
        if !seen.insert(name) {
            return Err(invalid("160227", "no duplicate roles allowed"));
        }
        check(&world, role, name)?;
    }
    for (needed, code) in [("PAYER", "160228"), ("LABEL_OWNER", "160229")] {
        if !seen.contains(needed) {
            return Err(invalid(code, format!("{needed} is required")));
        }
    }
    let now = world.settings.protocol_clock.now();
    let life = world.settings.usps.payment_token_life;
    let token = world.usps.payments.issue(now, life, ());
    Ok(Json(json!({
        "paymentAuthorizationToken": token,
        "roles": roles,
    })))
}

fn invalid(code: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::invalid(code, "roles", detail)
}

/// What each role must say of itself, and whether it is the business that the sandbox knows.
fn check(world: &World, role: &Value, name: &str) -> Answer<()> {
    let account = &world.settings.usps;
    let field = |path: &str| text(role, path);
    let crid = field("CRID").ok_or_else(|| invalid("160218", format!("{name} requires CRID")))?;
    if crid != account.crid {
        let detail = format!("The CRID {crid} is not linked to this application");
        return Err(Refusal::forbidden("roles", &detail));
    }
    let owner = name == "LABEL_OWNER" || name == "RETURN_LABEL_OWNER";
    if owner {
        let mid = field("MID").ok_or_else(|| invalid("160221", format!("{name} requires MID")))?;
        let manifest = field("manifestMID")
            .ok_or_else(|| invalid("160222", format!("{name} requires manifestMID")))?;
        if mid != account.mid || manifest != account.manifest_mid {
            let detail = format!("{name}: the MID is not linked to the CRID {crid}");
            return Err(Refusal::forbidden("roles", &detail));
        }
    }
    if name != "PAYER" && name != "RETURN_LABEL_PAYER" && field("accountType").is_none() {
        return Ok(());
    }
    match field("accountType") {
        None => Err(invalid("160223", format!("{name} requires accountType"))),
        Some("EPS") => {
            let number = field("accountNumber").ok_or_else(|| {
                let detail = format!("{name} requires accountNumber when accountType is EPS");
                invalid("160224", detail)
            })?;
            if number == account.account_number {
                return Ok(());
            }
            let detail = format!("Could not find an EPS Account with number: {number}.");
            Err(invalid("100001", detail))
        }
        Some("PERMIT") => {
            let wanted = [("permitNumber", "160225"), ("permitZIP", "160226")];
            for (path, code) in wanted {
                if field(path).is_none() {
                    let detail = format!("{name} requires {path} when accountType is PERMIT");
                    return Err(invalid(code, detail));
                }
            }
            Err(invalid("100001", "The sandbox knows no permit"))
        }
        Some(_) => {
            let detail = "Meter pricing is only available to PC Postage Providers";
            Err(invalid("160290", detail))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inquiry {
    account_type: Option<String>,
    #[serde(rename = "permitZIPCode")]
    permit_zip: Option<String>,
    amount: Option<String>,
}

pub(crate) async fn account(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    Query(inquiry): Query<Inquiry>,
) -> Answer {
    let kind = inquiry.account_type.as_deref();
    if !matches!(kind, Some("EPS" | "PERMIT")) {
        let detail = "accountType is required and EPS or PERMIT";
        return Err(Refusal::malformed("accountType", detail));
    }
    if kind == Some("PERMIT") && inquiry.permit_zip.is_none() {
        let detail = "permitZIPCode is required for an accountType of 'PERMIT'";
        return Err(Refusal::invalid("160215", "permitZIPCode", detail));
    }
    if kind == Some("PERMIT") || number != world.settings.usps.account_number {
        let detail = format!("Could not find an EPS Account with number: {number}.");
        return Err(Refusal::not_found("100001", detail));
    }
    let mut shown = json!({
        "accountType": "EPS",
        "accountNumber": number,
        "nonProfitStatus": false,
    });
    if let (Some(amount), Some(members)) = (inquiry.amount, shown.as_object_mut()) {
        let amount = thousandths(&json!(amount))
            .ok_or_else(|| Refusal::malformed("amount", "amount is no number"))?;
        // The sandbox's purse holds a hundred thousand dollars, always.
        let enough = amount <= 100_000_000;
        members.insert("sufficientFunds".to_owned(), json!(enough));
    }
    Ok(Json(shown))
}
