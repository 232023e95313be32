//! What becomes of a disk.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use parcelgate_clock::{instant, sleep};

/// What happens to the gateway's writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disk {
    /// The gateway is killed as it asks for what it wrote, for so manieth time, to be made durable.
    KillsAt(usize),
    /// What it wrote is not made durable, that one time, and it is told so.
    FailsAt(usize),
}

impl Disk {
    /// `program`, to be run on such a disk. Each thread counts by itself; only one writes to the
    /// database. The tracer is the program's grandchild, so that who kills the child kills it.
    pub(crate) fn command(self, program: &str, words: &Path) -> Command {
        let fault = match self {
            Self::KillsAt(when) => format!("signal=SIGKILL:when={when}"),
            Self::FailsAt(when) => format!("error=EIO:when={when}"),
        };
        let mut command = Command::new("strace");
        command
            .args(["-D", "-f", "-qq", "-o"])
            .arg(words)
            .args(["-e", "trace=fsync,fdatasync"])
            .args(["-e", &format!("inject=fsync,fdatasync:{fault}")])
            .arg(program);
        command
    }

    /// Whether it came to that, by the tracer's own words.
    pub(crate) fn is_met(self, words: &Path) -> bool {
        let words = fs::read_to_string(words).expect("what was traced");
        match self {
            Self::KillsAt(_) => words.contains("+++ killed by SIGKILL +++"),
            Self::FailsAt(_) => words.contains("(INJECTED)"),
        }
    }
}

/// While it is there nothing that a gateway writes is made durable, and the gateway is told so.
pub(crate) struct Broken(Child);

/// How long it may take to come between a program and its disk.
const PATIENCE: Duration = Duration::from_secs(10);

impl Broken {
    pub(crate) async fn under(pid: u32) -> Self {
        let mut strace = Command::new("strace");
        let strace = strace
            .args([
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=fsync,fdatasync",
            ])
            .args(["-e", "inject=fsync,fdatasync:error=EIO"])
            .args(["-p", &pid.to_string()]);
        let broken = Self(strace.spawn().expect("strace starts"));
        let until = instant() + PATIENCE;
        while !is_traced(pid) {
            assert!(instant() < until, "strace does not come between");
            sleep(Duration::from_millis(5)).await;
        }
        broken
    }

    /// The disk is good again.
    pub(crate) fn mend(mut self) {
        // It lets go of what it traces when it is asked to end, and not when it is killed.
        let pid = self.0.id().to_string();
        let ended = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(ended.is_ok_and(|status| status.success()));
        let _status = self.0.wait();
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        let _gone = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// Whether all threads of a process have a tracer.
fn is_traced(pid: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("it lives");
    let mut states = threads.flatten().map(|thread| {
        let state = fs::read_to_string(thread.path().join("status"));
        state.unwrap_or_default()
    });
    states.all(|state| !state.contains("TracerPid:\t0\n"))
}
