//! Everything of an order that Yanwen would refuse, before it is asked.

use parcelgate_carrier::Order;
use parcelgate_carrier::declaration::CustomsForm;
use parcelgate_carrier::form::{AddressForm, PhoneForm, RegionForm};
use parcelgate_carrier::latin::Alphabet;
use parcelgate_domain::{Country, LabelFormat, Offered, Options, Parcel, Violations};

/// `receiverInfo`, with the lengths of Yanwen's description. It must be English: "收件人姓名填写不规范，
/// 仅支持英文，空格" is what Yanwen says to anything else. The street is one text.
pub(crate) const RECEIVER: AddressForm = AddressForm {
    carrier: "Yanwen",
    alphabet: Alphabet::Ascii,
    name_max: 50,
    company_max: 100,
    line_max: 200,
    lines_max: 1,
    city_max: 50,
    region: RegionForm::Name(50),
    postal_code_max: 50,
    postal_code_bare: false,
    phone: PhoneForm {
        required: true,
        digits_min: 5,
        digits_max: 50,
        national: false,
    },
    email_max: 100,
    tax_id_max: 50,
};

/// `senderInfo`. Nothing says that it must be English, but it is read abroad, too.
pub(crate) const SENDER: AddressForm = AddressForm {
    phone: PhoneForm {
        required: false,
        ..RECEIVER.phone
    },
    ..RECEIVER
};

/// `productList` and the tax numbers. Who pays duties is a matter of the product.
pub(crate) const CUSTOMS: CustomsForm = CustomsForm {
    carrier: "Yanwen",
    alphabet: Alphabet::Ascii,
    description_max: 200,
    chinese: true,
    hs_digits_max: 50,
    weight: true,
    sku_max: 100,
    tax_ids_max: [50, 64, 50],
    currencies: &["USD", "EUR", "GBP", "CNY", "AUD", "CAD"],
    ..CustomsForm::OPEN
};

const CHINESE_MAX: usize = 200;
const REMARK_MAX: usize = 200;

/// Yanwen sells carriage and nothing beside it.
const OFFERED: Offered = Offered {
    insurance: false,
    signature: false,
    adult_signature: false,
    saturday_delivery: false,
};

/// Everything in `order` that Yanwen would not take.
pub(crate) fn check(order: &Order) -> Violations {
    let mut found = parcels(&order.parcels);
    found.append(extras(order.options));
    if order.from.country != Country::CN {
        let allowed = "CN: Yanwen carries from China";
        found.refuse("from.country", order.from.country, allowed);
    }
    if order.label_format != LabelFormat::Pdf {
        let allowed = "pdf, the only form Yanwen draws";
        found.refuse("label_format", order.label_format, allowed);
    }
    if !order.documents.is_empty() {
        let allowed = "left out: Yanwen takes no papers";
        found.refuse("documents", order.documents.len(), allowed);
    }
    let number = order.order_number.as_deref().unwrap_or_default();
    limit(&mut found, "order_number", number, REMARK_MAX);
    found.append(RECEIVER.violations(&order.to, "to"));
    found.append(SENDER.violations(&order.from, "from"));
    let Some(customs) = &order.customs else {
        found.require("customs", "what is inside: every parcel crosses a border");
        return found;
    };
    found.append(CUSTOMS.violations(customs, "customs"));
    for (index, item) in customs.items.iter().enumerate() {
        let name = item.description_zh.as_deref().unwrap_or_default();
        let field = format!("customs.items[{index}].description_zh");
        limit(&mut found, &field, name, CHINESE_MAX);
    }
    found
}

/// A waybill is of one parcel.
pub(crate) fn parcels(parcels: &[Parcel]) -> Violations {
    let mut found = Violations::new();
    if parcels.len() != 1 {
        let allowed = "one parcel: Yanwen has no shipments of several";
        found.refuse("parcels", parcels.len(), allowed);
    }
    for (index, parcel) in parcels.iter().enumerate() {
        found.append(parcel.violations(&format!("parcels[{index}]")));
    }
    found
}

/// Extras, of which there are none.
pub(crate) fn extras(options: Options) -> Violations {
    options.refused("options", OFFERED)
}

fn limit(found: &mut Violations, field: &str, text: &str, chars_max: usize) {
    if text.chars().count() > chars_max {
        found.refuse(field, text, format!("at most {chars_max} characters"));
    }
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{Currency, DocumentId, Money, Signature, Weight};

    use super::*;
    use crate::declare::tests::{item, order};

    #[test]
    fn everything_wrong_is_named_at_once() {
        let mut order = order();
        order.label_format = LabelFormat::Zpl;
        order.from.country = "SG".parse().unwrap();
        order.to.name = "アダ".into();
        order.to.phone = None;
        order.to.lines = vec!["x".repeat(120).into(), "y".repeat(120).into()];
        order.to.city = "بيروت".to_owned();
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
                "to.lines[1]",
                "to.name",
                "to.phone",
            ]
        );
        assert!(!found.to_string().contains("アダ"));
    }

    #[test]
    fn what_yanwen_does_not_sell_is_refused_by_name() {
        let mut order = order();
        assert!(check(&order).is_empty());
        order.options.signature = Some(Signature::Adult);
        order.options.insured = Some(Money::of_minor(2_000, Currency::USD));
        order.options.saturday_delivery = true;
        order.documents.push(DocumentId::new("7"));
        let found = check(&order);
        let mut fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            [
                "documents",
                "options.insured_value",
                "options.saturday_delivery",
                "options.signature"
            ]
        );
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
