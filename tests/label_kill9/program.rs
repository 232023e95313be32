//! The program, as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

/// How long a gateway may take to be ready, and a process to end.
const READY_MAX: Duration = Duration::from_secs(30);

/// The program itself.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_parcelgate");

/// A gateway that lives. Dropped, it is killed.
pub(crate) struct Program {
    child: Mutex<Child>,
    doors: Mutex<Option<oneshot::Receiver<Doors>>>,
}

/// Where a gateway can be called.
#[derive(Debug, Clone)]
pub(crate) struct Doors {
    pub(crate) grpc: String,
    pub(crate) http: String,
}

/// Says to the program what `arguments` say, and nothing that the machine says to other gateways.
fn said(mut command: Command, arguments: &[&str], config: &Path) -> Command {
    command
        .args(arguments)
        .arg("--config")
        .arg(config)
        .env_remove("PARCELGATE_CONFIG")
        .env_remove("PARCELGATE_KEY")
        .env_remove("PARCELGATE_SERVER");
    command
}

/// Makes a key for every caller.
pub(crate) fn create_key(config: &Path) -> String {
    let arguments = ["keys", "create", "test", "--output", "json"];
    let output = said(Command::new(PROGRAM), &arguments, config).output();
    let output = output.expect("keys create");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    told.get("key").and_then(Value::as_str).unwrap().to_owned()
}

impl Program {
    /// Starts `serve` and does not wait for it.
    pub(crate) fn start(config: &Path, panics: &Arc<Mutex<Vec<String>>>) -> Self {
        Self::start_by(Command::new(PROGRAM), config, panics)
    }

    /// The same, by a command that runs the program.
    pub(crate) fn start_by(
        command: Command,
        config: &Path,
        panics: &Arc<Mutex<Vec<String>>>,
    ) -> Self {
        let child = said(command, &["serve"], config)
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.expect("the program starts");
        let words = BufReader::new(child.stderr.take().expect("its standard error"));
        let (tell, told) = oneshot::channel();
        let panics = Arc::clone(panics);
        // Read to its end, so that the log never holds the program up.
        std::thread::spawn(move || {
            let mut tell = Some(tell);
            for line in words.lines().map_while(Result::ok) {
                if line.contains("panicked") {
                    panics.lock().unwrap().push(line);
                } else if let Some(doors) = doors_in(&line) {
                    let _gone = tell.take().map(|tell| tell.send(doors));
                }
            }
        });
        Self {
            child: Mutex::new(child),
            doors: Mutex::new(Some(told)),
        }
    }

    /// Where it can be called, once it can; nothing when it ended before.
    pub(crate) async fn doors(&self) -> Option<Doors> {
        let doors = self.doors.lock().unwrap().take();
        let doors = doors.expect("asked for once");
        let told = tokio::time::timeout(READY_MAX, doors).await;
        told.expect("it is ready in time").ok()
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// Kills it as a power cut does, and waits until the system knows.
    pub(crate) fn kill(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _dead = child.kill();
        let _status = child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Where a gateway says that it can be called.
fn doors_in(line: &str) -> Option<Doors> {
    let (_, rest) = line.split_once("gRPC on ")?;
    let (grpc, rest) = rest.split_once(", HTTP on ")?;
    Some(Doors {
        grpc: grpc.to_owned(),
        http: rest.split([',', ' ']).next()?.to_owned(),
    })
}
