//! Boxes.

use parcelgate_domain::{Dimensions, Parcel, Violations, Weight};
use parcelgate_proto::v1;

/// More boxes than any shipment has.
const PARCELS_MAX: usize = 200;

pub(super) fn parcels(read: &[v1::Parcel], field: &str, found: &mut Violations) -> Vec<Parcel> {
    if !(1..=PARCELS_MAX).contains(&read.len()) {
        found.refuse(field, read.len(), format!("1 to {PARCELS_MAX} parcels"));
        return Vec::new();
    }
    let parcels = read.iter().enumerate().map(|(index, parcel)| {
        let size = parcel.size.as_ref();
        let size = size.map(|s| Dimensions::millimetres(s.length_mm, s.width_mm, s.height_mm));
        let parcel = Parcel {
            weight: Weight::grams(parcel.weight_grams),
            size,
        };
        found.append(parcel.violations(&format!("{field}[{index}]")));
        parcel
    });
    parcels.collect()
}
