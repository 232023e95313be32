//! The shapes of Parcel DE's request bodies, from its descriptions.

use crate::dhl::shape::Kind::{self, Any, List, Number, OneOf, Open, Text, Truth, Whole};
use crate::dhl::shape::{may, must};

/// The creation of shipments; each is looked at by itself.
pub(super) const ORDERS: Kind = Open(&[
    must("profile", Text(0, 35)),
    must("shipments", List(1, 30, &Any)),
]);

#[rustfmt::skip]
const WEIGHT: Kind = Open(&[must("uom", OneOf(&["g", "kg"])), must("value", Number(0))]);

const VALUE: Kind = Open(&[must("currency", Text(3, 3)), must("value", Number(0))]);

const NAME: Kind = Text(1, 50);

#[rustfmt::skip]
const RETURN: Kind = Open(&[
    must("billingNumber", Text(14, 14)), may("refNo", Text(6, 50)),
    may("returnAddress", CONTACT), may("goGreenPlus", Truth),
]);

/// An address with a door.
#[rustfmt::skip]
pub(super) const CONTACT: Kind = Open(&[
    must("name1", NAME), may("name2", NAME), may("name3", NAME), must("addressStreet", NAME),
    may("addressHouse", Text(1, 10)), may("postalCode", Text(3, 10)), must("city", Text(1, 40)),
    must("country", Text(3, 3)), may("contactName", Text(3, 80)), may("email", Text(3, 80)),
    may("phone", Text(1, 20)), may("state", Text(1, 20)),
]);

/// A parcel locker.
pub(super) const LOCKER: Kind = Open(&[
    must("name", NAME),
    must("lockerID", Whole(100, 999)),
    must("postNumber", Text(6, 10)),
    must("city", Text(0, 40)),
    must("postalCode", Text(3, 10)),
]);

/// A post office.
pub(super) const OFFICE: Kind = Open(&[
    must("name", NAME),
    must("retailID", Whole(401, 999)),
    may("postNumber", Text(3, 10)),
    must("city", Text(0, 80)),
    must("postalCode", Text(3, 10)),
]);

/// One shipment, without the ends of its way.
#[rustfmt::skip]
pub(super) const SHIPMENT: Kind = Open(&[
    must("product", OneOf(&["V01PAK", "V53WPAK", "V54EPAK", "V62WP", "V62KP", "V66WPI"])),
    must("billingNumber", Text(14, 14)),
    may("refNo", Text(8, 35)), may("costCenter", Text(0, 50)), may("shipDate", Text(10, 10)),
    must("shipper", Open(&[])), must("consignee", Open(&[])),
    must("details", Open(&[
        must("weight", WEIGHT),
        may("dim", Open(&[
            must("uom", OneOf(&["cm", "mm"])), must("height", Whole(1, 9_999)),
            must("length", Whole(1, 9_999)), must("width", Whole(1, 9_999)),
        ])),
    ])),
    may("services", Open(&[
        may("preferredNeighbour", Text(0, 100)), may("preferredLocation", Text(0, 100)),
        may("visualCheckOfAge", OneOf(&["A16", "A18"])), may("namedPersonOnly", Truth),
        may("signedForByRecipient", Truth), may("endorsement", OneOf(&["RETURN", "ABANDON"])),
        may("noNeighbourDelivery", Truth), may("additionalInsurance", VALUE),
        may("bulkyGoods", Truth), may("premium", Truth), may("closestDropPoint", Truth),
        may("goGreenPlus", Truth), may("dhlRetoure", RETURN),
        may("postalDeliveryDutyPaid", Truth),
    ])),
    may("customs", Open(&[
        may("invoiceNo", Text(0, 35)),
        must("exportType", OneOf(&[
            "OTHER", "PRESENT", "COMMERCIAL_SAMPLE", "DOCUMENT", "RETURN_OF_GOODS",
            "COMMERCIAL_GOODS",
        ])),
        may("exportDescription", Text(0, 80)), may("shippingConditions", OneOf(&["DAP", "DDP"])),
        must("postalCharges", VALUE),
        must("items", List(1, 99, &Open(&[
            must("itemDescription", Text(1, 256)), may("countryOfOrigin", Text(3, 3)),
            may("hsCode", Text(6, 11)), must("packagedQuantity", Whole(1, 1_000_000)),
            must("itemValue", VALUE), must("itemWeight", WEIGHT),
        ]))),
    ])),
]);

/// The end of a day.
pub(super) const MANIFEST: Kind = Open(&[
    must("profile", Text(0, 35)),
    may("shipmentNumbers", List(1, 30, &Text(1, 50))),
    may("billingNumber", Text(14, 14)),
]);

/// A label for the way back.
#[rustfmt::skip]
pub(super) const RETURNED: Kind = Open(&[
    must("receiverId", Text(1, 50)), may("customerReference", Text(0, 50)),
    may("shipmentReference", Text(0, 50)),
    must("shipper", Open(&[
        must("name1", NAME), must("addressStreet", NAME), must("addressHouse", Text(1, 10)),
        must("city", Text(1, 40)), must("postalCode", Text(3, 10)), may("email", Text(3, 70)),
        may("phone", Text(1, 20)), may("state", Text(0, 20)),
    ])),
    may("itemWeight", WEIGHT),
]);

/// A driver who comes.
#[rustfmt::skip]
pub(super) const PICKUP: Kind = Open(&[
    may("customerDetails", Open(&[must("billingNumber", Text(14, 14))])),
    must("pickupLocation", Open(&[
        must("type", OneOf(&["Id", "Address"])), may("asId", Text(12, 12)),
        may("pickupAddress", Open(&[
            must("name1", Text(0, 50)), may("name2", Text(0, 50)),
            must("addressStreet", Text(0, 70)), must("addressHouse", Text(0, 10)),
            must("postalCode", Text(0, 7)), must("city", Text(0, 35)),
            may("country", Text(0, 2)), may("state", Text(0, 35)),
        ])),
    ])),
    may("businessHours", List(0, 3, &Open(&[
        may("timeFrom", Text(5, 5)), may("timeUntil", Text(5, 5)),
    ]))),
    may("contactPerson", List(0, 2, &Open(&[
        may("name", Text(0, 50)), may("phone", Text(0, 50)), may("email", Text(0, 250)),
    ]))),
    must("pickupDetails", Open(&[
        must("pickupDate", Open(&[must("type", OneOf(&["Date", "ASAP"])), may("value", Text(10, 10))])),
        may("totalWeight", WEIGHT), may("comment", Text(0, 100)),
    ])),
    must("shipmentDetails", Open(&[
        may("shipments", List(1, 1_000, &Open(&[
            must("transportationType", OneOf(&[
                "PAKET", "ROLLBEHAELTER", "WECHSELBEHAELTER", "PALETTEN", "SPERRGUT",
            ])),
            may("shipmentNo", Text(0, 50)), may("size", OneOf(&["S", "M", "L"])),
            may("customerReference", Text(0, 20)),
        ]))),
    ])),
]);
