//! Labels as USPS answers them: in parts, or as one JSON.
//!
//! JSON is asked for (`application/vnd.usps.labels+json`); parts are USPS's default, and are read
//! all the same. Of JSON there are two shapes: what is known of a label stands beside its image (a
//! new label), or in an object of its own (a reprint).

use http::header::CONTENT_TYPE;
use parcelgate_carrier::json::{Many, Text, Unread, read};
use parcelgate_carrier::{Kind, Response, Result, multipart, paper, read_json};
use parcelgate_domain::{
    Currency, Label, LabelFormat, Money, Reference, Service, Shipment, ShippedParcel,
};
use serde::Deserialize;

use crate::{codes, error, services};

/// What is asked for.
pub(crate) const JSON: &str = "application/vnd.usps.labels+json";

/// Metadata as JSON, and the paper in base64.
pub(crate) struct Reply {
    meta: Unread,
    image: String,
}

/// The two shapes of JSON, and the names of the parts.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    label_metadata: Option<Unread>,
    return_label_metadata: Option<Unread>,
    label_image: Text,
    return_label_image: Text,
    #[serde(rename = "SCANFormMetaData")]
    scan_form_metadata: Option<Unread>,
    #[serde(rename = "SCANFormImage")]
    scan_form_image: Text,
}

impl Reply {
    /// Of an answer in either form.
    pub(crate) fn of(operation: &'static str, response: &Response) -> Result<Self> {
        let media = response.headers().get(CONTENT_TYPE);
        let media = media
            .and_then(|media| media.to_str().ok())
            .unwrap_or_default();
        if media.starts_with("multipart/") {
            let reply = Self::of_parts(media, response);
            return reply.ok_or_else(|| error(Kind::Malformed, operation));
        }
        let whole: Unread = read_json(&crate::ID, operation, response)?;
        let body: Body = read_json(&crate::ID, operation, response)?;
        let images = [
            body.label_image,
            body.return_label_image,
            body.scan_form_image,
        ];
        let image = images
            .iter()
            .find_map(Text::get)
            .unwrap_or_default()
            .to_owned();
        let inner = body.label_metadata.or(body.return_label_metadata);
        Ok(Self {
            meta: inner.or(body.scan_form_metadata).unwrap_or(whole),
            image,
        })
    }

    /// The first part of JSON tells of the label, the first of anything else is it. Their headers
    /// speak of encodings that are not there; the contents are base64 always.
    fn of_parts(media: &str, response: &Response) -> Option<Self> {
        let parts = multipart::read(media, response.body())?;
        let (told, images): (Vec<_>, Vec<_>) = parts
            .iter()
            .partition(|part| part.media_type.starts_with("application/json"));
        let meta = told.iter().find(|part| part.name != "reprintInfo")?;
        let image = images
            .first()
            .and_then(|part| std::str::from_utf8(&part.bytes).ok());
        Some(Self {
            meta: serde_json::from_slice(&meta.bytes).ok()?,
            image: image.unwrap_or_default().to_owned(),
        })
    }

    /// The paper in base64; empty when there is none.
    pub(crate) fn image(&self) -> &str {
        &self.image
    }

    /// What is told of it.
    pub(crate) fn told<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        read(&self.meta)
    }

    /// The label, when it is whole and is of that form.
    pub(crate) fn label(&self, format: LabelFormat) -> Option<Label> {
        paper::label(format, &self.image)
    }

    /// What was sold. One whose label cannot be read is sold all the same; `service` where it is
    /// known, or else by its price.
    pub(crate) fn shipment(
        &self,
        reference: &Reference,
        service: Option<Service>,
        format: LabelFormat,
    ) -> Option<Shipment> {
        let sold: Sold = self.told()?;
        let number = sold
            .tracking_number
            .get()
            .or(sold.international_tracking_number.get())?;
        let parcel = ShippedParcel {
            tracking_number: number.parse().ok()?,
            last_mile_number: None,
            label: self.label(format),
        };
        Some(Shipment {
            reference: reference.clone(),
            carrier_number: parcel.tracking_number.as_str().to_owned(),
            service: service.unwrap_or_else(|| sold.service()),
            charged: sold.charged(),
            parcels: vec![parcel],
        })
    }
}

/// What USPS tells of a label.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Sold {
    tracking_number: Text,
    international_tracking_number: Text,
    #[serde(rename = "SKU")]
    sku: Text,
    postage: Text,
    extra_services: Many<Priced>,
    fees: Many<Priced>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Priced {
    price: Text,
}

impl Sold {
    /// The postage, where that is all there is to pay: no total is told, and postage is without
    /// extra services and fees.
    fn charged(&self) -> Option<Money> {
        let money = |text: &Text| Money::parse(text, Currency::USD).ok();
        let free = |item: &Priced| money(&item.price).is_some_and(|price| price.minor() == 0);
        let mut beside = self.extra_services.iter().chain(&self.fees);
        let all_read = self.extra_services.unreadable() + self.fees.unreadable() == 0;
        money(&self.postage).filter(|_| all_read && beside.all(free))
    }

    /// By its pricing SKU, which is all that a reprint tells of the service.
    fn service(&self) -> Service {
        let product = codes::of_sku(&self.sku);
        services::named(product.map_or(self.sku.as_str(), |product| product.code))
    }
}
