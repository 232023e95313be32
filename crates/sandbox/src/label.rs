//! Labels: drawn once in printer dots, then rendered as GIF, PNG, ZPL or PDF.

mod barcode;
mod font;
mod gif;
mod pdf;
mod png;
mod raster;
mod zpl;

pub(crate) use self::png::png;
pub(crate) use barcode::{code128, gs1_128};
pub(crate) use gif::landscape_gif;
pub(crate) use pdf::{pdf, pdf_pages};
pub(crate) use zpl::zpl;

/// Dots to the millimetre, as thermal printers of 203 dpi have them.
pub(crate) const DOTS_PER_MM: u16 = 8;

/// Something on a label. Positions are dots from the upper left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Black, filled.
    Block {
        x: u16,
        y: u16,
        width: u16,
        height: u16,
    },
    /// A line of capitals, `size` dots high.
    Text {
        x: u16,
        y: u16,
        size: u16,
        text: String,
    },
    /// A Code 128 barcode of `data`; `modules` are its bars from left to right. `start` is how ZPL
    /// writes the character set that it begins in.
    Barcode {
        x: u16,
        y: u16,
        height: u16,
        module: u16,
        start: &'static str,
        data: String,
        modules: Vec<bool>,
    },
}

/// A label, or any other paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawing {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) marks: Vec<Mark>,
}

impl Drawing {
    pub(crate) const fn new(width: u16, height: u16) -> Self {
        Self {
            width,
            height,
            marks: Vec::new(),
        }
    }

    /// Writes `text`, plain ASCII in capitals; other characters become `?`.
    pub(crate) fn text(&mut self, x: u16, y: u16, size: u16, text: &str) {
        let printable = |c: char| if (' '..='~').contains(&c) { c } else { '?' };
        let text: String = text.chars().map(printable).collect();
        let text = text.to_ascii_uppercase();
        self.marks.push(Mark::Text { x, y, size, text });
    }

    /// A line across the whole width.
    pub(crate) fn rule(&mut self, y: u16, height: u16) {
        let width = self.width;
        self.block(0, y, width, height);
    }

    pub(crate) fn block(&mut self, x: u16, y: u16, width: u16, height: u16) {
        self.marks.push(Mark::Block {
            x,
            y,
            width,
            height,
        });
    }

    /// A barcode in the middle of the width; nothing when `data` is not ASCII.
    pub(crate) fn barcode(&mut self, y: u16, height: u16, module: u16, data: &str) {
        self.centred(y, height, module, ":", data, code128(data));
    }

    /// A GS1-128 barcode of an even number of digits, in the middle of the width.
    pub(crate) fn gs1_barcode(&mut self, y: u16, height: u16, module: u16, digits: &str) {
        self.centred(y, height, module, ";>8", digits, gs1_128(digits));
    }

    fn centred(
        &mut self,
        y: u16,
        height: u16,
        module: u16,
        start: &'static str,
        data: &str,
        modules: Vec<bool>,
    ) {
        let length = u16::try_from(modules.len()).unwrap_or(u16::MAX);
        let width = length.saturating_mul(module);
        self.marks.push(Mark::Barcode {
            x: self.width.saturating_sub(width) / 2,
            y,
            height,
            module,
            start,
            data: data.to_owned(),
            modules,
        });
    }
}
