//! Keeps what only the gateway may read: sealed with AES-256-GCM under one key, bound to what it is
//! about, so that nothing sealed can stand in another's place.

use std::fmt;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, ensure};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const KEY_BYTES: usize = 32;

/// Seals and opens.
pub struct Seal(RandomizedNonceKey);

impl Seal {
    /// Under the key of that file, in Base64. A file that is not there is made, with a new key that
    /// nobody but its owner may read.
    ///
    /// # Errors
    /// When the file cannot be read or made, or holds no key.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::of(&text).with_context(|| format!("{shown} holds no key")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                make(path).with_context(|| format!("no key could be written to {shown}"))
            }
            Err(error) => Err(error).with_context(|| format!("{shown} cannot be read")),
        }
    }

    /// Under the key of that file; none when there is no such file.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no key.
    pub fn existing(path: &Path) -> anyhow::Result<Option<Self>> {
        match path.try_exists() {
            Ok(false) => Ok(None),
            Ok(true) | Err(_) => Self::from_file(path).map(Some),
        }
    }

    /// Under a key of 32 bytes in Base64.
    fn of(text: &str) -> anyhow::Result<Self> {
        let key = STANDARD.decode(text.trim())?;
        ensure!(key.len() == KEY_BYTES, "{} bytes, not 32", key.len());
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key).ok();
        key.map(Self).context("it cannot be used")
    }

    /// `plain` for nobody else to read; none when there is no chance to be had from the system.
    #[must_use]
    pub fn seal(&self, about: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let mut text = plain.to_vec();
        let about = Aad::from(about.as_bytes());
        let nonce = self.0.seal_in_place_append_tag(about, &mut text).ok()?;
        Some(nonce.as_ref().iter().copied().chain(text).collect())
    }

    /// What was sealed; none when it was sealed under another key, about something else, or has
    /// been changed since.
    #[must_use]
    pub fn open(&self, about: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let about = Aad::from(about.as_bytes());
        let opened = self.0.open_in_place(nonce, about, &mut text).ok()?;
        Some(opened.to_vec())
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

/// Written whole under another name and then linked: of two that start at once one makes the key,
/// and the other one reads it.
fn make(path: &Path) -> anyhow::Result<Seal> {
    let mut key = [0; KEY_BYTES];
    rand::fill(&mut key)?;
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {
            tracing::info!(file = %path.display(), "a key was made; keep it with the database")
        }
        Err(failed) if failed.error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(failed) => return Err(failed.error.into()),
    }
    Seal::of(&std::fs::read_to_string(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_what_it_is_about_and_under_its_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.key");
        let seal = Seal::from_file(&path).unwrap();
        let sealed = seal.seal("a", b"label").unwrap();
        assert!(!sealed.windows(5).any(|window| window == b"label"));
        let again = Seal::from_file(&path).unwrap();
        assert_eq!(again.open("a", &sealed).as_deref(), Some(&b"label"[..]));
        assert_eq!(again.open("b", &sealed), None);
        assert_eq!(again.open("a", &sealed[..5]), None);
        let mut changed = sealed.clone();
        if let Some(last) = changed.last_mut() {
            *last ^= 1;
        }
        assert_eq!(again.open("a", &changed), None);
        let other = Seal::from_file(&folder.path().join("other.key")).unwrap();
        assert_eq!(other.open("a", &sealed), None);
        assert_ne!(
            seal.seal("a", b"label").unwrap(),
            sealed,
            "never twice the same"
        );
    }

    #[test]
    fn a_file_without_a_key_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.key");
        std::fs::write(&path, "c2hvcnQ=").unwrap();
        let refused = format!("{:#}", Seal::from_file(&path).unwrap_err());
        assert!(
            refused.contains("bad.key") && refused.contains("5 bytes"),
            "{refused}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "c2hvcnQ=");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.key");
        let _seal = Seal::from_file(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
