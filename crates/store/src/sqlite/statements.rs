//! Every statement is prepared against the real tables, since nothing checks them at compile time.

use sqlx::{Connection, Executor, SqlSafeStr, SqliteConnection};

use super::{
    deliveries, events, jobs, keys, migrate, papers, quotes, reservations, shipments,
    subscriptions, trackers, tracking, writer,
};

fn all() -> Vec<&'static str> {
    [
        deliveries::SQL,
        events::SQL,
        jobs::SQL,
        keys::SQL,
        papers::SQL,
        quotes::SQL,
        reservations::SQL,
        shipments::SQL,
        subscriptions::SQL,
        trackers::SQL,
        tracking::SQL,
        writer::SQL,
    ]
    .concat()
}

async fn refused(statements: &[&'static str]) -> Vec<String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    migrate(&mut connection).await.unwrap();
    let mut refused = Vec::new();
    for sql in statements {
        if let Err(error) = connection.prepare((*sql).into_sql_str()).await {
            refused.push(format!("{error}: {sql}"));
        }
    }
    refused
}

#[tokio::test]
async fn every_statement_fits_the_tables() {
    assert_eq!(refused(&all()).await, Vec::<String>::new());
    let planted = refused(&["SELECT colour FROM shipment"]).await;
    assert_eq!(planted.len(), 1, "a statement that does not fit is seen");
}

/// A statement is a `const` of type `&str`; one that is not in its file's `SQL` would go unchecked.
#[test]
fn no_statement_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sqlite");
    let mut written = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let lines = text.lines();
        written += lines
            .filter(|line| line.starts_with("const ") && line.contains(": &str ="))
            .count();
    }
    assert_eq!(written, all().len());
}
