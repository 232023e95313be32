//! Documents that a change to the code can make untrue.

use std::collections::BTreeSet;

use crate::house::{Breach, File, House};

/// A path that begins so is a path of this tree.
const ROOTS: [&str; 11] = [
    "src/",
    "crates/",
    "carriers/",
    "shops/",
    "proto/",
    "tests/",
    "benches/",
    "docs/",
    "scripts/",
    "examples/",
    "helm/",
];

/// Every link leads somewhere, from the document's folder or from the root; every path in backticks
/// is one of the tree's, or of one of its crates.
pub(crate) fn paths(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in house.files.values().filter(|file| file.is("md")) {
        for (at, line) in file.text.lines().enumerate() {
            let dead = links(line).filter(|path| !leads_somewhere(house, file, path));
            let unknown = ticked(line).filter(|path| !is_somewhere(house, path));
            for path in dead.chain(unknown) {
                breaches.push(Breach::at(&file.path, at + 1, format!("no {path}")));
            }
        }
    }
    breaches
}

/// Each kind of failure has its section.
pub(crate) fn kinds(house: &House) -> Vec<Breach> {
    let code = house.files.get("crates/carrier/src/error.rs");
    let code = code.map_or("", |file| file.code.as_str());
    let kinds: BTreeSet<&str> = variants(code, "enum Kind {").collect();
    let paper = house.files.get("docs/ERRORS.md");
    let paper = paper.map_or("", |file| file.text.as_str());
    let sections: BTreeSet<&str> = paper
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .filter(|title| title.chars().all(char::is_alphanumeric))
        .collect();
    if kinds.is_empty() {
        return vec![Breach::of("crates/carrier/src/error.rs", "no enum Kind")];
    }
    let unequal = kinds.symmetric_difference(&sections);
    unequal
        .map(|kind| {
            Breach::of(
                "docs/ERRORS.md",
                format!("{kind} is in one of the two only"),
            )
        })
        .collect()
}

/// A decision says from what it follows and what follows from it.
pub(crate) fn decisions(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let all = house.files.values();
    for file in all.filter(|file| file.under(&["docs/adr/"])) {
        for section in ["## Context", "## Decision", "## Consequences"] {
            if !file.text.lines().any(|line| line == section) {
                breaches.push(Breach::of(&file.path, format!("no {section}")));
            }
        }
    }
    breaches
}

/// The names of an enum whose variants stand one on a line.
fn variants<'a>(code: &'a str, head: &str) -> impl Iterator<Item = &'a str> {
    let body = code.split_once(head).map_or("", |(_, body)| body);
    let body = body.split_once("\n}").map_or("", |(body, _)| body);
    body.lines()
        .filter_map(|line| line.trim().strip_suffix(','))
}

fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1);
    targets
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or(target))
}

fn ticked(line: &str) -> impl Iterator<Item = &str> {
    let inside = line.split('`').skip(1).step_by(2);
    inside.filter(|path| {
        let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
        ROOTS.iter().any(|root| path.starts_with(root)) && path.chars().all(plain)
    })
}

fn is_somewhere(house: &House, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let of_a_crate = format!("/{path}");
    house.paths.contains(path) || house.paths.iter().any(|known| known.ends_with(&of_a_crate))
}

fn leads_somewhere(house: &House, from: &File, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let mut folder: Vec<&str> = from.path.split('/').collect();
    folder.pop();
    for step in path.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(folder.pop()),
            step => folder.push(step),
        }
    }
    house.paths.contains(path) || house.paths.contains(&folder.join("/"))
}
