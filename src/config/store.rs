//! The database.

use std::path::{Path, PathBuf};

use parcelgate_domain::{ExposeSecret, Secret};
use serde::Deserialize;

const USUAL: &str = "parcelgate.db";

/// Where everything is kept: in a file, or on a server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// The file of the embedded database; empty: `parcelgate.db`, unless `url` is set.
    pub path: PathBuf,
    /// The Postgres database instead of a file; empty: none. There may be a password in it.
    pub url: Secret,
    /// The file of the key under which carriers' answers are kept; empty: beside the database.
    pub key_file: PathBuf,
}

/// One of the two.
#[derive(Debug)]
pub enum Database<'a> {
    /// A file.
    File(&'a Path),
    /// A Postgres database, by its URL.
    Server(&'a Secret),
}

impl StoreConfig {
    /// Which database it is.
    #[must_use]
    pub fn database(&self) -> Database<'_> {
        if !self.url.expose_secret().is_empty() {
            Database::Server(&self.url)
        } else if self.path.as_os_str().is_empty() {
            Database::File(Path::new(USUAL))
        } else {
            Database::File(&self.path)
        }
    }

    /// Where the key is.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        match self.database() {
            Database::File(path) if self.key_file.as_os_str().is_empty() => {
                path.with_extension("key")
            }
            Database::File(_) | Database::Server(_) => self.key_file.clone(),
        }
    }

    /// What is wrong with it.
    pub(super) fn violation(&self) -> Option<&'static str> {
        let empty = |path: &Path| path.as_os_str().is_empty();
        if self.url.expose_secret().is_empty() {
            None
        } else if !empty(&self.path) {
            Some("store.path and store.url are both set: the database is a file or on a server")
        } else if empty(&self.key_file) {
            Some("store.url is set without store.key_file, the key that all gateways share")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(path: &str, url: &str, key_file: &str) -> StoreConfig {
        StoreConfig {
            path: path.into(),
            url: url.into(),
            key_file: key_file.into(),
        }
    }

    #[test]
    fn it_is_a_file_or_a_server() {
        let usual = config("", "", "");
        assert_eq!(usual.violation(), None);
        assert_eq!(usual.key(), Path::new("parcelgate.key"));
        assert!(matches!(usual.database(), Database::File(path) if path == Path::new(USUAL)));
        let url = "postgres://parcelgate:hunter2@db.example/parcelgate";
        let server = config("", url, "gate.key");
        assert_eq!(server.violation(), None);
        assert_eq!(server.key(), Path::new("gate.key"));
        assert!(matches!(server.database(), Database::Server(_)));
        for wrong in [config("gate.db", url, "gate.key"), config("", url, "")] {
            assert!(wrong.violation().is_some(), "{wrong:?}");
            let said = format!("{wrong:?} {:?} {:?}", wrong.database(), wrong.violation());
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
