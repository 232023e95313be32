//! An answer that was kept is as good as one that comes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use parcelgate_carrier::{Exchange, Request, Response};
use parcelgate_clock::instant;

use super::*;
use crate::service::acme::{ACME, Books, ORDER, account};
use crate::service::purchase::drive::Outcome;

/// Gives these answers, one after the other, and counts.
struct Till(Vec<(u16, &'static str)>, Arc<AtomicUsize>);

#[async_trait]
impl Exchange for Till {
    async fn exchange(&self, _: Request) -> parcelgate_carrier::Result<Response> {
        let at = self.1.fetch_add(1, Ordering::SeqCst);
        let Some((status, body)) = self.0.get(at) else {
            return Err(Error::new(Kind::OutcomeUnknown, ACME, "till"));
        };
        let mut answer = Response::new((*body).into());
        *answer.status_mut() = StatusCode::from_u16(*status).unwrap();
        Ok(answer)
    }
}

/// What is made of a purchase that was sent, met these answers, and was interrupted before its
/// outcome was written down; and how often the carrier was asked in all.
async fn interrupted_after(answers: Vec<(u16, &'static str)>) -> (Option<Outcome>, usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let till = Arc::new(Till(answers, count.clone()));
    let accounts = Accounts::new(vec![account(till, Books::default())]);
    let purchases = purchases_with(accounts).await;

    let accepted = purchases.accepted_as(ORDER).await;
    let order: Order = serde_json::from_str(ORDER).unwrap();
    let lease_until = purchases.clock.now();
    let sending = purchases
        .step(&accepted, Step::Sending { lease_until })
        .await;
    let account = purchases.accounts.get(&sending.account).unwrap();
    let call = account.call(instant() + Duration::from_secs(10));
    let _lost = purchases.buy(account, call, &sending, &order).await;
    let doubt = fault::kept(&Error::new(Kind::OutcomeUnknown, ACME, "buy"));
    let unknown = purchases.step(&sending, Step::Unknown(doubt)).await;
    let outcome = purchases.reread(&unknown).await.unwrap();
    (outcome, count.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_sale_whose_answer_was_kept_is_no_doubt() {
    let (outcome, asked) = interrupted_after(vec![(200, "1Z5R89390357567127")]).await;
    assert!(outcome.unwrap().is_certain());
    assert_eq!(asked, 1, "nothing is sent to find that out");
}

#[tokio::test]
async fn what_sent_a_request_back_unheard_does_not_count() {
    let answers = vec![(429, "later"), (200, "1Z5R89390357567127")];
    let (outcome, asked) = interrupted_after(answers).await;
    assert!(outcome.is_some());
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn a_refusal_that_was_kept_is_a_refusal() {
    let (outcome, _) = interrupted_after(vec![(422, "no")]).await;
    assert!(outcome.unwrap().is_certain());
}

#[tokio::test]
async fn what_says_nothing_for_certain_leaves_the_doubt() {
    for answers in [vec![(500, "oops")], vec![(200, "")], vec![]] {
        let (outcome, asked) = interrupted_after(answers.clone()).await;
        assert!(outcome.is_none(), "{answers:?}");
        assert_eq!(asked, 1);
    }
}
