//! The `parcelgate` program: reads its arguments and hands over.

use std::process::ExitCode;

use clap::Parser;
use parcelgate::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(cli::run(cli)),
        Err(error) => cli::cannot_start(&error),
    }
}
