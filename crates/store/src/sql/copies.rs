//! What is asked of a SQLite file that is copied, or is to take another's place.

use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt;
use jiff::Timestamp;
use parcelgate_clock::{instant, sleep};
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::cells::Cells;
use super::migrations::{self, For};
use crate::backup::{Contents, Lost, LostRequest, Sealed};
use crate::{Error, Evidence, RequestKey, Result};

/// How long one waits for another who is writing.
const BUSY: Duration = Duration::from_secs(5);

/// How long one waits for who is just letting go, and how long between two looks.
const SEIZE_MAX: Duration = Duration::from_secs(2);
const SEIZE_PAUSE: Duration = Duration::from_millis(20);

/// How much one file may be complained of.
const COMPLAINTS_MAX: usize = 20;

/// How many of the requests that are lost are named.
const LOST_MAX: u32 = 1_000;

#[cfg(test)]
pub(super) const SQL: &[&str] = &[COPY, CHECK, UNBALANCED, LABELS, COUNTS, SEALED];

const COPY: &str = "VACUUM INTO $1";

const CHECK: &str = "PRAGMA integrity_check";

/// Entries of the ledger whose lines do not sum to zero in a currency.
const UNBALANCED: &str = "
    SELECT COUNT(*) AS many FROM (
        SELECT 1 FROM money_entry AS e, json_each(e.lines) AS line
        GROUP BY e.tenant, e.shipment, e.number, line.value->>'$.amount.currency'
        HAVING SUM(line.value->>'$.amount.minor') <> 0)";

const LABELS: &str = "SELECT tenant, shipment, sha256, bytes FROM label";

const COUNTS: &str = "
    SELECT (SELECT COUNT(*) FROM shipment) AS shipments,
           (SELECT COALESCE(MAX(seq), 0) FROM event) AS head,
           (SELECT at FROM event ORDER BY seq DESC LIMIT 1) AS last_at";

const SEALED: &str = "SELECT * FROM evidence ORDER BY ordinal DESC LIMIT 3";

/// Why a file does not do.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// Somebody else has it.
    Busy,
    /// It is none of ours.
    Foreign(String),
    /// It is ours no longer.
    Damaged(Vec<String>),
    /// A newer program wrote it.
    Newer { found: i64, known: i64 },
    /// Anything else.
    Failed(String),
}

impl From<sqlx::Error> for Unfit {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|error| error.code());
        let code: Option<u32> = code.and_then(|code| code.parse().ok());
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => Self::Busy,
            Some(11) => Self::Damaged(vec![error.to_string()]),
            Some(26) => Self::Foreign("it is no SQLite file".to_owned()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<Error> for Unfit {
    fn from(error: Error) -> Self {
        Self::Damaged(vec![error.to_string()])
    }
}

/// A connection to a file that is there; nothing in it is changed by opening it.
pub(crate) async fn open(path: &Path, read_only: bool) -> Result<SqliteConnection, Unfit> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(read_only)
        .busy_timeout(BUSY)
        .disable_statement_logging();
    Ok(options.connect().await?)
}

/// Writes all that `from` holds, at one moment of it, to the empty file `to`.
pub(crate) async fn copy(from: &mut SqliteConnection, to: &Path) -> Result<(), Unfit> {
    let to = to.to_str();
    let to = to.ok_or_else(|| Unfit::Failed("its name is not UTF-8".to_owned()))?;
    sqlx::query(COPY).bind(to).execute(from).await?;
    Ok(())
}

/// What the file holds, after looking at all of it.
pub(crate) async fn look(on: &mut SqliteConnection) -> Result<Contents, Unfit> {
    let version = version(on).await?;
    let mut found: Vec<String> = rows(on, CHECK, |row| row.text("integrity_check")).await?;
    found.retain(|line| line != "ok");
    let unbalanced = rows(on, UNBALANCED, |row| row.int("many")).await?;
    if let Some(many) = unbalanced.first().filter(|many| **many != 0) {
        found.push(format!("{many} entries of the ledger do not sum to zero"));
    }
    found.extend(changed_labels(on).await?);
    if !found.is_empty() {
        found.truncate(COMPLAINTS_MAX);
        return Err(Unfit::Damaged(found));
    }
    let counts = rows(on, COUNTS, |row| {
        Ok((
            row.int("shipments")?,
            row.int("head")?,
            row.maybe_time("last_at")?,
        ))
    });
    let (shipments, head, last_at): (i64, i64, Option<Timestamp>) =
        counts.await?.pop().unwrap_or_default();
    Ok(Contents {
        version,
        shipments,
        head,
        last_at,
        sealed: rows(on, SEALED, sealed).await?,
    })
}

