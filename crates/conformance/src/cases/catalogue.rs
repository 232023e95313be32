//! Cases about what an account may use.

use parcelgate_carrier::Kind;

use super::{Case, other, tells_why};
use crate::ask::{Ask, Facet, Outcome, Reply};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(Facet::Catalogue, "services", Ask::Services, listed),
        Case::new(Facet::Catalogue, "warehouses", Ask::Warehouses, told),
    ]
}

/// At least one row, each with a code and a name.
fn listed(_: &Ask, reply: &Reply) -> Result<(), String> {
    let rows: Vec<(&str, &str)> = match reply {
        Ok(Outcome::Services(services)) => services
            .iter()
            .map(|service| (service.code.as_str(), service.name.as_str()))
            .collect(),
        Ok(Outcome::Warehouses(places)) => places
            .iter()
            .map(|place| (place.code.as_str(), place.name.as_str()))
            .collect(),
        _ => return Err(other(reply)),
    };
    if rows.is_empty()
        || rows
            .iter()
            .any(|(code, name)| code.is_empty() || name.is_empty())
    {
        return Err(other(reply));
    }
    Ok(())
}

/// A list, or word that the carrier publishes none.
fn told(ask: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Err(error) if error.kind == Kind::Unsupported => tells_why(error),
        _ => listed(ask, reply),
    }
}
