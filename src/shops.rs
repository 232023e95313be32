//! The order systems that are built in: one line each.

use parcelgate_domain::CarrierId;
use parcelgate_shop::Connect;

/// Every order system with how it is made of a shop's settings.
pub static SHOPS: &[(CarrierId, Connect)] = &[
    parcelgate_shop_amazon::SHOP,
    parcelgate_shop_shopify::SHOP,
    parcelgate_shop_ebay::SHOP,
    parcelgate_shop_woocommerce::SHOP,
];
