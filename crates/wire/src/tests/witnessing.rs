//! What answers a paid request is seen before it is read.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use parcelgate_carrier::{Call, Class, Kind, Repeat, Response, Witness};
use parcelgate_clock::instant;

use super::fixture::*;
use crate::{Replay, Step};

#[derive(Default)]
struct Notes(Mutex<Vec<(u16, String)>>);

#[async_trait]
impl Witness for Notes {
    async fn saw(&self, response: &Response) {
        let body = String::from_utf8_lossy(response.body()).into_owned();
        let mut notes = self.0.lock().unwrap();
        notes.push((response.status().as_u16(), body));
    }
}

/// What is seen of a call that meets these answers, and what comes of it.
async fn seen(repeat: Repeat, steps: Vec<Step>) -> (Vec<(u16, String)>, Option<Kind>) {
    let rig = Rig::open(Replay::new(&ACME, steps));
    let notes = Arc::new(Notes::default());
    let call = Call::new(&rig.wire, instant() + seconds(60)).seen_by(notes.clone());
    let outcome = call.send(outgoing(Class::Ship, repeat, 1)).await;
    let notes = notes.0.lock().unwrap().clone();
    (notes, outcome.err().map(|error| error.kind))
}

#[tokio::test(start_paused = true)]
async fn what_a_paid_request_is_answered_is_seen_whatever_it_says() {
    let steps = || vec![Step::answer(429, "later"), Step::answer(502, "<html>")];
    let (notes, outcome) = seen(Repeat::OnlyIfUnsent, steps()).await;
    let expected = [(429, "later".to_owned()), (502, "<html>".to_owned())];
    assert_eq!(notes, expected);
    assert_eq!(outcome, Some(Kind::Unavailable));

    let sold = vec![Step::answer(200, "a label")];
    let (notes, outcome) = seen(Repeat::OnlyIfUnsent, sold).await;
    assert_eq!((notes.len(), outcome), (1, None));

    let cut = vec![Step::fail(Kind::OutcomeUnknown)];
    assert_eq!(seen(Repeat::OnlyIfUnsent, cut).await.0, []);
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_at_what_costs_nothing() {
    let (notes, outcome) = seen(Repeat::Safe, vec![Step::answer(200, "{}")]).await;
    assert_eq!((notes.len(), outcome), (0, None));
}
