//! A table of orders: CSV with a header, one label for each row.

use std::path::Path;

use anyhow::Context as _;
use csv::StringRecord;
use parcelgate_domain::Money;
use parcelgate_proto::v1::choice::Goal;
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::{
    Address, Choice, Customs, CustomsItem, LabelFormat, Parcel, PurchaseLabelRequest, ShipmentSpec,
};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::cli::{parse, request, ship, show};

/// Larger than any table of so many rows.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// How many labels one table may buy.
const ROWS_MAX: usize = 10_000;
/// How much of what is wrong is told.
const MISTAKES_MAX: usize = 100;

/// The columns that there are. Each may be left out, but the first.
pub(super) const COLUMNS: [&str; 29] = [
    "order_number",
    "row",
    "service",
    "deliver_by",
    "max_total",
    "ship_date",
    "weight",
    "size",
    "to_name",
    "to_company",
    "to_line1",
    "to_line2",
    "to_line3",
    "to_city",
    "to_region",
    "to_postal_code",
    "to_country",
    "to_phone",
    "to_email",
    "to_tax_id",
    "to_residential",
    "item_sku",
    "item_description",
    "item_description_zh",
    "item_quantity",
    "item_value",
    "item_weight",
    "item_hs_code",
    "item_origin",
];

/// One label to be bought.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The seller's order number.
    pub(super) order_number: String,
    /// What tells rows of one order apart.
    pub(super) row: String,
    /// What is asked for.
    pub(super) request: PurchaseLabelRequest,
}

/// What all rows have in common; a row's own cells go before it.
#[derive(Debug)]
pub(super) struct Common {
    /// The sender, and what a row leaves out.
    pub(super) spec: ShipmentSpec,
    /// Who is to carry it, where a row does not say.
    pub(super) selection: Option<Selection>,
    /// The form of the labels.
    pub(super) format: LabelFormat,
}

/// Every row of the table.
///
/// # Errors
/// When the file cannot be read, or any row cannot stand: all that is wrong is named at once.
pub(super) fn read(file: &Path, common: &Common) -> anyhow::Result<Vec<Row>> {
    let text = request::read_text(file, FILE_BYTES_MAX)?;
    let (rows, mistakes) =
        rows(&text, common).with_context(|| format!("{} is no table", file.display()))?;
    let name = file.display();
    anyhow::ensure!(
        !rows.is_empty() || !mistakes.is_empty(),
        "{name} has no rows"
    );
    if mistakes.is_empty() {
        return Ok(rows);
    }
    let told = mistakes
        .iter()
        .take(MISTAKES_MAX)
        .map(|one| format!("\n  - {one}"));
    let told: String = told.collect();
    let more = mistakes.len().saturating_sub(MISTAKES_MAX);
    let more = if more > 0 {
        format!("\n  and {more} more")
    } else {
        String::new()
    };
    anyhow::bail!("{name} cannot stand as it is; nothing was bought:{told}{more}")
}

