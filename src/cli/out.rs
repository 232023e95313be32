//! Where a command writes: words and tables for people or JSON for programs, on standard output.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use comfy_table::{
    Attribute, Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle,
};
use serde::Serialize;

/// For whom a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Words and tables for people.
    Table,
    /// One JSON document, or one a line where there are many, for programs.
    Json,
}

/// What a command writes to. What is for people is silent when a program listens, and the reverse.
pub(crate) struct Out {
    sink: Box<dyn Write + Send>,
    format: Format,
    terminal: bool,
    paint: Paint,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Out")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

impl Out {
    /// Standard output; in colour when that is a terminal that shows it.
    #[must_use]
    pub(crate) fn stdout(format: Format) -> Self {
        let terminal = io::stdout().is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            sink: Box::new(io::stdout()),
            format,
            terminal,
            paint: Paint {
                colour: terminal && !dumb && !no_color,
            },
        }
    }

    /// How to colour what is written here.
    #[must_use]
    pub(crate) const fn paint(&self) -> Paint {
        self.paint
    }

    /// Whether a program listens.
    #[must_use]
    pub(crate) fn is_for_programs(&self) -> bool {
        self.format == Format::Json
    }

    /// One or more lines for people.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn say(&mut self, text: impl std::fmt::Display) -> io::Result<()> {
        match self.format {
            Format::Table => {
                writeln!(self.sink, "{text}")?;
                self.sink.flush()
            }
            Format::Json => Ok(()),
        }
    }

    /// A table for people.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn table(&mut self, mut table: Table) -> io::Result<()> {
        if self.terminal {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            if let Some(width) = table.width() {
                table.set_width(width); // kept when the next line takes the terminal away
            }
        }
        if self.paint.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        self.say(table.trim_fmt())
    }

    /// One line of JSON for programs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn data(&mut self, value: &impl Serialize) -> io::Result<()> {
        match self.format {
            Format::Json => self.raw(&serde_json::to_string(value)?),
            Format::Table => Ok(()),
        }
    }

    /// What is the same for people and programs: a shell's completions.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn raw(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.sink, "{}", text.trim_end_matches('\n'))?;
        self.sink.flush()
    }
}

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    colour: bool,
}

impl Paint {
    fn code(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// What stands above others.
    #[must_use]
    pub(crate) fn strong(self, text: &str) -> String {
        self.code("1", text)
    }

    /// What matters less.
    #[must_use]
    pub(crate) fn dim(self, text: &str) -> String {
        self.code("2", text)
    }

    /// What went well.
    #[must_use]
    pub(crate) fn good(self, text: &str) -> String {
        self.code("32", text)
    }

    /// What did not.
    #[must_use]
    pub(crate) fn bad(self, text: &str) -> String {
        self.code("31", text)
    }
}

/// A line under the header and no other: the rows speak for themselves.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─'));

/// An empty table under `header`.
#[must_use]
pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    let bold = |name: &str| Cell::new(name).add_attribute(Attribute::Bold);
    table.load_style(STYLE).set_header(header.map(bold));
    table
}

/// An empty table without a header.
#[must_use]
pub(crate) fn list() -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table
}

/// A cell of numbers: they line up on the right.
#[must_use]
pub(crate) fn number(text: impl std::fmt::Display) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
