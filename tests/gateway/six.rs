//! All carriers at once: every account that the sandbox plays, asked through one gateway.
//!
//! What is sold is held against what the carriers know of it, and what an account cannot do against
//! the reason that it gives.

mod asking;
mod boxes;
mod extras;
mod labels;
mod lost;
mod manifests;
mod names;
mod papers;
mod pickups;
mod quotes;
mod returns;
mod tracked;
