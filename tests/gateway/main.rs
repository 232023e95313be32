//! The gateway's promises, each held against a gateway and a sandbox that really run.
//!
//! One file for each kind of promise. The carriers are played by the embedded sandbox, which knows
//! what was really sold, and fails when it is told to.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod access;
mod bad_input;
mod batch;
mod buying;
mod carriers_push;
mod doubt;
mod errors;
mod exchange;
mod fresh;
mod idempotency;
mod labels;
mod noise;
mod quotes;
mod replacing;
mod requests;
mod restart;
mod review;
mod risk;
mod server;
mod shopify;
mod shops;
mod six;
mod spending;
mod stage;
mod subscriptions;
mod tracking;
mod voids;
mod watching;
