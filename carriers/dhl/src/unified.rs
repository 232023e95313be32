//! The tracking that all of DHL's divisions share, version 1.5.8: one number a request.

mod absences;
mod answer;
mod statuses;

use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{
    Call, Carrier, Class, Dialect, Host, Kind, Lookup, Outgoing, Profile, Quota, Result,
    ShipIdempotency, Track, Tracking,
};
use parcelgate_domain::{TrackingNumber, Violations};

use crate::{ID, account, auth, dialect, error};

/// How many numbers one request may ask for.
pub(crate) const NUMBERS_MAX: usize = 1;

const OPERATION: &str = "track";

/// One application at developer.dhl.com.
#[derive(Debug)]
pub(crate) struct Divisions {
    account: account::Unified,
    hosts: Vec<Host>,
    profile: Profile,
}

impl Divisions {
    pub(crate) fn of(account: account::Unified) -> Self {
        Self {
            hosts: auth::unified(&account),
            profile: profile(),
            account,
        }
    }
}

impl Carrier for Divisions {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::GROUP
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }
}

#[async_trait]
impl Tracking for Divisions {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        track(call, numbers, self.account.service.as_deref()).await
    }
}

/// Where one parcel is, of any division or of one.
pub(crate) async fn track(
    call: &Call<'_>,
    numbers: &[TrackingNumber],
    service: Option<&str>,
) -> Result<Vec<Result<Track>>> {
    let number = match numbers {
        [] => return Ok(Vec::new()),
        [number] => number,
        _ => {
            let mut found = Violations::new();
            found.refuse("numbers", numbers.len(), "one number at once");
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
    };
    let outgoing = asked(OPERATION, number.as_str(), service).class(Class::Track);
    match call.send(outgoing).await {
        Ok(response) => Ok(vec![answer::decode(number, &response)]),
        Err(refusal) if refusal.kind == Kind::NotFound => Ok(vec![Err(refusal)]),
        Err(refusal) => Err(refusal),
    }
}

/// The question what DHL knows of a number.
pub(crate) fn asked(operation: &'static str, number: &str, service: Option<&str>) -> Outgoing {
    let outgoing = Outgoing::new(Method::GET, operation, auth::TRACK, "/track/shipments")
        .query("trackingNumber", number)
        .query("language", "en");
    match service {
        Some(service) => outgoing.query("service", service),
        None => outgoing,
    }
}

/// The divisions that can be asked for.
pub(crate) const SERVICES: [&str; 17] = [
    "dgf",
    "dsc",
    "ecommerce",
    "ecommerce-apac",
    "ecommerce-europe",
    "ecommerce-iberia",
    "ecommerce-ppl",
    "express",
    "freight",
    "parcel-de",
    "parcel-nl",
    "parcel-pl",
    "parcel-uk",
    "post-de",
    "post-international",
    "sameday",
    "svb",
];

/// What a new application may ask: once in 5 seconds, and 250 times a day. DHL raises it on request
/// (<https://support-developer.dhl.com/support/solutions/articles/47001248773>, read 2026-11).
pub(crate) const TRACK_QUOTAS: [Quota; 2] = [
    Quota {
        classes: &[Class::Track],
        permits: 1,
        per: Duration::from_secs(5),
    },
    Quota {
        classes: &[Class::Track],
        permits: 250,
        per: Duration::from_hours(24),
    },
];

fn profile() -> Profile {
    Profile {
        id: ID,
        name: "DHL",
        name_zh: "DHL 敦豪",
        services: &[],
        label_formats: &[],
        track_batch_max: NUMBERS_MAX,
        parcels_max: 1,
        quotas: &TRACK_QUOTAS,
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::None,
        quiet: Duration::from_mins(5),
        void_window: None,
        absences: absences::ABSENCES,
    }
}
