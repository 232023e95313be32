//! The SQLite store keeps every promise of a store, each as a test of its own.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use libtest_mimic::{Arguments, Failed, Trial};
use parcelgate_store::suite::{self, Case, Place};
use parcelgate_store::{Result, Sqlite, Store};
use tempfile::TempDir;

/// A folder of its own for each case.
struct Folder(TempDir);

#[async_trait]
impl Place for Folder {
    async fn open(&self) -> Result<Arc<dyn Store>> {
        let path = self.0.path().join("store.db");
        Ok(Arc::new(Sqlite::open(&path).await?))
    }
}

/// A case that waits for ever has failed.
const CASE_MAX: Duration = Duration::from_secs(120);

fn run(case: &Case) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build()?;
    let run = case.run(Arc::new(Folder(folder)));
    let run = async { tokio::time::timeout(CASE_MAX, run).await };
    let outcome = runtime.block_on(run)?;
    outcome.map_err(|error| Failed::from(error.to_string()))
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = suite::cases().into_iter();
    let trials = cases.map(|case| Trial::test(case.name, move || run(&case)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
