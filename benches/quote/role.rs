//! One program that plays several parts, each in a process of its own.

use std::io::Write;
use std::process::ExitCode;

/// Plays the part that this process is started for: the first word after the program's name, none
/// for the conductor. What goes wrong is told under the name of the bench.
pub(crate) fn play(bench: &str, part: impl AsyncFnOnce(&str) -> anyhow::Result<()>) -> ExitCode {
    let role = std::env::args().nth(1).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(part(&role)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _told = writeln!(std::io::stderr(), "{bench}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
