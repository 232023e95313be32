//! Every statement, for those who check them.

use super::{
    confirmations, deliveries, dialect, entries, events, invoices, jobs, keys, papers, postgres,
    quotes, replies, reservations, risks, shards, shipments, subscriptions, trackers, tracking,
    writer,
};

/// Those that both databases are told.
pub(super) fn every() -> Vec<&'static str> {
    [
        confirmations::SQL,
        deliveries::SQL,
        entries::SQL,
        events::SQL,
        invoices::SQL,
        jobs::SQL,
        keys::SQL,
        papers::SQL,
        quotes::SQL,
        replies::SQL,
        reservations::SQL,
        shards::SQL,
        risks::SQL,
        shipments::SQL,
        subscriptions::SQL,
        trackers::SQL,
        tracking::SQL,
        writer::SQL,
    ]
    .concat()
}

/// All that Postgres is told, as it is told.
#[cfg(feature = "suite")]
pub(crate) fn for_postgres() -> Vec<String> {
    let every = [every(), postgres::SQL.to_vec()].concat();
    every.into_iter().map(dialect::for_postgres).collect()
}
