//! What an answer of DHL means. Its companies refuse in problem documents (RFC 7807) of three
//! kinds.

use parcelgate_carrier::json::{Loose, Many, Present, Text, Unread, read};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{BoxError, Dialect, Intent, Kind, Response, Result};
use serde::Deserialize;

/// Reads the answers of one product.
#[derive(Debug)]
pub(crate) struct Problems(pub(crate) Judge);

/// DHL Express: the number at the beginning of `detail` says more than the status does.
pub(crate) const EXPRESS: Problems = Problems(Judge {
    carrier: "dhl",
    kinds: &[
        ("999", Kind::Unavailable),  // process failure
        ("5032", Kind::Credentials), // not authorized to use this service
        ("8003", Kind::Unsupported), // account not allowed for this service
    ],
    statuses: &[],
});

/// The group's own interfaces: the status says all.
pub(crate) const GROUP: Problems = Problems(Judge {
    carrier: "dhl",
    kinds: &[],
    statuses: &[],
});

impl Dialect for Problems {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let body = response.body();
        let success = response.status().is_success();
        let answer = if success && body.trim_ascii().is_empty() {
            // A pickup is cancelled, and an image taken, without a word.
            Ok(None)
        } else {
            let problem = serde_json::from_slice::<Problem>(body);
            let said = |problem: Problem| match success && !problem.is_refusal() {
                true => None,
                false => problem.said(),
            };
            problem.map(said).map_err(BoxError::from)
        };
        self.0.verdict(intent, response, answer)
    }
}

/// The members in which any of DHL's interfaces says what is wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Problem {
    title: Text,
    detail: Text,
    message: Text,
    additional_details: Many<Text>,
    /// A number with DHL Express and in tracking, an object with Parcel DE.
    status: Option<Unread>,
    #[serde(rename = "type")]
    kind: Text,
    /// What the token service says.
    error: Text,
    #[serde(rename = "error_description")]
    error_description: Text,
    items: Many<Item>,
}

/// How one shipment of several fared.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    title: Text,
    detail: Text,
    status: Text,
    status_code: Text,
}

/// Whether a status that stands inside an answer says no, for certain.
pub(crate) fn refuses(status: &u16) -> bool {
    (400..500).contains(status)
}

impl Status {
    fn code(&self) -> Option<u16> {
        let code = self.status.get().or(self.status_code.get());
        code?.parse().ok().filter(refuses)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct General {
    title: Text,
    detail: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Item {
    sstatus: Loose<Status>,
    validation_messages: Many<Validation>,
    label: Present,
    /// Returns and pickups say it here.
    message: Text,
}

/// What Parcel DE says of one member of an order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Validation {
    pub(crate) property: Text,
    pub(crate) validation_message: Text,
    pub(crate) validation_state: Text,
}

impl Validation {
    /// Its words, with the member they are about.
    pub(crate) fn words(&self) -> String {
        match self.property.get() {
            Some(property) => format!("{property}: {}", self.validation_message),
            None => self.validation_message.to_string(),
        }
    }
}

impl Problem {
    /// Whether it is one in spite of its status: Parcel DE answers 200 or 207 where each shipment
    /// has a status of its own, and the description of DHL Express shows a refusal among the
    /// answers with 201.
    fn is_refusal(&self) -> bool {
        // What comes with its label was sold, whatever is said of it.
        let failed = |item: &Item| item.sstatus.code().is_some() && !item.label.0;
        if !self.items.is_empty() && self.items.iter().all(failed) {
            return true;
        }
        let status: Option<Text> = self.status.as_deref().and_then(read);
        let status = status.and_then(|status| status.parse::<u16>().ok());
        status.is_some_and(|status| status >= 400) && self.detail.get().is_some()
    }

    /// All that is said; nothing where there is no word of DHL's.
    fn said(&self) -> Option<Said> {
        let general: General = self.status.as_deref().and_then(read).unwrap_or_default();
        let detail = self.detail.get().or(general.detail.get());
        let details: Vec<&str> = self
            .additional_details
            .iter()
            .filter_map(Text::get)
            .collect();
        let code = details.iter().copied().chain(detail).find_map(code);
        let checks = self.items.iter().flat_map(|item| &item.validation_messages);
        let checks = checks.map(Validation::words);
        let mut words: Vec<String> = details.iter().map(|text| (*text).to_owned()).collect();
        words.extend(checks);
        words.extend(self.items.iter().filter_map(|item| item.message.owned()));
        if words.is_empty() {
            let each = self.items.iter().map(|item| &item.sstatus);
            let each = each.filter(|status| status.code().is_some());
            let text = |status: &Loose<Status>| status.detail.owned().or(status.title.owned());
            words.extend(each.filter_map(text));
        }
        if words.is_empty() {
            let any = [
                detail,
                self.error_description.get(),
                self.message.get(),
                self.title.get(),
                general.title.get(),
            ];
            words.extend(any.into_iter().flatten().next().map(str::to_owned));
        }
        let named = [self.error.get(), self.kind.get()];
        let code = code.or(named.into_iter().flatten().next());
        let silent = words.is_empty() && code.is_none();
        (!silent).then(|| Said {
            code: code.unwrap_or_default().to_owned(),
            text: words.join("; "),
        })
    }
}

/// The number that DHL Express begins a sentence with: `8003: Account not allowed`.
fn code(text: &str) -> Option<&str> {
    let (code, _) = text.split_once(':')?;
    let plain = code.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (3..=6).contains(&code.len())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> Option<(String, String)> {
        let problem: Problem = serde_json::from_str(body).unwrap();
        problem.said().map(|said| (said.code, said.text))
    }

    fn pair(code: &str, text: &str) -> Option<(String, String)> {
        Some((code.to_owned(), text.to_owned()))
    }

    #[test]
    fn each_kind_of_problem_is_read() {
        let express = r#"{"detail": "8007: Not this account.", "title": "Bad request",
            "message": "Bad request", "status": "400"}"#;
        assert_eq!(said(express), pair("8007", "8007: Not this account."));
        let several = r#"{"detail": "Several problems", "status": "400",
            "additionalDetails": ["7120: No invoice", "7008: No such service"]}"#;
        let texts = "7120: No invoice; 7008: No such service";
        assert_eq!(said(several), pair("7120", texts));
        let unified =
            r#"{"status": 404, "title": "No result found", "detail": "Nobody knows it."}"#;
        assert_eq!(said(unified), pair("", "Nobody knows it."));
        let parcel = r#"{"status": {"title": "Bad", "statusCode": 400, "detail": "One or more"},
            "items": [{"validationMessages": [{"property": "consignee.city",
            "validationMessage": "Unknown", "validationState": "Error"}]}]}"#;
        assert_eq!(said(parcel), pair("", "consignee.city: Unknown"));
        let token = r#"{"error": "invalid_grant", "error_description": "Wrong password"}"#;
        assert_eq!(said(token), pair("invalid_grant", "Wrong password"));
        assert_eq!(said("{}"), None);
    }

    #[test]
    fn a_refusal_among_successes_is_one() {
        let is = |body: &str| serde_json::from_str::<Problem>(body).unwrap().is_refusal();
        assert!(is(
            r#"{"status": "400", "detail": "Multiple problems found"}"#
        ));
        assert!(!is(r#"{"status": {"statusCode": 400, "detail": "x"}}"#));
        assert!(!is(r#"{"status": "200", "detail": "fine"}"#));
    }

    #[test]
    fn only_a_number_is_a_code() {
        assert_eq!(code("998: Too late"), Some("998"));
        assert_eq!(code("#/content: required key"), None);
        assert_eq!(code("12: x"), None);
    }
}
