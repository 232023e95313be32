//! Who is to carry it.

use jiff::civil;
use parcelgate_domain::{Service, ServiceCode, Violations};
use parcelgate_store::QuoteId;

use super::{PurchaseRequest, Purchases, Selected};
use crate::service::rates::{Offer, RateRequest, Tag, arrival};
use crate::service::{Account, Caller, Fault};

/// How the caller says who is to carry it.
#[derive(Debug, Clone)]
pub enum Selection {
    /// By an offer made before.
    Quote(QuoteId),
    /// By an account's service.
    Service {
        /// Which account.
        account: String,
        /// The carrier's code.
        service: String,
    },
    /// By a goal.
    Choice {
        /// What is best.
        goal: Goal,
        /// Only what is promised by this day.
        deliver_by: Option<civil::Date>,
        /// Only these carriers.
        carriers: Vec<String>,
    },
}

/// What is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// The lowest price.
    Cheapest,
    /// The earliest promise.
    Fastest,
}

impl Purchases {
    pub(super) async fn select(
        &self,
        caller: &Caller,
        request: &PurchaseRequest,
    ) -> Result<Selected, Fault> {
        let selected = match &request.selection {
            Selection::Quote(id) => {
                let offer = self.rates.offer(caller, id).await?;
                self.still_good(&offer, request)?;
                self.of_offer(offer)?
            }
            Selection::Service { account, service } => self.of_service(account, service)?,
            Selection::Choice {
                goal,
                deliver_by,
                carriers,
            } => {
                let mut wanted = request.rate_request();
                wanted.deliver_by = *deliver_by;
                wanted.carriers.clone_from(carriers);
                // The other half of the time is for buying: a carrier that hangs must not take it.
                let half = parcelgate_clock::left(caller.deadline) / 2;
                let asking = Caller {
                    deadline: parcelgate_clock::instant() + half,
                    ..caller.clone()
                };
                let sheet = self.rates.quote(&asking, &wanted).await;
                let reasons: Vec<String> = sheet
                    .failures
                    .iter()
                    .map(|(_, error)| error.to_string())
                    .collect();
                let offer = best(sheet.offers, *goal, &wanted);
                self.of_offer(offer.ok_or_else(|| Fault::NothingFits(reasons.join("; ")))?)?
            }
        };
        match (selected.quoted, request.max_total) {
            (Some(total), Some(max)) if total.currency() != max.currency() => {
                let mut violations = Violations::new();
                violations.refuse(
                    "max_total",
                    max,
                    format!("in {}, as quoted", total.currency()),
                );
                Err(violations.into())
            }
            (Some(total), Some(max)) if total.minor() > max.minor() => {
                Err(Fault::TooDear { total, max })
            }
            (None, Some(max)) => {
                let mut violations = Violations::new();
                violations.refuse("max_total", max, "given together with a quote or a choice");
                Err(violations.into())
            }
            _ => Ok(selected),
        }
    }

    fn still_good(&self, offer: &Offer, request: &PurchaseRequest) -> Result<(), Fault> {
        if offer.expires_at <= self.clock.now() {
            return Err(Fault::QuoteExpired(format!("quotes/{}", offer.id)));
        }
        if self.rates.digest_of(&request.rate_request()) == Some(offer.ask) {
            return Ok(());
        }
        let mut violations = Violations::new();
        violations.refuse(
            "quote",
            format!("quotes/{}", offer.id),
            "a quote for these parcels, goods and places on this ship_date",
        );
        Err(violations.into())
    }

    fn of_offer(&self, offer: Offer) -> Result<Selected, Fault> {
        let account = self.accounts.named(offer.account.as_str())?.clone();
        Ok(Selected {
            account,
            service: offer.quote.service,
            quoted: Some(offer.quote.total),
        })
    }

    /// What of a selection is not configured, with what is.
    #[must_use]
    pub fn unknown(&self, selection: &Selection) -> Violations {
        match selection {
            Selection::Quote(_) => Violations::new(),
            Selection::Service { account, service } => match self.accounts.named(account) {
                Ok(known) => unknown_service(known, service),
                Err(_) => self.accounts.unknown(account, "service.account"),
            },
            Selection::Choice { carriers, .. } => {
                let found = self.rates.unknown(carriers, &[]);
                found.renamed(|field| format!("choice.{field}"))
            }
        }
    }

    fn of_service(&self, account: &str, code: &str) -> Result<Selected, Fault> {
        let account = self.accounts.named(account)?.clone();
        let name = account.carrier.profile().service_name(code).to_owned();
        Ok(Selected {
            account,
            service: Service {
                code: ServiceCode::new(code),
                name,
            },
            quoted: None,
        })
    }
}

/// A carrier that names no services has them opened by contract: it alone knows which.
fn unknown_service(account: &Account, code: &str) -> Violations {
    let mut found = Violations::new();
    let services = account.carrier.profile().services;
    if !services.is_empty() && services.iter().all(|row| row.code != code) {
        let codes: Vec<&str> = services.iter().map(|row| row.code).collect();
        let allowed = format!("one of {}", codes.join(", "));
        found.refuse("service.service", code, allowed);
    }
    found
}

impl PurchaseRequest {
    fn rate_request(&self) -> RateRequest {
        RateRequest {
            origins: vec![self.spec.from.clone()],
            to: self.spec.to.clone(),
            parcels: self.spec.parcels.clone(),
            customs: self.spec.customs.clone(),
            ship_on: self.spec.ship_on,
            currency: None,
            carriers: Vec::new(),
            accounts: Vec::new(),
            deliver_by: None,
            options: self.spec.options,
        }
    }
}

/// The best of `offers`, which are in the order of their prices. With a deadline only what is
/// promised by it counts.
fn best(offers: Vec<Offer>, goal: Goal, request: &RateRequest) -> Option<Offer> {
    let in_time = |offer: &Offer| match request.deliver_by {
        Some(by) => arrival(offer, request).is_some_and(|day| day <= by),
        None => true,
    };
    let mut fitting = offers.into_iter().filter(in_time);
    match goal {
        Goal::Cheapest => fitting.next(),
        Goal::Fastest => {
            let fitting: Vec<Offer> = fitting.collect();
            let fastest = fitting
                .iter()
                .position(|offer| offer.tags.contains(&Tag::Fastest));
            fitting.into_iter().nth(fastest.unwrap_or(0))
        }
    }
}
