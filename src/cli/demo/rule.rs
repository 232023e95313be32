//! The shop's own shipping rule for an order: by whom it may go.

use std::fmt;

use parcelgate_proto::v1::{Quote, ServiceSelection};

/// Whoever may carry an order; everyone when nobody is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rule(Vec<Way>);

/// A carrier or an account, with all of its services or with one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Way {
    name: String,
    service: Option<String>,
}

impl Rule {
    /// Reads `ups usps dhl-paket-demo/V01PAK`; none when it is nothing of the kind.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let way = |word: &str| {
            let (name, service) = match word.split_once('/') {
                Some((name, service)) => (name, Some(service)),
                None => (word, None),
            };
            let fits = |text: &str| {
                let mut bytes = text.bytes();
                let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
                !text.is_empty() && bytes.all(known)
            };
            let good = fits(name) && service.is_none_or(fits);
            good.then(|| Way {
                name: name.to_owned(),
                service: service.map(str::to_owned),
            })
        };
        text.split_ascii_whitespace()
            .map(way)
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Whether anyone may carry it.
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this offer may be taken.
    pub(crate) fn allows(&self, quote: &Quote) -> bool {
        let matches = |way: &Way| {
            let service = way.service.as_ref();
            (way.name == quote.carrier || way.name == quote.account)
                && service.is_none_or(|service| *service == quote.service)
        };
        self.is_open() || self.0.iter().any(matches)
    }

    /// The services that are named: they can be bought without a price, from an account whose
    /// prices stand in its contract.
    pub(crate) fn named(&self) -> impl Iterator<Item = ServiceSelection> {
        self.0.iter().filter_map(|way| {
            Some(ServiceSelection {
                account: way.name.clone(),
                service: way.service.clone()?,
            })
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, way) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { " or " };
            write!(f, "{between}{}", way.name)?;
            if let Some(service) = &way.service {
                write!(f, " {service}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(carrier: &str, account: &str, service: &str) -> Quote {
        Quote {
            carrier: carrier.to_owned(),
            account: account.to_owned(),
            service: service.to_owned(),
            ..Quote::default()
        }
    }

    #[test]
    fn a_rule_names_carriers_accounts_and_services() {
        let rule = Rule::read("ups  dhl-express-demo fourpx/PX").unwrap();
        assert_eq!(rule.to_string(), "ups or dhl-express-demo or fourpx PX");
        assert!(rule.allows(&quote("ups", "ups-demo", "03")));
        assert!(rule.allows(&quote("dhl", "dhl-express-demo", "P")));
        assert!(!rule.allows(&quote("dhl", "dhl-paket-demo", "V01PAK")));
        assert!(rule.allows(&quote("fourpx", "fourpx-demo", "PX")));
        assert!(!rule.allows(&quote("fourpx", "fourpx-demo", "A6")));
        let named: Vec<String> = rule.named().map(|named| named.service).collect();
        assert_eq!(named, ["PX"]);
    }

    #[test]
    fn no_rule_lets_everyone_carry_it() {
        let rule = Rule::read("").unwrap();
        assert!(rule.is_open() && rule.allows(&quote("usps", "usps-demo", "X")));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in ["ups,usps", "/03", "ups/", "ups/03/04", "übermorgen"] {
            assert_eq!(Rule::read(text), None, "{text}");
        }
    }
}
