//! Names of what is kept, each a type of its own.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::{Builder, NoContext, Uuid};

/// A text that cannot be the name it was given for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {allowed}")]
pub struct InvalidName {
    /// What was given, shortened.
    pub given: String,
    /// What would be allowed.
    pub allowed: &'static str,
}

/// Whose it is. Stands first in every key: nobody reads what is another's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tenant(String);

impl Tenant {
    /// The operator of the gateway, whose jobs concern no tenant.
    #[must_use]
    pub fn operator() -> Self {
        Self("operator".to_owned())
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tenant {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=40).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(invalid(text, "a tenant: 1 to 40 of a-z, 0-9 and -"))
        }
    }
}

/// The name of one thing; `Of` says of which kind. A UUID of version 7 where we make it, so that
/// names sort by time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String", bound = "Of: Clone")]
pub struct Id<Of>(String, PhantomData<Of>);

impl<Of> Id<Of> {
    /// A new name that sorts by `at`.
    #[must_use]
    pub fn fresh(at: Timestamp) -> Self {
        let seconds = u64::try_from(at.as_second()).unwrap_or(0);
        let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or(0);
        let time = uuid::Timestamp::from_unix(NoContext, seconds, nanos);
        Self(Uuid::new_v7(time).to_string(), PhantomData)
    }

    /// No name that is given at `at` or later sorts before this one.
    pub(crate) fn first(at: Timestamp) -> Self {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let first = Builder::from_unix_timestamp_millis(millis, &[0; 10]);
        Self(first.into_uuid().to_string(), PhantomData)
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<Of> FromStr for Id<Of> {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned(), PhantomData))
        } else {
            Err(invalid(text, "an id: 1 to 64 letters, digits, - and _"))
        }
    }
}

fn invalid(given: &str, allowed: &'static str) -> InvalidName {
    InvalidName {
        given: given.chars().take(40).collect(),
        allowed,
    }
}

impl<Of> TryFrom<String> for Id<Of> {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl<Of> From<Id<Of>> for String {
    fn from(id: Id<Of>) -> Self {
        id.0
    }
}

impl TryFrom<String> for Tenant {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<Tenant> for String {
    fn from(tenant: Tenant) -> Self {
        tenant.0
    }
}

impl<Of> fmt::Display for Id<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<Of> fmt::Debug for Id<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kinds of things that have an [`Id`].
pub mod of {
    /// A shipment.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Shipment {}
    /// A tracker.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Tracker {}
    /// A subscription.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Subscription {}
    /// An event of the log.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Event {}
    /// A delivery.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Delivery {}
    /// An API key.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Key {}
    /// A quote.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Quote {}
    /// A job.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Job {}
    /// A confirmation.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Confirmation {}
}

impl Id<of::Tracker> {
    /// In which of the 256 parts of all trackers it is: what the last two digits of a UUID say. A
    /// name that does not end in two such digits is in none.
    #[must_use]
    pub fn shard(&self) -> Option<u8> {
        let from = self.0.len().checked_sub(2)?;
        u8::from_str_radix(self.0.get(from..)?, 16).ok()
    }
}

/// Of a shipment.
pub type ShipmentId = Id<of::Shipment>;
/// Of a tracker.
pub type TrackerId = Id<of::Tracker>;
/// Of a subscription.
pub type SubscriptionId = Id<of::Subscription>;
/// Of an event of the log; stable over all attempts to deliver it.
pub type EventUid = Id<of::Event>;
/// Of a delivery.
pub type DeliveryId = Id<of::Delivery>;
/// Of an API key.
pub type KeyId = Id<of::Key>;
/// Of a quote.
pub type QuoteId = Id<of::Quote>;
/// Of a job.
pub type JobId = Id<of::Job>;
/// Of a confirmation.
pub type ConfirmationId = Id<of::Confirmation>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_sort_by_time() {
        let early: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
        let late: Timestamp = "2026-01-05T00:00:00.002Z".parse().unwrap();
        assert!(ShipmentId::fresh(early) < ShipmentId::fresh(late));
        assert_ne!(ShipmentId::fresh(early), ShipmentId::fresh(early));
        assert!(ShipmentId::first(early) < ShipmentId::fresh(early));
        assert!(ShipmentId::fresh(early) < ShipmentId::first(late));
    }

    #[test]
    fn a_name_is_bounded() {
        assert!("dev".parse::<Tenant>().is_ok());
        assert!("Dev".parse::<Tenant>().is_err());
        assert!("a/b".parse::<QuoteId>().is_err());
        assert!("a".repeat(65).parse::<QuoteId>().is_err());
    }
}
