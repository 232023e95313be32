//! `parcelgate restore`: puts a backup in the place of the gateway's database, and sees to what has
//! happened since.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use parcelgate_clock::{Clock as _, System};
use parcelgate_store::backup::{self, LostRequest, Restore};
use parcelgate_store::{Purchase, Store};
use serde_json::{Value, json};

use super::backup::{Fit, data, file_of, key_beside, words};
use super::out::{self, Out};
use crate::app;
use crate::config::Config;
use crate::service::restored::{self, Doubts};

/// Put a backup in the place of the gateway's database
#[derive(Debug, Args)]
#[command(
    after_help = "Stop the gateway first. What was bought since the backup is unknown to the \
    restored database: docs/operations/backup.md says what to look at before callers come back.\n\n\
    Examples:\n  parcelgate restore /backups/monday.db --force\n  parcelgate restore --in-place"
)]
pub(crate) struct RestoreArgs {
    /// The backup.
    #[arg(value_name = "FROM", required_unless_present = "in_place")]
    from: Option<PathBuf>,
    /// The gateway's configuration, a TOML file.
    #[arg(long, env = "PARCELGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Replace the database that is there; it is kept under another name beside it.
    #[arg(long)]
    force: bool,
    /// Restore the key that was copied beside the backup, too.
    #[arg(long)]
    with_key: bool,
    /// The database is restored already, by other tools, as one on a server is: only put in doubt
    /// what may have been sent since the backup.
    #[arg(long, conflicts_with_all = ["from", "force", "with_key"])]
    in_place: bool,
}

/// Runs it.
///
/// # Errors
/// When the backup is no whole database that this program knows, anyone has the place open, or
/// there is a database and nobody said that it may go.
pub(crate) async fn run(args: RestoreArgs, out: &mut Out) -> anyhow::Result<()> {
    let config =
        Config::load(args.config.as_deref()).context("the configuration cannot be used")?;
    let now = System.now();
    let Some(from) = &args.from else {
        let store = app::open_store_alone(&config.store).await?;
        let doubts = restored::doubt(&store, now).await;
        store.close().await;
        let doubts = doubts?;
        out.data(&json!({
            "doubted": data_of(&doubts.unknown),
            "in_review": data_of(&doubts.in_review),
            "cancelled": data_of(&doubts.cancelled),
        }))?;
        return Ok(tell_doubts(&doubts, out)?);
    };
    let to = file_of(&config.store)?;
    let restore = Restore::prepare(from, to, args.force).await?;
    let key = config.store.key();
    let key_copy = key_beside(from);
    let sealed_under = if args.with_key { &key_copy } else { &key };
    let fit = Fit::of(sealed_under, restore.contents())?;
    if args.with_key {
        anyhow::ensure!(
            fit != Fit::Missing,
            "there is no key {}",
            key_copy.display()
        );
    }
    let told = Told {
        from,
        to,
        key: &key,
        fit,
        doubts: settle(&restore, now).await?,
        kept_key: if args.with_key {
            put_key(&key_copy, &key, args.force, now)?
        } else {
            None
        },
    };
    told.tell(restore, now, out).await
}

/// Changes the restored store before anyone sees it.
async fn settle(restore: &Restore, now: Timestamp) -> anyhow::Result<Doubts> {
    let store: Arc<dyn Store> = Arc::new(restore.open().await?);
    let settled = async {
        if let Some(lost) = restore.lost() {
            restored::revoke(&store, &lost.revoked, now).await?;
        }
        restored::doubt(&store, now).await
    };
    let settled = settled.await;
    store.close().await;
    Ok(settled?)
}

