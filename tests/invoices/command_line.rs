//! The command line imports a carrier's own file.

use std::path::Path;
use std::process::{Command, Output};

use crate::house::{ACCOUNT, HEADER, House, line, sending, sold};

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
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_named_or_left_out() {
    let house = House::new().await;
    house.purchase(1, vec![sending(), sold(1, 1_111)]).await;
    let folder = house.folder.path();
    let bill = folder.join("bill.csv");
    std::fs::write(&bill, "Rechnung,Netto\nR-7,1.00\n").expect("a file");
    let bill = bill.to_str().expect("a path");
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
