//! What is fixed about a carrier, as data.

use std::time::Duration;

use parcelgate_domain::{CarrierId, LabelFormat};

use crate::{Ability, Absence, Class};

/// Identity and limits of a carrier.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The id in configuration and interface.
    pub id: CarrierId,
    /// The name for people.
    pub name: &'static str,
    /// The name for people who read Chinese.
    pub name_zh: &'static str,
    /// The services that are known by name. A carrier may sell others.
    pub services: &'static [ServiceRow],
    /// The forms in which the carrier itself draws labels, the preferred one first.
    pub label_formats: &'static [LabelFormat],
    /// How many numbers one tracking request may ask for.
    pub track_batch_max: usize,
    /// How many boxes one shipment may have.
    pub parcels_max: usize,
    /// How often requests may be sent, unless the account's configuration says otherwise. What
    /// falls under several quotas keeps all of them.
    pub quotas: &'static [Quota],
    /// Whether the carrier itself keeps a purchase from happening twice.
    pub ship_idempotency: ShipIdempotency,
    /// How a purchase whose outcome is unknown can be found again.
    pub lookup: Lookup,
    /// The longest time after which a purchase that was sent can still take place.
    pub quiet: Duration,
    /// How long a label can be voided, when the carrier says so.
    pub void_window: Option<Duration>,
    /// What it cannot do, each with the reason. Whatever ability has no facet stands here.
    pub absences: &'static [Absence],
}

/// One service, as the carrier's own documents name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceRow {
    /// The carrier's code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// So many requests of some classes together in so much time. A class may fall under several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Of which classes: one, or those that share it.
    pub classes: &'static [Class],
    /// How many.
    pub permits: u32,
    /// In how much time.
    pub per: Duration,
}

/// What keeps a purchase from happening twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShipIdempotency {
    /// A key that the carrier honours.
    Key,
    /// The carrier refuses a reference it has seen, proven.
    UniqueReference,
    /// Nothing that is proven.
    None,
}

/// How a purchase is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// By the reference it was bought under, which may show only after `index_lag`.
    ByReference {
        /// The longest time until it shows.
        index_lag: Duration,
    },
    /// Not at all.
    None,
}

impl Profile {
    /// Why it cannot do that, if it cannot.
    #[must_use]
    pub fn absence(&self, ability: Ability) -> Option<&'static str> {
        let absence = self.absences.iter().find(|row| row.ability == ability);
        absence.map(|row| row.reason)
    }

    /// The name of a service; its code when it has none that is known.
    #[must_use]
    pub fn service_name<'a>(&self, code: &'a str) -> &'a str
    where
        'static: 'a,
    {
        self.services
            .iter()
            .find(|row| row.code == code)
            .map_or(code, |row| row.name)
    }
}
