//! The command line as people and programs use it: a gateway started from the example
//! configuration, a sandbox beside it, and every command a process of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
#[path = "cli/batch.rs"]
mod batch;

const SHIPMENT: &str = "examples/shipment.json";

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_parcelgate"));
    program
        .current_dir(ROOT)
        .env_remove("PARCELGATE_KEY")
        .env_remove("PARCELGATE_SERVER");
    program
}

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A gateway from `examples/serve.toml` and the sandbox that it calls.
struct House {
    server: String,
    key: String,
    config: String,
    gateway: Process,
    _sandbox: Process,
    _folder: TempDir,
}

impl House {
    fn open() -> Self {
        let (sandbox, address) = sandbox();
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("test.db");
        let example = std::fs::read_to_string(Path::new(ROOT).join("examples/serve.toml")).unwrap();
        let config = example
            .replace("127.0.0.1:50051", "127.0.0.1:0")
            .replace("127.0.0.1:8080", "127.0.0.1:0")
            .replace("127.0.0.1:8090", &address)
            .replace("parcelgate.db", database.to_str().unwrap());
        let file = folder.path().join("serve.toml");
        std::fs::write(&file, config).unwrap();
        let config = file.to_str().unwrap().to_owned();
        let made = done(
            program()
                .args(["keys", "create", "test", "--output", "json", "--config"])
                .arg(&config),
        );
        let key = made["key"].as_str().unwrap().to_owned();
        let (gateway, server) = gateway(&config);
        Self {
            server,
            key,
            config,
            gateway,
            _sandbox: sandbox,
            _folder: folder,
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command
            .args(args)
            .env("PARCELGATE_SERVER", &self.server)
            .env("PARCELGATE_KEY", &self.key);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What a command that succeeds says to people.
    fn says(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", errors(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command that succeeds says to programs.
    fn tells(&self, args: &[&str]) -> Value {
        done(self.command(args).args(["--output", "json"]))
    }

    /// What a command that fails complains of.
    fn refuses(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
        errors(&output)
    }

    /// The first `count` entries of the log after `token`.
    fn watched(&self, token: &str, count: usize) -> Vec<Value> {
        let mut command = self.command(&["watch", "--since", token, "--output", "json"]);
        let mut watch = Process(command.stdout(Stdio::piped()).spawn().unwrap());
        let lines = BufReader::new(watch.0.stdout.as_mut().unwrap()).lines();
        lines
            .take(count)
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect()
    }
}

fn sandbox() -> (Process, String) {
    let mut child = Process(
        program()
            .args(["sandbox", "--listen", "127.0.0.1:0", "--output", "json"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    BufReader::new(child.0.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    let accounts = told["accounts"].as_array().unwrap();
    let ups = accounts.iter().find(|account| account["name"] == "ups");
    let url = ups.unwrap()["settings"]["token"].as_str().unwrap();
    let address = url
        .trim_start_matches("http://")
        .trim_end_matches("/ups")
        .to_owned();
    (child, address)
}

fn gateway(config: &str) -> (Process, String) {
    let mut child = Process(
        program()
            .args(["serve", "--config", config])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
    let address = lines.by_ref().map(Result::unwrap).find_map(|line| {
        let (_, rest) = line.split_once("gRPC on ")?;
        Some(rest.split(',').next()?.to_owned())
    });
    std::thread::spawn(move || lines.for_each(drop)); // so that the gateway's log never blocks it
    (
        child,
        format!("http://{}", address.expect("the gateway says where it is")),
    )
}

fn done(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", errors(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(text.trim_end()).unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn prices_are_shown_beside_each_other() {
    let house = House::open();
    let shown = house.says(&["rates", "--request", SHIPMENT, "--deliver-by", "2099-01-01"]);
    for text in [
        "UPS Worldwide Saver",
        "CNY",
        "USD",
        "cheapest",
        "best in time",
    ] {
        assert!(shown.contains(text), "{text} in\n{shown}");
    }
    let told = house.tells(&["rates", "--request", SHIPMENT]);
    let quotes = told["quotes"].as_array().unwrap();
    assert!(quotes.iter().any(|quote| quote["carrier"] == "ups"));
    assert!(quotes.iter().any(|quote| quote["carrier"] == "yanwen"));
    assert_eq!(told["failures"], serde_json::json!([]));

    // A parcel inside a country, by what fits on a line.
    let domestic = [
        "rates",
        "--from",
        "US:43137:OH:Lockbourne",
        "--to",
        "US:94115:CA:San Francisco",
        "--weight",
        "1.2kg",
        "--size",
        "30x20x10cm",
    ];
    let shown = house.says(&domestic);
    assert!(
        shown.contains("UPS Ground") && shown.contains("UNSUPPORTED"),
        "{shown}"
    );
}

#[test]
fn a_label_is_bought_once_tracked_and_voided() {
    let house = House::open();
    let folder = tempfile::tempdir().unwrap();
    let label = folder.path().join("label.pdf");
    let id = "0199f0c8-5f3e-7cc0-8d57-3f8a1c0b7a11";
    let ship = [
        "ship",
        "--request",
        SHIPMENT,
        "--service",
        "ups-ohio/65",
        "--request-id",
        id,
    ];
    let with_label = [&ship[..], &["--label", label.to_str().unwrap()]].concat();
    let first = house.tells(&with_label);
    assert_eq!(first["state"], "PURCHASED");
    assert!(std::fs::read(&label).unwrap().starts_with(b"%PDF-"));
    let second = house.tells(&ship);
    assert_eq!(second["name"], first["name"]);
    assert_eq!(second["parcels"], first["parcels"]);

    let number = first["parcels"][0]["tracking_number"].as_str().unwrap();
    let tracked = house.tells(&["track", number]);
    assert_eq!(tracked["tracking_number"], number);
    assert_eq!(tracked["shipment"], first["name"]);
    assert!(!tracked["events"].as_array().unwrap().is_empty());
    assert!(house.says(&["track", number, "--stored"]).contains(number));

    let once_more = ["ship", "--request", SHIPMENT, "--fastest"];
    assert!(house.refuses(&once_more).contains("allow_duplicate"));
    let meant = [&once_more[..], &["--allow-duplicate"]].concat();
    let other = house.tells(&meant);
    let old = first["name"].as_str().unwrap();
    let wrong = [
        "replace",
        old,
        "--reason",
        "wrong-item",
        "--request",
        SHIPMENT,
    ];
    let replaced = house.tells(&[&wrong[..], &["--service", "ups-ohio/65"]].concat());
    assert_eq!(replaced["original"]["state"], "VOIDED");
    assert_eq!(replaced["replacement"]["state"], "PURCHASED");
    assert_eq!(replaced["replacement"]["replaces"], old);
    let name = other["name"].as_str().unwrap();
    assert_eq!(house.tells(&["void", name])["state"], "VOIDED");
    assert_eq!(house.tells(&["void", name])["state"], "VOIDED");
}

#[test]
fn a_purchase_above_its_limit_is_refused() {
    let house = House::open();
    let limit = [
        "ship",
        "--request",
        SHIPMENT,
        "--service",
        "ups-ohio/65",
        "--max-total",
        "1.00:USD",
    ];
    let refused = house.refuses(&limit);
    assert!(refused.contains("--request-id"), "{refused}");
}

#[test]
fn a_watch_goes_on_where_it_stopped() {
    let house = House::open();
    house.tells(&["ship", "--request", SHIPMENT, "--service", "ups-ohio/65"]);
    let all = house.watched("0", 3);
    let kinds: Vec<&str> = all
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds[0], "shipment.accepted");
    let token = all[0]["resume_token"].as_str().unwrap();
    assert_eq!(house.watched(token, 2), all[1..]);
}

#[test]
fn carriers_and_accounts_tell_how_they_are() {
    let house = House::open();
    let shown = house.says(&["carriers"]);
    assert!(
        shown.contains("燕文") && shown.contains("ups-ohio"),
        "{shown}"
    );
    house.says(&["rates", "--request", SHIPMENT]);
    let status = house.tells(&["carriers", "ups-ohio"]);
    assert_eq!(status["carrier"], "ups");
    let asked = status["operations"].as_array().unwrap();
    assert!(
        asked
            .iter()
            .any(|operation| operation["operation"] == "quote"),
        "{status}"
    );
    assert!(house.refuses(&["carriers", "nobody"]).contains("ups-ohio"));
}

#[test]
fn a_key_does_what_its_scopes_say_until_it_is_revoked() {
    let house = House::open();
    let keys = |args: &[&str]| {
        let mut command = program();
        command
            .arg("keys")
            .args(args)
            .args(["--output", "json", "--config", &house.config]);
        done(&mut command)
    };
    let made = keys(&["create", "prices", "--scope", "rates.read"]);
    let secret = made["key"].as_str().unwrap();
    let listed = keys(&["list"]);
    let listed = listed.as_array().unwrap();
    let entry = listed.iter().find(|key| key["name"] == "prices").unwrap();
    assert!(!entry.to_string().contains(secret));

    let with =
        |key: &str, args: &[&str]| house.command(args).args(["--key", key]).output().unwrap();
    assert!(
        with(secret, &["rates", "--request", SHIPMENT])
            .status
            .success()
    );
    let refused = with(secret, &["carriers"]);
    assert!(
        errors(&refused).contains("scope carriers"),
        "{}",
        errors(&refused)
    );

    let unused = keys(&["create", "unused"]);
    let ids = keys(&["list"]);
    let entry = ids
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["name"] == "unused")
        .unwrap()
        .clone();
    keys(&["revoke", entry["id"].as_str().unwrap()]);
    let refused = with(unused["key"].as_str().unwrap(), &["carriers"]);
    assert!(
        errors(&refused).contains("parcelgate keys create"),
        "{}",
        errors(&refused)
    );
}

#[test]
fn an_error_says_what_to_do_next() {
    let house = House::open();
    let refused = house.refuses(&[
        "rates",
        "--from",
        "US:4313:OH:X",
        "--to",
        "ZZ:1",
        "--weight",
        "1kg",
    ]);
    for text in [
        "ship_from[0].postal_code",
        "ship_to.country",
        "INVALID_ARGUMENT",
    ] {
        assert!(refused.contains(text), "{text} in {refused}");
    }
    let output = house.run(&[
        "rates",
        "--request",
        SHIPMENT,
        "--key",
        "wrong",
        "--output",
        "json",
    ]);
    let told: Value = serde_json::from_str(&errors(&output)).unwrap();
    assert_eq!(told["error"]["code"], "UNAUTHENTICATED");
    assert!(
        told["error"]["next"]
            .as_str()
            .unwrap()
            .contains("keys create")
    );

    let nobody = ["carriers", "--server", "http://127.0.0.1:1"];
    assert!(house.refuses(&nobody).contains("parcelgate serve"));
    let missing = house.refuses(&["rates", "--request", "no-such-file.json"]);
    assert!(missing.contains("no-such-file.json"), "{missing}");
}

#[test]
fn a_gateway_that_is_told_to_stop_ends_well() {
    let mut house = House::open();
    let id = house.gateway.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(house.gateway.0.wait().unwrap().success());
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = program()
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut complaints = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaints)
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(complaints, "");
}

#[test]
fn a_shell_learns_every_command() {
    let output = program().args(["completions", "zsh"]).output().unwrap();
    let script = String::from_utf8(output.stdout).unwrap();
    for command in [
        "serve", "sandbox", "demo", "rates", "ship", "batch", "track", "watch", "void", "carriers",
        "keys",
    ] {
        assert!(script.contains(&format!("({command})")), "{command}");
    }
}