/// Puts the backup's key in place; another one that is there is kept under the name returned.
fn put_key(from: &Path, to: &Path, force: bool, now: Timestamp) -> anyhow::Result<Option<PathBuf>> {
    let key = std::fs::read(from)?;
    let mut kept = None;
    match std::fs::read(to) {
        Ok(present) if present == key => return Ok(None),
        Ok(_) if !force => {
            return Err(backup::CopyError::Exists(to.to_owned()).into());
        }
        Ok(_) => {
            let mut name = to.to_owned().into_os_string();
            name.push(now.strftime(".replaced-%Y%m%dT%H%M%S%.3fZ").to_string());
            std::fs::rename(to, &name)?;
            kept = Some(name.into());
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    backup::write_whole(to, &key)?;
    Ok(kept)
}

/// What was restored, to be told.
struct Told<'a> {
    from: &'a Path,
    to: &'a Path,
    key: &'a Path,
    fit: Fit,
    doubts: Doubts,
    kept_key: Option<PathBuf>,
}

/// How many lost requests people are shown.
const NAMED_MAX: usize = 50;

impl Told<'_> {
    async fn tell(self, restore: Restore, now: Timestamp, out: &mut Out) -> anyhow::Result<()> {
        let (contents, lost) = (restore.contents().clone(), restore.lost().cloned());
        let digested = restore.digested();
        let aside = restore.place(now).await?;
        let (from, to, key) = (self.from.display(), self.to.display(), self.key.display());
        let shown = |path: &PathBuf| path.display().to_string();
        out.data(&json!({
            "from": from.to_string(),
            "file": to.to_string(),
            "contents": data(&contents),
            "digest_checked": digested,
            "replaced": aside.as_ref().map(shown),
            "key": {
                "file": key.to_string(),
                "state": self.fit.name(),
                "replaced": self.kept_key.as_ref().map(shown),
            },
            "doubted": data_of(&self.doubts.unknown),
            "in_review": data_of(&self.doubts.in_review),
            "cancelled": data_of(&self.doubts.cancelled),
            "lost": lost.as_ref().map(|lost| json!({
                "requests": lost.many,
                "first_requests": lost.requests.iter().map(request).collect::<Vec<_>>(),
                "keys_revoked_again": lost.revoked.len(),
            })),
        }))?;
        out.say(format!("{to}: {}, restored from {from}", words(&contents)))?;
        if !digested {
            out.say("No .sha256 file was beside it: what is changed inside a text is not seen.")?;
        }
        if let Some(aside) = &aside {
            out.say(format!("What was there is kept as {}.", aside.display()))?;
        }
        out.say(match self.fit {
            Fit::Fits => format!("The key {key} reads what carriers answered."),
            Fit::Untried => "Nothing in it is sealed yet, so no key was tried.".to_owned(),
            Fit::Other => out.paint().bad(&format!(
                "The key {key} is not the one that the answers in it are sealed under: put the \
                 right one there. Without it every doubt is looked up with the carrier."
            )),
            Fit::Missing => out.paint().bad(&format!(
                "There is no key {key}: put the one of the backup there. Else the gateway makes \
                 another, and what carriers answered is not read again."
            )),
        })?;
        tell_doubts(&self.doubts, out)?;
        match &lost {
            Some(lost) if lost.many == 0 => {
                out.say("Every request of the database that was replaced is in it.")?;
            }
            Some(lost) => tell_lost(lost, out)?,
            None => out.say(unknown(contents.last_at))?,
        }
        Ok(())
    }
}

fn unknown(last_at: Option<Timestamp>) -> String {
    let since = last_at.map_or_else(
        || "since the backup".to_owned(),
        |at| format!("after {}", at.strftime("%Y-%m-%d %H:%M:%S UTC")),
    );
    format!(
        "What was asked {since} is unknown to it, and no list can be made: a request of that time \
         that is sent again is done again. Look at the carriers' own lists first, and at what \
         callers have."
    )
}

fn tell_doubts(doubts: &Doubts, out: &mut Out) -> std::io::Result<()> {
    let many = doubts.unknown.len();
    out.say(format!(
        "{many} purchases that the backup has as accepted or on their way may have been made \
         since: they are UNKNOWN now, and the gateway looks them up."
    ))?;
    let in_review = doubts.in_review.len();
    if in_review > 0 {
        out.say(out.paint().bad(&format!(
            "{in_review} that were in doubt already, or without a label, may have got one since: \
             decide with `parcelgate settle`."
        )))?;
    }
    for purchase in &doubts.cancelled {
        let (id, reference) = (&purchase.id, &purchase.reference);
        let warning = format!(
            "shipments/{id} is CANCELLED now: it was to replace another, and may have been bought \
             since. Look with {} for {reference}, and void there what nobody wants.",
            purchase.account
        );
        out.say(out.paint().bad(&warning))?;
    }
    Ok(())
}

fn tell_lost(lost: &backup::Lost, out: &mut Out) -> std::io::Result<()> {
    let headline = format!(
        "{} requests of the database that was replaced are not in it. Sent again under the same \
         request_id each is done again: see to them first.",
        lost.many
    );
    out.say(out.paint().bad(&headline))?;
    let header = [
        "method",
        "request_id",
        "asked",
        "state",
        "account",
        "reference",
        "order",
    ];
    let mut table = out::table(header);
    for lost in lost.requests.iter().take(NAMED_MAX) {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        table.add_row([
            lost.key.method.clone(),
            lost.key.request_id.clone(),
            lost.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            text(&lost.state),
            text(&lost.account),
            text(&lost.reference),
            text(&lost.order_number),
        ]);
    }
    out.table(table)?;
    if !lost.revoked.is_empty() {
        let many = lost.revoked.len();
        out.say(format!(
            "{many} API keys that were revoked since are revoked again."
        ))?;
    }
    Ok(())
}

fn request(lost: &LostRequest) -> Value {
    json!({
        "method": lost.key.method,
        "request_id": lost.key.request_id,
        "subject": lost.subject,
        "time": lost.at.to_string(),
        "reference": lost.reference,
        "account": lost.account,
        "state": lost.state,
        "order_number": lost.order_number,
    })
}

fn data_of(purchases: &[Purchase]) -> Vec<Value> {
    purchases.iter().map(doubt).collect()
}

fn doubt(purchase: &Purchase) -> Value {
    json!({
        "shipment": format!("shipments/{}", purchase.id),
        "account": purchase.account.as_str(),
        "reference": purchase.reference.as_str(),
    })
}
