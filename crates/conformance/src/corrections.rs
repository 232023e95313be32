//! Where a carrier's description contradicts itself: one row per mistake, nothing wider.
//!
//! No request is exempted as a whole and no keyword is switched off; a row replaces one member of
//! one schema and brings a value that is right by the carrier's own words and that the schema as
//! written refuses.
//! Whoever validates the descriptions also checks that each row is still needed.

/// One mistake of a description, and its correction.
#[derive(Debug, Clone, Copy)]
pub struct Correction {
    /// The description, relative to the folder of descriptions.
    pub file: &'static str,
    /// JSON pointer to the schema that is wrong.
    pub schema: &'static str,
    /// JSON pointer, from there, to what is replaced.
    pub member: &'static str,
    /// What is wrong with the schema as written.
    pub wrong: &'static str,
    /// Where the carrier itself says otherwise.
    pub evidence: &'static str,
    /// What belongs there instead, as JSON.
    pub right: &'static str,
    /// A right value, as JSON, that the schema as written refuses.
    pub witness: &'static str,
}

/// How often a number may stand in a message of UPS's landed cost, written where a schema has how
/// large it may be.
const fn counted(schema: &'static str) -> Correction {
    Correction {
        file: "ups/landed-cost.yaml",
        schema,
        member: "/maximum",
        wrong: "a number is at most one",
        evidence: "its own examples hold larger ones (125, 900, 10.56), and a total price \
                   \"may not exceed 999999999999.99\"",
        right: "999999999999.99",
        witness: "12",
    }
}

