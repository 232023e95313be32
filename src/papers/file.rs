//! Pages put together to one file: ours as they were drawn, a carrier's as they are, each on a page
//! of the size that is asked for, at its own size where it fits.

use std::fmt;

use hayro_write::hayro_syntax::Pdf as Source;
use hayro_write::{ChunkSettings, ExtractionQuery, extract};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::Part;
use super::sheet::{BOLD, CHINESE, PLAIN, Size};

/// A label that cannot be put into a file with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the carrier's PDF cannot be read, so it cannot be put together with other papers")]
pub struct Unreadable;

/// How many pages of a label are taken.
const LABEL_PAGES_MAX: usize = 50;
/// What is left white above a label that is smaller than its page, in points.
const ABOVE: u16 = 24;

/// The file so far.
struct Book {
    pdf: Pdf,
    next: Ref,
    pages: Vec<Ref>,
    parent: Ref,
    fonts: [Ref; 3],
}

/// Puts parts together; says how many pages the file has.
///
/// # Errors
/// When a label is no PDF that can be read.
pub fn bind(parts: &[Part], title: &str) -> Result<(Vec<u8>, usize), Unreadable> {
    let mut next = Ref::new(1);
    let catalog = next.bump();
    let info = next.bump();
    let parent = next.bump();
    let fonts = [next.bump(), next.bump(), next.bump()];
    let mut book = Book {
        pdf: Pdf::new(),
        next,
        pages: Vec::new(),
        parent,
        fonts,
    };
    book.pdf.catalog(catalog).pages(parent);
    book.pdf.document_info(info).title(TextStr(title));
    book.write_fonts();
    for part in parts {
        match part {
            Part::Own(size, pages) => pages.iter().for_each(|page| book.own(*size, page)),
            Part::Carriers(size, bytes) => book.carriers(*size, bytes)?,
        }
    }
    let count = book.pages.len();
    let Book { mut pdf, pages, .. } = book;
    let told = i32::try_from(count).unwrap_or(i32::MAX);
    pdf.pages(parent).kids(pages).count(told);
    Ok((pdf.finish(), count))
}

impl Book {
    fn write_fonts(&mut self) {
        let [plain, bold, chinese] = self.fonts;
        for (font, name) in [(plain, Name(b"Helvetica")), (bold, Name(b"Helvetica-Bold"))] {
            let mut font = self.pdf.type1_font(font);
            font.base_font(name);
            font.encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        // One of the fonts that PDF knows by name, with one of its tables.
        let name = Name(b"STSong-Light");
        let (letters, about) = (self.next.bump(), self.next.bump());
        let mut font = self.pdf.type0_font(chinese);
        font.base_font(name);
        font.encoding_predefined(Name(b"UniGB-UTF16-H"));
        font.descendant_font(letters);
        font.finish();
        let mut font = self.pdf.cid_font(letters);
        font.subtype(CidFontType::Type0).base_font(name);
        font.system_info(SystemInfo {
            registry: Str(b"Adobe"),
            ordering: Str(b"GB1"),
            supplement: 4,
        });
        font.font_descriptor(about).default_width(1_000.0);
        font.finish();
        let mut font = self.pdf.font_descriptor(about);
        font.name(name);
        font.flags(FontFlags::SERIF | FontFlags::SYMBOLIC);
        font.bbox(Rect::new(-25.0, -254.0, 1_000.0, 880.0));
        font.italic_angle(0.0).ascent(880.0).descent(-120.0);
        font.cap_height(880.0).stem_v(93.0);
    }

    fn page(&mut self, size: Size, drawn: &[u8], label: Option<Ref>) {
        let (page, content) = (self.next.bump(), self.next.bump());
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(drawn, 6);
        self.pdf
            .stream(content, &packed)
            .filter(Filter::FlateDecode);
        let (width, height) = size.points();
        let mut sheet = self.pdf.page(page);
        sheet.parent(self.parent).contents(content);
        sheet.media_box(Rect::new(0.0, 0.0, width.into(), height.into()));
        let mut resources = sheet.resources();
        if let Some(label) = label {
            resources.x_objects().pair(LABEL, label);
        } else {
            let mut fonts = resources.fonts();
            for (name, font) in [PLAIN, BOLD, CHINESE].into_iter().zip(self.fonts) {
                fonts.pair(name, font);
            }
        }
        resources.finish();
        sheet.finish();
        self.pages.push(page);
    }

    fn own(&mut self, size: Size, drawn: &[u8]) {
        self.page(size, drawn, None);
    }

    fn carriers(&mut self, size: Size, bytes: &[u8]) -> Result<(), Unreadable> {
        let source = Source::new(bytes.to_vec()).map_err(|_| Unreadable)?;
        let pages = source.pages().iter().take(LABEL_PAGES_MAX);
        let sides = pages.map(|page| {
            let (width, height) = page.render_dimensions();
            whole(width).zip(whole(height)).ok_or(Unreadable)
        });
        let sides: Vec<(u16, u16)> = sides.collect::<Result<_, _>>()?;
        if sides.is_empty() {
            return Err(Unreadable);
        }
        let queries: Vec<_> = (0..sides.len()).map(ExtractionQuery::new_xobject).collect();
        let mut next = self.next;
        let settings = ChunkSettings::default();
        let taken = extract(&source, Box::new(|| next.bump()), settings, &queries);
        let taken = taken.map_err(|_| Unreadable)?;
        self.next = next;
        self.pdf.extend(&taken.chunk);
        for (label, own) in taken.root_refs.iter().zip(sides) {
            let label = label.map_err(|_| Unreadable)?;
            let drawn = placed(size, own).ok_or(Unreadable)?;
            self.page(size, &drawn, Some(label));
        }
        Ok(())
    }
}

const LABEL: Name<'static> = Name(b"L");
/// One to one, in the parts in which a label is made smaller.
const WHOLE: u32 = 1_000;

/// Draws a label of these sides in points: in the middle, near the head of the page; smaller when
/// it would not fit.
fn placed(size: Size, (width, height): (u16, u16)) -> Option<Vec<u8>> {
    let (wide, high) = size.points();
    let fits = |room: u16, side: u16| u32::from(room) * WHOLE / u32::from(side.max(1));
    let scale = fits(wide, width).min(fits(high, height)).min(WHOLE);
    let scaled = |side: u16| u16::try_from(u32::from(side) * scale / WHOLE).ok();
    let (own_wide, own_high) = (scaled(width)?, scaled(height)?);
    let x = wide.saturating_sub(own_wide) / 2;
    let y = high.saturating_sub(own_high);
    let y = y.saturating_sub(ABOVE.min(y / 2));
    let scale = u16::try_from(scale).ok()?;
    let mut drawing = Content::new();
    drawing.save_state();
    drawing.transform([1.0, 0.0, 0.0, 1.0, x.into(), y.into()]);
    if u32::from(scale) < WHOLE {
        drawing.transform([0.001, 0.0, 0.0, 0.001, 0.0, 0.0]);
        drawing.transform([scale.into(), 0.0, 0.0, scale.into(), 0.0, 0.0]);
    }
    drawing.x_object(LABEL);
    drawing.restore_state();
    Some(drawing.finish().into_vec())
}

/// A length in whole points; none when it is none that a page has.
fn whole(points: impl fmt::Display) -> Option<u16> {
    let text = format!("{points:.0}");
    text.parse().ok().filter(|points| *points > 0)
}
