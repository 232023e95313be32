//! What each of the two hosts must be shown: data for the signing layer.

use parcelgate_carrier::{Auth, Digest, DigestPart, Host};

use crate::Account;

/// Orders, labels, catalogue.
pub(crate) const ORDER: &str = "order";
/// Tracking: another host, another credential.
pub(crate) const TRACK: &str = "track";

pub(crate) fn hosts(account: &Account) -> [Host; 2] {
    [
        Host {
            name: ORDER,
            base_url: account.order_url.clone(),
            auth: Auth::Digest(digest(account)),
        },
        Host {
            name: TRACK,
            base_url: account.track_url.clone(),
            // The bare customer number, without the word of a scheme before it.
            auth: Auth::Headers(vec![("authorization", account.user_id.clone())]),
        },
    ]
}

/// <https://opendocs.yw56.com.cn/webfile/6993833547773513728>, read 2026-11: the values alone, in
/// this order, between the key and the key again.
fn digest(account: &Account) -> Digest {
    Digest {
        parts: vec![
            DigestPart::Secret(account.api_token.clone()),
            DigestPart::Query("user_id"),
            DigestPart::Body,
            DigestPart::Query("format"),
            DigestPart::Query("method"),
            DigestPart::Timestamp,
            DigestPart::Query("version"),
            DigestPart::Secret(account.api_token.clone()),
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

    /// The worked example on the official page.
    #[test]
    fn the_recipe_makes_the_published_signature() {
        let settings =
            json!({"user_id": "100000", "api_token": "D6140AA383FD8515B09028C586493DDB"});
        let account: Account = serde_json::from_value(settings).unwrap();
        let text: String = digest(&account)
            .parts
            .iter()
            .map(|part| match part {
                DigestPart::Secret(secret) => secret.expose_secret().to_owned(),
                DigestPart::Text(text) => (*text).to_owned(),
                DigestPart::Body => "{}".to_owned(),
                DigestPart::Timestamp => "1655798809414".to_owned(),
                DigestPart::Query("user_id") => "100000".to_owned(),
                DigestPart::Query("format") => "json".to_owned(),
                DigestPart::Query("method") => "common.country.getlist".to_owned(),
                DigestPart::Query("version") => "V1.0".to_owned(),
                DigestPart::Query(other) => panic!("{other} is not in the query"),
            })
            .collect();
        let hex: String = Md5::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, "bc5f1792e30936c72fa2a35efead8d73");
    }
}
