//! What is wrong with a request, field by field, all of it at once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One field that cannot stand as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Path of the field, as the caller wrote it: `parcels[0].weight_grams`.
    pub field: String,
    /// What was given, where it may be shown; personal data never stands here.
    pub given: Option<String>,
    /// What would be allowed.
    pub allowed: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.given {
            Some(given) => write!(f, "{}: {given:?} is not {}", self.field, self.allowed),
            None => write!(f, "{}: must be {}", self.field, self.allowed),
        }
    }
}

/// Collects violations while a request is read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `field` holds `given`, which is not `allowed`.
    pub fn refuse(
        &mut self,
        field: impl Into<String>,
        given: impl fmt::Display,
        allowed: impl Into<String>,
    ) {
        let given: String = given.to_string().chars().take(GIVEN_CHARS_MAX).collect();
        self.0.push(Violation {
            field: field.into(),
            given: Some(given),
            allowed: allowed.into(),
        });
    }

    /// `field` is not `allowed`; its content is missing or must not be repeated.
    pub fn require(&mut self, field: impl Into<String>, allowed: impl Into<String>) {
        self.0.push(Violation {
            field: field.into(),
            given: None,
            allowed: allowed.into(),
        });
    }

    /// Takes over what another part of the request found.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The same with every field under the name that `rename` gives it.
    #[must_use]
    pub fn renamed(mut self, rename: impl Fn(&str) -> String) -> Self {
        for violation in &mut self.0 {
            violation.field = rename(&violation.field);
        }
        self
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order found.
    #[must_use]
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }

    /// `Ok(value)` when nothing is wrong.
    ///
    /// # Errors
    /// Itself, when something is.
    pub fn none_or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

/// How much of a refused value is repeated to the caller.
const GIVEN_CHARS_MAX: usize = 80;

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{violation}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
