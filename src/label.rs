//! A label in the form that was asked for, drawn from the form that was bought.
//!
//! UPS draws pictures (GIF) and printer commands, no PDF: the picture is put on a page of 4 by 6
//! inches or into a PNG, pixel for pixel, so that a barcode stays what it was.

use std::io::Cursor;

use parcelgate_domain::{Label, LabelFormat};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};

/// Why a label cannot be had in a form.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// There is no way from one form to the other.
    #[error("a {from} label cannot be turned into {to}; it can be had as {}", forms_of(*from))]
    NoWay {
        /// What was bought.
        from: LabelFormat,
        /// What was asked for.
        to: LabelFormat,
    },
    /// The picture cannot be read.
    #[error("the carrier's picture cannot be read: {0}")]
    Unreadable(String),
}

/// The forms that the interface has of a label that was bought as `from`.
fn forms_of(from: LabelFormat) -> &'static str {
    match from {
        LabelFormat::Gif => "pdf or png",
        LabelFormat::Pdf | LabelFormat::Png | LabelFormat::Zpl | LabelFormat::Epl => from.name(),
    }
}

/// Larger than any label: 8 by 12 inches at 300 dots.
const SIDE_PIXELS_MAX: u16 = 4_000;
/// 4 by 6 inches, in points of 1/72 inch.
const PAGE: (u16, u16) = (288, 432);

/// `label` as `wanted`.
///
/// # Errors
/// When there is no way from the one to the other, or the picture cannot be read.
pub fn draw(label: &Label, wanted: LabelFormat) -> Result<Label, LabelError> {
    let bytes = match (label.format, wanted) {
        (from, to) if from == to => label.bytes.clone(),
        (LabelFormat::Gif, LabelFormat::Png) => Picture::read_gif(&label.bytes)?.to_png()?,
        (LabelFormat::Gif, LabelFormat::Pdf) => Picture::read_gif(&label.bytes)?.to_pdf()?,
        (from, to) => return Err(LabelError::NoWay { from, to }),
    };
    Ok(Label {
        format: wanted,
        bytes,
    })
}

/// `label` as a document that can be put on paper with others: as it is, or a picture on a page.
///
/// # Errors
/// When it is commands for a printer, or a picture that cannot be read.
pub fn document(label: &Label) -> Result<Vec<u8>, LabelError> {
    match label.format {
        LabelFormat::Pdf => Ok(label.bytes.clone()),
        LabelFormat::Gif => Picture::read_gif(&label.bytes)?.to_pdf(),
        LabelFormat::Png => Picture::read_png(&label.bytes)?.to_pdf(),
        from @ (LabelFormat::Zpl | LabelFormat::Epl) => {
            let to = LabelFormat::Pdf;
            Err(LabelError::NoWay { from, to })
        }
    }
}

/// Which of the carrier's own forms to buy when `wanted` is asked for: that form itself, or one
/// that can be turned into it.
#[must_use]
pub fn form_to_buy(offered: &[LabelFormat], wanted: LabelFormat) -> Option<LabelFormat> {
    let leads_there = |from: &LabelFormat| {
        *from == wanted
            || (*from == LabelFormat::Gif && matches!(wanted, LabelFormat::Png | LabelFormat::Pdf))
    };
    offered
        .iter()
        .find(|from| **from == wanted)
        .or_else(|| offered.iter().find(|f| leads_there(f)))
        .copied()
}

/// Grey values, row by row, upright.
struct Picture {
    width: u16,
    height: u16,
    grey: Vec<u8>,
}

fn unreadable(error: impl std::fmt::Display) -> LabelError {
    LabelError::Unreadable(error.to_string())
}

impl Picture {
    fn read_gif(bytes: &[u8]) -> Result<Self, LabelError> {
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(Cursor::new(bytes)).map_err(unreadable)?;
        let (width, height) = (decoder.width(), decoder.height());
        if !(1..=SIDE_PIXELS_MAX).contains(&width) || !(1..=SIDE_PIXELS_MAX).contains(&height) {
            return Err(unreadable(format!("{width} by {height} pixels")));
        }
        let frame = decoder.read_next_frame().map_err(unreadable)?;
        let frame = frame.ok_or_else(|| unreadable("it holds no picture"))?;
        if (frame.width, frame.height) != (width, height) {
            return Err(unreadable("its first frame does not fill it"));
        }
        let grey: Vec<u8> = frame
            .buffer
            .as_chunks::<4>()
            .0
            .iter()
            .map(|pixel| on_white(*pixel))
            .collect();
        if grey.len() != usize::from(width) * usize::from(height) {
            return Err(unreadable("it is shorter than it says"));
        }
        Ok(Self {
            width,
            height,
            grey,
        }
        .upright())
    }

