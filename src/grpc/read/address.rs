//! Addresses.

use parcelgate_domain::{Address, Personal, Violations};
use parcelgate_proto::v1;

use super::{country, given};

/// A place that asks for nothing but what every place asks for.
const EASIEST: &str = "HK";

/// An address, unless something in it cannot stand.
pub(in crate::grpc) fn address(
    read: Option<&v1::Address>,
    field: &str,
    found: &mut Violations,
) -> Option<Address> {
    let Some(read) = read else {
        found.require(field, "given");
        return None;
    };
    let known = country(&read.country, &format!("{field}.country"), found);
    // What else is wrong is named beside a country that is not known.
    let country = known.or_else(|| EASIEST.parse().ok())?;
    let personal = |text: &str| given(text).map(Personal::from);
    let address = Address {
        name: Personal::new(read.name.trim()),
        company: personal(&read.company),
        lines: read
            .lines
            .iter()
            .filter_map(|line| personal(line))
            .collect(),
        city: read.city.trim().to_owned(),
        region: given(&read.region),
        postal_code: given(&read.postal_code),
        country,
        phone: personal(&read.phone),
        email: personal(&read.email),
        tax_id: personal(&read.tax_id),
        residential: read.residential,
    };
    found.append(address.violations(field));
    known.map(|_| address)
}
