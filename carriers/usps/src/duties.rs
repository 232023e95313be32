//! What duties and taxes will be: shipping options v3, which USPS prices for its service of
//! delivery with duties paid.

use async_trait::async_trait;
use parcelgate_carrier::{Call, Kind, LandedCost, LandedCosts, RateAsk, Result, read_json};
use parcelgate_domain::{Currency, Money, Violations};

use crate::rates::answer::{Answer, Duties, sum};
use crate::{Usps, error, party};

const OPERATION: &str = "landed_cost";

#[async_trait]
impl LandedCosts for Usps {
    async fn estimate(&self, call: &Call<'_>, ask: &RateAsk) -> Result<LandedCost> {
        let mut found = Violations::new();
        if party::is_home(ask.to.country) {
            let allowed = "another country than the United States";
            found.refuse("to.country", ask.to.country, allowed);
        }
        if ask.customs.is_none() {
            found.require("customs", "a declaration of what is inside");
        }
        if !found.is_empty() {
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        let response = self.options(call, OPERATION, ask, true).await?;
        let answer: Answer = read_json(&crate::ID, OPERATION, &response)?;
        let options = answer.options();
        let mut options = options.ok_or_else(|| error(Kind::Malformed, OPERATION))?;
        // The border is the same for every service.
        let duties = options.find_map(|(_, option)| option.duties());
        let Some(charges) = duties.map(Duties::charges) else {
            let text = format!("USPS prepays no duties to {}", ask.to.country);
            return Err(error(Kind::Unsupported, OPERATION).said("", text));
        };
        let charges = charges.ok_or_else(|| error(Kind::Malformed, OPERATION))?;
        Ok(LandedCost {
            total: sum(&charges).unwrap_or(Money::zero(Currency::USD)),
            charges,
        })
    }
}
