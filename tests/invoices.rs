//! Carriers' invoices are taken in once, matched to what was bought, and leave a ledger that is
//! right; what is charged for though nobody bought it is seen to.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parcelgate::seal::Seal;
use parcelgate::service::invoices::form::Form;
use parcelgate::service::invoices::read::{Given, read};
use parcelgate::service::invoices::{Became, Invoices, NotImported, Report, Why};
use parcelgate::service::ledger::{Books, Check, Which};
use parcelgate::service::main_tenant;
use parcelgate_clock::Manual;
use parcelgate_domain::{CarrierId, Currency, Label, LabelFormat, Money, PurchaseState, Service};
use parcelgate_store::{
    Batch, Book, Bought, BoughtParcel, Claim, Evidence, Fault, NewPurchase, Parcel, Purchase,
    RequestKey, ShipmentId, Sqlite, Step, Store, Version, balance,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

const ACCOUNT: &str = "ups-ohio";
const HEADER: &str = "invoice,date,tracking,reference,kind,amount,currency\n";
const NOON: &str = "2026-12-01T12:00:00Z";

/// A database of its own, without a gateway.
struct House {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    clock: Arc<Manual>,
}

fn usd(minor: i64) -> Money {
    Money::of_minor(minor, Currency::USD)
}

fn fault() -> Fault {
    Fault {
        kind: "OUTCOME_UNKNOWN".to_owned(),
        code: None,
        text: "cut".to_owned(),
    }
}

/// The tracking number of purchase `number`.
fn tracking(number: usize) -> String {
    format!("1Z999AA1{number:010}")
}

fn reference(number: usize) -> String {
    format!("PG{number:06}")
}

fn sending() -> Step {
    Step::Sending {
        lease_until: Timestamp::MAX,
    }
}

fn sold(number: usize, cents: i64) -> Step {
    let label = Label {
        format: LabelFormat::Pdf,
        bytes: b"%PDF-".to_vec(),
    };
    Step::Bought(Bought {
        carrier_number: tracking(number),
        charged: Some(usd(cents)),
        parcels: vec![BoughtParcel {
            parcel: Parcel {
                number: tracking(number).parse().expect("a number"),
                last_mile_number: None,
            },
            labels: vec![label],
        }],
    })
}

fn voided() -> [Step; 3] {
    let lease_until = Timestamp::MAX;
    let voiding = Step::Voiding { lease_until };
    [Step::VoidWanted(None), voiding, Step::Voided]
}

fn absent() -> Vec<Step> {
    vec![sending(), Step::Unknown(fault()), Step::Absent]
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Sqlite::open(&folder.path().join("gate.db")).await;
        Self {
            folder,
            store: Arc::new(store.expect("a store")),
            clock: Arc::new(Manual::at(NOON.parse().expect("noon"))),
        }
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("gate.key")
    }

    fn batch(&self) -> Batch {
        use parcelgate_clock::Clock as _;
        Batch::of(&main_tenant(), self.clock.now())
    }

    /// Purchase `number`, taken along `steps`.
    async fn purchase(&self, number: usize, steps: Vec<Step>) -> ShipmentId {
        use parcelgate_clock::Clock as _;
        let id = ShipmentId::fresh(self.clock.now());
        let new = NewPurchase {
            id: id.clone(),
            reference: reference(number).parse().expect("a reference"),
            account: ACCOUNT.parse().expect("an account"),
            carrier: CarrierId::known("ups"),
            service: Service {
                code: parcelgate_domain::ServiceCode::new("03"),
                name: "Ground".to_owned(),
            },
            order: "{}".to_owned().into(),
            quoted: Some(usd(1_000)),
            order_number: None,
            twin: None,
            replaces: None,
        };
        let key = RequestKey {
            method: "PurchaseLabel".to_owned(),
            request_id: number.to_string(),
        };
        let mut batch = self.batch().accept(new, key, [0; 32]);
        let (mut state, mut epoch) = (PurchaseState::Accepted, 1);
        for step in steps {
            let next = step.leads_to();
            batch = batch.advance(&id, Version { state, epoch }, step);
            (state, epoch) = (next, epoch + 1);
        }
        self.store.apply(batch).await.expect("written");
        self.clock.advance(Duration::from_secs(1));
        id
    }

    async fn kept(&self, id: &ShipmentId) -> Purchase {
        let kept = self.store.shipment(&main_tenant(), id).await;
        kept.expect("a read").expect("a shipment")
    }

    fn invoices(&self) -> Invoices {
        Invoices {
            store: self.store.clone(),
            seal: Some(Seal::from_file(&self.key()).expect("a key")),
            clock: self.clock.clone(),
            late_watch_s: vec![60, 600],
        }
    }

    /// Imports lines under our own header.
    async fn import(&self, lines: &str) -> Result<Report, NotImported> {
        let lines = given(&format!("{HEADER}{lines}"));
        let account = ACCOUNT.parse().expect("an account");
        let report = self
            .invoices()
            .import(&main_tenant(), &account, lines)
            .await;
        assert!(self.check().await.findings.is_empty());
        report
    }

    async fn check(&self) -> Check {
        let books = Books::new(self.store.clone());
        let check = books.check(&main_tenant(), &Which::default()).await;
        let check = check.expect("a check");
        assert_eq!(check.sums, []);
        check
    }

    /// What is spent on a purchase, in cents.
    async fn spent(&self, id: &ShipmentId) -> i64 {
        let ids = std::slice::from_ref(id);
        let entries = self
            .store
            .entries(&main_tenant(), ids)
            .await
            .expect("entries");
        let sums = Book::ALL.map(|(book, _)| {
            let sums = balance(&entries, book);
            sums.iter().map(|sum| sum.minor()).sum::<i64>()
        });
        assert_eq!(sums.iter().sum::<i64>(), 0, "{entries:?}");
        sums[2]
    }
}

