//! The order systems that are configured.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use parcelgate_carrier::Call;
use parcelgate_domain::{AccountId, Violations};
use parcelgate_shop::{CarrierName, Shop};
use parcelgate_wire::Wire;

use crate::config::ShopConfig;

/// One account with an order system.
pub struct ShopAccount {
    /// What it can do.
    pub shop: Arc<dyn Shop>,
    /// Its layers and its connection.
    pub wire: Wire,
    /// What the operator wants of it.
    pub policy: ShopConfig,
}

impl ShopAccount {
    /// Its name here.
    #[must_use]
    pub const fn id(&self) -> &AccountId {
        &self.policy.id
    }

    /// One operation that ends at `deadline`.
    #[must_use]
    pub fn call(&self, deadline: Instant) -> Call<'_> {
        Call::new(&self.wire, deadline)
    }

    /// The shop's word for one of our carriers: the operator's before the table's, a marketplace's
    /// before that of all, and a plain name where that is allowed. None when it has no word for it.
    #[must_use]
    pub fn carrier(&self, carrier: &str, marketplace: Option<&str>) -> Option<CarrierName> {
        let set = &self.policy.carriers;
        let here = marketplace.and_then(|it| set.get(&format!("{carrier}@{it}")));
        let set = here.or_else(|| set.get(carrier)).map(String::as_str);
        let profile = self.shop.profile();
        let code = set.or_else(|| profile.carrier_code(carrier, marketplace));
        let known = code.map(|code| CarrierName {
            code: code.to_owned(),
            name: None,
        });
        let other = profile.other.filter(|_| self.policy.allow_other);
        known.or_else(|| {
            other.map(|code| CarrierName {
                code: code.to_owned(),
                name: Some(carrier.to_owned()),
            })
        })
    }
}

impl fmt::Debug for ShopAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShopAccount")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// All of them, by name.
#[derive(Debug, Default)]
pub struct Shops(BTreeMap<String, ShopAccount>);

impl Shops {
    /// These, of which no two have one name.
    #[must_use]
    pub fn new(shops: Vec<ShopAccount>) -> Self {
        let named = shops.into_iter().map(|shop| (shop.id().to_string(), shop));
        Self(named.collect())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The shop of that name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&ShopAccount> {
        self.0.get(id)
    }

    /// All of them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &ShopAccount> {
        self.0.values()
    }

    /// The shop of that name.
    ///
    /// # Errors
    /// Which there are, for `field`.
    pub fn named(&self, id: &str, field: &str) -> Result<&ShopAccount, Violations> {
        self.get(id).ok_or_else(|| {
            let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
            let allowed = match known.as_slice() {
                [] => "left out: no shop is configured".to_owned(),
                known => format!("one of {}", known.join(", ")),
            };
            let mut found = Violations::new();
            found.refuse(field, id, allowed);
            found
        })
    }
}