    fn read_png(bytes: &[u8]) -> Result<Self, LabelError> {
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(unreadable)?;
        let info = reader.info();
        let side = |side: u32| {
            u16::try_from(side)
                .ok()
                .filter(|side| *side <= SIDE_PIXELS_MAX)
        };
        let sides = side(info.width).zip(side(info.height));
        let Some((width, height)) = sides else {
            return Err(unreadable(format!(
                "{} by {} pixels",
                info.width, info.height
            )));
        };
        let size = reader.output_buffer_size();
        let mut raw = vec![0; size.ok_or_else(|| unreadable("it is too large"))?];
        let frame = reader.next_frame(&mut raw).map_err(unreadable)?;
        let raw = raw.get(..frame.buffer_size()).unwrap_or_default();
        let grey = match frame.color_type {
            png::ColorType::Grayscale => raw.to_vec(),
            png::ColorType::GrayscaleAlpha => {
                let pixels = raw.as_chunks::<2>().0.iter();
                pixels
                    .map(|[grey, alpha]| on_white([*grey, *grey, *grey, *alpha]))
                    .collect()
            }
            png::ColorType::Rgb => {
                let pixels = raw.as_chunks::<3>().0.iter();
                let of = |[red, green, blue]: &[u8; 3]| on_white([*red, *green, *blue, u8::MAX]);
                pixels.map(of).collect()
            }
            png::ColorType::Rgba => raw
                .as_chunks::<4>()
                .0
                .iter()
                .map(|own| on_white(*own))
                .collect(),
            png::ColorType::Indexed => return Err(unreadable("its colours are not given")),
        };
        if grey.len() != usize::from(width) * usize::from(height) {
            return Err(unreadable("it is shorter than it says"));
        }
        let picture = Self {
            width,
            height,
            grey,
        };
        Ok(picture.upright())
    }

    /// Labels are 4 wide and 6 high; UPS draws them lying.
    fn upright(self) -> Self {
        if self.width <= self.height {
            return self;
        }
        let width = usize::from(self.width);
        let rows: Vec<&[u8]> = self.grey.chunks_exact(width).collect();
        let column = |x: usize| rows.iter().rev().filter_map(move |row| row.get(x).copied());
        let grey = (0..width).flat_map(column).collect();
        Self {
            width: self.height,
            height: self.width,
            grey,
        }
    }

    fn to_png(&self) -> Result<Vec<u8>, LabelError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width.into(), self.height.into());
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().map_err(unreadable)?;
        writer.write_image_data(&self.grey).map_err(unreadable)?;
        writer.finish().map_err(unreadable)?;
        Ok(bytes)
    }

    fn to_pdf(&self) -> Result<Vec<u8>, LabelError> {
        let [catalog, pages, page, image, content] = [1, 2, 3, 4, 5].map(Ref::new);
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(pages);
        pdf.pages(pages).kids([page]).count(1);
        let mut sheet = pdf.page(page);
        sheet.parent(pages).contents(content);
        sheet.media_box(Rect::new(0.0, 0.0, PAGE.0.into(), PAGE.1.into()));
        sheet.resources().x_objects().pair(Name(b"L"), image);
        sheet.finish();

        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&self.grey, 6);
        let mut object = pdf.image_xobject(image, &packed);
        object.filter(Filter::FlateDecode);
        object
            .width(self.width.into())
            .height(self.height.into())
            .bits_per_component(8);
        object.color_space().device_gray();
        object.finish();

        let (wide, high) = self.fitted();
        let mut drawing = Content::new();
        drawing.save_state();
        drawing.transform([
            wide.into(),
            0.0,
            0.0,
            high.into(),
            0.0,
            (PAGE.1 - high).into(),
        ]);
        drawing.x_object(Name(b"L"));
        drawing.restore_state();
        pdf.stream(content, &drawing.finish());
        Ok(pdf.finish())
    }

    /// The largest size in points that keeps the proportions and fits the page.
    fn fitted(&self) -> (u16, u16) {
        let scaled = |side: u16, to: u16, by: u16| {
            u16::try_from(u32::from(side) * u32::from(to) / u32::from(by.max(1))).unwrap_or(to)
        };
        let high = scaled(self.height, PAGE.0, self.width);
        if high <= PAGE.1 {
            (PAGE.0, high)
        } else {
            (scaled(self.width, PAGE.1, self.height), PAGE.1)
        }
    }
}