/// Every correction known.
#[rustfmt::skip]
pub const CORRECTIONS: &[Correction] = &[
    Correction {
        file: "ups/rating.yaml",
        schema: "/components/schemas/Shipment_Service/properties/Code",
        member: "/minLength",
        wrong: "a service code has at least three characters",
        evidence: "every value it lists has two characters (01, 03, 11); \
                   RatedShipment_Service says 1 to 3",
        right: "1",
        witness: r#""03""#,
    },
    Correction {
        file: "ups/rating.yaml",
        schema: "/paths/~1rating~1{version}~1{requestoption}/post/parameters/4/schema",
        member: "/maxLength",
        wrong: "a request option has at most ten characters",
        evidence: "its own list of valid values holds Ratetimeintransit and Shoptimeintransit",
        right: "17",
        witness: r#""Shoptimeintransit""#,
    },
    Correction {
        file: "ups/shipping.detab.yaml",
        schema: "/components/schemas/ShipmentResults_BillingWeight/properties/Weight",
        member: "/minLength",
        wrong: "a billing weight has exactly eight characters",
        evidence: "the same element has one to five in ups/rating.yaml",
        right: "1",
        witness: r#""12.5""#,
    },
    Correction {
        file: "ups/shipping.detab.yaml",
        schema: "/components/schemas/LabelRecoveryRequest",
        member: "/required",
        wrong: "TrackingNumbers and ReferenceValues are both required, always",
        evidence: "TrackingNumbers is said to be a list of Roadie numbers, and its own standard \
                   example holds TrackingNumber alone",
        right: r#"["Request"]"#,
        witness: r#"{"Request": {}, "TrackingNumber": "1Z12345E8791315509"}"#,
    },
    Correction {
        file: "ups/shipping.detab.yaml",
        schema: "/components/schemas/LabelRecovery_LabelSpecification_LabelImageFormat\
                 /properties/Code",
        member: "/minLength",
        wrong: "an image format asked for has exactly four characters",
        evidence: "the values it lists are GIF, PDF, ZPL, EPL and SPL",
        right: "3",
        witness: r#""GIF""#,
    },
    Correction {
        file: "ups/shipping.detab.yaml",
        schema: "/components/schemas/LabelImage_LabelImageFormat/properties/Code",
        member: "/minLength",
        wrong: "an image format answered has exactly four characters",
        evidence: "it says that the value is GIF or PDF",
        right: "3",
        witness: r#""GIF""#,
    },
    Correction {
        file: "ups/pickup.yaml",
        schema: "/components/schemas/PickupCreationRequest_PickupDateInfo/properties/PickupDate",
        member: "/maxLength",
        wrong: "a date has exactly four characters",
        evidence: "it is said to be yyyyMMdd; the same element has eight in the request for a rate",
        right: "8",
        witness: r#""20261130""#,
    },
    Correction {
        file: "ups/pickup.yaml",
        schema: "/components/schemas/PickupCreationResponse_RateResult\
                 /properties/GrandTotalOfAllCharge",
        member: "/minLength",
        wrong: "a sum has exactly eight characters",
        evidence: "the same answer has two to eight for GrandTotalOfAllIncentedCharge, and its own \
                   example has fewer than eight",
        right: "1",
        witness: r#""10.95""#,
    },
    Correction {
        file: "ups/pickup.yaml",
        schema: "/components/schemas/PickupRateResponse_RateResult\
                 /properties/GrandTotalOfAllCharge",
        member: "/minLength",
        wrong: "a sum has exactly eight characters",
        evidence: "the same answer has two to eight for GrandTotalOfAllIncentedCharge",
        right: "1",
        witness: r#""10.95""#,
    },
    Correction {
        file: "ups/pickup.yaml",
        schema: "/components/schemas/RateResult_ChargeDetail/properties/ChargeAmount",
        member: "/minLength",
        wrong: "a charge has exactly eight characters",
        evidence: "the sum of the charges beside it has two to eight",
        right: "1",
        witness: r#""10.95""#,
    },
    Correction {
        file: "ups/pickup.yaml",
        schema: "/components/schemas/PickupRateRequest/properties/ServiceDateOption",
        member: "/maxLength",
        wrong: "the option has one character",
        evidence: "the values it lists are 01, 02 and 03, and its own example holds 02",
        right: "2",
        witness: r#""02""#,
    },
    Correction {
        file: "ups/pickup.yaml",
        schema: "/components/schemas/PickupCreationRequest_TotalWeight/properties/Weight",
        member: "/minLength",
        wrong: "a weight has exactly six characters",
        evidence: "its own examples hold 10.9 and 5.5",
        right: "1",
        witness: r#""5.5""#,
    },
    counted("/components/schemas/Request_ShipmentItems/properties/priceEach"),
    counted("/components/schemas/Request_ShipmentItems/properties/quantity"),
    counted("/components/schemas/brokerageFeeItems/properties/chargeAmount"),
    counted("/components/schemas/Response_ShipmentItems/properties/commodityDuty"),
    counted("/components/schemas/Response_ShipmentItems/properties/commodityVAT"),
    counted("/components/schemas/Response_ShipmentItems/properties/totalCommodityDutyAndTax"),
    counted(
        "/components/schemas/LandedCostResponse/properties/shipment/properties/totalBrokerageFees",
    ),
    counted("/components/schemas/LandedCostResponse/properties/shipment/properties/totalDuties"),
    counted(
        "/components/schemas/LandedCostResponse/properties/shipment/properties/totalCommodityLevelTaxesAndFees",
    ),
    counted(
        "/components/schemas/LandedCostResponse/properties/shipment/properties/totalShipmentLevelTaxesAndFees",
    ),
    counted("/components/schemas/LandedCostResponse/properties/shipment/properties/totalVAT"),
    counted(
        "/components/schemas/LandedCostResponse/properties/shipment/properties/totalDutyAndTax",
    ),
    counted("/components/schemas/LandedCostResponse/properties/shipment/properties/grandTotal"),
    Correction {
        file: "fedex/rate-portal-bundle.json",
        schema: "/components/schemas/body",
        member: "/oneOf",
        wrong: "a request is exactly one of the full schema and the types of sample payloads, of \
                which nearly all hold for any object",
        evidence: "the samples are payloads, not types; Full_Schema_Quote_Rate is the one that \
                   names every member",
        right: r##"[{"$ref": "#/components/schemas/Full_Schema_Quote_Rate"}]"##,
        witness: r#"{
            "accountNumber": {"value": "740561073"},
            "requestedShipment": {
                "shipper": {"address": {"postalCode": "65247", "countryCode": "US"}},
                "recipient": {"address": {"postalCode": "75063", "countryCode": "US"}},
                "pickupType": "DROPOFF_AT_FEDEX_LOCATION",
                "requestedPackageLineItems": [{"weight": {"units": "LB", "value": 10}}]
            }
        }"#,
    },
    Correction {
        file: "fedex/address-validation.json",
        schema: "/components/schemas/body",
        member: "/oneOf",
        wrong: "a request is exactly one of the full schema and the types of sample payloads, of \
                which all hold for any object",
        evidence: "the samples are payloads, not types; Full_Schema_Validate_Address is the one \
                   that names every member",
        right: r##"[{"$ref": "#/components/schemas/Full_Schema_Validate_Address"}]"##,
        witness: r#"{"addressesToValidate": [{"address": {
            "streetLines": ["7372 PARKRIDGE BLVD", "APT 286"], "city": "IRVING",
            "stateOrProvinceCode": "TX", "postalCode": "75063-8659", "countryCode": "US"
        }}]}"#,
    },
    Correction {
        file: "fedex/track-portal-bundle.json",
        schema: "/components/schemas/ReferenceInformation",
        member: "/required",
        wrong: "the days of shipping are required, the last one as shipDateEndDate",
        evidence: "it says itself which days are taken when they are not present, and its samples \
                   call the last one shipDateEnd",
        right: r#"["value"]"#,
        witness: r#"{"value": "11716439", "accountNumber": "740561073"}"#,
    },
    Correction {
        file: "fedex/postal-code-validation.json",
        schema: "/paths/~1country~1v1~1postal~1validate/post/requestBody/content\
                 /application~1json/schema",
        member: "/oneOf",
        wrong: "a request is exactly one of the full schema and the type of a sample payload; \
                both hold for a complete request",
        evidence: "the sample is a payload, not a type; FullSchema-ValidatePostal is the one that \
                   names every member",
        right: r##"[{"$ref": "#/components/schemas/FullSchema-ValidatePostal"}]"##,
        witness: r#"{
            "carrierCode": "FDXE", "countryCode": "US", "stateOrProvinceCode": "TX",
            "postalCode": "75063-8659", "shipDate": "2019-10-04"
        }"#,
    },
    Correction {
        file: "fedex/pickup-portal-bundle.json",
        schema: "/components/schemas/body_1",
        member: "/oneOf",
        wrong: "a question for a pickup is exactly one of the full schema and the types of sample \
                payloads, of which several hold at once",
        evidence: "the samples are payloads, not types; Full_Schema_Pickup_Availability is the one \
                   that names every member",
        right: r##"[{"$ref": "#/components/schemas/Full_Schema_Pickup_Availability"}]"##,
        witness: r#"{
            "pickupAddress": {"postalCode": "38017", "countryCode": "US"},
            "pickupRequestType": ["FUTURE_DAY"], "carriers": ["FDXE"],
            "countryRelationship": "DOMESTIC"
        }"#,
    },
    Correction {
        file: "fedex/pickup-portal-bundle.json",
        schema: "/components/schemas/body",
        member: "/oneOf",
        wrong: "a pickup is exactly one of the full schema and the types of sample payloads, of \
                which several hold at once",
        evidence: "the samples are payloads, not types; Full_Schema_Create_Pickup is the one that \
                   names every member",
        right: r##"[{"$ref": "#/components/schemas/Full_Schema_Create_Pickup"}]"##,
        witness: r#"{
            "associatedAccountNumber": {"value": "740561073"}, "carrierCode": "FDXE",
            "originDetail": {
                "pickupLocation": {
                    "contact": {"personName": "John Taylor", "phoneNumber": "9012633035"},
                    "address": {
                        "streetLines": ["10 FedEx Parkway"], "city": "Memphis",
                        "stateOrProvinceCode": "TN", "postalCode": "38017", "countryCode": "US"
                    }
                },
                "readyDateTimestamp": "2020-07-03T11:00:00Z", "customerCloseTime": "18:00:00"
            }
        }"#,
    },
    Correction {
        file: "fedex/pickup-portal-bundle.json",
        schema: "/components/schemas/body_2",
        member: "/oneOf",
        wrong: "a cancelled pickup is exactly one of the full schema and the types of sample \
                payloads, of which several hold at once",
        evidence: "the samples are payloads, not types; Full_Schema_Cancel_Pickup is the one that \
                   names every member",
        right: r##"[{"$ref": "#/components/schemas/Full_Schema_Cancel_Pickup"}]"##,
        witness: r#"{
            "associatedAccountNumber": {"value": "740561073"}, "pickupConfirmationCode": "7",
            "carrierCode": "FDXE", "scheduledDate": "2019-10-15", "location": "LOSA"
        }"#,
    },
    Correction {
        file: "fedex/ground-end-of-day-close.json",
        schema: "/components/schemas/v1_endofday_body",
        member: "/oneOf",
        wrong: "a close is exactly one of the full schema and the type of a sample payload, which \
                both hold for any object",
        evidence: "the sample is a payload, not a type; FullSchema_GEOD_PUT is the one that names \
                   every member",
        right: r##"[{"$ref": "#/components/schemas/FullSchema_GEOD_PUT"}]"##,
        witness: r#"{
            "closeReqType": "GCDR", "accountNumber": {"value": "740561073"},
            "groundServiceCategory": "GROUND", "closeDate": "2020-05-05"
        }"#,
    },
    Correction {
        file: "fedex/ground-end-of-day-close.json",
        schema: "/components/schemas/v1_endofday_body_1",
        member: "/oneOf",
        wrong: "a reprint is exactly one of the full schema and the type of a sample payload; \
                both hold for any object",
        evidence: "the sample is a payload, not a type; FullSchema_Reprint_POST is the one that \
                   names every member",
        right: r##"[{"$ref": "#/components/schemas/FullSchema_Reprint_POST"}]"##,
        witness: r#"{
            "closeReqType": "RGCDR", "accountNumber": {"value": "740561073"},
            "groundServiceCategory": "GROUND", "closeDate": "2020-05-05",
            "reprintOption": "BY_SHIP_DATE"
        }"#,
    },
    Correction {
        file: "dhl/express-mydhl-3.3.1.detab.yaml",
        schema: "/components/schemas/supermodelIoLogisticsExpressImageUploadRequest",
        member: "/required",
        wrong: "shipmentTrackingNumber is required and, not being described, not permitted",
        evidence: "the number stands in the path; the object has no such property and no others",
        right: r#"["originalPlannedShippingDate", "accounts", "productCode", "documentImages"]"#,
        witness: r#"{
            "originalPlannedShippingDate": "2026-11-24", "productCode": "P",
            "accounts": [{"typeCode": "shipper", "number": "123456789"}],
            "documentImages": [{"typeCode": "INV", "imageFormat": "PDF", "content": "JVBERg=="}]
        }"#,
    },
    Correction {
        file: "usps/international-labels.yaml",
        schema: "/components/schemas/InternationalPackageDescription/allOf/1",
        member: "/additionalProperties",
        wrong: "weight and size are required, and at the same time not allowed, because the part \
                beside it names them",
        evidence: "its own list of required members, and its examples",
        right: "true",
        witness: r#"{
            "mailClass": "PRIORITY_MAIL_INTERNATIONAL", "processingCategory": "MACHINABLE",
            "destinationEntryFacilityType": "NONE", "mailingDate": "2026-01-06",
            "weight": 4, "length": 12, "width": 10, "height": 5
        }"#,
    },
    Correction {
        file: "usps/international-labels.yaml",
        schema: "/components/schemas/InternationalCustomsForm",
        member: "/additionalProperties",
        wrong: "no member at all is allowed, because it names none itself and its parts do",
        evidence: "its parts require AESITN, contents and customsContentType",
        right: "true",
        witness: r#"{
            "AESITN": "NO EEI 30.37(a)", "customsContentType": "MERCHANDISE",
            "contents": [{
                "itemDescription": "wrench", "itemQuantity": 1, "itemTotalValue": 9.5,
                "itemTotalWeight": 1, "countryofOrigin": "US"
            }]
        }"#,
    },
    Correction {
        file: "usps/international-labels.yaml",
        schema: "/components/schemas/InternationalShippingContents",
        member: "/additionalProperties",
        wrong: "no member at all is allowed, because it names none itself and its parts do",
        evidence: "its parts require countryofOrigin, itemDescription and itemQuantity",
        right: "true",
        witness: r#"{
            "itemDescription": "wrench", "itemQuantity": 1, "itemTotalValue": 9.5,
            "itemTotalWeight": 1, "countryofOrigin": "US"
        }"#,
    },
    Correction {
        file: "usps/carrier-pickup.yaml",
        schema: "/components/schemas/PickupAddress",
        member: "/additionalProperties",
        wrong: "no member at all is allowed, because it names none itself and its parts do",
        evidence: "it requires contact, and its parts require names and an address",
        right: "true",
        witness: r#"{
            "firstName": "Ann", "lastName": "Lee",
            "address": {"streetAddress": "1 Padonia Rd", "ZIPCode": "21093"},
            "contact": [{"email": "ann@acme.example"}]
        }"#,
    },
    Correction {
        file: "usps/carrier-pickup.yaml",
        schema: "/components/schemas/NotificationMethod",
        member: "/oneOf",
        wrong: "a contact is either an e-mail address or a telephone number, though each of the \
                two types holds for any object",
        evidence: "its examples hold objects with an email alone",
        right: r##"[{"anyOf": [
            {"$ref": "#/components/schemas/EmailNotification"},
            {"$ref": "#/components/schemas/SMSNotification"}
        ]}]"##,
        witness: r#"{"email": "ann@acme.example"}"#,
    },
    Correction {
        file: "usps/tracking.yaml",
        schema: "/paths/~1tracking~1{trackingNumber}/get/responses/200/content\
                 /application~1json/schema",
        member: "/oneOf",
        wrong: "an answer is either a summary or details, though the details require nothing and \
                allow everything, so that each summary is both",
        evidence: "its parameter expand says that a summary is answered unless details are asked",
        right: r##"[{"anyOf": [
            {"$ref": "#/components/schemas/TrackingSummary"},
            {"$ref": "#/components/schemas/TrackingDetails"}
        ]}]"##,
        witness: r#"{
            "trackingNumber": "9205590312345600000012",
            "eventSummaries": ["Out for Delivery, January 8, 2026, 8:10 am, DALLAS, TX 75201"]
        }"#,
    },
    Correction {
        file: "dhl/parcel-de-pickup.yaml",
        schema: "/components/schemas/PickupDetails",
        member: "/properties/pickupDate/oneOf/1",
        wrong: "a pickup on a day is one as soon as possible, too, because that requires a type \
                and nothing more",
        evidence: "its own discriminator tells the two by the types Date and ASAP",
        right: r##"{"allOf": [
            {"$ref": "#/components/schemas/PickupASAP"},
            {"properties": {"type": {"enum": ["ASAP"]}}}
        ]}"##,
        witness: r#"{"pickupDate": {"type": "Date", "value": "2026-11-30"}}"#,
    },
    Correction {
        file: "dhl/parcel-de-pickup.yaml",
        schema: "/components/schemas/OrderResponse",
        member: "/properties/confirmation/oneOf/1",
        wrong: "an order is a validation, too, because that has fewer members and allows others",
        evidence: "its own discriminator tells the two by the types ORDERPICKUP and VALIDATION",
        right: r##"{"allOf": [
            {"$ref": "#/components/schemas/ValideOrderResponse"},
            {"properties": {"type": {"enum": ["VALIDATION"]}}}
        ]}"##,
        witness: r#"{"confirmation": {"type": "ORDERPICKUP", "value": {
            "orderID": "0123456789abcdef0123456789abcdef", "pickupDate": "2026-11-30",
            "freeOfCharge": true, "pickupType": "BDA", "confirmedShipments": []
        }}}"#,
    },
];

/// The rows of one description.
pub fn of(file: &str) -> impl Iterator<Item = &'static Correction> {
    CORRECTIONS.iter().filter(move |row| row.file == file)
}
