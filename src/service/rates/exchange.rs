//! The table of exchange rates that counts at the moment.

use std::sync::{Arc, PoisonError, RwLock};

use parcelgate_domain::{Currency, ExchangeRates};

/// Rates of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeTable {
    /// The currency in which prices compare when nothing else is asked for.
    pub base: Currency,
    /// The rates.
    pub rates: ExchangeRates,
}

/// The table that counts at the moment, shared by all who read it. Each reader keeps the one it
/// began with.
#[derive(Debug, Clone)]
pub struct Exchange(Arc<RwLock<Arc<ExchangeTable>>>);

impl Exchange {
    /// This one, until another comes.
    #[must_use]
    pub fn new(table: ExchangeTable) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(table))))
    }

    /// The one that counts now.
    #[must_use]
    pub fn now(&self) -> Arc<ExchangeTable> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on this one counts.
    pub fn replace(&self, table: ExchangeTable) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
    }
}
