//! Personal data that cannot be printed by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A piece of personal data: a name, a street, a phone number.
///
/// `Debug` shows nothing and there is no `Display`, so it cannot reach a log or an error text.
/// It serialises, because the store and the carrier must have it.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal(String);

impl Personal {
    /// Takes `text` under protection.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for whoever must send or store it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is any text but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Personal {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", Some(Personal::new("Ada Lovelace"))),
            "Some(Personal(..))"
        );
    }
}
