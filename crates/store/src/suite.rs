//! What every store must do, as cases that any can be run through.

mod confirmations;
mod deliveries;
mod invoices;
mod jobs;
mod limit;
mod make;
mod money;
mod replacements;
mod replicas;
mod replies;
mod risks;
mod server;
mod shards;
mod shipments;
mod tenants;
mod trackers;
mod unsettled;
pub mod upgrade;
mod whole;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::{BoxFuture, FutureExt};

use crate::{Result, Store};

pub use limit::{postgres_commits, postgres_rows, sqlite_commits, sqlite_rows};
pub use server::{Schema, postgres_url};

/// How a case ended; it may also panic.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Where one case keeps its store.
#[async_trait]
pub trait Place: Send + Sync {
    /// Opens the store there: an empty one at first, afterwards what was left.
    async fn open(&self) -> Result<Arc<dyn Store>>;
}

/// One promise of a store.
pub struct Case {
    /// The promise: `shipments::of_many_senders_one_wins`.
    pub name: &'static str,
    run: Box<dyn Fn(Arc<dyn Place>) -> BoxFuture<'static, Outcome> + Send + Sync>,
}

impl Case {
    fn new<F>(name: &'static str, run: fn(Arc<dyn Place>) -> F) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        Self {
            name,
            run: Box::new(move |place| run(place).boxed()),
        }
    }

    /// Holds the store at `place`, which nobody else uses, to the promise.
    ///
    /// # Errors
    /// When it breaks it.
    pub async fn run(&self, place: Arc<dyn Place>) -> Outcome {
        (self.run)(place).await
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case({})", self.name)
    }
}

/// Every case.
#[must_use]
pub fn cases() -> Vec<Case> {
    let groups = [
        whole::cases(),
        shipments::cases(),
        unsettled::cases(),
        replacements::cases(),
        money::cases(),
        invoices::cases(),
        trackers::cases(),
        shards::cases(),
        deliveries::cases(),
        jobs::cases(),
        confirmations::cases(),
        replies::cases(),
        risks::cases(),
        tenants::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// Those of a store that several processes have open at once: each that a place opens is one.
#[must_use]
pub fn replicas() -> Vec<Case> {
    replicas::cases()
}

/// What the session that writes asks of Postgres besides.
#[must_use]
pub const fn postgres_writing() -> [(&'static str, &'static str); 3] {
    crate::sql::WRITING
}

/// Every statement as Postgres is told it.
#[must_use]
pub fn postgres_statements() -> Vec<String> {
    crate::sql::every::for_postgres()
}
