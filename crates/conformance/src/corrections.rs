//! Where a carrier's description contradicts itself: one row per mistake, nothing wider.
//!
//! No request is exempted as a whole and no keyword is switched off; a row replaces one schema and
//! brings a value that is right by the carrier's own words and that the schema as written refuses.
//! Whoever validates the descriptions also checks that each row is still needed.

/// One mistake of a description, and its correction.
#[derive(Debug, Clone, Copy)]
pub struct Correction {
    /// The description, relative to the folder of descriptions.
    pub file: &'static str,
    /// JSON pointer to the schema that is replaced.
    pub pointer: &'static str,
    /// What is wrong with the schema as written.
    pub wrong: &'static str,
    /// Where the carrier itself says otherwise.
    pub evidence: &'static str,
    /// The corrected schema, as JSON.
    pub right: &'static str,
    /// A right value, as JSON, that the schema as written refuses.
    pub witness: &'static str,
}

/// Every correction known.
pub const CORRECTIONS: &[Correction] = &[
    Correction {
        file: "ups/rating.yaml",
        pointer: "/components/schemas/Shipment_Service/properties/Code",
        wrong: "minLength 3 and maxLength 3",
        evidence: "every value it lists has two characters (01, 03, 11); \
                   RatedShipment_Service says 1 to 3",
        right: r#"{"type": "string", "minLength": 1, "maxLength": 3}"#,
        witness: r#""03""#,
    },
    Correction {
        file: "ups/rating.yaml",
        pointer: "/paths/~1rating~1{version}~1{requestoption}/post/parameters/4/schema",
        wrong: "maxLength 10",
        evidence: "its own list of valid values holds Ratetimeintransit and Shoptimeintransit",
        right: r#"{"type": "string", "maxLength": 17}"#,
        witness: r#""Shoptimeintransit""#,
    },
];

/// The rows of one description.
pub fn of(file: &str) -> impl Iterator<Item = &'static Correction> {
    CORRECTIONS.iter().filter(move |row| row.file == file)
}
