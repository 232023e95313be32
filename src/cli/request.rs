//! A shipment as a file: JSON with the names of the interface, weights and money as people write
//! them.
//! `examples/shipment.json` is one.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use parcelgate_domain::{Currency, Money};
use parcelgate_proto::google::r#type::Money as ProtoMoney;
use parcelgate_proto::v1::customs::{Contents, Incoterm};
use parcelgate_proto::v1::shipment_options::Signature;
use parcelgate_proto::v1::{
    Address, Customs, CustomsItem, Dimensions, Parcel, ShipmentOptions, ShipmentSpec,
};
use serde::Deserialize;

use super::shop_order::ShopOrderFile;
use super::{parse, show};

/// Larger than any shipment.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What is to be sent, from where and whither.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Shipment")]
pub(crate) struct ShipmentArgs {
    /// A JSON file with the whole shipment, such as examples/shipment.json.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "weight", "size"])]
    pub(crate) request: Option<PathBuf>,
    /// Where it is handed over: COUNTRY:POSTCODE:REGION:CITY[:STREET[:NAME]].
    #[arg(long, value_name = "PLACE", value_parser = parse::place)]
    #[arg(required_unless_present = "request")]
    pub(crate) from: Option<Address>,
    /// Where it goes, such as US:43004:OH:Columbus.
    #[arg(long, value_name = "PLACE", value_parser = parse::place)]
    #[arg(required_unless_present = "request")]
    pub(crate) to: Option<Address>,
    /// Weight with packaging, such as 450g or 1.2kg. Once for each box.
    #[arg(long, value_name = "WEIGHT", value_parser = parse::weight)]
    #[arg(required_unless_present = "request")]
    pub(crate) weight: Vec<u32>,
    /// Outside measures, such as 30x20x10cm. Once for each box, in the order of the weights.
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    pub(crate) size: Vec<Dimensions>,
    /// The day it is handed over; today when left out.
    #[arg(long, value_name = "DAY", value_parser = parse::day)]
    pub(crate) ship_date: Option<Date>,
}

impl ShipmentArgs {
    /// The shipment that is meant.
    ///
    /// # Errors
    /// When the file cannot be read or holds no shipment; names the field.
    pub(crate) fn spec(&self) -> anyhow::Result<ShipmentSpec> {
        let mut spec = match &self.request {
            Some(file) => read(file)?,
            None => self.of_flags()?,
        };
        if let Some(day) = self.ship_date {
            spec.ship_date = Some(show::proto_date(day));
        }
        Ok(spec)
    }

    fn of_flags(&self) -> anyhow::Result<ShipmentSpec> {
        let boxes = self.weight.len();
        anyhow::ensure!(
            self.size.is_empty() || self.size.len() == boxes,
            "{boxes} weights and {} sizes were given: give no size, or one for each weight",
            self.size.len()
        );
        let sizes = self
            .size
            .iter()
            .copied()
            .map(Some)
            .chain(std::iter::repeat(None));
        let parcels = self.weight.iter().zip(sizes);
        Ok(ShipmentSpec {
            ship_from: self.from.clone(),
            ship_to: self.to.clone(),
            parcels: parcels
                .map(|(&weight_grams, size)| Parcel { weight_grams, size })
                .collect(),
            ..ShipmentSpec::default()
        })
    }
}

/// The shipment in a file.
///
/// # Errors
/// When it cannot be read or holds none; names the field.
pub(crate) fn read(file: &Path) -> anyhow::Result<ShipmentSpec> {
    let text = read_text(file, FILE_BYTES_MAX)?;
    let shipment: ShipmentFile = serde_json::from_str(&text)
        .with_context(|| format!("{} holds no shipment", file.display()))?;
    Ok(shipment.into())
}

