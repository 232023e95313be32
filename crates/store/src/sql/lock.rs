//! Who has a database file: many who use it, or one who puts another in its place.
//!
//! Not by a lock on the file itself: that would go with the file that is replaced, and SQLite loses
//! its own locks on a file when another handle on it is closed.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Held as long as this is; also a process that is killed lets go of it.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// For one who uses the database at `path` beside others; none where locks are not known.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when it is being replaced; others when no lock can be made.
    pub(crate) fn beside_others(path: &Path) -> io::Result<Option<Self>> {
        match Self::taken(path, File::try_lock_shared) {
            Ok(lock) => Ok(Some(lock)),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// For one who replaces the database at `path`.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when somebody uses it; others when no lock can be made.
    pub(crate) fn alone(path: &Path) -> io::Result<Self> {
        Self::taken(path, File::try_lock)
    }

    /// Lets others in beside oneself.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when another was faster, and has it alone.
    pub(crate) fn share(&self) -> io::Result<()> {
        self.0.try_lock_shared().map_err(Into::into)
    }

    fn taken(path: &Path, take: fn(&File) -> Result<(), TryLockError>) -> io::Result<Self> {
        let mut options = File::options();
        let file = options.create(true).truncate(false).write(true);
        let file = file.open(with_ending(path, "-lock"))?;
        match take(&file) {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// `path` with `ending` behind it, as SQLite names what belongs to a file.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}
