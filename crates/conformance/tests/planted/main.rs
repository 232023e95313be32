//! The suite catches what it is there to catch: a carrier that is right passes everything, and each
//! planted fault fails the check that is meant for it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::Path;

use parcelgate_conformance::{Check, Description, Held, Lane, Served, Subject, suite, words};

mod toy;

const SETTINGS: &str =
    r#"{"client_id": "sentinel-client-id", "client_secret": "sentinel-client-secret"}"#;

const HONEST: Subject = Subject {
    connect: toy::connect,
    settings: SETTINGS,
    fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/tests/planted/fixtures"),
    lanes: &[Served {
        lane: Lane::UsDomestic,
        service: "GND",
    }],
    numbers: &["TOY000000017", "TOY000000024", "TOY000000031"],
    carrier_number: "A7",
    return_service: "",
    pickup: ("", ""),
    descriptions: &[],
};

const DESCRIBED: Subject = Subject {
    descriptions: &[
        Description {
            host: "door",
            path: "/token",
            file: "toy.yaml",
        },
        Description {
            host: "api",
            path: "/rates",
            file: "toy.yaml",
        },
    ],
    ..HONEST
};

/// What fails, by the name of the check.
fn failures(checks: Vec<Check>) -> BTreeMap<String, String> {
    let failed = checks.into_iter().filter_map(|check| {
        let name = check.name().to_owned();
        Some((name, check.look().err()?))
    });
    failed.collect()
}

#[test]
fn a_carrier_that_is_right_passes_everything() {
    let (mut held, mut ignored) = (0, Vec::new());
    for check in suite(&HONEST) {
        let name = check.name().to_owned();
        match check.look() {
            Ok(Held::Yes) => held += 1,
            Ok(Held::NotApplicable(reason)) => ignored.push(format!("{name}: {reason}")),
            Err(problem) => panic!("{name}\n{problem}"),
        }
    }
    assert!(held > 150, "{held}");
    let said = |part: &str| ignored.iter().any(|line| line.contains(part));
    for part in [
        "rates::cn_to_us: cn_to_us is not served",
        "rates::two_parcels: a shipment is one parcel",
        "addresses::valid: the carrier has no addresses",
    ] {
        assert!(said(part), "{part} in {ignored:#?}");
    }
}

