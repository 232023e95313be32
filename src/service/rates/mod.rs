//! Prices of every account beside each other, by the caller's deadline.

mod answers;
mod compare;
mod exchange;
mod offer;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use jiff::{Timestamp, civil};
use parcelgate_carrier::{Locality, RateAsk};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{Address, Currency, Customs, Options, Parcel, Violations};
use parcelgate_store::{QuoteId, QuoteRecord, Store};
use sha2::{Digest, Sha256};

pub use answers::Answers;
pub(crate) use compare::arrival;
pub use exchange::{Exchange, ExchangeTable};
pub use offer::{Offer, Tag};

use super::{Account, Accounts, Caller, Fault};
use crate::config::RatesConfig;

/// What is to be quoted.
#[derive(Debug, Clone)]
pub struct RateRequest {
    /// Where it could be handed over; at least one.
    pub origins: Vec<Address>,
    /// Where it goes.
    pub to: Address,
    /// The boxes.
    pub parcels: Vec<Parcel>,
    /// What is inside.
    pub customs: Option<Customs>,
    /// The day it is handed over.
    pub ship_on: civil::Date,
    /// Also show prices in this currency.
    pub currency: Option<Currency>,
    /// Only these carriers; all when empty.
    pub carriers: Vec<String>,
    /// Only these accounts; all when empty.
    pub accounts: Vec<String>,
    /// The day by which it must arrive.
    pub deliver_by: Option<civil::Date>,
    /// Extras that the price is to include.
    pub options: Options,
}

/// What one account answered for one origin.
#[derive(Debug, Clone)]
pub struct AccountAnswer {
    /// Which account.
    pub account: Arc<Account>,
    /// Its offers, or why it has none.
    pub outcome: Result<Vec<Offer>, Arc<parcelgate_carrier::Error>>,
}

/// All answers.
#[derive(Debug, Clone, Default)]
pub struct RateSheet {
    /// The offers, the cheapest first.
    pub offers: Vec<Offer>,
    /// Why an account offers nothing.
    pub failures: Vec<(Arc<Account>, Arc<parcelgate_carrier::Error>)>,
}

/// Asks for prices.
#[derive(Debug)]
pub struct Rates {
    accounts: Arc<Accounts>,
    answers: Answers,
    exchange: Exchange,
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: RatesConfig,
}

