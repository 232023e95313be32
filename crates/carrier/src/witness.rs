//! Who sees an answer before anyone reads it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::Response;

/// Keeps what a carrier answers to a request that must not be repeated, before anyone interprets
/// it: a crash, or a mistake in reading, then loses nothing that was paid for.
#[async_trait]
pub trait Witness: Send + Sync {
    /// Returns once it is kept, or once it is certain that it cannot be.
    async fn saw(&self, response: &Response);
}

/// The witness of a request, among its extensions. Who carries a request to the network shows the
/// answer to it first.
#[derive(Clone)]
pub struct Witnessed(pub Arc<dyn Witness>);

impl fmt::Debug for Witnessed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witnessed")
    }
}
