//! `parcelgate demo`, run as a stranger runs it: labels that scan, parcels that arrive, webhooks
//! that verify, bad lines that are named.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Output, Stdio};
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use tempfile::TempDir;

const ORDERS: &str = include_str!("../examples/orders.tsv");
/// Lines of the example that the small runs ship: lines 3 and 4 are one order.
const SMALL: [usize; 5] = [2, 3, 4, 5, 27];
/// Every carrier, and the currency that it is paid in.
const CARRIERS: [(&str, &str); 6] = [
    ("dhl", "EUR"),
    ("fedex", "USD"),
    ("fourpx", "CNY"),
    ("ups", "USD"),
    ("usps", "USD"),
    ("yanwen", "CNY"),
];

#[path = "demo/scanning.rs"]
mod scanning;

type Outcome = Result<(), Failed>;

fn main() -> ExitCode {
    let mut trials = vec![
        Trial::test(
            "every_order_ends_with_a_label_and_a_delivered_parcel",
            delivered,
        ),
        Trial::test("every_carrier_sold_a_label", carriers),
        Trial::test("the_shops_rule_is_kept", rules),
        Trial::test("what_a_carrier_was_still_at_work_on_is_finished", later),
        Trial::test("the_same_seed_gives_the_same_day", same_day),
        Trial::test("every_webhook_that_was_sent_was_verified", webhooks),
        Trial::test(
            "what_is_shown_holds_prices_timelines_and_the_summary",
            shown,
        ),
        Trial::test("a_bad_line_is_named_and_the_rest_is_shipped", bad_line),
        Trial::test("a_file_without_a_good_order_ends_with_2", nothing_to_ship),
        Trial::test("a_file_without_the_columns_names_them_all", no_columns),
        Trial::test("programs_get_the_summary_and_nothing_else", for_programs),
    ];
    trials.push(Trial::test(
        "a_demo_that_is_stopped_leaves_nothing_behind",
        stopped,
    ));
    trials.extend([labels_trial(), python_trial()]);
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The example's header and so many of its lines, counted as an editor counts them.
fn orders(lines: &[usize]) -> String {
    let all: Vec<&str> = ORDERS.lines().collect();
    let picked = std::iter::once(0).chain(lines.iter().map(|line| line - 1));
    picked.map(|index| format!("{}\n", all[index])).collect()
}

struct Run {
    folder: TempDir,
    output: Output,
}

impl Run {
    fn of(orders: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.tsv");
        std::fs::write(&file, orders).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_parcelgate"))
            .args(["demo", "--day", "100ms", "--orders"])
            .arg(&file)
            .arg("--out")
            .arg(folder.path().join("out"))
            .args(more)
            .output()
            .unwrap();
        Self { folder, output }
    }

    /// The whole example, which several tests look at.
    fn whole() -> &'static Self {
        static RUN: OnceLock<Run> = OnceLock::new();
        RUN.get_or_init(|| Self::of(ORDERS, &[]))
    }

    fn out(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    fn errors(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    fn summary(&self) -> Value {
        let text = std::fs::read(self.folder.path().join("out/summary.json"));
        let text = text.unwrap_or_else(|_| panic!("no summary:\n{}{}", self.out(), self.errors()));
        serde_json::from_slice(&text).unwrap()
    }

    fn parcels(&self) -> Vec<Value> {
        self.summary()["parcels"].as_array().unwrap().clone()
    }

    fn label(&self, parcel: &Value) -> Vec<u8> {
        let label = parcel["label"].as_str().expect("a label");
        std::fs::read(self.folder.path().join("out").join(label)).unwrap()
    }
}

fn ensure(holds: bool, what: impl std::fmt::Display) -> Outcome {
    if holds {
        Ok(())
    } else {
        Err(Failed::from(what.to_string()))
    }
}

fn delivered() -> Outcome {
    let run = Run::whole();
    let summary = run.summary();
    ensure(run.output.status.code() == Some(0), run.errors())?;
    let parcels = run.parcels();
    let orders: BTreeSet<&str> = ORDERS.lines().skip(1).map(order_of).collect();
    let shipped = parcels.iter().map(|parcel| text(parcel, "order_id"));
    ensure(shipped.collect::<BTreeSet<_>>() == orders, &summary)?;
    ensure(summary["orders"] == orders.len(), &summary)?;
    ensure(summary["delivered"] == orders.len(), &summary)?;
    for parcel in &parcels {
        ensure(parcel["status"] == "DELIVERED", parcel)?;
        ensure(run.label(parcel).starts_with(b"%PDF-"), parcel)?;
        let (carrier, number) = (text(parcel, "carrier"), text(parcel, "tracking_number"));
        parcelgate_tracking_number::validate(carrier, number).map_err(|error| error.to_string())?;
    }
    ensure(summary["seconds"].is_number(), &summary)
}

fn order_of(line: &str) -> &str {
    line.split('\t').next().unwrap()
}

fn text<'a>(parcel: &'a Value, member: &str) -> &'a str {
    parcel[member]
        .as_str()
        .unwrap_or_else(|| panic!("{member} of {parcel}"))
}

