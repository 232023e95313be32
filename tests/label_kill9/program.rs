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

/// A gateway that lives. Dropped, it is killed.
pub(crate) struct Program {
    child: Mutex<Child>,
    address: Mutex<Option<oneshot::Receiver<String>>>,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parcelgate"));
    command
        .env_remove("PARCELGATE_CONFIG")
        .env_remove("PARCELGATE_KEY")
        .env_remove("PARCELGATE_SERVER");
    command
}

/// Makes a key for every caller.
pub(crate) fn create_key(config: &Path) -> String {
    let mut command = command();
    command.args(["keys", "create", "test", "--output", "json", "--config"]);
    let output = command.arg(config).output().expect("keys create");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    told.get("key").and_then(Value::as_str).unwrap().to_owned()
}

impl Program {
    /// Starts `serve` and does not wait for it.
    pub(crate) fn start(config: &Path, panics: &Arc<Mutex<Vec<String>>>) -> Self {
        let mut command = command();
        command.args(["serve", "--config"]).arg(config);
        let child = command.stderr(Stdio::piped()).spawn();
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
                } else if let Some(door) = door_in(&line) {
                    let _gone = tell.take().map(|tell| tell.send(door));
                }
            }
        });
        Self {
            child: Mutex::new(child),
            address: Mutex::new(Some(told)),
        }
    }

    /// Where it can be called, once it can.
    pub(crate) async fn address(&self) -> String {
        let address = self.address.lock().unwrap().take();
        let address = address.expect("asked for once");
        let told = tokio::time::timeout(READY_MAX, address).await;
        told.expect("it is ready in time")
            .expect("it says where it is")
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
fn door_in(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("gRPC on ")?;
    Some(format!("http://{}", rest.split(',').next()?))
}
