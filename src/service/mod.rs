//! The use cases, one file each. They know carriers by their facets and callers by their tenant,
//! and nothing of gRPC or SQL.

pub mod accounts;
#[cfg(test)]
mod acme;
pub mod addresses;
pub mod bundle;
pub mod caller;
pub mod catalogue;
pub mod confirm;
pub mod errands;
pub mod fault;
pub mod invoices;
pub mod keys;
pub mod late;
pub mod ledger;
pub mod papers;
pub mod purchase;
pub mod rates;
pub mod replace;
pub mod restored;
pub mod review;
pub mod risk;
pub mod settle;
pub mod shipments;
pub mod shops;
pub mod subscriptions;
pub mod track;
pub mod void;
pub mod watch;

pub use accounts::{Account, Accounts};
pub(crate) use caller::MARGIN;
pub use caller::{Caller, Scope, main_tenant};
pub use fault::Fault;
