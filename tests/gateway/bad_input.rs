//! What cannot stand is refused as a whole, with every field at fault, and leaves nothing behind.

use parcelgate_proto::google::r#type::Date;
use parcelgate_proto::v1::{
    Address, Choice, LabelFormat, ListShipmentsRequest, ListTrackersRequest, PurchaseLabelRequest,
    QuoteRatesRequest, VoidLabelRequest, WatchEventsRequest,
};
use parcelgate_sandbox::Carrier;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::errors::{fact, fields, info, reason, said_of};
use crate::requests::{
    abroad, at_home, choice, day, fresh, ground, money, packet, purchase, quote, service,
};
use crate::stage::{Stage, UPS, YANWEN, until, within};

/// Nothing was written, and nothing was bought.
async fn nothing_happened(stage: &Stage) {
    assert!(stage.all_shipments().await.is_empty());
    assert!(stage.carriers().parcels().is_empty());
}

/// An address with nothing in it that could stand.
fn nowhere(country: &str) -> Address {
    Address {
        country: country.into(),
        phone: "5".repeat(300),
        ..Address::default()
    }
}

#[tokio::test]
async fn every_bad_field_of_a_quote_is_named_at_once() {
    let stage = Stage::start().await;
    let mut request = quote(&abroad());
    request.ship_from = vec![nowhere("XX")];
    request.ship_to = Some(nowhere("US"));
    request.parcels[0].weight_grams = 0;
    request.parcels[0].size.as_mut().unwrap().width_mm = 0;
    let customs = request.customs.as_mut().unwrap();
    let mut wrong = customs.items[0].clone();
    customs.items[0].quantity = 0;
    customs.items[0].hs_code = "lamp".into();
    wrong.origin = "China".into();
    wrong.unit_value = Some(money("DOLLARS", 1, 0));
    wrong.description.clear();
    customs.items.push(wrong);
    request.currency = "dollars".into();
    request.carriers = vec!["pigeon".into()];
    request.accounts = vec!["ups-nowhere".into()];
    request.ship_date = Some(Date {
        year: 2026,
        month: 2,
        day: 30,
    });
    request.deliver_by = Some(Date {
        year: 2026,
        month: 13,
        day: 1,
    });
    let refused = stage.quote(request).await.unwrap_err();
    assert_eq!(reason(&refused, Code::InvalidArgument), "INVALID_FIELDS");
    let expected = [
        "accounts",
        "carriers",
        "currency",
        "customs.items[0].hs_code",
        "customs.items[0].quantity",
        "customs.items[1].description",
        "customs.items[1].origin",
        "customs.items[1].unit_value.currency_code",
        "deliver_by",
        "parcels[0].size.width_mm",
        "parcels[0].weight_grams",
        "ship_date",
        "ship_from[0].country",
        "ship_from[0].lines",
        "ship_from[0].name",
        "ship_from[0].phone",
        "ship_to.city",
        "ship_to.lines",
        "ship_to.name",
        "ship_to.phone",
        "ship_to.postal_code",
        "ship_to.region",
    ];
    assert_eq!(fields(&refused), expected);
    stage.stop().await;
}

#[tokio::test]
async fn every_bad_field_of_a_purchase_is_named_at_once() {
    let stage = Stage::start().await;
    let nothing = PurchaseLabelRequest::default();
    let refused = stage.buy(nothing).await.unwrap_err();
    assert_eq!(fields(&refused), ["request_id", "selection", "shipment"]);
    info(&refused);

    let mut request = ground();
    request.request_id = "seventeen".into();
    request.selection = None;
    request.max_total = Some(money("USD", 5, 1));
    let spec = request.shipment.as_mut().unwrap();
    spec.ship_from = None;
    spec.ship_to.as_mut().unwrap().postal_code = "4321".into();
    spec.parcels.clear();
    spec.order_number = "x".repeat(36);
    let refused = stage.buy(request).await.unwrap_err();
    let expected = [
        "max_total.nanos",
        "request_id",
        "selection",
        "shipment.order_number",
        "shipment.parcels",
        "shipment.ship_from",
        "shipment.ship_to.postal_code",
    ];
    assert_eq!(fields(&refused), expected);
    nothing_happened(&stage).await;
    stage.stop().await;
}

