//! The tracking items of an order; its notes where the extension is not there.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{Call, Class, Kind, Outgoing, Result, read_json};
use parcelgate_shop::{ReadsBack, Recognition, Shown};
use serde::Deserialize;

use crate::confirm::{MARK, ORDERS, TRACKED, TRACKINGS};
use crate::{API, ID, WooCommerce};

const OPERATION: &str = "read_back";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tracking {
    tracking_id: Text,
    tracking_provider: Text,
    custom_tracking_provider: Text,
    tracking_number: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Note {
    note: Text,
}

#[async_trait]
impl ReadsBack for WooCommerce {
    async fn packages(
        &self,
        call: &Call<'_>,
        order: &str,
        _marketplace: Option<&str>,
    ) -> Result<Vec<Shown>> {
        let asked = |path: &str, what: &str| {
            Outgoing::new(Method::GET, OPERATION, API, path)
                .segment(order)
                .segment(what)
                .class(Class::Track)
        };
        match call.send(asked(TRACKED, TRACKINGS)).await {
            Ok(response) => {
                let trackings: Many<Tracking> = read_json(&ID, OPERATION, &response)?;
                Ok(trackings.iter().map(Tracking::shown).collect())
            }
            Err(error) if error.kind == Kind::Unsupported => {
                let response = call.send(asked(ORDERS, "notes")).await?;
                let notes: Many<Note> = read_json(&ID, OPERATION, &response)?;
                Ok(notes.iter().filter_map(Note::shown).collect())
            }
            Err(error) => Err(error),
        }
    }
}

/// The store follows nothing itself: a number that it shows is all that it can make of it.
fn shown(handle: Option<String>, number: Option<String>, carrier: Option<String>) -> Shown {
    Shown {
        package: None,
        handle,
        number,
        carrier,
        recognition: Recognition::Followed,
        said: None,
    }
}

impl Tracking {
    fn shown(&self) -> Shown {
        let carrier = self.tracking_provider.owned();
        let carrier = carrier.or_else(|| self.custom_tracking_provider.owned());
        shown(
            self.tracking_id.owned(),
            self.tracking_number.owned(),
            carrier,
        )
    }
}

impl Note {
    fn shown(&self) -> Option<Shown> {
        let (_, number) = self.note.split_once(MARK)?;
        let number = number.split_whitespace().next()?;
        Some(shown(None, Some(number.to_owned()), None))
    }
}
