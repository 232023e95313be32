//! One named thing that must hold, and what came of looking.

use libtest_mimic::{Completion, Failed, Trial};

/// One named thing that must hold.
pub struct Check {
    name: String,
    look: Box<dyn FnOnce() -> Verdict + Send>,
}

/// What came of looking. The error is everything that is wrong.
pub type Verdict = Result<Held, String>;

/// It does not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// It holds.
    Yes,
    /// It cannot be said of this carrier or on this machine, and why.
    NotApplicable(String),
}

impl Check {
    /// A check by that name.
    pub fn new(name: impl Into<String>, look: impl FnOnce() -> Verdict + Send + 'static) -> Self {
        Self {
            name: name.into(),
            look: Box::new(look),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Looks.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn look(self) -> Verdict {
        (self.look)()
    }

    /// The same as a test of its own, which is ignored where the check cannot be made.
    #[must_use]
    pub fn into_trial(self) -> Trial {
        let look = self.look;
        Trial::ignorable_test(self.name, move || match look() {
            Ok(Held::Yes) => Ok(Completion::Completed),
            Ok(Held::NotApplicable(reason)) => Ok(Completion::ignored_with(reason)),
            Err(problem) => Err(Failed::from(problem)),
        })
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}