async fn rows<T>(
    on: &mut SqliteConnection,
    sql: &'static str,
    read: fn(&Cells<'_>) -> Result<T>,
) -> Result<Vec<T>, Unfit> {
    let found = sqlx::query(sql).fetch_all(on).await?;
    let read = |row: &SqliteRow| read(&Cells::Sqlite(row));
    Ok(found.iter().map(read).collect::<Result<_>>()?)
}

/// The version of the tables, if they are ours and known.
async fn version(on: &mut SqliteConnection) -> Result<i64, Unfit> {
    let applied = sqlx::query(migrations::applied()).fetch_all(on).await;
    let applied = applied.map_err(|error| match Unfit::from(error) {
        Unfit::Failed(_) => Unfit::Foreign("it has none of our tables".to_owned()),
        other @ (Unfit::Busy | Unfit::Foreign(_) | Unfit::Damaged(_) | Unfit::Newer { .. }) => {
            other
        }
    })?;
    let known = migrations::migrator(For::Sqlite);
    let mut newest = 0;
    for row in &applied {
        let row = Cells::Sqlite(row);
        let version = row.int("version")?;
        newest = newest.max(version);
        if !row.flag("success")? {
            return Err(Unfit::Damaged(vec!["its tables are half made".to_owned()]));
        }
        let own = known.iter().find(|own| own.version == version);
        if own.is_some_and(|own| *own.checksum != row.bytes("checksum").unwrap_or_default()) {
            return Err(Unfit::Foreign("its tables are not ours".to_owned()));
        }
    }
    match newest {
        0 => Err(Unfit::Foreign("it has none of our tables".to_owned())),
        found if found > migrations::newest() => Err(Unfit::Newer {
            found,
            known: migrations::newest(),
        }),
        known => Ok(known),
    }
}

/// Labels that are no longer what they were when they were kept.
async fn changed_labels(on: &mut SqliteConnection) -> Result<Vec<String>, Unfit> {
    let mut changed = Vec::new();
    let mut labels = sqlx::query(LABELS).fetch(on);
    while let Some(row) = labels.try_next().await? {
        let row = Cells::Sqlite(&row);
        let digest: [u8; 32] = Sha256::digest(row.bytes("bytes")?).into();
        if digest != row.digest("sha256")? && changed.len() < COMPLAINTS_MAX {
            let shipment = row.text("shipment")?;
            changed.push(format!(
                "a label of shipments/{shipment} is not as it was kept"
            ));
        }
    }
    Ok(changed)
}

fn sealed(row: &Cells<'_>) -> Result<Sealed> {
    Ok(Sealed {
        tenant: row.parsed("tenant")?,
        evidence: Evidence {
            shipment: row.parsed("shipment")?,
            epoch: row.int("epoch")?,
            sent_at: row.time("sent_at")?,
            reply: row.bytes("reply")?.into(),
        },
    })
}

/// Takes the file for oneself alone, with all that was written to it in the one file. Who is just
/// letting go of it is waited for.
pub(crate) async fn seize(on: &mut SqliteConnection) -> Result<(), Unfit> {
    let given_up = instant() + SEIZE_MAX;
    loop {
        match seize_now(on).await {
            Err(Unfit::Busy) if instant() < given_up => sleep(SEIZE_PAUSE).await,
            seized => return seized,
        }
    }
}

async fn seize_now(on: &mut SqliteConnection) -> Result<(), Unfit> {
    for pragma in [
        "PRAGMA locking_mode = EXCLUSIVE",
        "PRAGMA journal_mode = DELETE",
    ] {
        sqlx::query(pragma).execute(&mut *on).await?;
    }
    // What is locked so stays locked.
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut *on).await?;
    sqlx::query("COMMIT").execute(&mut *on).await?;
    Ok(())
}

/// Requests that only the database of `on` knows.
const fn missing() -> &'static str {
    "FROM main.reservation AS r LEFT JOIN main.shipment AS s
         ON s.tenant = r.tenant AND r.subject LIKE 'shipments/%' AND s.id = substr(r.subject, 11)
     WHERE NOT EXISTS (
         SELECT 1 FROM restored.reservation AS n
         WHERE n.tenant = r.tenant AND n.method = r.method AND n.request_id = r.request_id)"
}

/// What the database of `on` knows and the one at `path` does not.
pub(crate) async fn lost(on: &mut SqliteConnection, path: &Path) -> Result<Lost, Unfit> {
    version(on).await?;
    let at = path.to_str().unwrap_or_default();
    let attach = sqlx::query("ATTACH DATABASE $1 AS restored").bind(at);
    attach.execute(&mut *on).await?;
    let lost = compare(on).await;
    // Else it would be locked with the other one.
    sqlx::query("DETACH DATABASE restored").execute(on).await?;
    lost
}

async fn compare(on: &mut SqliteConnection) -> Result<Lost, Unfit> {
    let missing = missing();
    let many = format!("SELECT COUNT(*) AS many {missing}");
    let many = all(on, many, |row| row.int("many")).await?;
    let requests = format!(
        "SELECT r.tenant, r.method, r.request_id, r.subject, r.created_at, s.reference, s.account, \
                s.state, s.order_number {missing} ORDER BY r.created_at LIMIT {LOST_MAX}"
    );
    let revoked = "SELECT k.tenant, k.id FROM main.api_key AS k JOIN restored.api_key AS n
        ON n.tenant = k.tenant AND n.id = k.id
        WHERE k.revoked_at IS NOT NULL AND n.revoked_at IS NULL";
    Ok(Lost {
        many: many.first().copied().unwrap_or_default(),
        requests: all(on, requests, request).await?,
        revoked: all(on, revoked.to_owned(), |row| {
            Ok((row.parsed("tenant")?, row.parsed("id")?))
        })
        .await?,
    })
}

/// What is asked with another database at hand, under whose name nothing is prepared without it.
async fn all<T>(
    on: &mut SqliteConnection,
    sql: String,
    read: fn(&Cells<'_>) -> Result<T>,
) -> Result<Vec<T>, Unfit> {
    let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(on).await?;
    let read = |row: &SqliteRow| read(&Cells::Sqlite(row));
    Ok(found.iter().map(read).collect::<Result<_>>()?)
}

fn request(row: &Cells<'_>) -> Result<LostRequest> {
    Ok(LostRequest {
        tenant: row.parsed("tenant")?,
        key: RequestKey {
            method: row.text("method")?,
            request_id: row.text("request_id")?,
        },
        subject: row.text("subject")?,
        at: row.time("created_at")?,
        reference: row.maybe_text("reference")?,
        account: row.maybe_text("account")?,
        state: row.maybe_text("state")?,
        order_number: row.maybe_text("order_number")?,
    })
}
