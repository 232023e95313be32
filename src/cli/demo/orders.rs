//! The orders: a file in the columns of Amazon's report of unshipped orders.
//!
//! Lines of one order number are one parcel. All dates are moved by as many days as lie between the
//! newest purchase of the file and today, so that a file never goes stale.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use parcelgate_domain::{Address, Country, Personal};

use super::catalogue::{Catalogue, Product};
use super::rule::Rule;
use super::sheet::{Fault, Sheet};

const REQUIRED: [&str; 12] = [
    "order-id",
    "purchase-date",
    "promise-date",
    "sku",
    "quantity-purchased",
    "recipient-name",
    "ship-address-1",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
    "ship-phone-number",
];
/// The columns in which an address' fields stand.
const COLUMN_OF: [(&str, &str); 7] = [
    ("name", "recipient-name"),
    ("lines", "ship-address-1"),
    ("city", "ship-city"),
    ("region", "ship-state"),
    ("postal_code", "ship-postal-code"),
    ("phone", "ship-phone-number"),
    ("email", "buyer-email"),
];
/// As long as the interface takes an order number.
const ORDER_ID_CHARS_MAX: usize = 35;
const QUANTITY_MAX: u32 = 1000;

/// One order: one parcel.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// Its number; fit for a file's name.
    pub(crate) id: String,
    /// Who receives.
    pub(crate) to: Address,
    /// What is inside, and how many of each.
    pub(crate) goods: Vec<(Product, u32)>,
    /// The day that was promised.
    pub(crate) deliver_by: Date,
    /// By whom it may go.
    pub(crate) rule: Rule,
}

impl Order {
    /// Where it is handed over.
    pub(crate) fn warehouse(&self) -> &str {
        self.goods
            .first()
            .map_or("", |(product, _)| product.warehouse.as_str())
    }

    /// All pieces together, in grams.
    pub(crate) fn weight_grams(&self) -> u32 {
        let each = self
            .goods
            .iter()
            .map(|(product, count)| product.weight_grams.saturating_mul(*count));
        each.fold(0, u32::saturating_add)
    }
}

/// What a file of orders holds.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// What can be shipped, in the order of the file.
    pub(crate) good: Vec<Order>,
    /// What is wrong, line by line.
    pub(crate) faults: Vec<Fault>,
    /// Orders that are left out because a line of theirs is wrong.
    pub(crate) left_out: Vec<String>,
}

impl Orders {
    /// Reads a file as if its newest purchase had been made `today`.
    ///
    /// # Errors
    /// Names the columns that are missing: then nothing in the file can be trusted.
    pub(crate) fn read(
        bytes: &[u8],
        catalogue: &Catalogue,
        today: Date,
    ) -> Result<Self, Vec<Fault>> {
        let sheet = Sheet::read(bytes, &REQUIRED)?;
        let mut faults = sheet.faults.clone();
        let mut lines: Vec<Line> = Vec::new();
        let mut left_out = Vec::new();
        for (number, row) in &sheet.rows {
            let mut reader = Reader {
                sheet: &sheet,
                line: *number,
                row,
                faults: Vec::new(),
            };
            match reader.line(catalogue) {
                Some(line) if reader.faults.is_empty() => lines.push(line),
                Some(_) | None => left_out.extend(reader.order_id()),
            }
            faults.append(&mut reader.faults);
        }
        let days = lines
            .iter()
            .map(|line| line.purchased)
            .max()
            .map_or(0, |newest| {
                today.since(newest).map_or(0, |span| span.get_days())
            });
        let good = group(lines, days, &mut faults, &mut left_out);
        faults.sort();
        left_out.sort();
        left_out.dedup();
        Ok(Self {
            good,
            faults,
            left_out,
        })
    }
}

/// One good line.
struct Line {
    number: usize,
    order: String,
    purchased: Date,
    promised: Date,
    product: Product,
    quantity: u32,
    to: Address,
    rule: Rule,
}

/// Puts the lines of an order together; an order of which a line is wrong is left out whole.
fn group(
    lines: Vec<Line>,
    days: i32,
    faults: &mut Vec<Fault>,
    left_out: &mut Vec<String>,
) -> Vec<Order> {
    let mut orders: Vec<Order> = Vec::new();
    let mut places: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in lines {
        let Some(&(index, first)) = places.get(&line.order) else {
            places.insert(line.order.clone(), (orders.len(), line.number));
            let moved = line.promised.saturating_add(jiff::Span::new().days(days));
            let goods = vec![(line.product, line.quantity)];
            orders.push(Order {
                id: line.order,
                to: line.to,
                goods,
                deliver_by: moved,
                rule: line.rule,
            });
            continue;
        };
        let Some(order) = orders.get_mut(index) else {
            continue;
        };
        let mut refuse = |field, problem| {
            faults.push(Fault::new(line.number, field, problem));
            left_out.push(line.order.clone());
        };
        if order.to != line.to {
            refuse(
                "ship-address-1",
                format!("another recipient than in line {first} of this order"),
            );
        } else if order.warehouse() != line.product.warehouse {
            refuse(
                "sku",
                format!("kept in another warehouse than the goods of line {first}"),
            );
        } else if order.rule != line.rule {
            refuse(
                "ship-via",
                format!("another rule than in line {first} of this order"),
            );
        } else {
            order.goods.push((line.product, line.quantity));
        }
    }
    orders.retain(|order| !left_out.contains(&order.id));
    orders
}

