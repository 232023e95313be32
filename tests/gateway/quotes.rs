//! Prices of all carriers beside each other, by the caller's deadline.

use futures::StreamExt as _;
use parcelgate_proto::v1::quote::Tag;
use parcelgate_proto::v1::stream_rates_response::Step;
use parcelgate_proto::v1::{GetQuoteRequest, Quote, QuoteRatesResponse};
use parcelgate_sandbox::{Carrier, Fault};
use rust_decimal::Decimal;
use tonic::Code;

use crate::errors::{fields, reason};
use crate::requests::{abroad, at_home, columbus, day, goods, quote, shenzhen};
use crate::stage::{Stage, UPS, YANWEN, until, within};

/// An amount in hundredths of its currency.
fn cents(quote: &Quote) -> i64 {
    let total = quote.converted_total.as_ref().unwrap();
    assert_eq!(total.currency_code, "USD");
    total.units * 100 + i64::from(total.nanos / 10_000_000)
}

fn of<'a>(reply: &'a QuoteRatesResponse, account: &str) -> Vec<&'a Quote> {
    let quotes = reply.quotes.iter();
    quotes.filter(|quote| quote.account == account).collect()
}

fn has(quote: &Quote, tag: Tag) -> bool {
    quote.tags().any(|own| own == tag)
}

#[tokio::test]
async fn both_carriers_stand_beside_each_other_in_one_currency() {
    let stage = Stage::start().await;
    let mut request = quote(&abroad());
    request.currency = "USD".into();
    request.deliver_by = Some(day(8));
    let reply = stage.quote(request).await.unwrap();
    assert!(reply.failures.is_empty(), "{:?}", reply.failures);
    let (ups, yanwen) = (of(&reply, UPS), of(&reply, YANWEN));
    assert!(ups.len() > 1 && yanwen.len() > 1);

    for quote in &reply.quotes {
        let total = quote.total.as_ref().unwrap();
        let parts = quote
            .charges
            .iter()
            .map(|charge| charge.amount.clone().unwrap());
        let (units, nanos) = parts.fold((0, 0), |(units, nanos), part| {
            assert_eq!(part.currency_code, total.currency_code);
            (units + part.units, nanos + i64::from(part.nanos))
        });
        let whole = total.units * 1_000_000_000 + i64::from(total.nanos);
        assert_eq!(units * 1_000_000_000 + nanos, whole, "{quote:?}");
        assert!(!quote.service_name.is_empty() && quote.expire_time.is_some());
    }
    for quote in &yanwen {
        // 7.10 yuan for a dollar, as configured; half a cent goes up.
        let total = quote.total.as_ref().unwrap();
        assert_eq!(total.currency_code, "CNY");
        let fen = Decimal::from(total.units * 100 + i64::from(total.nanos / 10_000_000));
        let away_from_zero = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
        let exact = fen / Decimal::new(710, 2);
        let off = exact.round_dp_with_strategy(0, away_from_zero) - Decimal::from(cents(quote));
        assert!(off.abs() <= Decimal::ONE, "{quote:?}");
        let rate: Decimal = quote.exchange_rate.parse().unwrap();
        let implied = (rate * Decimal::new(710, 2)).round_dp(4);
        assert_eq!(implied, Decimal::ONE, "{}", quote.exchange_rate);
    }

    assert!(reply.quotes.is_sorted_by_key(cents));
    let cheapest = &reply.quotes[0];
    assert!(has(cheapest, Tag::Cheapest) && has(cheapest, Tag::Pareto));
    let dearer = |quote: &&Quote| cents(quote) > cents(cheapest);
    assert!(
        !reply
            .quotes
            .iter()
            .filter(dearer)
            .any(|quote| has(quote, Tag::Cheapest))
    );
    let due = |quote: &Quote| {
        let day = quote.transit.as_ref()?.deliver_by?;
        Some((day.year, day.month, day.day))
    };
    let limit = day(8);
    let in_time =
        |quote: &&&Quote| due(quote).is_some_and(|due| due <= (limit.year, limit.month, limit.day));
    let best = ups.iter().filter(in_time).min_by_key(|quote| cents(quote));
    assert!(has(best.unwrap(), Tag::BestByDeadline));
    let fastest = ups.iter().min_by_key(|quote| due(quote)).unwrap();
    assert!(has(fastest, Tag::Fastest));
    // Ten days by Yanwen are too late.
    assert!(!yanwen.iter().any(|quote| has(quote, Tag::BestByDeadline)));
    stage.stop().await;
}

