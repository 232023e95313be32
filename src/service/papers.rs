//! What is asked of a carrier around a shipment: duties beforehand, papers for customs, the proof
//! that it arrived.

use std::sync::Arc;

use parcelgate_carrier::{Ability, Error, LandedCost, Lane, RateAsk, TradePaper};
use parcelgate_domain::{Document, DocumentId};
use parcelgate_store::{Store, TrackerId};

use super::fault::in_interface;
use super::{Account, Accounts, Caller, Fault, MARGIN};

/// Asks for papers, and hands them over.
#[derive(Clone)]
pub struct Papers {
    accounts: Arc<Accounts>,
    store: Arc<dyn Store>,
}

impl std::fmt::Debug for Papers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Papers").finish_non_exhaustive()
    }
}

impl Papers {
    /// Over these accounts.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>, store: Arc<dyn Store>) -> Self {
        Self { accounts, store }
    }

    /// What `account`, or the first that can tell, makes of duties and taxes.
    ///
    /// # Errors
    /// When nobody can tell, or the carrier does not.
    pub async fn landed_cost(
        &self,
        caller: &Caller,
        account: Option<&str>,
        ask: &RateAsk,
    ) -> Result<(Arc<Account>, LandedCost), Fault> {
        let account = match account {
            Some(id) => self.accounts.named(id)?,
            None => {
                let mut accounts = self.accounts.iter();
                let able = accounts.find(|account| account.carrier.landed_cost().is_some());
                let nobody = "no configured account can estimate duties and taxes";
                able.ok_or_else(|| Fault::NothingFits(nobody.to_owned()))?
            }
        };
        let lacks = || account.lacks(Ability::LandedCost);
        let costs = account.carrier.landed_cost().ok_or_else(lacks)?;
        let call = account.call(caller.reply_by(MARGIN)).behind(Lane::Quote);
        let cost = costs.estimate(&call, ask).await.map_err(in_shipment)?;
        Ok((Arc::clone(account), cost))
    }

    /// Hands a paper over to the carrier of `account`.
    ///
    /// # Errors
    /// When the carrier takes none, or said no.
    pub async fn upload(
        &self,
        caller: &Caller,
        account: &str,
        paper: &TradePaper,
    ) -> Result<DocumentId, Fault> {
        let account = self.accounts.named(account)?;
        let lacks = || account.lacks(Ability::Documents);
        let documents = account.carrier.documents().ok_or_else(lacks)?;
        let call = account.call(caller.reply_by(MARGIN)).behind(Lane::Quote);
        Ok(documents.upload(&call, paper).await.map_err(in_upload)?)
    }

    /// Who took the parcel of a tracker.
    ///
    /// # Errors
    /// When the carrier shows none, or not yet.
    pub async fn proof(&self, caller: &Caller, id: &TrackerId) -> Result<Document, Fault> {
        let tracker = self.store.tracker(&caller.tenant, id).await?;
        let tracker = tracker.ok_or_else(|| Fault::NotFound(format!("trackers/{id}")))?;
        let own = tracker
            .account
            .as_ref()
            .and_then(|own| self.accounts.get(own));
        let account = own.or_else(|| {
            let mut others = self.accounts.of_carrier(&tracker.carrier);
            others.find(|account| account.carrier.proofs().is_some())
        });
        let nobody = || Fault::NothingFits(format!("an account with {}", tracker.carrier));
        let account = account.ok_or_else(nobody)?;
        let lacks = || account.lacks(Ability::ProofOfDelivery);
        let proofs = account.carrier.proofs().ok_or_else(lacks)?;
        let call = account.call(caller.reply_by(MARGIN)).behind(Lane::Track);
        Ok(proofs.proof(&call, &tracker.number).await?)
    }
}

/// With the fields at fault under their names in a question that has a shipment.
fn in_shipment(error: Error) -> Error {
    renamed(error, |field| format!("shipment.{}", in_interface(field)))
}

/// With the fields at fault under their names in an upload.
fn in_upload(error: Error) -> Error {
    renamed(error, |field| {
        let plain = field.strip_prefix("document.").unwrap_or(field);
        match plain {
            "bytes" => "content".to_owned(),
            "from" => "origin_country".to_owned(),
            "to" => "destination_country".to_owned(),
            "shipment" => "tracking_number".to_owned(),
            _ => plain.to_owned(),
        }
    })
}

fn renamed(mut error: Error, rename: impl Fn(&str) -> String) -> Error {
    error.violations = std::mem::take(&mut error.violations).renamed(rename);
    error
}
