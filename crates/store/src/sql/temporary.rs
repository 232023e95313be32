//! A database file that goes when nobody needs it any more.

use std::path::{Path, PathBuf};

use uuid::{NoContext, Timestamp, Uuid};

/// A database file that goes when nobody needs it any more.
#[derive(Debug)]
pub(super) struct Temporary(PathBuf);

impl Temporary {
    /// A name that nobody else has; the file is made by whoever opens it.
    pub(super) fn new() -> Self {
        // What tells it from others is the chance in it; the time does not matter.
        let unique = Uuid::new_v7(Timestamp::from_unix(NoContext, 0, 0));
        let name = format!("parcelgate-{unique}.db");
        Self(std::env::temp_dir().join(name))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(ending);
            // What was closed cleanly has left but the file itself.
            drop(std::fs::remove_file(name));
        }
    }
}
