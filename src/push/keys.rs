//! What deliveries are signed with: a secret shared with the receiver, and a key pair of which it
//! has the public half. Written as the Standard Webhooks specification 1.0.0 does.

use aws_lc_rs::encoding::{AsBigEndian as _, Curve25519SeedBin};
use aws_lc_rs::rand;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parcelgate_domain::{ExposeSecret as _, Secret};
use parcelgate_store::SigningKeys;

/// The specification asks for 24 to 64 bytes of a secret.
const SECRET_BYTES: usize = 32;

/// A seed of Ed25519, before its public key.
const SEED_BYTES: usize = 32;

/// New ones; none when the system has no randomness to give.
pub(crate) fn fresh() -> Option<SigningKeys> {
    let mut secret = [0; SECRET_BYTES];
    rand::fill(&mut secret).ok()?;
    let pair = Ed25519KeyPair::generate().ok()?;
    let seed: Curve25519SeedBin<'_> = pair.seed().ok()?.as_be_bytes().ok()?;
    let seed = seed.as_ref().iter().copied();
    let private: Vec<u8> = seed
        .chain(pair.public_key().as_ref().iter().copied())
        .collect();
    Some(SigningKeys {
        secret: Secret::from(format!("whsec_{}", STANDARD.encode(secret))),
        private: Some(Secret::from(format!("whsk_{}", STANDARD.encode(private)))),
    })
}

/// The key pair of a private key; none when it is not "whsk_" and such a pair in Base64.
pub(super) fn pair(private: &Secret) -> Option<Ed25519KeyPair> {
    let encoded = private.expose_secret().strip_prefix("whsk_")?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (seed, public) = bytes.split_at_checked(SEED_BYTES)?;
    Ed25519KeyPair::from_seed_and_public_key(seed, public).ok()
}

/// What receivers check signatures with: "whpk_" and Base64.
pub(crate) fn public(private: &Secret) -> Option<String> {
    let pair = pair(private)?;
    Some(format!("whpk_{}", STANDARD.encode(pair.public_key())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_new_each_time_and_as_the_specification_writes_them() {
        let (one, other) = (fresh().unwrap(), fresh().unwrap());
        assert_ne!(one.secret.expose_secret(), other.secret.expose_secret());
        let encoded = one.secret.expose_secret().strip_prefix("whsec_").unwrap();
        assert_eq!(STANDARD.decode(encoded).unwrap().len(), SECRET_BYTES);
        let public_of = |keys: &SigningKeys| public(keys.private.as_ref().unwrap()).unwrap();
        assert_ne!(public_of(&one), public_of(&other));
        let encoded = public_of(&one).strip_prefix("whpk_").unwrap().to_owned();
        assert_eq!(STANDARD.decode(encoded).unwrap().len(), 32);
    }

    #[test]
    fn what_is_no_private_key_has_no_public_one() {
        for text in ["whsk_", "whsk_MfKQ", "whsk_%", "whsec_MfKQ"] {
            assert_eq!(public(&Secret::from(text.to_owned())), None, "{text}");
        }
    }
}
