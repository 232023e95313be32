//! The queue of jobs.

use std::collections::BTreeSet;

use serde_json::json;

use super::cells::{Cells, maybe_micros, micros};
use super::connection::Connection;
use super::group::ForJobs;
use super::statement::{self, Statement};
use crate::{Job, JobId, Result, Tenant};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[WANTED, WANTED_BY_KEY, CLAIM, SAVE, DELETE];

const WANTED: &str = "
    SELECT j.* FROM json_each($1) AS w
    JOIN job AS j ON j.tenant = w.value->>0 AND j.id = w.value->>1";

const WANTED_BY_KEY: &str = "
    SELECT j.* FROM json_each($1) AS w
    JOIN job AS j ON j.tenant = w.value->>0 AND j.name = w.value->>1
        AND j.dedupe_key = w.value->>2 AND j.dedupe_key IS NOT NULL AND j.dead = 0";

const CLAIM: &str = "
    UPDATE job SET attempts = attempts + 1, lease_until = $2, owner = $5
    WHERE (tenant, id) IN (
        SELECT tenant, id FROM job
        WHERE dead = 0 AND run_at <= $1 AND coalesce(lease_until, $1) <= $1
          AND name IN (SELECT value->>0 FROM json_each($4))
        ORDER BY run_at LIMIT $3)
    RETURNING *";

const SAVE: &str = "
    INSERT INTO job (tenant, id, name, payload, run_at, attempts, lease_until, owner, dedupe_key,
                     rerun_at, last_error, dead)
    SELECT value->>'tenant', value->>'id', value->>'name', value->>'payload',
           CAST(value->>'run_at' AS BIGINT), CAST(value->>'attempts' AS BIGINT),
           CAST(value->>'lease_until' AS BIGINT), value->>'owner', value->>'dedupe_key',
           CAST(value->>'rerun_at' AS BIGINT), value->>'last_error',
           CAST(value->>'dead' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, id) DO UPDATE SET
        run_at = excluded.run_at, lease_until = excluded.lease_until, owner = excluded.owner,
        rerun_at = excluded.rerun_at, last_error = excluded.last_error, dead = excluded.dead";

const DELETE: &str = "
    DELETE FROM job WHERE (tenant, id) IN (SELECT value->>0, value->>1 FROM json_each($1))";

pub(super) async fn load(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, JobId)>,
) -> Result<Vec<Job>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    statement::all(on, Statement::of(WANTED).json(wanted)?, read).await
}

pub(super) async fn load_by_key(
    on: &mut Connection,
    wanted: &BTreeSet<(Tenant, String, String)>,
) -> Result<Vec<Job>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let statement = Statement::of(WANTED_BY_KEY).json(wanted)?;
    statement::all(on, statement, read).await
}

pub(super) async fn save<'a>(
    on: &mut Connection,
    jobs: impl Iterator<Item = &'a Job>,
) -> Result<()> {
    let row = |job: &Job| {
        json!({
            "tenant": job.tenant,
            "id": job.id,
            "name": job.name,
            "payload": job.payload,
            "run_at": micros(job.run_at),
            "attempts": job.attempts,
            "lease_until": maybe_micros(job.lease_until),
            "owner": job.owner,
            "dedupe_key": job.dedupe_key,
            "rerun_at": maybe_micros(job.rerun_at),
            "last_error": job.last_error,
            "dead": i64::from(job.dead),
        })
    };
    statement::write(on, SAVE, jobs.map(row).collect()).await
}

pub(super) async fn delete<'a>(
    on: &mut Connection,
    keys: impl Iterator<Item = &'a (Tenant, JobId)>,
) -> Result<()> {
    statement::write(on, DELETE, keys.map(|key| json!(key)).collect()).await
}

pub(super) async fn claim(on: &mut Connection, wanted: &ForJobs) -> Result<Vec<Job>> {
    let ForJobs {
        names,
        owner,
        claim,
    } = wanted;
    let names: Vec<_> = names.iter().map(|name| [name]).collect();
    let statement = Statement::of(CLAIM)
        .int(micros(claim.now))
        .int(micros(claim.lease_until))
        .int(claim.limit)
        .json(&names)?
        .text(owner);
    let mut jobs = statement::all(on, statement, read).await?;
    jobs.sort_by_key(|job| job.run_at);
    Ok(jobs)
}

fn read(row: &Cells<'_>) -> Result<Job> {
    Ok(Job {
        tenant: row.parsed("tenant")?,
        id: row.parsed("id")?,
        name: row.text("name")?,
        payload: row.text("payload")?,
        run_at: row.time("run_at")?,
        attempts: row.number("attempts")?,
        lease_until: row.maybe_time("lease_until")?,
        owner: row.maybe_text("owner")?,
        dedupe_key: row.maybe_text("dedupe_key")?,
        rerun_at: row.maybe_time("rerun_at")?,
        last_error: row.maybe_text("last_error")?,
        dead: row.flag("dead")?,
    })
}
