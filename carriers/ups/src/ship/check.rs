//! What UPS would not take of an order, all of it, before anything is sent.

use parcelgate_carrier::Order;
use parcelgate_domain::{Customs, CustomsItem, LabelFormat, Violations};

use super::passes_customs;
use crate::party::{self, check_text};
use crate::rates::invoice_total;
use crate::units::Units;
use crate::{codes, ship};

/// UPS Next Day Air Early, which alone wants a phone number within a country.
const NEXT_DAY_AIR_EARLY: &str = "14";
pub(super) const INVOICE_LINES_MAX: usize = 50;
pub(super) const DESCRIPTION_CHARS_MAX: usize = 105;
const PART_NUMBER_CHARS_MAX: usize = 35;
const COMMODITY_CODE_CHARS_MAX: usize = 15;
const REFERENCE_CHARS_MAX: usize = 35;
const QUANTITY_MAX: u32 = 9_999_999;

pub(super) fn violations(order: &Order) -> Violations {
    let mut found = Violations::new();
    let abroad = order.from.country != order.to.country;
    let phone_needed = abroad || order.service.as_str() == NEXT_DAY_AIR_EARLY;
    party::violations(&order.from, "from", phone_needed, &mut found);
    party::violations(&order.to, "to", phone_needed, &mut found);
    Units::of(order.from.country).violations(&order.parcels, &mut found);
    check_service(order, &mut found);
    check_customs(order, &mut found);
    let number = order.order_number.as_deref().unwrap_or("");
    check_text("order_number", number, REFERENCE_CHARS_MAX, &mut found);
    if !matches!(order.label_format, LabelFormat::Gif | LabelFormat::Zpl) {
        found.refuse("label_format", order.label_format, "gif or zpl");
    }
    found
}

fn check_service(order: &Order, found: &mut Violations) {
    let code = order.service.as_str();
    let mut not_sold = codes::NOT_SOLD.iter();
    if let Some((_, name)) = not_sold.find(|(known, _)| *known == code) {
        let allowed = format!("a service for ordinary parcels, which {name} is not");
        found.refuse("service", code, allowed);
    } else if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        found.refuse("service", code, "a service code of UPS, such as 03");
    }
}

fn check_customs(order: &Order, found: &mut Violations) {
    let (from, to) = (order.from.country, order.to.country);
    let needed = if passes_customs(from, to) {
        "a customs declaration, which this way needs"
    } else if ship::order::states_value(order) {
        "a customs declaration, for the value that UPS wants from the US to Puerto Rico"
    } else if from != to || from.code() == "AE" {
        "a customs declaration, for the description of the goods that UPS wants on this way"
    } else {
        return;
    };
    let Some(customs) = &order.customs else {
        found.require("customs", needed);
        return;
    };
    let mut faults = customs.violations("customs");
    if faults.is_empty() && customs.total().and_then(invoice_total).is_none() {
        faults.require("customs.items", "worth at most 99999999 in all");
    }
    check_goods(customs, &mut faults);
    found.append(faults);
}

fn check_goods(customs: &Customs, found: &mut Violations) {
    if customs.items.len() > INVOICE_LINES_MAX {
        let allowed = format!("at most {INVOICE_LINES_MAX} lines, which is a UPS invoice");
        found.refuse("customs.items", customs.items.len(), allowed);
    }
    for (index, item) in customs.items.iter().enumerate() {
        check_item(item, &format!("customs.items[{index}]"), found);
    }
    let number = customs.invoice_number.as_deref().unwrap_or("");
    check_text("customs.invoice_number", number, REFERENCE_CHARS_MAX, found);
    let ids = [
        ("ioss", &customs.tax_ids.ioss, 35),
        ("eori", &customs.tax_ids.eori, 15),
        ("vat", &customs.tax_ids.vat, 15),
    ];
    for (name, id, chars_max) in ids {
        let field = format!("customs.{name}");
        check_text(&field, id.as_deref().unwrap_or(""), chars_max, found);
    }
}

fn check_item(item: &CustomsItem, field: &str, found: &mut Violations) {
    let description = format!("{field}.description");
    check_text(
        &description,
        &item.description,
        DESCRIPTION_CHARS_MAX,
        found,
    );
    let sku = item.sku.as_deref().unwrap_or("");
    check_text(&format!("{field}.sku"), sku, PART_NUMBER_CHARS_MAX, found);
    if item.quantity > QUANTITY_MAX {
        let allowed = format!("at most {QUANTITY_MAX} pieces");
        found.refuse(format!("{field}.quantity"), item.quantity, allowed);
    }
    let code = item.hs_code.as_deref().unwrap_or("");
    if code.len() > COMMODITY_CODE_CHARS_MAX {
        found.refuse(format!("{field}.hs_code"), code, "at most 15 characters");
    }
}
