//! PDF: Yanwen's only label format, and UPS's customs papers.
#![expect(
    clippy::disallowed_types,
    reason = "PDF measures in f32; nothing is computed with it, a matrix in the page scales dots"
)]

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::{Drawing, Mark};

/// Points to a dot: 72 to the inch over 203.2 to the inch.
const SCALE: f32 = 0.354_330_7;

/// Dots as PDF wants them.
fn dots(count: u16) -> f32 {
    f32::from(count)
}

/// The drawing as a document of one page; vectors and a standard font, so it prints sharp.
pub(crate) fn pdf(drawing: &Drawing) -> Vec<u8> {
    pdf_pages(std::slice::from_ref(drawing))
}

/// The drawings as one document, a page each.
pub(crate) fn pdf_pages(drawings: &[Drawing]) -> Vec<u8> {
    let [catalog, pages, font] = [1, 2, 3].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    let refs = || (4..).step_by(2).zip(drawings);
    let kids = refs().map(|(id, _)| Ref::new(id));
    let count = i32::try_from(drawings.len()).unwrap_or(i32::MAX);
    pdf.pages(pages).kids(kids).count(count);
    for (id, drawing) in refs() {
        page(&mut pdf, drawing, [id, id + 1].map(Ref::new), pages, font);
    }
    pdf.type1_font(font).base_font(Name(b"Helvetica-Bold"));
    pdf.finish()
}

fn page(pdf: &mut Pdf, drawing: &Drawing, [page, content]: [Ref; 2], pages: Ref, font: Ref) {
    pdf.page(page)
        .parent(pages)
        .media_box(Rect::new(
            0.0,
            0.0,
            points(drawing.width),
            points(drawing.height),
        ))
        .contents(content)
        .resources()
        .fonts()
        .pair(Name(b"F"), font)
        .finish();
    pdf.stream(content, &drawn(drawing));
}

fn drawn(drawing: &Drawing) -> Vec<u8> {
    let mut content = Content::new();
    content.transform([SCALE, 0.0, 0.0, SCALE, 0.0, 0.0]);
    // PDF counts from the bottom.
    let up = |y: u16, height: u16| dots(drawing.height.saturating_sub(y + height));
    for mark in &drawing.marks {
        match mark {
            Mark::Block {
                x,
                y,
                width,
                height,
            } => {
                content.rect(dots(*x), up(*y, *height), dots(*width), dots(*height));
                content.fill_nonzero();
            }
            Mark::Text { x, y, size, text } => {
                content.begin_text();
                content.set_font(Name(b"F"), dots(*size));
                content.next_line(dots(*x), up(*y, *size));
                content.show(Str(text.as_bytes()));
                content.end_text();
            }
            Mark::Barcode {
                x,
                y,
                height,
                module,
                modules,
                ..
            } => {
                for (index, _) in (0_u16..).zip(modules).filter(|(_, bar)| **bar) {
                    let left = dots(x + index * module);
                    content.rect(left, up(*y, *height), dots(*module), dots(*height));
                }
                content.fill_nonzero();
            }
        }
    }
    content.finish().into_vec()
}

/// A page's edge in points, to the tenth: what a media box needs.
fn points(edge: u16) -> f32 {
    let tenths = u32::from(edge) * 720 * 10 / 2032;
    let whole = u16::try_from(tenths / 10).unwrap_or(u16::MAX);
    dots(whole.saturating_add(1))
}
