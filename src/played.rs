//! The accounts of the carriers that the embedded sandbox plays, as a configuration has them: for
//! the demo, the benches and the tests, and for people to copy.

use parcelgate_sandbox::{Carrier, Running, Settings, Shop};
use serde_json::{Value, json};

use crate::config::{AccountConfig, ShopConfig};

/// One account that the sandbox knows.
#[derive(Debug, Clone)]
pub struct Played {
    /// What it is called: the carrier, and for a carrier of several products the product.
    pub name: &'static str,
    /// The carrier's id, or the shop's.
    pub carrier: &'static str,
    /// The settings.
    pub settings: Value,
}

impl Played {
    /// The same as an account of that id, with `wire` where it differs from the carrier's own.
    ///
    /// # Errors
    /// When `id` or `wire` cannot be what they are.
    pub fn account(self, id: &str, wire: &Value) -> anyhow::Result<AccountConfig> {
        Ok(serde_json::from_value(json!({
            "id": id,
            "carrier": self.carrier,
            "settings": self.settings,
            "wire": wire,
        }))?)
    }
}

impl Played {
    /// The same as a shop of that id, with `wire` where it differs from the shop's own.
    ///
    /// # Errors
    /// When `id` or `wire` cannot be what they are.
    pub fn shop(self, id: &str, wire: &Value) -> anyhow::Result<ShopConfig> {
        Ok(serde_json::from_value(json!({
            "id": id,
            "shop": self.carrier,
            "settings": self.settings,
            "wire": wire,
        }))?)
    }
}

/// Every account that the sandbox at `running`, started with `known`, knows.
#[must_use]
pub fn accounts(running: &Running, known: &Settings) -> Vec<Played> {
    let base = |carrier| running.base_url(carrier);
    let played = |name, carrier: Carrier, settings| Played {
        name,
        carrier: carrier.name(),
        settings,
    };
    vec![
        played("ups", Carrier::Ups, ups(&base(Carrier::Ups), known)),
        played("fedex", Carrier::Fedex, fedex(&base(Carrier::Fedex), known)),
        played("usps", Carrier::Usps, usps(&base(Carrier::Usps), known)),
        played(
            "dhl-express",
            Carrier::Dhl,
            express(&base(Carrier::Dhl), known),
        ),
        played("dhl-paket", Carrier::Dhl, paket(&base(Carrier::Dhl), known)),
        played(
            "dhl-tracking",
            Carrier::Dhl,
            unified(&base(Carrier::Dhl), known),
        ),
        played("yanwen", Carrier::Yanwen, yanwen(running, known)),
        played("fourpx", Carrier::Fourpx, fourpx(running, known)),
    ]
}

/// Every shop that the sandbox at `running`, started with `known`, knows.
#[must_use]
pub fn shops(running: &Running, known: &Settings) -> Vec<Played> {
    let base = |shop| running.shop_url(shop);
    let (amazon, shopify) = (&known.amazon, &known.shopify);
    let amazon = json!({
        "client_id": amazon.client_id,
        "client_secret": amazon.client_secret,
        "refresh_token": amazon.refresh_token,
        "api": base(Shop::Amazon),
        "token": base(Shop::Amazon),
    });
    let shopify = json!({
        "access_token": shopify.access_token,
        "api": base(Shop::Shopify),
    });
    let played = |shop: Shop, settings| Played {
        name: shop.name(),
        carrier: shop.name(),
        settings,
    };
    vec![played(Shop::Amazon, amazon), played(Shop::Shopify, shopify)]
}

/// What people read in the place of a rate table: Yanwen sends its own to each customer.
const RATE_CARD: &str = include_str!("../examples/yanwen-rate-card.csv");

fn ups(base: &str, known: &Settings) -> Value {
    json!({
        "client_id": known.ups.client_id,
        "client_secret": known.ups.client_secret,
        "account_number": known.ups.shipper_number,
        "api": format!("{base}/api"),
        "token": base,
    })
}

fn fedex(base: &str, known: &Settings) -> Value {
    json!({
        "client_id": known.fedex.client_id,
        "client_secret": known.fedex.client_secret,
        "account_number": known.fedex.account_number,
        "api": base,
        "documents": format!("{base}/documents"),
    })
}

fn usps(base: &str, known: &Settings) -> Value {
    json!({
        "client_id": known.usps.client_id,
        "client_secret": known.usps.client_secret,
        "crid": known.usps.crid,
        "mid": known.usps.mid,
        "manifest_mid": known.usps.manifest_mid,
        "account_number": known.usps.account_number,
        "api": base,
    })
}

fn express(base: &str, known: &Settings) -> Value {
    json!({
        "product": "express",
        "username": known.dhl.express_username,
        "password": known.dhl.express_password,
        "account_number": known.dhl.express_account,
        "api": format!("{base}/express"),
    })
}

fn paket(base: &str, known: &Settings) -> Value {
    json!({
        "product": "parcel_de",
        "api_key": known.dhl.parcel_de_api_key,
        "api_secret": known.dhl.parcel_de_api_secret,
        "username": known.dhl.parcel_de_user,
        "password": known.dhl.parcel_de_password,
        "ekp": known.dhl.parcel_de_ekp,
        "returns_receiver": "deu",
        "api": format!("{base}/parcel-de"),
    })
}

fn unified(base: &str, known: &Settings) -> Value {
    json!({
        "product": "unified",
        "api_key": known.dhl.unified_api_key,
        "api": format!("{base}/unified"),
    })
}

/// An account that may ask for prices asks; the others have a table of them.
fn yanwen(running: &Running, known: &Settings) -> Value {
    let mut settings = json!({
        "user_id": known.yanwen.user_id,
        "api_token": known.yanwen.api_token,
        "order_url": running.base_url(Carrier::Yanwen),
        "track_url": running.yanwen_tracking_url(),
    });
    if let Some(settings) = settings.as_object_mut() {
        if known.yanwen.may_quote {
            settings.insert("calc_list".to_owned(), json!(true));
            settings.insert("calc_city_id".to_owned(), json!("1"));
        } else {
            settings.insert("rate_card_csv".to_owned(), json!(RATE_CARD));
        }
    }
    settings
}

fn fourpx(running: &Running, known: &Settings) -> Value {
    json!({
        "app_key": known.fourpx.app_key,
        "app_secret": known.fourpx.app_secret,
        "api_url": running.base_url(Carrier::Fourpx),
        "label_url": format!("http://{}", running.addr()),
        "battery_type": "966",
        // 4PX tells prices without names: these are the sandbox's.
        "product_names": {
            "A1": "DHL Express Export",
            "A6": "Post Link Registered Mail",
            "F3": "Dedicated Line Standard",
            "PX": "Post Link Priority",
            "PY": "Post Link Economy",
            "QC": "Post Link Standard",
            "S5058": "Post Link Light",
            "S5063": "China-US Fast Line",
            "S5118": "US Islands Line",
        },
    })
}
