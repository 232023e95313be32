//! What the layers promise, over a scripted transport and a paused clock; `sockets.rs` over real
//! ones.

mod acme;
mod breaking;
mod fixture;
mod issued;
mod lanes;
mod law;
mod limiting;
mod pooled;
mod recording;
mod retrying;
mod sharing;
mod sockets;
mod tokens;
mod witnessing;
