//! Copies of an embedded database: taken while it is in use, checked before they count, and put
//! back in its place.
//!
//! A file is written beside its name, looked at from end to end, brought to the disk and renamed:
//! under a name there is a whole file or none.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use tempfile::{NamedTempFile, TempPath};

use crate::sql::copies::{self, Unfit};
use crate::sql::lock::{Lock, with_ending};
use crate::{Database, Evidence, KeyId, RequestKey, Sqlite, Tenant};

/// What a file of a store holds.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The version of its tables.
    pub version: i64,
    /// How many shipments.
    pub shipments: i64,
    /// The `seq` of its last event; 0 before the first.
    pub head: i64,
    /// When that happened.
    pub last_at: Option<Timestamp>,
    /// The last of the carriers' answers, to try a key on.
    pub sealed: Vec<Sealed>,
}

/// A carrier's answer as it is kept, and whose.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Whose.
    pub tenant: Tenant,
    /// The answer.
    pub evidence: Evidence,
}

/// What the replaced database knew and the restored one does not.
#[derive(Debug, Clone, Default)]
pub struct Lost {
    /// How many requests.
    pub many: i64,
    /// The first thousand of them, the oldest first.
    pub requests: Vec<LostRequest>,
    /// API keys that were revoked since.
    pub revoked: Vec<(Tenant, KeyId)>,
}

/// A request that the restored database does not know: asked again it is done again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostRequest {
    /// Whose.
    pub tenant: Tenant,
    /// Under which method and id.
    pub key: RequestKey,
    /// What it made or changed.
    pub subject: String,
    /// When it was first asked.
    pub at: Timestamp,
    /// Of a shipment: the reference that the carrier knows it by.
    pub reference: Option<String>,
    /// Of a shipment: the account.
    pub account: Option<String>,
    /// Of a shipment: where it stood.
    pub state: Option<String>,
    /// Of a shipment: the seller's order number.
    pub order_number: Option<String>,
}

/// A backup that was taken.
#[derive(Debug, Clone)]
pub struct Backup {
    /// What it holds.
    pub contents: Contents,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of all of them, in hex; also written to a file beside it.
    pub sha256: String,
}

/// Why a copy was not made or not put in place.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Something is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// There is no such file.
    #[error("there is no file {}", .0.display())]
    NotThere(PathBuf),
    /// Somebody uses it.
    #[error("{} is in use", .0.display())]
    InUse(PathBuf),
    /// It is no database of ours.
    #[error("{} is no database of parcelgate: {why}", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What is there instead.
        why: String,
    },
    /// It is not whole.
    #[error("{} is damaged: {}", path.display(), found.join("; "))]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        found: Vec<String>,
    },
    /// A newer program wrote it.
    #[error(
        "a newer parcelgate wrote {}: its tables are of version {found}, and this program knows \
         {known}", path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The version of its tables.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The disk or the database failed.
    #[error("{}: {why}", path.display())]
    Failed {
        /// Which file.
        path: PathBuf,
        /// The complaint.
        why: String,
    },
}

impl CopyError {
    fn of(path: &Path, unfit: Unfit) -> Self {
        let path = path.to_owned();
        match unfit {
            Unfit::Busy => Self::InUse(path),
            Unfit::Foreign(why) => Self::Foreign { path, why },
            Unfit::Damaged(found) => Self::Damaged { path, found },
            Unfit::Newer { found, known } => Self::Newer { path, found, known },
            Unfit::Failed(why) => Self::Failed { path, why },
        }
    }
}

/// What an error says of `path`.
fn at<E: std::fmt::Display>(path: &Path) -> impl Fn(E) -> CopyError {
    move |error| CopyError::Failed {
        path: path.to_owned(),
        why: error.to_string(),
    }
}

fn exists_or(path: &Path, error: &io::Error) -> CopyError {
    if error.kind() == io::ErrorKind::AlreadyExists {
        CopyError::Exists(path.to_owned())
    } else {
        at(path)(error)
    }
}

