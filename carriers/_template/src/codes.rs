//! Template's codes: one row a line.

use parcelgate_carrier::ServiceRow;

pub(crate) const SERVICES: &[ServiceRow] = &[service("GND", "Ground"), service("AIR", "Air")];

const fn service(code: &'static str, name: &'static str) -> ServiceRow {
    ServiceRow { code, name }
}
