//! The Postgres store keeps every promise of a store, and those of several replicas, each as a test
//! of its own on a real server: that of `POSTGRES_URL`, or the one at the usual port. Without one
//! the tests are ignored; with `CI=true` they fail.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::ops::Deref;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{BoxFuture, FutureExt};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate_store::suite::{self, Place, Schema};
use parcelgate_store::{Batch, NewJob, Postgres, Result, Store, Tenant};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row, SqlSafeStr};

/// A case that waits for ever has failed.
const CASE_MAX: Duration = Duration::from_secs(120);

/// A schema of its own for each case.
struct At(Schema);

impl Deref for At {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        &self.0
    }
}

#[async_trait]
impl Place for At {
    async fn open(&self) -> Result<Arc<dyn Store>> {
        Ok(Arc::new(Postgres::open(&self.url()).await?))
    }
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

type Run = Box<dyn FnOnce(Arc<At>) -> BoxFuture<'static, Outcome> + Send>;

/// Runs a case; without a server it is ignored, or fails in CI.
fn run(case: Run) -> Result<Completion, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build()?;
    let at = match runtime.block_on(Schema::make()) {
        Ok(schema) => Arc::new(At(schema)),
        Err(why) if env::var("CI").as_deref() == Ok("true") => return Err(why.into()),
        Err(why) => return Ok(Completion::ignored_with(why)),
    };
    let running = case(Arc::clone(&at));
    // Whatever becomes of it, a panic too, nothing of it stays on the server.
    let ended = runtime.block_on(async {
        let running = tokio::spawn(running);
        tokio::time::timeout(CASE_MAX, running).await
    });
    runtime.block_on(at.remove())?;
    ended??.map_err(|error| Failed::from(error.to_string()))?;
    Ok(Completion::Completed)
}

fn job(number: usize) -> Batch {
    let job = NewJob {
        id: format!("job-{number}").parse().unwrap(),
        name: "settle".to_owned(),
        payload: "{}".to_owned(),
        run_at: jiff::Timestamp::UNIX_EPOCH,
        dedupe_key: None,
    };
    Batch::of(&Tenant::operator(), jiff::Timestamp::UNIX_EPOCH).enqueue(job)
}

/// Nothing checks statements when they are compiled.
async fn statements_fit(schema: Arc<At>) -> Outcome {
    schema.open().await?.close().await;
    let mut connection = PgConnection::connect(&schema.url()).await?;
    let statements = suite::postgres_statements();
    assert!(statements.len() > 40);
    for sql in statements {
        let fits = connection
            .prepare(AssertSqlSafe(&*sql).into_sql_str())
            .await;
        assert!(fits.is_ok(), "{}: {sql}", fits.err().unwrap());
    }
    let planted = "SELECT colour FROM shipment".into_sql_str();
    assert!(connection.prepare(planted).await.is_err(), "it is seen");
    Ok(())
}

/// Tables of which there is little to read.
const SMALL: [&str; 2] = ["shard_taker", "subscription"];

/// The tables that statements read from end to end, by the plan that Postgres makes once for all.
async fn long_reads(schema: &At, statements: &[String]) -> Outcome<Vec<String>> {
    let options: PgConnectOptions = schema.url().parse()?;
    let options = options.options(suite::postgres_writing());
    let mut connection = options.connect().await?;
    connection
        .execute("SET plan_cache_mode = force_generic_plan")
        .await?;
    let mut long = Vec::new();
    for sql in statements {
        let sql = sql.trim();
        if !["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"]
            .iter()
            .any(|verb| sql.starts_with(verb))
        {
            continue;
        }
        let bound = (1..=9).filter(|number| sql.contains(&format!("${number}")));
        let nulls = vec!["NULL"; bound.count()].join(", ");
        let nulls = Some(nulls).filter(|nulls| !nulls.is_empty());
        let nulls = nulls.map_or(String::new(), |nulls| format!("({nulls})"));
        let make = AssertSqlSafe(format!("PREPARE shown AS {sql}"));
        connection.execute(make).await?;
        let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE shown{nulls}"));
        for row in connection.fetch_all(explain).await? {
            let step: String = row.get(0);
            let table = step.split("Seq Scan on ").nth(1);
            let table = table.and_then(|rest| rest.split(' ').next());
            long.extend(
                table
                    .filter(|table| !SMALL.contains(table))
                    .map(|table| format!("{table}: {sql}")),
            );
        }
        connection.execute("DEALLOCATE shown").await?;
    }
    connection.close().await?;
    Ok(long)
}

