//! Who is at the door: the key, the tenant, the deadline.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::service::keys::{Keys, Refused};
use crate::service::{Caller, Scope};

/// Lets callers in.
#[derive(Debug, Clone)]
pub(super) struct Door {
    keys: Arc<Keys>,
    call_max: Duration,
}

impl Door {
    pub(super) fn new(keys: Arc<Keys>, call_max: Duration) -> Self {
        Self { keys, call_max }
    }

    /// The caller, when its key has `scope`.
    pub(super) async fn admit(
        &self,
        metadata: &MetadataMap,
        scope: Scope,
    ) -> Result<Caller, Status> {
        let admitted = self.keys.admit(key(metadata)?, scope).await?;
        let left = named(metadata).map_or(self.call_max, |named| named.min(self.call_max));
        let deadline = parcelgate_clock::instant() + left;
        Ok(Caller {
            tenant: admitted.tenant,
            key: Some(admitted.id),
            deadline,
        })
    }

    /// When the caller of a stream stops waiting, if it says so.
    pub(super) fn end(metadata: &MetadataMap) -> Option<Instant> {
        named(metadata).map(|left| parcelgate_clock::instant() + left)
    }

    /// The caller of one item of a stream that ends at `end`: the key is looked at again, and the
    /// item may take as long as a call of its own. One that comes too early waits for its turn.
    pub(super) async fn admit_item(
        &self,
        metadata: &MetadataMap,
        scope: Scope,
        end: Option<Instant>,
    ) -> Result<Caller, Status> {
        let longest = parcelgate_clock::instant() + self.call_max;
        let deadline = end.map_or(longest, |end| end.min(longest));
        let key = key(metadata)?;
        let admitted = loop {
            match self.keys.admit(key, scope).await {
                Err(Refused::TooOften { after, .. })
                    if parcelgate_clock::instant() + after < deadline =>
                {
                    parcelgate_clock::sleep(after).await;
                }
                admitted => break admitted?,
            }
        };
        Ok(Caller {
            tenant: admitted.tenant,
            key: Some(admitted.id),
            deadline,
        })
    }
}

/// The key that is shown.
fn key(metadata: &MetadataMap) -> Result<&str, Refused> {
    let text = metadata
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let key = text.and_then(|text| text.strip_prefix("Bearer "));
    key.map(str::trim).ok_or(Refused::Unknown)
}

/// How long the caller waits, when it says so.
fn named(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata
        .get("grpc-timeout")
        .and_then(|value| value.to_str().ok());
    text.and_then(timeout)
}

/// Reads `grpc-timeout`: up to eight digits and a unit
/// (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3_600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(timeout("500m"), Some(Duration::from_millis(500)));
        assert_eq!(timeout("2S"), Some(Duration::from_secs(2)));
        for text in ["", "m", "1", "123456789S", "-1S", "1x"] {
            assert_eq!(timeout(text), None, "{text:?}");
        }
    }
}
