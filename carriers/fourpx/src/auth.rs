//! What each of the two hosts must be shown: data for the signing layer.

use parcelgate_carrier::{Auth, Digest, DigestPart, Host};

use crate::Account;

/// Everything but the labels themselves.
pub(crate) const API: &str = "api";
/// The labels, which anybody may fetch who has the link.
pub(crate) const LABELS: &str = "labels";

pub(crate) fn hosts(account: &Account) -> [Host; 2] {
    [
        Host {
            name: API,
            base_url: account.api_url.clone(),
            auth: Auth::Digest(digest(account)),
        },
        Host {
            name: LABELS,
            base_url: account.label_url.clone(),
            auth: Auth::Open,
        },
    ]
}

/// Name and value of each parameter in the order of the names, then the body, then the secret.
/// `language` and `access_token` are left out (open.4px.com, guide to signatures, read 2026-11-22).
fn digest(account: &Account) -> Digest {
    Digest {
        parts: vec![
            DigestPart::Text("app_key"),
            DigestPart::Secret(account.app_key.clone()),
            DigestPart::Text("format"),
            DigestPart::Query("format"),
            DigestPart::Text("method"),
            DigestPart::Query("method"),
            DigestPart::Text("timestamp"),
            DigestPart::Timestamp,
            DigestPart::Text("v"),
            DigestPart::Query("v"),
            DigestPart::Body,
            DigestPart::Secret(account.app_secret.clone()),
        ],
        timestamp_query: "timestamp",
        digest_query: "sign",
    }
}

#[cfg(test)]
mod tests {
    use md5::{Digest as _, Md5};
    use parcelgate_domain::ExposeSecret;
    use serde_json::json;

    use super::*;

    /// The inputs of the worked example in 4PX's guide. The URL that the guide prints below them
    /// has another signature, which does not follow from its own rule.
    #[test]
    fn the_recipe_makes_the_signature_of_the_worked_example() {
        let settings = json!({
            "app_key": "16081f05-e8fc-4250-b9c4-0660d1ecbb28",
            "app_secret": "7eebf328-8e5a-4030-904d-ec6e89174fbc",
        });
        let account: Account = serde_json::from_value(settings).unwrap();
        let text: String = digest(&account)
            .parts
            .iter()
            .map(|part| match part {
                DigestPart::Secret(secret) => secret.expose_secret(),
                DigestPart::Text(text) => text,
                DigestPart::Body => r#"{"aa":"bb"}"#,
                DigestPart::Timestamp => "1532592413187",
                DigestPart::Query("format") => "json",
                DigestPart::Query("method") => "ds.xms.order.create",
                DigestPart::Query("v") => "1.0",
                DigestPart::Query(other) => panic!("{other} is not in the query"),
            })
            .collect();
        let hex: String = Md5::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, "ff4af77c062a9b97d98aa29777621c4a");
    }
}
