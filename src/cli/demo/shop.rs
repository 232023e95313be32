//! One order at the counter: quoted by every carrier, bought from the best, its label written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use jiff::civil::Date;
use parcelgate_clock::{instant, sleep};
use parcelgate_domain::{Address as DomainAddress, Personal};
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::quote::Tag;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    Address, CreateTrackerRequest, Customs, CustomsItem, Dimensions, GetLabelRequest,
    GetShipmentRequest, LabelFormat, Parcel, PurchaseLabelRequest, Quote, QuoteRatesRequest,
    QuoteRatesResponse, Shipment, ShipmentSpec,
};
use uuid::Uuid;

use super::catalogue::Warehouses;
use super::orders::Order;
use crate::cli::connect::Gate;
use crate::cli::show;

/// How long a purchase in doubt is waited for, and how often it is looked at.
const DOUBT_MAX: Duration = Duration::from_secs(20);
const DOUBT_PAUSE: Duration = Duration::from_millis(200);

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
    pub(crate) today: Date,
}

/// What became of one order at the counter.
#[derive(Debug)]
pub(crate) struct Sale {
    /// The order.
    pub(crate) order: Order,
    /// What the carriers offered.
    pub(crate) offers: QuoteRatesResponse,
    /// What was bought, or why nothing was.
    pub(crate) bought: anyhow::Result<Bought>,
}

/// A label that was bought and written.
#[derive(Debug)]
pub(crate) struct Bought {
    /// The offer that was taken.
    pub(crate) quote: Quote,
    /// The shipment.
    pub(crate) shipment: Shipment,
    /// The number of its parcel.
    pub(crate) tracking_number: String,
    /// trackers/{tracker}
    pub(crate) tracker: String,
    /// The label.
    pub(crate) label: PathBuf,
}

impl Shop {
    /// Quotes, buys, writes the label and follows the parcel. A failure is part of the sale.
    pub(crate) async fn sell(&self, order: Order) -> Sale {
        let spec = self.spec(&order);
        match self.quote(&order, spec.clone()).await {
            Err(error) => Sale {
                order,
                offers: QuoteRatesResponse::default(),
                bought: Err(error),
            },
            Ok(offers) => {
                let bought = self.buy(&order, spec, &offers).await;
                Sale {
                    order,
                    offers,
                    bought,
                }
            }
        }
    }

    async fn quote(&self, order: &Order, spec: ShipmentSpec) -> anyhow::Result<QuoteRatesResponse> {
        let request = QuoteRatesRequest {
            ship_from: spec.ship_from.into_iter().collect(),
            ship_to: spec.ship_to,
            parcels: spec.parcels,
            customs: spec.customs,
            ship_date: spec.ship_date,
            currency: "USD".to_owned(),
            deliver_by: Some(show::proto_date(order.deliver_by)),
            ..QuoteRatesRequest::default()
        };
        let reply = self.gate.rates().quote_rates(self.gate.ask(request)).await;
        Ok(reply.context("no prices")?.into_inner())
    }

    async fn buy(
        &self,
        order: &Order,
        spec: ShipmentSpec,
        offers: &QuoteRatesResponse,
    ) -> anyhow::Result<Bought> {
        let quote = best(&offers.quotes)
            .context("no carrier offers anything")?
            .clone();
        let request = PurchaseLabelRequest {
            request_id: Uuid::now_v7().to_string(),
            shipment: Some(spec),
            max_total: quote.total.clone(),
            label_format: LabelFormat::Pdf.into(),
            selection: Some(Selection::Quote(quote.name.clone())),
        };
        let reply = self
            .gate
            .shipments()
            .purchase_label(self.gate.ask(request))
            .await;
        let shipment = self
            .settled(reply.context("nothing was bought")?.into_inner())
            .await?;
        let label = self.write_label(&order.id, &shipment).await?;
        let parcel = shipment
            .parcels
            .first()
            .context("the shipment has no parcel")?;
        // The purchase follows its parcels already; following a number twice is one tracker.
        let request = CreateTrackerRequest {
            tracking_number: parcel.tracking_number.clone(),
            carrier: shipment.carrier.clone(),
            request_id: String::new(),
        };
        let tracker = self
            .gate
            .tracking()
            .create_tracker(self.gate.ask(request))
            .await?
            .into_inner();
        let tracking_number = parcel.tracking_number.clone();
        Ok(Bought {
            quote,
            shipment,
            tracking_number,
            tracker: tracker.name,
            label,
        })
    }

    /// The shipment once it is known whether it was sold.
    async fn settled(&self, mut shipment: Shipment) -> anyhow::Result<Shipment> {
        let until = instant() + DOUBT_MAX;
        loop {
            let state = shipment.state();
            if state == State::Purchased {
                return Ok(shipment);
            }
            let in_doubt = [
                State::Accepted,
                State::Sending,
                State::Unknown,
                State::PurchasedNoLabel,
            ];
            if !in_doubt.contains(&state) || instant() >= until {
                let own = shipment.failure.unwrap_or_default();
                let state = show::state(state);
                let said = [own.reason, own.carrier_code, own.carrier_text].join(" ");
                anyhow::bail!("the purchase is {state}: {}", said.trim());
            }
            sleep(DOUBT_PAUSE).await;
            let request = GetShipmentRequest {
                name: shipment.name,
            };
            shipment = self
                .gate
                .shipments()
                .get_shipment(self.gate.ask(request))
                .await?
                .into_inner();
        }
    }

