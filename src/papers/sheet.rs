//! Pages that are written from the top down: text, lines and tables. Lengths are tenths of a point
//! (1/720 inch) from the upper left corner.

use pdf_writer::{Content, Name};

use super::text::{Face, Run, lines, runs, width, writable};

/// The size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 210 by 297 mm.
    A4,
    /// 8.5 by 11 inches.
    Letter,
}

impl Size {
    /// Width and height in points.
    #[must_use]
    pub const fn points(self) -> (u16, u16) {
        match self {
            Self::A4 => (595, 842),
            Self::Letter => (612, 792),
        }
    }
}

/// What is left white at each side.
pub(super) const MARGIN: u16 = 420;
/// Where the last line of a page may stand, from below.
const FOOT: u16 = 640;
/// The names of the fonts on a page.
pub(super) const PLAIN: Name<'static> = Name(b"P");
pub(super) const BOLD: Name<'static> = Name(b"B");
pub(super) const CHINESE: Name<'static> = Name(b"C");
/// The size of what is read.
pub(super) const BODY: u16 = 90;
/// The size of what explains it.
pub(super) const SMALL: u16 = 72;
/// From one line to the next.
const LEADING: u16 = 118;

/// Where a text stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) width: u16,
    pub(super) side: Side,
}

/// Pages of one paper.
pub(super) struct Sheet {
    pages: Vec<Content>,
    /// How far down this page is written.
    pub(super) y: u16,
    width: u16,
    height: u16,
}

impl Sheet {
    pub(super) fn new(size: Size) -> Self {
        let (width, height) = size.points();
        let mut sheet = Self {
            pages: Vec::new(),
            y: 0,
            width: width.saturating_mul(10),
            height: height.saturating_mul(10),
        };
        sheet.turn();
        sheet
    }

    /// The width between the margins.
    pub(super) fn room(&self) -> u16 {
        self.width.saturating_sub(2 * MARGIN)
    }

    /// Begins a new page.
    fn turn(&mut self) {
        let mut page = Content::new();
        // Tenths of a point from here on.
        page.transform([0.1, 0.0, 0.0, 0.1, 0.0, 0.0]);
        self.pages.push(page);
        self.y = MARGIN;
    }

    /// Begins a new page when less than `high` is left of this one; says whether it did.
    pub(super) fn need(&mut self, high: u16) -> bool {
        let ends = self.y.saturating_add(high) > self.height.saturating_sub(FOOT);
        if ends && self.y > MARGIN {
            self.turn();
        }
        ends
    }

    fn page(&mut self) -> &mut Content {
        if self.pages.is_empty() {
            self.turn();
        }
        let last = self.pages.len().saturating_sub(1);
        #[expect(clippy::indexing_slicing, reason = "there is one, just now")]
        &mut self.pages[last]
    }

    /// One line of text, with its foot at `y`.
    pub(super) fn put(&mut self, at: (u16, u16), face: Face, size: u16, text: &str) {
        let up = self.height.saturating_sub(at.1);
        put(self.page(), (at.0, up), face, size, &writable(text));
    }

    /// The same, ending at `x`.
    pub(super) fn put_left_of(&mut self, at: (u16, u16), face: Face, size: u16, text: &str) {
        let wide = wide(&writable(text), face, size);
        self.put((at.0.saturating_sub(wide), at.1), face, size, text);
    }

    /// A line across, `thick` wide.
    pub(super) fn rule(&mut self, from: u16, to: u16, y: u16, thick: u16) {
        let up = self.height.saturating_sub(y).into();
        let page = self.page();
        page.set_stroke_gray(0.55).set_line_width(thick.into());
        page.move_to(from.into(), up)
            .line_to(to.into(), up)
            .stroke();
    }

    /// A block of lines that begins at the present height; says where it ends.
    pub(super) fn block(&mut self, x: u16, room: u16, title: &str, text: &[String]) -> u16 {
        let mut y = self.y.saturating_add(LEADING);
        self.put((x, y), Face::Bold, SMALL, title);
        for line in text {
            for part in lines(line, Face::Plain, BODY, room) {
                y = y.saturating_add(LEADING);
                self.put((x, y), Face::Plain, BODY, &part);
            }
        }
        y
    }

