//! A NATS JetStream stream, written in order.

mod bus;
mod settings;

pub use bus::{Bus, Error, Message};
pub use settings::{Settings, Unusable};
