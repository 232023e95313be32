//! The proofs of `tests/label_kill9` catch what they are there to catch: the checker is shown books
//! with each mistake in them, and whole gateways are run so that they make it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../once/books.rs"]
mod books;
mod late;
#[path = "../once/ledgers.rs"]
mod ledgers;
mod planted;
#[path = "../gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
mod run;
#[path = "../gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;
