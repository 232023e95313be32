//! What is asked of the writer, and what it found.

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::{Applied, Batch, Claim, Delivery, Error, Job, Result, ShardLease};

/// What the writer is asked to do.
#[derive(Debug)]
pub(super) enum Command {
    /// Apply a batch.
    Apply(Asked<Option<Batch>, Applied>),
    /// Hand out jobs.
    Jobs(Asked<ForJobs, Vec<Job>>),
    /// Hand out deliveries, at most so many of each subscription.
    Deliveries(Asked<(u32, Claim), Vec<Delivery>>),
    /// Deal out shards of the trackers.
    Shards(Asked<ForShards, Vec<ShardLease>>),
    /// Forget what is of before then, at most so many.
    Forget(Asked<(Old, Timestamp, u32), u32>),
    /// Show that the disk takes a commit.
    Beat(Asked<(), ()>),
}

/// What is kept for a time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Old {
    Replies,
    Events,
    Deliveries,
}

/// Whose jobs are wanted by whom.
#[derive(Debug)]
pub(super) struct ForJobs {
    pub(super) names: Vec<String>,
    pub(super) owner: String,
    pub(super) claim: Claim,
}

/// Who wants shards.
#[derive(Debug)]
pub(super) struct ForShards {
    pub(super) owner: String,
    pub(super) claim: Claim,
}

/// A question, what was found, and where the answer goes once the commit stands. Nobody may be
/// there any more: then it is dropped.
#[derive(Debug)]
pub(super) struct Asked<Q, T> {
    pub(super) question: Q,
    pub(super) found: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<Q, T> Asked<Q, T> {
    /// A question, and where its answer will come.
    pub(super) fn new(question: Q) -> (Self, oneshot::Receiver<Result<T>>) {
        let (answer, answered) = oneshot::channel();
        let asked = Self {
            question,
            found: None,
            answer,
        };
        (asked, answered)
    }

    fn tell(self, failure: Option<&Error>) {
        let found = match failure {
            Some(error) => Err(error.clone()),
            None => self.found.unwrap_or(Err(Error::Closed)),
        };
        drop(self.answer.send(found));
    }
}

/// What one commit carries.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) batches: Vec<Asked<Option<Batch>, Applied>>,
    pub(super) jobs: Vec<Asked<ForJobs, Vec<Job>>>,
    pub(super) deliveries: Vec<Asked<(u32, Claim), Vec<Delivery>>>,
    pub(super) shards: Vec<Asked<ForShards, Vec<ShardLease>>>,
    pub(super) forgets: Vec<Asked<(Old, Timestamp, u32), u32>>,
    pub(super) beats: Vec<Asked<(), ()>>,
    /// Bytes that do not go through JSON.
    pub(super) bytes: usize,
}

impl Group {
    pub(super) fn push(&mut self, command: Command) {
        match command {
            Command::Apply(asked) => {
                let bytes = asked.question.as_ref().map_or(0, Batch::bytes);
                self.bytes = self.bytes.saturating_add(bytes);
                self.batches.push(asked);
            }
            Command::Jobs(asked) => self.jobs.push(asked),
            Command::Deliveries(asked) => self.deliveries.push(asked),
            Command::Shards(asked) => self.shards.push(asked),
            Command::Forget(asked) => self.forgets.push(asked),
            Command::Beat(asked) => self.beats.push(asked),
        }
    }

    /// How many questions it has.
    pub(super) fn len(&self) -> usize {
        self.batches.len()
            + self.jobs.len()
            + self.deliveries.len()
            + self.shards.len()
            + self.forgets.len()
            + self.beats.len()
    }

    /// Answers everyone: what was found, or that the commit failed.
    pub(super) fn tell(self, failure: Option<&Error>) {
        self.batches
            .into_iter()
            .for_each(|asked| asked.tell(failure));
        self.jobs.into_iter().for_each(|asked| asked.tell(failure));
        self.deliveries
            .into_iter()
            .for_each(|asked| asked.tell(failure));
        self.shards
            .into_iter()
            .for_each(|asked| asked.tell(failure));
        self.forgets
            .into_iter()
            .for_each(|asked| asked.tell(failure));
        self.beats.into_iter().for_each(|asked| asked.tell(failure));
    }
}
