//! `parcelgate backup`: a copy of the gateway's database, taken while it is in use.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use parcelgate_store::backup::{self, Backup, Contents, CopyError};
use serde_json::{Value, json};

use super::out::Out;
use crate::config::{Config, Database, StoreConfig};
use crate::seal::Seal;
use crate::service::purchase::opens;

/// Copy the gateway's database to a file, while the gateway runs
#[derive(Debug, Args)]
#[command(
    after_help = "Run it beside the gateway, with the same configuration. What is in the copy was \
    there at one moment; the copy is checked before it gets its name, and its SHA-256 is written \
    beside it. It holds names, addresses and labels: keep it as you keep the database.\n\n\
    Examples:\n  parcelgate backup /backups/monday.db\n  \
    parcelgate backup /backups/monday.db --with-key"
)]
pub(crate) struct BackupArgs {
    /// The file to write.
    #[arg(value_name = "TO")]
    to: PathBuf,
    /// The gateway's configuration, a TOML file.
    #[arg(long, env = "PARCELGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long)]
    force: bool,
    /// Copy the key too, by which the carriers' answers in it are read: whoever has both reads
    /// them.
    #[arg(long)]
    with_key: bool,
}

/// Of a server's database nothing is copied by us.
#[derive(Debug, thiserror::Error)]
#[error("the database is on a server (store.url), of which its own tools make and restore backups")]
pub(crate) struct OnServer;

/// The file that the configuration names.
///
/// # Errors
/// When it names a server instead.
pub(crate) fn file_of(config: &StoreConfig) -> Result<&Path, OnServer> {
    match config.database() {
        Database::File(path) => Ok(path),
        Database::Server(_) => Err(OnServer),
    }
}

/// Where the key of a backup is, if it has one beside it.
pub(crate) fn key_beside(backup: &Path) -> PathBuf {
    let mut name = backup.to_owned().into_os_string();
    name.push(".key");
    name.into()
}

/// Whether a key reads what carriers answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It does.
    Fits,
    /// It does not: it is another key.
    Other,
    /// No answers are there to try it on.
    Untried,
    /// There is no key.
    Missing,
}

impl Fit {
    /// Of the key in the file `key`.
    ///
    /// # Errors
    /// When the file is there and holds no key.
    pub(crate) fn of(key: &Path, contents: &Contents) -> anyhow::Result<Self> {
        let Some(seal) = Seal::existing(key)? else {
            return Ok(Self::Missing);
        };
        let mut sealed = contents.sealed.iter();
        Ok(match sealed.len() {
            0 => Self::Untried,
            _ if sealed.any(|sealed| opens(&seal, sealed)) => Self::Fits,
            _ => Self::Other,
        })
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Other => "does_not_fit",
            Self::Untried => "not_tried",
            Self::Missing => "missing",
        }
    }
}

/// Runs it.
///
/// # Errors
/// When there is no such database, the file is there already, or the copy is not whole.
pub(crate) async fn run(args: BackupArgs, out: &mut Out) -> anyhow::Result<()> {
    let BackupArgs {
        to,
        config,
        force,
        with_key,
    } = args;
    let config = Config::load(config.as_deref()).context("the configuration cannot be used")?;
    let from = file_of(&config.store)?;
    let (key, key_copy) = (config.store.key(), key_beside(&to));
    if with_key && !force && key_copy.exists() {
        return Err(CopyError::Exists(key_copy).into());
    }
    let made = backup::back_up(from, &to, force).await?;
    let fit = Fit::of(&key, &made.contents)?;
    if with_key {
        let copied = std::fs::read(&key).and_then(|key| backup::write_whole(&key_copy, &key));
        copied.with_context(|| format!("the key {} was not copied", key.display()))?;
    }
    tell(&to, &made, &key, (fit, with_key), out)?;
    Ok(())
}

/// What a file holds, for programs.
pub(crate) fn data(contents: &Contents) -> Value {
    json!({
        "schema": contents.version,
        "shipments": contents.shipments,
        "events": contents.head,
        "last_event_time": contents.last_at.map(|at| at.to_string()),
    })
}

/// The same for people.
pub(crate) fn words(contents: &Contents) -> String {
    let Contents {
        version,
        shipments,
        head,
        ..
    } = contents;
    let last = contents.last_at.map_or_else(String::new, |at| {
        format!(", the last at {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))
    });
    format!("{shipments} shipments, {head} events{last}, tables of version {version}")
}

fn tell(
    to: &Path,
    made: &Backup,
    key: &Path,
    (fit, copied): (Fit, bool),
    out: &mut Out,
) -> std::io::Result<()> {
    let Backup {
        contents,
        bytes,
        sha256,
    } = made;
    let copy = key_beside(to);
    out.data(&json!({
        "file": to.display().to_string(),
        "bytes": bytes,
        "sha256": sha256,
        "contents": data(contents),
        "key": {
            "file": key.display().to_string(),
            "state": fit.name(),
            "copied_to": copied.then(|| copy.display().to_string()),
        },
    }))?;
    let to = to.display();
    out.say(format!("{to}: {}, {bytes} bytes, checked", words(contents)))?;
    let (key, copy) = (key.display(), copy.display());
    out.say(match (copied, fit) {
        (true, _) => format!(
            "The key is copied to {copy}. Whoever has both files reads what carriers answered: \
             keep them apart."
        ),
        (false, Fit::Missing) => format!("There is no key at {key}: nothing is sealed under it."),
        (false, Fit::Fits | Fit::Untried | Fit::Other) => format!(
            "Not in it: the key {key}, without which what carriers answered cannot be read. Keep a \
             copy of it apart from this one, or say --with-key."
        ),
    })?;
    if fit == Fit::Other {
        let warning =
            format!("The answers in the database are sealed under another key than {key}.");
        out.say(out.paint().bad(&warning))?;
    }
    Ok(())
}
