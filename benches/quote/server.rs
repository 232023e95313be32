//! A server of the bench in a process of its own, which ends with it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::Context;

/// One that was started as `role` of this program.
pub(crate) struct Server {
    child: Child,
    _stdin: ChildStdin,
    /// What it told of itself.
    pub(crate) told: Vec<String>,
}

impl Server {
    /// Gives it one line of `input`, and waits for the line that it answers with.
    pub(crate) fn start(role: &str, input: &str) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut stdin = child.stdin.take().context("no stdin")?;
        writeln!(stdin, "{input}")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut line)?;
        let told = line.split_whitespace().map(str::to_owned).collect();
        Ok(Self {
            child,
            _stdin: stdin,
            told,
        })
    }

    /// Where it is.
    pub(crate) fn address(&self) -> anyhow::Result<&str> {
        self.told(0)
    }

    /// A word of what it told.
    pub(crate) fn told(&self, index: usize) -> anyhow::Result<&str> {
        let word = self.told.get(index).map(String::as_str);
        word.context("the server told too little of itself")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Returns when whoever started this process is gone.
pub(crate) async fn stdin_ends() {
    let _ended = tokio::task::spawn_blocking(|| {
        std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())
    })
    .await;
}