fn carriers() -> Outcome {
    let summary = Run::whole().summary();
    let told = summary["carriers"].as_object().unwrap();
    ensure(told.len() == CARRIERS.len(), &summary)?;
    for (name, currency) in CARRIERS {
        let spent = &told[name];
        let own: Vec<Value> = Run::whole()
            .parcels()
            .into_iter()
            .filter(|parcel| parcel["carrier"] == name)
            .collect();
        ensure(!own.is_empty() && spent["labels"] == own.len(), spent)?;
        let prices = own.iter().filter_map(|parcel| parcel["price"].as_str());
        let minor = |price: &str| {
            let (amount, of) = price.split_once(' ').unwrap_or((price, currency));
            assert_eq!(of, currency, "{name}");
            amount.replace('.', "").parse::<u64>().unwrap()
        };
        let sum: u64 = prices.clone().map(minor).sum();
        let unpriced = own.len() - prices.count();
        ensure(spent["unpriced"] == unpriced, spent)?;
        ensure(sum > 0, spent)?;
        let total = spent["totals"][currency].as_str().unwrap();
        ensure(minor(total) == sum, spent)?;
    }
    // DHL Paket's prices stand in a contract, those of all others are told.
    ensure(told["dhl"]["unpriced"] == 3, &summary)
}

fn rules() -> Outcome {
    let parcels = Run::whole().parcels();
    let header: Vec<&str> = ORDERS.lines().next().unwrap().split('\t').collect();
    let column = header.iter().position(|name| *name == "ship-via").unwrap();
    let mut ruled = 0;
    for line in ORDERS.lines().skip(1) {
        let parcel = parcels
            .iter()
            .find(|parcel| parcel["order_id"] == order_of(line));
        let parcel = parcel.unwrap();
        let rule: Vec<&str> = line.split('\t').nth(column).unwrap().split(' ').collect();
        if rule == [""] {
            ensure(parcel["by_rule"] == false, parcel)?;
            continue;
        }
        ruled += 1;
        let (carrier, service) = (text(parcel, "carrier"), text(parcel, "service"));
        let allows = |way: &&str| match way.split_once('/') {
            Some((name, only)) => name.starts_with(carrier) && only == service,
            None => *way == carrier,
        };
        ensure(rule.iter().any(allows), parcel)?;
    }
    ensure(
        ruled > 5 && ruled < parcels.len() / 2,
        "most orders have no rule",
    )
}

/// 4PX takes the order of F3 and shows it minutes later, on the parcels' clock.
fn later() -> Outcome {
    let out = Run::whole().out();
    let parcels = Run::whole().parcels();
    let mut asynchronous = parcels.iter().filter(|parcel| parcel["service"] == "F3");
    let parcel = asynchronous.next().unwrap();
    let waiting = out.find("later fourpx F3 is still at work").unwrap();
    let label = format!("label {}", text(parcel, "tracking_number"));
    let came = out.find(&label).unwrap();
    ensure(
        waiting < came,
        "the label was there before the carrier had finished",
    )?;
    ensure(asynchronous.next().is_none(), "one order goes by F3")
}

