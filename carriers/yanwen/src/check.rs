//! Everything of an order that Yanwen would refuse, before it is asked.

use parcelgate_carrier::Order;
use parcelgate_domain::{
    Address, Country, Customs, CustomsItem, LabelFormat, Personal, Violations,
};

use crate::declare::{filled, name, shown, street};

/// The currencies that Yanwen declares in.
const CURRENCIES: [&str; 6] = ["USD", "EUR", "GBP", "CNY", "AUD", "CAD"];

/// Everything in `order` that Yanwen would not take.
pub(crate) fn check(order: &Order) -> Violations {
    let mut found = Violations::new();
    if order.from.country != Country::CN {
        let allowed = "CN: Yanwen carries from China";
        found.refuse("from.country", order.from.country, allowed);
    }
    if order.label_format != LabelFormat::Pdf {
        let allowed = "pdf, the only form Yanwen draws";
        found.refuse("label_format", order.label_format, allowed);
    }
    limit(
        &mut found,
        "order_number",
        order.order_number.as_deref(),
        200,
    );
    found.append(receiver_violations(&order.to));
    found.append(lengths("from", &order.from));
    if order.parcels.len() != 1 {
        let allowed = "one parcel: Yanwen has no shipments of several";
        found.refuse("parcels", order.parcels.len(), allowed);
    }
    match &order.customs {
        Some(customs) => found.append(customs_violations(customs)),
        None => found.require("customs", "what is inside: every parcel crosses a border"),
    }
    found
}

/// Yanwen takes a receiver in English only: "收件人姓名填写不规范，仅支持英文，空格" is what it says.
fn receiver_violations(to: &Address) -> Violations {
    let mut found = lengths("to", to);
    if to.phone.as_ref().is_none_or(Personal::is_blank) {
        found.require("to.phone", "a phone number, which Yanwen needs");
    }
    let street = street(to);
    let texts = [
        ("name", Some(name(to))),
        ("company", shown(to.company.as_ref())),
        ("lines", Some(street.as_str())),
        ("city", Some(to.city.as_str())),
        ("region", to.region.as_deref()),
        ("postal_code", to.postal_code.as_deref()),
        ("phone", shown(to.phone.as_ref())),
        ("email", shown(to.email.as_ref())),
        ("tax_id", shown(to.tax_id.as_ref())),
    ];
    for (field, text) in texts {
        if !text.is_none_or(is_english) {
            found.require(
                format!("to.{field}"),
                "English: Latin letters without accents",
            );
        }
    }
    found
}

fn is_english(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// The lengths that Yanwen's description of `receiverInfo` and `senderInfo` gives.
fn lengths(party: &str, address: &Address) -> Violations {
    let mut found = Violations::new();
    let mut limit = |field: &str, text: Option<&str>, chars_max: usize| {
        if text.is_some_and(|text| text.chars().count() > chars_max) {
            let allowed = format!("at most {chars_max} characters");
            found.require(format!("{party}.{field}"), allowed);
        }
    };
    limit("name", Some(name(address)), 50);
    limit("company", shown(address.company.as_ref()), 100);
    limit("lines", Some(&street(address)), 200);
    limit("city", Some(&address.city), 50);
    limit("region", address.region.as_deref(), 50);
    limit("postal_code", address.postal_code.as_deref(), 50);
    limit("phone", shown(address.phone.as_ref()), 50);
    limit("email", shown(address.email.as_ref()), 100);
    limit("tax_id", shown(address.tax_id.as_ref()), 50);
    found
}

fn customs_violations(customs: &Customs) -> Violations {
    let mut found = Violations::new();
    for (index, item) in customs.items.iter().enumerate() {
        item_violations(&mut found, &format!("customs.items[{index}]"), item);
    }
    if customs.total().is_none() {
        found.append(mixed());
    }
    limit(
        &mut found,
        "customs.ioss",
        customs.tax_ids.ioss.as_deref(),
        50,
    );
    limit(
        &mut found,
        "customs.eori",
        customs.tax_ids.eori.as_deref(),
        64,
    );
    limit(
        &mut found,
        "customs.vat",
        customs.tax_ids.vat.as_deref(),
        50,
    );
    found
}

fn item_violations(found: &mut Violations, field: &str, item: &CustomsItem) {
    // Every character Latin is no Chinese, and export customs read it.
    if filled(item.description_zh.as_deref()).is_none_or(str::is_ascii) {
        let allowed = "what the goods are, in Chinese, for export";
        found.require(format!("{field}.description_zh"), allowed);
    }
    if !is_english(&item.description) {
        let allowed = "English: Latin letters without accents";
        found.refuse(format!("{field}.description"), &item.description, allowed);
    }
    if item.unit_weight.as_grams() == 0 {
        found.refuse(format!("{field}.unit_weight_grams"), 0, "1 gram or more");
    }
    let currency = item.unit_value.currency();
    if !CURRENCIES.contains(&currency.code()) {
        let allowed = format!("in one of {}", CURRENCIES.join(", "));
        found.refuse(format!("{field}.unit_value"), item.unit_value, allowed);
    }
    let texts = [
        ("description", Some(item.description.as_str()), 200),
        ("description_zh", item.description_zh.as_deref(), 200),
        ("hs_code", item.hs_code.as_deref(), 50),
        ("sku", item.sku.as_deref(), 100),
    ];
    for (name, text, chars_max) in texts {
        limit(found, &format!("{field}.{name}"), text, chars_max);
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
    use parcelgate_domain::{Currency, Money, Weight};

    use super::*;
    use crate::declare::tests::{item, order};

    #[test]
    fn everything_wrong_is_named_at_once() {
        let mut order = order();
        order.label_format = LabelFormat::Zpl;
        order.from.country = Country::US;
        order.to.name = "阿达".into();
        order.to.phone = None;
        order.to.lines = vec!["x".repeat(120).into(), "y".repeat(120).into()];
        order.to.city = "Malmö".to_owned();
        order.parcels.push(order.parcels[0]);
        let items = &mut order.customs.as_mut().unwrap().items;
        items[0].description_zh = Some("LED".to_owned());
        items[0].unit_weight = Weight::grams(0);
        items.push(item("Socks", "袜子", 1));
        items[1].unit_value = Money::of_minor(900, Currency::JPY);
        let found = check(&order);
        let mut fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            [
                "customs.items",
                "customs.items[0].description_zh",
                "customs.items[0].unit_weight_grams",
                "customs.items[1].unit_value",
                "from.country",
                "label_format",
                "parcels",
                "to.city",
                "to.lines",
                "to.name",
                "to.phone",
            ]
        );
        assert!(!found.to_string().contains("阿达"));
    }

    #[test]
    fn without_a_declaration_nothing_is_sent() {
        let order = Order {
            customs: None,
            ..order()
        };
        let found = check(&order);
        assert_eq!(found.as_slice()[0].field, "customs");
    }
}
