//! What the carriers can do, and what an account may use.

use std::sync::Arc;

use parcelgate_carrier::Warehouse;
use parcelgate_domain::Service;

use super::{Account, Accounts, Caller, Fault, MARGIN};

/// Tells of carriers and accounts.
#[derive(Debug)]
pub struct Catalogues {
    accounts: Arc<Accounts>,
}

type Has = fn(&Account) -> bool;

/// The facets by name, in the order in which they are listed.
const FACETS: [(&str, Has); 6] = [
    ("rates", |account| account.carrier.rates().is_some()),
    ("shipping", |account| account.carrier.shipping().is_some()),
    ("tracking", |account| account.carrier.tracking().is_some()),
    ("addresses", |account| account.carrier.addresses().is_some()),
    ("catalogue", |account| account.carrier.catalogue().is_some()),
    ("pushes", |account| account.carrier.pushes().is_some()),
];

impl Catalogues {
    /// Over these accounts.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>) -> Self {
        Self { accounts }
    }

    /// All accounts.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// What an account's carrier can do.
    #[must_use]
    pub fn capabilities(account: &Account) -> Vec<&'static str> {
        FACETS
            .iter()
            .filter(|(_, has)| has(account))
            .map(|(name, _)| *name)
            .collect()
    }

    /// The services that an account may buy.
    ///
    /// # Errors
    /// When there is no such account, or its carrier does not tell.
    pub async fn services(&self, caller: &Caller, account: &str) -> Result<Vec<Service>, Fault> {
        let account = self.accounts.named(account)?;
        let catalogue = account
            .carrier
            .catalogue()
            .ok_or_else(|| account.lacks("catalogue"))?;
        let call = account.call(caller.reply_by(MARGIN));
        Ok(catalogue.services(&call).await?)
    }

    /// Where an account may hand over parcels.
    ///
    /// # Errors
    /// When there is no such account, or its carrier does not tell.
    pub async fn warehouses(
        &self,
        caller: &Caller,
        account: &str,
    ) -> Result<Vec<Warehouse>, Fault> {
        let account = self.accounts.named(account)?;
        let catalogue = account
            .carrier
            .catalogue()
            .ok_or_else(|| account.lacks("catalogue"))?;
        let call = account.call(caller.reply_by(MARGIN));
        Ok(catalogue.warehouses(&call).await?)
    }
}
