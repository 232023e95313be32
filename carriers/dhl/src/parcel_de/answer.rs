//! Reads what Parcel DE says of shipments, one item for each.

use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{Response, Result};
use parcelgate_carrier::{paper, read_json};
use parcelgate_domain::{Label, LabelFormat, TrackingNumber};
use serde::Deserialize;

use crate::ID;
use crate::dialect::{Validation, refuses};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub(super) items: Many<Item>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Item {
    shipment_no: Text,
    sstatus: Loose<Status>,
    label: Loose<Paper>,
    validation_messages: Many<Validation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    title: Text,
    detail: Text,
    status: Text,
    status_code: Text,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Paper {
    b64: Text,
    zpl2: Text,
}

pub(super) fn read(operation: &'static str, response: &Response) -> Result<Answer> {
    read_json(&ID, operation, response)
}

impl Item {
    pub(super) fn number(&self) -> Option<TrackingNumber> {
        self.shipment_no.get()?.parse().ok()
    }

    /// The label; none where it did not come or is not what was asked for.
    pub(super) fn label(&self, format: LabelFormat) -> Option<Label> {
        self.label.label(format)
    }

    /// DHL's code and words where it says no of this shipment.
    pub(super) fn refusal(&self) -> Option<(String, String)> {
        let status = self.sstatus.status.get().or(self.sstatus.status_code.get());
        let code = status.filter(|status| status.parse().is_ok_and(|code| refuses(&code)))?;
        if self.label != Loose::default() {
            return None; // what comes with its label was sold, whatever is said of it
        }
        let words: Vec<String> = self
            .validation_messages
            .iter()
            .map(Validation::words)
            .collect();
        let words = if words.is_empty() {
            let general = [&self.sstatus.detail, &self.sstatus.title];
            let general = general.into_iter().find_map(Text::get);
            general.unwrap_or_default().to_owned()
        } else {
            words.join("; ")
        };
        Some((code.to_owned(), words))
    }
}

impl Paper {
    /// PDF comes in base64, ZPL as it is.
    fn label(&self, format: LabelFormat) -> Option<Label> {
        if let Some(commands) = self.zpl2.get().filter(|_| format == LabelFormat::Zpl) {
            let bytes = commands.as_bytes().to_vec();
            return format.fits(&bytes).then_some(Label { format, bytes });
        }
        paper::label(format, &self.b64)
    }

    /// The bytes of a paper that is no label.
    pub(super) fn document(
        &self,
        kind: parcelgate_domain::DocumentKind,
    ) -> Option<parcelgate_domain::Document> {
        paper::document(kind, &self.b64)
    }
}
