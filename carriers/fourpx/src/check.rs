//! Everything of an order that 4PX would refuse, before it is asked.

use parcelgate_carrier::Order;
use parcelgate_carrier::latin::{Wording, has_han};
use parcelgate_domain::{
    Address, Country, Currency, Customs, CustomsItem, LabelFormat, Money, Offered, Options,
    Violations,
};

use crate::Account;
use crate::declare::{english, name, shown, street};
use crate::gateway::filled;

/// The currencies that 4PX declares in; euros only inside the European Union.
fn currencies(to: Country) -> &'static [&'static str] {
    if to.is_in_eu() {
        &["USD", "EUR"]
    } else {
        &["USD"]
    }
}

/// For these the sender's phone number is asked for too (seen live, 2026).
const CALL_SENDERS_OF: [&str; 5] = ["AU", "CA", "GB", "NZ", "US"];

/// Everything in `order` that 4PX would not take.
pub(crate) fn check(account: &Account, order: &Order) -> Violations {
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
    found.append(option_violations(account, order.options));
    if !order.documents.is_empty() {
        let allowed = "left out: 4PX takes papers by arrangement only";
        found.refuse("documents", order.documents.len(), allowed);
    }
    sender_violations(&mut found, order);
    recipient_violations(&mut found, &order.to);
    if order.parcels.len() != 1 {
        let allowed = "one parcel: 4PX tells one number for an order";
        found.refuse("parcels", order.parcels.len(), allowed);
    }
    match &order.customs {
        Some(customs) => customs_violations(&mut found, customs, order.to.country),
        None => found.require("customs", "what is inside: every parcel crosses a border"),
    }
    found
}

/// 4PX insures in US dollars, and asks for a signature of nobody in particular.
fn option_violations(account: &Account, options: Options) -> Violations {
    let offered = Offered {
        insurance: account.insurance_type.is_some(),
        signature: true,
        ..Offered::default()
    };
    let mut found = options.violations("options");
    found.append(options.refused("options", offered));
    let foreign = |value: &Money| value.currency() != Currency::USD;
    if let Some(value) = options
        .insured
        .filter(foreign)
        .filter(|_| offered.insurance)
    {
        let allowed = "in USD, the one currency that 4PX insures in";
        found.refuse("options.insured_value", value, allowed);
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
    let visible = |name: String| name.chars().filter(|c| !c.is_whitespace()).count();
    if name(to).is_some_and(|name| !(4..=30).contains(&visible(name))) {
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
    if name(address).is_none() {
        found.require(format!("{party}.name"), ENGLISH);
    }
}

const ENGLISH: &str = "written in English letters";

fn customs_violations(found: &mut Violations, customs: &Customs, to: Country) {
    for (index, item) in customs.items.iter().enumerate() {
        item_violations(found, &format!("customs.items[{index}]"), item, to);
    }
    if customs.total().is_none() {
        found.append(mixed());
    }
    let ids = &customs.tax_ids;
    limit(found, "customs.tax_ids.ioss", ids.ioss.as_deref(), 32);
    limit(found, "customs.tax_ids.eori", ids.eori.as_deref(), 32);
    limit(found, "customs.tax_ids.vat", ids.vat.as_deref(), 32);
}

fn item_violations(found: &mut Violations, field: &str, item: &CustomsItem, to: Country) {
    if !item.description_zh.as_deref().is_some_and(has_han) {
        let allowed = "what the goods are, in Chinese, for export";
        found.require(format!("{field}.description_zh"), allowed);
    }
    if english(&item.description, Wording::Plain).is_none() {
        found.refuse(format!("{field}.description"), &item.description, ENGLISH);
    }
    let currency = item.unit_value.currency();
    let known = currencies(to);
    if !known.contains(&currency.code()) {
        let allowed = format!("in {} to {to}", known.join(" or "));
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
    use parcelgate_domain::Signature;

    use super::*;
    use crate::account::tests::account;
    use crate::declare::tests::{item, order};

    fn fields(order: &Order) -> Vec<String> {
        let found = check(&account(), order);
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
        order.to.name = "アダ".into();
        order.to.phone = Some(" ".into());
        order.to.city = String::new();
        order.parcels.push(order.parcels[0]);
        let items = &mut order.customs.as_mut().unwrap().items;
        items[0].description_zh = Some("LED".to_owned());
        items.push(item("袜子", "袜子", 1));
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
                "to.phone",
            ]
        );
        assert!(!check(&account(), &order).to_string().contains("アダ"));
    }

    #[test]
    fn what_4px_takes_is_taken() {
        let mut order = order();
        assert_eq!(fields(&order), [""; 0]);
        let item = &mut order.customs.as_mut().unwrap().items[0];
        item.unit_value = Money::of_minor(900, Currency::EUR);
        assert_eq!(fields(&order), ["customs.items[0].unit_value"]);
        order.to.country = "DE".parse().unwrap();
        order.from.phone = None;
        assert_eq!(fields(&order), [""; 0]);
    }

    #[test]
    fn an_extra_that_is_not_sold_is_refused() {
        let mut order = order();
        order.options.signature = Some(Signature::Anyone);
        order.options.insured = Some(Money::of_minor(2_000, Currency::EUR));
        assert_eq!(fields(&order), ["options.insured_value"]);
        let mut account = account();
        account.insurance_type = Some("5Y".to_owned());
        assert!(check(&account, &order).to_string().contains("USD"));
        order.options.insured = Some(Money::of_minor(2_000, Currency::USD));
        assert!(check(&account, &order).is_empty());
        order.options.signature = Some(Signature::Adult);
        order
            .documents
            .push(parcelgate_domain::DocumentId::new("7"));
        assert_eq!(check(&account, &order).as_slice().len(), 2);
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
