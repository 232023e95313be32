//! The commercial invoice.

use parcelgate_domain::{Contents, Customs, CustomsItem, Incoterm};

use super::packing::{boxes_of, column, described, net, title, total_line};
use super::sheet::{BODY, MARGIN, SMALL, Sheet, Side, Size};
use super::text::Face;
use super::{Told, address, carriage, kilograms, numbers};

pub(super) fn draw(told: Told<'_>, customs: &Customs, size: Size) -> Vec<Vec<u8>> {
    let Told { order, purchase } = told;
    let reference = purchase.reference.as_str();
    let number = customs.invoice_number.as_deref().unwrap_or(reference);
    let mut sheet = Sheet::new(size);
    title(&mut sheet, "Commercial invoice", &format!("No. {number}"));
    let half = sheet.room() / 2;
    let mut seller = address(&order.from);
    let ids = &customs.tax_ids;
    for (name, id) in [("IOSS", &ids.ioss), ("EORI", &ids.eori), ("VAT", &ids.vat)] {
        if let Some(id) = id {
            seller.push(format!("{name}: {id}"));
        }
    }
    let from = sheet.block(MARGIN, half - 100, "SELLER", &seller);
    let to = sheet.block(MARGIN + half, half - 100, "BUYER", &address(&order.to));
    sheet.y = from.max(to).saturating_add(120);
    let facts = [
        format!("Date: {}", order.ship_on),
        format!("Order: {}", order.order_number.as_deref().unwrap_or("none")),
        format!("Reference: {reference}"),
        format!("Carrier: {}", carriage(told)),
        format!("Tracking: {}", numbers(told)),
    ];
    let left = sheet.block(MARGIN, half - 100, "SHIPMENT", &facts);
    let terms = [
        format!("Reason of export: {}", reason(customs.contents)),
        format!("Terms of delivery: {}", terms(customs.incoterm)),
        format!("Country of export: {}", order.from.country.name()),
        format!("Country of destination: {}", order.to.country.name()),
    ];
    let right = sheet.block(MARGIN + half, half - 100, "TERMS", &terms);
    sheet.y = left.max(right).saturating_add(200);
    items(&mut sheet, customs);
    sums(&mut sheet, told, customs);
    signature(&mut sheet);
    sheet.finish(&format!(
        "Commercial invoice {number}, reference {reference}"
    ))
}

fn items(sheet: &mut Sheet, customs: &Customs) {
    let wide = sheet.room();
    let columns = [
        column("#", 230, Side::Left),
        column(
            "DESCRIPTION OF GOODS",
            wide.saturating_sub(3_560),
            Side::Left,
        ),
        column("HS CODE", 620, Side::Left),
        column("ORIGIN", 380, Side::Left),
        column("QTY", 360, Side::Right),
        column("WEIGHT", 520, Side::Right),
        column("UNIT VALUE", 700, Side::Right),
        column("TOTAL", 750, Side::Right),
    ];
    let of = |(at, item): (usize, &CustomsItem)| {
        let grams = u64::from(item.unit_weight.as_grams());
        let value = item.unit_value.checked_mul(item.quantity.into());
        let sku = item
            .sku
            .as_deref()
            .map_or_else(String::new, |sku| format!("\nSKU {sku}"));
        vec![
            at.saturating_add(1).to_string(),
            format!("{}{sku}", described(item)),
            item.hs_code.clone().unwrap_or_default(),
            item.origin.code().to_owned(),
            item.quantity.to_string(),
            kilograms(grams.saturating_mul(item.quantity.into())),
            item.unit_value.to_string(),
            value.map_or_else(|_| String::new(), |value| value.to_string()),
        ]
    };
    let rows: Vec<Vec<String>> = customs.items.iter().enumerate().map(of).collect();
    sheet.table(&columns, &rows);
}

fn sums(sheet: &mut Sheet, told: Told<'_>, customs: &Customs) {
    let parcels = told.order.parcels.iter();
    let gross = parcels.map(|one| u64::from(one.weight.as_grams())).sum();
    let lines = [
        format!(
            "{} pieces in {}",
            customs.quantity(),
            boxes_of(told.order.parcels.len())
        ),
        format!("Net weight: {}", kilograms(net(&customs.items))),
        format!("Gross weight: {}", kilograms(gross)),
    ];
    for line in lines {
        total_line(sheet, &line);
        sheet.y = sheet.y.saturating_sub(90);
    }
    sheet.y = sheet.y.saturating_add(60);
    if let Some(total) = customs.total() {
        total_line(sheet, &format!("Total value: {total}"));
    }
}

fn signature(sheet: &mut Sheet) {
    sheet.need(900);
    sheet.y = sheet.y.saturating_add(250);
    let text = "I declare that the information on this invoice is true and correct.";
    sheet.put((MARGIN, sheet.y), Face::Plain, BODY, text);
    sheet.y = sheet.y.saturating_add(450);
    for (from, to, what) in [
        (0, 2_000, "Date"),
        (2_300, sheet.room(), "Name and signature"),
    ] {
        let from = MARGIN.saturating_add(from);
        sheet.rule(from, MARGIN.saturating_add(to), sheet.y, 6);
        sheet.put(
            (from, sheet.y.saturating_add(100)),
            Face::Plain,
            SMALL,
            what,
        );
    }
}

const fn reason(contents: Contents) -> &'static str {
    match contents {
        Contents::Merchandise => "Sale of goods",
        Contents::Gift => "Gift",
        Contents::Sample => "Commercial sample",
        Contents::Documents => "Documents",
        Contents::ReturnOfGoods => "Return of goods",
    }
}

const fn terms(incoterm: Incoterm) -> &'static str {
    match incoterm {
        Incoterm::Dap => "DAP (the buyer pays duties and taxes)",
        Incoterm::Ddp => "DDP (the seller pays duties and taxes)",
    }
}
