//! What the carriers can do, and what an account may use.

use std::sync::Arc;

use parcelgate_carrier::{Ability, Lane, Warehouse};
use parcelgate_domain::Service;

use super::{Accounts, Caller, Fault, MARGIN};

/// Tells of carriers and accounts.
#[derive(Debug)]
pub struct Catalogues {
    accounts: Arc<Accounts>,
}

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

    /// The services that an account may buy.
    ///
    /// # Errors
    /// When there is no such account, or its carrier does not tell.
    pub async fn services(&self, caller: &Caller, account: &str) -> Result<Vec<Service>, Fault> {
        let account = self.accounts.named(account)?;
        let catalogue = account
            .carrier
            .catalogue()
            .ok_or_else(|| account.lacks(Ability::Catalogue))?;
        let call = account.call(caller.reply_by(MARGIN)).behind(Lane::Quote);
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
            .ok_or_else(|| account.lacks(Ability::Catalogue))?;
        let call = account.call(caller.reply_by(MARGIN)).behind(Lane::Quote);
        Ok(catalogue.warehouses(&call).await?)
    }
}
