//! Why a batch was not written, or a question not answered.

use std::fmt;

use parcelgate_domain::{Money, PurchaseState};

use crate::{InvoiceLine, Reservation, ShipmentId, SubscriptionId, Version};

/// Of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a batch was not written, or a question not answered.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The shipment is no longer where the batch expects it. Nothing was written: another was
    /// first.
    #[error("shipment {id} is now {present}")]
    Conflict {
        /// Which.
        id: ShipmentId,
        /// Where it stands.
        present: Version,
    },
    /// The shipment may not go from where it stands to where the batch leads.
    #[error("shipment {id} cannot go from {} to {}", from.name(), to.name())]
    Illegal {
        /// Which.
        id: ShipmentId,
        /// Where it stands.
        from: PurchaseState,
        /// Where it was to go.
        to: PurchaseState,
    },
    /// That `request_id` was used before: here is for what, and what was answered.
    #[error("this request_id was used before")]
    AlreadyAsked(Box<Reservation>),
    /// The same parcel is bought already, or may be: here is by which shipment.
    #[error("the same parcel was bought as shipment {0}")]
    Twin(ShipmentId),
    /// The shipment is replaced already, or is being replaced: here is by which.
    #[error("the shipment is replaced by shipment {0}")]
    Replaced(ShipmentId),
    /// The API key may not spend that today. Nothing was written.
    #[error("{0}")]
    SpendLimit(Box<SpendRefusal>),
    /// That line of the invoice was imported before and said something else: here is what. Nothing
    /// was written.
    #[error("invoice {} was imported with another line {}", .0.line.invoice, .0.line.key)]
    InvoiceChanged(Box<InvoiceLine>),
    /// Another has that name already.
    #[error("{0} is taken")]
    Taken(String),
    /// There is no such thing.
    #[error("there is no {0}")]
    Missing(String),
    /// Another moved the subscription's cursor meanwhile.
    #[error("the cursor of subscription {id} is at {present}")]
    CursorMoved {
        /// Which.
        id: SubscriptionId,
        /// Where the cursor stands.
        present: i64,
    },
    /// The work reported on is no longer the reporter's: its lease was over and another has claimed
    /// it, or it is finished.
    #[error("{0} is no longer claimed by this attempt")]
    LeaseLost(String),
    /// The store is closed or going down.
    #[error("the store is closed")]
    Closed,
    /// What stands in the store cannot be read as what it should be.
    #[error("the store holds a {what} that cannot be read: {why}")]
    Unreadable {
        /// Of which kind.
        what: &'static str,
        /// The reader's complaint.
        why: String,
    },
    /// A newer program has brought the tables to a version that this one does not know.
    #[error(
        "a newer parcelgate wrote this database: its tables are of version {found}, and this \
         program knows {known}; run the newer one"
    )]
    Newer {
        /// The version of the tables.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(String),
}

/// Why an API key may not spend what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendRefusal {
    /// What it may spend in a day (UTC).
    pub limit: Money,
    /// What it has spent today, with what is reserved.
    pub spent: Money,
    /// What is wanted; none when no price is known.
    pub wanted: Option<Money>,
}

impl fmt::Display for SpendRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            limit,
            spent,
            wanted,
        } = self;
        match wanted {
            Some(wanted) if wanted.currency() == limit.currency() => write!(
                f,
                "this API key may spend {limit} a day and has spent {spent} today (UTC): {wanted} \
                 more is too much; ask for a higher limit, or wait for the next day"
            ),
            Some(wanted) => write!(
                f,
                "this API key may spend {limit} a day, and nothing in {}: buy a quote in {}, or \
                 use a key without a limit",
                wanted.currency(),
                limit.currency()
            ),
            None => write!(
                f,
                "this API key may spend {limit} a day, so nothing is bought without a price: ask \
                 for rates and buy a quote"
            ),
        }
    }
}