    /// A table: each row as high as its longest cell, the header again on each page.
    pub(super) fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        self.head(columns);
        for row in rows {
            let cells: Vec<Vec<String>> = columns
                .iter()
                .zip(row)
                .map(|(column, cell)| {
                    let room = column.width.saturating_sub(GAP);
                    cell.split('\n')
                        .flat_map(|part| lines(part, Face::Plain, BODY, room))
                        .collect()
                })
                .collect();
            let most = cells.iter().map(Vec::len).max().unwrap_or(1);
            let high = u16::try_from(most)
                .unwrap_or(u16::MAX)
                .saturating_mul(LEADING);
            if self.need(high.saturating_add(60)) {
                self.head(columns);
            }
            let mut x = MARGIN;
            for (column, cell) in columns.iter().zip(&cells) {
                self.cell(column, x, cell);
                x = x.saturating_add(column.width);
            }
            self.y = self.y.saturating_add(high).saturating_add(40);
            self.rule(MARGIN, x, self.y, 3);
        }
    }

    fn cell(&mut self, column: &Column, x: u16, cell: &[String]) {
        let mut y = self.y;
        for line in cell {
            y = y.saturating_add(LEADING);
            match column.side {
                Side::Left => self.put((x, y), Face::Plain, BODY, line),
                Side::Right => {
                    let end = x.saturating_add(column.width).saturating_sub(GAP);
                    self.put_left_of((end, y), Face::Plain, BODY, line);
                }
            }
        }
    }

    fn head(&mut self, columns: &[Column]) {
        self.need(4 * LEADING);
        self.y = self.y.saturating_add(LEADING);
        let mut x = MARGIN;
        for column in columns {
            let end = x.saturating_add(column.width);
            let y = self.y;
            match column.side {
                Side::Left => self.put((x, y), Face::Bold, SMALL, column.title),
                Side::Right => {
                    let end = end.saturating_sub(GAP);
                    self.put_left_of((end, y), Face::Bold, SMALL, column.title);
                }
            }
            x = end;
        }
        self.y = self.y.saturating_add(45);
        self.rule(MARGIN, x, self.y, 8);
    }

    /// The pages, each with what it is and its number at its foot.
    pub(super) fn finish(mut self, foot: &str) -> Vec<Vec<u8>> {
        let count = self.pages.len();
        let (width, foot) = (self.width, writable(foot));
        let pages = std::mem::take(&mut self.pages);
        let numbered = (1_usize..).zip(pages).map(|(number, mut page)| {
            let at = (MARGIN, FOOT_LINE);
            put(&mut page, at, Face::Plain, SMALL, &foot);
            let number = format!("Page {number} of {count}");
            let own = wide(&number, Face::Plain, SMALL);
            let x = width.saturating_sub(MARGIN).saturating_sub(own);
            put(&mut page, (x, FOOT_LINE), Face::Plain, SMALL, &number);
            page.finish().into_vec()
        });
        numbered.collect()
    }
}

/// Between two columns.
const GAP: u16 = 80;
/// Where the foot of a page stands, from below.
const FOOT_LINE: u16 = 340;

fn wide(text: &str, face: Face, size: u16) -> u16 {
    let wide = width(text, face).saturating_mul(size.into()) / 1_000;
    u16::try_from(wide).unwrap_or(u16::MAX)
}

fn put(page: &mut Content, (x, up): (u16, u16), face: Face, size: u16, text: &str) {
    if text.is_empty() {
        return;
    }
    page.begin_text();
    page.next_line(x.into(), up.into());
    for run in runs(text) {
        let font = match (&run, face) {
            (Run::Chinese(_), _) => CHINESE,
            (Run::Latin(_), Face::Plain) => PLAIN,
            (Run::Latin(_), Face::Bold) => BOLD,
        };
        page.set_font(font, size.into());
        page.show(run.bytes());
    }
    page.end_text();
}
