//! The key by which USPS keeps a label from being sold twice.

use std::fmt::Write as _;

use parcelgate_domain::Reference;
use sha2::{Digest as _, Sha256};

/// Header of the key.
pub(crate) const HEADER: &str = "x-idempotency-key";

/// A UUID, which USPS wants: made of the reference, so that whoever has the one has the other, and
/// shaped as a random one (RFC 9562, version 4). References are unique for ever, and so are these.
pub(crate) fn of(reference: &Reference) -> String {
    let digest = Sha256::digest(reference.as_str().as_bytes());
    let mut hex = String::with_capacity(36);
    for (index, byte) in digest.iter().take(16).enumerate() {
        let byte = match index {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if matches!(index, 4 | 6 | 8 | 10) {
            hex.push('-');
        }
        // Writing to a String cannot fail.
        let _written = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_uuid_and_follows_from_the_reference_alone() {
        let key = |text: &str| of(&text.parse().unwrap());
        let one = key("PG01JDCONFORMANCE");
        assert_eq!(one, key("PG01JDCONFORMANCE"));
        assert_ne!(one, key("PG01JDCONFORMANCF"));
        let groups: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(matches!(one.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