    async fn write_label(&self, order: &str, shipment: &Shipment) -> anyhow::Result<PathBuf> {
        let request = GetLabelRequest {
            name: shipment.name.clone(),
            parcel_index: 0,
            format: LabelFormat::Pdf.into(),
        };
        let label = self
            .gate
            .shipments()
            .get_label(self.gate.ask(request))
            .await?
            .into_inner();
        let path = self.labels.join(format!("{order}.pdf"));
        write(&path, &label.content).await?;
        Ok(path)
    }

    fn spec(&self, order: &Order) -> ShipmentSpec {
        let from = self
            .warehouses
            .address(order.warehouse())
            .cloned()
            .unwrap_or_default();
        let to = address(&order.to);
        let customs = (from.country != to.country).then(|| self.customs(order));
        ShipmentSpec {
            ship_from: Some(from),
            ship_to: Some(to),
            parcels: vec![Parcel {
                weight_grams: order.weight_grams(),
                size: Some(size(order)),
            }],
            customs,
            ship_date: Some(show::proto_date(self.today)),
            order_number: order.id.clone(),
            sales_platform: "Amazon".to_owned(),
        }
    }

    fn customs(&self, order: &Order) -> Customs {
        let items = order.goods.iter().map(|(product, quantity)| CustomsItem {
            sku: product.sku.clone(),
            description: product.name_en.clone(),
            description_zh: product.name_zh.clone(),
            quantity: *quantity,
            unit_value: Some(show::proto_money(product.value)),
            unit_weight_grams: product.weight_grams,
            hs_code: product.hs_code.clone(),
            origin: product.origin.code().to_owned(),
            battery: product.battery,
        });
        let ioss = if order.to.country.is_in_eu() {
            self.warehouses.ioss()
        } else {
            ""
        };
        Customs {
            items: items.collect(),
            ioss: ioss.to_owned(),
            ..Customs::default()
        }
    }
}

/// The cheapest offer in time, else the fastest, else the cheapest of all.
fn best(quotes: &[Quote]) -> Option<&Quote> {
    let tagged = |tag: Tag| {
        quotes
            .iter()
            .find(|quote| quote.tags().any(|own| own == tag))
    };
    tagged(Tag::BestByDeadline)
        .or_else(|| tagged(Tag::Fastest))
        .or_else(|| quotes.first())
}

/// One box: as long and wide as the largest piece, as high as all of them together.
fn size(order: &Order) -> Dimensions {
    let mut size = Dimensions::default();
    for (product, quantity) in &order.goods {
        size.length_mm = size.length_mm.max(product.size.length_mm);
        size.width_mm = size.width_mm.max(product.size.width_mm);
        let height = product.size.height_mm.saturating_mul(*quantity);
        size.height_mm = size.height_mm.saturating_add(height);
    }
    size
}

fn address(from: &DomainAddress) -> Address {
    let exposed = |text: &Option<Personal>| {
        text.as_ref()
            .map_or_else(String::new, |text| text.expose().to_owned())
    };
    Address {
        name: from.name.expose().to_owned(),
        company: exposed(&from.company),
        lines: from
            .lines
            .iter()
            .map(|line| line.expose().to_owned())
            .collect(),
        city: from.city.clone(),
        region: from.region.clone().unwrap_or_default(),
        postal_code: from.postal_code.clone().unwrap_or_default(),
        country: from.country.code().to_owned(),
        phone: exposed(&from.phone),
        email: exposed(&from.email),
        tax_id: exposed(&from.tax_id),
        residential: from.residential,
    }
}

async fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    tokio::fs::write(path, bytes)
        .await
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(name: &str, tags: &[Tag]) -> Quote {
        let tags = tags.iter().map(|tag| i32::from(*tag)).collect();
        Quote {
            name: name.to_owned(),
            tags,
            ..Quote::default()
        }
    }

    #[test]
    fn the_best_is_in_time_or_else_fast_or_else_cheap() {
        let cheap = quote("cheap", &[Tag::Cheapest]);
        let fast = quote("fast", &[Tag::Fastest, Tag::Pareto]);
        let in_time = quote("in time", &[Tag::BestByDeadline]);
        let name = |quotes: &[Quote]| best(quotes).map(|quote| quote.name.clone());
        assert_eq!(
            name(&[cheap.clone(), fast.clone(), in_time]),
            Some("in time".to_owned())
        );
        assert_eq!(name(&[cheap.clone(), fast]), Some("fast".to_owned()));
        assert_eq!(name(&[cheap]), Some("cheap".to_owned()));
        assert_eq!(name(&[]), None);
    }
}