/// The rows that stand, and what is wrong with the others.
fn rows(text: &str, common: &Common) -> anyhow::Result<(Vec<Row>, Vec<String>)> {
    let text = text.trim_start_matches('\u{feff}'); // as spreadsheets write it
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let mut mistakes = Vec::new();
    for name in header.iter().filter(|name| !COLUMNS.contains(name)) {
        mistakes.push(format!("column {name:?} is none of {}", COLUMNS.join(", ")));
    }
    let (mut rows, mut keys) = (Vec::new(), std::collections::HashMap::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(why) => {
                mistakes.push(why.to_string());
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let mut cells = Cells {
            header: &header,
            record: &record,
            wrong: Vec::new(),
        };
        let row = cells.row(common);
        let key = (row.order_number.clone(), row.row.clone());
        if let Some(first) = keys.insert(key, line) {
            cells.wrong.push(format!(
                "order_number: it stands in line {first} already; tell them apart in column row"
            ));
        }
        mistakes.extend(
            cells
                .wrong
                .into_iter()
                .map(|why| format!("line {line}, {why}")),
        );
        rows.push(row);
        anyhow::ensure!(rows.len() <= ROWS_MAX, "it has more than {ROWS_MAX} rows");
    }
    Ok((rows, mistakes))
}

/// The same row of the same order is the same purchase, however often the table is run.
fn request_id(order_number: &str, row: &str) -> Uuid {
    let mut digest = Sha256::new();
    for part in ["parcelgate batch", order_number, row] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    let mut bytes = [0; 16];
    for (byte, of_digest) in bytes.iter_mut().zip(digest.finalize()) {
        *byte = of_digest;
    }
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// The cells of one row, and what is wrong with them.
struct Cells<'a> {
    header: &'a StringRecord,
    record: &'a StringRecord,
    wrong: Vec<String>,
}

impl Cells<'_> {
    /// What stands in a column; none when nothing does.
    fn text(&self, column: &str) -> Option<&str> {
        let at = self.header.iter().position(|name| name == column)?;
        self.record.get(at).filter(|text| !text.is_empty())
    }

    fn or_empty(&self, column: &str) -> String {
        self.text(column).unwrap_or_default().to_owned()
    }

    fn read<T>(&mut self, column: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match read(self.text(column)?) {
            Ok(value) => Some(value),
            Err(why) => {
                self.wrong.push(format!("{column}: {why}"));
                None
            }
        }
    }

    fn need(&mut self, column: &str) {
        if self.text(column).is_none() {
            self.wrong.push(format!("{column}: it is needed"));
        }
    }

    fn any(&self, of: &str) -> bool {
        let mut columns = COLUMNS.iter().filter(|name| name.starts_with(of));
        columns.any(|column| self.text(column).is_some())
    }

    fn row(&mut self, common: &Common) -> Row {
        self.need("order_number");
        let (order_number, row) = (self.or_empty("order_number"), self.or_empty("row"));
        let mut spec = common.spec.clone();
        spec.order_number.clone_from(&order_number);
        if self.any("to_") {
            spec.ship_to = Some(self.address());
        }
        if self.any("weight") || self.any("size") {
            self.need("weight");
            let size = self.read("size", parse::size);
            let weight = self.read("weight", parse::weight);
            spec.parcels = vec![Parcel {
                weight_grams: weight.unwrap_or_default(),
                size,
            }];
        }
        if self.any("item_") {
            let item = self.item();
            spec.customs = Some(Customs {
                items: vec![item],
                ..spec.customs.unwrap_or_default()
            });
        }
        if let Some(day) = self.read("ship_date", parse::day) {
            spec.ship_date = Some(show::proto_date(day));
        }
        self.whole(&spec);
        let max_total: Option<Money> = self.read("max_total", parse::money);
        let request = PurchaseLabelRequest {
            request_id: request_id(&order_number, &row).to_string(),
            shipment: Some(spec),
            selection: self.selection(common),
            max_total: max_total.map(show::proto_money),
            label_format: common.format.into(),
            validate_only: false,
            allow_duplicate: false,
        };
        Row {
            order_number,
            row,
            request,
        }
    }

    /// What neither the row nor what is common to all says.
    fn whole(&mut self, spec: &ShipmentSpec) {
        let missing = [
            (spec.ship_from.is_none(), "sender: give one with --common"),
            (spec.ship_to.is_none(), "to_country: it is needed"),
            (spec.parcels.is_empty(), "weight: it is needed"),
        ];
        let missing = missing.iter().filter(|(missing, _)| *missing);
        let missing: Vec<_> = missing.map(|(_, why)| (*why).to_owned()).collect();
        self.wrong.extend(missing);
    }

    fn address(&mut self) -> Address {
        for column in ["to_line1", "to_city", "to_country"] {
            self.need(column);
        }
        if self.text("to_name").is_none() && self.text("to_company").is_none() {
            self.wrong
                .push("to_name: a name or to_company is needed".to_owned());
        }
        let lines = ["to_line1", "to_line2", "to_line3"];
        let lines = lines.iter().filter_map(|column| self.text(column));
        let lines = lines.map(ToOwned::to_owned).collect();
        let yes_or_no = |text: &str| match text {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(format!("{other:?} is neither yes nor no")),
        };
        Address {
            name: self.or_empty("to_name"),
            company: self.or_empty("to_company"),
            lines,
            city: self.or_empty("to_city"),
            region: self.or_empty("to_region"),
            postal_code: self.or_empty("to_postal_code"),
            country: self.or_empty("to_country").to_ascii_uppercase(),
            phone: self.or_empty("to_phone"),
            email: self.or_empty("to_email"),
            tax_id: self.or_empty("to_tax_id"),
            residential: self.read("to_residential", yes_or_no),
        }
    }

    fn item(&mut self) -> CustomsItem {
        for column in [
            "item_description",
            "item_value",
            "item_weight",
            "item_origin",
        ] {
            self.need(column);
        }
        let whole = |text: &str| {
            let number = text.parse::<u32>().ok().filter(|number| *number > 0);
            number.ok_or_else(|| format!("{text:?} is no number of pieces"))
        };
        CustomsItem {
            sku: self.or_empty("item_sku"),
            description: self.or_empty("item_description"),
            description_zh: self.or_empty("item_description_zh"),
            quantity: self.read("item_quantity", whole).unwrap_or(1),
            unit_value: self.read("item_value", parse::money).map(show::proto_money),
            unit_weight_grams: self.read("item_weight", parse::weight).unwrap_or_default(),
            hs_code: self.or_empty("item_hs_code"),
            origin: self.or_empty("item_origin").to_ascii_uppercase(),
            battery: false,
        }
    }

    fn selection(&mut self, common: &Common) -> Option<Selection> {
        let deliver_by = self.read("deliver_by", parse::day).map(show::proto_date);
        let choice = |goal: Goal| {
            Selection::Choice(Choice {
                goal: goal.into(),
                deliver_by,
                carriers: Vec::new(),
            })
        };
        let own = self.read("service", |text| {
            Ok(match text {
                "cheapest" => choice(Goal::Cheapest),
                "fastest" => choice(Goal::Fastest),
                code => Selection::Service(ship::service(code)?),
            })
        });
        let selection = match own.or_else(|| common.selection.clone()) {
            Some(Selection::Choice(common)) => Selection::Choice(Choice {
                deliver_by: deliver_by.or(common.deliver_by),
                ..common
            }),
            Some(other) => other,
            None => {
                if self.text("service").is_none() {
                    self.need("service");
                }
                return None;
            }
        };
        if deliver_by.is_some() && !matches!(selection, Selection::Choice(_)) {
            let why = "deliver_by: it chooses among offers, so service must be cheapest or fastest";
            self.wrong.push(why.to_owned());
        }
        Some(selection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common() -> Common {
        Common {
            spec: ShipmentSpec {
                ship_from: Some(Address::default()),
                ..ShipmentSpec::default()
            },
            selection: None,
            format: LabelFormat::Pdf,
        }
    }

    const HEADER: &str = "order_number,row,service,weight,size,to_name,to_line1,to_city,to_country";

    #[test]
    fn a_row_is_the_same_purchase_whenever_it_is_run() {
        let text = format!(
            "\u{feff}{HEADER}\n7,,ups-ohio/03,1.2kg,30x20x10cm,Ada,1 Main St,Columbus,us\n\
             7,2,cheapest,450g,,Ada,\"1 Main St, rear\",Columbus,US\n"
        );
        let (first, wrong) = rows(&text, &common()).unwrap();
        assert_eq!(wrong, Vec::<String>::new());
        let (again, _) = rows(&text, &common()).unwrap();
        let ids = |rows: &[Row]| -> Vec<String> {
            rows.iter()
                .map(|row| row.request.request_id.clone())
                .collect()
        };
        assert_eq!(ids(&first), ids(&again));
        assert_ne!(ids(&first)[0], ids(&first)[1]);
        let spec = first[1].request.shipment.clone().unwrap();
        assert_eq!(spec.ship_to.unwrap().lines, ["1 Main St, rear"]);
        assert_eq!(spec.parcels[0].weight_grams, 450);
        // Made by the same rule in every edition: what was bought is never bought again.
        assert_eq!(request_id("7", ""), request_id("7", ""));
        assert_ne!(request_id("7", "1"), request_id("71", ""));
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once() {
        let text = format!(
            "{HEADER},colour\n7,,ups-ohio,1.2,30cm,Ada,1 Main St,Columbus,US,red\n\
             ,,cheapest,1kg,,,,Columbus,US,\n8,,,1kg,,Ada,1 Main St,Columbus,US,\n\
             8,,fastest,1kg,,Ada,1 Main St,Columbus,US,\n"
        );
        let (_, wrong) = rows(&text, &common()).unwrap();
        let told = wrong.join("\n");
        let parts = [
            "column \"colour\"",
            "line 2, size: ",
            "line 2, weight: ",
            "line 2, service: \"ups-ohio\" is no service",
            "line 3, order_number: it is needed",
            "line 3, to_line1: it is needed",
            "line 3, to_name: a name",
            "line 4, service: it is needed",
            "line 5, order_number: it stands in line 4 already",
        ];
        for part in parts {
            assert!(told.contains(part), "{part} is not in\n{told}");
        }
        assert_eq!(wrong.len(), parts.len(), "{told}");
    }
}