/// Copies the store in the file `from`, as it is at one moment, to the file `to`. Whoever writes to
/// the store meanwhile goes on. With `replace` a file that is there is replaced.
///
/// # Errors
/// When there is no store, there is a file already, the copy is not whole, or it cannot be written.
pub async fn back_up(from: &Path, to: &Path, replace: bool) -> Result<Backup, CopyError> {
    there(from)?;
    if !replace && to.exists() {
        return Err(CopyError::Exists(to.to_owned()));
    }
    let (copy, contents) = copied(from, false, to).await?;
    let sha256 = digest(&copy).map_err(at(to))?;
    let bytes = copy.as_file().metadata().map_err(at(to))?.len();
    let digest_file = with_ending(to, ".sha256");
    // Never a file beside the digest of another.
    gone(&digest_file).map_err(at(&digest_file))?;
    if replace {
        copy.persist(to).map_err(at(to))?;
    } else {
        let placed = copy.persist_noclobber(to);
        placed.map_err(|error| exists_or(to, &error.error))?;
    }
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let line = format!("{sha256}  {name}\n");
    write_whole(&digest_file, line.as_bytes()).map_err(at(&digest_file))?;
    Ok(Backup {
        contents,
        bytes,
        sha256,
    })
}

/// Writes a file that only its owner reads, whole or not at all, and over what is there.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder(path))?;
    io::Write::write_all(&mut file, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_folder(path)
}

/// A database that is to take another's place. Until [`place`](Self::place) nothing is changed.
#[derive(Debug)]
pub struct Restore {
    copy: TempPath,
    to: PathBuf,
    contents: Contents,
    digested: bool,
    old: Option<Old>,
    lock: Arc<Lock>,
}

/// What is in the place.
#[derive(Debug)]
struct Old {
    /// Keeps others out of it; none where it cannot be read.
    held: Option<SqliteConnection>,
    lost: Option<Lost>,
}

impl Restore {
    /// Looks at the backup `from`, copies it beside `to`, and keeps everyone out of what is there.
    ///
    /// # Errors
    /// When `from` is no whole store that this program knows, somebody uses the store at `to`, or
    /// there is one and `replace` is not said.
    pub async fn prepare(from: &Path, to: &Path, replace: bool) -> Result<Self, CopyError> {
        there(from)?;
        let lock = Lock::alone(to).map_err(|error| {
            if error.kind() == io::ErrorKind::WouldBlock {
                CopyError::InUse(to.to_owned())
            } else {
                at(&with_ending(to, "-lock"))(error)
            }
        })?;
        if !replace && to.exists() {
            return Err(CopyError::Exists(to.to_owned()));
        }
        let digested = digest_fits(from)?;
        let (copy, contents) = copied(from, true, to).await?;
        let copy = copy.into_temp_path();
        let old = if to.exists() {
            Some(Old::hold(to, &copy).await?)
        } else {
            None
        };
        Ok(Self {
            copy,
            to: to.to_owned(),
            contents,
            digested,
            old,
            lock: Arc::new(lock),
        })
    }

    /// What the backup holds.
    #[must_use]
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Whether the digest beside the backup was there, and fitted.
    #[must_use]
    pub fn digested(&self) -> bool {
        self.digested
    }

    /// What the one that is replaced knows and the backup does not; none where nothing is replaced
    /// or it cannot be read.
    #[must_use]
    pub fn lost(&self) -> Option<&Lost> {
        self.old.as_ref()?.lost.as_ref()
    }