#[tokio::test]
async fn what_the_carrier_would_not_take_is_named_before_anything_is_written() {
    let stage = Stage::start().await;
    let mut request = packet();
    request.set_label_format(LabelFormat::Zpl);
    let spec = request.shipment.as_mut().unwrap();
    let recipient = spec.ship_to.as_mut().unwrap();
    recipient.name = "アダ".into(); // Chinese would be spelled
    recipient.phone.clear();
    let goods = &mut spec.customs.as_mut().unwrap().items[0];
    goods.description_zh.clear();
    goods.unit_value = Some(money("JPY", 900, 0));
    let two = spec.parcels[0];
    spec.parcels.push(two);
    let refused = stage.buy(request).await.unwrap_err();
    let expected = [
        "label_format",
        "shipment.customs.items[0].description_zh",
        "shipment.customs.items[0].unit_value",
        "shipment.parcels",
        "shipment.ship_to.name",
        "shipment.ship_to.phone",
    ];
    assert_eq!(fields(&refused), expected);
    // The name is nobody's business but the carrier's.
    assert!(!format!("{refused:?}").contains("アダ"));
    nothing_happened(&stage).await;
    stage.stop().await;
}

#[tokio::test]
async fn what_is_unknown_is_named_with_what_is_allowed() {
    let stage = Stage::start().await;
    let known = |text: String, words: &[&str]| {
        for word in words {
            assert!(text.contains(word), "{word} is missing: {text}");
        }
    };
    let mut request = quote(&abroad());
    request.ship_to.as_mut().unwrap().country = "us".into();
    request.currency = "YUAN".into();
    let refused = stage.quote(request).await.unwrap_err();
    known(
        said_of(&refused, "ship_to.country"),
        &["us", "ISO 3166", "US"],
    );
    known(said_of(&refused, "currency"), &["YUAN", "ISO 4217", "CNY"]);

    let mut request = quote(&abroad());
    request.carriers = vec!["ups".into(), "pigeon".into()];
    request.accounts = vec!["mine".into()];
    let refused = stage.quote(request).await.unwrap_err();
    known(said_of(&refused, "carriers"), &["pigeon", "ups", "yanwen"]);
    known(said_of(&refused, "accounts"), &["mine", UPS, YANWEN]);

    let pigeon = purchase(at_home(), service(UPS, "pigeon"));
    let refused = stage.buy(pigeon).await.unwrap_err();
    known(
        said_of(&refused, "service.service"),
        &["pigeon", "03", "65"],
    );
    let nobody = purchase(at_home(), service("nobody", "03"));
    let refused = stage.buy(nobody).await.unwrap_err();
    known(
        said_of(&refused, "service.account"),
        &["nobody", UPS, YANWEN],
    );
    let pigeons = choice(Choice {
        carriers: vec!["pigeon".into()],
        ..Choice::default()
    });
    let refused = stage.buy(purchase(at_home(), pigeons)).await.unwrap_err();
    known(said_of(&refused, "choice.carriers"), &["pigeon", "ups"]);
    nothing_happened(&stage).await;
    stage.stop().await;
}

