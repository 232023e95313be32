//! A shop that is told nothing: it only says what it can, and what it takes.

use std::sync::Arc;

use async_trait::async_trait;
use parcelgate_carrier::{Call, Dialect, Error, Host, Intent, Kind, Response, Result as Answer};
use parcelgate_clock::System;
use parcelgate_domain::{CarrierId, Violations};
use parcelgate_shop::{
    Confirmation, Confirmed, Confirms, News, ReadsBack, Shop, ShopProfile, Shown, Tells,
};
use parcelgate_wire::Wire;
use serde_json::{Value, json};

use super::{FIRST, LAST, carrier_of};
use crate::service::acme::Wall;
use crate::service::shops::ShopAccount;

const TOY: CarrierId = CarrierId::known("toy");

static PROFILE: ShopProfile = ShopProfile {
    id: TOY,
    name: "Toy",
    quotas: &[],
    carriers: &[],
    carriers_read_on: "2026-11-23",
    other: None,
    items_max: 9,
    items_needed: true,
    marketplaces: &[],
    absences: &[],
};

struct Toy;

/// The toy as an operator has it, but for these wishes. It has a word for both carriers.
pub(super) fn shop(wishes: Value) -> ShopAccount {
    let words = [(FIRST, "FIRST"), (LAST, "LAST")];
    let words = words.map(|(number, word)| (carrier_of(number).to_string(), word));
    let mut policy = json!({ "id": "toys", "shop": "toy", "carriers": Value::from_iter(words) });
    let Value::Object(wishes) = wishes else {
        panic!("wishes are members");
    };
    policy.as_object_mut().unwrap().extend(wishes);
    let policy: crate::config::ShopConfig = serde_json::from_value(policy).unwrap();
    let shop: Arc<dyn Shop> = Arc::new(Toy);
    let peer = <dyn Shop>::peer(&shop);
    let clock = Arc::new(System);
    ShopAccount {
        wire: Wire::over(Arc::new(Wall), &policy.id, peer, &policy.wire, clock).unwrap(),
        shop,
        policy,
    }
}

fn not_asked() -> Error {
    Error::new(Kind::Unsent, TOY, "a plan asks nobody")
}

impl Shop for Toy {
    fn profile(&self) -> &ShopProfile {
        &PROFILE
    }

    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn hosts(&self) -> &[Host] {
        &[]
    }

    fn confirms(&self) -> &dyn Confirms {
        self
    }

    fn tells(&self) -> Option<&dyn Tells> {
        Some(self)
    }

    fn reads_back(&self) -> Option<&dyn ReadsBack> {
        Some(self)
    }
}

impl Dialect for Toy {
    fn verdict(&self, _: &Intent, _: &Response) -> Answer<()> {
        Err(not_asked())
    }
}

#[async_trait]
impl Confirms for Toy {
    fn check(&self, confirmation: &Confirmation) -> Violations {
        let mut found = Violations::new();
        if confirmation.items.is_empty() {
            found.require("items", "what is in the box");
        }
        found
    }

    async fn confirm(&self, _: &Call<'_>, _: &Confirmation) -> Answer<Confirmed> {
        Err(not_asked())
    }

    async fn change(&self, _: &Call<'_>, _: &Confirmation, _: Option<&str>) -> Answer<Confirmed> {
        Err(not_asked())
    }
}

#[async_trait]
impl Tells for Toy {
    async fn tell(&self, _: &Call<'_>, _: &str, _: Option<&str>, _: &News) -> Answer<()> {
        Err(not_asked())
    }
}

#[async_trait]
impl ReadsBack for Toy {
    async fn packages(&self, _: &Call<'_>, _: &str, _: Option<&str>) -> Answer<Vec<Shown>> {
        Err(not_asked())
    }
}