    /// The store, to be changed before anyone else sees it; to be closed before it is placed.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(&self) -> crate::Result<Database> {
        Sqlite::open_locked(&self.copy, Some(Arc::clone(&self.lock))).await
    }

    /// Puts it in place, at once. What was there is kept under the name that is returned.
    ///
    /// # Errors
    /// When the disk fails; then the old one is still there.
    pub async fn place(self, now: Timestamp) -> Result<Option<PathBuf>, CopyError> {
        let to = &self.to;
        // Whoever changed it may have left the last of it in a file beside it.
        let unfit = |unfit| CopyError::of(&self.copy, unfit);
        let mut copy = copies::open(&self.copy, false).await.map_err(unfit)?;
        copies::seize(&mut copy).await.map_err(unfit)?;
        copy.close().await.map_err(at(&self.copy))?;
        File::open(&self.copy)
            .and_then(|file| file.sync_all())
            .map_err(at(to))?;
        let mut aside = None;
        if self.old.is_some() {
            let stamp = now.strftime(".replaced-%Y%m%dT%H%M%S%.3fZ").to_string();
            let name = with_ending(to, &stamp);
            std::fs::hard_link(to, &name).map_err(at(&name))?;
            aside = Some(name);
        }
        for ending in ["-wal", "-shm", "-journal"] {
            // Left only by one that could not be read; it must not be taken for the new one's.
            let rest = with_ending(to, ending);
            let moved = match &aside {
                Some(aside) if rest.exists() => std::fs::rename(&rest, with_ending(aside, ending)),
                Some(_) | None => gone(&rest),
            };
            moved.map_err(at(&rest))?;
        }
        self.copy.persist(to).map_err(at(to))?;
        sync_folder(to).map_err(at(to))?;
        if let Some(held) = self.old.and_then(|old| old.held) {
            // Its file has another name by now; closed or not, it is nobody's.
            drop(held.close().await);
        }
        Ok(aside)
    }
}

impl Old {
    async fn hold(path: &Path, restored: &Path) -> Result<Self, CopyError> {
        let held = async {
            let mut held = copies::open(path, false).await?;
            let lost = copies::lost(&mut held, restored).await;
            copies::seize(&mut held).await?;
            Ok((held, lost))
        };
        match held.await {
            Ok((held, lost)) => Ok(Self {
                held: Some(held),
                lost: lost.ok(),
            }),
            Err(Unfit::Busy) => Err(CopyError::InUse(path.to_owned())),
            // What cannot be read is in nobody's use, and the reason to restore.
            Err(Unfit::Foreign(_) | Unfit::Damaged(_) | Unfit::Newer { .. } | Unfit::Failed(_)) => {
                Ok(Self {
                    held: None,
                    lost: None,
                })
            }
        }
    }
}

/// A copy of `from` beside `to`, looked at from end to end.
async fn copied(
    from: &Path,
    read_only: bool,
    to: &Path,
) -> Result<(NamedTempFile, Contents), CopyError> {
    let copy = NamedTempFile::new_in(folder(to)).map_err(at(to))?;
    let unfit = |unfit| CopyError::of(from, unfit);
    let mut source = copies::open(from, read_only).await.map_err(unfit)?;
    if read_only {
        // What is not whole is better refused where it is than after it was copied.
        copies::look(&mut source).await.map_err(unfit)?;
    }
    copies::copy(&mut source, copy.path())
        .await
        .map_err(unfit)?;
    drop(source.close().await);
    let mut written = copies::open(copy.path(), true).await.map_err(unfit)?;
    let contents = copies::look(&mut written).await.map_err(unfit)?;
    drop(written.close().await);
    copy.as_file().sync_all().map_err(at(to))?;
    Ok((copy, contents))
}

/// Whether there is a digest beside the file `path`, which must be its own.
fn digest_fits(path: &Path) -> Result<bool, CopyError> {
    let kept = match std::fs::read_to_string(with_ending(path, ".sha256")) {
        Ok(kept) => kept,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(at(path)(error)),
    };
    let own = digest_of(File::open(path).map_err(at(path))?).map_err(at(path))?;
    if kept.split_whitespace().next() == Some(own.as_str()) {
        return Ok(true);
    }
    let found = vec!["it is not what its .sha256 file says".to_owned()];
    let path = path.to_owned();
    Err(CopyError::Damaged { path, found })
}

fn digest(file: &NamedTempFile) -> io::Result<String> {
    digest_of(file.reopen()?)
}

fn digest_of(mut file: File) -> io::Result<String> {
    let mut sha256 = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        sha256.update(piece.get(..read).unwrap_or_default());
    }
    let digest = sha256.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn there(path: &Path) -> Result<(), CopyError> {
    if path.is_file() {
        Ok(())
    } else {
        Err(CopyError::NotThere(path.to_owned()))
    }
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// Makes a rename last.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn gone(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