fn given(text: &str) -> Vec<Given> {
    let account = ACCOUNT.parse().expect("an account");
    let read = read(text.as_bytes(), &Form::default(), &account);
    assert_eq!(read.bad, []);
    read.lines
}

/// A line for purchase `number` on invoice F-1.
fn line(number: usize, kind: &str, amount: &str) -> String {
    format!("F-1,2026-12-05,{},,{kind},{amount},USD\n", tracking(number))
}

#[tokio::test]
async fn the_difference_is_posted_once() {
    let house = House::new().await;
    let same = house.purchase(1, vec![sending(), sold(1, 1_111)]).await;
    let dearer = house.purchase(2, vec![sending(), sold(2, 1_111)]).await;
    let unnamed = house.purchase(3, vec![sending(), sold(3, 1_111)]).await;
    let last = house.purchase(4, vec![sending(), sold(4, 1_111)]).await;
    let by_reference = format!("F-1,2026-12-05,,{},freight,11.11,USD\n", reference(4));
    let lines = [
        line(1, "freight", "11.11"),
        line(2, "freight", "\"1,211.11\""),
        line(2, "fuel", "0.89"),
        by_reference,
        line(9, "freight", "5.00"),
        "F-1,2026-12-05,,,weekly fee,7.00,USD\n".to_owned(),
    ]
    .concat();
    for round in 0..3 {
        let report = house.import(&lines).await.expect("imported");
        let fresh = if round == 0 { 6 } else { 0 };
        assert_eq!((report.lines, report.fresh, report.matched), (6, fresh, 4));
        assert_eq!(house.spent(&same).await, 1_111);
        assert_eq!(house.spent(&dearer).await, 121_200);
        assert_eq!(house.spent(&unnamed).await, 1_111);
        assert_eq!(house.spent(&last).await, 1_111);
        let differences: Vec<_> = report.differences.first.iter().collect();
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert_eq!(differences[0].shipment, dearer);
        assert_eq!(differences[0].invoiced, [usd(121_200)]);
        let whys: Vec<Why> = report.orphans.first.iter().map(|one| one.why).collect();
        assert_eq!(whys, [Why::Unknown, Why::Nameless]);
        assert_eq!(report.orphaned, [usd(1_200)]);
        let missing = &report.not_invoiced.first;
        assert_eq!(missing.len(), 1, "{missing:?}");
        assert_eq!(missing[0].shipment, unnamed);
    }
}

#[tokio::test]
async fn a_changed_line_is_an_error_and_changes_nothing() {
    let house = House::new().await;
    let one = house.purchase(1, vec![sending(), sold(1, 1_111)]).await;
    house
        .import(&line(1, "freight", "12.00"))
        .await
        .expect("imported");
    let lines = line(1, "fuel", "1.00") + &line(1, "freight", "12.01");
    let outcome = house.import(&lines).await;
    let Err(error @ NotImported::Changed(changed)) = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((changed.len(), changed[0].at), (1, 3));
    let told = error.to_string();
    assert!(
        told.contains("12.01 USD") && told.contains("12.00 USD"),
        "{told}"
    );
    assert_eq!(house.spent(&one).await, 1_200);
}

