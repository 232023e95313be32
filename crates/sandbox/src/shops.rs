//! Order systems: orders that were placed with a seller, and what the seller says of their
//! packages.
//!
//! Written from the order systems' descriptions, as the carriers are. A shop follows the numbers
//! that it is told as a real one does: it knows what the carriers played beside it know.

pub(crate) mod amazon;
mod book;
pub(crate) mod shopify;

pub use amazon::AmazonAccount;
pub use book::{PlacedOrder, ShopItem, ShopOrderView, ShopPackageView};
pub use shopify::ShopifyAccount;

use std::sync::Arc;

use axum::Router;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::server::World;
use crate::settings::Settings;
use book::Book;

/// An order system that the sandbox plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shop {
    /// Amazon's Selling Partner API, under `/amazon`.
    Amazon,
    /// Shopify's GraphQL Admin API, under `/shopify`.
    Shopify,
}

impl Shop {
    /// Every shop.
    pub const ALL: [Self; 2] = [Self::Amazon, Self::Shopify];

    /// The name in configuration and paths.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amazon => "amazon",
            Self::Shopify => "shopify",
        }
    }

    /// What a request is for, in the words of fault orders.
    pub(crate) fn operation(self, method: &Method, path: &[&str]) -> Option<&'static str> {
        match self {
            Self::Amazon => amazon::operation(method, path),
            Self::Shopify => shopify::operation(method, path),
        }
    }

    /// The shop's own way to answer `status` when nothing else is known.
    pub(crate) fn refusal(self) -> fn(StatusCode) -> axum::response::Response {
        match self {
            Self::Amazon => amazon::refusal,
            Self::Shopify => shopify::refusal,
        }
    }

    /// The shop of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shop| shop.name() == name)
    }
}

/// What the shops remember.
pub(crate) struct Shops {
    pub(crate) amazon: amazon::Amazon,
    pub(crate) shopify: shopify::Shopify,
    pub(crate) book: Book,
}

impl Shops {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            amazon: amazon::Amazon::default(),
            shopify: shopify::Shopify::default(),
            book: Book::keeping(settings.parcels_max),
        }
    }
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .nest("/amazon", amazon::routes())
        .nest("/shopify", shopify::routes())
}
