//! What UPS would not take of an order, all of it, before anything is sent.

use parcelgate_carrier::declaration::CustomsForm;
use parcelgate_carrier::form::{Fitted, both};
use parcelgate_carrier::latin::{Alphabet, Wording};
use parcelgate_carrier::{Direction, Order};
use parcelgate_domain::{LabelFormat, Violations};

use super::{order, passes_customs};
use crate::rates::invoice_total;
use crate::{codes, options, party, units};

/// UPS Next Day Air Early, which alone wants a phone number within a country.
const NEXT_DAY_AIR_EARLY: &str = "14";
const REFERENCE_CHARS_MAX: usize = 35;
/// A paper's id is a moment: `2026-11-30-09.15.33.207814`.
const DOCUMENT_ID_CHARS: usize = 26;
const DOCUMENTS_MAX: usize = 13;

/// An invoice of UPS's: 50 lines, a description three lines of 35.
pub(super) const FORM: CustomsForm = CustomsForm {
    carrier: "UPS",
    alphabet: Alphabet::Latin1,
    items_max: 50,
    description_max: 105,
    sku_max: REFERENCE_CHARS_MAX,
    invoice_number_max: REFERENCE_CHARS_MAX,
    tax_ids_max: [35, 15, 15],
    ..CustomsForm::OPEN
};

/// Who sends and who receives.
pub(super) struct Parties {
    pub(super) from: Fitted,
    pub(super) to: Fitted,
}

pub(super) fn fit(order: &Order) -> Result<Parties, Violations> {
    let abroad = order.from.country != order.to.country;
    let phone_needed = abroad || order.service.as_str() == NEXT_DAY_AIR_EARLY;
    let from = party::fit(&order.from, "from", phone_needed);
    let to = party::fit(&order.to, "to", phone_needed);
    let mut found = units::limits(order.from.country).violations(&order.parcels);
    check_service(order, &mut found);
    check_customs(order, &mut found);
    check_extras(order, &mut found);
    let number = order.order_number.as_deref().unwrap_or_default();
    let field = "order_number";
    FORM.alphabet.fit(
        number,
        Wording::Plain,
        REFERENCE_CHARS_MAX,
        field,
        &mut found,
    );
    if !matches!(order.label_format, LabelFormat::Gif | LabelFormat::Zpl) {
        found.refuse("label_format", order.label_format, "gif or zpl");
    }
    let (from, to) = both(from, to, found)?;
    Ok(Parties { from, to })
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
    } else if order::states_value(order) {
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
    let mut faults = FORM.violations(customs, "customs");
    if faults.is_empty() && customs.total().and_then(invoice_total).is_none() {
        faults.require("customs.items", "worth at most 99999999 in all");
    }
    found.append(faults);
}

fn check_extras(order: &Order, found: &mut Violations) {
    let service = Some(order.service.as_str());
    found.append(options::violations(
        &order.options,
        service,
        order.parcels.len(),
    ));
    let invoiced = order::is_invoiced(order);
    for (index, id) in order.documents.iter().enumerate() {
        let field = format!("documents[{index}]");
        if !invoiced {
            found.refuse(
                field,
                id.as_str(),
                "left out: this way has no papers with UPS",
            );
        } else if id.as_str().chars().count() != DOCUMENT_ID_CHARS {
            let allowed = "an id that UPS gave for a paper, of 26 characters";
            found.refuse(field, id.as_str(), allowed);
        }
    }
    if order.documents.len() > DOCUMENTS_MAX {
        let allowed = format!("at most {DOCUMENTS_MAX} papers");
        found.refuse("documents", order.documents.len(), allowed);
    }
    if order.direction == Direction::Return {
        check_return(order, found);
    }
}

/// "Valid for forward shipments only" is said of signatures; a return that passes customs takes the
/// partial invoice alone, which is the customer's to fill in.
fn check_return(order: &Order, found: &mut Violations) {
    if passes_customs(order.from.country, order.to.country) {
        let allowed = "a country that goods return to without customs";
        found.refuse("to.country", order.to.country, allowed);
    }
    if order.options.signature.is_some() {
        let allowed = "left out: UPS takes no signatures for returns";
        found.require("options.signature", allowed);
    }
    if order.options.saturday_delivery {
        let allowed = "false: UPS brings no returns back on Saturdays";
        found.require("options.saturday_delivery", allowed);
    }
}