impl Rates {
    /// Over these accounts; prices are converted and compared by `exchange`.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        store: Arc<dyn Store>,
        clock: SharedClock,
        config: RatesConfig,
        exchange: Exchange,
    ) -> Self {
        let answers = Answers::new(&config);
        Self {
            accounts,
            answers,
            exchange,
            store,
            clock,
            config,
        }
    }

    /// What every account offers, with what has arrived when the caller's time is nearly up.
    pub async fn quote(&self, caller: &Caller, request: &RateRequest) -> RateSheet {
        let mut asked = self.ask_all(caller, request);
        let mut answers = Vec::new();
        while let Some(answer) = asked.next().await {
            answers.push(answer);
        }
        self.sheet(caller, request, answers)
    }

    /// One future for each account and origin. Each is ready by the caller's deadline.
    pub fn ask_all(
        &self,
        caller: &Caller,
        request: &RateRequest,
    ) -> FuturesUnordered<impl Future<Output = AccountAnswer> + use<>> {
        let accounts = self.asked(request);
        let reply_by = caller.reply_by(Duration::from_millis(self.config.margin_ms));
        let exchange = self.exchange.now();
        let now = self.clock.now();
        let expires_at = whole_seconds(now + Duration::from_secs(self.config.quote_s));
        let all = FuturesUnordered::new();
        for (index, origin) in request.origins.iter().enumerate() {
            let ask = Arc::new(request.ask(origin));
            let digest = digest(&ask);
            for account in &accounts {
                let answer = self
                    .answers
                    .of(Arc::clone(account), Arc::clone(&ask), reply_by);
                let account = Arc::clone(account);
                let currency = request.currency;
                let exchange = currency.map(|_| Arc::clone(&exchange));
                all.push(async move {
                    let outcome = answer.await;
                    let outcome = outcome.and_then(|told| answers::some(&account, told));
                    let outcome = outcome.map(|answered| {
                        let offers = answered.quotes.iter().map(|quote| Offer {
                            id: QuoteId::fresh(now),
                            account: account.id.clone(),
                            carrier: account.carrier_id().clone(),
                            converted: offer::converted(quote.total, currency, exchange.as_deref()),
                            quote: quote.clone(),
                            origin: index,
                            ask: digest,
                            tags: Vec::new(),
                            age: answered.age(),
                            cached: answered.cached,
                            expires_at,
                        });
                        offers.collect()
                    });
                    AccountAnswer { account, outcome }
                });
            }
        }
        all
    }

    /// Puts answers in order, compares them and keeps them for buying.
    #[must_use]
    pub fn sheet(
        &self,
        caller: &Caller,
        request: &RateRequest,
        answers: Vec<AccountAnswer>,
    ) -> RateSheet {
        let mut sheet = RateSheet::default();
        for answer in answers {
            match answer.outcome {
                Ok(offers) => sheet.offers.extend(offers),
                Err(error) => sheet.failures.push((answer.account, error)),
            }
        }
        let exchange = self.exchange.now();
        let common = request.currency.unwrap_or(exchange.base);
        compare::rank(&mut sheet.offers, common, &exchange.rates, request);
        sheet.failures.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        let now = self.clock.now();
        let records = sheet.offers.iter().map(|offer| QuoteRecord {
            tenant: caller.tenant.clone(),
            id: offer.id.clone(),
            account: offer.account.clone(),
            carrier: offer.carrier.clone(),
            body: offer.to_json(),
            created_at: now,
            expires_at: offer.expires_at,
        });
        self.store.remember_quotes(records.collect());
        sheet
    }

    /// An offer made before.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn offer(&self, caller: &Caller, id: &QuoteId) -> Result<Offer, Fault> {
        let record = self.store.quote(&caller.tenant, id).await?;
        let record = record.ok_or_else(|| Fault::NotFound(format!("quotes/{id}")))?;
        Offer::from_record(&record)
    }

    /// The digest by which an offer knows the shipment it was made for.
    #[must_use]
    pub fn digest_of(&self, request: &RateRequest) -> Option<[u8; 32]> {
        request
            .origins
            .first()
            .map(|origin| digest(&request.ask(origin)))
    }

    /// What of these is not configured, with what is.
    #[must_use]
    pub fn unknown(&self, carriers: &[String], accounts: &[String]) -> Violations {
        let mut found = Violations::new();
        let known = self.accounts.carriers();
        for carrier in carriers {
            if !known.iter().any(|known| known.as_str() == carrier) {
                let known: Vec<&str> = known.iter().map(|known| known.as_str()).collect();
                found.refuse("carriers", carrier, format!("one of {}", known.join(", ")));
            }
        }
        for account in accounts {
            found.append(self.accounts.unknown(account, "accounts"));
        }
        found
    }

    fn asked(&self, request: &RateRequest) -> Vec<Arc<Account>> {
        let wanted =
            |list: &[String], name: &str| list.is_empty() || list.iter().any(|one| one == name);
        let accounts = self.accounts.iter().filter(|account| {
            wanted(&request.carriers, account.carrier_id().as_str())
                && wanted(&request.accounts, account.id.as_str())
        });
        accounts.cloned().collect()
    }
}

impl RateRequest {
    fn ask(&self, origin: &Address) -> RateAsk {
        RateAsk {
            from: Locality::from(origin),
            to: Locality::from(&self.to),
            parcels: self.parcels.clone(),
            customs: self.customs.clone(),
            ship_on: self.ship_on,
            service: None,
            options: self.options,
        }
    }
}

fn digest(ask: &RateAsk) -> [u8; 32] {
    // An ask is plain data, which JSON always takes; were it not, no quote would fit any shipment.
    Sha256::digest(serde_json::to_vec(ask).unwrap_or_default()).into()
}

/// Finer than a caller cares for, and coarse enough for any store to keep as it was told.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