#[tokio::test]
async fn what_was_absent_and_is_charged_for_is_to_be_voided() {
    let house = House::new().await;
    let with_number = house.purchase(1, absent()).await;
    let without = house.purchase(2, absent()).await;
    let given_back = house.purchase(3, absent()).await;
    let named = |number, tracking: &str, amount| {
        let reference = reference(number);
        format!("F-1,2026-12-05,{tracking},{reference},freight,{amount},USD\n")
    };
    let both = named(3, "", "5.00") + "F-1,2026-12-05,,PG000003,credit,-5.00,USD\n";
    let lines = named(1, "1Z999AA10123456784", "11.11") + &named(2, "", "9.00") + &both;
    let seq = house.store.head_seq().await.expect("a log");
    let report = house.import(&lines).await.expect("imported");
    let became: Vec<_> = report.late.first.iter().map(|one| one.became).collect();
    assert_eq!(
        became,
        [Became::VoidWanted, Became::LookedFor, Became::Nothing]
    );
    let one = house.kept(&with_number).await;
    assert_eq!(one.version.state, PurchaseState::VoidWanted);
    assert_eq!(one.carrier_number.as_deref(), Some("1Z999AA10123456784"));
    assert!(one.fault.expect("why").text.contains("invoice F-1"));
    let events = house
        .store
        .events_after(None, seq, 9)
        .await
        .expect("events");
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["shipment.void_wanted"]);
    let two = house.kept(&without).await;
    assert_eq!(two.version.state, PurchaseState::Absent);
    house.clock.advance(Duration::from_secs(120));
    let claim = Claim {
        now: {
            use parcelgate_clock::Clock as _;
            house.clock.now()
        },
        lease_until: Timestamp::MAX,
        limit: 9,
    };
    let jobs = house.store.claim_jobs(&["late_watch"], "test", claim).await;
    let jobs = jobs.expect("jobs");
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert!(jobs[0].payload.contains(without.as_str()));
    assert_eq!(
        house.kept(&given_back).await.version.state,
        PurchaseState::Absent
    );
    assert_eq!(house.spent(&given_back).await, 0);
    assert_eq!(
        house.spent(&with_number).await,
        1_111,
        "until it is given back"
    );
}

#[tokio::test]
async fn a_number_in_a_carriers_answer_finds_the_purchase() {
    let house = House::new().await;
    let id = house.purchase(1, absent()).await;
    let seal = Seal::from_file(&house.key()).expect("a key");
    let about = format!("evidence {} {id} 2", main_tenant());
    let answer = b"HTTP/1.1 200\r\ncontent-type: text/xml\r\n\r\n<n>1Z999AA10123456784</n>";
    let reply = seal.seal(&about, answer).expect("sealed").into();
    let evidence = Evidence {
        shipment: id.clone(),
        epoch: 2,
        sent_at: NOON.parse().expect("noon"),
        reply,
    };
    let keeping = house.batch().keep_evidence(evidence);
    house.store.apply(keeping).await.expect("kept");
    let lines = "F-1,2026-12-05,1z999aa1 0123456784,,freight,11.11,USD\n";
    let report = house.import(lines).await.expect("imported");
    assert_eq!(report.late.first[0].became, Became::VoidWanted);
    assert_eq!(
        house.kept(&id).await.version.state,
        PurchaseState::VoidWanted
    );
}

