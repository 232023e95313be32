//! Signatures by the Standard Webhooks specification 1.0.0
//! (<https://github.com/standard-webhooks/standard-webhooks>, read 2026-11).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parcelgate_domain::{ExposeSecret as _, Secret};
use sha2::Sha256;

/// The header `webhook-signature` of a message; `timestamp` is in seconds, as in the header
/// `webhook-timestamp`. None when `secret` is not "whsec_" and Base64.
pub(crate) fn signature(secret: &Secret, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let encoded = secret.expose_secret().strip_prefix("whsec_")?;
    let key = STANDARD.decode(encoded).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Some(format!(
        "v1,{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_reference_implementations() {
        let secret = Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let signed = signature(&secret, id, 1_614_265_330, body);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed.as_deref(), Some(expected));
    }

    #[test]
    fn what_is_no_secret_signs_nothing() {
        for text in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%", "whpk_MfKQ"] {
            let secret = Secret::from(text.to_owned());
            assert_eq!(signature(&secret, "msg", 0, b"{}"), None, "{text}");
        }
    }
}
