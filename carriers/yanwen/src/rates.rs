//! Prices: from the account's price table, or from Yanwen's estimate where the account asks for
//! that.

use async_trait::async_trait;
use parcelgate_carrier::{Call, Kind, RateAsk, Rates, Result, SettingsError};
use parcelgate_domain::{
    Charge, ChargeKind, Country, Parcel, Quote, Service, ServiceCode, Transit,
};

use crate::gateway::failed;
use crate::rate_card::{RateCard, Row};
use crate::{Account, ID, Yanwen, calc, check};

pub(crate) const OPERATION: &str = "quote";

/// Where an account's prices come from.
#[derive(Debug)]
pub(crate) enum Prices {
    /// It has none.
    None,
    /// Its price table.
    Card(RateCard),
    /// Yanwen's own estimate.
    Estimate {
        /// Yanwen's number of the city where parcels are handed over.
        city_id: String,
    },
}

/// Larger than any price table.
const CARD_BYTES_MAX: u64 = 16 << 20;

impl Prices {
    pub(crate) fn of(account: &Account) -> Result<Self, SettingsError> {
        if account.calc_list {
            let city_id = account.calc_city_id.clone().unwrap_or_default();
            return Ok(Self::Estimate { city_id });
        }
        let (name, text) = match (&account.rate_card, &account.rate_card_csv) {
            (Some(path), _) => (path.as_str(), read(path)?),
            (None, Some(text)) => ("rate_card_csv", text.clone()),
            (None, None) => return Ok(Self::None),
        };
        RateCard::parse(&text)
            .map(Self::Card)
            .map_err(|problems| refused(format!("{name}: {problems}")))
    }

    /// The name of a channel, when the price table has it.
    pub(crate) fn channel_name(&self, id: &str) -> Option<&str> {
        match self {
            Self::Card(card) => card.channel_name(id),
            Self::None | Self::Estimate { .. } => None,
        }
    }
}

fn refused(problem: String) -> SettingsError {
    SettingsError {
        carrier: ID,
        problem,
    }
}

fn read(path: &str) -> Result<String, SettingsError> {
    let unreadable = |error: std::io::Error| refused(format!("rate_card {path}: {error}"));
    if std::fs::metadata(path).map_err(unreadable)?.len() > CARD_BYTES_MAX {
        return Err(refused(format!(
            "rate_card {path}: more than {CARD_BYTES_MAX} bytes"
        )));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| {
        refused(format!(
            "rate_card {path}: not UTF-8; save it as \"CSV UTF-8\""
        ))
    })
}

#[async_trait]
impl Rates for Yanwen {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        let parcel = parcel(ask)?;
        let mut quotes = match &self.prices {
            Prices::None => return Err(failed(Kind::Unsupported, OPERATION)),
            Prices::Card(card) => priced(card, ask, &parcel),
            Prices::Estimate { city_id } => {
                calc::estimate(&self.account, call, city_id, ask.to.country, &parcel).await?
            }
        };
        if let Some(wanted) = &ask.service {
            quotes.retain(|quote| quote.service.code == *wanted);
        }
        Ok(quotes)
    }
}

/// The one parcel of `ask`, which must start in China and be without extras.
fn parcel(ask: &RateAsk) -> Result<Parcel> {
    if ask.from.country != Country::CN {
        let text = "Yanwen carries from China only";
        return Err(failed(Kind::Unsupported, OPERATION).said("", text));
    }
    let mut found = check::parcels(&ask.parcels);
    found.append(check::extras(ask.options));
    match ask.parcels.as_slice() {
        [parcel] if found.is_empty() => Ok(*parcel),
        _ => Err(failed(Kind::Invalid, OPERATION).at(found)),
    }
}

/// What each channel that can carry the parcel would cost.
fn priced(card: &RateCard, ask: &RateAsk, parcel: &Parcel) -> Vec<Quote> {
    let battery = ask
        .customs
        .as_ref()
        .is_some_and(|customs| customs.items.iter().any(|item| item.battery));
    card.bands(ask.to.country, parcel.weight, parcel.size)
        .filter(|row| row.battery || !battery)
        .filter_map(|row| quote(row, parcel))
        .collect()
}

/// `None` when the price is more than money can be.
fn quote(row: &Row, parcel: &Parcel) -> Option<Quote> {
    let billed = row.billed(parcel.weight, parcel.size);
    let carriage = row.carriage(billed)?;
    let charge = |kind, name: &str, amount| Charge {
        kind,
        name: name.to_owned(),
        amount,
    };
    let mut charges = vec![charge(ChargeKind::Base, "运费", carriage)];
    if row.registration_fee.minor() > 0 {
        charges.push(charge(
            ChargeKind::Surcharge,
            "挂号费",
            row.registration_fee,
        ));
    }
    Some(Quote {
        service: Service {
            code: ServiceCode::new(&row.channel_id),
            name: row.channel_name.clone(),
        },
        total: carriage.checked_add(row.registration_fee).ok()?,
        charges,
        transit: Some(Transit {
            days: Some(row.days),
            business_days: false,
            deliver_by: None,
            guaranteed: false,
        }),
        billed_weight: Some(billed),
    })
}

