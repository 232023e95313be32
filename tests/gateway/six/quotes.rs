//! One question, and an answer of every account: prices, or a reason.

use std::collections::{BTreeMap, BTreeSet};

use parcelgate_proto::google::r#type::{Date, Money};
use parcelgate_proto::v1::{QuoteRatesResponse, ShipmentOptions, ShipmentSpec};

use super::asking::{ALL, DHL_TRACKING, EXPRESS, FEDEX, FOURPX, PAKET, USPS};
use crate::requests::{abroad, at_home, columbus, dallas, day, goods, quote};
use crate::stage::{Stage, UPS, YANWEN};

/// Asks every account, with every price also in dollars.
async fn asked(stage: &Stage, spec: &ShipmentSpec) -> QuoteRatesResponse {
    let mut question = quote(spec);
    question.currency = "USD".into();
    let told = stage.quote(question).await.unwrap();
    for quote in &told.quotes {
        let (total, converted) = (quote.total.as_ref(), quote.converted_total.as_ref());
        let (total, converted) = (total.unwrap(), converted.unwrap());
        assert_eq!(converted.currency_code, "USD");
        assert!(nanos(converted) > 0 && nanos(total) > 0, "{quote:?}");
        if total.currency_code == "USD" {
            assert_eq!(total, converted);
        } else {
            assert!(!quote.exchange_rate.is_empty(), "{quote:?}");
        }
        let parts = quote.charges.iter().map(|part| {
            let amount = part.amount.as_ref().unwrap();
            assert_eq!(amount.currency_code, total.currency_code);
            nanos(amount)
        });
        assert_eq!(parts.sum::<i128>(), nanos(total), "{quote:?}");
    }
    let (priced, failed) = (priced(&told), reasons(&told));
    let both: BTreeSet<&str> = priced.keys().chain(failed.keys()).copied().collect();
    assert_eq!(both, ALL.into());
    assert_eq!(priced.len() + failed.len(), ALL.len());
    drop((priced, failed));
    told
}

fn nanos(money: &Money) -> i128 {
    i128::from(money.units) * 1_000_000_000 + i128::from(money.nanos)
}

/// The currencies in which each account has prices.
fn priced(told: &QuoteRatesResponse) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut priced = BTreeMap::<_, BTreeSet<_>>::new();
    for quote in &told.quotes {
        let currency = &quote.total.as_ref().unwrap().currency_code;
        let own = priced.entry(quote.account.as_str()).or_default();
        own.insert(currency.as_str());
    }
    priced
}

/// The reason of each account that has none.
fn reasons(told: &QuoteRatesResponse) -> BTreeMap<&str, &str> {
    let failures = told.failures.iter();
    failures
        .map(|failure| (failure.account.as_str(), failure.reason.as_str()))
        .collect()
}

fn in_one<'a>(
    currencies: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let one = |(account, currency)| (account, BTreeSet::from([currency]));
    currencies.into_iter().map(one).collect()
}

#[tokio::test]
async fn from_shenzhen_everyone_has_a_price_or_says_why_not() {
    let stage = Stage::six().await;
    let told = asked(&stage, &abroad()).await;
    let expected = [
        (UPS, "USD"),
        (FEDEX, "USD"),
        (EXPRESS, "EUR"),
        (YANWEN, "CNY"),
        (FOURPX, "CNY"),
    ];
    assert_eq!(priced(&told), in_one(expected), "{:?}", told.failures);
    let expected = [
        (USPS, "INVALID"),
        (PAKET, "UNSUPPORTED"),
        (DHL_TRACKING, "UNSUPPORTED"),
    ];
    assert_eq!(reasons(&told), expected.into());
    let usps = told.failures.iter().find(|own| own.account == USPS);
    assert_eq!(usps.unwrap().violations[0].field, "ship_from.country");
    stage.stop().await;
}

#[tokio::test]
async fn from_ohio_everyone_has_a_price_or_says_why_not() {
    let stage = Stage::six().await;
    let spec = ShipmentSpec {
        ship_from: Some(columbus()),
        ship_to: Some(dallas()),
        ..at_home()
    };
    let told = asked(&stage, &spec).await;
    let expected = [
        (UPS, "USD"),
        (FEDEX, "USD"),
        (USPS, "USD"),
        (EXPRESS, "EUR"),
    ];
    assert_eq!(priced(&told), in_one(expected), "{:?}", told.failures);
    let lacking = [PAKET, DHL_TRACKING, YANWEN, FOURPX];
    let expected = lacking.map(|account| (account, "UNSUPPORTED"));
    assert_eq!(reasons(&told), expected.into());
    stage.stop().await;
}

#[tokio::test]
async fn from_ohio_to_canada_what_crosses_a_border_is_priced_with_it() {
    let stage = Stage::six().await;
    let mut toronto = columbus();
    (toronto.city, toronto.region) = ("Toronto".into(), "ON".into());
    (toronto.postal_code, toronto.country) = ("M5V 2T6".into(), "CA".into());
    let spec = ShipmentSpec {
        ship_from: Some(dallas()),
        ship_to: Some(toronto),
        customs: Some(goods()),
        ..at_home()
    };
    let told = asked(&stage, &spec).await;
    let expected = [
        (UPS, "USD"),
        (FEDEX, "USD"),
        (USPS, "USD"),
        (EXPRESS, "EUR"),
    ];
    assert_eq!(priced(&told), in_one(expected), "{:?}", told.failures);
    stage.stop().await;
}

/// FedEx answers with no service at all where Saturday delivery is wanted of a Wednesday's parcel.
#[tokio::test]
async fn who_names_no_price_says_so() {
    let stage = Stage::six().await;
    let mut question = quote(&at_home());
    question.accounts = vec![FEDEX.to_owned()];
    question.ship_date = (1..=7).map(day).find(is_wednesday);
    question.options = Some(ShipmentOptions {
        saturday_delivery: true,
        ..ShipmentOptions::default()
    });
    for _ in 0..2 {
        // The second time from the cache.
        let told = stage.quote(question.clone()).await.unwrap();
        assert!(told.quotes.is_empty(), "{:?}", told.quotes);
        let [failure] = told.failures.as_slice() else {
            panic!("{:?}", told.failures);
        };
        assert_eq!(failure.reason, "REFUSED");
        assert!(!failure.carrier_text.is_empty());
    }
    stage.stop().await;
}

fn is_wednesday(date: &Date) -> bool {
    let day = |number: i32| number.try_into().unwrap();
    let date = jiff::civil::date(
        date.year.try_into().unwrap(),
        day(date.month),
        day(date.day),
    );
    date.weekday() == jiff::civil::Weekday::Wednesday
}
