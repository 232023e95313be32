//! Signs a request by a digest over its parts.

use http::Uri;
use http::uri::PathAndQuery;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use parcelgate_carrier::{Digest, DigestPart, Request};
use parcelgate_domain::ExposeSecret as _;
use url::form_urlencoded;

/// Puts the time and the digest into the query of `request`. `None` when that makes no valid
/// target.
pub(crate) fn sign(request: &mut Request, recipe: &Digest, now: Timestamp) -> Option<()> {
    let timestamp = now.as_millisecond().to_string();
    let query = request.uri().query().unwrap_or_default();
    let mut md5 = Md5::new();
    for part in &recipe.parts {
        match part {
            DigestPart::Secret(secret) => md5.update(secret.expose_secret()),
            DigestPart::Text(text) => md5.update(text),
            DigestPart::Body => md5.update(request.body()),
            DigestPart::Timestamp => md5.update(&timestamp),
            DigestPart::Query(name) => {
                let pair = form_urlencoded::parse(query.as_bytes()).find(|pair| pair.0 == *name);
                md5.update(pair.map(|pair| pair.1.into_owned()).unwrap_or_default());
            }
        }
    }
    let digest: String = md5
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let query = form_urlencoded::Serializer::new(query.to_owned())
        .append_pair(recipe.timestamp_query, &timestamp)
        .append_pair(recipe.digest_query, &digest)
        .finish();
    let target = format!("{}?{query}", request.uri().path());
    let target: PathAndQuery = target.parse().ok()?;
    *request.uri_mut() = Uri::from(target);
    Some(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_domain::Secret;

    use super::*;

    /// The vector on Yanwen's own page about signatures (opendocs.yw56.com.cn, read 2026-11-22).
    #[test]
    fn signs_as_the_carrier_does_on_its_own_page() {
        let token = || DigestPart::Secret(Secret::from("D6140AA383FD8515B09028C586493DDB"));
        let recipe = Digest {
            parts: vec![
                token(),
                DigestPart::Query("user_id"),
                DigestPart::Body,
                DigestPart::Query("format"),
                DigestPart::Query("method"),
                DigestPart::Timestamp,
                DigestPart::Query("version"),
                token(),
            ],
            timestamp_query: "timestamp",
            digest_query: "sign",
        };
        let mut request = Request::new(Bytes::from_static(b"{}"));
        let target =
            "/api/order?user_id=100000&method=common%2Ecountry.getlist&format=json&version=V1.0";
        *request.uri_mut() = Uri::from_static(target);
        let now = Timestamp::from_millisecond(1_655_798_809_414).unwrap();
        sign(&mut request, &recipe, now).unwrap();
        assert_eq!(
            request.uri().to_string(),
            format!("{target}&timestamp=1655798809414&sign=bc5f1792e30936c72fa2a35efead8d73")
        );
    }

    /// The inputs of the worked example in 4PX's guide (open.4px.com, read 2026-11-22), with the
    /// digest that its own rule makes of them; the URL printed below it shows another.
    #[test]
    fn names_of_parameters_stand_between_their_values() {
        let recipe = Digest {
            parts: vec![
                DigestPart::Text("app_key"),
                DigestPart::Query("app_key"),
                DigestPart::Text("format"),
                DigestPart::Query("format"),
                DigestPart::Text("method"),
                DigestPart::Query("method"),
                DigestPart::Text("timestamp"),
                DigestPart::Timestamp,
                DigestPart::Text("v"),
                DigestPart::Query("v"),
                DigestPart::Body,
                DigestPart::Secret(Secret::from("7eebf328-8e5a-4030-904d-ec6e89174fbc")),
            ],
            timestamp_query: "timestamp",
            digest_query: "sign",
        };
        let mut request = Request::new(Bytes::from_static(br#"{"aa":"bb"}"#));
        let target = "/router/api/service?method=ds.xms.order.create&v=1.0&format=json\
                      &app_key=16081f05-e8fc-4250-b9c4-0660d1ecbb28";
        *request.uri_mut() = Uri::from_static(target);
        let now = Timestamp::from_millisecond(1_532_592_413_187).unwrap();
        sign(&mut request, &recipe, now).unwrap();
        assert_eq!(
            request.uri().to_string(),
            format!("{target}&timestamp=1532592413187&sign=ff4af77c062a9b97d98aa29777621c4a")
        );
    }
}
