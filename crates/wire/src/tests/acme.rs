//! A carrier that sells nothing; what its answers mean is for each test to say.

use std::sync::Arc;
use std::time::Duration;

use parcelgate_carrier::{Carrier, Dialect, Host, Lookup, Profile, Quota, ShipIdempotency};
use parcelgate_domain::CarrierId;

pub(super) const ACME: CarrierId = CarrierId::known("acme");

pub(super) struct Acme {
    profile: Profile,
    hosts: Vec<Host>,
}

impl Acme {
    pub(super) fn of(hosts: Vec<Host>, quotas: &'static [Quota]) -> Arc<dyn Carrier> {
        Arc::new(Self {
            profile: Profile {
                id: ACME,
                name: "Acme",
                name_zh: "Acme",
                services: &[],
                label_formats: &[],
                track_batch_max: 1,
                parcels_max: 1,
                quotas,
                ship_idempotency: ShipIdempotency::None,
                lookup: Lookup::None,
                quiet: Duration::ZERO,
                void_window: None,
                absences: &[],
            },
            hosts,
        })
    }
}

impl Carrier for Acme {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }
}
