//! Everything of an order that 4PX would refuse, before it is asked.

use parcelgate_carrier::Order;
use parcelgate_domain::{Address, Country, Customs, CustomsItem, LabelFormat, Violations};

use crate::declare::{name, shown, street};
use crate::gateway::filled;

/// The currencies that 4PX declares in.
const CURRENCIES: [&str; 2] = ["USD", "EUR"];

/// For these the sender's phone number is asked for too (seen live, 2026).
const CALL_SENDERS_OF: [&str; 5] = ["AU", "CA", "GB", "NZ", "US"];

/// Everything in `order` that 4PX would not take.
pub(crate) fn check(order: &Order) -> Violations {
    let mut found = Violations::new();
    if order.from.country != Country::CN {
        let allowed = "CN: 4PX takes parcels in China";
        found.refuse("from.country", order.from.country, allowed);
    }
    if order.label_format != LabelFormat::Pdf {
        let allowed = "pdf, the only form asked of 4PX";
        found.refuse("label_format", order.label_format, allowed);
    }
    limit(
        &mut found,
        "sales_platform",
        order.sales_platform.as_deref(),
        128,
    );
    sender_violations(&mut found, order);
    recipient_violations(&mut found, &order.to);
    if order.parcels.len() != 1 {
        let allowed = "one parcel: 4PX tells one number for an order";
        found.refuse("parcels", order.parcels.len(), allowed);
    }
    match &order.customs {
        Some(customs) => customs_violations(&mut found, customs),
        None => found.require("customs", "what is inside: every parcel crosses a border"),
    }
    found
}

fn sender_violations(found: &mut Violations, order: &Order) {
    let from = &order.from;
    english_name(found, "from", from);
    if filled(from.postal_code.as_deref()).is_none() {
        found.require("from.postal_code", "a postal code, which 4PX always needs");
    }
    let called = CALL_SENDERS_OF.contains(&order.to.country.code());
    if called && shown(from.phone.as_ref()).is_none() {
        let allowed = format!("a phone number, which 4PX needs for {}", order.to.country);
        found.require("from.phone", allowed);
    }
    if !(10..=90).contains(&street(from).chars().count()) {
        found.require("from.lines", "10 to 90 characters in all");
    }
    if filled(Some(&from.city)).is_none() {
        found.require("from.city", "a city, which 4PX always needs");
    }
}

fn recipient_violations(found: &mut Violations, to: &Address) {
    english_name(found, "to", to);
    let visible = name(to).chars().filter(|c| !c.is_whitespace()).count();
    if !(4..=30).contains(&visible) {
        found.require("to.name", "4 to 30 characters, spaces aside");
    }
    if shown(to.phone.as_ref()).is_none() {
        found.require("to.phone", "a phone number, which 4PX needs");
    }
    if street(to).is_empty() {
        found.require("to.lines", "a street, which 4PX always needs");
    }
    if filled(Some(&to.city)).is_none() {
        found.require("to.city", "a city, which 4PX always needs");
    }
}

/// "English only" (010101005) is said of names.
fn english_name(found: &mut Violations, party: &str, address: &Address) {
    if !is_english(name(address)) {
        found.require(format!("{party}.name"), ENGLISH);
    }
}

const ENGLISH: &str = "English: Latin letters without accents";

fn is_english(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn customs_violations(found: &mut Violations, customs: &Customs) {
    for (index, item) in customs.items.iter().enumerate() {
        item_violations(found, &format!("customs.items[{index}]"), item);
    }
    if customs.total().is_none() {
        found.append(mixed());
    }
    let ids = &customs.tax_ids;
    limit(found, "customs.tax_ids.ioss", ids.ioss.as_deref(), 32);
    limit(found, "customs.tax_ids.eori", ids.eori.as_deref(), 32);
    limit(found, "customs.tax_ids.vat", ids.vat.as_deref(), 32);
}

fn item_violations(found: &mut Violations, field: &str, item: &CustomsItem) {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    if !item.description_zh.as_deref().is_some_and(chinese) {
        let allowed = "what the goods are, in Chinese, for export";
        found.require(format!("{field}.description_zh"), allowed);
    }
    if !is_english(&item.description) {
        found.refuse(format!("{field}.description"), &item.description, ENGLISH);
    }
    let currency = item.unit_value.currency();
    if !CURRENCIES.contains(&currency.code()) {
        let allowed = format!("in one of {}", CURRENCIES.join(", "));
        found.refuse(format!("{field}.unit_value"), item.unit_value, allowed);
    }
}

pub(crate) fn mixed() -> Violations {
    let mut found = Violations::new();
    found.require(
        "customs.items",
        "at least one, all declared in one currency",
    );
    found
}

fn limit(found: &mut Violations, field: &str, text: Option<&str>, chars_max: usize) {
    if let Some(text) = text.filter(|text| text.chars().count() > chars_max) {
        found.refuse(field, text, format!("at most {chars_max} characters"));
    }
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{Currency, Money};

    use super::*;
    use crate::declare::tests::{item, order};

    fn fields(order: &Order) -> Vec<String> {
        let found = check(order);
        let mut fields: Vec<_> = found.as_slice().iter().map(|v| v.field.clone()).collect();
        fields.sort_unstable();
        fields
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let mut order = order();
        order.label_format = LabelFormat::Zpl;
        order.from.country = Country::US;
        order.from.postal_code = None;
        order.from.phone = None;
        order.from.lines = vec!["Rm 5".into()];
        order.to.name = "阿达".into();
        order.to.phone = Some(" ".into());
        order.to.city = String::new();
        order.parcels.push(order.parcels[0]);
        let items = &mut order.customs.as_mut().unwrap().items;
        items[0].description_zh = Some("LED".to_owned());
        items.push(item("Söckchen", "袜子", 1));
        items[1].unit_value = Money::of_minor(900, Currency::JPY);
        assert_eq!(
            fields(&order),
            [
                "customs.items",
                "customs.items[0].description_zh",
                "customs.items[1].description",
                "customs.items[1].unit_value",
                "from.country",
                "from.lines",
                "from.phone",
                "from.postal_code",
                "label_format",
                "parcels",
                "to.city",
                "to.name",
                "to.name",
                "to.phone",
            ]
        );
        assert!(!check(&order).to_string().contains("阿达"));
    }

    #[test]
    fn what_4px_takes_is_taken() {
        let mut order = order();
        assert!(check(&order).is_empty(), "{}", check(&order));
        order.to.country = "DE".parse().unwrap();
        order.from.phone = None;
        assert!(check(&order).is_empty(), "{}", check(&order));
    }

    #[test]
    fn without_a_declaration_nothing_is_sent() {
        let order = Order {
            customs: None,
            ..order()
        };
        assert_eq!(fields(&order), ["customs"]);
    }
}
