//! `parcelgate serve`: runs a gateway.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use crate::app::Gateway;
use crate::config::Config;
use crate::telemetry;

/// Run a gateway until it is told to stop
#[derive(Debug, Args)]
#[command(
    after_help = "Every setting has a default; examples/serve.toml shows the ones that \
    matter. An environment variable such as PARCELGATE__GRPC__LISTEN overrides the file."
)]
pub(crate) struct ServeArgs {
    /// The configuration, a TOML file.
    #[arg(long, env = "PARCELGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// When a setting cannot be used or a port is taken.
pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<()> {
    let config =
        Config::load(args.config.as_deref()).context("the configuration cannot be used")?;
    telemetry::log(&config.log).context("log.filter cannot be used")?;
    let stopped = super::until_stopped()?;
    let gateway = Gateway::start(config).await?;
    // On standard error, like the log: a service writes nothing else.
    let _ = writeln!(
        std::io::stderr(),
        "parcelgate: gRPC on {}, HTTP on {}",
        gateway.grpc(),
        gateway.http()
    );
    stopped.await;
    gateway.stop().await;
    Ok(())
}