struct Reader<'a> {
    sheet: &'a Sheet,
    line: usize,
    row: &'a [String],
    faults: Vec<Fault>,
}

impl Reader<'_> {
    /// The line, if every field of it can stand; otherwise every fault is noted.
    fn line(&mut self, catalogue: &Catalogue) -> Option<Line> {
        let order = self.order_id();
        if order.is_none() {
            let allowed = format!("1 to {ORDER_ID_CHARS_MAX} letters, digits, - and _");
            self.refuse("order-id", &allowed);
        }
        let purchased = self.date("purchase-date");
        let promised = self.date("promise-date");
        let product = catalogue.product(self.get("sku")).cloned();
        if product.is_none() {
            self.refuse("sku", "an article of the catalogue");
        }
        let quantity = self.quantity();
        let to = self.address();
        let rule = Rule::read(self.get("ship-via"));
        if rule.is_none() {
            self.refuse(
                "ship-via",
                "carriers or accounts, such as ups usps/PRIORITY_MAIL",
            );
        }
        Some(Line {
            number: self.line,
            order: order?,
            purchased: purchased?,
            promised: promised?,
            product: product?,
            quantity: quantity?,
            to: to?,
            rule: rule?,
        })
    }

    fn get(&self, column: &str) -> &str {
        self.sheet.get(self.row, column)
    }

    fn refuse(&mut self, column: &str, allowed: &str) {
        let given: String = self.get(column).chars().take(40).collect();
        self.faults.push(Fault::new(
            self.line,
            column,
            format!("{given:?} is not {allowed}"),
        ));
    }

    /// The order's number, if it is one that is safe as a file's name.
    fn order_id(&self) -> Option<String> {
        let text = self.get("order-id");
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let length = (1..=ORDER_ID_CHARS_MAX).contains(&text.len());
        (length && text.bytes().all(fits)).then(|| text.to_owned())
    }

    /// The day of a moment, as its own clock shows it.
    fn date(&mut self, column: &str) -> Option<Date> {
        let date = Pieces::parse(self.get(column))
            .ok()
            .map(|pieces| pieces.date());
        if date.is_none() {
            self.refuse(column, "a date such as 2026-11-20T21:40:00+00:00");
        }
        date
    }

    fn quantity(&mut self) -> Option<u32> {
        let column = match self.get("quantity-to-ship") {
            "" => "quantity-purchased",
            _ => "quantity-to-ship",
        };
        let quantity = self
            .get(column)
            .parse()
            .ok()
            .filter(|n| (1..=QUANTITY_MAX).contains(n));
        if quantity.is_none() {
            self.refuse(column, &format!("a whole number from 1 to {QUANTITY_MAX}"));
        }
        quantity
    }

    fn address(&mut self) -> Option<Address> {
        let country = self.get("ship-country").parse::<Country>();
        let Ok(country) = country else {
            self.refuse("ship-country", "a country such as US");
            return None;
        };
        let personal =
            |column| Some(Personal::from(self.get(column))).filter(|text| !text.is_blank());
        let text = |column| Some(self.get(column).to_owned()).filter(|text| !text.is_empty());
        let lines = ["ship-address-1", "ship-address-2", "ship-address-3"];
        let address = Address {
            name: Personal::from(self.get("recipient-name")),
            company: None,
            lines: lines.into_iter().filter_map(personal).collect(),
            city: self.get("ship-city").to_owned(),
            region: text("ship-state"),
            postal_code: text("ship-postal-code"),
            country,
            phone: personal("ship-phone-number").or_else(|| personal("buyer-phone-number")),
            email: personal("buyer-email"),
            tax_id: None,
            residential: Some(true),
        };
        for violation in address.violations("to").as_slice() {
            let field = violation.field.trim_start_matches("to.");
            let column = COLUMN_OF
                .iter()
                .find(|(name, _)| *name == field)
                .map_or(field, |(_, c)| c);
            self.faults
                .push(Fault::new(self.line, column, violation_text(violation)));
        }
        Some(address)
    }
}

