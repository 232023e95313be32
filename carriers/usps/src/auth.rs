//! What the signing layer needs: OAuth 2.0 client credentials, and beside them, for whatever costs
//! postage, a payment authorization that USPS issues to the bearer of the first token.

use std::time::Duration;

use parcelgate_carrier::json::compact;
use parcelgate_carrier::{Auth, ClientStyle, Grant, Host, Issued};
use parcelgate_domain::Secret;
use serde_json::json;

use crate::account::{Account, AccountType, PriceType};

/// Everything that is free.
pub(crate) const API: &str = "api";
/// Labels: the same host, shown the payment authorization too.
pub(crate) const LABELS: &str = "labels";
const TOKEN: &str = "token";

/// "Valid for eight hours after issuance", for many labels (description of payments v3, 3.1.20).
const AUTHORIZATION_LIFE: Duration = Duration::from_hours(8);

/// The addresses of USPS, with what each wants to be shown.
pub(crate) fn hosts(account: &Account) -> [Host; 3] {
    let host = |name, auth| Host {
        name,
        base_url: account.api.clone(),
        auth,
    };
    let grant = Grant {
        host: TOKEN,
        path: "/oauth2/v3/token",
        client_id: account.client_id.clone(),
        client_secret: account.client_secret.clone(),
        style: ClientStyle::Form,
        user: None,
        headers: Vec::new(),
    };
    let issued = Issued {
        host: API,
        path: "/payments/v3/payment-authorization",
        body: Secret::from(parties(account)),
        member: "paymentAuthorizationToken",
        header: "x-payment-authorization-token",
        life: AUTHORIZATION_LIFE,
    };
    [
        host(API, Auth::Bearer(grant)),
        host(LABELS, Auth::Issued(issued)),
        host(TOKEN, Auth::Open),
    ]
}

/// Who takes part: the account pays and owns the labels, and holds a contract where it has one.
fn parties(account: &Account) -> String {
    let is_permit = account.account_type == AccountType::Permit;
    let number = Some(&account.account_number);
    let role = |name: &str| {
        json!({
            "roleName": name,
            "CRID": account.crid,
            "MID": account.mid,
            "manifestMID": account.manifest_mid.as_ref().unwrap_or(&account.mid),
            "accountType": account.account_type.code(),
            "accountNumber": number.filter(|_| !is_permit),
            "permitNumber": number.filter(|_| is_permit),
            "permitZIP": account.permit_zip,
        })
    };
    let mut roles = vec![role("PAYER"), role("LABEL_OWNER")];
    if account.price_type == PriceType::Contract {
        roles.push(role("RATE_HOLDER"));
    }
    compact(json!({ "roles": roles })).to_string()
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::ExposeSecret as _;
    use serde_json::Value;

    use super::*;
    use crate::account::tests::account;

    fn posted(account: &Account) -> Value {
        let [_, labels, _] = hosts(account);
        let Auth::Issued(issued) = labels.auth else {
            panic!("labels show a payment authorization")
        };
        serde_json::from_str(issued.body.expose_secret()).unwrap()
    }

    #[test]
    fn the_account_pays_and_owns_the_labels() {
        let role = |name| {
            json!({
                "roleName": name, "CRID": "48175932", "MID": "905823147",
                "manifestMID": "905823147", "accountType": "EPS", "accountNumber": "1000482913",
            })
        };
        let expected = json!({ "roles": [role("PAYER"), role("LABEL_OWNER")] });
        assert_eq!(posted(&account(json!({}))), expected);
        let contract = posted(&account(json!({"price_type": "contract"})));
        assert_eq!(contract["roles"][2], role("RATE_HOLDER"));
    }

    #[test]
    fn a_permit_has_a_number_and_a_zip_code() {
        let account = account(json!({"account_type": "permit", "permit_zip": "43215"}));
        let payer = posted(&account)["roles"][0].clone();
        assert_eq!(payer["permitNumber"], "1000482913");
        assert_eq!(payer["permitZIP"], "43215");
        assert_eq!(payer.get("accountNumber"), None);
    }
}