/// The grey of a pixel on white paper; transparent is paper.
fn on_white([red, green, blue, alpha]: [u8; 4]) -> u8 {
    let grey = (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1_000;
    let alpha = u32::from(alpha);
    u8::try_from((grey * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two by one: black, white.
    fn lying_gif() -> Label {
        let mut bytes = Vec::new();
        let mut encoder = gif::Encoder::new(&mut bytes, 2, 1, &[0, 0, 0, 255, 255, 255]).unwrap();
        let frame = gif::Frame {
            width: 2,
            height: 1,
            buffer: vec![0_u8, 1].into(),
            ..Default::default()
        };
        encoder.write_frame(&frame).unwrap();
        drop(encoder);
        Label {
            format: LabelFormat::Gif,
            bytes,
        }
    }

    #[test]
    fn a_lying_picture_is_put_upright_pixel_for_pixel() {
        let picture = Picture::read_gif(&lying_gif().bytes).unwrap();
        assert_eq!(
            (picture.width, picture.height, picture.grey.as_slice()),
            (1, 2, &[0, 255][..])
        );
    }

    #[test]
    fn a_gif_becomes_what_was_asked_for() {
        for wanted in [LabelFormat::Gif, LabelFormat::Png, LabelFormat::Pdf] {
            let drawn = draw(&lying_gif(), wanted).unwrap();
            assert!(wanted.fits(&drawn.bytes), "{wanted}");
        }
        assert!(matches!(
            draw(&lying_gif(), LabelFormat::Zpl),
            Err(LabelError::NoWay { .. })
        ));
    }

    #[test]
    fn a_picture_of_any_colours_becomes_a_document() {
        let picture = Picture::read_gif(&lying_gif().bytes).unwrap();
        let label = |bytes| Label {
            format: LabelFormat::Png,
            bytes,
        };
        let made = document(&label(picture.to_png().unwrap())).unwrap();
        assert_eq!(made, picture.to_pdf().unwrap());
        for (colours, pixels) in [
            (png::ColorType::Rgba, &[0, 0, 0, 255, 9, 9, 9, 0][..]),
            (png::ColorType::Rgb, &[0, 0, 0, 255, 255, 255]),
            (png::ColorType::GrayscaleAlpha, &[0, 255, 7, 0]),
        ] {
            let mut bytes = Vec::new();
            let mut encoder = png::Encoder::new(&mut bytes, 1, 2);
            encoder.set_color(colours);
            let mut writer = encoder.write_header().unwrap();
            writer.write_image_data(pixels).unwrap();
            writer.finish().unwrap();
            assert_eq!(document(&label(bytes)).unwrap(), made, "{colours:?}");
        }
        assert!(document(&label(b"\x89PNG".to_vec())).is_err());
    }

    #[test]
    fn a_broken_picture_is_refused_at_every_length() {
        let whole = lying_gif().bytes;
        for length in 0..whole.len() - 2 {
            let cut = Label {
                format: LabelFormat::Gif,
                bytes: whole[..length].to_vec(),
            };
            assert!(draw(&cut, LabelFormat::Png).is_err(), "{length}");
        }
    }

    #[test]
    fn the_form_to_buy_leads_to_the_form_wanted() {
        use LabelFormat::{Gif, Pdf, Png, Zpl};
        assert_eq!(form_to_buy(&[Gif, Zpl], Pdf), Some(Gif));
        assert_eq!(form_to_buy(&[Gif, Zpl], Zpl), Some(Zpl));
        assert_eq!(form_to_buy(&[Pdf], Pdf), Some(Pdf));
        assert_eq!(form_to_buy(&[Pdf], Png), None);
    }
}