#[tokio::test]
async fn what_is_too_old_stays_and_what_was_refused_goes_to_a_person() {
    let house = House::new().await;
    let old = house.purchase(1, absent()).await;
    house.clock.advance(Duration::from_hours(46 * 24));
    let refused = house
        .purchase(2, vec![sending(), Step::Rejected(fault())])
        .await;
    let cancelled = house.purchase(3, vec![Step::Cancelled(None)]).await;
    let doubtful = house
        .purchase(4, vec![sending(), Step::Unknown(fault())])
        .await;
    let lines: String = (1..5)
        .map(|number| {
            let (tracking, reference) = (tracking(number), reference(number));
            format!("F-2,2027-01-17,{tracking},{reference},freight,4.00,USD\n")
        })
        .collect();
    let report = house.import(&lines).await.expect("imported");
    let mut became: Vec<_> = report.late.first.iter().map(|one| one.became).collect();
    became.sort_by_key(|became| became.text());
    assert_eq!(
        became,
        [Became::Nothing, Became::NeedsReview, Became::NeedsReview]
    );
    assert_eq!(house.kept(&old).await.version.state, PurchaseState::Absent);
    for id in [&refused, &cancelled] {
        let kept = house.kept(id).await;
        assert_eq!(kept.version.state, PurchaseState::NeedsReview);
        assert_eq!(house.spent(id).await, 400);
    }
    // A doubt does not end by an invoice; what it says counts once the doubt has ended.
    let doubt = house.kept(&doubtful).await;
    assert_eq!(doubt.version.state, PurchaseState::Unknown);
    assert_eq!(house.spent(&doubtful).await, 0);
    assert_eq!(
        report.in_doubt.count, 3,
        "with those that are now in review"
    );
    let absent = house
        .batch()
        .advance(&doubtful, doubt.version, Step::Absent);
    house.store.apply(absent).await.expect("absent");
    assert_eq!(house.spent(&doubtful).await, 400);
    let report = house.import(&lines).await.expect("imported again");
    assert_eq!(report.fresh, 0);
    assert_eq!(
        house.kept(&doubtful).await.version.state,
        PurchaseState::VoidWanted
    );
}

#[tokio::test]
async fn charges_after_a_void_and_double_ones_are_shown() {
    let house = House::new().await;
    let steps = [sending(), sold(1, 1_111)].into_iter().chain(voided());
    let void = house.purchase(1, steps.collect()).await;
    let twice = house.purchase(2, vec![sending(), sold(2, 1_000)]).await;
    let credited = house.purchase(3, vec![sending(), sold(3, 1_000)]).await;
    let again = |number: usize, amount: &str| {
        format!(
            "F-2,2026-12-12,{},,freight,{amount},USD\n",
            tracking(number)
        )
    };
    let lines = [
        line(1, "freight", "11.11"),
        line(2, "freight", "10.00"),
        again(2, "10.00"),
        line(3, "freight", "10.00"),
        again(3, "-10.00"),
    ];
    let report = house.import(&lines.concat()).await.expect("imported");
    assert_eq!(report.after_void.count, 1);
    assert_eq!(report.after_void.first[0].shipment, void);
    let doubles: Vec<_> = report.twice.first.iter().map(|one| &one.shipment).collect();
    assert_eq!(doubles, [&twice]);
    assert_eq!(report.twice.first[0].invoices, ["F-1", "F-2"]);
    assert_eq!(house.spent(&credited).await, 0);
    let credit = "F-3,2026-12-19,1Z999AA10000000001,,credit,-11.11,USD\n";
    let report = house.import(credit).await.expect("imported");
    assert_eq!(report.after_void.count, 0);
    assert_eq!(house.spent(&void).await, 0);
}