/// The text of a file that is not larger than `bytes_max`.
///
/// # Errors
/// When it cannot be read, is larger, or is no UTF-8.
pub(crate) fn read_text(file: &Path, bytes_max: u64) -> anyhow::Result<String> {
    let cannot = || format!("cannot read {}", file.display());
    let size = std::fs::metadata(file).with_context(cannot)?.len();
    anyhow::ensure!(
        size <= bytes_max,
        "{} is larger than {bytes_max} bytes",
        file.display()
    );
    std::fs::read_to_string(file).with_context(cannot)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShipmentFile {
    ship_from: AddressFile,
    ship_to: AddressFile,
    parcels: Vec<ParcelFile>,
    customs: Option<CustomsFile>,
    ship_date: Option<Date>,
    ship_by_time: Option<Timestamp>,
    deliver_by_time: Option<Timestamp>,
    #[serde(default)]
    order_number: String,
    #[serde(default)]
    sales_platform: String,
    #[serde(default)]
    options: OptionsFile,
    #[serde(default)]
    documents: Vec<String>,
    shop_order: Option<ShopOrderFile>,
}

/// Extras in a file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OptionsFile {
    insured_value: Option<Value>,
    signature: Option<SignatureFile>,
    saturday_delivery: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum SignatureFile {
    Anyone,
    Adult,
}

/// An address in a file: the fields of the interface.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(crate) struct AddressFile {
    name: String,
    company: String,
    lines: Vec<String>,
    city: String,
    region: String,
    postal_code: String,
    country: String,
    phone: String,
    email: String,
    tax_id: String,
    residential: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParcelFile {
    weight: Grams,
    size: Option<Size>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomsFile {
    #[serde(default)]
    contents: ContentsFile,
    #[serde(default)]
    incoterm: IncotermFile,
    items: Vec<ItemFile>,
    #[serde(default)]
    ioss: String,
    #[serde(default)]
    eori: String,
    #[serde(default)]
    vat: String,
    #[serde(default)]
    invoice_number: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum ContentsFile {
    #[default]
    Merchandise,
    Gift,
    Sample,
    Documents,
    Return,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum IncotermFile {
    #[default]
    Dap,
    Ddp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFile {
    #[serde(default)]
    sku: String,
    description: String,
    #[serde(default)]
    description_zh: String,
    quantity: u32,
    unit_value: Value,
    unit_weight: Grams,
    #[serde(default)]
    hs_code: String,
    origin: String,
    #[serde(default)]
    battery: bool,
}

/// `"450g"`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Grams(u32);

impl TryFrom<String> for Grams {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        parse::weight(&text).map(Self)
    }
}

/// `"30x20x10cm"`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Size(Dimensions);

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        parse::size(&text).map(Self)
    }
}

/// `"12.50 USD"`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Value(ProtoMoney);

impl TryFrom<String> for Value {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (amount, currency) = text.trim().split_once(' ').ok_or_else(|| {
            format!("{text:?} is no amount of money: write it like \"12.50 USD\"")
        })?;
        let currency: Currency = currency
            .trim()
            .parse()
            .map_err(|error| format!("{error}"))?;
        let money = Money::parse(amount, currency).map_err(|error| error.to_string())?;
        Ok(Self(show::proto_money(money)))
    }
}

impl From<ShipmentFile> for ShipmentSpec {
    fn from(file: ShipmentFile) -> Self {
        let parcel = |parcel: ParcelFile| Parcel {
            weight_grams: parcel.weight.0,
            size: parcel.size.map(|size| size.0),
        };
        Self {
            ship_from: Some(file.ship_from.into()),
            ship_to: Some(file.ship_to.into()),
            parcels: file.parcels.into_iter().map(parcel).collect(),
            customs: file.customs.map(Customs::from),
            ship_date: file.ship_date.map(show::proto_date),
            order_number: file.order_number,
            sales_platform: file.sales_platform,
            options: Some(file.options.into()),
            documents: file.documents,
            shop_order: file.shop_order.map(ShopOrderFile::into_order),
            ship_by_time: file.ship_by_time.map(show::proto_time),
            deliver_by_time: file.deliver_by_time.map(show::proto_time),
        }
    }
}

impl From<OptionsFile> for ShipmentOptions {
    fn from(file: OptionsFile) -> Self {
        let signature = match file.signature {
            None => Signature::Unspecified,
            Some(SignatureFile::Anyone) => Signature::Anyone,
            Some(SignatureFile::Adult) => Signature::Adult,
        };
        Self {
            insured_value: file.insured_value.map(|value| value.0),
            signature: signature.into(),
            saturday_delivery: file.saturday_delivery,
        }
    }
}

impl From<AddressFile> for Address {
    fn from(file: AddressFile) -> Self {
        Self {
            name: file.name,
            company: file.company,
            lines: file.lines,
            city: file.city,
            region: file.region,
            postal_code: file.postal_code,
            country: file.country,
            phone: file.phone,
            email: file.email,
            tax_id: file.tax_id,
            residential: file.residential,
        }
    }
}

impl From<CustomsFile> for Customs {
    fn from(file: CustomsFile) -> Self {
        let contents = match file.contents {
            ContentsFile::Merchandise => Contents::Merchandise,
            ContentsFile::Gift => Contents::Gift,
            ContentsFile::Sample => Contents::Sample,
            ContentsFile::Documents => Contents::Documents,
            ContentsFile::Return => Contents::Return,
        };
        let incoterm = match file.incoterm {
            IncotermFile::Dap => Incoterm::Dap,
            IncotermFile::Ddp => Incoterm::Ddp,
        };
        Self {
            contents: contents.into(),
            incoterm: incoterm.into(),
            items: file.items.into_iter().map(CustomsItem::from).collect(),
            ioss: file.ioss,
            eori: file.eori,
            vat: file.vat,
            invoice_number: file.invoice_number,
        }
    }
}

impl From<ItemFile> for CustomsItem {
    fn from(file: ItemFile) -> Self {
        Self {
            sku: file.sku,
            description: file.description,
            description_zh: file.description_zh,
            quantity: file.quantity,
            unit_value: Some(file.unit_value.0),
            unit_weight_grams: file.unit_weight.0,
            hs_code: file.hs_code,
            origin: file.origin,
            battery: file.battery,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_shipment() {
        let file: ShipmentFile =
            serde_json::from_str(include_str!("../../examples/shipment.json")).unwrap();
        let spec = ShipmentSpec::from(file);
        assert_eq!(spec.parcels[0].weight_grams, 620);
        let customs = spec.customs.unwrap();
        assert_eq!(customs.items[0].unit_value.clone().unwrap().units, 14);
        assert_eq!(customs.items[0].hs_code, "851830");
    }

    #[test]
    fn a_mistake_in_a_file_is_named() {
        let cases = [
            (r#"{"weight": "1.2345kg"}"#, "450g"),
            (r#"{"weight": "1kg", "size": "10x10"}"#, "30x20x10cm"),
            (r#"{"weight": "1kg", "colour": "red"}"#, "colour"),
        ];
        for (text, part) in cases {
            let error = serde_json::from_str::<ParcelFile>(text)
                .map(|_| ())
                .unwrap_err()
                .to_string();
            assert!(error.contains(part), "{error}");
        }
        assert!(
            Value::try_from("12.345 USD".to_owned())
                .map(|_| ())
                .unwrap_err()
                .contains("decimals")
        );
        assert!(Value::try_from("12 XYZ".to_owned()).is_err());
    }
}
