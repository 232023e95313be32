//! Who may depend on whom.

use std::collections::BTreeSet;

use crate::house::{Breach, House, Package};

const OURS: &str = "parcelgate";
const ADAPTER: &str = "parcelgate-carrier-";
const SHOP: &str = "parcelgate-shop-";

/// What each of our crates may need of ours. Adapters and the root have rules of their own.
const MAY_NEED: [(&str, &[&str]); 12] = [
    ("parcelgate-proto", &[]),
    ("parcelgate-domain", &[]),
    ("parcelgate-tracking-number", &[]),
    ("parcelgate-clock", &[]),
    ("parcelgate-schedule", &[]),
    ("parcelgate-bus", &["parcelgate-domain", "parcelgate-clock"]),
    ("parcelgate-carrier", &["parcelgate-domain"]),
    (
        "parcelgate-shop",
        &["parcelgate-carrier", "parcelgate-domain"],
    ),
    (
        "parcelgate-wire",
        &[
            "parcelgate-carrier",
            "parcelgate-domain",
            "parcelgate-clock",
        ],
    ),
    (
        "parcelgate-store",
        &["parcelgate-domain", "parcelgate-clock"],
    ),
    (
        "parcelgate-sandbox",
        &[
            "parcelgate-domain",
            "parcelgate-tracking-number",
            "parcelgate-clock",
        ],
    ),
    (
        "parcelgate-conformance",
        &[
            "parcelgate-carrier",
            "parcelgate-shop",
            "parcelgate-wire",
            "parcelgate-domain",
            "parcelgate-clock",
        ],
    ),
];

/// Crates from outside that only some of ours may name.
const SOLE_USERS: [(&str, &[&str]); 10] = [
    // The sandbox plays the carrier that calls a webhook; it must not share the gateway's wire.
    ("reqwest", &["parcelgate-wire", "parcelgate-sandbox"]),
    ("sqlx", &["parcelgate-store"]),
    ("redis", &["parcelgate-wire"]),
    ("async-nats", &["parcelgate-bus"]),
    // It paces callers; the carriers' quotas have lanes, which it does not know.
    ("governor", &["parcelgate"]),
    ("tonic", &["parcelgate-proto", "parcelgate"]),
    ("tonic-prost", &["parcelgate-proto", "parcelgate"]),
    ("tonic-types", &["parcelgate"]),
    ("prost", &["parcelgate-proto", "parcelgate"]),
    ("prost-types", &["parcelgate-proto", "parcelgate"]),
];

/// All that the pure crates may need: none of these reads, sends or waits.
const PURE: [(&str, &[&str]); 3] = [
    (
        "parcelgate-domain",
        &[
            "serde",
            "serde_json",
            "jiff",
            "rust_decimal",
            "iso_currency",
            "secrecy",
            "thiserror",
            "sha2",
        ],
    ),
    ("parcelgate-tracking-number", &[]),
    // A table, for what the standard library's has no interface.
    ("parcelgate-schedule", &["hashbrown"]),
];

/// With one of these an adapter could leave the process by another door, or wait on its own.
const NO_ADAPTER_NEEDS: [&str; 13] = [
    "tokio",
    "reqwest",
    "hyper",
    "hyper-util",
    "ureq",
    "curl",
    "isahc",
    "tower",
    "axum",
    "tonic",
    "sqlx",
    "redis",
    "governor",
];

/// The edges between our crates.
pub(crate) fn between_ours(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for package in &house.packages {
        let allowed = match MAY_NEED.iter().find(|(name, _)| *name == package.name) {
            Some((_, allowed)) => allowed.to_vec(),
            None if package.name.starts_with(ADAPTER) => {
                vec!["parcelgate-carrier", "parcelgate-domain"]
            }
            // The port of shops, and of the carriers' the door.
            None if package.name.starts_with(SHOP) => {
                vec!["parcelgate-shop", "parcelgate-carrier", "parcelgate-domain"]
            }
            None if package.name == OURS => continue,
            None => {
                breaches.push(Breach::of(
                    &package.folder,
                    "a crate without a row in MAY_NEED",
                ));
                continue;
            }
        };
        let foreign = ours(&package.needs).filter(|need| !allowed.contains(need));
        breaches.extend(foreign.map(|need| needs(package, need)));
    }
    breaches
}

