//! The shapes of MyDHL's request bodies, from its description.

use crate::dhl::shape::Kind::{self, Any, Closed, List, Number, OneOf, Text, Truth, Whole};
use crate::dhl::shape::{Member, may, must};

const COUNTRY: Kind = Text(2, 2);
const CURRENCY: Kind = Text(3, 3);
const UNITS: Kind = OneOf(&["metric", "imperial"]);
const LINE: Kind = Text(1, 45);
const WHEN: Kind = Text(1, 29);
const PRODUCT: Kind = Text(1, 6);

#[rustfmt::skip]
const RATED_ADDRESS: Kind = Closed(&[
    must("postalCode", Text(0, 12)), must("cityName", LINE), must("countryCode", COUNTRY),
    may("provinceCode", Text(2, 35)), may("addressLine1", LINE), may("addressLine2", LINE),
    may("addressLine3", LINE), may("countyName", LINE),
]);

const RATED_PARTIES: Kind = Closed(&[
    must("shipperDetails", RATED_ADDRESS),
    must("receiverDetails", RATED_ADDRESS),
]);

#[rustfmt::skip]
const ADDRESS: Kind = Closed(&[
    must("postalCode", Text(0, 12)), must("cityName", LINE), must("countryCode", COUNTRY),
    may("provinceCode", Text(2, 35)), must("addressLine1", LINE), may("addressLine2", LINE),
    may("addressLine3", LINE), may("countyName", LINE), may("provinceName", Text(1, 35)),
    may("countryName", Text(1, 35)),
]);

#[rustfmt::skip]
const PICKUP_ADDRESS: Kind = Closed(&[
    must("postalCode", Text(0, 12)), must("cityName", LINE), must("countryCode", COUNTRY),
    may("provinceCode", Text(2, 35)), must("addressLine1", LINE), may("addressLine2", LINE),
    may("addressLine3", LINE), may("countyName", LINE),
]);

const CONTACT: Kind = Closed(&[
    may("email", Text(1, 70)),
    must("phone", Text(1, 70)),
    may("mobilePhone", Text(1, 70)),
    must("companyName", Text(1, 100)),
    must("fullName", Text(1, 255)),
]);

const REGISTRATIONS: Kind = List(
    0,
    50,
    &Closed(&[
        must("typeCode", Text(1, 3)),
        must("number", Text(1, 35)),
        must("issuerCountryCode", COUNTRY),
    ]),
);

const PARTY_KIND: Kind = OneOf(&[
    "business",
    "direct_consumer",
    "government",
    "other",
    "private",
    "reseller",
]);

const PARTY: Kind = Closed(&[
    must("postalAddress", ADDRESS),
    must("contactInformation", CONTACT),
    may("registrationNumbers", REGISTRATIONS),
    may("bankDetails", Any),
    may("typeCode", PARTY_KIND),
]);

const PICKUP_PARTY: Kind = Closed(&[
    must("postalAddress", PICKUP_ADDRESS),
    must("contactInformation", CONTACT),
]);

const ACCOUNT: Kind = Closed(&[
    must("typeCode", OneOf(&["shipper", "payer", "duties-taxes"])),
    must("number", Text(1, 12)),
]);

const RATED_SERVICES: Kind = List(
    0,
    99,
    &Closed(&[
        must("serviceCode", Text(1, 6)),
        may("localServiceCode", Text(1, 3)),
        may("value", Number(0)),
        may("currency", CURRENCY),
        may("method", OneOf(&["cash"])),
    ]),
);

const DIMENSIONS: Kind = Closed(&[
    must("length", Number(1)),
    must("width", Number(1)),
    must("height", Number(1)),
]);

const PACKAGING: Kind = OneOf(&[
    "1CE", "2BC", "2BP", "2BX", "3BX", "4BX", "5BX", "6BX", "7BX", "8BX", "CE1", "TBL", "TBS",
    "WB1", "WB2", "WB3", "WB6", "XPD",
]);

const RATED_PACKAGES: Kind = List(
    1,
    999,
    &Closed(&[
        may("typeCode", PACKAGING),
        must("weight", Number(1)),
        may("dimensions", DIMENSIONS),
    ]),
);

const ESTIMATE: Kind = Closed(&[
    may("isRequested", Truth),
    may("typeCode", OneOf(&["QDDC", "QDDF"])),
]);

