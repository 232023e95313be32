//! The parameters of a request's address; some may be there several times.

use axum::extract::Query;

/// Parameters in their order.
pub(crate) type Pairs = Query<Vec<(String, String)>>;

/// What `name` is set to, unless to nothing.
pub(crate) fn one<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    all(pairs, name).next()
}

/// Everything that `name` is set to; a list may also be written with commas.
pub(crate) fn all<'p>(pairs: &'p [(String, String)], name: &str) -> impl Iterator<Item = &'p str> {
    pairs
        .iter()
        .filter(move |(key, _)| key == name)
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

/// Whether `name` is set to `true`.
pub(crate) fn flag(pairs: &[(String, String)], name: &str) -> bool {
    one(pairs, name) == Some("true")
}

/// Which of `names` are not set.
pub(crate) fn missing<'n>(pairs: &[(String, String)], names: &[&'n str]) -> Vec<&'n str> {
    let absent = |name: &&&str| one(pairs, name).is_none();
    names.iter().filter(absent).copied().collect()
}
