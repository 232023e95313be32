//! `parcelgate completions`: so that a shell knows the commands.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use super::out::Out;

/// Print what makes a shell complete the commands
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell.
    shell: Shell,
}

/// Runs it.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn run(args: &CompletionsArgs, out: &mut Out) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "parcelgate", &mut script);
    out.raw(&String::from_utf8(script)?)?;
    Ok(())
}
