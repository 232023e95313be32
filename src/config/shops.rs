//! Order systems that are told of parcels.

use std::collections::BTreeMap;
use std::fmt;

use parcelgate_domain::AccountId;
use parcelgate_store::Moment;
use parcelgate_wire::WireSettings;
use serde::Deserialize;

/// One account with an order system.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopConfig {
    /// Its name here.
    pub id: AccountId,
    /// Which order system: `amazon`.
    pub shop: String,
    /// When it is told that a parcel left: `on_label` as soon as there is a label, `on_first_scan`
    /// when the carrier has it. Default: `on_first_scan`.
    #[serde(default)]
    pub confirm: ConfirmWhen,
    /// What happens when a parcel is not scanned shortly before its order must be confirmed
    /// (`confirm.margin_s`): `warn` tells of it, `confirm` confirms it all the same once it has a
    /// label. Default: `warn`.
    #[serde(default)]
    pub before_ship_by: BeforeShipBy,
    /// Whether the number of the carrier of the last mile takes the place of the first one's once
    /// it is known and is one of a carrier that the shop knows. Default: true.
    #[serde(default = "yes")]
    pub last_mile: bool,
    /// Whether it is told what happens on the way, if it wants to hear that. Default: true.
    #[serde(default = "yes")]
    pub events: bool,
    /// Whether a carrier for which the shop has no word may be named in plain text. Amazon counts
    /// such a number as none, if the carrier is Chinese. Default: false.
    #[serde(default)]
    pub allow_other: bool,
    /// Other words for carriers than those of the adapter's table: `fourpx = "4PX"`, or for one
    /// marketplace `"fourpx@A1PA6795UKMFR9" = "4PX"`.
    #[serde(default)]
    pub carriers: BTreeMap<String, String>,
    /// What the shop's adapter needs; holds secrets.
    #[serde(default)]
    pub settings: serde_json::Value,
    /// What differs from the shop's own timeouts, quotas and retries.
    #[serde(default)]
    pub wire: WireSettings,
}

/// When a shop is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmWhen {
    /// As soon as there is a label.
    OnLabel,
    /// When the carrier has scanned it.
    #[default]
    OnFirstScan,
}

impl ConfirmWhen {
    /// The same in the words of the store.
    #[must_use]
    pub const fn moment(self) -> Moment {
        match self {
            Self::OnLabel => Moment::Label,
            Self::OnFirstScan => Moment::FirstScan,
        }
    }
}

/// What happens shortly before an order must be confirmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeforeShipBy {
    /// It is told of.
    #[default]
    Warn,
    /// It is confirmed, if there is a label.
    Confirm,
}

const fn yes() -> bool {
    true
}

impl fmt::Debug for ShopConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShopConfig")
            .field("id", &self.id)
            .field("shop", &self.shop)
            .finish_non_exhaustive()
    }
}

/// How confirmations go on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmConfig {
    /// How often it is looked for confirmations that are due, in milliseconds.
    pub tick_ms: u64,
    /// How many are worked on at once.
    pub at_once_max: usize,
    /// How long one call to a shop may take with everything, in milliseconds.
    pub shop_ms_max: u64,
    /// How long before `ship_by` a confirmation that is still open is told of, in seconds.
    pub margin_s: u64,
    /// The pauses between attempts that fail for the moment, in milliseconds; after the last one a
    /// person is asked.
    pub retry_ms: Vec<u64>,
    /// The pauses between looks at what the shop made of it, in milliseconds; the last one comes
    /// again until, since the first scan, as much time has passed as all of them are.
    pub read_back_ms: Vec<u64>,
}
