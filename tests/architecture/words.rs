//! Words that may stand in some places only.

use crate::house::{Breach, File, House};

/// Texts that name what they forbid.
const OWN: &str = "tests/architecture/";

/// Where the gRPC types end: the server and the command line, which is a client of it.
const GRPC: [&str; 2] = ["src/grpc/", "src/cli/"];

/// What every layer of the gateway is made of, without the registry that names the carriers.
const CARRIERLESS: [&str; 6] = [
    "src/service/",
    "src/grpc/",
    "src/jobs/",
    "src/push/",
    "src/http/",
    "crates/wire/",
];

/// Where a number of money, weight or length can appear.
const MEASURED: [&str; 6] = [
    "crates/domain/",
    "crates/carrier/",
    "crates/shop/",
    "carriers/",
    "shops/",
    "crates/store/",
];

const STATEMENTS: [&str; 8] = [
    "SELECT ",
    "INSERT INTO",
    "INSERT OR",
    "DELETE FROM",
    "CREATE TABLE",
    "CREATE INDEX",
    "PRAGMA ",
    "BEGIN IMMEDIATE",
];

/// First folders of paths that only one machine has. Written without slashes, so that this list
/// names no such path.
const FOLDERS: [&str; 3] = ["work", "root", "home"];

/// Package registries, each as name and ending, for the same reason.
const REGISTRIES: [(&str, &str); 4] = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("registry.npmjs", "org"),
    ("index.crates", "io"),
];

const LATER: [&str; 3] = ["TODO", "FIXME", "XXX"];

/// gRPC types stay where gRPC is spoken.
pub(crate) fn grpc_types(house: &House) -> Vec<Breach> {
    let is_it = |word: &str| {
        let crates = ["tonic", "prost", "parcelgate_proto"];
        crates.iter().any(|name| word.starts_with(name))
    };
    let inside = house.rust(&["src/"]).filter(|file| !file.under(&GRPC));
    words(inside, is_it)
}

/// Only the registry names an adapter.
pub(crate) fn adapters(house: &House) -> Vec<Breach> {
    let gateway = house.rust(&["src/", "crates/"]);
    let named = words(
        gateway.filter(|file| !["src/carriers.rs", "src/shops.rs"].contains(&file.path.as_str())),
        |word| word.starts_with("parcelgate_carrier_") || word.starts_with("parcelgate_shop_"),
    );
    let adapters = house.packages.iter().map(|package| &package.folder);
    let literals: Vec<String> = adapters
        .filter_map(|it| it.strip_prefix("carriers/").or(it.strip_prefix("shops/")))
        .map(|carrier| format!("\"{carrier}\""))
        .collect();
    let mut breaches = named;
    for file in house.rust(&CARRIERLESS) {
        for (at, line) in before_tests(file) {
            let spoken = literals.iter().find(|literal| line.contains(*literal));
            breaches.extend(spoken.map(|literal| Breach::at(&file.path, at, literal)));
        }
    }
    breaches
}

/// SQL is the store's.
pub(crate) fn sql(house: &House) -> Vec<Breach> {
    let everywhere = house.files.values().filter(|file| file.is("rs"));
    let others = everywhere.filter(|file| !file.under(&["crates/store/", OWN]));
    lines(others, |line| {
        STATEMENTS.into_iter().find(|word| line.contains(word))
    })
}

/// Redis is one file's, and that of the tests that start one.
pub(crate) fn redis(house: &House) -> Vec<Breach> {
    let all = house.rust(&["src/", "crates/", "carriers/", "shops/"]);
    let places = ["crates/wire/src/redis_pool.rs", "crates/wire/tests/"];
    words(all.filter(|file| !file.under(&places)), |word| {
        word == "redis"
    })
}

/// No float where something is measured.
pub(crate) fn floats(house: &House) -> Vec<Breach> {
    let mut breaches = words(house.rust(&MEASURED), |word| matches!(word, "f32" | "f64"));
    let interface = house.files.values().filter(|file| file.is("proto"));
    breaches.extend(lines(interface, |line| {
        let mut words = line.split_whitespace();
        let first = words.find(|word| !matches!(*word, "repeated" | "optional"))?;
        ["float", "double"]
            .into_iter()
            .find(|float| *float == first)
    }));
    breaches
}

/// Nothing that only one machine has.
pub(crate) fn machines(house: &House) -> Vec<Breach> {
    let folders = FOLDERS.map(|name| (name, format!("/{name}/")));
    let registries = REGISTRIES.map(|(name, ending)| (name, format!("{name}.{ending}")));
    let known: Vec<_> = folders.into_iter().chain(registries).collect();
    lines(texts(house), |line| {
        let found = known.iter().find(|(_, text)| line.contains(text.as_str()));
        found.map(|(name, _)| *name)
    })
}

/// Nothing is silenced without a reason.
pub(crate) fn silenced(house: &House) -> Vec<Breach> {
    let rust = house.files.values().filter(|file| file.is("rs"));
    let attributes = ["#[allow(", "#![allow("];
    let mut breaches = Vec::new();
    for file in rust {
        for (at, line) in file.code.lines().enumerate() {
            if attributes.iter().any(|attribute| line.contains(attribute)) {
                breaches.push(Breach::at(&file.path, at + 1, line.trim()));
            }
        }
    }
    breaches
}

/// Nothing is left for later in a comment.
pub(crate) fn later(house: &House) -> Vec<Breach> {
    let is_word = |line: &str, word: &str| {
        let mut words = line.split(|c: char| !c.is_alphanumeric());
        words.any(|found| found == word)
    };
    lines(texts(house), |line| {
        LATER.into_iter().find(|word| is_word(line, word))
    })
}

/// All texts but those that name what they forbid, and recorded ones.
fn texts(house: &House) -> impl Iterator<Item = &File> {
    let all = house.files.values();
    all.filter(|file| !file.under(&[OWN]) && !file.path.contains("/fixtures/"))
}

fn words<'a>(files: impl Iterator<Item = &'a File>, is_it: impl Fn(&str) -> bool) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in files {
        let found = file.lines_with_word(&is_it).into_iter();
        breaches.extend(found.map(|(line, word)| Breach::at(&file.path, line, word)));
    }
    breaches
}

fn lines<'a>(
    files: impl Iterator<Item = &'a File>,
    found_in: impl Fn(&str) -> Option<&'static str>,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in files {
        for (at, line) in file.text.lines().enumerate() {
            breaches.extend(found_in(line).map(|what| Breach::at(&file.path, at + 1, what)));
        }
    }
    breaches
}

pub(crate) fn before_tests(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let numbered = file.text.lines().enumerate();
    numbered
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .map(|(at, line)| (at + 1, line))
}
