//! Signatures by the Standard Webhooks specification 1.0.0
//! (<https://github.com/standard-webhooks/standard-webhooks>, read 2026-11).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use parcelgate_domain::{ExposeSecret as _, Secret};
use parcelgate_store::{SigningKeys, Subscription};
use sha2::Sha256;

use super::keys;

/// The header `webhook-signature` of a message sent `at` that time, which the header
/// `webhook-timestamp` tells in seconds: by the keys that count, and by those that they replaced as
/// long as these sign. None when a key cannot be read.
pub(crate) fn signatures(
    to: &Subscription,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Option<String> {
    let retired = to.retired.iter().filter(|retired| retired.until > at);
    let all = [&to.keys]
        .into_iter()
        .chain(retired.map(|retired| &retired.keys));
    let mut signatures = Vec::new();
    for keys in all {
        signatures.extend(by(keys, id, at.as_second(), body)?);
    }
    Some(signatures.join(" "))
}

/// One with the secret, and one with the private key if there is one.
fn by(keys: &SigningKeys, id: &str, timestamp: i64, body: &[u8]) -> Option<Vec<String>> {
    let mut signatures = vec![v1(&keys.secret, id, timestamp, body)?];
    if let Some(private) = &keys.private {
        signatures.push(v1a(private, id, timestamp, body)?);
    }
    Some(signatures)
}

/// With a shared secret. None when it is not "whsec_" and Base64.
pub(crate) fn v1(secret: &Secret, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let encoded = secret.expose_secret().strip_prefix("whsec_")?;
    let key = STANDARD.decode(encoded).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(&signed(id, timestamp, body));
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Some(format!("v1,{signature}"))
}

/// With a private key of Ed25519.
fn v1a(private: &Secret, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let signature = keys::pair(private)?.sign(&signed(id, timestamp, body));
    Some(format!("v1a,{}", STANDARD.encode(signature)))
}

/// What is signed.
fn signed(id: &str, timestamp: i64, body: &[u8]) -> Vec<u8> {
    let head = format!("{id}.{timestamp}.");
    head.into_bytes()
        .into_iter()
        .chain(body.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: i64 = 1_614_265_330;

    #[test]
    fn the_example_of_the_reference_implementations() {
        let secret = Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let signed = v1(&secret, ID, AT, BODY);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed.as_deref(), Some(expected));
    }

    #[test]
    fn the_public_key_tells_what_the_private_one_signed() {
        let fresh = keys::fresh().unwrap();
        let private = fresh.private.unwrap();
        let public = keys::public(&private).unwrap();
        let public = STANDARD
            .decode(public.strip_prefix("whpk_").unwrap())
            .unwrap();
        let signature = v1a(&private, ID, AT, BODY).unwrap();
        let signature = STANDARD
            .decode(signature.strip_prefix("v1a,").unwrap())
            .unwrap();
        let key = UnparsedPublicKey::new(&ED25519, public);
        assert!(key.verify(&signed(ID, AT, BODY), &signature).is_ok());
        assert!(key.verify(&signed(ID, AT + 1, BODY), &signature).is_err());
    }

    #[test]
    fn what_is_no_key_signs_nothing() {
        for text in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%", "whpk_MfKQ"] {
            let key = Secret::from(text.to_owned());
            assert_eq!(v1(&key, "msg", 0, b"{}"), None, "{text}");
            assert_eq!(v1a(&key, "msg", 0, b"{}"), None, "{text}");
        }
    }
}
