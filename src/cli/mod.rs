//! The command line: a client of the gRPC interface.

mod backup;
mod batch;
mod carriers;
mod completions;
mod confirmations;
mod connect;
mod data;
mod demo;
mod fault;
mod invoices;
mod keys;
mod ledger;
mod out;
mod papers;
mod parse;
mod rates;
mod replace;
mod request;
mod restore;
mod risk;
mod sandbox;
mod serve;
mod settle;
mod ship;
mod shop_order;
mod show;
mod tables;
mod track;
mod void;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::demo::Ending;
use self::out::{Format, Out};

/// Rates, labels and tracking of many carriers behind one gRPC interface
#[derive(Debug, Parser)]
#[command(
    name = "parcelgate",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// For whom to write: tables for people or JSON for programs.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "table",
        value_name = "FORM"
    )]
    output: Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    Sandbox(sandbox::SandboxArgs),
    Demo(demo::DemoArgs),
    Rates(rates::RatesArgs),
    Ship(ship::ShipArgs),
    Batch(batch::BatchArgs),
    Track(track::TrackArgs),
    Watch(watch::WatchArgs),
    Void(void::VoidArgs),
    Replace(replace::ReplaceArgs),
    Papers(papers::PapersArgs),
    Settle(settle::SettleArgs),
    Confirmations(confirmations::ConfirmationsArgs),
    Risk(risk::RiskArgs),
    Carriers(carriers::CarriersArgs),
    Keys(keys::KeysArgs),
    Ledger(ledger::LedgerArgs),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    Completions(completions::CompletionsArgs),
}

/// The exit code of a command that failed.
const FAILED: u8 = 1;
/// The exit code of a demo without an order.
const NOTHING_TO_DO: u8 = 2;

/// Runs what was asked for, and tells of what goes wrong.
pub async fn run(cli: Cli) -> ExitCode {
    let for_programs = cli.output == Format::Json;
    let mut out = Out::stdout(cli.output);
    match Box::pin(obey(cli.command, &mut out)).await {
        Ok(code) => code,
        Err(error) if fault::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            fault::tell(&error, for_programs);
            ExitCode::from(FAILED)
        }
    }
}

/// Tells that not even the first step could be made.
pub fn cannot_start(error: &std::io::Error) -> ExitCode {
    fault::tell(&anyhow::anyhow!("the program cannot start: {error}"), false);
    ExitCode::from(FAILED)
}

async fn obey(command: Command, out: &mut Out) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(args) => serve::run(args).await?,
        Command::Sandbox(args) => sandbox::run(args, out).await?,
        Command::Demo(args) => {
            return Ok(match demo::run(args, out).await? {
                Ending::Complete => ExitCode::SUCCESS,
                Ending::Incomplete => ExitCode::from(FAILED),
                Ending::Empty => ExitCode::from(NOTHING_TO_DO),
            });
        }
        Command::Rates(args) => rates::run(args, out).await?,
        Command::Ship(args) => ship::run(args, out).await?,
        Command::Batch(args) => batch::run(args, out).await?,
        Command::Track(args) => track::run(args, out).await?,
        Command::Watch(args) => watch::run(args, out).await?,
        Command::Void(args) => void::run(args, out).await?,
        Command::Replace(args) => replace::run(args, out).await?,
        Command::Papers(args) => papers::run(args, out).await?,
        Command::Settle(args) => settle::run(args, out).await?,
        Command::Confirmations(args) => confirmations::run(args, out).await?,
        Command::Risk(args) => risk::run(args, out).await?,
        Command::Carriers(args) => carriers::run(args, out).await?,
        Command::Keys(args) => keys::run(args, out).await?,
        Command::Ledger(args) => return ledger::run(args, out).await,
        Command::Backup(args) => backup::run(args, out).await?,
        Command::Restore(args) => restore::run(args, out).await?,
        Command::Completions(args) => completions::run(&args, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Listens from now on, and returns when the operator or the system asks the program to stop.
/// Before that a signal ends it at once, so whoever says that he is there listens first.
///
/// # Errors
/// When signals cannot be listened to.
fn until_stopped() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        use tokio::signal::windows::ctrl_c;
        let mut interrupt = ctrl_c()?;
        Ok(async move {
            let _ = interrupt.recv().await;
        })
    }
}
