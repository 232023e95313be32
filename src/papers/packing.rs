//! The packing list.

use parcelgate_domain::{CustomsItem, Length};

use super::sheet::{Column, MARGIN, Sheet, Side, Size};
use super::text::Face;
use super::{Told, address, carriage, kilograms, numbers};

pub(super) fn draw(told: Told<'_>, size: Size) -> Vec<Vec<u8>> {
    let Told { order, purchase } = told;
    let mut sheet = Sheet::new(size);
    let number = order.order_number.as_deref().unwrap_or("none");
    title(&mut sheet, "Packing list", &format!("Order {number}"));
    let half = sheet.room() / 2;
    let from = sheet.block(MARGIN, half - 100, "FROM", &address(&order.from));
    let to = sheet.block(MARGIN + half, half - 100, "TO", &address(&order.to));
    sheet.y = from.max(to).saturating_add(120);
    let facts = [
        format!("Ship date: {}", order.ship_on),
        format!("Carrier: {}", carriage(told)),
        format!("Reference: {}", purchase.reference.as_str()),
    ];
    let left = sheet.block(MARGIN, half - 100, "SHIPMENT", &facts);
    let right = sheet.block(MARGIN + half, half - 100, "TRACKING", &[numbers(told)]);
    sheet.y = left.max(right).saturating_add(200);
    boxes(&mut sheet, told);
    sheet.y = sheet.y.saturating_add(200);
    contents(&mut sheet, told);
    sheet.finish(&format!(
        "Packing list, reference {}",
        purchase.reference.as_str()
    ))
}

/// The head of a paper: what it is, and of what.
pub(super) fn title(sheet: &mut Sheet, what: &str, of: &str) {
    let y = MARGIN.saturating_add(180);
    sheet.put((MARGIN, y), Face::Bold, 200, what);
    let end = MARGIN.saturating_add(sheet.room());
    sheet.put_left_of((end, y), Face::Bold, 110, of);
    sheet.rule(MARGIN, end, y.saturating_add(90), 12);
    sheet.y = y.saturating_add(190);
}

fn boxes(sheet: &mut Sheet, told: Told<'_>) {
    let wide = sheet.room();
    let columns = [
        column("BOX", 400, Side::Left),
        column("TRACKING NUMBER", wide.saturating_sub(2_700), Side::Left),
        column("SIZE", 1_500, Side::Right),
        column("WEIGHT", 800, Side::Right),
    ];
    let bought = &told.purchase.parcels;
    let of = |(at, parcel): (usize, &parcelgate_domain::Parcel)| {
        let number = bought.get(at).map_or("", |own| own.number.as_str());
        let millimetres = |side: Length| side.as_millimetres();
        let size = parcel.size.map_or_else(String::new, |size| {
            let sides = [size.length, size.width, size.height].map(millimetres);
            let [length, width, height] = sides;
            format!("{length} x {width} x {height} mm")
        });
        let weight = kilograms(parcel.weight.as_grams().into());
        vec![
            at.saturating_add(1).to_string(),
            number.to_owned(),
            size,
            weight,
        ]
    };
    let parcels = &told.order.parcels;
    let rows: Vec<Vec<String>> = parcels.iter().enumerate().map(of).collect();
    sheet.table(&columns, &rows);
    let total = parcels
        .iter()
        .map(|one| u64::from(one.weight.as_grams()))
        .sum();
    let many = boxes_of(parcels.len());
    let text = format!("{many}, {} with packaging", kilograms(total));
    total_line(sheet, &text);
}

fn contents(sheet: &mut Sheet, told: Told<'_>) {
    let Some(customs) = &told.order.customs else {
        let nothing = ["The order does not say what is inside.".to_owned()];
        sheet.y = sheet.block(MARGIN, sheet.room(), "CONTENTS", &nothing);
        return;
    };
    let wide = sheet.room();
    let columns = [
        column("#", 230, Side::Left),
        column("SKU", 1_100, Side::Left),
        column("CONTENTS", wide.saturating_sub(3_280), Side::Left),
        column("QUANTITY", 600, Side::Right),
        column("EACH", 650, Side::Right),
        column("WEIGHT", 700, Side::Right),
    ];
    let of = |(at, item): (usize, &CustomsItem)| {
        let each = u64::from(item.unit_weight.as_grams());
        vec![
            at.saturating_add(1).to_string(),
            item.sku.clone().unwrap_or_default(),
            described(item),
            item.quantity.to_string(),
            kilograms(each),
            kilograms(each.saturating_mul(item.quantity.into())),
        ]
    };
    let rows: Vec<Vec<String>> = customs.items.iter().enumerate().map(of).collect();
    sheet.table(&columns, &rows);
    let (pieces, grams) = (customs.quantity(), net(&customs.items));
    total_line(
        sheet,
        &format!("{pieces} pieces, {} without packaging", kilograms(grams)),
    );
}

/// How many boxes, in words.
pub(super) fn boxes_of(count: usize) -> String {
    match count {
        1 => "1 box".to_owned(),
        many => format!("{many} boxes"),
    }
}

/// What goods are, in both languages.
pub(super) fn described(item: &CustomsItem) -> String {
    let battery = if item.battery {
        "\nholds a battery"
    } else {
        ""
    };
    let chinese = item.description_zh.as_deref().unwrap_or_default();
    let chinese = if chinese.trim().is_empty() {
        String::new()
    } else {
        format!("\n{chinese}")
    };
    format!("{}{chinese}{battery}", item.description)
}

/// What all items weigh, in grams.
pub(super) fn net(items: &[CustomsItem]) -> u64 {
    let weights = items
        .iter()
        .map(|item| u64::from(item.unit_weight.as_grams()).saturating_mul(item.quantity.into()));
    weights.sum()
}

pub(super) const fn column(title: &'static str, width: u16, side: Side) -> Column {
    Column { title, width, side }
}

/// What a table comes to, below it.
pub(super) fn total_line(sheet: &mut Sheet, text: &str) {
    sheet.need(200);
    sheet.y = sheet.y.saturating_add(150);
    let end = MARGIN.saturating_add(sheet.room()).saturating_sub(80);
    sheet.put_left_of((end, sheet.y), Face::Bold, super::sheet::BODY, text);
    sheet.y = sheet.y.saturating_add(60);
}
