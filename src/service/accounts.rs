//! The accounts that are configured.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use parcelgate_carrier::{Ability, Call, Carrier};
use parcelgate_domain::{AccountId, CarrierId, Violations};
use parcelgate_wire::Wire;

use super::Fault;

/// One account: its carrier, and its way out.
pub struct Account {
    /// Its name here.
    pub id: AccountId,
    /// What it can do.
    pub carrier: Arc<dyn Carrier>,
    /// Its layers and its connection.
    pub wire: Wire,
}

impl Account {
    /// One operation that ends at `deadline`.
    #[must_use]
    pub fn call(&self, deadline: Instant) -> Call<'_> {
        Call::new(&self.wire, deadline)
    }

    /// Which carrier.
    #[must_use]
    pub fn carrier_id(&self) -> &CarrierId {
        &self.carrier.profile().id
    }

    /// What its carrier does not offer.
    #[must_use]
    pub fn lacks(&self, ability: Ability) -> Fault {
        let profile = self.carrier.profile();
        Fault::Unsupported {
            carrier: profile.id.clone(),
            ability,
            reason: profile
                .absence(ability)
                .unwrap_or("this account has it not"),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("carrier", self.carrier_id())
            .finish()
    }
}

/// All accounts, in the order of their names.
#[derive(Debug, Default)]
pub struct Accounts(BTreeMap<AccountId, Arc<Account>>);

impl Accounts {
    /// Of these. Of two with one name the later counts.
    #[must_use]
    pub fn new(accounts: Vec<Account>) -> Self {
        Self(
            accounts
                .into_iter()
                .map(|account| (account.id.clone(), Arc::new(account)))
                .collect(),
        )
    }

    /// The account of that name.
    ///
    /// # Errors
    /// When there is none; says which there are.
    pub fn named(&self, id: &str) -> Result<&Arc<Account>, Fault> {
        let found = self.find(id);
        found.ok_or_else(|| self.unknown(id, "account").into())
    }

    /// That there is no account of that name, if there is none: which there are, for `field`.
    #[must_use]
    pub fn unknown(&self, id: &str, field: &str) -> Violations {
        let mut found = Violations::new();
        if self.find(id).is_none() {
            let known: Vec<&str> = self.0.keys().map(AccountId::as_str).collect();
            found.refuse(field, id, format!("one of {}", known.join(", ")));
        }
        found
    }

    fn find(&self, id: &str) -> Option<&Arc<Account>> {
        self.0.get(&id.parse::<AccountId>().ok()?)
    }

    /// The account of that id, for what was begun with it.
    #[must_use]
    pub fn get(&self, id: &AccountId) -> Option<&Arc<Account>> {
        self.0.get(id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.0.values()
    }

    /// Those of one carrier.
    pub fn of_carrier<'a>(
        &'a self,
        carrier: &'a CarrierId,
    ) -> impl Iterator<Item = &'a Arc<Account>> {
        self.iter()
            .filter(move |account| account.carrier_id() == carrier)
    }

    /// Which carriers have an account.
    #[must_use]
    pub fn carriers(&self) -> Vec<&CarrierId> {
        let mut carriers: Vec<_> = self.iter().map(|account| account.carrier_id()).collect();
        carriers.sort();
        carriers.dedup();
        carriers
    }
}
