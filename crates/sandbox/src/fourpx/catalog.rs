//! Countries and products.

use serde_json::{Value, json};

use super::envelope::{Answer, Refusal};
use crate::document::scalar;

/// A country that 4PX ships to.
pub(crate) struct Country {
    pub(crate) code: &'static str,
    pub(crate) english: &'static str,
    /// Who delivers there.
    pub(crate) partner: &'static str,
    /// How far, in days more than the nearest.
    pub(crate) far: u8,
    /// Whether the buyer may be shown prices in euros.
    pub(crate) euro: bool,
}

#[rustfmt::skip]
const COUNTRIES: &[Country] = &[
    Country { code: "US", english: "United States", partner: "USPS", far: 1, euro: false },
    Country { code: "GB", english: "United Kingdom", partner: "Royal Mail", far: 0, euro: false },
    Country { code: "DE", english: "Germany", partner: "DHL", far: 0, euro: true },
    Country { code: "FR", english: "France", partner: "Colissimo", far: 0, euro: true },
    Country { code: "ES", english: "Spain", partner: "Correos", far: 1, euro: true },
    Country { code: "IT", english: "Italy", partner: "Poste Italiane", far: 1, euro: true },
    Country { code: "NL", english: "Netherlands", partner: "PostNL", far: 0, euro: true },
    Country { code: "BE", english: "Belgium", partner: "bpost", far: 0, euro: true },
    Country { code: "AT", english: "Austria", partner: "Austrian Post", far: 0, euro: true },
    Country { code: "IE", english: "Ireland", partner: "An Post", far: 1, euro: true },
    Country { code: "PT", english: "Portugal", partner: "CTT", far: 1, euro: true },
    Country { code: "PL", english: "Poland", partner: "Poczta Polska", far: 1, euro: true },
    Country { code: "CZ", english: "Czech Republic", partner: "Czech Post", far: 0, euro: true },
    Country { code: "SE", english: "Sweden", partner: "PostNord", far: 1, euro: true },
    Country { code: "CH", english: "Switzerland", partner: "Swiss Post", far: 1, euro: false },
    Country { code: "CA", english: "Canada", partner: "Canada Post", far: 2, euro: false },
    Country { code: "MX", english: "Mexico", partner: "Correos de Mexico", far: 2, euro: false },
    Country { code: "BR", english: "Brazil", partner: "Correios", far: 2, euro: false },
    Country { code: "AU", english: "Australia", partner: "Australia Post", far: 1, euro: false },
    Country { code: "NZ", english: "New Zealand", partner: "NZ Post", far: 2, euro: false },
    Country { code: "JP", english: "Japan", partner: "Japan Post", far: 0, euro: false },
    Country { code: "KR", english: "South Korea", partner: "Korea Post", far: 0, euro: false },
    Country { code: "SG", english: "Singapore", partner: "SingPost", far: 0, euro: false },
    Country { code: "IL", english: "Israel", partner: "Israel Post", far: 1, euro: false },
    Country { code: "PH", english: "Philippines", partner: "PHLPost", far: 1, euro: false },
];

impl Country {
    pub(crate) fn of(code: &str) -> Option<&'static Self> {
        COUNTRIES.iter().find(|country| country.code == code)
    }
}

/// When a parcel gets the number of the partner that delivers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allotted {
    AtCreation,
    InWarehouse,
    /// At creation, and another one in the warehouse.
    Twice,
}

/// A product.
pub(crate) struct Product {
    pub(crate) code: &'static str,
    pub(crate) chinese: &'static str,
    pub(crate) english: &'static str,
    /// 2 express, 3 small parcel, 4 dedicated line, 5 postal, 6 other.
    mode: &'static str,
    pub(crate) battery: bool,
    /// Whether its billed weight may be that of its volume.
    pub(crate) volumetric: bool,
    /// Whether it can be intercepted in the warehouse.
    pub(crate) holdable: bool,
    pub(crate) allotted: Allotted,
    /// Days from booking to delivery, at least and at most.
    pub(crate) days: (u8, u8),
    pub(crate) grams_max: u64,
    /// Fen of CNY: registration, and per kilogram.
    price: (u64, u64),
    /// Where to; everywhere when empty.
    to: &'static [&'static str],
}

