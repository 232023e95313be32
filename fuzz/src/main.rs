//! Puts anything to the carriers' decoders: libFuzzer changes what was recorded, the adapter reads
//! it, and the laws of `parcelgate_conformance::laws::hostile` must hold.
//!
//! `scripts/fuzz` builds and runs it. `DECODERS` says which decoders: `yanwen.tracking`. Without
//! it, all there are are listed. What was recorded is written to the folder `SEEDS`, findings to
//! the folder `FOUND`.
#![no_main]

mod subjects;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{env, fs, io, panic, process};

use anyhow::{Context as _, anyhow};
use libfuzzer_sys::fuzz_target;
use parcelgate_conformance::laws::hostile::{Decoders, Finding, decoders};
use sha2::{Digest as _, Sha256};

static TARGET: OnceLock<Target> = OnceLock::new();

/// What a run is about.
struct Target {
    decoders: Decoders,
    /// Where findings go.
    found: PathBuf,
    /// Places and laws that are told already: one kind of finding each.
    told: Mutex<BTreeSet<(String, &'static str)>>,
}

fuzz_target!(
    init: {
        if let Err(error) = begin() {
            let _told = writeln!(io::stderr(), "fuzz: {error:#}");
            process::exit(2);
        }
    },
    |input: &[u8]| {
        if let Some(target) = TARGET.get()
            && let Err(finding) = target.decoders.hold(input)
        {
            target.tell(&finding, input);
        }
    }
);

fn begin() -> anyhow::Result<()> {
    // A panic is a finding like any other, and libFuzzer's hook would end the run at the first.
    panic::set_hook(Box::new(|_| {}));
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let carriers = home.parent().context("no folder above")?.join("carriers");
    let wanted = env::var("DECODERS").unwrap_or_default();
    let folder = |name| env::var_os(name).map_or_else(env::temp_dir, PathBuf::from);
    let (seeds, found) = (folder("SEEDS"), folder("FOUND"));
    for row in subjects::ALL {
        if !wanted.is_empty() && wanted.split('.').next() != Some(row.0) {
            continue;
        }
        let subject = subjects::subject(row, &carriers)?;
        for decoders in decoders(&subject).map_err(|problem| anyhow!(problem))? {
            let name = format!("{}.{}", row.0, decoders.facet.name());
            if wanted.is_empty() {
                writeln!(io::stdout(), "{name}")?;
            } else if wanted == name {
                for (index, seed) in decoders.seeds().iter().enumerate() {
                    fs::write(seeds.join(format!("seed-{index}")), seed)?;
                }
                let target = Target {
                    decoders,
                    found,
                    told: Mutex::default(),
                };
                let _first = TARGET.set(target);
                return Ok(());
            }
        }
    }
    anyhow::ensure!(wanted.is_empty(), "there are no decoders {wanted:?}");
    process::exit(0)
}

impl Target {
    /// Keeps the first finding of each kind, under the name by which the suite replays it.
    fn tell(&self, finding: &Finding, input: &[u8]) {
        let Finding { place, law, what } = finding;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.insert((place.clone(), law)) {
            return;
        }
        let body = input.get(2..).unwrap_or_default();
        let digest: String = Sha256::digest(body)
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let file = self.found.join(format!("{place}~{law}-{digest}"));
        let kept = fs::create_dir_all(&self.found).and_then(|()| fs::write(&file, body));
        let _told = writeln!(
            io::stderr(),
            "FOUND {place}, {law}: {what}\n  kept: {} {kept:?}",
            file.display()
        );
    }
}
