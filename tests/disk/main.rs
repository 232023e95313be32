//! A label is bought exactly once, at whichever of its writes the gateway dies and at whichever the
//! disk fails it.
//!
//! `tests/label_kill9` kills at random moments; here each moment at which something is made durable
//! is met, one after the other, by `strace`, which changes what becomes of a system call. Without
//! it the tests are ignored; with `CI=true` they fail.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it ran"
)]

#[path = "../gateway/six/asking.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod asking;
#[path = "../once/books.rs"]
mod books;
mod failing;
#[path = "../label_kill9/house.rs"]
#[expect(dead_code, reason = "shared with tests/label_kill9")]
mod house;
#[path = "../once/ledgers.rs"]
mod ledgers;
mod life;
#[path = "../label_kill9/program.rs"]
mod program;
#[path = "../gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
#[path = "../gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;
mod sweeps;

use std::env;
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

type Case = (&'static str, fn() -> Result<(), Failed>);

const CASES: [Case; 3] = [
    ("killed_at_each_write_it_buys_once", sweeps::killed),
    ("what_the_disk_did_not_take_is_not_sent", sweeps::failed),
    (
        "nothing_is_sent_while_the_disk_takes_nothing",
        sweeps::broken,
    ),
];

/// Why the tests cannot be run, if so: there may be no `strace`, or no right to use it.
fn absent() -> Option<String> {
    let mut strace = Command::new("strace");
    let strace = strace.args(["-qq", "-e", "trace=none", "true"]);
    match strace.stderr(Stdio::null()).status() {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("strace may not trace: {status}")),
        Err(error) => Some(format!("no strace: {error}")),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let absent = absent();
    let in_ci = env::var("CI").as_deref() == Ok("true");
    let trials = CASES.into_iter().map(|(name, case)| {
        let absent = absent.clone();
        Trial::ignorable_test(name, move || match absent {
            None => case().map(|()| Completion::Completed),
            Some(why) if in_ci => Err(why.into()),
            Some(why) => Ok(Completion::ignored_with(why)),
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
