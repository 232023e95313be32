//! What a batch may do, and what comes of it: decided in memory, the same for every database.
//!
//! A database loads what the waiting batches [need](Needs) into a [`Ledger`], lets it decide them
//! one after the other, and writes what is then new. A batch that fails leaves no trace in the
//! ledger, so its neighbours are written in the same commit.

mod confirmation;
mod delivery;
mod invoice;
mod job;
mod key;
mod ledger;
mod money;
mod needs;
mod overlay;
mod reservation;
mod risk;
mod shard;
mod shipment;
mod subscription;
mod tracker;

pub use confirmation::CONFIRMATIONS;
pub(crate) use confirmation::Packages;
pub(crate) use delivery::Lane;
pub(crate) use ledger::{InvoiceKey, Ledger};
pub use money::counted;
pub(crate) use money::{SpendKey, Standing, owed};
pub(crate) use needs::Needs;
pub(crate) use shard::deal;
pub(crate) use tracker::Known;
