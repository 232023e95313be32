//! The cases of shops catch what they are there to catch: a shop that is right passes all of them,
//! and each planted fault fails the case that is meant for it.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parcelgate_conformance::shops::{Answer, Subject, checks};
use parcelgate_conformance::{Check, Held};

mod toy;

const fn says(operation: &'static str, status: u16, body: &'static str) -> Answer {
    Answer {
        operation,
        status,
        header: None,
        body,
    }
}

const SETTINGS: &str = r#"{"token": "sentinel-token"}"#;

const HONEST: Subject = Subject {
    connect: toy::connect,
    settings: SETTINGS,
    order: "4711",
    no_order: "#1001",
    marketplace: None,
    item: "1",
    number: "1Z5R89390357567127",
    changed: "1Z5R89390357567136",
    handle: Some("p1"),
    grants: &[
        says("confirm", 200, r#"{"handle": "p1"}"#),
        says("change", 200, "{}"),
        says("inform", 200, "{}"),
        says(
            "read_back",
            200,
            r#"{"packages": [{"id": "p1", "number": "1Z5R89390357567127"}]}"#,
        ),
    ],
    shows_nothing: says("read_back", 200, r#"{"packages": []}"#),
    refusal: says(
        "confirm",
        400,
        r#"{"code": "CLOSED", "message": "the order is closed"}"#,
    ),
    refusal_code: "CLOSED",
    throttled: says("confirm", 429, r#"{"code": "BUSY", "message": "later"}"#),
    described: &[],
};

/// The cases that fail, each with what it says.
fn failures(subject: Subject) -> Vec<(String, String)> {
    let failed = checks(subject).into_iter().filter_map(|check: Check| {
        let name = check.name().to_owned();
        let looked = catch_unwind(AssertUnwindSafe(|| check.look()));
        let looked = looked.unwrap_or_else(|_| Err("it panics".to_owned()));
        Some((name, looked.err()?))
    });
    failed.collect()
}

#[test]
fn a_shop_that_is_right_passes_everything() {
    let mut ignored = Vec::new();
    for check in checks(HONEST) {
        let name = check.name().to_owned();
        match check.look() {
            Ok(Held::Yes) => {}
            Ok(Held::NotApplicable(_)) => ignored.push(name),
            Err(problem) => panic!("{name}\n{problem}"),
        }
    }
    assert_eq!(ignored, ["requests_and_answers_are_as_described"]);
}

#[test]
fn each_planted_fault_fails_its_case() {
    #[rustfmt::skip]
    let faults = [
        ("has_two_words_for_a_carrier", "profile"),
        ("gives_no_reason_for_an_absence", "profile"),
        ("takes_any_order", "a_bad_order_is_refused_before_anything_leaves"),
        ("tells_no_number", "confirm_tells_number_order_and_carrier"),
        ("tells_no_carrier", "confirm_tells_number_order_and_carrier"),
        ("forgets_the_handle", "confirm_tells_number_order_and_carrier"),
        ("shows_no_number", "read_back_shows_the_number"),
        ("makes_up_a_package", "read_back_of_nothing_is_nothing"),
        ("tells_the_old_number", "a_changed_number_is_told"),
        ("cannot_inform", "what_happens_on_the_way_is_told"),
        ("takes_silence_for_a_yes", "a_lost_answer_is_in_doubt_and_found_again"),
        ("sends_again_in_doubt", "a_lost_answer_is_in_doubt_and_found_again"),
        ("takes_a_no_for_a_yes", "a_refusal_is_for_good_and_keeps_the_shops_words"),
        ("loses_the_words", "a_refusal_is_for_good_and_keeps_the_shops_words"),
        ("never_tries_again", "throttling_is_waited_for"),
        ("takes_an_outage_for_a_refusal", "an_outage_passes_and_credentials_do_not"),
        ("asks_for_the_buyer", "nothing_personal_is_asked_for"),
        ("tells_its_secret", "no_secret_is_shown"),
        ("refuses_unknown_members", "unknown_fields_are_no_matter"),
        ("panics_on_a_short_answer", "a_hostile_answer_is_bounded"),
    ];
    for (fault, case) in faults {
        let settings = SETTINGS.replacen('{', &format!(r#"{{"fault": "{fault}", "#), 1);
        let failed = failures(Subject {
            settings: settings.leak(),
            ..HONEST
        });
        assert!(
            failed.iter().any(|(name, _)| name == case),
            "{fault} passes {case}: {failed:#?}"
        );
    }
    let tried: BTreeSet<&str> = faults.map(|(_, case)| case).into();
    let all = checks(HONEST);
    let untried = all.iter().filter(|check| !tried.contains(check.name()));
    let untried: Vec<&str> = untried.map(Check::name).collect();
    assert_eq!(untried, ["requests_and_answers_are_as_described"]);
}

#[test]
fn a_shop_that_tells_its_settings_back_is_seen() {
    let failed = failures(Subject {
        connect: toy::connect_telling,
        ..HONEST
    });
    let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["no_secret_is_shown"]);
}
