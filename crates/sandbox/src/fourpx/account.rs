//! The one 4PX 递四方 account that the sandbox knows.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// The 4PX 递四方 side's application, and how its products behave.
#[derive(Clone)]
pub struct FourpxAccount {
    /// The application's key.
    pub app_key: String,
    /// The secret that signs.
    pub app_secret: String,
    /// Calls in a minute, beyond which the gateway answers 000017. `None` for no limit.
    pub calls_per_minute: Option<NonZeroU32>,
    /// Products whose orders are answered "in processing", and can be read later only.
    pub asynchronous_products: Vec<String>,
    /// How long such an order is in processing, on the parcels' clock; its label takes as long
    /// again.
    pub processing: Duration,
    /// Whether every parcel that has a last-mile number from the start gets another one in the
    /// warehouse. Those of product `PY` do in any case.
    pub change_last_mile: bool,
    /// Whether `data` is a JSON document inside a text, as some answers have it.
    pub data_as_text: bool,
}

impl Default for FourpxAccount {
    fn default() -> Self {
        Self {
            app_key: "sandbox-app".to_owned(),
            app_secret: "sandbox-secret".to_owned(),
            calls_per_minute: None,
            asynchronous_products: vec!["F3".to_owned()],
            processing: Duration::from_secs(120),
            change_last_mile: false,
            data_as_text: false,
        }
    }
}

impl fmt::Debug for FourpxAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FourpxAccount")
            .field("app_key", &self.app_key)
            .field("calls_per_minute", &self.calls_per_minute)
            .field("asynchronous_products", &self.asynchronous_products)
            .field("processing", &self.processing)
            .field("change_last_mile", &self.change_last_mile)
            .field("data_as_text", &self.data_as_text)
            .finish_non_exhaustive()
    }
}
