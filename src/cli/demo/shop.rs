//! One order at the counter: quoted by every carrier, bought from the best, its label written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use jiff::civil::Date;
use parcelgate_clock::{instant, sleep};
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    CreateTrackerRequest, GetLabelRequest, GetShipmentRequest, LabelFormat, PurchaseLabelRequest,
    QuoteRatesRequest, QuoteRatesResponse, Shipment, ShipmentSpec,
};
use tonic::Status;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use super::catalogue::Warehouses;
use super::choice::{self, Candidate};
use super::consignment;
use super::orders::Order;
use super::rule::Rule;
use crate::cli::connect::Gate;
use crate::cli::show;

/// How long a purchase in doubt is waited for, and how often it is looked at.
const DOUBT_MAX: Duration = Duration::from_secs(20);
const DOUBT_PAUSE: Duration = Duration::from_millis(50);
/// How many are asked in turn when one after the other refuses.
const TRIES_MAX: usize = 8;
/// Reasons which say for certain that nothing was bought and this carrier will not have it.
const REFUSALS: [&str; 3] = ["CARRIER_REFUSED", "INVALID_FOR_CARRIER", "UNSUPPORTED"];

/// The counter.
#[derive(Debug)]
pub(crate) struct Shop {
    /// The gateway.
    pub(crate) gate: Gate,
    /// Where goods come from.
    pub(crate) warehouses: Warehouses,
    /// Where labels go.
    pub(crate) labels: PathBuf,
    /// The day of hand-over.
    pub(crate) ship_on: Date,
}

/// An order with the carriers' offers.
#[derive(Debug)]
pub(crate) struct Quoted {
    order: Order,
    spec: ShipmentSpec,
    offers: anyhow::Result<QuoteRatesResponse>,
}

/// What became of one order at the counter.
#[derive(Debug)]
pub(crate) struct Sale {
    /// The order.
    pub(crate) order: Order,
    /// What the carriers offered.
    pub(crate) offers: QuoteRatesResponse,
    /// Who was asked first and would not have it, and why.
    pub(crate) refused: Vec<String>,
    /// How it ended.
    pub(crate) outcome: Outcome,
}

/// How a sale ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// With a label.
    Bought(Bought),
    /// Not yet: the carrier is still at work on it. Nothing else may be bought for this order.
    Pending(Pending),
    /// Without anything.
    Failed(anyhow::Error),
}

/// A label that was bought and written.
#[derive(Debug)]
pub(crate) struct Bought {
    /// What was chosen.
    pub(crate) chosen: Candidate,
    /// Whether somebody else would have been chosen without the shop's rule.
    pub(crate) by_rule: bool,
    /// The shipment.
    pub(crate) shipment: Shipment,
    /// The number of its parcel.
    pub(crate) tracking_number: String,
    /// trackers/{tracker}
    pub(crate) tracker: String,
    /// The label.
    pub(crate) label: PathBuf,
}

/// A purchase that the carrier has not finished.
#[derive(Debug)]
pub(crate) struct Pending {
    /// What was chosen.
    pub(crate) chosen: Candidate,
    /// See [`Bought::by_rule`].
    pub(crate) by_rule: bool,
    /// Where it stands.
    pub(crate) shipment: Shipment,
}

impl Sale {
    /// What was bought.
    pub(crate) const fn bought(&self) -> Option<&Bought> {
        match &self.outcome {
            Outcome::Bought(bought) => Some(bought),
            Outcome::Pending(_) | Outcome::Failed(_) => None,
        }
    }
}

impl Shop {
    /// Asks everybody for a price. A failure is part of the sale.
    pub(crate) async fn quote(&self, order: Order) -> Quoted {
        let spec = consignment::of(&order, &self.warehouses, self.ship_on);
        let asked = spec.clone();
        let request = QuoteRatesRequest {
            ship_from: asked.ship_from.into_iter().collect(),
            ship_to: asked.ship_to,
            parcels: asked.parcels,
            customs: asked.customs,
            ship_date: asked.ship_date,
            currency: "USD".to_owned(),
            deliver_by: Some(show::proto_date(order.deliver_by)),
            ..QuoteRatesRequest::default()
        };
        let reply = self.gate.rates().quote_rates(self.gate.ask(request)).await;
        let offers = reply.context("no prices").map(tonic::Response::into_inner);
        Quoted {
            order,
            spec,
            offers,
        }
    }

    /// Buys from the best, or from the next when that one will not have it.
    pub(crate) async fn sell(&self, quoted: Quoted) -> Sale {
        let (order, mut refused) = (quoted.order, Vec::new());
        match quoted.offers {
            Err(error) => Sale {
                order,
                offers: QuoteRatesResponse::default(),
                refused,
                outcome: Outcome::Failed(error),
            },
            Ok(offers) => {
                let bought = self.buy(&order, &quoted.spec, &offers, &mut refused).await;
                Sale {
                    order,
                    offers,
                    refused,
                    outcome: bought.unwrap_or_else(Outcome::Failed),
                }
            }
        }
    }

