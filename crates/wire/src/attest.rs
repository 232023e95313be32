//! Shows an answer to the request's witness before anyone reads it.

use std::sync::Arc;

use async_trait::async_trait;
use parcelgate_carrier::{Exchange, Request, Response, Result, Witnessed};

/// Only requests that must not be repeated have a witness.
pub(crate) struct Attest {
    inner: Arc<dyn Exchange>,
}

impl Attest {
    pub(crate) fn over(inner: Arc<dyn Exchange>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Exchange for Attest {
    async fn exchange(&self, mut request: Request) -> Result<Response> {
        let witness = request.extensions_mut().remove::<Witnessed>();
        let response = self.inner.exchange(request).await?;
        if let Some(Witnessed(witness)) = witness {
            witness.saw(&response).await;
        }
        Ok(response)
    }
}
