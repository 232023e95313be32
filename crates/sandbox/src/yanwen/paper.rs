//! The label: ten by ten centimetres, with the waybill number as Code 128.

use super::order::{Order, grams};
use crate::document::{list, scalar};
use crate::label::{DOTS_PER_MM, Drawing};
use crate::parcel::Parcel;

/// The label's edge in millimetres.
const EDGE_MM: u16 = 100;

pub(crate) fn drawing(parcel: &Parcel<Order>) -> Drawing {
    let order = &parcel.detail;
    let field = |path: &str| scalar(&order.sent, path).unwrap_or_default();
    let edge = EDGE_MM * DOTS_PER_MM;
    let mut paper = Drawing::new(edge, edge);
    paper.text(24, 20, 40, "YANWEN");
    paper.text(24, 66, 20, order.channel.english);
    paper.text(640, 20, 56, order.country.code);
    paper.rule(96, 4);
    paper.text(24, 108, 20, &format!("FROM: {} CN", order.warehouse.city));
    paper.text(24, 136, 20, &format!("ORDER: {}", field("orderNumber")));
    paper.rule(166, 4);
    let to = [
        field("receiverInfo.name"),
        field("receiverInfo.company"),
        format!(
            "{} {}",
            field("receiverInfo.houseNumber"),
            field("receiverInfo.address")
        ),
        format!(
            "{} {} {}",
            field("receiverInfo.city"),
            field("receiverInfo.state"),
            field("receiverInfo.zipCode")
        ),
        order.country.english.to_owned(),
        field("receiverInfo.phone"),
    ];
    paper.text(24, 178, 22, "TO:");
    let lines = to.iter().map(|line| line.trim());
    let lines = lines.filter(|line| !line.is_empty());
    for (row, line) in (0_u16..).zip(lines) {
        let line: String = line.chars().take(46).collect();
        paper.text(80, 178 + row * 30, 24, &line);
    }
    paper.rule(368, 4);
    paper.barcode(386, 150, 3, &parcel.number);
    paper.text(260, 544, 30, &parcel.number);
    paper.rule(586, 4);
    paper.text(
        24,
        598,
        18,
        "CUSTOMS DECLARATION CN22   QTY  DESCRIPTION   VALUE",
    );
    let products = list(&order.sent, "parcelInfo.productList");
    for (row, product) in (0_u16..).zip(products.into_iter().take(4)) {
        let field = |path| scalar(product, path).unwrap_or_default();
        let name: String = field("goodsNameEn").chars().take(36).collect();
        let line = format!("{:>3}  {name:<36}  {}", field("quantity"), field("price"));
        paper.text(24, 624 + row * 26, 20, &line);
    }
    let value = field("parcelInfo.currency");
    let total = format!("TOTAL {} G   {value}", grams(order));
    paper.text(24, 736, 22, &total);
    paper.text(24, 772, 14, "SANDBOX LABEL - NOT FOR SHIPPING");
    paper
}
