//! Holds the tree to the rules of ARCHITECTURE.md.
//!
//! A rule is a row of [`RULES`]: what it says, why, how breaches of it are found, and small trees
//! with a fault planted in each, which the rule must find. Every rule is two tests.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod code;
mod edges;
mod house;
mod papers;
mod planted;
mod shape;
mod words;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::house::{Breach, House};

/// One rule.
struct Rule {
    /// What it says.
    says: &'static str,
    /// Why it is there.
    because: &'static str,
    /// Where it is broken.
    breaches: fn(&House) -> Vec<Breach>,
    /// Trees in which it is broken.
    planted: fn() -> Vec<House>,
}

const RULES: [Rule; 23] = [
    Rule {
        says: "our crates need each other only along the drawn edges",
        because: "an edge that nobody drew is how a layer begins to know another's business",
        breaches: edges::between_ours,
        planted: planted::between_ours,
    },
    Rule {
        says: "tests need our crates only along the drawn edges",
        because: "a sandbox that is tested with the adapters would share their mistakes",
        breaches: edges::between_tests,
        planted: planted::between_tests,
    },
    Rule {
        says: "reqwest, sqlx, redis, async-nats and tonic each have their crate",
        because: "a policy or a dialect that lives in one place can be changed in one place",
        breaches: edges::sole_users,
        planted: planted::sole_users,
    },
    Rule {
        says: "the domain and the tracking numbers only compute",
        because: "what neither waits nor reads can be tested with values alone",
        breaches: edges::pure,
        planted: planted::pure,
    },
    Rule {
        says: "an adapter has no door but the port's",
        because: "a request past the stack has no quota, no deadline and no breaker",
        breaches: edges::one_door,
        planted: planted::one_door,
    },
    Rule {
        says: "every folder of carriers/ and of shops/ is built in",
        because: "an adapter that is not registered is dead code",
        breaches: edges::registered,
        planted: planted::registered,
    },
    Rule {
        says: "gRPC types stay in src/grpc and src/cli",
        because: "they are all optional fields; behind the border everything is checked",
        breaches: words::grpc_types,
        planted: planted::grpc_types,
    },
    Rule {
        says: "only the registry names an adapter",
        because: "a use case that knows its carrier has to be edited for the next one",
        breaches: words::adapters,
        planted: planted::adapters,
    },
    Rule {
        says: "SQL is written in crates/store only",
        because: "a batch is the only way to write, and it cannot be half done",
        breaches: words::sql,
        planted: planted::sql,
    },
    Rule {
        says: "Redis is spoken to in one file",
        because: "what it must keep is one script, and whoever writes beside it breaks that",
        breaches: words::redis,
        planted: planted::redis,
    },
    Rule {
        says: "money, weight and length are never floats",
        because: "0.1 + 0.2 is not 0.3, and somebody is billed for it",
        breaches: words::floats,
        planted: planted::floats,
    },
    Rule {
        says: "no text names a path or a registry of one machine",
        because: "a fresh clone lies elsewhere",
        breaches: words::machines,
        planted: planted::machines,
    },
    Rule {
        says: "no lint is allowed; it is expected, with a reason",
        because: "an expectation that no longer fires is reported, an allowance stays for ever",
        breaches: words::silenced,
        planted: planted::silenced,
    },
    Rule {
        says: "nothing is left for later in a comment",
        because: "what is missing belongs in an issue or in the code",
        breaches: words::later,
        planted: planted::later,
    },
    Rule {
        says: "a file has at most 500 lines, src/main.rs 80",
        because: "a file can be read at one sitting",
        breaches: shape::files,
        planted: planted::files,
    },
    Rule {
        says: "an adapter has at most 1500 lines of code without its tables, or says how many",
        because: "an adapter can be understood in a day",
        breaches: shape::adapters,
        planted: planted::adapter_sizes,
    },
    Rule {
        says: "a function has at most 70 lines",
        because: "a function fits on a screen",
        breaches: shape::short_functions,
        planted: planted::short_functions,
    },
    Rule {
        says: "a line has at most 100 characters",
        because: "two files fit beside each other",
        breaches: shape::lines,
        planted: planted::lines,
    },
    Rule {
        says: "every exception to the sizes is needed",
        because: "an exception that nothing needs hides the next long file",
        breaches: shape::tables_are_there,
        planted: planted::tables_are_there,
    },
    Rule {
        says: "every crate has a README and the workspace's lints",
        because: "a crate without them is a stranger in the house",
        breaches: shape::crates,
        planted: planted::crates,
    },
    Rule {
        says: "every path that a document names is there",
        because: "a map with a missing street is worse than none",
        breaches: papers::paths,
        planted: planted::paths,
    },
    Rule {
        says: "every kind of failure has its section in docs/ERRORS.md",
        because: "a caller must know what to do about each of them",
        breaches: papers::kinds,
        planted: planted::kinds,
    },
    Rule {
        says: "a decision has context, decision and consequences",
        because: "without the reason nobody knows when it no longer holds",
        breaches: papers::decisions,
        planted: planted::decisions,
    },
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let house = Arc::new(House::read(root));
    let trials = RULES.iter().flat_map(|rule| {
        let house = Arc::clone(&house);
        let kept = Trial::test(rule.says, move || keeps(rule, &house));
        let caught = format!("{}: a planted fault is found", rule.says);
        [kept, Trial::test(caught, move || catches(rule))]
    });
    let reader = Trial::test("comments and literals are told from code", planted::reader);
    let trials = trials.chain([reader]).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn keeps(rule: &Rule, house: &House) -> Result<(), Failed> {
    let breaches = (rule.breaches)(house);
    if breaches.is_empty() {
        return Ok(());
    }
    let mut report = format!("{},\nbecause {}.\n", rule.says, rule.because);
    for breach in &breaches {
        writeln!(report, "  {breach}").expect("a String takes everything");
    }
    Err(report.into())
}

fn catches(rule: &Rule) -> Result<(), Failed> {
    let houses = (rule.planted)();
    let missed = houses
        .iter()
        .filter(|house| (rule.breaches)(house).is_empty());
    match (houses.len(), missed.count()) {
        (0, _) => Err("no fault is planted".into()),
        (_, 0) => Ok(()),
        (all, missed) => Err(format!("{missed} of {all} planted faults are not found").into()),
    }
}
