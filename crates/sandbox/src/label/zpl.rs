//! ZPL: a label as a program for a thermal printer.

use std::fmt::Write as _;

use super::{Drawing, Mark};

/// The drawing as one ZPL label.
pub(crate) fn zpl(drawing: &Drawing) -> String {
    let mut program = format!("^XA^CI28^PW{}^LL{}\n", drawing.width, drawing.height);
    for mark in &drawing.marks {
        let written = match mark {
            Mark::Block {
                x,
                y,
                width,
                height,
            } => {
                let thickness = width.min(height);
                writeln!(program, "^FO{x},{y}^GB{width},{height},{thickness}^FS")
            }
            Mark::Text { x, y, size, text } => {
                // `^`, `~` and `\` command the printer.
                let text = text.replace(['^', '~', '\\'], " ");
                writeln!(program, "^FO{x},{y}^A0N,{size},{size}^FD{text}^FS")
            }
            Mark::Barcode {
                x,
                y,
                height,
                module,
                start,
                data,
                ..
            } => writeln!(
                program,
                "^FO{x},{y}^BY{module}^BCN,{height},N,N,N^FD>{start}{data}^FS"
            ),
        };
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    program.push_str("^XZ\n");
    program
}
