//! What the seller knows of its goods and its warehouses: weight, size, customs facts, addresses.

use std::collections::BTreeMap;

use anyhow::Context as _;
use parcelgate_domain::{Country, Currency, Money};
use parcelgate_proto::v1::{Address, Dimensions};
use serde::Deserialize;

use super::sheet::{Fault, Sheet};
use crate::cli::request::AddressFile;

const COLUMNS: [&str; 13] = [
    "sku",
    "weight_g",
    "length_mm",
    "width_mm",
    "height_mm",
    "hs_code",
    "value",
    "currency",
    "name_en",
    "name_zh",
    "battery",
    "origin",
    "warehouse",
];

/// One kind of goods.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    /// The seller's article number.
    pub(crate) sku: String,
    /// Weight of one piece with its packaging, in grams.
    pub(crate) weight_grams: u32,
    /// Outside of one piece with its packaging.
    pub(crate) size: Dimensions,
    /// Harmonised System code.
    pub(crate) hs_code: String,
    /// Declared value of one piece.
    pub(crate) value: Money,
    /// What it is, for customs, in English.
    pub(crate) name_en: String,
    /// What it is, for customs, in Chinese.
    pub(crate) name_zh: String,
    /// Whether it holds a battery.
    pub(crate) battery: bool,
    /// Where it was made.
    pub(crate) origin: Country,
    /// Where it is kept.
    pub(crate) warehouse: String,
}

/// Goods by article number.
#[derive(Debug)]
pub(crate) struct Catalogue(BTreeMap<String, Product>);

impl Catalogue {
    /// Reads a table of goods.
    ///
    /// # Errors
    /// Names every field that cannot stand: a parcel with a guessed weight would be a lie.
    pub(crate) fn read(bytes: &[u8], warehouses: &Warehouses) -> Result<Self, Vec<Fault>> {
        let sheet = Sheet::read(bytes, &COLUMNS)?;
        let mut faults = sheet.faults.clone();
        let mut products = BTreeMap::new();
        for (line, row) in &sheet.rows {
            let mut reader = Reader {
                sheet: &sheet,
                line: *line,
                row,
                faults: &mut faults,
            };
            if let Some(product) = reader.product(warehouses)
                && let Some(twin) = products.insert(product.sku.clone(), product)
            {
                faults.push(Fault::new(
                    *line,
                    "sku",
                    format!("{:?} is there twice", twin.sku),
                ));
            }
        }
        if faults.is_empty() {
            Ok(Self(products))
        } else {
            Err(faults)
        }
    }

    /// The goods of that number.
    pub(crate) fn product(&self, sku: &str) -> Option<&Product> {
        self.0.get(sku)
    }
}

struct Reader<'a> {
    sheet: &'a Sheet,
    line: usize,
    row: &'a [String],
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn product(&mut self, warehouses: &Warehouses) -> Option<Product> {
        let sku = self.text("sku");
        let weight_grams = self.number("weight_g");
        let size = (
            self.number("length_mm"),
            self.number("width_mm"),
            self.number("height_mm"),
        );
        let hs_code = self.checked("hs_code", "6 to 12 digits", |text| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            (digits && (6..=12).contains(&text.len())).then(|| text.to_owned())
        });
        let currency = self.checked("currency", "a currency such as USD", |text| {
            text.parse::<Currency>().ok()
        });
        let value = self.checked("value", "an amount such as 12.50, above zero", |text| {
            Money::parse(text, currency?)
                .ok()
                .filter(|money| money.minor() > 0)
        });
        let (name_en, name_zh) = (self.text("name_en"), self.text("name_zh"));
        let battery = self.checked("battery", "yes or no", |text| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        });
        let origin = self.checked("origin", "a country such as CN", |text| text.parse().ok());
        let known = warehouses.names();
        let warehouse = self.checked("warehouse", &known, |text| {
            warehouses.address(text).map(|_| text.to_owned())
        });
        Some(Product {
            sku: sku?,
            weight_grams: weight_grams?,
            size: Dimensions {
                length_mm: size.0?,
                width_mm: size.1?,
                height_mm: size.2?,
            },
            hs_code: hs_code?,
            value: value?,
            name_en: name_en?,
            name_zh: name_zh?,
            battery: battery?,
            origin: origin?,
            warehouse: warehouse?,
        })
    }

    fn text(&mut self, column: &str) -> Option<String> {
        self.checked(column, "a text", |text| {
            (!text.is_empty()).then(|| text.to_owned())
        })
    }

    fn number(&mut self, column: &str) -> Option<u32> {
        let positive = |text: &str| text.parse().ok().filter(|number| *number > 0);
        self.checked(column, "a whole number above zero", positive)
    }

    fn checked<T>(
        &mut self,
        column: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.sheet.get(self.row, column);
        let value = read(text);
        if value.is_none() {
            self.faults.push(Fault::new(
                self.line,
                column,
                format!("{text:?} is not {allowed}"),
            ));
        }
        value
    }
}

/// Where goods are handed over.
#[derive(Debug)]
pub(crate) struct Warehouses {
    addresses: BTreeMap<String, Address>,
    ioss: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WarehousesFile {
    #[serde(default)]
    ioss: String,
    warehouses: BTreeMap<String, AddressFile>,
}

impl Warehouses {
    /// Reads a TOML file of addresses.
    ///
    /// # Errors
    /// When it is none; names the field.
    pub(crate) fn read(text: &str) -> anyhow::Result<Self> {
        let file: WarehousesFile = config::Config::builder()
            .add_source(config::File::from_str(text, config::FileFormat::Toml))
            .build()
            .and_then(config::Config::try_deserialize)
            .context("the file of ship-from addresses cannot be used")?;
        let address = |(name, address): (String, AddressFile)| (name, Address::from(address));
        Ok(Self {
            addresses: file.warehouses.into_iter().map(address).collect(),
            ioss: file.ioss,
        })
    }

    /// The address of that warehouse.
    pub(crate) fn address(&self, name: &str) -> Option<&Address> {
        self.addresses.get(name)
    }

    /// The seller's number for parcels to the EU; empty when it has none.
    pub(crate) fn ioss(&self) -> &str {
        &self.ioss
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.addresses.keys().map(String::as_str).collect();
        format!("one of {}", names.join(", "))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn warehouses() -> Warehouses {
        Warehouses::read(include_str!("../../../examples/ship-from.toml")).unwrap()
    }

    pub(crate) fn catalogue() -> Catalogue {
        let example = include_bytes!("../../../examples/catalogue.tsv");
        Catalogue::read(example, &warehouses()).unwrap()
    }

    #[test]
    fn the_examples_are_complete() {
        let headphones = catalogue().product("SZ-HP-BT01").cloned().unwrap();
        assert!(headphones.battery);
        assert_eq!(headphones.origin.code(), "CN");
        assert_eq!(
            warehouses().address(&headphones.warehouse).unwrap().country,
            "CN"
        );
    }

    #[test]
    fn every_bad_field_is_named_at_once() {
        let text = format!(
            "{}\nA\tx\t1\t0\t1\t12\t1.555\tUSD\tCup\t杯\tmaybe\tXX\tmoon\n",
            COLUMNS.join("\t")
        );
        let faults = Catalogue::read(text.as_bytes(), &warehouses()).unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        let expected = [
            "weight_g",
            "width_mm",
            "hs_code",
            "value",
            "battery",
            "origin",
            "warehouse",
        ];
        assert_eq!(fields, expected);
        assert!(faults[6].problem.contains("ohio"), "{}", faults[6]);
    }
}