#[test]
fn each_planted_fault_fails_its_check() {
    #[rustfmt::skip]
    let faults = [
        ("sends_again_in_doubt", "law::in_doubt_it_is_sent_once::shipping.buy_us_domestic"),
        ("pays_repeatably", "law::requests_say_what_they_mean::shipping.buy_us_domestic"),
        ("forgets_that_it_paid", "law::once_paid_never_free::shipping.buy_us_domestic"),
        ("takes_damage_for_a_refusal", "law::a_truncated_answer_is_noticed::shipping.buy_us_domestic"),
        ("answers_in_the_carriers_order", "law::the_order_of_an_answer_does_not_matter::tracking.several"),
        ("answers_in_the_carriers_order", "tracking::several"),
        ("panics_on_a_short_answer", "law::a_truncated_answer_is_noticed::tracking.delivered"),
        ("tells_its_secret", "law::secrets_and_persons_are_not_told::rates.us_domestic"),
        ("logs_the_recipient", "law::secrets_and_persons_are_not_told::shipping.buy_us_domestic"),
        ("tells_a_setting_back", "law::refused_settings_tell_no_secret"),
        ("leaves_a_header_out", "rates::us_domestic"),
        ("makes_up_a_price", "law::a_flipped_byte_makes_no_price::rates.us_domestic"),
        ("refuses_unknown_members", "law::an_unknown_member_is_ignored::rates.us_domestic"),
        ("takes_too_many_for_a_refusal", "law::too_many_requests_are_throttled::tracking.delivered"),
        ("takes_a401_for_final", "law::a_stale_token_is_renewed_once::rates.us_domestic"),
        ("takes_a500_for_a_refusal", "law::a_500_is_unavailable::shipping.void"),
        ("takes_a500_for_a_refusal", "law::in_doubt_it_is_sent_once::shipping.buy_us_domestic"),
        ("takes_a_page_for_a_void", "law::a_web_page_is_malformed::shipping.void"),
        ("loses_unknown_codes", "tracking::unknown_code"),
        ("drops_the_carriers_words", "shipping::buy_refused"),
        ("takes_any_push", "pushes::wrong_credential"),
        ("charges_to_no_sum", "rates::us_domestic"),
        ("gives_no_label_nor_reason", "shipping::label_again"),
        ("leaves_an_extra_unsaid", "law::an_extra_is_refused_or_sent::shipping.buy_us_domestic"),
        ("gives_no_reason_for_an_absence", "law::what_is_absent_has_its_reason"),
        ("panics_on_a_short_answer", "hostile::tracking"),
        ("makes_up_a_price", "hostile::rates"),
        ("takes_damage_for_a_refusal", "hostile::shipping"),
        ("takes_any_order", "law::what_is_bought_passes_the_check::shipping.buy_us_domestic"),
    ];
    for (fault, check) in faults {
        let settings = SETTINGS.replacen('{', &format!(r#"{{"fault": "{fault}", "#), 1);
        let subject = Subject {
            settings: settings.leak(),
            ..HONEST
        };
        let wanted = format!("toy::{check}");
        let (own, others): (Vec<_>, Vec<_>) = suite(&subject)
            .into_iter()
            .partition(|c| c.name() == wanted);
        assert!(
            !own.is_empty() && !others.is_empty(),
            "{wanted} is no check"
        );
        assert_eq!(failures(own).len(), 1, "{fault} passes {check}");
    }
}

#[test]
fn a_misspelt_setting_that_is_taken_is_seen() {
    let subject = Subject {
        connect: toy::connect_loosely,
        ..HONEST
    };
    let failed = failures(suite(&subject));
    let names: Vec<_> = failed.keys().collect();
    assert_eq!(names, ["toy::law::an_unknown_setting_is_refused_by_name"]);
}

#[test]
fn a_fixture_that_is_missing_is_asked_for_and_one_too_many_is_refused() {
    let lanes = &[Served {
        lane: Lane::CnToUs,
        service: "GND",
    }];
    let failed = failures(suite(&Subject { lanes, ..HONEST }));
    let missing = &failed["toy::rates::cn_to_us"];
    assert!(
        missing.contains("write fixtures/rates.cn_to_us.http"),
        "{missing}"
    );
    assert!(missing.contains("=== request api POST /rates"), "{missing}");
    let superfluous = &failed["toy::rates::us_domestic"];
    assert!(
        superfluous.contains("us_domestic is not served"),
        "{superfluous}"
    );
}

#[test]
fn what_is_not_described_is_seen() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted/descriptions");
    let judged = |subject: &Subject| {
        let checks = words::checks_by(subject, Some(&folder)).unwrap();
        failures(checks)
    };
    let honest = judged(&DESCRIBED);
    assert!(
        !honest.keys().any(|name| name.contains("rates.")),
        "{honest:?}"
    );
    // Nothing describes the orders.
    let orders = &honest["toy::described::shipping.void"];
    assert!(
        orders.contains("Subject::descriptions names none"),
        "{orders}"
    );
    let settings = SETTINGS.replacen('{', r#"{"fault": "sends_what_is_not_described", "#, 1);
    let wrong = judged(&Subject {
        settings: settings.leak(),
        ..DESCRIBED
    });
    assert!(
        wrong["toy::described::rates.us_domestic"].contains("/grams"),
        "{wrong:?}"
    );
}

#[test]
fn without_descriptions_nothing_is_called_right() {
    for check in words::checks_by(&DESCRIBED, None).unwrap() {
        assert_ne!(check.look(), Ok(Held::Yes));
    }
}
