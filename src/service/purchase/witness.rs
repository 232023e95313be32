//! Keeps what a carrier answered to a paid request before anyone interprets it, so that a crash or
//! a mistake in reading it loses nothing that was paid for; and answers with it afterwards.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use parcelgate_carrier::{
    Error, Exchange, Intent, Kind, Repeat, Request, Response, Result, Witness,
};
use parcelgate_clock::SharedClock;
use parcelgate_store::backup::Sealed;
use parcelgate_store::{Batch, Evidence, Purchase, ShipmentId, Store, Tenant};

use super::testimony;
use crate::seal::Seal;
use crate::service::Account;

/// What is sealed belongs to one purchase, and to one sending of it.
fn about(sending: &Purchase, epoch: i64) -> String {
    about_sending(&sending.tenant, &sending.id, epoch)
}

fn about_sending(tenant: &Tenant, id: &ShipmentId, epoch: i64) -> String {
    format!("evidence {tenant} {id} {epoch}")
}

/// Whether what is sealed opens under the key of `seal`.
pub(crate) fn opens(seal: &Seal, sealed: &Sealed) -> bool {
    let Evidence {
        shipment,
        epoch,
        reply,
        ..
    } = &sealed.evidence;
    let about = about_sending(&sealed.tenant, shipment, *epoch);
    seal.open(&about, &reply.0).is_some()
}

/// Keeps the answers to one sending.
pub(super) struct Keeper {
    pub(super) store: Arc<dyn Store>,
    pub(super) seal: Arc<Seal>,
    pub(super) clock: SharedClock,
    pub(super) sending: Purchase,
}

#[async_trait]
impl Witness for Keeper {
    async fn saw(&self, response: &Response) {
        let Self {
            store,
            seal,
            clock,
            sending,
        } = self;
        let (shipment, epoch) = (&sending.id, sending.version.epoch);
        let plain = testimony::write(response);
        let Some(reply) = seal.seal(&about(sending, epoch), &plain) else {
            tracing::error!(%shipment, "the carrier's answer could not be sealed");
            return;
        };
        let evidence = Evidence {
            shipment: shipment.clone(),
            epoch,
            sent_at: clock.now(),
            reply: reply.into(),
        };
        let batch = Batch::of(&sending.tenant, clock.now()).keep_evidence(evidence);
        if let Err(error) = store.apply(batch).await {
            // The outcome may still be stored; without it the purchase is settled by look-up.
            tracing::error!(%shipment, %error, "the carrier's answer was not kept");
        }
    }
}

/// What was kept of all sendings of `purchase`, with the times; what cannot be opened is left out.
pub(crate) fn answers_of(
    seal: &Seal,
    purchase: &Purchase,
    kept: &[Evidence],
) -> Vec<(Timestamp, Response)> {
    let opened = kept.iter().filter_map(|evidence| {
        let plain = seal.open(&about(purchase, evidence.epoch), &evidence.reply.0)?;
        Some((evidence.sent_at, testimony::read(&plain)?))
    });
    opened.collect()
}

/// An account's door, at which a paid request is answered with what was answered to it then, and
/// never sent.
pub(super) struct Retold<'a> {
    account: &'a Account,
    answers: Mutex<VecDeque<Response>>,
}

impl<'a> Retold<'a> {
    /// With what is kept of the last sending of `purchase`; none when nothing is.
    pub(super) fn of(
        account: &'a Account,
        seal: &Seal,
        purchase: &Purchase,
        kept: &[Evidence],
    ) -> Option<Self> {
        let last = purchase.version.epoch.saturating_sub(1);
        let sent = kept.iter().filter(|evidence| evidence.epoch == last);
        let sent: Vec<Evidence> = sent.cloned().collect();
        let answers = answers_of(seal, purchase, &sent).into_iter();
        let answers: VecDeque<Response> = answers.map(|(_, answer)| answer).collect();
        (!answers.is_empty()).then(|| Self {
            account,
            answers: Mutex::new(answers),
        })
    }

    /// The next answer that did not send the request back unheard.
    fn next(&self, intent: &Intent) -> Result<Response> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(answer) = answers.pop_front() {
            match self.account.carrier.dialect().verdict(intent, &answer) {
                Ok(()) => return Ok(answer),
                Err(error) if error.kind.retryable(Repeat::OnlyIfUnsent) => {}
                Err(error) => return Err(error),
            }
        }
        let carrier = self.account.carrier_id().clone();
        Err(Error::new(Kind::OutcomeUnknown, carrier, intent.operation))
    }
}

#[async_trait]
impl Exchange for Retold<'_> {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = request.extensions().get::<Intent>().copied();
        match intent {
            Some(intent) if intent.repeat == Repeat::OnlyIfUnsent => self.next(&intent),
            Some(_) | None => self.account.wire.exchange(request).await,
        }
    }
}
