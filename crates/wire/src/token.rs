//! One token for all who need it: got once, renewed early, dropped when refused.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::HeaderValue;
use parcelgate_carrier::{Error, Exchange, Intent, Kind, Peer, Response, Result};
use parcelgate_clock::{instant, left, sleep_until};
use tokio::sync::watch;

use crate::grant::{Source, TOKEN};
use crate::intent::lock;
use crate::pauses::up_to;

/// A token, ready to be shown.
pub(crate) struct Token {
    /// The value of the header; marked as sensitive.
    pub(crate) value: HeaderValue,
    refresh_at: Instant,
    expires_at: Instant,
    /// Whether it took the place of one that was refused.
    replaces_refused: bool,
    accepted: AtomicBool,
}

/// The token of one host, bearer's or issued.
pub(crate) struct Tokens {
    peer: Peer,
    host: &'static str,
    stack: Arc<dyn Exchange>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    fetch: Option<Fetch>,
    refused: bool,
}

/// A token request: under way while `again_at` is absent; after a failure, remembered until then.
struct Fetch {
    outcome: watch::Receiver<Option<Outcome>>,
    again_at: Option<Instant>,
}

type Outcome = Result<Arc<Token>, Failed>;

#[derive(Clone)]
struct Failed {
    error: Arc<Error>,
    again_at: Instant,
}

/// How long a token request may take with everything: two attempts and the pause between.
const FETCH_MAX: Duration = Duration::from_secs(25);
/// Until a failed token request is repeated, when nobody says otherwise: short while the host is
/// ill, longer when it refused the account, so that a wrong password does not lock it.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const REFUSED_AGAIN_AFTER: Duration = Duration::from_secs(30);
const LIFE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

impl Tokens {
    /// That of `host`, whose requests for tokens travel `stack`.
    pub(crate) fn new(peer: &Peer, host: &'static str, stack: &Arc<dyn Exchange>) -> Arc<Self> {
        Arc::new(Self {
            peer: peer.clone(),
            host,
            stack: Arc::clone(stack),
            state: Mutex::default(),
        })
    }

    /// The token, fetched if there is none that can be shown. However many ask at once, one request
    /// goes out; it is nobody's own, so it outlives whoever asked first.
    pub(crate) async fn get(self: &Arc<Self>, intent: &Intent) -> Result<Arc<Token>> {
        let mut coming = match self.ready_or_coming() {
            Ok(token) => return Ok(token),
            Err(coming) => coming,
        };
        let outcome = tokio::select! {
            biased;
            outcome = async { coming.wait_for(Option::is_some).await.ok()?.clone() } => outcome,
            () = sleep_until(intent.deadline) => return Err(self.error(Kind::Deadline, intent)),
        };
        match outcome {
            Some(Ok(token)) => Ok(token),
            Some(Err(failed)) => Err(self.explain(&failed, intent)),
            None => Err(self
                .error(Kind::Unsent, intent)
                .because("the token request broke off")),
        }
    }

    fn ready_or_coming(self: &Arc<Self>) -> Result<Arc<Token>, watch::Receiver<Option<Outcome>>> {
        let now = instant();
        let mut state = lock(&self.state);
        let fresh = state.token.as_ref().filter(|token| now < token.refresh_at);
        if let Some(token) = fresh {
            return Ok(Arc::clone(token));
        }
        let usable = state.token.clone().filter(|token| now < token.expires_at);
        let remembered = state.fetch.as_ref().filter(|fetch| match fetch.again_at {
            Some(again_at) => now < again_at,
            None => true,
        });
        let coming = match remembered {
            Some(fetch) => fetch.outcome.clone(),
            None => {
                let outcome = self.start();
                state.fetch = Some(Fetch {
                    outcome: outcome.clone(),
                    again_at: None,
                });
                outcome
            }
        };
        usable.ok_or(coming)
    }