/// `POST /rates`.
#[rustfmt::skip]
pub(super) const RATES: Kind = Closed(&[
    must("customerDetails", RATED_PARTIES),
    may("accounts", List(0, 2, &ACCOUNT)),
    may("productCode", PRODUCT),
    may("localProductCode", Text(1, 3)),
    may("valueAddedServices", RATED_SERVICES),
    may("productsAndServices", List(0, 999, &Closed(&[
        must("productCode", PRODUCT),
        may("localProductCode", Text(1, 3)),
        may("valueAddedServices", RATED_SERVICES),
    ]))),
    may("payerCountryCode", COUNTRY),
    must("plannedShippingDateAndTime", WHEN),
    must("unitOfMeasurement", UNITS),
    must("isCustomsDeclarable", Truth),
    may("monetaryAmount", List(0, 99, &Closed(&[
        must("typeCode", OneOf(&["declaredValue", "insuredValue"])),
        must("value", Number(0)),
        must("currency", CURRENCY),
    ]))),
    may("requestAllValueAddedServices", Truth),
    may("estimatedDeliveryDate", ESTIMATE),
    may("getAdditionalInformation", List(0, 3, &Closed(&[
        may("typeCode", OneOf(&[
            "allValueAddedServices", "allValueAddedServicesAndRuleGroups", "sortCodes",
        ])),
        must("isRequested", Truth),
    ]))),
    may("returnStandardProductsOnly", Truth),
    may("nextBusinessDay", Truth),
    may("productTypeCode", OneOf(&["all", "dayDefinite", "timeDefinite"])),
    must("packages", RATED_PACKAGES),
]);

/// `POST /landed-cost`.
#[rustfmt::skip]
pub(super) const LANDED_COST: Kind = Closed(&[
    must("customerDetails", RATED_PARTIES),
    must("accounts", List(0, 5, &ACCOUNT)),
    may("productCode", PRODUCT),
    may("localProductCode", Text(1, 3)),
    must("unitOfMeasurement", UNITS),
    must("currencyCode", CURRENCY),
    must("isCustomsDeclarable", Truth),
    may("isDTPRequested", Truth),
    may("isInsuranceRequested", Truth),
    must("getCostBreakdown", Truth),
    may("charges", List(0, 20, &Closed(&[
        must("typeCode", OneOf(&["freight", "additional", "insurance"])),
        must("amount", Number(0)),
        must("currencyCode", CURRENCY),
    ]))),
    may("shipmentPurpose", OneOf(&["commercial", "personal"])),
    may("transportationMode", OneOf(&["air", "ocean", "ground"])),
    may("merchantSelectedCarrierName",
        OneOf(&["DHL", "UPS", "FEDEX", "TNT", "POST", "OTHERS"])),
    must("packages", RATED_PACKAGES),
    must("items", List(1, 1000, &Closed(ITEM))),
    may("getTariffFormula", Truth),
    may("getQuotationID", Truth),
]);

#[rustfmt::skip]
const ITEM: &[Member] = &[
    must("number", Whole(1, 1000)), may("name", Text(1, 512)), may("description", Text(1, 255)),
    must("manufacturerCountry", COUNTRY), may("partNumber", Text(1, 35)),
    must("quantity", Number(1)), may("quantityType", OneOf(&["prt", "box"])),
    must("unitPrice", Number(0)), must("unitPriceCurrencyCode", CURRENCY),
    may("customsValue", Number(0)), may("customsValueCurrencyCode", CURRENCY),
    may("commodityCode", Text(0, 18)), may("weight", Number(0)),
    may("weightUnitOfMeasurement", UNITS), may("category", Text(0, 50)),
    may("brand", Text(0, 50)), may("goodsCharacteristics", Any),
    may("additionalQuantityDefinitions", Any), may("estimatedTariffRateType", Any),
];

const REFERENCES: &[&str] = &[
    "AAJ", "ACL", "AFE", "AFM", "CID", "CN", "CU", "DGC", "ITN", "LCQ", "MRN", "OID", "PON", "RMA",
    "UCN", "WLK",
];

const IDENTIFIERS: &Kind = &Closed(&[
    must("typeCode", OneOf(&["parentId", "shipmentId", "pieceId"])),
    must("value", Text(1, 35)),
    may("dataIdentifier", Text(1, 4)),
]);

#[rustfmt::skip]
const SHIPPED_PACKAGE: Kind = Closed(&[
    may("typeCode", PACKAGING),
    must("weight", Number(1)),
    may("dimensions", DIMENSIONS),
    may("customerReferences", List(1, 99, &Closed(&[
        must("value", Text(1, 35)), may("typeCode", Text(2, 3)),
    ]))),
    may("identifiers", List(0, 3, IDENTIFIERS)),
    may("description", Text(1, 70)),
    may("labelBarcodes", Any), may("labelText", Any), may("labelDescription", Text(1, 80)),
    may("referenceNumber", Whole(1, 999)),
]);

