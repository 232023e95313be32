//! Every carrier's subject, as its own suite has it.

use std::path::Path;

use parcelgate_conformance::Subject;

#[path = "../../carriers/dhl/tests/conformance.rs"]
#[expect(dead_code, reason = "each is the root of a test, too")]
mod dhl_express;
#[path = "../../carriers/dhl/tests/parcel_de.rs"]
#[expect(dead_code, reason = "each is the root of a test, too")]
mod dhl_parcel_de;
#[path = "../../carriers/dhl/tests/unified.rs"]
#[expect(dead_code, reason = "each is the root of a test, too")]
mod dhl_unified;
#[path = "../../carriers/fedex/tests/conformance.rs"]
#[expect(dead_code, reason = "each is the root of a test, too")]
mod fedex;
#[path = "../../carriers/fourpx/tests/conformance.rs"]
#[expect(dead_code, reason = "each is the root of a test, too")]
mod fourpx;
#[path = "../../carriers/ups/tests/conformance.rs"]
#[expect(dead_code, reason = "each is the root of a test, too")]
mod ups;
#[path = "../../carriers/usps/tests/conformance.rs"]
#[expect(dead_code, reason = "each is the root of a test, too")]
mod usps;
#[path = "../../carriers/yanwen/tests/conformance.rs"]
#[expect(dead_code, reason = "each is the root of a test, too")]
mod yanwen;

/// Name, subject, and where the fixtures are below `carriers`.
type Row = (&'static str, fn() -> Subject, &'static str);

#[rustfmt::skip]
pub(crate) const ALL: [Row; 8] = [
    ("ups", ups::subject, "ups/fixtures"),
    ("fedex", fedex::subject, "fedex/fixtures"),
    ("usps", usps::subject, "usps/fixtures"),
    ("dhl_express", dhl_express::subject, "dhl/fixtures/express"),
    ("dhl_parcel_de", dhl_parcel_de::subject, "dhl/fixtures/parcel_de"),
    ("dhl_unified", dhl_unified::subject, "dhl/fixtures/unified"),
    ("yanwen", yanwen::subject, "yanwen/fixtures"),
    ("fourpx", fourpx::subject, "fourpx/fixtures"),
];

/// The subject of a row, its fixtures below `carriers`. The working directory becomes that of the
/// carrier, as in its own tests: settings may name files.
pub(crate) fn subject((_, subject, fixtures): Row, carriers: &Path) -> std::io::Result<Subject> {
    let folder = fixtures.split('/').next().unwrap_or_default();
    std::env::set_current_dir(carriers.join(folder))?;
    let fixtures = carriers.join(fixtures).to_string_lossy().into_owned();
    Ok(Subject {
        fixtures: fixtures.leak(), // a handful for the length of a run
        ..subject()
    })
}
