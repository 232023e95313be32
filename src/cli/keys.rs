//! `parcelgate keys`: who may call. Works on the gateway's database, since the first key cannot be
//! asked for with a key.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use parcelgate_clock::System;
use parcelgate_domain::Money;
use parcelgate_store::{ApiKey, KeyId};
use serde_json::json;

use super::out::{self, Out};
use super::parse;
use crate::app;
use crate::config::Config;
use crate::service::keys::Keys;
use crate::service::{Scope, main_tenant};

/// Make, list and revoke API keys, in the gateway's own database
#[derive(Debug, Args)]
#[command(
    after_help = "Run it beside the gateway, with the same configuration. A key that is \
    revoked may be believed for ten seconds more by a gateway that runs."
)]
pub(crate) struct KeysArgs {
    /// The gateway's configuration, a TOML file.
    #[arg(long, env = "PARCELGATE_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a key; it is shown once.
    Create {
        /// What it is for.
        name: String,
        /// What it may do. May be given several times; everything when left out.
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<Scope>,
        /// How much the purchases of one day (UTC) may come to, such as 500:USD. Then nothing is
        /// bought without a quoted price. What a carrier charges above its quote counts, and may
        /// pass the limit by so much.
        #[arg(long, value_name = "AMOUNT:CURRENCY", value_parser = parse::money)]
        spend_limit: Option<Money>,
    },
    /// Show the keys, without their secrets.
    List,
    /// End a key.
    Revoke {
        /// The key's id, as the list shows it.
        id: String,
    },
}

/// Runs it.
///
/// # Errors
/// When the database cannot be opened or written, or there is no such key.
pub(crate) async fn run(args: KeysArgs, out: &mut Out) -> anyhow::Result<()> {
    let config =
        Config::load(args.config.as_deref()).context("the configuration cannot be used")?;
    let store = app::open_store(&config.store).await?;
    let pace = config.grpc.calls_per_s;
    let keys = Keys::new(Arc::clone(&store), Arc::new(System), pace);
    let done = obey(args.command, &keys, out).await;
    store.close().await;
    done
}

async fn obey(command: KeysCommand, keys: &Keys, out: &mut Out) -> anyhow::Result<()> {
    let tenant = main_tenant();
    match command {
        KeysCommand::Create {
            name,
            scope,
            spend_limit,
        } => {
            let all = Scope::ALL.map(|(scope, _)| scope);
            let scopes = if scope.is_empty() {
                all.to_vec()
            } else {
                scope
            };
            let key = keys.create(&tenant, &name, &scopes, spend_limit).await?;
            let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
            out.data(&json!({
                "name": name,
                "scopes": names,
                "spend_limit": spend_limit.map(|limit| limit.to_string()),
                "key": key,
            }))?;
            out.say(&key)?;
            let note = "It is shown only now. Use it with --key or as PARCELGATE_KEY.";
            out.say(out.paint().dim(note))?;
        }
        KeysCommand::List => {
            let all = keys.list(&tenant).await?;
            out.data(&all.iter().map(data).collect::<Vec<_>>())?;
            let header = [
                "id",
                "name",
                "scopes",
                "a day",
                "made",
                "last used",
                "revoked",
            ];
            let mut table = out::table(header);
            for key in &all {
                table.add_row(row(key));
            }
            out.table(table)?;
        }
        KeysCommand::Revoke { id } => {
            let id: KeyId = id.parse()?;
            let known = keys
                .list(&tenant)
                .await?
                .into_iter()
                .any(|key| key.id == id);
            anyhow::ensure!(
                known,
                "there is no key {id}: `parcelgate keys list` shows them"
            );
            keys.revoke(&tenant, &id).await?;
            out.data(&json!({ "revoked": id.as_str() }))?;
            out.say(format!("{id} is revoked"))?;
        }
    }
    Ok(())
}

fn row(key: &ApiKey) -> [String; 7] {
    let day = |at: Option<jiff::Timestamp>| {
        at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string())
    };
    [
        key.id.to_string(),
        key.name.clone(),
        key.scopes.join(", "),
        key.spend_limit
            .map_or_else(String::new, |limit| limit.to_string()),
        day(Some(key.created_at)),
        day(key.last_used_at),
        day(key.revoked_at),
    ]
}

fn data(key: &ApiKey) -> serde_json::Value {
    json!({
        "id": key.id.as_str(),
        "name": key.name,
        "scopes": key.scopes,
        "spend_limit": key.spend_limit.map(|limit| limit.to_string()),
        "create_time": key.created_at.to_string(),
        "last_use_time": key.last_used_at.map(|at| at.to_string()),
        "revoke_time": key.revoked_at.map(|at| at.to_string()),
    })
}
