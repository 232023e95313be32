//! Extras.

use parcelgate_domain::{Options, Signature, Violations};
use parcelgate_proto::v1;

use super::{known, money};

/// Extras; none when nothing is said of them.
pub(super) fn options(
    read: Option<&v1::ShipmentOptions>,
    field: &str,
    found: &mut Violations,
) -> Options {
    use v1::shipment_options::Signature as Read;
    let Some(read) = read else {
        return Options::default();
    };
    let insured = read.insured_value.as_ref();
    let options = Options {
        insured: insured.and_then(|it| money(it, &format!("{field}.insured_value"), found)),
        signature: match known(read.signature, &format!("{field}.signature"), found) {
            Read::Unspecified => None,
            Read::Anyone => Some(Signature::Anyone),
            Read::Adult => Some(Signature::Adult),
        },
        saturday_delivery: read.saturday_delivery,
    };
    found.append(options.violations(field));
    options
}
