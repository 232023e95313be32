//! The processor time of another process, in nanoseconds.

use std::fs;
use std::time::Duration;

/// What all threads of `pid` have used so far: the first figure of each `schedstat`.
pub(crate) fn used(pid: u32) -> anyhow::Result<Duration> {
    let mut nanos = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let stat = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanos += stat
            .split_whitespace()
            .next()
            .unwrap_or("0")
            .parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}
