//! What an answer means, before anyone decodes what it says.

use std::time::Duration;

use http::header::RETRY_AFTER;

use crate::{Intent, Response, Result};

/// Retry, breaker and metrics all consume this one reading; a 200 that wraps an error is refused
/// here and nowhere else.
pub trait Dialect: Send + Sync {
    /// `Ok` when the answer is one that may be decoded.
    ///
    /// # Errors
    /// What the carrier said no with. A token that is not accepted is
    /// [`Kind::StaleToken`](crate::Kind::StaleToken); whether new credentials would help is the
    /// signing layer's to say.
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()>;
}

/// How many seconds the answer asks to be left alone. The other form of the header, a date, is read
/// where there is a clock: by the layer that asks for the verdict.
#[must_use]
pub fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}
