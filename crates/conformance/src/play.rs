//! Plays one ask against a script.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parcelgate_carrier::{
    Call, Carrier, Dialect, Error, Exchange, Intent, Kind, Request, Response, Result,
};

use parcelgate_clock::Manual;
use parcelgate_wire::{Wire, WireSettings};

use crate::ask::{Ask, RECEIVED_AT, Reply, put};
use crate::fixture::Fixture;
use crate::script::{Fault, Log, Script};

/// How long anyone waits, in a time that passes by itself.
pub const PATIENCE: Duration = Duration::from_secs(60);

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
        log: script.take_log(),
    })
}

/// Asks over a door of the caller's own, as often as the caller likes: nothing is set up and
/// nothing is kept.
///
/// # Errors
/// When the question cannot be put.
pub async fn over(
    door: &dyn Exchange,
    carrier: &dyn Carrier,
    ask: &Ask,
    fixture: &Fixture,
) -> Result<Reply, String> {
    let call = Call::new(door, parcelgate_clock::instant() + PATIENCE);
    put(carrier, &call, ask, fixture.inbound.as_ref()).await
}

/// Plays `ask` through every layer of the real way out, in a time that passes by itself. Nobody
/// waits longer than `patience`.
///
/// # Errors
/// When the question cannot be put, or the carrier's hosts contradict themselves.
pub fn stacked(
    carrier: &Arc<dyn Carrier>,
    ask: &Ask,
    fixture: &Fixture,
    fault: Option<Fault>,
    patience: Duration,
) -> Result<Played, String> {
    let script = Arc::new(Script::of(carrier.as_ref(), &fixture.exchanges, fault));
    let today = RECEIVED_AT.parse().map_err(|error| format!("{error}"))?;
    let reply = runtime()?.block_on(async {
        let account = "conformance".parse().map_err(|error| format!("{error}"))?;
        let transport: Arc<dyn Exchange> = script.clone();
        let wire = Wire::over(
            transport,
            &account,
            Arc::clone(carrier),
            &WireSettings::default(),
            Arc::new(Manual::at(today)),
        )
        .map_err(|error| error.to_string())?;
        let call = Call::new(&wire, parcelgate_clock::instant() + patience);
        put(carrier.as_ref(), &call, ask, fixture.inbound.as_ref()).await
    })?;
    Ok(Played {
        reply,
        log: script.take_log(),
    })
}

/// One thread whose clock jumps to the next thing that anyone waits for.
fn runtime() -> Result<tokio::runtime::Runtime, String> {
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