#[rustfmt::skip]
const LINE_ITEM: Kind = Closed(&[
    must("number", Whole(1, 999)),
    must("description", Text(1, 512)),
    must("price", Number(0)),
    must("quantity", Closed(&[
        must("value", Whole(1, 1_000_000_000)), must("unitOfMeasurement", Text(1, 8)),
    ])),
    may("commodityCodes", List(0, 2, &Closed(&[
        must("typeCode", OneOf(&["outbound", "inbound"])), must("value", Text(2, 18)),
    ]))),
    may("exportReasonType", Any),
    must("manufacturerCountry", COUNTRY),
    must("weight", Closed(&[may("netValue", Number(0)), may("grossValue", Number(0))])),
    may("isTaxesPaid", Truth), may("additionalInformation", Any),
    may("customerReferences", Any), may("customsDocuments", Any),
    may("preCalculatedLineItemTotalValue", Number(0)),
]);

#[rustfmt::skip]
const DECLARATION: Kind = Closed(&[
    must("lineItems", List(1, 999, &LINE_ITEM)),
    may("invoice", Closed(&[
        must("number", Text(1, 35)), must("date", Text(10, 10)), may("signatureName", Text(0, 35)),
        may("signatureTitle", Text(0, 35)), may("signatureImage", Any),
        may("instructions", Any), may("customerDataTextEntries", Any),
        may("totalNetWeight", Number(0)), may("totalGrossWeight", Number(0)),
        may("customerReferences", Any), may("termsOfPayment", Text(0, 999)),
        may("indicativeCustomsValues", Any), may("preCalculatedTotalValues", Any),
    ])),
    may("remarks", Any), may("additionalCharges", Any), may("destinationPortName", Any),
    may("placeOfIncoterm", Text(1, 256)), may("payerVATNumber", Any),
    may("recipientReference", Any), may("exporter", Any), may("packageMarks", Any),
    may("declarationNotes", Any), may("exportReference", Text(0, 40)),
    may("exportReason", Text(1, 30)), may("exportReasonType", Any), may("licenses", Any),
    may("shipmentType", OneOf(&["personal", "commercial"])), may("customsDocuments", Any),
]);

#[rustfmt::skip]
const CONTENT: Kind = Closed(&[
    must("packages", List(1, 999, &SHIPPED_PACKAGE)),
    may("areMorePackagesToBeAddedLater", Truth),
    must("isCustomsDeclarable", Truth),
    may("declaredValue", Number(0)),
    may("declaredValueCurrency", CURRENCY),
    may("exportDeclaration", DECLARATION),
    must("description", Text(1, 70)),
    may("USFilingTypeValue", Text(1, 20)),
    must("incoterm", OneOf(&[
        "EXW", "FCA", "CPT", "CIP", "DPU", "DAP", "DDP", "FAS", "FOB", "CFR", "CIF", "DAF", "DAT",
        "DDU", "DEQ", "DES",
    ])),
    must("unitOfMeasurement", UNITS),
]);

#[rustfmt::skip]
const IMAGES: Kind = List(1, 999, &Closed(&[
    may("typeCode", OneOf(&["INV", "PNV", "COO", "CIN", "DCL", "AWB", "NAF"])),
    may("imageFormat", OneOf(&["PDF", "PNG", "GIF", "TIFF", "JPEG"])),
    must("content", Text(1, 4_000_000)),
]));

#[rustfmt::skip]
const OUTPUT: Kind = Closed(&[
    may("printerDPI", Whole(200, 300)), may("customerBarcodes", Any), may("customerLogos", Any),
    may("encodingFormat", OneOf(&["pdf", "zpl", "lp2", "epl"])),
    may("imageOptions", List(0, 20, &Closed(&[
        must("typeCode", OneOf(&["label", "waybillDoc", "invoice", "qr-code", "shipmentReceipt"])),
        may("templateName", Text(0, 25)), may("isRequested", Truth),
        may("hideAccountNumber", Truth), may("numberOfCopies", Whole(1, 2)),
        may("invoiceType", OneOf(&["commercial", "proforma", "returns"])),
        may("languageCode", Text(3, 3)), may("languageCountryCode", Text(2, 2)),
        may("languageScriptCode", Text(4, 4)), may("encodingFormat", OneOf(&["png"])),
        may("renderDHLLogo", Truth), may("fitLabelsToA4", Truth), may("labelFreeText", Any),
        may("labelCustomerDataText", Any), may("shipmentReceiptCustomerDataText", Any),
    ]))),
    may("splitTransportAndWaybillDocLabels", Truth), may("allDocumentsInOneImage", Truth),
    may("splitDocumentsByPages", Truth), may("splitInvoiceAndReceipt", Truth),
    may("receiptAndLabelsInOneImage", Truth),
]);

