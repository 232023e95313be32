//! Quotas that several gateways share through a real Redis, each test with a server of its own.
//! Without the program the tests are ignored; with `CI=true` they fail.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../../src/tests/acme.rs"]
mod acme;
mod gateways;
mod model;
mod script;
mod server;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// A case that waits for ever has failed.
const CASE_MAX: Duration = Duration::from_secs(120);

type Case = fn() -> BoxFuture<'static, ()>;

fn cases() -> [(&'static str, Case); 2] {
    [
        ("the_script_does_what_the_model_does", || {
            script::the_script_does_what_the_model_does().boxed()
        }),
        ("together_they_send_no_more_than_one_may", || {
            gateways::together_they_send_no_more_than_one_may().boxed()
        }),
    ]
}

fn run(case: Case) -> Result<(), Failed> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build()?;
    let ended = runtime.block_on(async { tokio::time::timeout(CASE_MAX, case()).await });
    Ok(ended?)
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let absent = server::program().is_none();
    let in_ci = env::var("CI").is_ok_and(|value| value == "true");
    let why = "redis-server is not installed";
    let trials = cases().map(|(name, case)| {
        Trial::ignorable_test(name, move || match (absent, in_ci) {
            (false, _) => run(case).map(|()| Completion::Completed),
            (true, true) => Err(why.into()),
            (true, false) => Ok(Completion::ignored_with(why)),
        })
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}
