//! How big things are, and what belongs to each crate.

use crate::code::functions;
use crate::house::{Breach, File, House};
use crate::words::before_tests;

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 100;
const MAIN_LINES_MAX: usize = 80;

/// Code of one adapter, without its tables.
const ADAPTER_LINES_MAX: usize = 1_500;
/// Adapters that are larger than that, with what they have. None may grow, and one that shrinks by
/// more than this says so here.
const LARGER: [(&str, usize); 4] = [
    ("dhl", 3_500), // three companies: Express, Paket, and the tracking of all divisions
    ("fedex", 2_450),
    ("ups", 2_800),
    ("usps", 2_750),
];
const SLACK: usize = 150;
/// How files are called that hold tables and nothing else.
const TABLE_FILES: [&str; 7] = [
    "absences.rs",
    "codes.rs",
    "currencies.rs",
    "ice_events.rs",
    "meanings.rs",
    "services.rs",
    "statuses.rs",
];

/// Folders of tables: a row is a line, however long, and a table is as long as it has rows. A table
/// among other code says so by `#[rustfmt::skip]`, which lifts the limit of its lines.
const TABLES: [(&str, &str); 1] = [(
    "crates/tracking-number/src/table/",
    "formats and codes of the carriers, one per line",
)];

/// A file can be read at one sitting.
pub(crate) fn files(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in sources(house) {
        let lines = file.text.lines().count();
        let max = match file.path.as_str() {
            "src/main.rs" => MAIN_LINES_MAX,
            _ => FILE_LINES_MAX,
        };
        if lines > max && !is_table(file) {
            breaches.push(Breach::of(&file.path, format!("{lines} lines of {max}")));
        }
    }
    breaches
}

/// An adapter can be understood in a day. Tables do not count: a row is a fact, not a thought.
pub(crate) fn adapters(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for folder in house.packages.iter().map(|package| &package.folder) {
        let name = folder.strip_prefix("carriers/");
        let Some(carrier) = name.or(folder.strip_prefix("shops/")) else {
            continue;
        };
        let sources = format!("{folder}/src/");
        let inside = [sources.as_str()];
        let files = house.rust(&inside).filter(|file| !is_of_tables(file));
        let lines: usize = files.map(code_lines).sum();
        let larger = LARGER.iter().find(|(name, _)| *name == carrier);
        let max = larger.map_or(ADAPTER_LINES_MAX, |(_, lines)| *lines);
        if lines > max {
            breaches.push(Breach::of(
                folder,
                format!("{lines} lines of code of {max}"),
            ));
        }
        if larger.is_some() && lines + SLACK < max {
            breaches.push(Breach::of(
                folder,
                format!("only {lines} lines: lower LARGER"),
            ));
        }
    }
    breaches
}

fn is_of_tables(file: &File) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    TABLE_FILES.contains(&name)
        || file.path.ends_with("/tests.rs")
        || file.path.contains("/tests/")
        || file.path.contains("/statuses/")
}

/// Lines that are neither empty nor comment nor test.
fn code_lines(file: &File) -> usize {
    let before = before_tests(file).count();
    let code = file.code.lines().take(before);
    code.filter(|line| !line.trim().is_empty()).count()
}

/// A function fits on a screen.
pub(crate) fn short_functions(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in sources(house).filter(|file| !is_table(file)) {
        for function in functions(&file.code) {
            if function.lines > FUNCTION_LINES_MAX {
                let what = format!("fn {} has {} lines", function.name, function.lines);
                breaches.push(Breach::at(&file.path, function.line, what));
            }
        }
    }
    breaches
}

/// A line fits beside another.
pub(crate) fn lines(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in sources(house).filter(|file| !is_table(file)) {
        let mut table: Option<&str> = None;
        for (at, line) in file.text.lines().enumerate() {
            let chars = line.chars().count();
            // What is no comment in a .proto file is laid out by `buf format`, which joins lines.
            if file.path.ends_with(".proto") && !line.trim_start().starts_with("//") {
                continue;
            }
            if table.is_none() && chars > LINE_CHARS_MAX {
                let what = format!("{chars} characters");
                breaches.push(Breach::at(&file.path, at + 1, what));
            }
            table = match line.strip_suffix("#[rustfmt::skip]") {
                Some(margin) => Some(margin),
                None => table.filter(|margin| !ends_item(line, margin)),
            };
        }
    }
    breaches
}

/// Whether the item that stands at `margin` ends with this line.
fn ends_item(line: &str, margin: &str) -> bool {
    let Some(line) = line.strip_prefix(margin) else {
        return false;
    };
    line.starts_with([']', '}', ')']) || (!line.starts_with(' ') && line.ends_with(';'))
}

/// An exception that nothing needs is no exception.
pub(crate) fn tables_are_there(house: &House) -> Vec<Breach> {
    let stale = TABLES.into_iter().filter(|(folder, _)| {
        let mut tables = house.files.values().filter(|file| file.under(&[folder]));
        !tables.any(|file| {
            let long = |line: &str| line.chars().count() > LINE_CHARS_MAX;
            file.text.lines().count() > FILE_LINES_MAX || file.text.lines().any(long)
        })
    });
    stale
        .filter(|_| house.whole)
        .map(|(folder, why)| Breach::of(folder, format!("needs no exception ({why})")))
        .collect()
}

/// Each crate says what it is, and answers to the same lints.
pub(crate) fn crates(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for package in &house.packages {
        let of = |name: &str| match package.folder.as_str() {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        if !house.paths.contains(&of("README.md")) {
            breaches.push(Breach::of(&of("README.md"), "is not there"));
        }
        let manifest = house.files.get(&of("Cargo.toml"));
        let lints = manifest.is_some_and(|file| file.text.contains("[lints]\nworkspace = true"));
        // Generated code answers to its generator.
        if !lints && package.name != "parcelgate-proto" {
            breaches.push(Breach::of(
                &of("Cargo.toml"),
                "does not take the workspace's lints",
            ));
        }
    }
    breaches
}

/// What people wrote by hand to be run.
fn sources(house: &House) -> impl Iterator<Item = &File> {
    house.files.values().filter(|file| {
        ["rs", "proto", "py", "sh"].iter().any(|kind| file.is(kind))
            || file.under(&["scripts/", ".ci/", "justfile"])
    })
}

fn is_table(file: &File) -> bool {
    TABLES.iter().any(|(folder, _)| file.under(&[folder]))
}
