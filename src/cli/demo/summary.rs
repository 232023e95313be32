//! What the demo did, in figures: `summary.json` and the table at the end.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use parcelgate_domain::Money;
use parcelgate_proto::v1::TrackingStatus;
use serde::Serialize;
use serde_json::value::RawValue;

use super::confirmed::Confirmed;
use super::shop::{Bought, Sale};
use crate::cli::show;

/// The whole of `summary.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// Orders that could be shipped.
    pub(crate) orders: usize,
    /// Parcels delivered.
    pub(crate) delivered: usize,
    /// Orders whose numbers their shop has recognised.
    pub(crate) confirmed: usize,
    /// What was spent, by carrier.
    pub(crate) carriers: BTreeMap<String, Spent>,
    /// Events that the gateway says were delivered to the webhook.
    pub(crate) webhooks_sent: usize,
    /// Events whose signature the receiver found right.
    pub(crate) webhooks_verified: usize,
    /// How long it took.
    pub(crate) seconds: Box<RawValue>,
    /// Every order.
    pub(crate) parcels: Vec<Line>,
}

/// What was spent with one carrier.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Spent {
    /// Labels bought.
    pub(crate) labels: usize,
    /// Those of them that only the shop's rule gave to this carrier.
    pub(crate) by_rule: usize,
    /// Those of them of which only the contract knows the price.
    pub(crate) unpriced: usize,
    /// The sum in each currency, as a decimal text.
    pub(crate) totals: BTreeMap<String, String>,
}

/// One order.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// Its number.
    pub(crate) order_id: String,
    /// Who carries it.
    pub(crate) carrier: Option<String>,
    /// By which service.
    pub(crate) service: Option<String>,
    /// What it cost: `12.34 USD`; none where only the contract knows.
    pub(crate) price: Option<String>,
    /// Why it was chosen: `cheapest in time`.
    pub(crate) chosen: Option<&'static str>,
    /// Whether somebody else would have been chosen without the shop's rule.
    pub(crate) by_rule: bool,
    /// The number of its parcel.
    pub(crate) tracking_number: Option<String>,
    /// Where the parcel stands; `NOT_BOUGHT` without a label.
    pub(crate) status: String,
    /// How the confirmation in its shop stands: `RECOGNISED`.
    pub(crate) confirmation: Option<String>,
    /// The label, relative to the folder of the summary.
    pub(crate) label: Option<String>,
}

/// Figures that are known only at the end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// See [`Summary::webhooks_sent`].
    pub(crate) webhooks_sent: usize,
    /// See [`Summary::webhooks_verified`].
    pub(crate) webhooks_verified: usize,
    /// See [`Summary::seconds`].
    pub(crate) took: Duration,
}

impl Summary {
    /// Adds everything up.
    ///
    /// # Errors
    /// When money of one carrier does not add up.
    pub(crate) fn of(
        sales: &[Sale],
        (status, confirmed): (impl Fn(&str) -> TrackingStatus, &Confirmed),
        figures: Figures,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let parcels: Vec<Line> = sales
            .iter()
            .map(|sale| Line {
                confirmation: confirmed.state(&sale.order.id),
                ..line(sale, &status, folder)
            })
            .collect();
        let delivered = show::status(TrackingStatus::Delivered);
        let millis = figures.took.as_millis();
        let seconds = format!("{}.{:03}", millis / 1000, millis % 1000);
        Ok(Self {
            orders: sales.len(),
            delivered: parcels
                .iter()
                .filter(|line| line.status == delivered)
                .count(),
            confirmed: confirmed.recognised(),
            carriers: spent(sales)?,
            webhooks_sent: figures.webhooks_sent,
            webhooks_verified: figures.webhooks_verified,
            seconds: RawValue::from_string(seconds)?,
            parcels,
        })
    }

    /// Whether every good order ended with a label, a delivered parcel and a number that its shop
    /// has recognised.
    #[must_use]
    pub(crate) fn is_complete(&self) -> bool {
        self.orders > 0 && self.delivered == self.orders && self.confirmed == self.orders
    }
}

fn line(sale: &Sale, status: impl Fn(&str) -> TrackingStatus, folder: &Path) -> Line {
    let order_id = sale.order.id.clone();
    let Some(bought) = sale.bought() else {
        return Line {
            order_id,
            carrier: None,
            service: None,
            price: None,
            chosen: None,
            by_rule: false,
            tracking_number: None,
            status: "NOT_BOUGHT".to_owned(),
            confirmation: None,
            label: None,
        };
    };
    let label = bought.label.strip_prefix(folder).unwrap_or(&bought.label);
    Line {
        order_id,
        carrier: Some(bought.shipment.carrier.clone()),
        service: Some(bought.shipment.service.clone()),
        price: paid(bought).map(|paid| paid.to_string()),
        chosen: Some(bought.chosen.why.words()),
        by_rule: bought.by_rule,
        tracking_number: Some(bought.tracking_number.clone()),
        status: show::status(status(&bought.tracker)).to_owned(),
        confirmation: None,
        label: Some(label.to_string_lossy().into_owned()),
    }
}

/// What was paid: what the carrier charged where it says so, else what it was quoted at.
fn paid(bought: &Bought) -> Option<Money> {
    let quoted = || bought.chosen.quote.as_ref()?.total.as_ref();
    let charged = bought.shipment.charged.as_ref();
    charged.or_else(quoted).and_then(show::exact)
}

fn spent(sales: &[Sale]) -> anyhow::Result<BTreeMap<String, Spent>> {
    let mut carriers: BTreeMap<String, Spent> = BTreeMap::new();
    let mut totals: BTreeMap<(&str, &str), Money> = BTreeMap::new();
    for bought in sales.iter().filter_map(Sale::bought) {
        let carrier = &bought.shipment.carrier;
        let spent = carriers.entry(carrier.clone()).or_default();
        spent.labels += 1;
        spent.by_rule += usize::from(bought.by_rule);
        let Some(paid) = paid(bought) else {
            spent.unpriced += 1;
            continue;
        };
        let zero = Money::zero(paid.currency());
        let total = totals
            .entry((carrier, paid.currency().code()))
            .or_insert(zero);
        *total = total.checked_add(paid)?;
    }
    for ((carrier, currency), total) in totals {
        if let Some(spent) = carriers.get_mut(carrier) {
            spent.totals.insert(currency.to_owned(), total.to_decimal());
        }
    }
    Ok(carriers)
}
