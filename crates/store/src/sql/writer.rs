//! The one task that writes.
//!
//! It takes all that is waiting, decides it batch after batch, writes what is then new with one
//! statement for each table, commits once, and answers everyone. The transaction lives here and in
//! no caller's future.

use std::sync::Arc;

use parcelgate_clock::instant;
use tokio::sync::{mpsc, watch};

use super::connection::Connection;
use super::engine::Engine;
use super::group::{Command, Group, Old};
use super::statement::{self, Statement};
use super::waiting::Waiting;
use super::{deliveries, events, follow, jobs, ledger, quotes, replies, shards};
use crate::rules::{Ledger, Needs};
use crate::{Batch, Head, QuoteRecord, Result};

/// How many commands may wait; who comes then waits outside.
pub(super) const WAITING_MAX: usize = 1_024;

/// How many commands one commit carries.
const GROUP_MAX: usize = 256;

/// With how many bytes of labels and replies a commit is full.
const GROUP_BYTES_MAX: usize = 16 << 20;

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[BEAT];

const BEAT: &str = "UPDATE pulse SET beats = beats + 1 WHERE id = 1";

/// The one that writes.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) engine: Engine,
    /// Opened anew for the next commit after one that failed.
    pub(super) connection: Option<Connection>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) quotes: Arc<Waiting>,
    pub(super) head: Arc<watch::Sender<Head>>,
}

impl Writer {
    /// Writes until nobody can ask any more, and then what is left.
    pub(super) async fn run(mut self) {
        loop {
            let first = tokio::select! {
                command = self.commands.recv() => match command {
                    Some(command) => Some(command),
                    None => break,
                },
                () = self.quotes.ripe() => None,
            };
            let mut group = Group::default();
            first.into_iter().for_each(|command| group.push(command));
            while group.len() < GROUP_MAX
                && group.bytes < GROUP_BYTES_MAX
                && let Ok(command) = self.commands.try_recv()
            {
                group.push(command);
            }
            let quotes = self.quotes.take();
            self.write(group, &quotes).await;
        }
        loop {
            let quotes = self.quotes.take();
            if quotes.is_empty() {
                break;
            }
            self.write(Group::default(), &quotes).await;
        }
        if let Some(connection) = self.connection {
            connection.close().await;
        }
    }

    /// One commit, and the answers to it.
    async fn write(&mut self, mut group: Group, quotes: &[QuoteRecord]) {
        let started = instant();
        let head = *self.head.borrow();
        let written = self.commit(&mut group, quotes, head).await;
        self.quotes.written(quotes);
        let took = instant().saturating_duration_since(started);
        metrics::histogram!("store_commit_seconds").record(took);
        match written {
            Ok(head) => {
                follow::tell(&self.head, head);
                group.tell(None);
            }
            Err(error) => {
                tracing::error!(%error, "a commit failed");
                metrics::counter!("store_commits_failed_total").increment(1);
                let lost = u64::try_from(quotes.len()).unwrap_or(u64::MAX);
                metrics::counter!("store_quotes_dropped_total").increment(lost);
                group.tell(Some(&error));
            }
        }
    }

    /// Writes a group in one transaction: all that its guards allow, or nothing. A connection on
    /// which that failed is not used again: nobody knows what it is in the midst of.
    async fn commit(
        &mut self,
        group: &mut Group,
        quotes: &[QuoteRecord],
        known: Head,
    ) -> Result<Head> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.engine.connect().await?,
        };
        let writing = Box::pin(write(&mut connection, group, quotes, known));
        let written = self.engine.in_time(writing).await;
        if written.is_ok() {
            self.connection = Some(connection);
        } else {
            connection.give_up().await;
        }
        written
    }
}

async fn write(
    on: &mut Connection,
    group: &mut Group,
    quotes: &[QuoteRecord],
    known: Head,
) -> Result<Head> {
    let before = on.begin(known).await?;
    let mut head = before;
    if let Some(ledger) = decide(on, group, before.seq).await? {
        head.seq = ledger.seq();
        if ledger::save(on, &ledger).await? {
            head.work = head.work.wrapping_add(1);
        }
    }
    claim(on, group).await?;
    for asked in &mut group.forgets {
        let (what, before, limit) = asked.question;
        asked.found = Some(Ok(match what {
            Old::Replies => replies::forget(on, before, limit).await?,
            Old::Events => events::forget(on, before, limit).await?,
            Old::Deliveries => deliveries::forget(on, before, limit).await?,
        }));
    }
    quotes::save(on, quotes).await?;
    if !group.beats.is_empty() {
        statement::run(on, Statement::of(BEAT)).await?;
        group
            .beats
            .iter_mut()
            .for_each(|asked| asked.found = Some(Ok(())));
    }
    on.commit(before, head).await?;
    Ok(head)
}

/// Decides the batches one after the other; one that fails is answered so, and leaves no trace.
async fn decide(on: &mut Connection, group: &mut Group, seq: i64) -> Result<Option<Ledger>> {
    let batches = group.batches.iter();
    let batches: Vec<&Batch> = batches
        .filter_map(|asked| asked.question.as_ref())
        .collect();
    if batches.is_empty() {
        return Ok(None);
    }
    let mut ledger = ledger::load(on, &Needs::of(batches), seq).await?;
    for asked in &mut group.batches {
        asked.found = asked.question.take().map(|batch| ledger.decide(batch));
    }
    Ok(Some(ledger))
}

/// Hands out work, after the batches of the same commit have made or finished theirs.
async fn claim(on: &mut Connection, group: &mut Group) -> Result<()> {
    for asked in &mut group.jobs {
        asked.found = Some(Ok(jobs::claim(on, &asked.question).await?));
    }
    for asked in &mut group.deliveries {
        let (per_subscription, claim) = asked.question;
        asked.found = Some(Ok(deliveries::claim(on, per_subscription, claim).await?));
    }
    for asked in &mut group.shards {
        asked.found = Some(Ok(shards::deal_to(on, &asked.question).await?));
    }
    Ok(())
}
