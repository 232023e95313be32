//! Every statement is prepared against the real tables, since nothing checks them at compile time.

use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqlSafeStr, SqliteConnection};

use super::every::every;
use super::{copies, postgres, sqlite};

async fn refused(statements: &[&'static str]) -> Vec<String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlite::migrate(&mut connection).await.unwrap();
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
    let statements = [every(), sqlite::SQL.to_vec(), copies::SQL.to_vec()].concat();
    assert_eq!(refused(&statements).await, Vec::<String>::new());
    let planted = refused(&["SELECT colour FROM shipment"]).await;
    assert_eq!(planted.len(), 1, "a statement that does not fit is seen");
}

/// What may be read from end to end; the rest is what a statement has made itself.
const SCANS: [&str; 11] = [
    "SCAN json_each VIRTUAL TABLE INDEX 1:", // what is bound
    "SCAN w VIRTUAL TABLE INDEX 1:",
    "SCAN (subquery-",
    "SCAN due",
    "SCAN pending",
    "SCAN young",
    "SCAN shipment USING INDEX shipment_unsettled", // which holds no others
    "SCAN s",                                       // subscriptions: there are few
    "SCAN shard_lease",                             // there are 256
    "SCAN shard_taker",                             // gateways: there are few
    "SCAN shard_taker USING COVERING INDEX sqlite_autoindex_shard_taker_",
];

/// Whether a step of a plan may be; the number of a subquery does not matter.
fn may_be(step: &str) -> bool {
    let plain = step.trim_end_matches(|c: char| c.is_ascii_digit() || c == ')');
    !step.starts_with("SCAN") || SCANS.contains(&plain)
}

async fn long_reads(statements: &[&'static str]) -> Vec<String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlite::migrate(&mut connection).await.unwrap();
    let mut long = Vec::new();
    for sql in statements {
        let plan = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        for row in sqlx::query(plan).fetch_all(&mut connection).await.unwrap() {
            let step: String = row.get("detail");
            if !may_be(&step) {
                long.push(format!("{step}: {sql}"));
            }
        }
    }
    long
}

#[tokio::test]
async fn no_statement_reads_a_table_from_end_to_end() {
    assert_eq!(long_reads(&every()).await, Vec::<String>::new());
    let planted = long_reads(&["SELECT * FROM delivery WHERE last_status = $1"]).await;
    assert_eq!(planted.len(), 1, "one that does is seen");
}

/// A statement is a `const` of type `&str`; one that is not in its file's `SQL` would go unchecked.
#[test]
fn no_statement_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sql");
    let mut written = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let declared = text
            .lines()
            .map(|line| line.trim_start_matches("pub(super) "));
        written += declared
            .filter(|line| line.starts_with("const ") && line.contains(": &str ="))
            .count();
    }
    let own = sqlite::SQL.len() + postgres::SQL.len() + copies::SQL.len();
    assert_eq!(written, every().len() + own);
}