/// Whatever a server made of a table while it was small.
async fn found_by_index(schema: Arc<At>) -> Outcome {
    schema.open().await?.close().await;
    let long = long_reads(&schema, &suite::postgres_statements()).await?;
    assert_eq!(long, Vec::<String>::new());
    let planted = "SELECT * FROM delivery WHERE last_status = $1".to_owned();
    let planted = long_reads(&schema, &[planted]).await?;
    assert_eq!(planted.len(), 1, "one that is not is seen");
    Ok(())
}

/// A commit whose connection is lost is an error to who asked; the next has a new connection.
async fn opened_again(schema: Arc<At>) -> Outcome {
    let (one, other) = (schema.open().await?, schema.open().await?);
    let mut head = other.head();
    one.apply(job(0)).await?;
    head.wait_for(|head| head.work == 1).await?;
    schema.cut("true").await?;
    let lost = one.apply(job(1)).await;
    assert!(lost.is_err(), "{lost:?}");
    assert!(one.apply(job(1)).await.is_ok());
    head.wait_for(|head| head.work == 2).await?;

    // One that only listens hears again what is written then.
    schema
        .cut("query LIKE 'LISTEN%' OR query LIKE '%log_head%'")
        .await?;
    let mut number = 2;
    while one.apply(job(number)).await.is_err() {
        number += 1;
    }
    head.wait_for(|head| head.work > 2).await?;
    Ok(())
}

/// Another that has stopped in the midst of a commit holds nobody up for ever.
async fn not_held_up(schema: Arc<At>) -> Outcome {
    let store = schema.open().await?;
    let mut stuck = PgConnection::connect(&schema.url()).await?;
    stuck.execute("BEGIN").await?;
    stuck.execute("SELECT * FROM log_head FOR UPDATE").await?;
    let refused = store.apply(job(0)).await;
    assert!(refused.is_err(), "{refused:?}");
    stuck.execute("ROLLBACK").await?;
    store.apply(job(0)).await?;
    store.ready().await?;
    Ok(())
}

/// Who sees to a restored database is alone with it: nobody comes meanwhile, and one whose session
/// was lost does not write.
async fn alone(schema: Arc<At>) -> Outcome {
    let store = schema.open().await?;
    let refused = Postgres::open_alone(&schema.url()).await.unwrap_err();
    assert!(refused.to_string().contains("has it open"), "{refused}");
    store.apply(job(0)).await?;
    schema.cut("true").await?;
    let alone = Postgres::open_alone(&schema.url()).await?;
    alone.apply(job(1)).await?;
    for _ in 0..2 {
        let refused = store.apply(job(2)).await;
        assert!(refused.is_err(), "{refused:?}");
    }
    let refused = schema.open().await.err().unwrap().to_string();
    assert!(refused.contains("being restored"), "{refused}");
    alone.close().await;
    store.apply(job(2)).await?;
    // Beside each other nobody is kept out.
    schema.open().await?.apply(job(3)).await?;
    Ok(())
}

fn trials() -> Vec<(&'static str, Run)> {
    let cases = suite::cases().into_iter().chain(suite::replicas());
    let cases = cases.map(|case| {
        let name = case.name;
        let run: Run = Box::new(|schema| async move { case.run(schema).await }.boxed());
        (name, run)
    });
    let mut trials: Vec<(&'static str, Run)> = cases.collect();
    trials.push((
        "server::every_statement_fits",
        Box::new(|at| statements_fit(at).boxed()),
    ));
    trials.push((
        "server::rows_are_found_by_index",
        Box::new(|at| found_by_index(at).boxed()),
    ));
    trials.push((
        "server::what_is_lost_is_opened_again",
        Box::new(|at| opened_again(at).boxed()),
    ));
    trials.push((
        "server::who_restores_is_alone",
        Box::new(|at| alone(at).boxed()),
    ));
    trials.push((
        "server::one_that_hangs_holds_nobody_up",
        Box::new(|at| not_held_up(at).boxed()),
    ));
    trials
}

fn main() -> ExitCode {
    let trials = trials().into_iter();
    let trials = trials.map(|(name, case)| Trial::ignorable_test(name, move || run(case)));
    let mut arguments = Arguments::from_args();
    // They wait for the server's disk.
    arguments.test_threads = arguments.test_threads.or(Some(4));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