    async fn buy(
        &self,
        order: &Order,
        spec: &ShipmentSpec,
        offers: &QuoteRatesResponse,
        refused: &mut Vec<String>,
    ) -> anyhow::Result<Outcome> {
        let open = Rule::default();
        let ranked = |rule| choice::ranked(&offers.quotes, rule, self.ship_on, order.deliver_by);
        let best = ranked(&open).into_iter().next();
        let best = best.and_then(|best| best.quote);
        let by_rule = best.is_none_or(|best| !order.rule.allows(&best));
        for chosen in ranked(&order.rule).into_iter().take(TRIES_MAX) {
            match self.purchase(&chosen, spec.clone()).await {
                Ok(shipment) if is_in_doubt(shipment.state()) => {
                    return Ok(Outcome::Pending(Pending {
                        chosen,
                        by_rule,
                        shipment,
                    }));
                }
                Ok(shipment) => {
                    let bought = self.take(order, chosen, by_rule, shipment).await?;
                    return Ok(Outcome::Bought(bought));
                }
                Err(status) if is_refusal(&status) => refused.push(refusal(&chosen, &status)),
                Err(status) => anyhow::bail!("nothing was bought: {}", status.message()),
            }
        }
        anyhow::ensure!(
            !refused.is_empty(),
            "nobody who may carry it offers anything"
        );
        anyhow::bail!("all who were asked refused")
    }

    async fn purchase(
        &self,
        chosen: &Candidate,
        shipment: ShipmentSpec,
    ) -> Result<Shipment, Status> {
        let quote = chosen.quote.as_ref();
        let request = PurchaseLabelRequest {
            request_id: Uuid::now_v7().to_string(),
            shipment: Some(shipment),
            max_total: quote.and_then(|quote| quote.total.clone()),
            label_format: LabelFormat::Pdf.into(),
            selection: Some(chosen.selection.clone()),
            validate_only: false,
            allow_duplicate: false,
        };
        let mut shipments = self.gate.shipments();
        let reply = shipments.purchase_label(self.gate.ask(request)).await;
        reply.map(tonic::Response::into_inner)
    }

    /// The label of a purchase that has come to its end.
    async fn take(
        &self,
        order: &Order,
        chosen: Candidate,
        by_rule: bool,
        shipment: Shipment,
    ) -> anyhow::Result<Bought> {
        let state = shipment.state();
        if state != State::Purchased {
            let own = shipment.failure.unwrap_or_default();
            let said = [own.reason, own.carrier_code, own.carrier_text].join(" ");
            anyhow::bail!("the purchase is {}: {}", show::state(state), said.trim());
        }
        let label = self.write_label(&order.id, &shipment).await?;
        let parcel = shipment.parcels.first();
        let tracking_number = parcel
            .context("the shipment has no parcel")?
            .tracking_number
            .clone();
        // The purchase follows its parcels already; following a number twice is one tracker.
        let request = CreateTrackerRequest {
            tracking_number: tracking_number.clone(),
            carrier: shipment.carrier.clone(),
            request_id: String::new(),
        };
        let mut tracking = self.gate.tracking();
        let tracker = tracking.create_tracker(self.gate.ask(request)).await?;
        Ok(Bought {
            chosen,
            by_rule,
            shipment,
            tracking_number,
            tracker: tracker.into_inner().name,
            label,
        })
    }

    /// Waits until a carrier has finished what it was at work on. A failure is part of the sale.
    pub(crate) async fn finish(&self, order: &Order, pending: Pending) -> Outcome {
        let bought = async {
            let shipment = self.settled(pending.shipment).await?;
            self.take(order, pending.chosen, pending.by_rule, shipment)
                .await
        };
        bought.await.map_or_else(Outcome::Failed, Outcome::Bought)
    }

    /// The shipment once it is known whether it was sold, or when the time is up.
    async fn settled(&self, mut shipment: Shipment) -> anyhow::Result<Shipment> {
        let until = instant() + DOUBT_MAX;
        while is_in_doubt(shipment.state()) && instant() < until {
            sleep(DOUBT_PAUSE).await;
            let request = GetShipmentRequest {
                name: shipment.name,
            };
            let mut shipments = self.gate.shipments();
            let reply = shipments.get_shipment(self.gate.ask(request)).await?;
            shipment = reply.into_inner();
        }
        Ok(shipment)
    }

    async fn write_label(&self, order: &str, shipment: &Shipment) -> anyhow::Result<PathBuf> {
        let request = GetLabelRequest {
            name: shipment.name.clone(),
            parcel_index: 0,
            format: LabelFormat::Pdf.into(),
        };
        let mut shipments = self.gate.shipments();
        let label = shipments.get_label(self.gate.ask(request)).await?;
        let path = self.labels.join(format!("{order}.pdf"));
        write(&path, &label.into_inner().content).await?;
        Ok(path)
    }
}

const fn is_in_doubt(state: State) -> bool {
    matches!(
        state,
        State::Accepted | State::Sending | State::Unknown | State::PurchasedNoLabel
    )
}

fn is_refusal(status: &Status) -> bool {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.as_str());
    reason.is_some_and(|reason| REFUSALS.contains(&reason))
}

/// Who refused, in the carrier's words where it has any.
fn refusal(chosen: &Candidate, status: &Status) -> String {
    let who = chosen.name();
    let details = status.get_error_details();
    let info = details.error_info();
    let own = info.and_then(|info| info.metadata.get("carrier_text"));
    let wrong = details.bad_request().into_iter();
    let mut wrong = wrong
        .flat_map(|bad| &bad.field_violations)
        .map(|found| format!("{}: {}", found.field, found.description));
    let said = own.cloned().or_else(|| wrong.next());
    format!(
        "{who}: {}",
        said.unwrap_or_else(|| status.message().to_owned())
    )
}

async fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    tokio::fs::write(path, bytes)
        .await
        .with_context(|| format!("cannot write {}", path.display()))
}
