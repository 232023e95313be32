//! What the FedEx side keeps of a shipment and its packages.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::lane::Lane;
use super::packaging::Packaging;
use super::piece::Piece;
use super::service::Service;
use super::special::Wishes;

/// A name and address, as printed. Personal data: never logged, hence no `Debug`.
#[derive(Clone)]
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) company: String,
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
    pub(crate) wishes: Wishes,
    pub(crate) packaging: Packaging,
    pub(crate) count: usize,
    pub(crate) shipped: Date,
    pub(crate) pickup: Timestamp,
    pub(crate) promised: DateTime,
    pub(crate) image: Image,
    /// The day of Ground that was closed with it; it cannot be cancelled after that.
    pub(crate) closed: OnceLock<Date>,
}

/// The format of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) kind: Kind,
    pub(crate) stock: Stock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Pdf,
    Png,
    Zpl,
}

impl Kind {
    /// FedEx also prints EPL2; the sandbox has no such printer.
    pub(crate) fn of(code: &str) -> Option<Self> {
        match code {
            "PDF" => Some(Self::Pdf),
            "PNG" => Some(Self::Png),
            "ZPLII" => Some(Self::Zpl),
            _ => None,
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG",
            Self::Zpl => "ZPLII",
        }
    }
}

/// Paper or label stock, in dots of a 203 dpi printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stock {
    pub(crate) name: &'static str,
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// For label printers: ZPLII only. Paper is for PDF and PNG.
    pub(crate) thermal: bool,
}

/// All but `PAPER_7X475`, which lies across.
#[rustfmt::skip]
const STOCKS: &[Stock] = &[
    Stock { name: "PAPER_4X6", width: 812, height: 1_218, thermal: false },
    Stock { name: "PAPER_4X675", width: 812, height: 1_370, thermal: false },
    Stock { name: "PAPER_4X8", width: 812, height: 1_624, thermal: false },
    Stock { name: "PAPER_4X9", width: 812, height: 1_827, thermal: false },
    Stock { name: "PAPER_85X11_BOTTOM_HALF_LABEL", width: 1_726, height: 2_233, thermal: false },
    Stock { name: "PAPER_85X11_TOP_HALF_LABEL", width: 1_726, height: 2_233, thermal: false },
    Stock { name: "PAPER_LETTER", width: 1_726, height: 2_233, thermal: false },
    Stock { name: "STOCK_4X6", width: 812, height: 1_218, thermal: true },
    Stock { name: "STOCK_4X675", width: 812, height: 1_370, thermal: true },
    Stock { name: "STOCK_4X675_LEADING_DOC_TAB", width: 812, height: 1_370, thermal: true },
    Stock { name: "STOCK_4X675_TRAILING_DOC_TAB", width: 812, height: 1_370, thermal: true },
    Stock { name: "STOCK_4X8", width: 812, height: 1_624, thermal: true },
    Stock { name: "STOCK_4X85_TRAILING_DOC_TAB", width: 812, height: 1_726, thermal: true },
    Stock { name: "STOCK_4X9", width: 812, height: 1_827, thermal: true },
    Stock { name: "STOCK_4X9_LEADING_DOC_TAB", width: 812, height: 1_827, thermal: true },
    Stock { name: "STOCK_4X9_TRAILING_DOC_TAB", width: 812, height: 1_827, thermal: true },
    Stock { name: "STOCK_4X105_TRAILING_DOC_TAB", width: 812, height: 2_132, thermal: true },
];

impl Stock {
    pub(crate) fn of(name: &str) -> Option<Self> {
        STOCKS.iter().find(|stock| stock.name == name).copied()
    }
}

/// One package.
pub(crate) struct Package {
    pub(crate) shipment: Arc<Shipment>,
    /// First is 1.
    pub(crate) position: usize,
    pub(crate) piece: Piece,
    /// Type and value.
    pub(crate) references: Vec<(String, String)>,
    /// What tells this package from another one that had the same number before.
    pub(crate) unique: String,
}
