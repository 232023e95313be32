//! Work to be done later, by whoever claims it.

use jiff::Timestamp;

use crate::{JobId, Tenant};

/// A job that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its name.
    pub id: JobId,
    /// Which kind of job.
    pub name: String,
    /// What it needs to know, JSON.
    pub payload: String,
    /// When it is to run.
    pub run_at: Timestamp,
    /// While a job of this name and key waits, another only makes it run earlier; while it runs,
    /// another makes it run once more.
    pub dedupe_key: Option<String>,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Whose; [`Tenant::operator`] for what concerns none.
    pub tenant: Tenant,
    /// Which.
    pub id: JobId,
    /// Which kind of job.
    pub name: String,
    /// What it needs to know, JSON.
    pub payload: String,
    /// When it is to run.
    pub run_at: Timestamp,
    /// How often it was claimed; a report names the attempt it is about.
    pub attempts: u32,
    /// Until when its claimer may be at it.
    pub lease_until: Option<Timestamp>,
    /// Who claimed it.
    pub owner: Option<String>,
    /// What makes another one the same job.
    pub dedupe_key: Option<String>,
    /// When it is to run once more after it has run.
    pub rerun_at: Option<Timestamp>,
    /// What last went wrong.
    pub last_error: Option<String>,
    /// Given up; kept to be looked at.
    pub dead: bool,
}

/// How an attempt at a job went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobReport {
    /// Done; it is forgotten.
    Done,
    /// To be tried again.
    Retry {
        /// When.
        at: Timestamp,
        /// What went wrong.
        error: Option<String>,
    },
    /// Given up.
    Dead {
        /// What went wrong.
        error: String,
    },
}
