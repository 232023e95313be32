//! Labels: 4PX answers with a link, which is followed at once, for nobody says how long it lives.

use http::uri::Authority;
use http::{Method, Uri};
use parcelgate_carrier::json::{Loose, Text};
use parcelgate_carrier::{Call, Error, Kind, Outgoing, Response, Result};
use parcelgate_domain::{Label, LabelFormat};
use serde::Deserialize;

use crate::FourPx;
use crate::auth::LABELS;
use crate::gateway::{self, LABEL, failed, texts};

pub(crate) const OPERATION: &str = "label";

impl FourPx {
    /// The label of an order, in two requests.
    pub(crate) async fn paper(&self, call: &Call<'_>, request_no: &str) -> Result<Label> {
        let ask = texts([
            ("request_no", Some(request_no)),
            ("response_label_format", Some("PDF")),
            ("label_size", self.account.label_size.as_deref()),
        ]);
        let request = gateway::request(&self.account, OPERATION, LABEL, &ask)?;
        let link = link(&call.send(request).await?)?;
        let request = follow(&self.account.label_url, &link)?;
        label(&call.send(request).await?)
    }
}

fn malformed(text: &str) -> Error {
    failed(Kind::Malformed, OPERATION).said("", text)
}

fn link(response: &Response) -> Result<Text> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Made {
        label_url_info: Loose<Links>,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Links {
        logistics_label: Text,
    }
    let made: Loose<Made> = gateway::data(OPERATION, response)?;
    Ok(made.0.label_url_info.0.logistics_label)
}

/// A request for what lies behind `link`, when it leads to the host of labels. Whether it says http
/// or https is not asked: the account's own word for that host counts (links with http were seen).
fn follow(label_url: &str, link: &str) -> Result<Outgoing> {
    let uri: Uri = link
        .parse()
        .map_err(|error| malformed("the link to the label is no URL").because(error))?;
    let base: Uri = label_url
        .parse()
        .map_err(|error| malformed("label_url is no URL").because(error))?;
    let (Some(web), Some(there), Some(ours)) = (
        uri.scheme_str()
            .map(|scheme| matches!(scheme, "https" | "http")),
        uri.authority(),
        base.authority(),
    ) else {
        return Err(malformed("the link to the label names no host"));
    };
    if !web || !is_same(there, ours) {
        let host = there.host();
        let text = format!("the label lies at {host}, which is not the account's label_url");
        return Err(malformed(&text));
    }
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    Ok(Outgoing::new(Method::GET, OPERATION, LABELS, target))
}

fn is_same(there: &Authority, ours: &Authority) -> bool {
    let port = |authority: &Authority| {
        authority
            .port_u16()
            .filter(|port| ![80, 443].contains(port))
    };
    there.host().eq_ignore_ascii_case(ours.host())
        && port(there) == port(ours)
        && !there.as_str().contains('@')
}

fn label(response: &Response) -> Result<Label> {
    let format = LabelFormat::Pdf;
    let bytes = response.body();
    // The end of a PDF stands in its last kilobyte; without it a part is missing.
    let tail = bytes.len().saturating_sub(1024);
    let tail = bytes.get(tail..).unwrap_or_default();
    let whole = tail.windows(PDF_END.len()).any(|window| window == PDF_END);
    if format.fits(bytes) && whole {
        let bytes = bytes.to_vec();
        Ok(Label { format, bytes })
    } else {
        Err(malformed("the label is no PDF, or a part of one"))
    }
}

const PDF_END: &[u8] = b"%%EOF";

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const HOST: &str = "https://labels.example";

    fn answer(body: &'static str) -> Response {
        Response::new(Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn a_link_to_the_host_of_labels_is_followed() {
        for link in [
            "https://labels.example/a/b.pdf?sign=x%2F",
            "http://labels.example/a/b.pdf?sign=x%2F#1",
            "HTTPS://LABELS.EXAMPLE:443/a/b.pdf?sign=x%2F",
        ] {
            let request = format!("{:?}", follow(HOST, link).unwrap());
            assert!(request.contains(r#""/a/b.pdf?sign=x%2F""#), "{request}");
        }
    }

    #[test]
    fn a_link_to_anywhere_else_is_not() {
        for link in [
            "",
            "/a.pdf",
            "labels.example/a.pdf",
            "https:///a.pdf",
            "ftp://labels.example/a.pdf",
            "https://labels.example.evil.example/a.pdf",
            "https://labels.example:8080/a.pdf",
            "https://labels.example@evil.example/a.pdf",
            "https://me:secret@labels.example/a.pdf",
            "https://169.254.169.254/latest/meta-data",
            "https://labels.example/a b.pdf",
        ] {
            let error = follow(HOST, link).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed, "{link}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        let error = follow(HOST, "https://other.example/a.pdf").unwrap_err();
        assert!(error.to_string().contains("other.example"), "{error}");
    }

    #[test]
    fn a_label_is_a_whole_pdf() {
        assert!(label(&answer("%PDF-1.4\n%%EOF\n")).is_ok());
        for other in ["", "<html>%%EOF", "%PDF-1.4\n%%EO"] {
            assert_eq!(
                label(&answer(other)).unwrap_err().kind,
                Kind::Malformed,
                "{other}"
            );
        }
    }

    #[test]
    fn an_answer_without_a_link_is_no_label() {
        let found = link(&answer(
            r#"{"data":{"label_url_info":{"logistics_label":"x"}}}"#,
        ));
        assert_eq!(found.unwrap().as_str(), "x");
        for body in [
            r#"{"data":null}"#,
            r#"{"data":{"label_url_info":null}}"#,
            r#"{"data":{"label_url_info":{"logistics_label":""}}}"#,
        ] {
            let link = link(&answer(body)).unwrap();
            let error = follow(HOST, &link).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed, "{body}");
        }
    }
}
