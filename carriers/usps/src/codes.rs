//! What USPS sells, in its own codes.
//!
//! A service is a mail class with a rate indicator, which says in what it is packed. A code without
//! a packaging in it means a box of the sender's own. Sources: descriptions of labels v3 (3.9.13),
//! international labels v3 (3.3.7) and shipping options v3 (3.1.29).

use parcelgate_carrier::ServiceRow;

/// Where a service goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Within the United States, their territories and their military mail.
    Domestic,
    /// Back to the seller, within the same.
    Return,
    /// To another country.
    Abroad,
}

/// In what it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// A box of the sender's own, priced by weight and size.
    Own,
    /// The same, small enough to be priced by its volume.
    Cubic,
    /// A bag of the sender's own, priced by its volume.
    SoftPack,
    /// A box of USPS's.
    Box,
    /// An envelope of USPS's.
    Envelope,
}

impl Packing {
    /// Whether a parcel of any kind may be in it, which is not so of an envelope.
    const fn is_any(self) -> bool {
        matches!(self, Self::Own | Self::Cubic)
    }
}

/// One service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Product {
    /// The code here.
    pub(crate) code: &'static str,
    /// USPS's `mailClass`.
    pub(crate) class: &'static str,
    /// USPS's `rateIndicator`; of the sender's own box the one of an ordinary size.
    pub(crate) rate: &'static str,
    pub(crate) packing: Packing,
    pub(crate) way: Way,
}

/// Classes for goods of one kind alone: books, recordings, what libraries lend, bound prints
/// (Domestic Mail Manual 263 and 273, <https://pe.usps.com/text/dmm300/273.htm>).
const CERTAIN_GOODS: [&str; 3] = ["MEDIA_MAIL", "LIBRARY_MAIL", "BOUND_PRINTED_MATTER"];

impl Product {
    /// Whether it takes any goods, in any parcel. What does not must be asked for by its name, or
    /// the cheapest price would be one that the goods have no right to.
    pub(crate) fn is_for_anything(&self) -> bool {
        self.packing.is_any() && !CERTAIN_GOODS.contains(&self.class)
    }
}

/// The service of a code.
pub(crate) fn product(code: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.code == code)
}

/// The service of a price. Of the sender's own box there are several indicators, by its size.
pub(crate) fn priced(class: &str, rate: &str) -> Option<&'static Product> {
    let mut of_class = PRODUCTS.iter().filter(|product| product.class == class);
    of_class.find(|product| {
        product.rate == rate || (product.packing == Packing::Own && OWN_BOX.contains(&rate))
    })
}

/// The service by which a return goes, where the outbound one was named.
pub(crate) fn way_back(code: &str) -> Option<&'static Product> {
    let product = product(code)?;
    match product.way {
        Way::Return => Some(product),
        Way::Domestic => PRODUCTS.iter().find(|back| {
            back.way == Way::Return
                && back.class.strip_suffix("_RETURN_SERVICE") == Some(product.class)
        }),
        Way::Abroad => None,
    }
}

/// The class of a pricing SKU, of which the first two letters tell: `DU` of `DUXP0XXXUC01080`. Seen
/// in USPS's own examples are DU, DV and IE; the others follow from their letters.
pub(crate) fn of_sku(sku: &str) -> Option<&'static Product> {
    let mut rows = SKUS.iter();
    let (_, code) = rows.find(|(prefix, _)| sku.starts_with(prefix))?;
    product(code)
}

/// Rate indicators of a box of the sender's own: ordinary, large for its weight, oversized.
const OWN_BOX: [&str; 5] = ["SP", "PA", DIMENSIONAL, "DN", OVERSIZED];
/// More than a cubic foot that weighs less than its volume says.
pub(crate) const DIMENSIONAL: &str = "DR";
/// More than 108 inches in length and girth.
pub(crate) const OVERSIZED: &str = "OS";

pub(crate) const GROUND_ADVANTAGE: &str = "USPS_GROUND_ADVANTAGE";
pub(crate) const PRIORITY: &str = "PRIORITY_MAIL";
pub(crate) const EXPRESS: &str = "PRIORITY_MAIL_EXPRESS";
pub(crate) const FIRST_CLASS_ABROAD: &str = "FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE";

