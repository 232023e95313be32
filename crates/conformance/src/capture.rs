//! Everything that is logged while something runs.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Runs `work` on this thread and returns, beside its result, every span and event down to the
/// finest level, with all their fields.
pub(crate) fn logged<T>(work: impl FnOnce() -> T) -> (T, String) {
    let pages = Pages::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(pages.clone())
        .finish();
    let result = tracing::subscriber::with_default(subscriber, work);
    let bytes = pages.0.lock().unwrap_or_else(PoisonError::into_inner);
    (result, String::from_utf8_lossy(&bytes).into_owned())
}

#[derive(Clone, Default)]
struct Pages(Arc<Mutex<Vec<u8>>>);

impl io::Write for Pages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Pages {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_of_spans_and_events_are_seen() {
        let ((), text) = super::logged(|| {
            let _span = tracing::trace_span!("outer", secret = "in-a-span").entered();
            tracing::trace!(secret = "in-an-event", "words");
        });
        assert!(text.contains("in-a-span") && text.contains("in-an-event"));
    }
}
