//! DHL Express, over the MyDHL API 3.3.1.

mod absences;
mod clock;
mod codes;
mod declare;
mod find;
mod landed;
mod order;
mod papers;
mod party;
mod pickups;
mod rates;
mod ship;
mod sold;
pub(crate) mod statuses;
mod track;

use std::time::Duration;

use http::Method;
use parcelgate_carrier::{
    Carrier, Class, Dialect, Documents, Host, LandedCosts, Lookup, Outgoing, Pickups, Profile,
    Proofs, Quota, Rates, Returns, ServiceRow, ShipIdempotency, Shipping, Tracking,
};
use parcelgate_domain::LabelFormat;

use crate::{ID, account, auth, dialect};

/// One account with DHL Express.
#[derive(Debug)]
pub(crate) struct MyDhl {
    account: account::Express,
    hosts: Vec<Host>,
    profile: Profile,
}

impl MyDhl {
    pub(crate) fn of(account: account::Express) -> Self {
        Self {
            hosts: auth::express(&account),
            profile: profile(),
            account,
        }
    }

    /// A request, with the version of the interface that this code speaks.
    fn outgoing(method: Method, operation: &'static str, path: &str) -> Outgoing {
        Outgoing::new(method, operation, auth::MYDHL, path).header("x-version", "3.3.1")
    }
}

impl Carrier for MyDhl {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::EXPRESS
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn rates(&self) -> Option<&dyn Rates> {
        Some(self)
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }

    fn returns(&self) -> Option<&dyn Returns> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn proofs(&self) -> Option<&dyn Proofs> {
        Some(self)
    }

    fn pickups(&self) -> Option<&dyn Pickups> {
        Some(self)
    }

    fn documents(&self) -> Option<&dyn Documents> {
        Some(self)
    }

    fn landed_cost(&self) -> Option<&dyn LandedCosts> {
        Some(self)
    }
}

fn profile() -> Profile {
    Profile {
        id: ID,
        name: "DHL Express",
        name_zh: "DHL 国际快递",
        // Which products an account may buy, and their names, the answer about prices says.
        services: &[],
        label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl, LabelFormat::Epl],
        track_batch_max: track::NUMBERS_MAX,
        parcels_max: party::PARCELS_MAX,
        quotas: QUOTAS,
        // Message-Reference is given back, no more.
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::ByReference {
            // Unmeasured: DHL does not say how soon tracking knows a reference.
            index_lag: Duration::from_mins(30),
        },
        quiet: Duration::from_mins(5),
        void_window: None,
        absences: absences::ABSENCES,
    }
}

/// The products that the description names.
const NAMED: &[ServiceRow] = &[
    ServiceRow {
        code: "P",
        name: "EXPRESS WORLDWIDE NONDOC",
    },
    ServiceRow {
        code: "I",
        name: "EXPRESS DOMESTIC 9:00",
    },
];

/// DHL publishes no limit; this is a cautious start.
const QUOTAS: &[Quota] = &[
    a_second(&[Class::Rate], 4),
    a_second(&[Class::Ship], 2),
    a_second(&[Class::Track], 2),
    a_second(&[Class::Manage], 2),
];

const fn a_second(classes: &'static [Class], permits: u32) -> Quota {
    Quota {
        classes,
        permits,
        per: Duration::from_secs(1),
    }
}