/// `POST /shipments`.
#[rustfmt::skip]
pub(super) const SHIPMENT: Kind = Closed(&[
    must("plannedShippingDateAndTime", WHEN),
    must("pickup", Closed(&[
        must("isRequested", Truth), may("closeTime", Text(5, 5)), may("location", Text(0, 80)),
        may("specialInstructions", Any), may("pickupDetails", PARTY),
        may("pickupRequestorDetails", PARTY),
    ])),
    must("productCode", PRODUCT),
    may("localProductCode", Text(1, 3)),
    may("getRateEstimates", Truth),
    must("accounts", List(1, 3, &ACCOUNT)),
    may("valueAddedServices", List(0, 99, &Closed(&[
        must("serviceCode", Text(1, 6)), may("value", Number(0)), may("currency", CURRENCY),
        may("method", Any), may("dangerousGoods", Any),
    ]))),
    may("outputImageProperties", OUTPUT),
    may("customerReferences", List(0, 999, &Closed(&[
        must("value", Text(1, 35)), may("typeCode", OneOf(REFERENCES)),
    ]))),
    may("identifiers", List(0, 5, IDENTIFIERS)),
    must("customerDetails", Closed(&[
        must("shipperDetails", PARTY), must("receiverDetails", PARTY), may("buyerDetails", Any),
        may("importerDetails", PARTY), may("exporterDetails", PARTY), may("sellerDetails", PARTY),
        may("payerDetails", PARTY), may("manufacturerDetails", Any),
        may("ultimateConsigneeDetails", Any), may("brokerDetails", Any),
    ])),
    must("content", CONTENT),
    may("documentImages", IMAGES),
    may("onDemandDelivery", Any), may("requestOndemandDeliveryURL", Truth),
    may("shipmentNotification", List(0, 5, &Any)), may("prepaidCharges", Any),
    may("getTransliteratedResponse", Truth), may("estimatedDeliveryDate", ESTIMATE),
    may("getAdditionalInformation", List(0, 5, &Closed(&[
        may("typeCode", OneOf(&[
            "pickupDetails", "optionalShipmentData", "barcodeInformation", "linkLabelsByPieces",
        ])),
        must("isRequested", Truth),
    ]))),
    may("parentShipment", Any),
]);

/// `PATCH /shipments/{number}/upload-image`.
pub(super) const UPLOAD: Kind = Closed(&[
    must("originalPlannedShippingDate", Text(10, 10)),
    must("accounts", List(1, 3, &ACCOUNT)),
    must("productCode", PRODUCT),
    must("documentImages", IMAGES),
]);

const PICKUP_PARTIES: Kind = Closed(&[
    must("shipperDetails", PICKUP_PARTY),
    may("receiverDetails", PICKUP_PARTY),
    may("bookingRequestorDetails", Any),
    may("pickupDetails", PICKUP_PARTY),
]);

#[rustfmt::skip]
const PICKED_UP: Kind = Closed(&[
    must("productCode", PRODUCT), may("localProductCode", Text(1, 3)),
    may("accounts", List(0, 5, &ACCOUNT)), may("valueAddedServices", RATED_SERVICES),
    must("isCustomsDeclarable", Truth), may("declaredValue", Number(0)),
    may("declaredValueCurrency", CURRENCY), must("unitOfMeasurement", UNITS),
    may("shipmentTrackingNumber", Text(1, 11)), must("packages", RATED_PACKAGES),
]);

/// `POST /pickups`.
#[rustfmt::skip]
pub(super) const PICKUP: Kind = Closed(&[
    must("plannedPickupDateAndTime", WHEN), may("closeTime", Text(5, 5)),
    may("location", Text(0, 80)), may("locationType", OneOf(&["business", "residence"])),
    must("accounts", List(1, 5, &ACCOUNT)), may("specialInstructions", List(0, 4, &Any)),
    may("remark", Text(0, 999)), must("customerDetails", PICKUP_PARTIES),
    must("shipmentDetails", List(1, 999, &PICKED_UP)),
]);

/// `PATCH /pickups/{number}`.
#[rustfmt::skip]
pub(super) const PICKUP_CHANGE: Kind = Closed(&[
    must("dispatchConfirmationNumber", Text(15, 20)),
    must("originalShipperAccountNumber", Text(1, 12)),
    must("plannedPickupDateAndTime", WHEN), may("closeTime", Text(5, 5)),
    may("location", Text(0, 80)), may("locationType", OneOf(&["business", "residence"])),
    must("accounts", List(1, 5, &ACCOUNT)), may("specialInstructions", List(0, 4, &Any)),
    may("remark", Text(0, 999)), must("customerDetails", PICKUP_PARTIES),
    may("shipmentDetails", List(1, 999, &PICKED_UP)),
]);
