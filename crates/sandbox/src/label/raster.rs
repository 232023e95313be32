//! A drawing as dots, whatever paper they go on.

use super::font::{ADVANCE, HEIGHT, columns};
use super::{Drawing, Mark};

/// What dots go on.
pub(super) trait Paper {
    /// Blackens a rectangle of the drawing; what lies beyond the edge is cut off.
    fn blacken(&mut self, x: u16, y: u16, width: u16, height: u16);
}

/// Puts every mark of `drawing` on `paper`.
pub(super) fn draw(drawing: &Drawing, paper: &mut impl Paper) {
    for mark in &drawing.marks {
        match mark {
            Mark::Block {
                x,
                y,
                width,
                height,
            } => paper.blacken(*x, *y, *width, *height),
            Mark::Text { x, y, size, text } => write(paper, *x, *y, *size, text),
            Mark::Barcode {
                x,
                y,
                height,
                module,
                modules,
                ..
            } => {
                for (index, _) in (0_u16..).zip(modules).filter(|(_, bar)| **bar) {
                    paper.blacken(x + index * module, *y, *module, *height);
                }
            }
        }
    }
}

fn write(paper: &mut impl Paper, x: u16, y: u16, size: u16, text: &str) {
    let scale = (size / HEIGHT).max(1);
    let mut left = x;
    for character in text.chars() {
        for (column, bits) in (0_u16..).zip(columns(character)) {
            for row in (0..7_u16).filter(|row| bits & (1 << row) != 0) {
                let x = left.saturating_add(column * scale);
                let y = y.saturating_add(row * scale);
                paper.blacken(x, y, scale, scale);
            }
        }
        left = left.saturating_add(ADVANCE * scale);
    }
}
