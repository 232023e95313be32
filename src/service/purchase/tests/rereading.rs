//! An answer that was kept is as good as one that comes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use parcelgate_carrier::{
    Auth, Call, Carrier, Dialect, Exchange, Host, Intent, Lookup, Outgoing, Profile, Request,
    Response, ShipIdempotency, Shipping,
};
use parcelgate_clock::instant;
use parcelgate_wire::{Wire, WireSettings};

use super::*;
use crate::service::purchase::drive::Outcome;

const ACME: CarrierId = CarrierId::known("acme");

/// Sells in one request, and answers with the number.
struct Acme(Profile, [Host; 1]);

impl Carrier for Acme {
    fn profile(&self) -> &Profile {
        &self.0
    }

    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn hosts(&self) -> &[Host] {
        &self.1
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }
}

impl Dialect for Acme {
    fn verdict(&self, intent: &Intent, answer: &Response) -> parcelgate_carrier::Result<()> {
        let kind = match answer.status().as_u16() {
            200 => return Ok(()),
            429 => Kind::Throttled,
            422 => Kind::Refused,
            _ => Kind::Unavailable,
        };
        Err(Error::new(kind, ACME, intent.operation))
    }
}

#[async_trait]
impl Shipping for Acme {
    fn check(&self, _: &Order) -> Violations {
        Violations::new()
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> parcelgate_carrier::Result<Shipment> {
        let request = Outgoing::new(http::Method::POST, "buy", "api", "/ship").only_if_unsent();
        let answer = call.send(request).await?;
        let number = String::from_utf8_lossy(answer.body()).into_owned();
        let tracking_number = number.parse().map_err(|error| {
            Error::new(Kind::Malformed, ACME, "buy").because(format!("{error:?}"))
        })?;
        Ok(Shipment {
            reference: order.reference.clone(),
            carrier_number: number,
            service: service(),
            charged: None,
            parcels: vec![ShippedParcel {
                tracking_number,
                last_mile_number: None,
                label: None,
            }],
        })
    }

    async fn find(
        &self,
        _: &Call<'_>,
        _: &Reference,
    ) -> parcelgate_carrier::Result<Option<Shipment>> {
        Ok(None)
    }

    async fn label(&self, _: &Call<'_>, _: &Shipment) -> parcelgate_carrier::Result<Vec<Label>> {
        Ok(Vec::new())
    }

    async fn void(&self, _: &Call<'_>, _: &Shipment) -> parcelgate_carrier::Result<()> {
        Ok(())
    }
}

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

fn acme() -> Arc<dyn Carrier> {
    let profile = Profile {
        id: ACME,
        name: "Acme",
        name_zh: "艾克米",
        services: &[],
        label_formats: &[],
        track_batch_max: 1,
        parcels_max: 1,
        quotas: &[],
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::None,
        quiet: Duration::ZERO,
        void_window: None,
        absences: &[],
    };
    let host = Host {
        name: "api",
        base_url: "http://acme.invalid".to_owned(),
        auth: Auth::Open,
    };
    Arc::new(Acme(profile, [host]))
}

const ORDER: &str = r#"{
    "reference": "PG01", "service": "03", "ship_on": "2026-11-23", "label_format": "pdf",
    "from": {"name": "A", "lines": ["1 Main St"], "city": "Columbus", "country": "US"},
    "to": {"name": "B", "lines": ["2 Main St"], "city": "Dayton", "country": "US"},
    "parcels": [{"weight": 1000}]
}"#;

/// What is made of a purchase that was sent, met these answers, and was interrupted before its
/// outcome was written down; and how often the carrier was asked in all.
async fn interrupted_after(answers: Vec<(u16, &'static str)>) -> (Option<Outcome>, usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let till = Arc::new(Till(answers, count.clone()));
    let id: parcelgate_domain::AccountId = "acme".parse().unwrap();
    let settings = WireSettings::default();
    let wire = Wire::over(till, &id, acme(), &settings, Arc::new(System)).unwrap();
    let carrier = acme();
    let accounts = Accounts::new(vec![Account { id, carrier, wire }]);
    let purchases = purchases_with(accounts).await;

    let accepted = purchases.accepted_as(ORDER).await;
    let order: Order = serde_json::from_str(ORDER).unwrap();
    let lease_until = purchases.clock.now();
    let sending = purchases
        .step(&accepted, Step::Sending { lease_until })
        .await;
    let account = purchases.accounts.get(&sending.account).unwrap();
    let deadline = instant() + Duration::from_secs(10);
    let _lost = purchases.buy(account, &sending, &order, deadline).await;
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
