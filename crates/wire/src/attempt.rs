//! Ends an attempt that takes too long.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parcelgate_carrier::{Class, Error, Exchange, Kind, Request, Response, Result};
use parcelgate_clock::{left, sleep};
use parcelgate_domain::CarrierId;

use crate::intent::intent_of;
use crate::settings::WireSettings;

/// Measures the wire only, never the wait for quota or token. What it ends may have arrived: the
/// outcome is unknown. A connect that stalls never gets here, its own limit is shorter.
pub(crate) struct AttemptTimeout {
    inner: Arc<dyn Exchange>,
    carrier: CarrierId,
    settings: WireSettings,
}

impl AttemptTimeout {
    pub(crate) fn over(
        inner: Arc<dyn Exchange>,
        carrier: &CarrierId,
        settings: &WireSettings,
    ) -> Self {
        Self {
            inner,
            carrier: carrier.clone(),
            settings: settings.clone(),
        }
    }
}

/// The longest that one attempt of `class` may take.
pub(crate) fn attempt_max(settings: &WireSettings, class: Class) -> Duration {
    let usual_ms = match class {
        Class::Rate => 8_000,
        Class::Ship => 60_000,
        Class::Track => 20_000,
        Class::Manage => 15_000,
        Class::Token => 10_000,
    };
    Duration::from_millis(settings.attempt_ms_max.of(class).unwrap_or(usual_ms))
}

#[async_trait]
impl Exchange for AttemptTimeout {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = intent_of(&self.carrier, &request)?;
        let failed = |kind| Error::new(kind, self.carrier.clone(), intent.operation);
        let limit = attempt_max(&self.settings, intent.class).min(left(intent.deadline));
        if limit.is_zero() {
            return Err(failed(Kind::Deadline));
        }
        tokio::select! {
            biased;
            result = self.inner.exchange(request) => result,
            () = sleep(limit) => {
                Err(failed(Kind::OutcomeUnknown).because(format!("no answer within {limit:?}")))
            }
        }
    }
}
