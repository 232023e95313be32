//! An order as the interface takes it: addresses, one box, what customs want to know.

use jiff::civil::Date;
use parcelgate_domain::{Address as DomainAddress, Personal};
use parcelgate_proto::v1::{Address, Customs, CustomsItem, Dimensions, Parcel, ShipmentSpec};

use super::catalogue::Warehouses;
use super::confirmed;
use super::orders::Order;
use crate::cli::show;

/// The shipment of `order`, handed over on `ship_on`.
pub(crate) fn of(order: &Order, warehouses: &Warehouses, ship_on: Date) -> ShipmentSpec {
    let from = warehouses.address(order.warehouse());
    let from = from.cloned().unwrap_or_default();
    let to = address(&order.to);
    let customs = (from.country != to.country).then(|| customs(order, warehouses));
    ShipmentSpec {
        ship_from: Some(from),
        ship_to: Some(to),
        parcels: vec![Parcel {
            weight_grams: order.weight_grams(),
            size: Some(size(order)),
        }],
        customs,
        ship_date: Some(show::proto_date(ship_on)),
        order_number: order.id.clone(),
        sales_platform: confirmed::platform(order).to_owned(),
        shop_order: Some(confirmed::named(order)),
        ..Default::default()
    }
}

fn customs(order: &Order, warehouses: &Warehouses) -> Customs {
    let items = order.goods.iter().map(|(product, quantity)| CustomsItem {
        sku: product.sku.clone(),
        description: product.name_en.clone(),
        description_zh: product.name_zh.clone(),
        quantity: *quantity,
        unit_value: Some(show::proto_money(product.value)),
        unit_weight_grams: product.weight_grams,
        hs_code: product.hs_code.clone(),
        origin: product.origin.code().to_owned(),
        battery: product.battery,
    });
    let ioss = if order.to.country.is_in_eu() {
        warehouses.ioss()
    } else {
        ""
    };
    Customs {
        items: items.collect(),
        ioss: ioss.to_owned(),
        ..Customs::default()
    }
}

/// One box: as long and wide as the largest piece, as high as all of them together.
fn size(order: &Order) -> Dimensions {
    let mut size = Dimensions::default();
    for (product, quantity) in &order.goods {
        size.length_mm = size.length_mm.max(product.size.length_mm);
        size.width_mm = size.width_mm.max(product.size.width_mm);
        let height = product.size.height_mm.saturating_mul(*quantity);
        size.height_mm = size.height_mm.saturating_add(height);
    }
    size
}

fn address(from: &DomainAddress) -> Address {
    let exposed = |text: &Option<Personal>| {
        text.as_ref()
            .map_or_else(String::new, |text| text.expose().to_owned())
    };
    Address {
        name: from.name.expose().to_owned(),
        company: exposed(&from.company),
        lines: from
            .lines
            .iter()
            .map(|line| line.expose().to_owned())
            .collect(),
        city: from.city.clone(),
        region: from.region.clone().unwrap_or_default(),
        postal_code: from.postal_code.clone().unwrap_or_default(),
        country: from.country.code().to_owned(),
        phone: exposed(&from.phone),
        email: exposed(&from.email),
        tax_id: exposed(&from.tax_id),
        residential: from.residential,
    }
}
