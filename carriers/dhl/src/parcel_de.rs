//! DHL Paket of Germany, over Parcel DE Shipping 2.1, Returns 1.0 and Pickup 3.0; tracked as all
//! other divisions are.

mod absences;
mod answer;
mod codes;
pub(crate) mod ice_events;
mod manifests;
mod order;
mod party;
mod pickups;
mod returns;
mod ship;
mod void;

use std::time::Duration;

use async_trait::async_trait;
use parcelgate_carrier::{
    Call, Carrier, Class, Dialect, Host, Lookup, Manifests, Pickups, Profile, Quota, Result,
    Returns, ServiceRow, ShipIdempotency, Shipping, Track, Tracking,
};
use parcelgate_domain::{LabelFormat, TrackingNumber};

use crate::{ID, account, auth, dialect, unified};

/// One user of the business customer portal.
#[derive(Debug)]
pub(crate) struct Paket {
    account: account::ParcelDe,
    hosts: Vec<Host>,
    profile: Profile,
}

impl Paket {
    pub(crate) fn of(account: account::ParcelDe) -> Self {
        Self {
            hosts: auth::parcel_de(&account),
            profile: profile(),
            account,
        }
    }
}

impl Carrier for Paket {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::GROUP
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
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

    fn pickups(&self) -> Option<&dyn Pickups> {
        Some(self)
    }

    fn manifests(&self) -> Option<&dyn Manifests> {
        Some(self)
    }
}

#[async_trait]
impl Tracking for Paket {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        unified::track(call, numbers, Some("parcel-de")).await
    }
}

fn profile() -> Profile {
    Profile {
        id: ID,
        name: "DHL Paket",
        name_zh: "DHL 德国包裹",
        services: SERVICES,
        label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
        track_batch_max: unified::NUMBERS_MAX,
        parcels_max: order::PARCELS_MAX,
        quotas: QUOTAS,
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::None,
        quiet: Duration::from_mins(5),
        // Until the day is closed: a moment, not a time.
        void_window: None,
        absences: absences::ABSENCES,
    }
}

#[rustfmt::skip]
const SERVICES: &[ServiceRow] = &[
    ServiceRow { code: "V01PAK", name: "DHL Paket" },
    ServiceRow { code: "V53WPAK", name: "DHL Paket International" },
    ServiceRow { code: "V54EPAK", name: "DHL Europaket" },
    ServiceRow { code: "V62KP", name: "DHL Kleinpaket" },
    ServiceRow { code: "V66WPI", name: "Warenpost International" },
    ServiceRow { code: returns::SERVICE, name: "DHL Retoure" },
];

/// DHL refuses too many requests with 429 and publishes no number for these interfaces; tracking is
/// that of all divisions.
const QUOTAS: &[Quota] = &[
    a_second(&[Class::Ship], 2),
    a_second(&[Class::Manage], 2),
    unified::TRACK_QUOTAS[0],
    unified::TRACK_QUOTAS[1],
];

const fn a_second(classes: &'static [Class], permits: u32) -> Quota {
    Quota {
        classes,
        permits,
        per: Duration::from_secs(1),
    }
}
