//! PNG: upright, black on white, one bit a dot, at the printers' 203 dots to the inch.

use png::{BitDepth, ColorType, Encoder, EncodingError, PixelDimensions, Unit};

use super::Drawing;
use super::raster::{Paper, draw};

/// Dots to the metre, which the picture says of itself: 203.2 to the inch.
const DOTS_PER_METRE: u32 = 8_000;

/// Rows of dots, eight to the byte; a bit that is set is white.
struct Dots {
    width: u16,
    height: u16,
    stride: usize,
    rows: Vec<u8>,
}

impl Dots {
    fn of(drawing: &Drawing) -> Self {
        let stride = usize::from(drawing.width).div_ceil(8);
        Self {
            width: drawing.width,
            height: drawing.height,
            stride,
            rows: vec![0xFF; stride * usize::from(drawing.height)],
        }
    }
}

impl Paper for Dots {
    fn blacken(&mut self, x: u16, y: u16, width: u16, height: u16) {
        let right = x.saturating_add(width).min(self.width);
        let bottom = y.saturating_add(height).min(self.height);
        for row in y..bottom {
            let start = usize::from(row) * self.stride;
            for column in x..right {
                let at = start + usize::from(column / 8);
                if let Some(byte) = self.rows.get_mut(at) {
                    *byte &= !(0x80 >> (column % 8));
                }
            }
        }
    }
}

/// The drawing as a picture. Empty when it cannot be encoded.
pub(crate) fn png(drawing: &Drawing) -> Vec<u8> {
    let mut paper = Dots::of(drawing);
    draw(drawing, &mut paper);
    encode(&paper).unwrap_or_default()
}

fn encode(paper: &Dots) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let (width, height) = (u32::from(paper.width), u32::from(paper.height));
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: DOTS_PER_METRE,
        yppu: DOTS_PER_METRE,
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&paper.rows)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_dot_of_a_row_is_the_highest_bit() {
        let mut paper = Dots::of(&Drawing::new(10, 2));
        paper.blacken(0, 0, 1, 1);
        paper.blacken(9, 1, 5, 5); // the last dot, and what lies beyond
        assert_eq!(paper.rows, [0x7F, 0xFF, 0xFF, 0xBF]);
    }
}
