//! The carriers' own protocols on one loopback port, with parcels that move.
//!
//! Written from the carriers' descriptions and never from an adapter, so that it cannot share an
//! adapter's mistakes. It refuses what the carrier would refuse. Two kinds of time: the protocol's
//! (token life, signature window) follows the machine's clock, and only the parcels' life follows
//! [`Settings::clock`], which may run fast.

mod calls;
mod control;
mod decimal;
mod dhl;
mod document;
mod faults;
mod fedex;
mod fourpx;
mod label;
mod parcel;
mod place;
mod plan;
mod routes;
mod server;
mod settings;
mod shops;
mod ups;
mod usps;
mod wire;
mod yanwen;
mod zip;

pub use calls::{CallEnd, ShipCall};
pub use control::{Control, ParcelView};
pub use dhl::DhlAccount;
pub use faults::{Fault, FaultOrder, ShopFaultOrder};
pub use fedex::FedexAccount;
pub use fourpx::FourpxAccount;
pub use server::{Error, Running, Sandbox};
pub use settings::{Carrier, Settings, UpsAccount, Webhook, YanwenAccount};
pub use shops::{
    AmazonAccount, PlacedOrder, Shop, ShopItem, ShopOrderView, ShopPackageView, ShopifyAccount,
};
pub use usps::UspsAccount;
