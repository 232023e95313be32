//! What the UPS side keeps of a shipment and its packages.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::lane::Lane;
use super::piece::Piece;
use super::service::Service;

/// A name and address, as printed. Personal data: never logged, hence no `Debug`.
#[derive(Clone)]
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) attention: String,
    pub(crate) phone: String,
    pub(crate) lines: Vec<String>,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) postal: String,
    pub(crate) country: String,
}

/// What all packages of a shipment share.
pub(crate) struct Shipment {
    pub(crate) service: &'static Service,
    pub(crate) lane: Lane,
    pub(crate) from: Party,
    pub(crate) to: Party,
    pub(crate) description: String,
    pub(crate) billed_to: String,
    /// Code and value, at shipment level.
    pub(crate) references: Vec<(String, String)>,
    pub(crate) count: usize,
    pub(crate) pickup: Timestamp,
    pub(crate) promised: Date,
    pub(crate) image: Image,
    /// Whether somebody has to sign.
    pub(crate) signed: bool,
    /// Whether it is the way back.
    pub(crate) returned: bool,
}

/// The format of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Image {
    Gif,
    Zpl,
}

impl Image {
    pub(crate) fn of(code: &str) -> Option<Self> {
        match code.to_ascii_uppercase().as_str() {
            "GIF" => Some(Self::Gif),
            "ZPL" => Some(Self::Zpl),
            _ => None,
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Gif => "GIF",
            Self::Zpl => "ZPL",
        }
    }
}

/// One package.
pub(crate) struct Package {
    pub(crate) shipment: Arc<Shipment>,
    /// First is 1.
    pub(crate) position: usize,
    pub(crate) piece: Piece,
    /// Code and value, at package level.
    pub(crate) references: Vec<(String, String)>,
}
