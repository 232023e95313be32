//! RateService.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use jiff::civil;
use jiff::tz::TimeZone;
use parcelgate_clock::SharedClock;
use parcelgate_proto::v1;
use parcelgate_proto::v1::rate_service_server::RateService;
use tonic::{Request, Response, Status};

use super::door::Door;
use super::{read, write};
use crate::service::papers::Papers;
use crate::service::rates::{RateRequest, Rates};
use crate::service::{Fault, Scope};

pub(super) struct RateApi {
    pub(super) door: Door,
    pub(super) rates: Arc<Rates>,
    pub(super) papers: Papers,
    pub(super) clock: SharedClock,
}

/// The day it is for a request that names none.
pub(super) fn today(clock: &SharedClock) -> civil::Date {
    clock.now().to_zoned(TimeZone::UTC).date()
}

impl RateApi {
    /// A question for prices, in which everything that is named is there.
    pub(super) fn read(&self, asked: &v1::QuoteRatesRequest) -> Result<RateRequest, Fault> {
        let unknown = self.rates.unknown(&asked.carriers, &asked.accounts);
        read::quote(asked, today(&self.clock), unknown)
    }
}

#[tonic::async_trait]
impl RateService for RateApi {
    async fn quote_rates(
        &self,
        request: Request<v1::QuoteRatesRequest>,
    ) -> Result<Response<v1::QuoteRatesResponse>, Status> {
        let caller = self
            .door
            .admit(request.metadata(), Scope::RatesRead)
            .await?;
        let sheet = self.answer(&caller, request.get_ref()).await?;
        Ok(Response::new(write::sheet(&sheet)))
    }

    type StreamRatesStream = BoxStream<'static, Result<v1::StreamRatesResponse, Status>>;

    async fn stream_rates(
        &self,
        request: Request<v1::QuoteRatesRequest>,
    ) -> Result<Response<Self::StreamRatesStream>, Status> {
        use v1::stream_rates_response::Step;
        let caller = self
            .door
            .admit(request.metadata(), Scope::RatesRead)
            .await?;
        let wanted = self.read(request.get_ref())?;
        let asked = self.rates.ask_all(&caller, &wanted);
        let rates = Arc::clone(&self.rates);
        let begun = (Some(asked), Vec::new());
        let steps = futures::stream::unfold(begun, move |(asked, mut answers)| {
            let (rates, caller, wanted) = (Arc::clone(&rates), caller.clone(), wanted.clone());
            async move {
                let mut asked = asked?;
                let step = match asked.next().await {
                    Some(answer) => {
                        let step = Step::Answer(write::account_answer(&answer));
                        answers.push(answer);
                        return Some((step, (Some(asked), answers)));
                    }
                    None => Step::Summary(write::sheet(&rates.sheet(&caller, &wanted, answers))),
                };
                Some((step, (None, Vec::new())))
            }
        });
        let replies = steps.map(|step| Ok(v1::StreamRatesResponse { step: Some(step) }));
        Ok(Response::new(replies.boxed()))
    }

    async fn get_quote(
        &self,
        request: Request<v1::GetQuoteRequest>,
    ) -> Result<Response<v1::Quote>, Status> {
        let caller = self
            .door
            .admit(request.metadata(), Scope::RatesRead)
            .await?;
        let id = read::resource(&request.get_ref().name, "quotes", "name")?;
        Ok(Response::new(write::quote(
            &self.rates.offer(&caller, &id).await?,
        )))
    }

    async fn estimate_landed_cost(
        &self,
        request: Request<v1::EstimateLandedCostRequest>,
    ) -> Result<Response<v1::LandedCost>, Status> {
        let caller = self
            .door
            .admit(request.metadata(), Scope::RatesRead)
            .await?;
        let request = request.get_ref();
        let ask = read::landed_cost(request, today(&self.clock))?;
        let account = Some(request.account.as_str()).filter(|account| !account.is_empty());
        let (account, cost) = self.papers.landed_cost(&caller, account, &ask).await?;
        Ok(Response::new(v1::LandedCost {
            carrier: account.carrier_id().to_string(),
            account: account.id.to_string(),
            total: Some(write::money(cost.total)),
            charges: cost.charges.iter().map(write::charge).collect(),
        }))
    }
}