#[tokio::test]
async fn money_finer_than_its_currency_is_refused() {
    let stage = Stage::start().await;
    for (value, field) in [
        (money("USD", 1, 1), "nanos"),
        (money("JPY", 1, 500_000_000), "nanos"),
        (money("KWD", 1, 100_000), "nanos"),
        (money("USD", 1, -500_000_000), "nanos"),
        (money("USD", 0, i32::MIN), "nanos"),
        (money("USD", i64::MAX, 0), "units"),
        (money("usd", 1, 0), "currency_code"),
        (money("", 1, 0), "currency_code"),
    ] {
        let mut request = ground();
        request.max_total = Some(value.clone());
        let refused = stage.buy(request).await.unwrap_err();
        assert_eq!(
            fields(&refused),
            [format!("max_total.{field}")],
            "{value:?}"
        );
    }
    nothing_happened(&stage).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_message_over_the_limit_has_its_own_reason() {
    let stage = Stage::start().await;
    let limits = &stage.config.grpc;
    // A service that takes papers takes larger messages.
    let (most, with_paper) = (limits.request_bytes_max, limits.paper_bytes_max);
    let mut question = quote(&abroad());
    question.currency = "x".repeat(most);
    let mut order = ground();
    order.shipment.as_mut().unwrap().order_number = "x".repeat(with_paper);
    let refusals = [
        (stage.quote(question).await.unwrap_err(), most),
        (stage.buy(order).await.unwrap_err(), with_paper),
    ];
    for (refused, limit) in refusals {
        let told = reason(&refused, Code::ResourceExhausted);
        assert_eq!(told, "MESSAGE_TOO_LARGE");
        let limit = limit.to_string();
        assert!(refused.message().contains(&limit), "{refused:?}");
    }
    nothing_happened(&stage).await;
    // The connection lives on.
    assert!(stage.quote(quote(&abroad())).await.is_ok());
    stage.stop().await;
}

#[tokio::test]
async fn without_time_for_an_answer_nothing_is_begun() {
    let stage = Stage::start().await;
    let (rated, sent) = (
        stage.count(Carrier::Ups, "rate", 0),
        stage.count(Carrier::Ups, "ship", 0),
    );
    for ms in [0, 1, 20] {
        // Whether the client or the gateway gives up first: both are too late.
        stage.buy(within(ms, ground())).await.unwrap_err();
        let _too_late = stage.quote(within(ms, quote(&at_home()))).await;
    }
    let refused = until("the gateway's own refusal", async || {
        let refused = stage.buy(within(45, ground())).await.unwrap_err();
        refused
            .get_details_error_info()
            .is_some()
            .then_some(refused)
    })
    .await;
    assert_eq!(reason(&refused, Code::DeadlineExceeded), "DEADLINE");
    nothing_happened(&stage).await;
    assert_eq!((rated.seen(), sent.seen()), (0, 0));
    stage.stop().await;
}

#[tokio::test]
async fn a_token_of_another_list_is_foreign() {
    let stage = Stage::start().await;
    for request in [ground(), ground()] {
        stage.buy(request).await.unwrap();
    }
    let first = ListShipmentsRequest {
        page_size: 1,
        ..ListShipmentsRequest::default()
    };
    let page = stage.shipments().list_shipments(first.clone()).await;
    let page_token = page.unwrap().into_inner().next_page_token;
    assert!(!page_token.is_empty());
    let trackers = ListTrackersRequest {
        page_token: page_token.clone(),
        ..ListTrackersRequest::default()
    };
    let refused = stage.tracking().list_trackers(trackers).await.unwrap_err();
    assert_eq!(reason(&refused, Code::InvalidArgument), "FOREIGN_TOKEN");
    assert_eq!(fields(&refused), ["page_token"]);
    for page_token in ["%", "AAAA", "c2hpcG1lbnRz"] {
        let request = ListShipmentsRequest {
            page_token: page_token.into(),
            ..first.clone()
        };
        let refused = stage.shipments().list_shipments(request).await.unwrap_err();
        assert_eq!(reason(&refused, Code::InvalidArgument), "FOREIGN_TOKEN");
    }
    for resume_token in ["one", "-1", "99999999", &page_token] {
        let request = WatchEventsRequest {
            resume_token: resume_token.into(),
            kinds: Vec::new(),
        };
        let refused = stage.tracking().watch_events(request).await.unwrap_err();
        assert_eq!(reason(&refused, Code::InvalidArgument), "FOREIGN_TOKEN");
        assert_eq!(fields(&refused), ["resume_token"]);
    }
    for page_size in [-1, 1_001] {
        let request = ListShipmentsRequest {
            page_size,
            ..ListShipmentsRequest::default()
        };
        let refused = stage.shipments().list_shipments(request).await.unwrap_err();
        assert_eq!(fields(&refused), ["page_size"]);
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_name_belongs_to_its_collection() {
    let stage = Stage::start().await;
    let bought = stage.buy(ground()).await.unwrap();
    let tracker = bought.parcels[0].tracker.clone();
    for name in ["", "shipments", "shipments/", "shipments/../x", &tracker] {
        let request = VoidLabelRequest {
            name: name.into(),
            request_id: fresh(),
        };
        let refused = stage.shipments().void_label(request).await.unwrap_err();
        assert_eq!(fields(&refused), ["name"], "{name}");
    }
    let nobodys = bought.name.replace("shipments/", "quotes/");
    let mut request = ground();
    request.selection =
        Some(parcelgate_proto::v1::purchase_label_request::Selection::Quote(nobodys));
    let refused = stage.buy(request).await.unwrap_err();
    assert_eq!(reason(&refused, Code::NotFound), "NOT_FOUND");
    let unnamed = VoidLabelRequest::default();
    let refused = stage.shipments().void_label(unnamed).await.unwrap_err();
    assert_eq!(fields(&refused), ["name", "request_id"]);
    assert_eq!(stage.shipment(&bought.name).await, bought);
    stage.stop().await;
}

#[tokio::test]
async fn the_carriers_own_no_is_kept_word_for_word() {
    let stage = Stage::start().await;
    // A service that UPS does not have on this way, and a product that Yanwen does not know.
    let ups = purchase(abroad(), service(UPS, "03"));
    let yanwen = purchase(abroad(), service(YANWEN, "999"));
    let cases = [
        (
            ups,
            "120124",
            "The requested service is unavailable between",
        ),
        (yanwen, "1", "渠道不存在或未开通"),
    ];
    for (request, code, text) in cases {
        let refused = stage.buy(request.clone()).await.unwrap_err();
        let told = reason(&refused, Code::FailedPrecondition);
        assert_eq!(told, "CARRIER_REFUSED");
        assert_eq!(fact(&refused, "carrier_code"), code);
        assert!(fact(&refused, "carrier_text").contains(text), "{refused:?}");
        // The same words whenever it is asked, and in the shipment.
        let again = stage.buy(request).await.unwrap_err();
        assert_eq!(again.code(), refused.code());
        assert_eq!(info(&again).metadata, info(&refused).metadata);
    }
    for shipment in stage.all_shipments().await {
        let failure = shipment.failure.clone().unwrap();
        assert_eq!(failure.reason, "REFUSED");
        assert!(!failure.carrier_code.is_empty() && !failure.carrier_text.is_empty());
    }
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_quote_needs_somewhere_to_go() {
    let stage = Stage::start().await;
    let nothing = QuoteRatesRequest::default();
    let refused = stage.quote(nothing).await.unwrap_err();
    assert_eq!(fields(&refused), ["parcels", "ship_from", "ship_to"]);
    let mut six = quote(&abroad());
    six.ship_from = vec![six.ship_from[0].clone(); 6];
    let refused = stage.quote(six).await.unwrap_err();
    assert_eq!(fields(&refused), ["ship_from"]);
    let mut undeclared = quote(&abroad());
    undeclared.customs = None;
    undeclared.deliver_by = Some(day(20));
    let refused = stage.quote(undeclared).await.unwrap_err();
    assert_eq!(fields(&refused), ["customs"]);
    stage.stop().await;
}
