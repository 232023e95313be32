//! Pages of lists.
//!
//! A token is the name of the last element with the list it belongs to, so that one list's token is
//! refused by another.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parcelgate_domain::Violations;

use crate::service::Fault;

const SIZE_DEFAULT: u32 = 50;
const SIZE_MAX: i32 = 1_000;

/// Where a page begins and how long it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted<I> {
    /// The last element already seen.
    pub(super) after: Option<I>,
    /// How many at most.
    pub(super) size: u32,
}

impl<I: FromStr> Wanted<I> {
    /// Reads the fields of a request for `list`.
    pub(super) fn read(list: &str, size: i32, token: &str) -> Result<Self, Fault> {
        if !(0..=SIZE_MAX).contains(&size) {
            let mut violations = Violations::new();
            violations.refuse(
                "page_size",
                size,
                format!("0 (for {SIZE_DEFAULT}) to {SIZE_MAX}"),
            );
            return Err(violations.into());
        }
        let size = u32::try_from(size)
            .ok()
            .filter(|size| *size > 0)
            .unwrap_or(SIZE_DEFAULT);
        if token.is_empty() {
            return Ok(Self { after: None, size });
        }
        let foreign = || Fault::ForeignToken {
            field: "page_token",
        };
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| foreign())?;
        let text = String::from_utf8(bytes).map_err(|_| foreign())?;
        let after = text
            .strip_prefix(list)
            .and_then(|rest| rest.strip_prefix('\n'));
        let after = after.and_then(|id| id.parse().ok()).ok_or_else(foreign)?;
        Ok(Self {
            after: Some(after),
            size,
        })
    }
}

/// The token of a page of `list` that ended with `last`; empty when it was the last page.
pub(super) fn token(list: &str, size: u32, count: usize, last: Option<&str>) -> String {
    let full = usize::try_from(size).is_ok_and(|size| count >= size);
    token_after(list, last.filter(|_| full))
}

/// The token of a page of `list` that goes on after `last`; empty when nothing is left.
pub(super) fn token_after(list: &str, last: Option<&str>) -> String {
    last.map_or_else(String::new, |last| {
        URL_SAFE_NO_PAD.encode(format!("{list}\n{last}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_on_in_its_own_list_only() {
        let token = token("trackers", 1, 1, Some("42"));
        let wanted = Wanted::<u32>::read("trackers", 1, &token).unwrap();
        assert_eq!(
            wanted,
            Wanted {
                after: Some(42),
                size: 1
            }
        );
        for list in ["shipments", "tracker", "trackers\n4"] {
            assert!(matches!(
                Wanted::<u32>::read(list, 1, &token),
                Err(Fault::ForeignToken { .. })
            ));
        }
        assert!(Wanted::<u32>::read("trackers", 1, "%%%").is_err());
        assert!(Wanted::<u32>::read("trackers", 1_001, "").is_err());
    }
}
