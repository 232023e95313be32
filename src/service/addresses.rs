//! Whether an address exists: its form first, then the carrier's word.

use std::sync::Arc;

use parcelgate_carrier::{Ability, AddressVerdict, Lane};
use parcelgate_domain::{Address, CarrierId};

use super::{Account, Accounts, Caller, Fault, MARGIN};

/// Checks addresses.
#[derive(Debug)]
pub struct AddressChecks {
    accounts: Arc<Accounts>,
}

impl AddressChecks {
    /// Over these accounts.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>) -> Self {
        Self { accounts }
    }

    /// What `account`, or the first that can tell, makes of `address`.
    ///
    /// # Errors
    /// When nobody can tell, or the carrier does not answer.
    pub async fn validate(
        &self,
        caller: &Caller,
        address: &Address,
        account: Option<&str>,
    ) -> Result<(CarrierId, AddressVerdict), Fault> {
        let account: &Arc<Account> = match account {
            Some(id) => self.accounts.named(id)?,
            None => {
                let able = self
                    .accounts
                    .iter()
                    .find(|account| account.carrier.addresses().is_some());
                able.ok_or_else(|| {
                    Fault::NothingFits("no configured account can check addresses".to_owned())
                })?
            }
        };
        let addresses = account
            .carrier
            .addresses()
            .ok_or_else(|| account.lacks(Ability::Addresses))?;
        let call = account.call(caller.reply_by(MARGIN)).behind(Lane::Quote);
        let verdict = addresses.validate(&call, address).await?;
        Ok((account.carrier_id().clone(), verdict))
    }
}
