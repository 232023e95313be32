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

/// Every correction known.
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
];

/// The rows of one description.
pub fn of(file: &str) -> impl Iterator<Item = &'static Correction> {
    CORRECTIONS.iter().filter(move |row| row.file == file)
}
