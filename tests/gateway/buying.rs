//! By a quote, by a service, or by what is best at the moment.

use parcelgate_proto::v1::choice::Goal;
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::quote::Tag;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{Choice, Quote};
use tonic::Code;

use crate::errors::{fields, reason, said_of};
use crate::requests::{abroad, choice, columbus, day, ground, money, purchase, quote};
use crate::stage::{Stage, UPS, YANWEN};

async fn quotes(stage: &Stage) -> Vec<Quote> {
    stage.quote(quote(&abroad())).await.unwrap().quotes
}

#[tokio::test]
async fn a_quote_is_bought_as_it_was_quoted() {
    let stage = Stage::start().await;
    let quotes = quotes(&stage).await;
    for account in [UPS, YANWEN] {
        let quote = quotes
            .iter()
            .find(|quote| quote.account == account)
            .unwrap();
        let mut request = purchase(abroad(), Selection::Quote(quote.name.clone()));
        request.max_total = quote.total.clone();
        request.allow_duplicate = account == YANWEN; // the same parcel for the second time
        let spec = request.shipment.as_mut().unwrap();
        spec.order_number = "113-77".into();
        let bought = stage.buy(request).await.unwrap();
        assert_eq!(bought.state(), State::Purchased);
        assert_eq!(
            (&bought.account, &bought.service),
            (&quote.account, &quote.service)
        );
        assert_eq!(bought.quoted_total, quote.total);
        assert_eq!(bought.order_number, "113-77");
        assert_eq!(bought.service_name, quote.service_name);
    }
    let parcels = stage.carriers().parcels();
    assert_eq!(parcels.len(), 2);
    stage.stop().await;
}

#[tokio::test]
async fn a_quote_for_something_else_is_not_bought() {
    let stage = Stage::start().await;
    let quote = quotes(&stage).await.remove(0);
    let selection = Selection::Quote(quote.name);
    let mut heavier = purchase(abroad(), selection.clone());
    heavier.shipment.as_mut().unwrap().parcels[0].weight_grams += 1;
    let mut later = purchase(abroad(), selection.clone());
    later.shipment.as_mut().unwrap().ship_date = Some(day(2));
    let mut elsewhere = purchase(abroad(), selection.clone());
    elsewhere
        .shipment
        .as_mut()
        .unwrap()
        .ship_to
        .as_mut()
        .unwrap()
        .postal_code = "43004".into();
    let mut dearer = purchase(abroad(), selection.clone());
    let customs = dearer.shipment.as_mut().unwrap().customs.as_mut().unwrap();
    customs.items[0].quantity += 1;
    for request in [heavier, later, elsewhere, dearer] {
        let refused = stage.buy(request).await.unwrap_err();
        assert_eq!(fields(&refused), ["quote"]);
    }
    // Who receives it does not matter for the price.
    let mut renamed = purchase(abroad(), selection);
    renamed
        .shipment
        .as_mut()
        .unwrap()
        .ship_to
        .as_mut()
        .unwrap()
        .name = "Ada King".into();
    assert!(stage.buy(renamed).await.is_ok());
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn an_expired_quote_is_not_bought() {
    let stage = Stage::with(|config| config.rates.quote_s = 0).await;
    let quote = quotes(&stage).await.remove(0);
    let request = purchase(abroad(), Selection::Quote(quote.name));
    let refused = stage.buy(request).await.unwrap_err();
    assert_eq!(reason(&refused, Code::FailedPrecondition), "QUOTE_EXPIRED");
    assert!(stage.all_shipments().await.is_empty());
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn nothing_dearer_than_allowed_is_bought() {
    let stage = Stage::start().await;
    let quotes = quotes(&stage).await;
    let quote = quotes.iter().find(|quote| quote.account == UPS).unwrap();
    let by_quote = Selection::Quote(quote.name.clone());
    let mut limit = quote.total.clone().unwrap();
    limit.units -= 1;
    let mut request = purchase(abroad(), by_quote.clone());
    request.max_total = Some(limit);
    let refused = stage.buy(request).await.unwrap_err();
    let told = reason(&refused, Code::FailedPrecondition);
    assert_eq!(told, "MAX_TOTAL_EXCEEDED");
    // A limit that cannot be compared is no limit.
    let mut request = purchase(abroad(), by_quote);
    request.max_total = Some(money("EUR", 10_000, 0));
    let refused = stage.buy(request).await.unwrap_err();
    assert!(said_of(&refused, "max_total").contains("USD"));
    let mut request = ground();
    request.max_total = Some(money("USD", 10_000, 0));
    let refused = stage.buy(request).await.unwrap_err();
    assert_eq!(fields(&refused), ["max_total"]);
    assert!(stage.all_shipments().await.is_empty());
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_choice_buys_the_best() {
    let stage = Stage::start().await;
    let mut question = quote(&abroad());
    question.deliver_by = Some(day(9));
    let quotes = stage.quote(question).await.unwrap().quotes;
    let tagged = |tag: Tag| {
        let mut quotes = quotes.iter();
        quotes
            .find(|quote| quote.tags().any(|own| own == tag))
            .unwrap()
    };
    let cheapest = Choice::default();
    let fastest = Choice {
        goal: Goal::Fastest.into(),
        ..Choice::default()
    };
    let in_time = Choice {
        deliver_by: Some(day(9)),
        ..Choice::default()
    };
    let of_ups = Choice {
        carriers: vec!["ups".into()],
        ..Choice::default()
    };
    let cheapest_of_ups = quotes.iter().find(|quote| quote.account == UPS).unwrap();
    let cases = [
        (cheapest, tagged(Tag::Cheapest)),
        (fastest, tagged(Tag::Fastest)),
        (in_time, tagged(Tag::BestByDeadline)),
        (of_ups, cheapest_of_ups),
    ];
    for (wanted, best) in cases {
        let request = purchase(abroad(), choice(wanted.clone()));
        let bought = stage.buy(request).await.unwrap();
        assert_eq!(bought.quoted_total, best.total, "{wanted:?}");
        assert_eq!(
            (&bought.account, &bought.service),
            (&best.account, &best.service)
        );
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_choice_that_nothing_fits_buys_nothing() {
    let stage = Stage::start().await;
    let too_soon = Choice {
        deliver_by: Some(day(1)),
        ..Choice::default()
    };
    let wrong_carrier = Choice {
        carriers: vec!["yanwen".into()],
        ..Choice::default()
    };
    let mut from_ohio = abroad();
    from_ohio.ship_from = Some(columbus());
    from_ohio.ship_to.as_mut().unwrap().country = "CA".into();
    let ship_to = from_ohio.ship_to.as_mut().unwrap();
    (ship_to.city, ship_to.region) = ("Toronto".into(), "ON".into());
    ship_to.postal_code = "M5V 2T6".into();
    let cases = [
        (purchase(abroad(), choice(too_soon)), ""),
        (purchase(from_ohio, choice(wrong_carrier)), "China"),
    ];
    for (request, why) in cases {
        let refused = stage.buy(request).await.unwrap_err();
        assert_eq!(reason(&refused, Code::FailedPrecondition), "NOTHING_FITS");
        assert!(refused.message().contains(why), "{refused:?}");
    }
    assert!(stage.all_shipments().await.is_empty());
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}