/// What the command line says in the folder of a house.
fn say(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parcelgate"));
    command.env_remove("PARCELGATE_CONFIG");
    command.env("PARCELGATE__STORE__PATH", folder.join("gate.db"));
    command.args(args).output().expect("the program runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carriers_own_columns_are_named_on_the_command_line() {
    let house = House::new().await;
    house.purchase(1, vec![sending(), sold(1, 1_111)]).await;
    let bill = house.folder.path().join("bill.csv");
    let text =
        "\u{feff}Rechnung;Tag;Sendung;Netto\r\nR-7;05.12.2026;1Z999AA10000000001;\"1.234,50\"\r\n";
    std::fs::write(&bill, text).expect("a file");
    let bill = bill.to_str().expect("a path");
    let map = "invoice=Rechnung,date=Tag,tracking=Sendung,amount=Netto";
    let args = [
        "ledger",
        "import",
        bill,
        "--account",
        ACCOUNT,
        "--columns",
        map,
        "--delimiter",
        ";",
        "--date-format",
        "%d.%m.%Y",
        "--decimal-comma",
        "--currency",
        "USD",
    ];
    let folder = house.folder.path();
    let output = say(folder, &args);
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        told.starts_with("1 lines, 1 of them new: 1234.50 USD"),
        "{told}"
    );
    assert!(
        told.contains("bought at 11.11 USD, invoiced 1234.50 USD"),
        "{told}"
    );
    let output = say(folder, &[&args[..], &["--output", "json"]].concat());
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&told["new"], &told["matched"]), (&0.into(), &1.into()));
    assert_eq!(
        told["differences"]["first"][0]["invoiced"][0],
        "1234.50 USD"
    );
    let check = say(folder, &["ledger", "--check"]);
    assert!(check.status.success(), "{check:?}");

    let output = say(folder, &["ledger", "import", bill, "--account", ACCOUNT]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && told.contains("--columns"),
        "{told}"
    );
    assert!(told.contains("line 1, invoice"), "{told}");
    let bad = house.folder.path().join("bad.csv");
    let text = format!("{HEADER}{}{}", line(1, "a", "1.00"), line(1, "b", "x"));
    std::fs::write(&bad, text).expect("a file");
    let bad = bad.to_str().expect("a path");
    let args = ["ledger", "import", bad, "--account", ACCOUNT];
    let told = String::from_utf8_lossy(&say(folder, &args).stderr).into_owned();
    assert!(
        told.contains("line 3, amount: \"x\" is not an amount"),
        "{told}"
    );
    let output = say(folder, &[&args[..], &["--skip-bad"]].concat());
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        told.starts_with("1 things left out:") && told.contains("1 lines, 1 of them new"),
        "{told}"
    );
}

/// Where a purchase may stand when its invoice comes.
fn ways(number: usize) -> [Vec<Step>; 6] {
    let sale = || vec![sending(), sold(number, 1_111)];
    [
        vec![],
        vec![sending(), Step::Unknown(fault())],
        sale(),
        absent(),
        sale().into_iter().chain(voided()).collect(),
        vec![sending(), Step::Rejected(fault())],
    ]
}

/// Those of them that have a tracking number.
const SOLD: [usize; 2] = [2, 4];

const PURCHASES: usize = 8;

/// Imports any lines in any order, split and repeated anyhow: the ledger is right and sums to zero
/// after each, and what is settled is spent as invoiced.
async fn any_import(
    states: Vec<usize>,
    lines: Vec<(usize, usize, i64, bool)>,
    at: usize,
) -> TestCaseResult {
    let house = House::new().await;
    let mut ids = Vec::new();
    for (number, way) in states.iter().enumerate() {
        let steps = ways(number)[*way].clone();
        ids.push(house.purchase(number, steps).await);
    }
    let text = |(number, kind, cents, by_reference): &(usize, usize, i64, bool)| {
        let (tracking, reference) = (tracking(*number), reference(*number));
        let named = if *by_reference {
            format!(",{reference}")
        } else {
            format!("{tracking},")
        };
        let amount = usd(*cents).to_decimal();
        // One kind for each line, so that the parts of a file name none twice.
        format!("F-1,2026-12-05,{named},k{kind},{amount},USD\n")
    };
    let whole: String = lines.iter().map(text).collect();
    let (first, _) = lines.split_at(at.min(lines.len()));
    let part: String = first.iter().map(text).collect();
    for some in [&part, &whole, &part, &whole] {
        let outcome = house.import(some).await;
        prop_assert!(outcome.is_ok(), "{outcome:?}");
    }
    for (number, id) in ids.iter().enumerate() {
        // Who was not known to be sold has no number but its reference.
        let numbered = SOLD.contains(&states[number]);
        let names = |by_reference: &bool| *by_reference || numbered;
        let own = lines
            .iter()
            .filter(|(of, _, _, by_reference)| *of == number && names(by_reference));
        let charged: i64 = own.clone().map(|(_, _, cents, _)| cents).sum();
        let kept = house.kept(id).await;
        let open = matches!(
            kept.version.state,
            PurchaseState::Accepted | PurchaseState::Unknown
        );
        if own.count() > 0 && !open {
            prop_assert_eq!(house.spent(id).await, charged);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    })]
    #[test]
    fn the_ledger_sums_to_zero_after_any_import(
        states in prop::collection::vec(0_usize..6, PURCHASES),
        lines in prop::collection::vec(
            (0..PURCHASES + 2, 0_usize..4, -2_000_i64..5_000, any::<bool>()), 1..24),
        at in 0_usize..24,
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(any_import(states, lines, at))?;
    }
}
