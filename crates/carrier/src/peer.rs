//! Who is at the other end of the door.

use std::ops::Deref;
use std::sync::Arc;

use parcelgate_domain::CarrierId;

use crate::{Carrier, Dialect, Host, Quota};

/// All that the layers of the door need to know of whom they lead to: a carrier, or a shop that is
/// told of parcels.
pub trait Remote: Send + Sync + 'static {
    /// By which name failures, spans and samples tell of it.
    fn id(&self) -> &CarrierId;

    /// How often requests may be sent, unless the configuration says otherwise.
    fn quotas(&self) -> &'static [Quota];

    /// Reads what an answer means.
    fn dialect(&self) -> &dyn Dialect;

    /// The addresses it uses, each with what it must show there.
    fn hosts(&self) -> &[Host];
}

/// A [`Remote`] that several layers hold.
#[derive(Clone)]
pub struct Peer(Arc<dyn Remote>);

impl Peer {
    /// Of whom.
    #[must_use]
    pub fn of(remote: impl Remote) -> Self {
        Self(Arc::new(remote))
    }
}

impl Deref for Peer {
    type Target = dyn Remote;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref()
    }
}

/// A carrier, as the layers see it.
struct OfCarrier(Arc<dyn Carrier>);

impl Remote for OfCarrier {
    fn id(&self) -> &CarrierId {
        &self.0.profile().id
    }

    fn quotas(&self) -> &'static [Quota] {
        self.0.profile().quotas
    }

    fn dialect(&self) -> &dyn Dialect {
        self.0.dialect()
    }

    fn hosts(&self) -> &[Host] {
        self.0.hosts()
    }
}

impl From<Arc<dyn Carrier>> for Peer {
    fn from(carrier: Arc<dyn Carrier>) -> Self {
        Self::of(OfCarrier(carrier))
    }
}

impl<C: Carrier> From<Arc<C>> for Peer {
    fn from(carrier: Arc<C>) -> Self {
        Self::of(OfCarrier(carrier))
    }
}
