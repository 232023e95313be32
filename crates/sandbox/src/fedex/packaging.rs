//! FedEx's own boxes, and how much goes into them.

/// Name, what it is called, and the most it may weigh in hundredths of a pound; one's own packaging
/// is limited by the service.
#[rustfmt::skip]
const TYPES: &[(&str, &str, Option<u64>)] = &[
    ("YOUR_PACKAGING", "Customer Packaging", None),
    ("FEDEX_ENVELOPE", "FedEx Envelope", Some(100)),
    ("FEDEX_PAK", "FedEx Pak", Some(2_000)),
    ("FEDEX_TUBE", "FedEx Tube", Some(2_000)),
    ("FEDEX_BOX", "FedEx Box", Some(2_000)),
    ("FEDEX_SMALL_BOX", "FedEx Small Box", Some(2_000)),
    ("FEDEX_MEDIUM_BOX", "FedEx Medium Box", Some(2_000)),
    ("FEDEX_LARGE_BOX", "FedEx Large Box", Some(2_000)),
    ("FEDEX_EXTRA_LARGE_BOX", "FedEx Extra Large Box", Some(2_000)),
    ("FEDEX_10KG_BOX", "FedEx 10kg Box", Some(2_205)),
    ("FEDEX_25KG_BOX", "FedEx 25kg Box", Some(5_512)),
];

/// A kind of packaging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packaging {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    /// The most it may weigh, in hundredths of a pound, if the box itself sets a limit.
    pub(crate) heaviest: Option<u64>,
}

impl Packaging {
    pub(crate) fn of(kind: &str) -> Option<Self> {
        let found = TYPES.iter().find(|(known, _, _)| *known == kind);
        found.map(|(kind, name, heaviest)| Self {
            kind,
            name,
            heaviest: *heaviest,
        })
    }

    /// Whether it is the sender's own: all that Ground takes.
    pub(crate) fn is_own(self) -> bool {
        self.kind == "YOUR_PACKAGING"
    }
}
