//! Prices of every product that goes a way, with the day of arrival.

mod answer;

use async_trait::async_trait;
use http::Method;
use jiff::civil::Time;
use parcelgate_carrier::declaration::passes_customs;
use parcelgate_carrier::{Call, Class, Kind, Outgoing, RateAsk, Rates, Result, moment};
use parcelgate_domain::{Contents, Incoterm, Quote, ServiceCode, Violations};

use super::party::{FORM, OFFERED, amount, billed, check_parcels, extras, package, place};
use super::{MyDhl, clock};
use crate::object::{Member, Object};
use crate::{ID, error};

pub(super) use answer::estimate;

const OPERATION: &str = "quote";

#[async_trait]
impl Rates for MyDhl {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        let response = call.send(self.encode_rates(ask)?).await?;
        answer::decode(&response)
    }
}

/// Whether goods of `ask` are declared to customs.
pub(super) fn declares(ask: &RateAsk) -> bool {
    let goods = ask.customs.as_ref();
    let goods = goods.is_some_and(|customs| customs.contents != Contents::Documents);
    goods && passes_customs(ask.from.country, ask.to.country)
}

impl MyDhl {
    fn encode_rates(&self, ask: &RateAsk) -> Result<Outgoing> {
        let found = ask.options.refused("options", OFFERED);
        let body = self.asked(ask, found);
        let body = body.map_err(|found| error(Kind::Invalid, OPERATION).at(found))?;
        let customs = ask.customs.as_ref().filter(|_| declares(ask));
        let paid = customs.is_some_and(|customs| customs.incoterm == Incoterm::Ddp);
        let moment = clock::moment(&ask.from, ask.ship_on, self.hand_over());
        let worth = customs.and_then(|customs| customs.total()).map(|worth| {
            Object::new()
                .put("typeCode", "declaredValue")
                .put("value", amount(worth))
                .put("currency", worth.currency().code())
        });
        let estimated = Object::new()
            .put("isRequested", true)
            .put("typeCode", "QDDC");
        let body = body
            .list("valueAddedServices", extras(&ask.options, &[("DD", paid)]))
            .put("plannedShippingDateAndTime", moment)
            .put("isCustomsDeclarable", customs.is_some())
            .list("monetaryAmount", worth.into_iter().collect())
            .put("estimatedDeliveryDate", estimated);
        Self::outgoing(Method::POST, OPERATION, "/rates")
            .class(Class::Rate)
            .json(&ID, &body)
    }

    /// What prices and duties are asked with alike.
    ///
    /// # Errors
    /// `found`, and what DHL would not take besides.
    pub(super) fn asked(&self, ask: &RateAsk, mut found: Violations) -> Result<Object, Violations> {
        found.append(check_parcels(&ask.parcels));
        let from = FORM.fit_place(&ask.from, "from");
        let to = FORM.fit_place(&ask.to, "to");
        let (from, to) = match (from, to) {
            (Ok(from), Ok(to)) if found.is_empty() => (from, to),
            (from, to) => {
                found.append(from.err().unwrap_or_default());
                found.append(to.err().unwrap_or_default());
                return Err(found);
            }
        };
        let ends = Object::new()
            .put("shipperDetails", place(&from))
            .put("receiverDetails", place(&to));
        let (product, local) = split(ask.service.as_ref());
        let packages = ask.parcels.iter().map(package);
        Ok(Object::new()
            .put("customerDetails", ends)
            .put("accounts", billed(&self.account, &["shipper"]))
            .put("productCode", product)
            .put("localProductCode", local)
            .put("unitOfMeasurement", "metric")
            .put("packages", packages.map(Member::from).collect::<Vec<_>>()))
    }

    /// When parcels are handed over, there.
    pub(super) fn hand_over(&self) -> Time {
        moment::time(&self.account.hand_over).unwrap_or_default()
    }
}

/// The code of a product and, where it differs, that of the sending country: `N` and `1` of `N/1`.
pub(super) fn split(service: Option<&ServiceCode>) -> (Option<&str>, Option<&str>) {
    let code = service.map(ServiceCode::as_str);
    match code.map(|code| code.split_once('/').unwrap_or((code, ""))) {
        Some((product, local)) => (Some(product), Some(local).filter(|local| !local.is_empty())),
        None => (None, None),
    }
}
