//! Small trees with a fault in each, one function per rule.

use libtest_mimic::Failed;

use crate::code::{Function, functions, skeleton};
use crate::house::House;

const DOMAIN: (&str, &str) = ("crates/domain", "parcelgate-domain");
const UPS: (&str, &str) = ("carriers/ups", "parcelgate-carrier-ups");

const AMAZON: (&str, &str) = ("shops/amazon", "parcelgate-shop-amazon");

fn package<const N: usize>((folder, name): (&str, &str), needs: [&str; N]) -> House {
    House::default().with(folder, name, needs)
}

fn one(path: &str, text: &str) -> Vec<House> {
    vec![House::of([(path, text)])]
}

pub(crate) fn between_ours() -> Vec<House> {
    vec![
        package(UPS, ["parcelgate-wire"]),
        package(UPS, ["parcelgate-carrier-yanwen"]),
        package(DOMAIN, ["parcelgate-clock"]),
        package(
            ("crates/sandbox", "parcelgate-sandbox"),
            ["parcelgate-carrier"],
        ),
        package(("crates/new", "parcelgate-new"), []),
        package(AMAZON, ["parcelgate-wire"]),
        package(AMAZON, ["parcelgate-store"]),
        package(AMAZON, ["parcelgate-shop-shopify"]),
        package(("crates/shop", "parcelgate-shop"), ["parcelgate-wire"]),
        package(UPS, ["parcelgate-shop"]),
    ]
}

pub(crate) fn between_tests() -> Vec<House> {
    let mut house = package(("crates/sandbox", "parcelgate-sandbox"), []);
    for package in &mut house.packages {
        package
            .tests_need
            .insert("parcelgate-carrier-ups".to_owned());
    }
    vec![house]
}

pub(crate) fn sole_users() -> Vec<House> {
    vec![
        package(("", "parcelgate"), ["sqlx"]),
        package(("", "parcelgate"), ["reqwest"]),
        package(("", "parcelgate"), ["redis"]),
        package(("", "parcelgate"), ["async-nats"]),
        package(("crates/store", "parcelgate-store"), ["tonic"]),
    ]
}

pub(crate) fn pure() -> Vec<House> {
    vec![
        package(DOMAIN, ["tokio"]),
        House::of([("crates/domain/src/quote.rs", "pub async fn fetch() {}\n")]),
    ]
}

pub(crate) fn one_door() -> Vec<House> {
    vec![
        package(UPS, ["reqwest"]),
        package(UPS, ["tokio"]),
        package(AMAZON, ["reqwest"]),
    ]
}

pub(crate) fn registered() -> Vec<House> {
    let registry = "x(parcelgate_carrier_ups::connect)";
    let built_in = || House::of([("src/carriers.rs", registry)]);
    let root = ("", "parcelgate");
    vec![
        House::of([("src/carriers.rs", "// parcelgate_carrier_ups::connect\n")])
            .with(UPS.0, UPS.1, [])
            .with(root.0, root.1, [UPS.1]),
        built_in().with(UPS.0, UPS.1, []).with(root.0, root.1, []),
        House::of([("src/shops.rs", "// parcelgate_shop_amazon::SHOP\n")])
            .with(AMAZON.0, AMAZON.1, [])
            .with(root.0, root.1, [AMAZON.1]),
        built_in()
            .with(UPS.0, "parcelgate-ups", [])
            .with(root.0, root.1, ["parcelgate-ups"]),
    ]
}

pub(crate) fn grpc_types() -> Vec<House> {
    vec![
        House::of([("src/service/rates.rs", "use tonic::Status;\n")]),
        House::of([("src/push/mod.rs", "use parcelgate_proto::v1::Event;\n")]),
    ]
}

pub(crate) fn adapters() -> Vec<House> {
    vec![
        House::of([("src/app.rs", "use parcelgate_carrier_ups::Ups;\n")]),
        House::of([("src/service/ship.rs", "if carrier == \"ups\" {}\n")]).with(UPS.0, UPS.1, []),
        House::of([("src/app.rs", "use parcelgate_shop_amazon::Amazon;\n")]),
        House::of([("src/service/confirm/plan.rs", "if shop == \"amazon\" {}\n")]).with(
            AMAZON.0,
            AMAZON.1,
            [],
        ),
    ]
}

pub(crate) fn sql() -> Vec<House> {
    one(
        "src/service/ship.rs",
        "let q = \"SELECT state FROM purchase\";\n",
    )
}

pub(crate) fn redis() -> Vec<House> {
    vec![
        House::of([("crates/wire/src/lanes.rs", "use redis::Client;\n")]),
        House::of([("src/service/rates.rs", "redis::cmd(\"SET\");\n")]),
    ]
}

