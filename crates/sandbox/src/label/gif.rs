//! GIF: the format of UPS's own label images.

use gif::{Encoder, Frame};

use super::Drawing;
use super::raster::{Paper, draw};

/// White and black.
const PALETTE: [u8; 6] = [0xFF, 0xFF, 0xFF, 0, 0, 0];

/// Black dots on white paper that lies on its side: turned by a quarter to the left, so that it is
/// upright when turned to the right. UPS's description says neither; this is what is commonly done
/// with its labels.
struct Dots {
    /// The width of what is drawn, before it is turned.
    height: u16,
    /// The height of what is drawn, before it is turned.
    width: u16,
    dots: Vec<u8>,
}

impl Dots {
    fn lying(drawing: &Drawing) -> Self {
        Self {
            height: drawing.width,
            width: drawing.height,
            dots: vec![0; usize::from(drawing.width) * usize::from(drawing.height)],
        }
    }
}

impl Paper for Dots {
    fn blacken(&mut self, x: u16, y: u16, width: u16, height: u16) {
        let bottom = y.saturating_add(height).min(self.width);
        let (left, right) = (usize::from(y.min(bottom)), usize::from(bottom));
        let edge = x.saturating_add(width).min(self.height);
        for row in self.height - edge..self.height.saturating_sub(x) {
            let start = usize::from(row) * usize::from(self.width);
            if let Some(dots) = self.dots.get_mut(start + left..start + right) {
                dots.fill(1);
            }
        }
    }
}

/// The drawing lying on its side, as UPS sends it. Empty when it cannot be encoded.
pub(crate) fn landscape_gif(drawing: &Drawing) -> Vec<u8> {
    let mut paper = Dots::lying(drawing);
    draw(drawing, &mut paper);
    encode(&paper).unwrap_or_default()
}

fn encode(paper: &Dots) -> Result<Vec<u8>, gif::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, paper.width, paper.height, &PALETTE)?;
    let frame = Frame::from_indexed_pixels(paper.width, paper.height, paper.dots.as_slice(), None);
    encoder.write_frame(&frame)?;
    drop(encoder);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_the_label_is_at_the_left_and_its_left_edge_at_the_bottom() {
        let mut paper = Dots {
            height: 2,
            width: 3,
            dots: vec![0; 6],
        };
        paper.blacken(0, 0, 1, 2); // the left dot of the first two lines
        assert_eq!(paper.dots, [0, 0, 0, 1, 1, 0]);
        paper.blacken(1, 2, 9, 9); // the last dot of the last line, and what lies beyond
        assert_eq!(paper.dots, [0, 0, 1, 1, 1, 0]);
    }
}
