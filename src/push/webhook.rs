//! Webhooks: where most events go.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;
use parcelgate_store::Subscription;
use parcelgate_wire::{
    Internet, OpenError, RetryAfter, WebhookAnswer, WebhookClient, WebhookFailure, WebhookRules,
};

use super::outlet::{Message, Outcome, Outlet};
use super::{body, sign};
use crate::config::PushConfig;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const REPLAY: HeaderName = HeaderName::from_static("x-event-replay");
const GAP: HeaderName = HeaderName::from_static("x-event-gap");

/// Sends events as signed webhooks.
#[derive(Debug)]
pub(super) struct Webhooks {
    client: WebhookClient,
}

impl Webhooks {
    /// With the limits and rules of the configuration.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(super) fn open(
        config: &PushConfig,
        internet: Arc<dyn Internet>,
    ) -> Result<Self, OpenError> {
        let rules = WebhookRules {
            allow_http: config.allow_http,
            allow_private: config.allow_private,
        };
        let connect_max = Duration::from_millis(config.connect_ms_max);
        let total_max = Duration::from_millis(config.total_ms_max);
        Ok(Self {
            client: WebhookClient::over(internet, rules, connect_max, total_max)?,
        })
    }
}

#[async_trait]
impl Outlet for Webhooks {
    async fn send(&self, to: &Subscription, message: Message<'_>) -> Outcome {
        let Some((headers, body)) = written(to, message) else {
            return failed("unwritable", "the event or the secret cannot be read");
        };
        match self.client.post(&to.url, headers, body).await {
            Ok(answer) => heard(answer, message.at),
            Err(failure) => {
                let how = match failure {
                    WebhookFailure::Refused(_) => "refused",
                    WebhookFailure::NotSent(_) => "not_sent",
                    WebhookFailure::NoAnswer(_) => "no_answer",
                    WebhookFailure::TooLate => "too_late",
                };
                failed(how, &failure.to_string())
            }
        }
    }
}

/// The signed request.
fn written(to: &Subscription, message: Message<'_>) -> Option<(HeaderMap, Bytes)> {
    let body = body::of(message.event).ok()?;
    let id = message.event.uid.as_str();
    let signature = sign::signatures(to, id, message.at, &body)?;
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(body::MEDIA_TYPE),
    );
    headers.insert(ID, id.parse().ok()?);
    headers.insert(TIMESTAMP, message.at.as_second().into());
    headers.insert(SIGNATURE, signature.parse().ok()?);
    if message.replay {
        headers.insert(REPLAY, HeaderValue::from_static("1"));
    }
    if !message.missed.is_empty() {
        let missed: Vec<String> = message.missed.iter().map(ToString::to_string).collect();
        headers.insert(GAP, missed.join(",").parse().ok()?);
    }
    Some((headers, body.into()))
}

fn heard(answer: WebhookAnswer, at: Timestamp) -> Outcome {
    let pause = answer.retry_after.map(|wish| match wish {
        RetryAfter::Pause(pause) => pause,
        RetryAfter::At(then) => Duration::try_from(then.duration_since(at)).unwrap_or_default(),
    });
    match answer.status {
        status @ 200..=299 => Outcome::Delivered { status },
        status @ 410 => Outcome::Gone { status },
        status => Outcome::Failed {
            how: "rejected",
            status: Some(status),
            why: format!("answered {status}: {}", answer.excerpt)
                .trim_end_matches([':', ' '])
                .to_owned(),
            pause,
        },
    }
}

fn failed(how: &'static str, why: &str) -> Outcome {
    Outcome::Failed {
        how,
        status: None,
        why: why.to_owned(),
        pause: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<RetryAfter>) -> Outcome {
        let at = "2026-01-05T08:00:00Z".parse().unwrap();
        heard(
            WebhookAnswer {
                status,
                retry_after,
                excerpt: String::new(),
            },
            at,
        )
    }

    #[test]
    fn only_200_to_299_is_delivered_and_410_is_gone() {
        for status in [200, 202, 204, 299] {
            assert_eq!(answer(status, None), Outcome::Delivered { status });
        }
        assert_eq!(answer(410, None), Outcome::Gone { status: 410 });
        for status in [100, 301, 307, 400, 401, 404, 429, 500, 503] {
            let Outcome::Failed {
                how,
                status: told,
                why,
                pause,
            } = answer(status, None)
            else {
                panic!("{status} is a failure");
            };
            assert_eq!((how, told, pause), ("rejected", Some(status), None));
            assert_eq!(why, format!("answered {status}"));
        }
    }

    #[test]
    fn a_time_to_come_back_is_a_pause_from_now() {
        let pause_of = |wish| {
            let Outcome::Failed { pause, .. } = answer(429, Some(wish)) else {
                panic!("429 is a failure");
            };
            pause
        };
        let minute = Duration::from_secs(60);
        assert_eq!(pause_of(RetryAfter::Pause(minute)), Some(minute));
        let at = |text: &str| RetryAfter::At(text.parse().unwrap());
        assert_eq!(pause_of(at("2026-01-05T08:01:00Z")), Some(minute));
        assert_eq!(pause_of(at("2026-01-05T07:00:00Z")), Some(Duration::ZERO));
    }
}
