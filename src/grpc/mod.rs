//! The door for services: `parcelgate.v1` over gRPC. The only module that names tonic, and the only
//! one that sees generated types.

mod addresses;
mod batch;
mod carriers;
mod door;
mod insight;
mod manifests;
mod page;
mod papers;
mod pickups;
mod quoting;
mod rates;
mod raw;
mod read;
mod server;
mod settlement;
mod shipments;
mod shops;
mod status;
mod subscriptions;
mod tracking;
mod write;

pub use raw::Raw;
pub use server::{Services, serve};
