//! What the sender wants beyond carriage.

use serde::{Deserialize, Serialize};

use crate::{Money, Violations};

/// Extras of one shipment. Without any of them a carrier does what it does by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// What the whole shipment is insured for against loss and damage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured: Option<Money>,
    /// Who must sign when it is handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Delivered on a Saturday if that is the day it arrives.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub saturday_delivery: bool,
}

/// Who must sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// Somebody at the address.
    Anyone,
    /// An adult at the address.
    Adult,
}

impl Options {
    /// Whether nothing beyond carriage is wanted.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Everything that no carrier would take, under field names that begin with `field`.
    #[must_use]
    pub fn violations(&self, field: &str) -> Violations {
        let mut found = Violations::new();
        if let Some(insured) = self.insured.filter(|insured| insured.minor() <= 0) {
            let field = format!("{field}.insured_value");
            found.refuse(field, insured, "more than nothing");
        }
        found
    }

    /// Everything wanted here that a carrier does not have, each with what it has instead.
    #[must_use]
    pub fn refused(&self, field: &str, offered: Offered) -> Violations {
        let mut found = Violations::new();
        if let (Some(insured), false) = (self.insured, offered.insurance) {
            let field = format!("{field}.insured_value");
            found.refuse(field, insured, "left out: this carrier sells no insurance");
        }
        let signs = match self.signature {
            None => true,
            Some(Signature::Anyone) => offered.signature,
            Some(Signature::Adult) => offered.adult_signature,
        };
        if !signs {
            let allowed = match (offered.signature, offered.adult_signature) {
                (true, _) => "anyone: this carrier checks no ages",
                (_, true) => "adult: this carrier takes no other signature",
                _ => "left out: this carrier takes no signatures on request",
            };
            found.require(format!("{field}.signature"), allowed);
        }
        if self.saturday_delivery && !offered.saturday_delivery {
            let allowed = "false: this carrier sells no Saturday delivery";
            found.require(format!("{field}.saturday_delivery"), allowed);
        }
        found
    }
}

/// Which extras a carrier sells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offered {
    /// Insurance, or a declared value that it answers for.
    pub insurance: bool,
    /// A signature of somebody at the address.
    pub signature: bool,
    /// A signature of an adult.
    pub adult_signature: bool,
    /// Delivery on a Saturday.
    pub saturday_delivery: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn what_a_carrier_does_not_have_is_refused_all_at_once() {
        let wanted = Options {
            insured: Money::parse("120.00", Currency::USD).ok(),
            signature: Some(Signature::Adult),
            saturday_delivery: true,
        };
        let refused = wanted.refused("options", Offered::default());
        let fields: Vec<&str> = refused
            .as_slice()
            .iter()
            .map(|v| v.field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "options.insured_value",
                "options.signature",
                "options.saturday_delivery"
            ]
        );
        let all = Offered {
            insurance: true,
            signature: true,
            adult_signature: true,
            saturday_delivery: true,
        };
        assert!(wanted.refused("options", all).is_empty());
        assert!(
            Options::default()
                .refused("options", Offered::default())
                .is_empty()
        );
    }
}
