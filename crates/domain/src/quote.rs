//! What a carrier would ask for carrying, and how long it would take.

use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::{Money, ServiceCode, Weight};

/// A service of a carrier.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Service {
    /// The carrier's own code.
    pub code: ServiceCode,
    /// The name that people know it by.
    pub name: String,
}

/// One price for one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// What is sold.
    pub service: Service,
    /// What it costs in all, in the carrier's currency.
    pub total: Money,
    /// What the total is made of; sums up to it.
    pub charges: Vec<Charge>,
    /// When it would arrive, if the carrier says.
    pub transit: Option<Transit>,
    /// The weight that is billed, if the carrier says.
    pub billed_weight: Option<Weight>,
}

/// One part of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// What it is for.
    pub kind: ChargeKind,
    /// The carrier's own word or code for it.
    pub name: String,
    /// How much; a discount is negative.
    pub amount: Money,
}

/// What a part of a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeKind {
    /// The carriage itself.
    Base,
    /// Fuel surcharge.
    Fuel,
    /// Any other surcharge.
    Surcharge,
    /// Import duties.
    Duties,
    /// Tax.
    Tax,
    /// Taken off.
    Discount,
}

/// The carrier's promise of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transit {
    /// Least and most days from hand-over to delivery.
    pub days: Option<(u16, u16)>,
    /// Whether those are business days.
    pub business_days: bool,
    /// Latest delivery in the recipient's local time.
    pub deliver_by: Option<civil::DateTime>,
    /// Whether the carrier pays back when it is late.
    pub guaranteed: bool,
}
