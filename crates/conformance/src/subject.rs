//! What a carrier's adapter tells the suite about itself.

use parcelgate_carrier::{Carrier, Connect};
use parcelgate_domain::ServiceCode;
use serde_json::Value;

/// An adapter under test, and what the suite must know to ask it sensible things.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// How an account becomes a carrier: the adapter's own `connect`.
    pub connect: Connect,
    /// The settings of one account, as JSON. Every secret in it begins with [`SENTINEL`].
    pub settings: &'static str,
    /// The folder of fixtures: `concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures")`.
    pub fixtures: &'static str,
    /// The ways it serves, the most ordinary one first.
    pub lanes: &'static [Served],
    /// At least three tracking numbers of the carrier's own making.
    pub numbers: &'static [&'static str],
    /// The number by which the carrier knows the shipment that the cases void and find.
    pub carrier_number: &'static str,
    /// The service of the label for the way back, for a carrier that has returns.
    pub return_service: &'static str,
    /// The number of the pickup that the cases cancel, and the depot it is ordered from; empty for
    /// a carrier without.
    pub pickup: (&'static str, &'static str),
    /// Which requests which official description speaks of; empty where there is none.
    pub descriptions: &'static [Description],
}

/// How every secret in [`Subject::settings`] begins, so that the suite knows it when it sees it.
pub const SENTINEL: &str = "sentinel-";

/// A way that the carrier serves, with the service that the cases buy on it.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// From where to where.
    pub lane: Lane,
    /// The carrier's code of the service.
    pub service: &'static str,
}

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Columbus, Ohio, to Los Angeles.
    UsDomestic,
    /// Columbus, Ohio, to London, with customs.
    UsToGb,
    /// Shenzhen to Los Angeles, duties paid.
    CnToUs,
    /// Shenzhen to London.
    CnToGb,
    /// Shenzhen to Berlin, with an IOSS number.
    CnToDe,
    /// Shenzhen to Tokyo, declared in yen.
    CnToJp,
    /// Leipzig to Berlin.
    DeDomestic,
    /// Leipzig to Los Angeles, declared in euro, duties paid by the recipient.
    DeToUs,
}

impl Lane {
    /// Every lane with its name.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::UsDomestic, "us_domestic"),
        (Self::UsToGb, "us_to_gb"),
        (Self::CnToUs, "cn_to_us"),
        (Self::CnToGb, "cn_to_gb"),
        (Self::CnToDe, "cn_to_de"),
        (Self::CnToJp, "cn_to_jp"),
        (Self::DeDomestic, "de_domestic"),
        (Self::DeToUs, "de_to_us"),
    ];

    /// Its name in the names of cases.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(lane, _)| *lane == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether customs is asked.
    pub(crate) fn crosses_a_border(self) -> bool {
        !matches!(self, Self::UsDomestic | Self::DeDomestic)
    }
}

/// Which description speaks of the requests to a host whose path begins like this. The longest fit
/// counts.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// The host, by its name in the adapter.
    pub host: &'static str,
    /// How the path begins.
    pub path: &'static str,
    /// The description, relative to the folder of descriptions: `ups/rating.yaml`. Empty where the
    /// carrier publishes none of these requests.
    pub file: &'static str,
}

impl Subject {
    /// The carrier, with the members of `changes` in place of those in its settings.
    pub(crate) fn carrier(&self, changes: Option<&Value>) -> Result<Box<dyn Carrier>, String> {
        let mut settings = self.settings()?;
        if let (Value::Object(settings), Some(Value::Object(changes))) = (&mut settings, changes) {
            settings.extend(changes.clone());
        }
        (self.connect)(settings).map_err(|error| error.to_string())
    }

    /// The settings, read.
    pub(crate) fn settings(&self) -> Result<Value, String> {
        serde_json::from_str(self.settings).map_err(|error| format!("Subject::settings: {error}"))
    }

    /// The service that is bought on the most ordinary lane.
    pub(crate) fn service(&self) -> ServiceCode {
        ServiceCode::new(self.lanes.first().map_or("", |served| served.service))
    }
}
