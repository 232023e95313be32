//! A carrier that answers in plain HTTP statuses, and its wire over a script.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use parcelgate_carrier::{
    Auth, Call, Carrier, Class, ClientStyle, Dialect, Error, Exchange, Grant, Host, Intent, Kind,
    Outgoing, Quota, Repeat, Response, Result,
};
use parcelgate_clock::instant;
use parcelgate_domain::{AccountId, Secret};

use crate::{Replay, Step, Wire, WireSettings};

pub(super) use super::acme::{ACME, Acme};

/// Two hosts unless others are named: `api`, which wants `auth`, and `door`, where tokens are got.
impl Acme {
    pub(super) fn account(
        auth: Auth,
        quotas: &'static [Quota],
        base_url: &str,
    ) -> Arc<dyn Carrier> {
        let host = |name, auth| Host {
            name,
            base_url: base_url.to_owned(),
            auth,
        };
        Self::of(vec![host("api", auth), host("door", Auth::Open)], quotas)
    }
}

impl Dialect for Acme {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let kind = match response.status().as_u16() {
            200..300 => return Ok(()),
            // As carriers say it to keys that they do not know.
            401 if intent.class == Class::Token => Kind::Credentials,
            401 => Kind::StaleToken,
            404 => Kind::NotFound,
            429 => Kind::Throttled,
            500.. => Kind::Unavailable,
            _ => Kind::Refused,
        };
        Err(Error::new(kind, ACME, intent.operation))
    }
}

pub(super) fn credentials() -> Auth {
    Auth::Bearer(Grant {
        host: "door",
        path: "/token",
        client_id: Secret::from("the-id"),
        client_secret: Secret::from("the-secret"),
        style: ClientStyle::Basic,
        user: None,
        headers: vec![],
    })
}

/// A wire over a script, with the script to ask afterwards.
pub(super) struct Rig {
    pub(super) wire: Wire,
    pub(super) replay: Arc<Replay>,
}

impl Rig {
    pub(super) fn open(replay: Replay) -> Self {
        Self::with(replay, Auth::Open, &[], &WireSettings::default())
    }

    pub(super) fn with(
        replay: Replay,
        auth: Auth,
        quotas: &'static [Quota],
        settings: &WireSettings,
    ) -> Self {
        Self::over(
            replay,
            Acme::account(auth, quotas, "http://acme.invalid"),
            settings,
        )
    }

    /// With hosts of one's own.
    pub(super) fn at(
        replay: Replay,
        hosts: Vec<Host>,
        quotas: &'static [Quota],
        settings: &WireSettings,
    ) -> Self {
        Self::over(replay, Acme::of(hosts, quotas), settings)
    }

    fn over(replay: Replay, carrier: Arc<dyn Carrier>, settings: &WireSettings) -> Self {
        let replay = Arc::new(replay);
        let transport: Arc<dyn Exchange> = replay.clone();
        let clock = Arc::new(parcelgate_clock::System);
        let wire = Wire::over(transport, &account(), carrier, settings, clock);
        Self {
            wire: wire.unwrap(),
            replay,
        }
    }

    /// One call of `class` to `host` that may be repeated.
    pub(super) async fn ask_host(
        &self,
        host: &'static str,
        class: Class,
        patience: Duration,
    ) -> Result<Response> {
        let call = Call::new(&self.wire, instant() + patience);
        call.send(outgoing_to(host, class)).await
    }

    /// One call of `class` that may be repeated.
    pub(super) async fn ask(&self, class: Class, patience: Duration) -> Result<Response> {
        self.call(class, Repeat::Safe, 1, patience).await
    }

    pub(super) async fn call(
        &self,
        class: Class,
        repeat: Repeat,
        permits: u32,
        patience: Duration,
    ) -> Result<Response> {
        let call = Call::new(&self.wire, instant() + patience);
        call.send(outgoing(class, repeat, permits)).await
    }

    /// How many requests reached the transport at `path`.
    pub(super) fn sent_to(&self, path: &str) -> usize {
        let seen = self.replay.seen();
        seen.iter()
            .filter(|seen| seen.request.uri().path() == path)
            .count()
    }
}

pub(super) fn outgoing_to(host: &'static str, class: Class) -> Outgoing {
    Outgoing::new(Method::POST, "work", host, "/work").class(class)
}

pub(super) fn outgoing(class: Class, repeat: Repeat, permits: u32) -> Outgoing {
    let outgoing = Outgoing::new(Method::POST, "work", "api", "/work")
        .query("secret", "in-the-query")
        .class(class)
        .permits(NonZeroU32::new(permits).unwrap());
    match repeat {
        Repeat::Safe => outgoing,
        Repeat::OnlyIfUnsent => outgoing.only_if_unsent(),
    }
}

pub(super) fn account() -> AccountId {
    "acme-test".parse().unwrap()
}

pub(super) fn ok() -> Step {
    Step::answer(200, "{}")
}

/// A script that does the same for ever.
pub(super) fn always(step: fn() -> Step) -> Replay {
    Replay::by(&ACME, move |_| step())
}

pub(super) fn steps(steps: impl IntoIterator<Item = Step>) -> Replay {
    Replay::new(&ACME, steps)
}

pub(super) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn kind<T>(result: Result<T>) -> Option<Kind> {
    result.err().map(|error| error.kind)
}
