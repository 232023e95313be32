//! The tree as the rules see it: files, packages, and what each package depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::{env, fmt, fs};

use serde_json::Value;

use crate::code::skeleton;

/// Folders that are not part of the project.
const FOREIGN: [&str; 4] = [".git", "target", "parcelgate-demo", "__pycache__"];

/// What is read as text; everything else is known by its path only.
const TEXT: [&str; 13] = [
    "rs", "toml", "md", "proto", "py", "sh", "sql", "tsv", "csv", "json", "yaml", "yml", "http",
];

/// Texts without an extension.
const NAMED: [&str; 5] = [
    "justfile",
    "scripts/test",
    "scripts/footprint",
    ".ci/run",
    ".gitignore",
];

/// A place where a rule is broken, and how.
#[derive(Debug, Clone)]
pub(crate) struct Breach(String);

impl Breach {
    pub(crate) fn at(path: &str, line: usize, what: impl fmt::Display) -> Self {
        Self(format!("{path}:{line}: {what}"))
    }

    pub(crate) fn of(path: &str, what: impl fmt::Display) -> Self {
        Self(format!("{path}: {what}"))
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One text.
#[derive(Debug)]
pub(crate) struct File {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// For Rust: the text with comments and the insides of literals blanked, line for line.
    pub(crate) code: String,
}

impl File {
    fn new(path: String, text: String) -> Self {
        let code = match extension(&path) {
            "rs" => skeleton(&text),
            _ => String::new(),
        };
        Self { path, text, code }
    }

    pub(crate) fn is(&self, wanted: &str) -> bool {
        extension(&self.path) == wanted
    }

    pub(crate) fn under(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Lines that hold `word` as a whole word of code; only those before the unit tests.
    pub(crate) fn lines_with_word(&self, is_it: impl Fn(&str) -> bool) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, line) in self.code.lines().enumerate() {
            if line.trim() == "#[cfg(test)]" {
                break;
            }
            let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            if let Some(word) = words.into_iter().find(|word| is_it(word)) {
                found.push((at + 1, word.to_owned()));
            }
        }
        found
    }
}

fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// A crate of ours.
#[derive(Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Relative to the root; empty for the root package.
    pub(crate) folder: String,
    /// Dependencies of the program and of its build.
    pub(crate) needs: BTreeSet<String>,
    /// Dependencies of its tests.
    pub(crate) tests_need: BTreeSet<String>,
}

/// The whole tree, or a small one with a fault planted in it.
#[derive(Debug, Default)]
pub(crate) struct House {
    pub(crate) files: BTreeMap<String, File>,
    /// Every file and folder, text or not.
    pub(crate) paths: BTreeSet<String>,
    pub(crate) packages: Vec<Package>,
    /// Whether it is the whole tree; only there can an exception be stale.
    pub(crate) whole: bool,
}

impl House {
    /// The tree below `root`.
    pub(crate) fn read(root: &Path) -> Self {
        let mut house = Self {
            packages: packages(root),
            whole: true,
            ..Self::default()
        };
        house.walk(root, "");
        house
    }

    /// A small tree of these files.
    pub(crate) fn of<const N: usize>(files: [(&str, &str); N]) -> Self {
        let mut house = Self::default();
        for (path, text) in files {
            house.paths.insert(path.to_owned());
            let file = File::new(path.to_owned(), text.to_owned());
            house.files.insert(path.to_owned(), file);
        }
        house
    }

    /// The same with a package.
    pub(crate) fn with<const N: usize>(
        mut self,
        folder: &str,
        name: &str,
        needs: [&str; N],
    ) -> Self {
        self.packages.push(Package {
            name: name.to_owned(),
            folder: folder.to_owned(),
            needs: needs.into_iter().map(str::to_owned).collect(),
            ..Package::default()
        });
        self
    }

    /// The Rust sources below these folders.
    pub(crate) fn rust<'a>(&'a self, folders: &'a [&str]) -> impl Iterator<Item = &'a File> {
        let all = self.files.values();
        all.filter(move |file| file.is("rs") && file.under(folders))
    }

    fn walk(&mut self, root: &Path, below: &str) {
        for entry in fs::read_dir(root.join(below)).expect("a readable folder") {
            let entry = entry.expect("a readable folder");
            let name = entry.file_name().to_string_lossy().into_owned();
            if FOREIGN.contains(&name.as_str()) {
                continue;
            }
            let path = match below {
                "" => name,
                folder => format!("{folder}/{name}"),
            };
            self.paths.insert(path.clone());
            if entry.path().is_dir() {
                self.walk(root, &path);
            } else if TEXT.contains(&extension(&path)) || NAMED.contains(&path.as_str()) {
                let text = fs::read_to_string(entry.path()).expect("a text");
                self.files.insert(path.clone(), File::new(path, text));
            }
        }
    }
}

/// Our packages, as cargo reads their manifests. Needs no network and no downloaded crate.
fn packages(root: &Path) -> Vec<Package> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root)
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {said}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo answers in JSON");
    let all = metadata["packages"].as_array().expect("packages");
    all.iter()
        .map(|package| read_package(root, package))
        .collect()
}

fn read_package(root: &Path, package: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let manifest = text(&package["manifest_path"]);
    let folder = Path::new(&manifest)
        .parent()
        .expect("a manifest lies in a folder");
    let mut read = Package {
        name: text(&package["name"]),
        folder: folder
            .strip_prefix(root)
            .expect("a package lies in the workspace")
            .to_string_lossy()
            .into_owned(),
        ..Package::default()
    };
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        let name = text(&dependency["name"]);
        match dependency["kind"].as_str() {
            Some("dev") => read.tests_need.insert(name),
            _ => read.needs.insert(name),
        };
    }
    read
}