const GROUND_BACK: &str = "USPS_GROUND_ADVANTAGE_RETURN_SERVICE";
const PRIORITY_BACK: &str = "PRIORITY_MAIL_RETURN_SERVICE";
const EXPRESS_BACK: &str = "PRIORITY_MAIL_EXPRESS_RETURN_SERVICE";
const PRIORITY_ABROAD: &str = "PRIORITY_MAIL_INTERNATIONAL";
const EXPRESS_ABROAD: &str = "PRIORITY_MAIL_EXPRESS_INTERNATIONAL";

const fn own(class: &'static str, rate: &'static str, way: Way) -> Product {
    packed(class, class, rate, Packing::Own, way)
}

const fn packed(
    code: &'static str,
    class: &'static str,
    rate: &'static str,
    packing: Packing,
    way: Way,
) -> Product {
    Product {
        code,
        class,
        rate,
        packing,
        way,
    }
}

#[rustfmt::skip]
pub(crate) const PRODUCTS: &[Product] = &[
    own(GROUND_ADVANTAGE, "SP", Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC", GROUND_ADVANTAGE, "CP", Packing::Cubic, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_1", GROUND_ADVANTAGE, "P5", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_2", GROUND_ADVANTAGE, "P6", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_3", GROUND_ADVANTAGE, "P7", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_4", GROUND_ADVANTAGE, "P8", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_5", GROUND_ADVANTAGE, "P9", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_6", GROUND_ADVANTAGE, "Q6", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_7", GROUND_ADVANTAGE, "Q7", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_8", GROUND_ADVANTAGE, "Q8", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_9", GROUND_ADVANTAGE, "Q9", Packing::SoftPack, Way::Domestic),
    packed("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_10", GROUND_ADVANTAGE, "Q0", Packing::SoftPack, Way::Domestic),
    own(PRIORITY, "SP", Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC", PRIORITY, "CP", Packing::Cubic, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_1", PRIORITY, "P5", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_2", PRIORITY, "P6", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_3", PRIORITY, "P7", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_4", PRIORITY, "P8", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_5", PRIORITY, "P9", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_6", PRIORITY, "Q6", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_7", PRIORITY, "Q7", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_8", PRIORITY, "Q8", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_9", PRIORITY, "Q9", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_CUBIC_SOFT_PACK_10", PRIORITY, "Q0", Packing::SoftPack, Way::Domestic),
    packed("PRIORITY_MAIL_FLAT_RATE_ENVELOPE", PRIORITY, "FE", Packing::Envelope, Way::Domestic),
    packed("PRIORITY_MAIL_LEGAL_FLAT_RATE_ENVELOPE", PRIORITY, "FA", Packing::Envelope, Way::Domestic),
    packed("PRIORITY_MAIL_PADDED_FLAT_RATE_ENVELOPE", PRIORITY, "FP", Packing::Envelope, Way::Domestic),
    packed("PRIORITY_MAIL_SMALL_FLAT_RATE_BOX", PRIORITY, "FS", Packing::Box, Way::Domestic),
    packed("PRIORITY_MAIL_MEDIUM_FLAT_RATE_BOX", PRIORITY, "FB", Packing::Box, Way::Domestic),
    packed("PRIORITY_MAIL_LARGE_FLAT_RATE_BOX", PRIORITY, "PL", Packing::Box, Way::Domestic),
    packed("PRIORITY_MAIL_LARGE_FLAT_RATE_BOX_MILITARY", PRIORITY, "PM", Packing::Box, Way::Domestic),
    own(EXPRESS, "PA", Way::Domestic),
    packed("PRIORITY_MAIL_EXPRESS_FLAT_RATE_ENVELOPE", EXPRESS, "E4", Packing::Envelope, Way::Domestic),
    packed("PRIORITY_MAIL_EXPRESS_LEGAL_FLAT_RATE_ENVELOPE", EXPRESS, "E6", Packing::Envelope, Way::Domestic),
    packed("PRIORITY_MAIL_EXPRESS_PADDED_FLAT_RATE_ENVELOPE", EXPRESS, "FP", Packing::Envelope, Way::Domestic),
    own("MEDIA_MAIL", "SP", Way::Domestic),
    own("LIBRARY_MAIL", "SP", Way::Domestic),
    own("BOUND_PRINTED_MATTER", "SP", Way::Domestic),
    own(GROUND_BACK, "SP", Way::Return),
    own(PRIORITY_BACK, "SP", Way::Return),
    own(EXPRESS_BACK, "PA", Way::Return),
    own(FIRST_CLASS_ABROAD, "SP", Way::Abroad),
    own(PRIORITY_ABROAD, "SP", Way::Abroad),
    packed("PRIORITY_MAIL_INTERNATIONAL_FLAT_RATE_ENVELOPE", PRIORITY_ABROAD, "FE", Packing::Envelope, Way::Abroad),
    packed("PRIORITY_MAIL_INTERNATIONAL_LEGAL_FLAT_RATE_ENVELOPE", PRIORITY_ABROAD, "FA", Packing::Envelope, Way::Abroad),
    packed("PRIORITY_MAIL_INTERNATIONAL_PADDED_FLAT_RATE_ENVELOPE", PRIORITY_ABROAD, "FP", Packing::Envelope, Way::Abroad),
    packed("PRIORITY_MAIL_INTERNATIONAL_SMALL_FLAT_RATE_BOX", PRIORITY_ABROAD, "FS", Packing::Box, Way::Abroad),
    packed("PRIORITY_MAIL_INTERNATIONAL_MEDIUM_FLAT_RATE_BOX", PRIORITY_ABROAD, "FB", Packing::Box, Way::Abroad),
    packed("PRIORITY_MAIL_INTERNATIONAL_LARGE_FLAT_RATE_BOX", PRIORITY_ABROAD, "PL", Packing::Box, Way::Abroad),
    own(EXPRESS_ABROAD, "PA", Way::Abroad),
    packed("PRIORITY_MAIL_EXPRESS_INTERNATIONAL_FLAT_RATE_ENVELOPE", EXPRESS_ABROAD, "E4", Packing::Envelope, Way::Abroad),
    packed("PRIORITY_MAIL_EXPRESS_INTERNATIONAL_LEGAL_FLAT_RATE_ENVELOPE", EXPRESS_ABROAD, "E6", Packing::Envelope, Way::Abroad),
    packed("PRIORITY_MAIL_EXPRESS_INTERNATIONAL_PADDED_FLAT_RATE_ENVELOPE", EXPRESS_ABROAD, "FP", Packing::Envelope, Way::Abroad),
];

/// What an order here does not carry enough for, or USPS no longer sells, with the reason.
#[rustfmt::skip]
pub(crate) const NOT_SOLD: &[(&str, &str)] = &[
    ("PARCEL_SELECT", "it is handed over at a facility near the recipient, which an order does not name"),
    ("PARCEL_SELECT_LIGHTWEIGHT", "USPS has given it up for PARCEL_SELECT"),
    ("USPS_CONNECT_LOCAL", "it is handed over at the post office of the recipient, which an order does not name"),
    ("USPS_CONNECT_REGIONAL", "it is handed over at a facility near the recipient, which an order does not name"),
    ("USPS_CONNECT_MAIL", "it is handed over at the post office of the recipient, which an order does not name"),
    ("FIRST-CLASS_PACKAGE_SERVICE", "USPS has given it up for USPS_GROUND_ADVANTAGE"),
    ("FIRST-CLASS_PACKAGE_RETURN_SERVICE", "USPS has given it up for USPS_GROUND_ADVANTAGE_RETURN_SERVICE"),
    ("GROUND_RETURN_SERVICE", "USPS has given it up for USPS_GROUND_ADVANTAGE_RETURN_SERVICE"),
    ("GLOBAL_EXPRESS_GUARANTEED", "USPS has suspended it since 2024-09-29"),
];

#[rustfmt::skip]
const SKUS: &[(&str, &str)] = &[
    ("DU", GROUND_ADVANTAGE),
    ("DP", PRIORITY),
    ("DE", EXPRESS),
    ("DM", "MEDIA_MAIL"),
    ("DL", "LIBRARY_MAIL"),
    ("DB", "BOUND_PRINTED_MATTER"),
    ("IF", FIRST_CLASS_ABROAD),
    ("IP", PRIORITY_ABROAD),
    ("IE", EXPRESS_ABROAD),
];

#[rustfmt::skip]
pub(crate) const SERVICES: &[ServiceRow] = &[
    row(GROUND_ADVANTAGE, "USPS Ground Advantage"),
    row("USPS_GROUND_ADVANTAGE_CUBIC", "USPS Ground Advantage Cubic"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_1", "USPS Ground Advantage Cubic Soft Pack, Tier 1"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_2", "USPS Ground Advantage Cubic Soft Pack, Tier 2"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_3", "USPS Ground Advantage Cubic Soft Pack, Tier 3"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_4", "USPS Ground Advantage Cubic Soft Pack, Tier 4"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_5", "USPS Ground Advantage Cubic Soft Pack, Tier 5"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_6", "USPS Ground Advantage Cubic Soft Pack, Tier 6"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_7", "USPS Ground Advantage Cubic Soft Pack, Tier 7"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_8", "USPS Ground Advantage Cubic Soft Pack, Tier 8"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_9", "USPS Ground Advantage Cubic Soft Pack, Tier 9"),
    row("USPS_GROUND_ADVANTAGE_CUBIC_SOFT_PACK_10", "USPS Ground Advantage Cubic Soft Pack, Tier 10"),
    row(PRIORITY, "Priority Mail"),
    row("PRIORITY_MAIL_CUBIC", "Priority Mail Cubic"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_1", "Priority Mail Cubic Soft Pack, Tier 1"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_2", "Priority Mail Cubic Soft Pack, Tier 2"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_3", "Priority Mail Cubic Soft Pack, Tier 3"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_4", "Priority Mail Cubic Soft Pack, Tier 4"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_5", "Priority Mail Cubic Soft Pack, Tier 5"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_6", "Priority Mail Cubic Soft Pack, Tier 6"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_7", "Priority Mail Cubic Soft Pack, Tier 7"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_8", "Priority Mail Cubic Soft Pack, Tier 8"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_9", "Priority Mail Cubic Soft Pack, Tier 9"),
    row("PRIORITY_MAIL_CUBIC_SOFT_PACK_10", "Priority Mail Cubic Soft Pack, Tier 10"),
    row("PRIORITY_MAIL_FLAT_RATE_ENVELOPE", "Priority Mail Flat Rate Envelope"),
    row("PRIORITY_MAIL_LEGAL_FLAT_RATE_ENVELOPE", "Priority Mail Legal Flat Rate Envelope"),
    row("PRIORITY_MAIL_PADDED_FLAT_RATE_ENVELOPE", "Priority Mail Padded Flat Rate Envelope"),
    row("PRIORITY_MAIL_SMALL_FLAT_RATE_BOX", "Priority Mail Small Flat Rate Box"),
    row("PRIORITY_MAIL_MEDIUM_FLAT_RATE_BOX", "Priority Mail Medium Flat Rate Box"),
    row("PRIORITY_MAIL_LARGE_FLAT_RATE_BOX", "Priority Mail Large Flat Rate Box"),
    row("PRIORITY_MAIL_LARGE_FLAT_RATE_BOX_MILITARY", "Priority Mail Large Flat Rate Box APO/FPO/DPO"),
    row(EXPRESS, "Priority Mail Express"),
    row("PRIORITY_MAIL_EXPRESS_FLAT_RATE_ENVELOPE", "Priority Mail Express Flat Rate Envelope"),
    row("PRIORITY_MAIL_EXPRESS_LEGAL_FLAT_RATE_ENVELOPE", "Priority Mail Express Legal Flat Rate Envelope"),
    row("PRIORITY_MAIL_EXPRESS_PADDED_FLAT_RATE_ENVELOPE", "Priority Mail Express Padded Flat Rate Envelope"),
    row("MEDIA_MAIL", "Media Mail"),
    row("LIBRARY_MAIL", "Library Mail"),
    row("BOUND_PRINTED_MATTER", "Bound Printed Matter"),
    row(GROUND_BACK, "USPS Ground Advantage Return Service"),
    row(PRIORITY_BACK, "Priority Mail Return Service"),
    row(EXPRESS_BACK, "Priority Mail Express Return Service"),
    row(FIRST_CLASS_ABROAD, "First-Class Package International Service"),
    row(PRIORITY_ABROAD, "Priority Mail International"),
    row("PRIORITY_MAIL_INTERNATIONAL_FLAT_RATE_ENVELOPE", "Priority Mail International Flat Rate Envelope"),
    row("PRIORITY_MAIL_INTERNATIONAL_LEGAL_FLAT_RATE_ENVELOPE", "Priority Mail International Legal Flat Rate Envelope"),
    row("PRIORITY_MAIL_INTERNATIONAL_PADDED_FLAT_RATE_ENVELOPE", "Priority Mail International Padded Flat Rate Envelope"),
    row("PRIORITY_MAIL_INTERNATIONAL_SMALL_FLAT_RATE_BOX", "Priority Mail International Small Flat Rate Box"),
    row("PRIORITY_MAIL_INTERNATIONAL_MEDIUM_FLAT_RATE_BOX", "Priority Mail International Medium Flat Rate Box"),
    row("PRIORITY_MAIL_INTERNATIONAL_LARGE_FLAT_RATE_BOX", "Priority Mail International Large Flat Rate Box"),
    row(EXPRESS_ABROAD, "Priority Mail Express International"),
    row("PRIORITY_MAIL_EXPRESS_INTERNATIONAL_FLAT_RATE_ENVELOPE", "Priority Mail Express International Flat Rate Envelope"),
    row("PRIORITY_MAIL_EXPRESS_INTERNATIONAL_LEGAL_FLAT_RATE_ENVELOPE", "Priority Mail Express International Legal Flat Rate Envelope"),
    row("PRIORITY_MAIL_EXPRESS_INTERNATIONAL_PADDED_FLAT_RATE_ENVELOPE", "Priority Mail Express International Padded Flat Rate Envelope"),
];

const fn row(code: &'static str, name: &'static str) -> ServiceRow {
    ServiceRow { code, name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_a_name_and_every_name_a_service() {
        let codes: Vec<_> = PRODUCTS.iter().map(|product| product.code).collect();
        let named: Vec<_> = SERVICES.iter().map(|row| row.code).collect();
        assert_eq!(codes, named);
        for (index, product) in PRODUCTS.iter().enumerate() {
            let again = |other: &Product| {
                other.code == product.code
                    || (other.class, other.rate) == (product.class, product.rate)
            };
            assert!(!PRODUCTS[index + 1..].iter().any(again), "{}", product.code);
        }
    }

    #[test]
    fn a_price_is_of_the_service_that_is_bought() {
        for product in PRODUCTS {
            assert_eq!(priced(product.class, product.rate), Some(product));
        }
        let code = |class, rate| priced(class, rate).map(|product| product.code);
        assert_eq!(code(PRIORITY, "DR"), Some(PRIORITY));
        assert_eq!(code(GROUND_ADVANTAGE, "OS"), Some(GROUND_ADVANTAGE));
        assert_eq!(code(PRIORITY, "??"), None);
    }

    #[test]
    fn the_way_back_is_by_the_return_service_of_the_way_there() {
        let code = |code| way_back(code).map(|product| product.code);
        assert_eq!(code(GROUND_ADVANTAGE), Some(GROUND_BACK));
        assert_eq!(code(EXPRESS_BACK), Some(EXPRESS_BACK));
        assert_eq!(code("PRIORITY_MAIL_CUBIC"), Some(PRIORITY_BACK));
        assert_eq!((code("MEDIA_MAIL"), code(PRIORITY_ABROAD)), (None, None));
        assert_eq!(
            of_sku("DUXP0XXXUC01080").map(|product| product.code),
            Some(GROUND_ADVANTAGE)
        );
        assert_eq!(of_sku("XX"), None);
    }
}