#[cfg(test)]
mod tests {
    use parcelgate_carrier::Locality;
    use parcelgate_domain::{
        Contents, Currency, Customs, CustomsItem, Incoterm, Money, TaxIds, Weight,
    };
    use serde_json::json;

    use super::*;
    use crate::rate_card::tests::HEADER;

    fn ask(from: &str, parcels: usize, battery: bool) -> RateAsk {
        let locality = |country: &str| Locality {
            city: String::new(),
            region: None,
            postal_code: None,
            country: country.parse().unwrap(),
            residential: None,
        };
        let item = CustomsItem {
            sku: None,
            description: "Lamp".into(),
            description_zh: Some("灯".into()),
            quantity: 1,
            unit_value: Money::of_minor(900, Currency::USD),
            unit_weight: Weight::grams(200),
            hs_code: None,
            origin: Country::CN,
            battery,
        };
        RateAsk {
            from: locality(from),
            to: locality("US"),
            parcels: vec![
                Parcel {
                    weight: Weight::grams(230),
                    size: None
                };
                parcels
            ],
            customs: Some(Customs {
                contents: Contents::Merchandise,
                incoterm: Incoterm::Dap,
                items: vec![item],
                tax_ids: TaxIds::default(),
                invoice_number: None,
            }),
            ship_on: "2026-11-22".parse().unwrap(),
            service: None,
            options: parcelgate_domain::Options::default(),
        }
    }

    #[test]
    fn a_quote_is_carriage_and_registration() {
        let rows = "US,481,普货,1,2000,92.00,18.00,50,1,8,15,no,60,90,\n\
                    US,483,带电,1,2000,98.00,0,50,1,9,16,yes,60,90,\n";
        let card = RateCard::parse(&format!("{HEADER}{rows}")).unwrap();
        let quotes = |battery| {
            let ask = ask("CN", 1, battery);
            priced(&card, &ask, &parcel(&ask).unwrap())
        };
        let [general, battery] = <[Quote; 2]>::try_from(quotes(false)).unwrap();
        assert_eq!(general.total, Money::of_minor(3_916, Currency::CNY));
        let amounts: Vec<_> = general
            .charges
            .iter()
            .map(|charge| (charge.kind, charge.name.as_str(), charge.amount.minor()))
            .collect();
        assert_eq!(
            amounts,
            [
                (ChargeKind::Base, "运费", 2_116),
                (ChargeKind::Surcharge, "挂号费", 1_800)
            ]
        );
        assert_eq!(general.billed_weight, Some(Weight::grams(230)));
        assert_eq!(general.transit.unwrap().days, Some((8, 15)));
        assert_eq!(battery.charges.len(), 1);
        let channels: Vec<_> = quotes(true)
            .into_iter()
            .map(|quote| quote.service.code)
            .collect();
        assert_eq!(channels, [ServiceCode::new("483")]);
    }

    #[test]
    fn other_origins_several_parcels_and_extras_are_refused() {
        assert_eq!(
            parcel(&ask("US", 1, false)).unwrap_err().kind,
            Kind::Unsupported
        );
        let error = parcel(&ask("CN", 2, false)).unwrap_err();
        assert_eq!(error.kind, Kind::Invalid);
        assert_eq!(error.violations.as_slice()[0].field, "parcels");
        let mut insured = ask("CN", 1, false);
        insured.options.insured = Some(Money::of_minor(900, Currency::USD));
        let error = parcel(&insured).unwrap_err();
        assert_eq!(
            error.violations.as_slice()[0].field,
            "options.insured_value"
        );
    }

    #[test]
    fn a_broken_table_is_refused_with_its_lines() {
        let connect = |settings| {
            let account = serde_json::from_value(settings).unwrap();
            crate::connect(account).unwrap_err().to_string()
        };
        let csv = format!("{HEADER}US,481,Name,1,2000,free,18,50,1,8,15,no,60,90,\n");
        let error = connect(json!({"user_id": "1", "api_token": "k", "rate_card_csv": csv}));
        assert!(
            error.contains("rate_card_csv: line 2, price_per_kg"),
            "{error}"
        );
        let error = connect(json!({"user_id": "1", "api_token": "k", "rate_card": "absent.csv"}));
        assert!(error.contains("absent.csv"), "{error}");
    }
}
