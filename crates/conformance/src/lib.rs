//! One suite that every carrier passes, and the carriers' own descriptions as a judge.

pub mod corrections;
pub mod described;