/// The codes are 4PX's; everything else of a row is made up.
#[rustfmt::skip]
pub(crate) const PRODUCTS: &[Product] = &[
    Product { code: "A1", chinese: "DHL出口快递", english: "DHL Express Export", mode: "2", battery: false, volumetric: true, holdable: false, allotted: Allotted::AtCreation, days: (4, 6), grams_max: 70_000, price: (9_800, 15_200), to: &[] },
    Product { code: "A6", chinese: "联邮通挂号", english: "Post Link Registered Mail", mode: "5", battery: false, volumetric: false, holdable: true, allotted: Allotted::InWarehouse, days: (10, 13), grams_max: 2_000, price: (1_700, 6_800), to: &[] },
    Product { code: "F3", chinese: "专线标准", english: "Dedicated Line Standard", mode: "4", battery: true, volumetric: true, holdable: true, allotted: Allotted::AtCreation, days: (8, 10), grams_max: 20_000, price: (2_900, 9_400), to: &[] },
    Product { code: "PX", chinese: "联邮通优先挂号", english: "Post Link Priority Registered", mode: "3", battery: true, volumetric: false, holdable: true, allotted: Allotted::AtCreation, days: (7, 9), grams_max: 30_000, price: (2_200, 9_100), to: &[] },
    Product { code: "PY", chinese: "联邮通经济", english: "Post Link Economy", mode: "3", battery: false, volumetric: false, holdable: true, allotted: Allotted::Twice, days: (11, 13), grams_max: 30_000, price: (1_900, 7_600), to: &[] },
    Product { code: "QC", chinese: "联邮通标准挂号", english: "Post Link Standard Registered", mode: "3", battery: false, volumetric: false, holdable: true, allotted: Allotted::AtCreation, days: (9, 11), grams_max: 30_000, price: (2_000, 8_200), to: &[] },
    Product { code: "S5058", chinese: "联邮通轻小件", english: "Post Link Light Weight", mode: "3", battery: false, volumetric: false, holdable: false, allotted: Allotted::AtCreation, days: (9, 12), grams_max: 2_000, price: (1_500, 7_900), to: &[] },
    Product { code: "S5063", chinese: "中美快线", english: "China-US Fast Line", mode: "4", battery: false, volumetric: true, holdable: true, allotted: Allotted::InWarehouse, days: (6, 8), grams_max: 30_000, price: (2_600, 9_900), to: &["US"] },
    Product { code: "S5118", chinese: "美国岛屿专线", english: "US Islands Line", mode: "4", battery: false, volumetric: true, holdable: false, allotted: Allotted::AtCreation, days: (10, 14), grams_max: 20_000, price: (3_100, 10_400), to: &["US", "PH"] },
];

impl Product {
    pub(crate) fn of(code: &str) -> Option<&'static Self> {
        PRODUCTS.iter().find(|product| product.code == code)
    }

    pub(crate) fn serves(&self, country: &Country) -> bool {
        self.to.is_empty() || self.to.contains(&country.code)
    }

    /// The made-up price of `grams`, in fen.
    pub(crate) fn price(&self, grams: u64, country: &Country) -> u64 {
        let (registration, kilogram) = self.price;
        registration + (kilogram * grams).div_ceil(1000) + u64::from(country.far) * 250
    }
}

pub(crate) const fn yes(truth: bool) -> &'static str {
    if truth { "Y" } else { "N" }
}

/// `ds.xms.logistics_product.getlist`.
pub(crate) fn products(ask: &Value) -> Answer {
    let mode = scalar(ask, "transport_mode")
        .filter(|mode| ["1", "2", "3", "4", "5", "6"].contains(&mode.as_str()))
        .ok_or_else(|| Refusal::parameter("transport_mode must be 1 to 6"))?;
    let entry = |product: &Product| {
        json!({
            "logistics_product_code": product.code,
            "logistics_product_name_cn": product.chinese,
            "logistics_product_name_en": product.english,
            "transport_mode": product.mode,
            "with_battery": yes(product.battery),
            "order_track": "Y",
            "billing_volume_weight": yes(product.volumetric),
            "surface_mail": "N",
        })
    };
    let asked = |product: &&Product| mode == "1" || mode == product.mode;
    Ok(PRODUCTS.iter().filter(asked).map(entry).collect())
}