fn same_day() -> Outcome {
    let lines = [2, 3, 4, 9, 12, 27];
    let bought = |seed: &str| {
        let parcels = Run::of(&orders(&lines), &["--seed", seed]).parcels();
        let told = parcels.iter().map(|parcel| {
            let of = |member| text(parcel, member).to_owned();
            (of("order_id"), of("service"), of("tracking_number"))
        });
        told.collect::<Vec<_>>()
    };
    let once = bought("7");
    ensure(once.len() == lines.len() - 1, "an order is missing")?;
    ensure(once == bought("7"), "the same seed gives other labels")?;
    ensure(once != bought("8"), "another seed gives the same labels")
}

fn webhooks() -> Outcome {
    let run = Run::whole();
    let summary = run.summary();
    let sent = summary["webhooks_sent"].as_u64().unwrap();
    // Each parcel is bought, scanned, under way and delivered, at least.
    let least = 4 * u64::try_from(run.parcels().len()).unwrap();
    ensure(sent >= least, &summary)?;
    ensure(summary["webhooks_verified"] == sent, &summary)?;
    let checked = format!("{sent} of {sent} sent, signatures checked");
    let out = run.out().split_whitespace().collect::<Vec<_>>().join(" ");
    ensure(out.contains(&checked), format!("{checked} in\n{out}"))
}

fn shown() -> Outcome {
    let out = Run::whole().out();
    for parcel in Run::whole().parcels() {
        for member in ["order_id", "tracking_number"] {
            let text = text(&parcel, member);
            ensure(out.matches(text).count() >= 2, format!("{text} in\n{out}"))?;
        }
    }
    for text in [
        "6 carriers",
        "Worldwide Expedited",
        "Ground Advantage",
        "cheapest in time",
        "by the shop's rule",
        "excluded",
        "takes no batteries",
        "DELIVERED",
        "in time",
        "3 by contract",
        "webhooks verified",
    ] {
        ensure(out.contains(text), format!("{text} in\n{out}"))?;
    }
    for (carrier, _) in CARRIERS {
        let way = format!("  {carrier}  DELIVERED");
        ensure(
            out.contains(&way),
            format!("a whole way of {carrier} in\n{out}"),
        )?;
    }
    ensure(!out.contains('\u{1b}'), "a pipe gets no colours")
}

fn bad_line() -> Outcome {
    // Line 3 and 4 of the file are one order; line 4 is spoiled twice.
    let good = orders(&SMALL);
    let lines: Vec<&str> = good.lines().collect();
    let header: Vec<&str> = lines[0].split('\t').collect();
    let mut fields: Vec<&str> = lines[3].split('\t').collect();
    for (column, value) in [("sku", "NO-SUCH-THING"), ("ship-postal-code", "ABC")] {
        fields[header.iter().position(|name| *name == column).unwrap()] = value;
    }
    let spoiled = good.replace(lines[3], &fields.join("\t"));
    let run = Run::of(&spoiled, &[]);
    let errors = run.errors();
    ensure(run.output.status.code() == Some(0), &errors)?;
    ensure(errors.contains("line 4, sku: \"NO-SUCH-THING\""), &errors)?;
    ensure(errors.contains("line 4, ship-postal-code"), &errors)?;
    let left_out = lines[3].split('\t').next().unwrap();
    ensure(
        errors.contains(&format!("left out: order {left_out}")),
        &errors,
    )?;
    let summary = run.summary();
    ensure(
        summary["orders"] == 3 && summary["delivered"] == 3,
        &summary,
    )
}

fn nothing_to_ship() -> Outcome {
    let run = Run::of(&orders(&[]), &[]);
    ensure(run.output.status.code() == Some(2), run.errors())?;
    ensure(
        !run.folder.path().join("out/summary.json").exists(),
        "a summary of nothing",
    )
}

fn no_columns() -> Outcome {
    let run = Run::of("order-id\tsku\n1\t2\n", &[]);
    ensure(run.output.status.code() == Some(1), run.errors())?;
    for column in ["promise-date", "ship-country", "recipient-name"] {
        ensure(run.errors().contains(column), run.errors())?;
    }
    Ok(())
}