#[tokio::test]
async fn a_carrier_that_does_not_serve_the_way_says_so() {
    let stage = Stage::start().await;
    let reply = stage.quote(quote(&at_home())).await.unwrap();
    assert!(!of(&reply, UPS).is_empty() && of(&reply, YANWEN).is_empty());
    assert_eq!(reply.failures.len(), 1);
    let failure = &reply.failures[0];
    assert_eq!(
        (failure.carrier.as_str(), failure.account.as_str()),
        ("yanwen", YANWEN)
    );
    assert_eq!(failure.reason, "UNSUPPORTED");
    assert!(failure.carrier_text.contains("China"));

    // Two boxes are one too many for Yanwen, which names the field.
    let mut two = quote(&abroad());
    two.parcels.push(two.parcels[0]);
    let reply = stage.quote(two).await.unwrap();
    assert_eq!(reply.failures[0].reason, "INVALID");
    assert_eq!(reply.failures[0].violations[0].field, "parcels");
    stage.stop().await;
}

#[tokio::test]
async fn only_who_is_asked_for_answers() {
    let stage = Stage::start().await;
    let mut by_carrier = quote(&abroad());
    by_carrier.carriers = vec!["yanwen".into()];
    let mut by_account = quote(&abroad());
    by_account.accounts = vec![UPS.into()];
    for (request, account) in [(by_carrier, YANWEN), (by_account, UPS)] {
        let reply = stage.quote(request).await.unwrap();
        assert!(reply.failures.is_empty());
        assert!(reply.quotes.iter().all(|quote| quote.account == account));
        assert!(!reply.quotes.is_empty());
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_carrier_that_hangs_does_not_keep_the_others_waiting() {
    let stage = Stage::with(|config| config.rates.margin_ms = 500).await;
    stage.fail(Carrier::Ups, "rate", Fault::Hang, 4);
    let reply = stage.quote(within(1_500, quote(&abroad()))).await.unwrap();
    assert!(!of(&reply, YANWEN).is_empty());
    assert_eq!(reply.failures.len(), 1);
    assert_eq!(reply.failures[0].account, UPS);
    assert_eq!(reply.failures[0].reason, "DEADLINE");
    // A failure is not remembered.
    stage.carriers().clear_faults();
    until("prices of UPS", async || {
        let reply = stage.quote(within(1_500, quote(&abroad()))).await.ok()?;
        (!of(&reply, UPS).is_empty()).then_some(())
    })
    .await;
    stage.stop().await;
}

#[tokio::test]
async fn an_answer_in_pieces_comes_as_it_arrives() {
    let stage = Stage::start().await;
    stage.count(Carrier::Ups, "rate", 400);
    let reply = stage.rates().stream_rates(quote(&abroad())).await.unwrap();
    let steps: Vec<_> = reply
        .into_inner()
        .map(|step| step.unwrap().step.unwrap())
        .collect()
        .await;
    let [
        Step::Answer(first),
        Step::Answer(second),
        Step::Summary(summary),
    ] = steps.as_slice()
    else {
        panic!("{steps:?}");
    };
    assert_eq!(
        (first.account.as_str(), second.account.as_str()),
        (YANWEN, UPS)
    );
    assert!(first.failure.is_none() && second.failure.is_none());
    assert_eq!(
        first.quotes.len() + second.quotes.len(),
        summary.quotes.len()
    );
    let pieces = first.quotes.iter().chain(&second.quotes);
    for quote in pieces {
        assert!(summary.quotes.iter().any(|known| known.name == quote.name));
    }
    assert!(summary.quotes.iter().any(|quote| has(quote, Tag::Cheapest)));
    stage.stop().await;
}

#[tokio::test]
async fn a_quote_is_read_again_by_its_name() {
    let stage = Stage::start().await;
    let reply = stage.quote(quote(&abroad())).await.unwrap();
    for quote in reply.quotes {
        let name = quote.name.clone();
        let read = stage.rates().get_quote(GetQuoteRequest { name }).await;
        let mut read = read.unwrap().into_inner();
        // How it compared and how old it was belong to the reply it came in.
        (read.tags, read.age, read.cached) = (quote.tags.clone(), quote.age, quote.cached);
        assert_eq!(read, quote);
    }
    let name = "quotes/01a20485-d61a-79fc-ae3d-c93be880f2f9".to_owned();
    let refused = stage.rates().get_quote(GetQuoteRequest { name }).await;
    assert_eq!(reason(&refused.unwrap_err(), Code::NotFound), "NOT_FOUND");
    let name = "trackers/01a20485-d61a-79fc-ae3d-c93be880f2f9".to_owned();
    let refused = stage.rates().get_quote(GetQuoteRequest { name }).await;
    assert_eq!(fields(&refused.unwrap_err()), ["name"]);
    stage.stop().await;
}

#[tokio::test]
async fn an_equal_question_is_asked_of_the_carrier_once() {
    let stage = Stage::start().await;
    let asked = stage.count(Carrier::Ups, "rate", 0);
    let first = stage.quote(quote(&abroad())).await.unwrap();
    assert!(of(&first, UPS).iter().all(|quote| !quote.cached));
    let second = stage.quote(quote(&abroad())).await.unwrap();
    assert!(second.quotes.iter().all(|quote| quote.cached));
    // Who asks differently, or for another currency, gets the same prices of the carrier.
    let mut elsewhere = quote(&abroad());
    elsewhere.currency = "EUR".into();
    elsewhere.ship_to.as_mut().unwrap().name = "Somebody Else".into();
    let third = stage.quote(elsewhere).await.unwrap();
    let prices = |reply: &QuoteRatesResponse| {
        let quotes = reply.quotes.iter();
        let mut prices: Vec<_> = quotes
            .map(|quote| (quote.service.clone(), quote.total.clone().unwrap().units))
            .collect();
        prices.sort();
        prices
    };
    assert_eq!(prices(&first), prices(&second));
    assert_eq!(prices(&first), prices(&third));
    assert_eq!(asked.seen(), 1);
    // Another weight is another question.
    let mut heavier = quote(&abroad());
    heavier.parcels[0].weight_grams = 1_500;
    let heavier = stage.quote(heavier).await.unwrap();
    assert!(prices(&heavier) > prices(&first));
    assert_eq!(asked.seen(), 2);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_equal_questions_at_once_are_one_for_the_carrier() {
    let stage = Stage::start().await;
    let asked = stage.count(Carrier::Ups, "rate", 300);
    let calls = (0..50).map(|index| {
        let mut client = stage.rates();
        let mut request = quote(&abroad());
        // Some are spelled differently, which no cache of bytes would see through.
        request.ship_to.as_mut().unwrap().name = format!("Reader {}", index % 5);
        tokio::spawn(async move { client.quote_rates(request).await })
    });
    for call in futures::future::join_all(calls).await {
        let reply = call.unwrap().unwrap().into_inner();
        assert!(!of(&reply, UPS).is_empty() && reply.failures.is_empty());
    }
    assert_eq!(asked.seen(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn an_answer_too_old_is_asked_for_anew() {
    let stage = Stage::with(|config| config.rates.cache_s = 0).await;
    let asked = stage.count(Carrier::Ups, "rate", 0);
    for _ in 0..2 {
        let reply = stage.quote(quote(&abroad())).await.unwrap();
        assert!(of(&reply, UPS).iter().all(|quote| !quote.cached));
    }
    assert_eq!(asked.seen(), 2);
    stage.stop().await;
}

#[tokio::test]
async fn every_place_of_departure_is_quoted() {
    let stage = Stage::start().await;
    let mut request = quote(&abroad());
    let mut boston = columbus();
    boston.city = "Boston".into();
    boston.region = "MA".into();
    boston.postal_code = "02108".into();
    request.ship_from = vec![shenzhen(), boston];
    request.customs = Some(goods());
    let reply = stage.quote(request).await.unwrap();
    for index in [0, 1] {
        let ups = of(&reply, UPS);
        assert!(ups.iter().any(|quote| quote.ship_from_index == index));
    }
    assert!(
        of(&reply, YANWEN)
            .iter()
            .all(|quote| quote.ship_from_index == 0)
    );
    assert_eq!(reply.failures.len(), 1);
    stage.stop().await;
}
