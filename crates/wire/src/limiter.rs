//! Sends no more than the carrier allows.

use std::sync::Arc;

use async_trait::async_trait;
use parcelgate_carrier::{Error, Exchange, Kind, Request, Response, Result};
use parcelgate_domain::CarrierId;

use crate::intent::intent_of;
use crate::lanes::Lanes;

/// Every attempt that leaves has taken its permits; whoever cannot have them in time is told so.
/// A permit whose request then cannot be signed is lost: too few is the safe side.
pub(crate) struct Limiter {
    inner: Arc<dyn Exchange>,
    carrier: CarrierId,
    lanes: Arc<Lanes>,
}

impl Limiter {
    pub(crate) fn over(inner: Arc<dyn Exchange>, carrier: &CarrierId, lanes: &Arc<Lanes>) -> Self {
        Self {
            inner,
            carrier: carrier.clone(),
            lanes: Arc::clone(lanes),
        }
    }
}

#[async_trait]
impl Exchange for Limiter {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = intent_of(&self.carrier, &request)?;
        let _place = self.lanes.enter(&intent).await.map_err(|pause| {
            Error::new(Kind::Throttled, self.carrier.clone(), intent.operation)
                .retry_after(Some(pause))
                .because("no quota in time")
        })?;
        let mut result = self.inner.exchange(request).await;
        match &mut result {
            Ok(_) => self.lanes.heed(&intent, None),
            Err(error) if error.kind == Kind::Throttled => {
                self.lanes.heed(&intent, Some(error));
            }
            Err(_) => {}
        }
        result
    }
}
