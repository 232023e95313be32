//! What a layer may know of a request, and where it left.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use parcelgate_carrier::{Error, Host, Intent, Kind, Request, Result};
use parcelgate_clock::instant;
use parcelgate_domain::CarrierId;

/// With less time left than this an attempt cannot end well, and is not begun.
pub(crate) const LEAST: Duration = Duration::from_millis(20);

/// The intent that every request carries.
pub(crate) fn intent_of(carrier: &CarrierId, request: &Request) -> Result<Intent> {
    let intent = request.extensions().get::<Intent>().copied();
    debug_assert!(intent.is_some(), "every request carries its intent");
    intent.ok_or_else(|| {
        Error::new(Kind::Invalid, carrier.clone(), "unknown").because("a request without intent")
    })
}

/// When an attempt was handed to the transport, if it was. Only then does its outcome say anything
/// about the carrier, and only then is there anything to try again: what was refused on the way out
/// was refused by a layer that has waited as long as it makes sense.
#[derive(Debug, Clone, Default)]
pub(crate) struct Departure(Arc<OnceLock<Instant>>);

impl Departure {
    /// A new mark on `request`, for one attempt, to be read after it.
    pub(crate) fn watch(request: &mut Request) -> Self {
        let departure = Self::default();
        request.extensions_mut().insert(departure.clone());
        departure
    }

    /// The mark that `request` bears.
    pub(crate) fn of(request: &Request) -> Self {
        request.extensions().get().cloned().unwrap_or_default()
    }

    /// Notes that `request` leaves now.
    pub(crate) fn note(request: &Request) {
        if let Some(Self(left)) = request.extensions().get() {
            left.get_or_init(instant);
        }
    }

    /// Whether it left.
    pub(crate) fn happened(&self) -> bool {
        self.0.get().is_some()
    }

    /// How long ago that was.
    pub(crate) fn age(&self) -> Option<Duration> {
        Some(instant().saturating_duration_since(*self.0.get()?))
    }
}

/// Something for each host of an account.
#[derive(Debug)]
pub(crate) struct PerHost<T> {
    carrier: CarrierId,
    entries: Vec<(&'static str, T)>,
}

impl<T> PerHost<T> {
    /// Makes one for each host.
    pub(crate) fn new(carrier: &CarrierId, hosts: &[Host], make: impl Fn(&Host) -> T) -> Self {
        Self {
            carrier: carrier.clone(),
            entries: hosts.iter().map(|host| (host.name, make(host))).collect(),
        }
    }

    /// The one for the host that `intent` means.
    pub(crate) fn of(&self, intent: &Intent) -> Result<&T> {
        self.named(intent.host, intent)
    }

    /// The one for the host of that name, for a request that means `intent`.
    pub(crate) fn named(&self, host: &str, intent: &Intent) -> Result<&T> {
        self.iter()
            .find(|(name, _)| *name == host)
            .map(|(_, entry)| entry)
            .ok_or_else(|| {
                let error = Error::new(Kind::Invalid, self.carrier.clone(), intent.operation);
                error.because(format!("the account has no host named {host:?}"))
            })
    }

    /// Something else for each host.
    pub(crate) fn map<U>(&self, make: impl Fn(&'static str, &T) -> U) -> PerHost<U> {
        PerHost {
            carrier: self.carrier.clone(),
            entries: self
                .iter()
                .map(|(name, entry)| (name, make(name, entry)))
                .collect(),
        }
    }

    /// All of them, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        self.entries.iter().map(|(name, entry)| (*name, entry))
    }
}

/// Locks; what a panicking thread left behind is counts and times, good enough to go on with.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
