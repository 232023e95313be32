//! Declarations.

use parcelgate_domain::{Contents, Customs, CustomsItem, Incoterm, TaxIds, Violations, Weight};
use parcelgate_proto::v1;
use v1::customs as wire;

use super::{country, given, money};

/// A declaration, when one is given; `crosses_border` says whether one must be.
pub(super) fn customs(
    read: Option<&v1::Customs>,
    crosses_border: bool,
    field: &str,
    found: &mut Violations,
) -> Option<Customs> {
    let Some(read) = read else {
        if crosses_border {
            found.require(field, "given, since the shipment crosses a border");
        }
        return None;
    };
    let before = found.as_slice().len();
    let items: Vec<CustomsItem> = read
        .items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| customs_item(item, &format!("{field}.items[{index}]"), found))
        .collect();
    let customs = Customs {
        contents: contents(read.contents()),
        incoterm: incoterm(read.incoterm()),
        items,
        tax_ids: TaxIds {
            ioss: given(&read.ioss),
            eori: given(&read.eori),
            vat: given(&read.vat),
        },
        invoice_number: given(&read.invoice_number),
    };
    // When an item could not even be read, counting and summing the others would only confuse.
    if found.as_slice().len() == before {
        found.append(customs.violations(field));
    }
    Some(customs)
}

fn customs_item(
    read: &v1::CustomsItem,
    field: &str,
    found: &mut Violations,
) -> Option<CustomsItem> {
    let origin = country(&read.origin, &format!("{field}.origin"), found);
    let value_field = format!("{field}.unit_value");
    let unit_value = match &read.unit_value {
        Some(value) => money(value, &value_field, found),
        None => {
            found.require(value_field, "given");
            None
        }
    };
    Some(CustomsItem {
        sku: given(&read.sku),
        description: read.description.trim().to_owned(),
        description_zh: given(&read.description_zh),
        quantity: read.quantity,
        unit_value: unit_value?,
        unit_weight: Weight::grams(read.unit_weight_grams),
        hs_code: given(&read.hs_code),
        origin: origin?,
        battery: read.battery,
    })
}

fn contents(read: wire::Contents) -> Contents {
    match read {
        wire::Contents::Unspecified | wire::Contents::Merchandise => Contents::Merchandise,
        wire::Contents::Gift => Contents::Gift,
        wire::Contents::Sample => Contents::Sample,
        wire::Contents::Documents => Contents::Documents,
        wire::Contents::Return => Contents::ReturnOfGoods,
    }
}

fn incoterm(read: wire::Incoterm) -> Incoterm {
    match read {
        wire::Incoterm::Unspecified | wire::Incoterm::Dap => Incoterm::Dap,
        wire::Incoterm::Ddp => Incoterm::Ddp,
    }
}
