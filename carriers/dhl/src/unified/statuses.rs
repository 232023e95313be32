//! What the status codes of DHL's divisions mean, each by its own table.

mod ecommerce;
mod europe;
mod netherlands;
mod poland;
mod small;

use parcelgate_carrier::meaning::{Meaning, lookup};

use crate::express::statuses::EXPRESS;
use crate::meanings as m;
use crate::parcel_de::ice_events::ICE_EVENTS;

/// The table of each division that publishes one.
const TABLES: [(&str, &[(&str, Meaning)]); 12] = [
    ("dgf", small::FORWARDING),
    ("ecommerce", ecommerce::ECOMMERCE),
    ("ecommerce-apac", ecommerce::ECOMMERCE),
    ("ecommerce-europe", europe::EUROPE),
    ("ecommerce-iberia", europe::EUROPE),
    ("ecommerce-ppl", small::PPL),
    ("express", EXPRESS),
    ("freight", small::FREIGHT),
    ("parcel-de", small::PARCEL_DE),
    ("parcel-nl", netherlands::NETHERLANDS),
    ("parcel-pl", poland::POLAND),
    ("svb", small::LETTERS),
];

/// The coarse status that stands beside every code.
const COARSE: [(&str, Meaning); 5] = [
    ("pre-transit", m::ANNOUNCED),
    ("transit", m::ON_ITS_WAY),
    ("delivered", m::DELIVERED),
    ("failure", m::TROUBLE),
    ("unknown", Meaning::NO_CHANGE),
];

/// What a division says of one event; each may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Codes<'a> {
    /// Whose code it is.
    pub(super) service: &'a str,
    /// The finest, where a division gives it: of DHL Paket an event and its reason.
    pub(super) detailed: &'a str,
    /// Its own code, or a text that stands in for one.
    pub(super) status: &'a str,
    /// What that comes to.
    pub(super) coarse: &'a str,
}

impl<'a> Codes<'a> {
    /// The finest code that is known, with its meaning; the division's own code with the coarse
    /// meaning where none is.
    pub(super) fn meaning(self) -> (&'a str, Meaning) {
        if let Some(meaning) = self.ice() {
            return (self.detailed, meaning);
        }
        let table = lookup(&TABLES, &self.service);
        for code in [self.detailed, self.status] {
            if let Some(meaning) = table.and_then(|table| lookup(table, &code)) {
                return (code, meaning);
            }
        }
        let coarse = lookup(&COARSE, &self.coarse).unwrap_or(Meaning::NO_CHANGE);
        // A sentence is no code.
        let is_code = |text: &&str| !text.is_empty() && !text.contains(' ');
        let mut codes = [self.detailed, self.status, self.coarse].into_iter();
        (codes.find(is_code).unwrap_or_default(), coarse)
    }

    /// The event and its reason of `DLVRD.NGHBR`, however they are joined; by the letters beside
    /// them where those are known, too.
    fn ice(self) -> Option<Meaning> {
        if self.service != "parcel-de" {
            return None;
        }
        let mut words = self.detailed.split(|c: char| !c.is_ascii_alphanumeric());
        let (event, reason) = (words.next()?, words.next()?);
        let mut rows = ICE_EVENTS.iter().filter(|(row, _)| {
            let [of, why, _] = row;
            *of == event && *why == reason
        });
        let first = rows.clone().next();
        let exact = rows.find(|(row, _)| {
            let [_, _, letters] = row;
            *letters == self.status
        });
        exact.or(first).map(|(_, meaning)| *meaning)
    }
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{Status, Substatus};

    use super::*;

    fn of<'a>(service: &'a str, detailed: &'a str, status: &'a str, coarse: &'a str) -> Codes<'a> {
        Codes {
            service,
            detailed,
            status,
            coarse,
        }
    }

    #[test]
    fn the_finest_code_that_is_known_decides() {
        let neighbour = of("parcel-de", "DLVRD.NGHBR", "ZU", "delivered").meaning();
        assert_eq!(neighbour.0, "DLVRD.NGHBR");
        assert_eq!(neighbour.1.substatus, Some(Substatus::Neighbour));
        let (code, letters) = of("parcel-de", "XXXXX.YYYYY", "ZN", "failure").meaning();
        assert_eq!((code, letters.status), ("ZN", Some(Status::AttemptFailed)));
        let (code, coarse) = of("post-de", "", "SOMETHING_NEW", "transit").meaning();
        assert_eq!(
            (code, coarse.status),
            ("SOMETHING_NEW", Some(Status::InTransit))
        );
        let (code, words) = of("ecommerce", "", "ARRIVED SOMEWHERE", "transit").meaning();
        assert_eq!((code, words.status), ("transit", Some(Status::InTransit)));
        assert_eq!(of("", "", "", "").meaning(), ("", Meaning::NO_CHANGE));
    }

    #[test]
    fn an_event_means_what_it_does_beside_its_letters() {
        let meaning = |letters| {
            of("parcel-de", "HLDCC SERPT", letters, "transit")
                .meaning()
                .1
        };
        assert_eq!(meaning("ZF").status, Some(Status::AvailableForPickup));
        assert_eq!(meaning("PO").status, Some(Status::InTransit));
        assert_eq!(meaning("??").status, Some(Status::AvailableForPickup));
    }

    #[test]
    fn no_table_has_a_code_twice() {
        for (service, table) in TABLES {
            let mut codes: Vec<&str> = table.iter().map(|(code, _)| *code).collect();
            let count = codes.len();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes.len(), count, "{service}");
        }
        let mut rows: Vec<_> = ICE_EVENTS.iter().map(|(row, _)| row).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), ICE_EVENTS.len());
    }
}
