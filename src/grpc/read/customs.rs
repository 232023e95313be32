//! Declarations.

use parcelgate_domain::{
    Contents, Country, Currency, Customs, CustomsItem, Incoterm, Money, TaxIds, Violations, Weight,
};
use parcelgate_proto::v1;
use v1::customs as wire;

use super::{country, given, known, money};

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
    let named = |index| format!("{field}.items[{index}]");
    let values: Vec<Option<Money>> = read
        .items
        .iter()
        .enumerate()
        .map(|(index, item)| unit_value(item, &named(index), found))
        .collect();
    // Stands in for a value that cannot be read, so that what else is wrong is named beside it.
    let currency = values.iter().flatten().next().map(|value| value.currency());
    let any_value = Money::of_minor(1, currency.unwrap_or(Currency::USD));
    let items = read.items.iter().zip(values).enumerate();
    let items = items.map(|(index, (item, value))| {
        customs_item(item, value.unwrap_or(any_value), &named(index), found)
    });
    let items = items.collect();
    let customs = Customs {
        contents: contents(known(read.contents, &format!("{field}.contents"), found)),
        incoterm: incoterm(known(read.incoterm, &format!("{field}.incoterm"), found)),
        items,
        tax_ids: TaxIds {
            ioss: given(&read.ioss),
            eori: given(&read.eori),
            vat: given(&read.vat),
        },
        invoice_number: given(&read.invoice_number),
    };
    found.append(customs.violations(field));
    Some(customs)
}

fn unit_value(read: &v1::CustomsItem, field: &str, found: &mut Violations) -> Option<Money> {
    let field = format!("{field}.unit_value");
    match &read.unit_value {
        Some(value) => money(value, &field, found),
        None => {
            found.require(field, "given");
            None
        }
    }
}

fn customs_item(
    read: &v1::CustomsItem,
    unit_value: Money,
    field: &str,
    found: &mut Violations,
) -> CustomsItem {
    let origin = country(&read.origin, &format!("{field}.origin"), found);
    CustomsItem {
        sku: given(&read.sku),
        description: read.description.trim().to_owned(),
        description_zh: given(&read.description_zh),
        quantity: read.quantity,
        unit_value,
        unit_weight: Weight::grams(read.unit_weight_grams),
        hs_code: given(&read.hs_code),
        origin: origin.unwrap_or(Country::CN), // refused already when it is not known
        battery: read.battery,
    }
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