/// The edges between our tests.
pub(crate) fn between_tests(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for package in &house.packages {
        let is_adapter = is_adapter(package);
        // The sandbox borrows the judge that reads the carriers' descriptions, and nothing else.
        let is_judged = is_adapter || package.name == "parcelgate-sandbox";
        let allowed = |need: &str| match need {
            "parcelgate-conformance" => is_judged || package.name == OURS,
            // Whose tests wait has the time from nowhere else.
            "parcelgate-clock" => true,
            // Itself, with a feature that only tests need.
            _ => package.name == OURS || package.name == need,
        };
        let foreign = ours(&package.tests_need)
            .filter(|need| !allowed(need) && !package.needs.contains(*need));
        breaches.extend(foreign.map(|need| needs(package, need)));
    }
    breaches
}

/// The crates from outside that have one user.
pub(crate) fn sole_users(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for package in &house.packages {
        for (guarded, users) in SOLE_USERS {
            if package.needs.contains(guarded) && !users.contains(&package.name.as_str()) {
                breaches.push(needs(package, guarded));
            }
        }
    }
    breaches
}

/// The crates that do nothing but compute.
pub(crate) fn pure(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (name, allowed) in PURE {
        for package in house.packages.iter().filter(|package| package.name == name) {
            let foreign = package.needs.iter();
            let foreign = foreign.filter(|need| !allowed.contains(&need.as_str()));
            breaches.extend(foreign.map(|need| needs(package, need)));
        }
    }
    for file in house.rust(&[
        "crates/domain/src/",
        "crates/tracking-number/src/",
        "crates/schedule/src/",
    ]) {
        for (line, word) in file.lines_with_word(|word| matches!(word, "async" | "await")) {
            breaches.push(Breach::at(&file.path, line, word));
        }
    }
    breaches
}

/// Adapters have no door but the port's.
pub(crate) fn one_door(house: &House) -> Vec<Breach> {
    let adapters = house.packages.iter();
    adapters
        .filter(|package| is_adapter(package))
        .flat_map(|package| {
            let doors = NO_ADAPTER_NEEDS.into_iter();
            doors
                .filter(|door| package.needs.contains(*door))
                .map(|door| needs(package, door))
        })
        .collect()
}

fn is_adapter(package: &Package) -> bool {
    package.name.starts_with(ADAPTER) || package.name.starts_with(SHOP)
}

/// What a new carrier is copied from.
const TEMPLATE: &str = "_template";

/// Every folder of `carriers/` is built in, but the one that new ones are copied from; so is every
/// folder of `shops/`.
pub(crate) fn registered(house: &House) -> Vec<Breach> {
    let carriers = registered_in(house, "carriers/", ADAPTER, "src/carriers.rs");
    let shops = registered_in(house, "shops/", SHOP, "src/shops.rs");
    [carriers, shops].concat()
}

fn registered_in(house: &House, folder: &str, prefix: &str, registry: &str) -> Vec<Breach> {
    let path = registry;
    let registry = house.files.get(path);
    let registry = registry.map_or("", |file| file.code.as_str());
    let root = house.packages.iter().find(|package| package.name == OURS);
    let mut breaches = Vec::new();
    for package in &house.packages {
        let Some(name) = package.folder.strip_prefix(folder) else {
            continue;
        };
        if name == TEMPLATE {
            continue;
        }
        if package.name != format!("{prefix}{name}") {
            let what = format!("is named {}, not {prefix}{name}", package.name);
            breaches.push(Breach::of(&package.folder, what));
        }
        if !root.is_some_and(|root| root.needs.contains(&package.name)) {
            breaches.push(Breach::of(
                "Cargo.toml",
                format!("no dependency on {}", package.name),
            ));
        }
        if !registry.contains(&format!("{}::", package.name.replace('-', "_"))) {
            breaches.push(Breach::of(path, format!("no line for {name}")));
        }
    }
    breaches
}

fn ours(names: &BTreeSet<String>) -> impl Iterator<Item = &str> {
    let all = names.iter().map(String::as_str);
    all.filter(|name| name.starts_with(OURS))
}

fn needs(package: &Package, need: &str) -> Breach {
    let folder = match package.folder.as_str() {
        "" => "Cargo.toml".to_owned(),
        folder => format!("{folder}/Cargo.toml"),
    };
    Breach::of(&folder, format!("{} needs {need}", package.name))
}
