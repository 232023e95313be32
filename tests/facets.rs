//! The table of what each carrier can do, made from the code. `UPDATE_DOCS=1` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use parcelgate::carriers::CARRIERS;
use parcelgate::played;
use parcelgate_carrier::{Ability, Carrier};
use parcelgate_sandbox::{Sandbox, Settings};

const PAPER: &str = "docs/carriers/README.md";
const BEGIN: &str = "<!-- made by tests/facets.rs: UPDATE_DOCS=1 cargo test --test facets -->";
const END: &str = "<!-- end -->";

/// Every account that the sandbox plays, in the order of the registry.
async fn carriers() -> Vec<(&'static str, Box<dyn Carrier>)> {
    let settings = Settings::default();
    let sandbox = Sandbox::start(settings.clone()).await.unwrap();
    let played = played::accounts(&sandbox, &settings).into_iter();
    let connected = played.map(|account| {
        let mut known = CARRIERS.iter();
        let (_, connect) = known
            .find(|(id, _)| id.as_str() == account.carrier)
            .unwrap();
        (account.name, connect(account.settings).unwrap())
    });
    let connected = connected.collect();
    sandbox.stop().await;
    connected
}

fn table(carriers: &[(&str, Box<dyn Carrier>)]) -> String {
    let mut text = format!("{BEGIN}\n\n| |");
    for (name, _) in carriers {
        write!(text, " {name} |").unwrap();
    }
    text.push_str("\n|---|");
    text.push_str(&":-:|".repeat(carriers.len()));
    text.push('\n');
    let mut reasons: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (ability, called) in Ability::ALL {
        write!(text, "| {called} |").unwrap();
        for (name, carrier) in carriers {
            let there = ability.is_in(carrier.as_ref());
            text.push_str(if there { " yes |" } else { " – |" });
            if let (false, Some(reason)) = (there, carrier.profile().absence(ability)) {
                reasons.entry((name, reason)).or_default().push(called);
            }
        }
        text.push('\n');
    }
    text.push_str("\nWhy not, in the words that a caller gets with `UNSUPPORTED`:\n\n");
    for (name, _) in carriers {
        for ((_, reason), abilities) in reasons.iter().filter(|((of, _), _)| of == name) {
            writeln!(text, "* **{name}**, {}: {reason}", abilities.join(", ")).unwrap();
        }
    }
    write!(text, "\n{END}").unwrap();
    text
}

/// The paper with `table` where its table stands.
fn with_table(paper: &str, table: &str) -> Option<String> {
    let (before, rest) = paper.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{table}{after}"))
}

#[tokio::test]
async fn the_paper_says_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAPER);
    let paper = std::fs::read_to_string(&path).unwrap();
    let made = with_table(&paper, &table(&carriers().await)).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, made).unwrap();
        return;
    }
    assert!(
        paper == made,
        "{PAPER} is not what the code says; UPDATE_DOCS=1 cargo test --test facets"
    );
}

#[tokio::test]
async fn a_paper_that_says_something_else_is_seen() {
    let made = table(&carriers().await);
    let wrong = made.replacen(" yes |", " – |", 1);
    assert_ne!(wrong, made);
    assert_eq!(with_table(&wrong, &made).unwrap(), made);
}
