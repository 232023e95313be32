//! A NATS server of one's own, and what is in its streams by the protocol's own words: what writes
//! to it is not what reads it here.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parcelgate_clock::instant;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a server may take to be there.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the program is.
pub(crate) fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path);
    let mut places = places.chain([PathBuf::from("/usr/sbin")]);
    places.find_map(|place| Some(place.join("nats-server")).filter(|file| file.is_file()))
}

/// A server with JetStream, which goes with its owner.
pub(crate) struct Server {
    port: u16,
    folder: TempDir,
    child: Option<Child>,
}

/// A message as the stream has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) subject: String,
    pub(crate) id: String,
    pub(crate) body: Vec<u8>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Self {
            port,
            folder,
            child: None,
        };
        server.begin();
        server
    }

    /// Begins anew with what was kept.
    pub(crate) fn begin(&mut self) {
        let child = Command::new(program().expect("nats-server"))
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string()])
            .arg("--jetstream")
            .arg("--store_dir")
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let child = self.child.insert(child.expect("it starts"));
        let until = instant() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(child.try_wait().expect("a child").is_none(), "it has ended");
            assert!(instant() < until, "it does not listen");
            sleep(Duration::from_millis(10));
        }
    }

    /// Dies in the midst of whatever it does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = child.kill().and_then(|()| child.wait());
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// All messages of a stream, in its order.
    pub(crate) fn messages(&self, stream: &str) -> Vec<Stored> {
        let mut line = Line::open(self.port);
        let info = line.ask(&format!("$JS.API.STREAM.INFO.{stream}"), &json!({}));
        let last = info["state"]["last_seq"].as_u64().unwrap_or(0);
        let get = format!("$JS.API.STREAM.MSG.GET.{stream}");
        let found =
            (1..=last).map(|seq| stored(&line.ask(&get, &json!({ "seq": seq }))["message"]));
        found.collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn stored(message: &Value) -> Stored {
    let bytes = |field: &str| {
        let text = message[field].as_str().expect("a field of every message");
        BASE64_STANDARD.decode(text).expect("base64")
    };
    let headers = String::from_utf8(bytes("hdrs")).expect("headers are text");
    let id = headers.lines().find_map(|line| {
        line.split_once(':')
            .filter(|(name, _)| *name == "Nats-Msg-Id")
    });
    Stored {
        subject: message["subject"].as_str().expect("a subject").to_owned(),
        id: id.expect("a name").1.trim().to_owned(),
        body: bytes("data"),
    }
}

/// A client of a few words.
struct Line(BufReader<TcpStream>);

impl Line {
    fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a server");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let mut line = Self(BufReader::new(stream));
        line.say(b"CONNECT {\"verbose\":false}\r\nSUB answers 1\r\n");
        line
    }

    fn say(&mut self, words: &[u8]) {
        self.0.get_mut().write_all(words).expect("it listens");
    }

    fn ask(&mut self, subject: &str, question: &Value) -> Value {
        let question = question.to_string();
        let words = format!("PUB {subject} answers {}\r\n{question}\r\n", question.len());
        self.say(words.as_bytes());
        loop {
            let mut words = String::new();
            self.0.read_line(&mut words).expect("it answers");
            if words.starts_with("PING") {
                self.say(b"PONG\r\n");
            }
            if let Some(size) = words.strip_prefix("MSG answers 1 ") {
                let mut answer = vec![0; size.trim().parse().expect("a size")];
                self.0.read_exact(&mut answer).expect("a whole answer");
                return serde_json::from_slice(&answer).expect("JSON");
            }
        }
    }
}
