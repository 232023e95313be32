//! The gRPC interface of parcelgate. The comments in the `.proto` files are its reference.
//!
//! A Rust service that calls parcelgate depends on this crate alone.

mod generated {
    include!(concat!(env!("OUT_DIR"), "/parcelgate.rs"));
}

pub use generated::google;
pub use generated::parcelgate::v1;

/// The descriptors of every message and service, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
