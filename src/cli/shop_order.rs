//! An order of a shop in a file: the fields of the interface.

use jiff::Timestamp;
use parcelgate_proto::v1::shop_order::Moment;
use parcelgate_proto::v1::{ShopOrder, ShopOrderItem};
use serde::Deserialize;

/// An order of a shop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopOrderFile {
    shop: String,
    order: String,
    #[serde(default)]
    marketplace: String,
    #[serde(default)]
    items: Vec<ItemFile>,
    ship_by: Option<Timestamp>,
    moment: Option<MomentFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFile {
    id: String,
    quantity: u32,
    #[serde(default)]
    parcel_index: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MomentFile {
    Label,
    FirstScan,
}

impl ShopOrderFile {
    /// The same in the words of the interface.
    pub(crate) fn into_order(self) -> ShopOrder {
        let item = |item: ItemFile| ShopOrderItem {
            id: item.id,
            quantity: item.quantity,
            parcel_index: item.parcel_index,
        };
        let moment = match self.moment {
            None => Moment::Unspecified,
            Some(MomentFile::Label) => Moment::Label,
            Some(MomentFile::FirstScan) => Moment::FirstScan,
        };
        ShopOrder {
            shop: self.shop,
            order: self.order,
            marketplace: self.marketplace,
            items: self.items.into_iter().map(item).collect(),
            ship_by: self.ship_by.map(|at| prost_types::Timestamp {
                seconds: at.as_second(),
                nanos: at.subsec_nanosecond(),
            }),
            moment: moment.into(),
        }
    }
}