pub(crate) fn floats() -> Vec<House> {
    vec![
        House::of([("crates/domain/src/money.rs", "struct Money(f64);\n")]),
        House::of([(
            "proto/parcelgate/v1/rate.proto",
            "  repeated double price = 1;\n",
        )]),
    ]
}

pub(crate) fn machines() -> Vec<House> {
    vec![
        House::of([("docs/a.md", "Run /home/anna/run.sh\n")]),
        House::of([(
            "scripts/test",
            concat!("pip install --index-url https://pypi", ".org/simple x\n"),
        )]),
    ]
}

pub(crate) fn silenced() -> Vec<House> {
    one("src/app.rs", "#[allow(dead_code)]\nfn f() {}\n")
}

pub(crate) fn later() -> Vec<House> {
    vec![
        House::of([("src/app.rs", "// TODO: the other half\n")]),
        House::of([("scripts/test", "# FIXME\n")]),
    ]
}

pub(crate) fn files() -> Vec<House> {
    vec![
        House::of([("src/app.rs", &"fn f() {}\n".repeat(501))]),
        House::of([("src/main.rs", &"fn f() {}\n".repeat(81))]),
    ]
}

pub(crate) fn adapter_sizes() -> Vec<House> {
    let long = "x();\n".repeat(1_501);
    let of = |carrier: &str, file: &str, text: &str| {
        let (folder, name) = (
            format!("carriers/{carrier}"),
            format!("parcelgate-carrier-{carrier}"),
        );
        let path = format!("{folder}/src/{file}");
        House::of([(path.as_str(), text)]).with(&folder, &name, [])
    };
    assert!(crate::shape::adapters(&of("acme", "codes.rs", &long)).is_empty());
    vec![
        of("acme", "track.rs", &long),
        of("ups", "track.rs", "x();\n"),
    ]
}

pub(crate) fn short_functions() -> Vec<House> {
    let body = "    g('}', \"}\"); // }\n".repeat(70);
    one("src/app.rs", &format!("fn f() {{\n{body}}}\n"))
}

pub(crate) fn lines() -> Vec<House> {
    let long = format!("// {}\n", "é".repeat(98));
    let table = "#[rustfmt::skip]\nconst A: [u8; 1] = [\n    1,\n];\n";
    vec![
        House::of([("src/app.rs", &long)]),
        House::of([("src/app.rs", &format!("{table}{long}"))]),
        House::of([(
            "src/app.rs",
            &format!("#[rustfmt::skip]\nconst A: u8 = 1;\n{long}"),
        )]),
    ]
}

pub(crate) fn tables_are_there() -> Vec<House> {
    vec![House {
        whole: true,
        ..House::default()
    }]
}

pub(crate) fn crates() -> Vec<House> {
    let manifest = ("crates/domain/Cargo.toml", "[lints]\nworkspace = true\n");
    let readme = ("crates/domain/README.md", "# parcelgate-domain\n");
    vec![
        House::of([manifest]).with(DOMAIN.0, DOMAIN.1, []),
        House::of([readme]).with(DOMAIN.0, DOMAIN.1, []),
    ]
}

pub(crate) fn paths() -> Vec<House> {
    vec![
        House::of([("README.md", "See [the map](MAP.md).\n")]),
        House::of([("README.md", "`src/nowhere.rs` does it.\n")]),
    ]
}

pub(crate) fn kinds() -> Vec<House> {
    let code = "pub enum Kind {\n    /// Late.\n    Deadline,\n    Refused,\n}\n";
    let house = |paper| {
        House::of([
            ("crates/carrier/src/error.rs", code),
            ("docs/ERRORS.md", paper),
        ])
    };
    vec![
        house("## Deadline\n"),
        house("## Deadline\n## Refused\n## Forgotten\n"),
    ]
}

pub(crate) fn decisions() -> Vec<House> {
    one(
        "docs/adr/0001-narrow-door.md",
        "# 1\n\n## Context\n\n## Decision\n",
    )
}

/// The reader that the rules rely on.
pub(crate) fn reader() -> Result<(), Failed> {
    let blanked = [
        ("a // fn {\nb", "a        \nb"),
        ("a /* { /* } */ */ b", "a                 b"),
        (r#"f("\"{", 'x', '\'')"#, r"f(     ,    ,     )"),
        ("r#\"{\"{\"# br\"{\" r#type", "         b     r#type"),
        ("&'a str", "&'a str"),
    ];
    for (text, code) in blanked {
        if skeleton(text) != code {
            return Err(format!("{text} is read as {}", skeleton(text)).into());
        }
    }
    let text = "fn a(x: [u8; 3]) -> u8 {\n    {}\n}\ntrait T {\n    fn b();\n}\n";
    let found = functions(text);
    let only = Function {
        name: "a".to_owned(),
        line: 1,
        lines: 3,
    };
    match found.as_slice() {
        [function] if *function == only => Ok(()),
        _ => Err(format!("{text} has {found:?}").into()),
    }
}
