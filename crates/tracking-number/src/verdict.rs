//! What is said about a number, to programs and to people.

use std::cmp::Reverse;
use std::fmt;

use crate::check::Algorithm;

/// One reading of a number as one carrier's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The carrier's id in lower case: `"ups"`, `"yanwen"`, `"fourpx"`, `"s10"` (some country's
    /// post), ...
    pub carrier: &'static str,
    /// The carrier's name for people.
    pub courier_name: &'static str,
    /// Which of the carrier's formats.
    pub format: &'static str,
    /// What to ask the carrier with: the normal form, without what a barcode puts around the
    /// number (the `420` and ZIP code of USPS, the routing of FedEx).
    pub number: String,
    /// How much speaks for this reading.
    pub confidence: Confidence,
    /// What speaks for this reading, and what against.
    pub reasons: Vec<Reason>,
    /// The number taken apart, left to right. Together the parts are the whole number.
    pub parts: Vec<Part>,
    pub(crate) rank: Rank,
}

impl Candidate {
    /// The text of the first part in this role.
    pub fn part(&self, role: Role) -> Option<&str> {
        self.parts
            .iter()
            .find(|part| part.role == role)
            .map(|part| part.text.as_str())
    }
}

/// The order of candidates, the greater the better; see the crate's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) confidence: Confidence,
    pub(crate) unknown_codes: Reverse<usize>,
    pub(crate) fixed: usize,
    pub(crate) outcomes: u32,
}

/// How much speaks for a reading. The greater, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Only the length and the kinds of characters fit.
    Shape,
    /// The check digit is right: so it is by chance in one number of 7 to 36.
    CheckDigit,
    /// Characters only this format has are in place; there is no check digit to go by.
    Mark,
    /// Characters only this format has are in place and the check digit is right.
    MarkAndCheckDigit,
}

impl Confidence {
    pub(crate) fn of(mark: bool, check_digit: bool) -> Self {
        match (mark, check_digit) {
            (true, true) => Self::MarkAndCheckDigit,
            (true, false) => Self::Mark,
            (false, true) => Self::CheckDigit,
            (false, false) => Self::Shape,
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "shape only",
            Self::CheckDigit => "check digit",
            Self::Mark => "mark",
            Self::MarkAndCheckDigit => "mark and check digit",
        })
    }
}

/// One thing that speaks for a reading, or against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Characters that the format fixes are in place.
    Mark {
        /// Whose mark.
        courier: &'static str,
        /// The characters.
        text: &'static str,
    },
    /// The check digit is the one computed.
    CheckDigitRight {
        /// How it is computed.
        algorithm: Algorithm,
        /// The digit, or for some algorithms a letter.
        digit: char,
    },
    /// The check digit is not the one computed, where the carrier does not promise that it is.
    CheckDigitOff {
        /// How it is computed.
        algorithm: Algorithm,
        /// What was computed.
        expected: char,
        /// What is there.
        found: char,
    },
    /// Nothing guards this format against a slip.
    NoCheckDigit,
    /// A code within the number means something.
    CodeKnown {
        /// What the code is for.
        role: Role,
        /// The code.
        code: String,
        /// What it means.
        meaning: &'static str,
    },
    /// A code within the number is on no list of ours. Carriers add codes; it may be right.
    CodeUnknown {
        /// What the code is for.
        role: Role,
        /// The code.
        code: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mark { courier, text } => write!(f, "{courier} mark {text}"),
            Self::CheckDigitRight { algorithm, digit } => {
                write!(f, "{} check digit {digit} is right", algorithm.name())
            }
            Self::CheckDigitOff {
                algorithm,
                expected,
                found,
            } => {
                let name = algorithm.name();
                write!(
                    f,
                    "{name} check digit would be {expected}, not {found}; not required here"
                )
            }
            Self::NoCheckDigit => f.write_str("no check digit in this format"),
            Self::CodeKnown {
                role,
                code,
                meaning,
            } => {
                write!(f, "{role} {code} is known: {meaning}")
            }
            Self::CodeUnknown { role, code } => write!(f, "{role} {code} is not known"),
        }
    }
}

/// A run of characters of the number and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is for.
    pub role: Role,
    /// The characters.
    pub text: String,
    /// What they mean, where we have a list of such codes and they are on it.
    pub meaning: Option<&'static str>,
}

/// What a part of a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Characters that the format fixes.
    Mark,
    /// The two digits of a barcode that say what follows, of USPS and FedEx.
    ApplicationIdentifier,
    /// The shipper's account or mailer id.
    Account,
    /// The service.
    Service,
    /// The kind of container: carton, pallet.
    Container,
    /// The serial number, given by the carrier.
    Serial,
    /// The parcel within the shipper's own numbers.
    Package,
    /// The office or plant of origin.
    Origin,
    /// The country: for S10 the issuer's, for DPD the destination's.
    Country,
    /// The postal code of the destination.
    DestinationPostcode,
    /// The carrier's own routing, whose inner sense is not published.
    Routing,
    /// Zeros that fill up.
    Padding,
    /// The check digit; a letter with some algorithms.
    CheckDigit,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mark => "mark",
            Self::ApplicationIdentifier => "application identifier",
            Self::Account => "account",
            Self::Service => "service code",
            Self::Container => "container code",
            Self::Serial => "serial number",
            Self::Package => "package number",
            Self::Origin => "origin",
            Self::Country => "country code",
            Self::DestinationPostcode => "destination postcode",
            Self::Routing => "routing",
            Self::Padding => "padding",
            Self::CheckDigit => "check digit",
        })
    }
}

/// Why a number cannot be the carrier's, and what could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// No format of such a carrier is known.
    UnknownCarrier {
        /// The id asked for, cut at [`MAX_LENGTH`](crate::MAX_LENGTH) characters.
        carrier: String,
        /// The ids there are.
        known: Vec<&'static str>,
    },
    /// Empty, too long, or with characters other than letters and digits.
    Unreadable,
    /// It has the shape of no format of the carrier.
    NoFormat {
        /// The carrier's name.
        courier: &'static str,
        /// What the carrier's numbers look like.
        allowed: Vec<&'static str>,
    },
    /// It has the shape of a format, but the check digit is wrong: most likely a slip.
    CheckDigit {
        /// The carrier's name.
        courier: &'static str,
        /// The format it has the shape of.
        format: &'static str,
        /// What the check digit should be.
        expected: char,
        /// What is there.
        found: char,
    },
    /// It has the shape of a format, but a code that must be known is not.
    Code {
        /// The carrier's name.
        courier: &'static str,
        /// The format it has the shape of.
        format: &'static str,
        /// What the code is for.
        role: Role,
        /// The code.
        code: String,
    },
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCarrier { carrier, known } => {
                write!(f, "no carrier {carrier:?}; known are {}", known.join(", "))
            }
            Self::Unreadable => write!(
                f,
                "a tracking number is 1 to {} letters and digits; spaces and dashes do not count",
                crate::MAX_LENGTH
            ),
            Self::NoFormat { courier, allowed } => {
                write!(
                    f,
                    "not a number of {courier}, which has: {}",
                    allowed.join("; ")
                )
            }
            Self::CheckDigit {
                courier,
                format,
                expected,
                found,
            } => {
                write!(
                    f,
                    "{courier} ({format}): the check digit is {found} and should be {expected}"
                )
            }
            Self::Code {
                courier,
                format,
                role,
                code,
            } => {
                write!(f, "{courier} ({format}): the {role} {code} does not exist")
            }
        }
    }
}

impl std::error::Error for Invalid {}
