//! Bytes that are not to be printed.

use std::fmt;

use bytes::Bytes;

/// Bytes as they came: a label, a carrier's reply, an answer of ours. They may hold names and
/// addresses, so `Debug` shows only how many there are.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Blob(pub Bytes);

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}