fn violation_text(violation: &parcelgate_domain::Violation) -> String {
    // The field is named beside it, in the words of the file.
    let text = violation.to_string();
    text.strip_prefix(&format!("{}: ", violation.field))
        .map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::tests::catalogue;
    use super::*;

    const EXAMPLE: &str = include_str!("../../../examples/orders.tsv");
    const TODAY: Date = jiff::civil::date(2027, 3, 1);

    fn read(text: &str) -> Orders {
        Orders::read(text.as_bytes(), &catalogue(), TODAY).unwrap()
    }

    /// The example with one field of one line changed; the header is line 1.
    fn changed(line: usize, column: &str, value: &str) -> String {
        let mut lines: Vec<String> = EXAMPLE.lines().map(str::to_owned).collect();
        let index = lines[0]
            .split('\t')
            .position(|name| name == column)
            .unwrap();
        let mut fields: Vec<String> = lines[line - 1].split('\t').map(str::to_owned).collect();
        fields[index] = value.to_owned();
        lines[line - 1] = fields.join("\t");
        lines.join("\n")
    }

    #[test]
    fn the_example_has_orders_from_and_to_every_country_and_no_fault() {
        let orders = read(EXAMPLE);
        assert_eq!(orders.faults, []);
        assert!(orders.good.len() >= 24, "{}", orders.good.len());
        for country in ["US", "CA", "GB", "DE", "FR", "JP", "AU"] {
            let there = |order: &&Order| order.to.country.code() == country;
            assert!(orders.good.iter().any(|order| there(&order)), "{country}");
        }
        for warehouse in ["shenzhen", "ohio", "munich"] {
            let kept = orders
                .good
                .iter()
                .filter(|order| order.warehouse() == warehouse);
            assert!(kept.count() >= 4, "{warehouse}");
        }
        let ruled = orders.good.iter().filter(|order| !order.rule.is_open());
        assert_eq!(ruled.count(), 9, "by rule");
        assert!(EXAMPLE.is_ascii(), "Yanwen refuses anything else");
    }

    #[test]
    fn lines_of_one_order_are_one_parcel() {
        let orders = read(EXAMPLE);
        let several = orders
            .good
            .iter()
            .find(|order| order.goods.len() == 2)
            .unwrap();
        assert_eq!(several.weight_grams(), 2 * 65 + 48);
    }

    #[test]
    fn dates_move_with_today() {
        let orders = read(EXAMPLE);
        // Bought on 20 November and promised for 14 December: 24 days.
        assert_eq!(orders.good[0].deliver_by, jiff::civil::date(2027, 3, 25));
    }

    #[test]
    fn every_bad_field_of_a_line_is_named_at_once_and_the_rest_is_shipped() {
        let mut text = changed(2, "ship-postal-code", "4321");
        for (column, value) in [
            ("sku", "NONE"),
            ("quantity-to-ship", "0"),
            ("promise-date", "soon"),
        ] {
            let (line, rest) = (text.lines().nth(1).unwrap().to_owned(), text.clone());
            let header: Vec<&str> = rest.lines().next().unwrap().split('\t').collect();
            let index = header.iter().position(|name| *name == column).unwrap();
            let mut fields: Vec<&str> = line.split('\t').collect();
            fields[index] = value;
            text = rest.replace(&line, &fields.join("\t"));
        }
        let orders = read(&text);
        let named: Vec<(usize, &str)> = orders
            .faults
            .iter()
            .map(|fault| (fault.line, fault.field.as_str()))
            .collect();
        let expected = [
            (2, "promise-date"),
            (2, "quantity-to-ship"),
            (2, "ship-postal-code"),
            (2, "sku"),
        ];
        assert_eq!(named, expected);
        assert_eq!(orders.good.len(), read(EXAMPLE).good.len() - 1);
        assert_eq!(orders.left_out.len(), 1);
    }

    #[test]
    fn an_order_with_a_bad_line_is_left_out_whole() {
        // Lines 3 and 4 are one order.
        let orders = read(&changed(4, "quantity-to-ship", "many"));
        assert_eq!(orders.faults.len(), 1);
        let id = EXAMPLE.lines().nth(2).unwrap().split('\t').next().unwrap();
        assert!(orders.good.iter().all(|order| order.id != id));
        assert_eq!(orders.left_out, [id]);

        let orders = read(&changed(4, "ship-via", "usps"));
        let fault = orders.faults[0].to_string();
        assert!(fault.contains("ship-via: another rule"), "{fault}");
        let orders = read(&changed(2, "ship-via", "usps, ups"));
        let fault = orders.faults[0].to_string();
        assert!(fault.contains("carriers or accounts"), "{fault}");

        let orders = read(&changed(4, "ship-address-1", "1 Other St"));
        assert!(
            orders.faults[0].problem.contains("line 3"),
            "{}",
            orders.faults[0]
        );
        assert_eq!(orders.left_out, [id]);
    }

    #[test]
    fn an_order_number_cannot_leave_the_folder_of_labels() {
        for id in ["../../etc/passwd", "a/b", "", "..", "a b"] {
            let orders = read(&changed(2, "order-id", id));
            assert_eq!(orders.faults[0].field, "order-id", "{id}");
        }
    }

    #[test]
    fn a_fault_shows_no_personal_data() {
        let orders = read(&changed(2, "ship-country", "Atlantis"));
        let text = orders.faults[0].to_string();
        assert_eq!(
            text,
            "line 2, ship-country: \"Atlantis\" is not a country such as US"
        );
        assert!(!format!("{:?}", read(EXAMPLE).good[0]).contains("Hannah"));
    }
}
