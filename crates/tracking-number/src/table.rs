//! The table of formats: one file per family, one row per format.
//!
//! The facts come from `jkeen/tracking_number_data` (MIT; the crate's README says more), whose
//! names for couriers and formats are kept so that the two can be compared. What a row says beyond
//! that collection is marked where it stands.
//!
//! Fields are read left to right. A check digit is computed from the covered fields: everything
//! but words (such as `1Z`) and what is marked `.uncovered()`.

mod amazon;
mod china;
mod countries;
mod dhl;
mod dpd;
mod fedex;
mod north_america;
mod posts;
mod s10;
mod ups;
mod usps;
mod yodel;

use crate::format::Format;

/// Our carriers first, then the others by name, the posts of the world last: where nothing else
/// tells two candidates apart, this order does.
pub(crate) const FAMILIES: &[&[Format]] = &[
    ups::FORMATS,
    china::FORMATS,
    fedex::FORMATS,
    usps::FORMATS,
    dhl::FORMATS,
    amazon::FORMATS,
    dpd::FORMATS,
    north_america::FORMATS,
    yodel::FORMATS,
    s10::FORMATS,
];

#[cfg(test)]
mod tests {
    use super::{countries, posts};

    #[test]
    fn the_lists_of_codes_are_sorted_for_the_search() {
        assert!(countries::COUNTRIES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(posts::POSTS.is_sorted_by(|(a, _), (b, _)| a < b));
    }
}