    fn start(self: &Arc<Self>) -> watch::Receiver<Option<Outcome>> {
        let (tell, outcome) = watch::channel(None);
        let tokens = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = tokens.fetch().await;
            tell.send_replace(Some(tokens.keep(outcome)));
        });
        outcome
    }

    async fn fetch(&self) -> Result<Token> {
        let begun = instant();
        let carrier = self.peer.id();
        let source = Source::of(self.peer.hosts(), self.host)
            .ok_or_else(|| Error::new(Kind::Unsupported, carrier.clone(), TOKEN))?;
        let request = source.request(begun + FETCH_MAX);
        let response = self.stack.exchange(request).await?;
        self.granted(source, &response, begun)
    }

    fn keep(&self, outcome: Result<Token>) -> Outcome {
        let mut state = lock(&self.state);
        match outcome {
            Ok(token) => {
                let token = Arc::new(Token {
                    replaces_refused: state.refused,
                    ..token
                });
                state.token = Some(Arc::clone(&token));
                state.fetch = None;
                Ok(token)
            }
            Err(error) => {
                let refused = kind_for_those_who_wait(error.kind) == Kind::Credentials;
                let pause = if refused {
                    REFUSED_AGAIN_AFTER
                } else {
                    AGAIN_AFTER
                };
                let again_at = instant() + error.retry_after.unwrap_or_default().max(pause);
                if let Some(fetch) = &mut state.fetch {
                    fetch.again_at = Some(again_at);
                }
                let error = Arc::new(error);
                Err(Failed { error, again_at })
            }
        }
    }

    /// The carrier took `token`.
    pub(crate) fn accepted(&self, token: &Token) {
        if !token.accepted.swap(true, Ordering::AcqRel) {
            lock(&self.state).refused = false;
        }
    }

    /// The carrier refused `token`: it is dropped. Whether another one may help, which is not so
    /// when it had itself just replaced a refused one and was never taken.
    pub(crate) fn refused(&self, token: &Arc<Token>) -> bool {
        let mut state = lock(&self.state);
        if state
            .token
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, token))
        {
            state.token = None;
            state.refused = true;
        }
        !token.replaces_refused || token.accepted.load(Ordering::Acquire)
    }

    /// Reads the answer; the life that it claims is bounded.
    fn granted(&self, source: Source<'_>, response: &Response, begun: Instant) -> Result<Token> {
        let (value, life) = source.granted(self.peer.id(), response)?;
        let life = life.min(LIFE_MAX);
        Ok(Token {
            value,
            refresh_at: begun + (life / 5 * 4).saturating_sub(up_to(life / 20)),
            expires_at: begun + life,
            replaces_refused: false,
            accepted: AtomicBool::new(false),
        })
    }

    fn error(&self, kind: Kind, intent: &Intent) -> Error {
        Error::new(kind, self.peer.id().clone(), intent.operation)
    }

    /// The failure of the token request, as it looks to a request that therefore did not leave.
    fn explain(&self, failed: &Failed, intent: &Intent) -> Error {
        let beneath = &failed.error;
        self.error(kind_for_those_who_wait(beneath.kind), intent)
            .said(
                beneath.code.clone().unwrap_or_default(),
                beneath.text.as_deref().unwrap_or_default(),
            )
            .retry_after(Some(left(failed.again_at)))
            .because(Arc::clone(beneath))
    }
}

/// A token request that was refused means wrong credentials; one that failed, that nothing left.
const fn kind_for_those_who_wait(kind: Kind) -> Kind {
    match kind {
        Kind::Invalid
        | Kind::NotFound
        | Kind::Refused
        | Kind::Unsupported
        | Kind::Credentials
        | Kind::StaleToken => Kind::Credentials,
        Kind::Throttled
        | Kind::Unsent
        | Kind::Unavailable
        | Kind::OutcomeUnknown
        | Kind::Deadline
        | Kind::Malformed => Kind::Unsent,
    }
}