fn for_programs() -> Outcome {
    let run = Run::of(&orders(&[5]), &["--output", "json"]);
    let out: Value =
        serde_json::from_str(run.out().trim_end()).map_err(|error| error.to_string())?;
    ensure(out == run.summary(), run.out())?;
    ensure(run.errors().is_empty(), run.errors())
}

/// The database holds names and addresses: it must not outlive the demo, however that ends.
fn stopped() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_parcelgate"))
        .args(["demo", "--day", "1h", "--out"])
        .arg(folder.path().join("out"))
        .env("TMPDIR", &temporary)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut demo = Kept(demo);
    let mut lines = BufReader::new(demo.0.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let sold = lines.find(|line| line.starts_with("  label "));
    std::thread::spawn(move || lines.for_each(drop)); // a full pipe would hold the demo up
    ensure(sold.is_some(), "nothing was sold")?;
    ensure(
        temporary.read_dir().unwrap().count() == 1,
        "no database in TMPDIR",
    )?;
    ensure(demo.stop() == Some(1), "it was not told to stop")?;
    ensure(
        temporary.read_dir().unwrap().count() == 0,
        "the database is left behind",
    )
}

/// A trial that needs more than this program: ignored where that is missing, but failing in CI.
fn needing(name: &str, missing: &[&str], trial: fn() -> Outcome) -> Trial {
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let ignored = !missing.is_empty() && !in_ci;
    let missing = missing.join(" and ");
    let run = move || {
        ensure(missing.is_empty(), format!("{missing} must be installed"))?;
        trial()
    };
    Trial::test(name, run).with_ignored_flag(ignored)
}

/// Prints every label as a printer would and reads its barcode as a scanner would.
fn labels_trial() -> Trial {
    let tools = ["pdftoppm", "zbarimg"];
    let missing: Vec<&str> = tools.into_iter().filter(|tool| !is_there(tool)).collect();
    needing(
        "the_barcode_of_every_label_is_its_tracking_number",
        &missing,
        scanning::labels_scan,
    )
}

fn is_there(tool: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(tool).is_file())
}

/// A client without a line of ours, which knows the interface only by asking for it.
fn python_trial() -> Trial {
    let import = ["-c", "import grpc, grpc_reflection"];
    let found = Command::new("python3")
        .args(import)
        .stderr(Stdio::null())
        .status();
    let found = found.is_ok_and(|status| status.success());
    let missing: &[&str] = if found {
        &[]
    } else {
        &["grpcio and grpcio-reflection for python3"]
    };
    needing(
        "a_client_of_reflection_alone_quotes_buys_and_watches",
        missing,
        python,
    )
}

/// A demo that is left running, and told to stop in the end.
struct Kept(Child);

impl Kept {
    fn stop(&mut self) -> Option<i32> {
        let id = self.0.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            self.stop();
        }
    }
}

fn python() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.tsv");
    std::fs::write(&file, orders(&[5])).unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_parcelgate"))
        .args([
            "demo", "--keep", "--day", "100ms", "--output", "json", "--orders",
        ])
        .arg(&file)
        .arg("--out")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut demo = Kept(demo);
    let mut lines = BufReader::new(demo.0.stdout.take().unwrap()).lines();
    let access: Value = serde_json::from_str(&lines.nth(1).unwrap().unwrap()).unwrap();
    let client = Command::new("python3")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples/python/quote_buy_watch.py"
        ))
        .args(["--server", access["server"].as_str().unwrap()])
        .args(["--key", access["key"].as_str().unwrap()])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&client.stdout);
    let complaints = String::from_utf8_lossy(&client.stderr);
    ensure(client.status.success(), format!("{shown}{complaints}"))?;
    for text in [
        "UPS Worldwide Saver",
        "bought ",
        "application/pdf",
        "delivered at ",
    ] {
        ensure(shown.contains(text), format!("{text} in\n{shown}"))?;
    }
    ensure(demo.stop() == Some(0), "a demo that was kept ends well")
}
