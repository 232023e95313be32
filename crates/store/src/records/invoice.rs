//! What carriers' invoices charge.

use jiff::Timestamp;
use jiff::civil::Date;
use parcelgate_domain::{AccountId, Money};

use crate::{ShipmentId, Tenant};

/// One line of a carrier's invoice, as it is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvoiceLine {
    /// The account with the carrier that is charged.
    pub account: AccountId,
    /// The number of the invoice.
    pub invoice: String,
    /// What tells the line from the others of its invoice.
    pub key: String,
    /// The day of the invoice.
    pub invoiced_on: Date,
    /// The tracking number that it names.
    pub number: Option<String>,
    /// The carrier's own number for the shipment, that it names.
    pub carrier_number: Option<String>,
    /// The reference that it names.
    pub reference: Option<String>,
    /// What is charged for, in the carrier's words.
    pub kind: String,
    /// How much; less than nothing when the carrier gives it back.
    pub amount: Money,
    /// The purchase that it charges for; none when nobody knows one.
    pub shipment: Option<ShipmentId>,
}

impl NewInvoiceLine {
    /// Whether `other` says the same, whatever purchase either was found to charge for.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |line: &Self| Self {
            shipment: None,
            ..line.clone()
        };
        said(self) == said(other)
    }
}

/// One line of a carrier's invoice, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// Whose.
    pub tenant: Tenant,
    /// What it says.
    pub line: NewInvoiceLine,
    /// When it was imported.
    pub imported_at: Timestamp,
}
