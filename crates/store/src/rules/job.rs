//! Jobs.

use super::ledger::{Ledger, Now};
use crate::{Error, Job, JobId, JobReport, NewJob, Result};

impl Ledger {
    pub(super) fn enqueue(&mut self, now: &Now<'_>, new: NewJob) -> Result<()> {
        let dedupe = new.dedupe_key.clone();
        let dedupe = dedupe.map(|key| (now.tenant.clone(), new.name.clone(), key));
        let same = dedupe.as_ref().and_then(|key| self.dedupes.get(key));
        if let Some(same) = same.cloned() {
            return self.enqueue_again(now, same, &new);
        }
        let row = (now.tenant.clone(), new.id.clone());
        if self.jobs.get(&row).is_some() {
            return Err(Error::Taken(format!("job {}", new.id)));
        }
        if let Some(dedupe) = dedupe {
            self.dedupes.put(dedupe, new.id.clone());
        }
        let job = Job {
            tenant: now.tenant.clone(),
            id: new.id,
            name: new.name,
            payload: new.payload,
            run_at: new.run_at,
            attempts: 0,
            lease_until: None,
            owner: None,
            dedupe_key: new.dedupe_key,
            rerun_at: None,
            last_error: None,
            dead: false,
        };
        self.jobs.put(row, job);
        Ok(())
    }

    fn enqueue_again(&mut self, now: &Now<'_>, same: JobId, new: &NewJob) -> Result<()> {
        let mut job = self.own_job(now, &same)?;
        // One that runs may already have looked at what it should now look at again.
        if job.lease_until.is_some_and(|until| until > now.at) {
            let rerun_at = job.rerun_at.unwrap_or(new.run_at);
            job.rerun_at = Some(rerun_at.min(new.run_at));
        } else {
            job.run_at = job.run_at.min(new.run_at);
        }
        self.jobs.put((now.tenant.clone(), same), job);
        Ok(())
    }

    pub(super) fn report_job(
        &mut self,
        now: &Now<'_>,
        id: JobId,
        attempt: u32,
        report: JobReport,
    ) -> Result<()> {
        let mut job = self.own_job(now, &id)?;
        if job.dead || job.attempts != attempt {
            return Err(Error::LeaseLost(format!("job {id}")));
        }
        job.lease_until = None;
        job.owner = None;
        let rerun_at = job.rerun_at.take();
        match (report, rerun_at) {
            (JobReport::Done, None) => {
                self.forget_dedupe(now, &job);
                self.jobs.remove((now.tenant.clone(), id));
                return Ok(());
            }
            (JobReport::Done, Some(at)) => {
                // Attempts go on counting, so that a stale report of the first run stays stale.
                job.run_at = at;
                job.last_error = None;
            }
            (JobReport::Retry { at, error }, rerun_at) => {
                job.run_at = rerun_at.map_or(at, |rerun_at| rerun_at.min(at));
                job.last_error = error;
            }
            (JobReport::Dead { error }, Some(at)) => {
                // Asked for anew meanwhile.
                job.run_at = at;
                job.last_error = Some(error);
            }
            (JobReport::Dead { error }, None) => {
                self.forget_dedupe(now, &job);
                job.dead = true;
                job.last_error = Some(error);
            }
        }
        self.jobs.put((now.tenant.clone(), id), job);
        Ok(())
    }

    fn forget_dedupe(&mut self, now: &Now<'_>, job: &Job) {
        if let Some(key) = job.dedupe_key.clone() {
            let row = (now.tenant.clone(), job.name.clone(), key);
            self.dedupes.remove(row);
        }
    }

    fn own_job(&self, now: &Now<'_>, id: &JobId) -> Result<Job> {
        let row = (now.tenant.clone(), id.clone());
        let job = self.jobs.get(&row).cloned();
        job.ok_or_else(|| Error::Missing(format!("job {id}")))
    }
}
