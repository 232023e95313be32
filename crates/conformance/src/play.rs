//! Plays one ask against a script.

use std::time::Duration;

use async_trait::async_trait;
use parcelgate_carrier::{
    Call, Carrier, Dialect, Error, Exchange, Intent, Kind, Request, Response, Result,
};

use crate::ask::{Ask, Reply, put};
use crate::fixture::Fixture;
use crate::script::{Fault, Log, Script};

/// How long anyone waits, in a time that passes by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of an ask, and what left on the way.
#[derive(Debug)]
pub struct Played {
    /// What the adapter made of it.
    pub reply: Reply,
    /// What the script saw.
    pub log: Log,
}

/// Plays `ask` against the answers of `fixture`, with nothing between adapter and script but the
/// adapter's own dialect.
///
/// # Errors
/// When the question cannot be put.
pub fn bare(
    carrier: &dyn Carrier,
    ask: &Ask,
    fixture: &Fixture,
    fault: Option<Fault>,
) -> Result<Played, String> {
    let script = Script::of(carrier, &fixture.exchanges, fault);
    let door = Judged {
        script: &script,
        dialect: carrier.dialect(),
    };
    let reply = runtime()?.block_on(async {
        let deadline = parcelgate_clock::instant() + PATIENCE;
        let call = Call::new(&door, deadline);
        put(carrier, &call, ask, fixture.inbound.as_ref()).await
    })?;
    Ok(Played {
        reply,
        log: script.into_log(),
    })
}

/// One thread whose clock jumps to the next thing that anyone waits for.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())
}

struct Judged<'a> {
    script: &'a Script,
    dialect: &'a dyn Dialect,
}

#[async_trait]
impl Exchange for Judged<'_> {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = request.extensions().get::<Intent>().copied();
        let response = self.script.exchange(request).await?;
        match intent {
            Some(intent) => {
                self.dialect.verdict(&intent, &response)?;
                Ok(response)
            }
            None => Err(Error::new(
                Kind::Invalid,
                parcelgate_domain::CarrierId::known("unmeant"),
                "unmeant",
            )),
        }
    }
}
