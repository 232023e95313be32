//! The cases.

use http::header::AUTHORIZATION;
use parcelgate_carrier::{Error, Kind, Repeat};
use parcelgate_shop::{Recognition, ShopAbility};

use super::{
    Answer, Fault, Happens, Stage, Subject, confirmation, connected, described, hostile, play, told,
};
use crate::check::Verdict;
use crate::{Check, Held, SENTINEL};

type Case = fn(&Subject) -> Verdict;

/// Everything that must hold for `subject`.
#[must_use]
pub fn checks(subject: Subject) -> Vec<Check> {
    let rows: [(&str, Case); 15] = [
        ("profile", profile),
        (
            "a_bad_order_is_refused_before_anything_leaves",
            refused_here,
        ),
        ("confirm_tells_number_order_and_carrier", confirms),
        ("read_back_shows_the_number", shows),
        ("read_back_of_nothing_is_nothing", shows_nothing),
        ("a_changed_number_is_told", changes),
        ("what_happens_on_the_way_is_told", informs),
        ("a_lost_answer_is_in_doubt_and_found_again", lost),
        ("a_refusal_is_for_good_and_keeps_the_shops_words", refusal),
        ("throttling_is_waited_for", throttled),
        ("an_outage_passes_and_credentials_do_not", outages),
        ("nothing_personal_is_asked_for", nothing_personal),
        ("no_secret_is_shown", no_secret),
        ("unknown_fields_are_no_matter", hostile::unknown_fields),
        ("requests_and_answers_are_as_described", described::fit),
    ];
    let mut checks: Vec<Check> = rows
        .into_iter()
        .map(|(name, case)| Check::new(name, move || case(&subject)))
        .collect();
    checks.push(Check::new("a_hostile_answer_is_bounded", move || {
        hostile::damage(&subject)
    }));
    checks
}

fn held(problems: Vec<String>) -> Verdict {
    match problems.is_empty() {
        true => Ok(Held::Yes),
        false => Err(problems.join("\n")),
    }
}

fn unless(holds: bool, problem: impl Into<String>) -> Option<String> {
    (!holds).then(|| problem.into())
}

fn kind(error: Option<&Error>) -> Option<Kind> {
    error.map(|error| error.kind)
}

/// A table that contradicts itself answers by chance; an ability needs a facet or a reason.
fn profile(subject: &Subject) -> Verdict {
    let shop = connected(subject)?;
    let profile = shop.profile();
    let mut problems = Vec::new();
    for (index, row) in profile.carriers.iter().enumerate() {
        let same = |other: &&parcelgate_shop::CarrierCode| {
            let both = (row.marketplaces, other.marketplaces);
            other.carrier == row.carrier
                && (both.0 == both.1 || both.0.iter().any(|it| both.1.contains(it)))
        };
        let rest = profile.carriers.iter().skip(index.saturating_add(1));
        problems.extend(
            rest.filter(same)
                .map(|it| format!("{} is there twice", it.carrier)),
        );
        problems.extend(unless(
            !row.code.is_empty(),
            format!("{} has no code", row.carrier),
        ));
    }
    let read_on: Result<jiff::civil::Date, _> = profile.carriers_read_on.parse();
    problems.extend(unless(read_on.is_ok(), "carriers_read_on is no date"));
    for (ability, name) in ShopAbility::ALL {
        let facet = match ability {
            ShopAbility::Change => true,
            ShopAbility::Events => shop.tells().is_some(),
            ShopAbility::ReadBack => shop.reads_back().is_some(),
        };
        let reason = profile.absence(ability);
        let said = facet || reason.is_some_and(|reason| !reason.is_empty());
        problems.extend(unless(said, format!("no word on why it has no {name}")));
    }
    held(problems)
}

fn refused_here(subject: &Subject) -> Verdict {
    let shop = connected(subject)?;
    let good = confirmation(subject, subject.number)?;
    let mut bad = good.clone();
    subject.no_order.clone_into(&mut bad.order);
    let refused = shop.confirms().check(&good);
    let mut problems: Vec<String> = unless(refused.is_empty(), format!("a good order: {refused}"))
        .into_iter()
        .collect();
    let checked = shop.confirms().check(&bad);
    let named = checked.as_slice().iter().any(|it| it.field == "order");
    let checks_orders = !subject.no_order.is_empty();
    problems.extend(unless(
        !checks_orders || named,
        "a bad order is not refused by its field",
    ));
    held(problems)
}

fn confirms(subject: &Subject) -> Verdict {
    let stage = Stage::over(subject, subject.grants, None)?;
    let came = play(told::confirm(&stage, subject))??;
    let log = stage.played.take_log();
    let mut problems = log.complaints.clone();
    let told = log.told();
    for what in [subject.number, subject.order, "UPS"] {
        problems.extend(unless(
            told.contains(what),
            format!("{what} is not told:\n{told}"),
        ));
    }
    match came {
        Err(error) => problems.push(error.to_string()),
        Ok(confirmed) => {
            let handle = confirmed.handle.as_deref();
            let problem = format!("the handle is {handle:?}, not {:?}", subject.handle);
            problems.extend(unless(handle == subject.handle, problem));
        }
    }
    held(problems)
}

fn shows(subject: &Subject) -> Verdict {
    let stage = Stage::over(subject, subject.grants, None)?;
    let Some(came) = play(told::read_back(&stage, subject))? else {
        return Ok(Held::NotApplicable("the shop shows nothing".to_owned()));
    };
    let shown = came.map_err(|error| error.to_string())?;
    let own = shown
        .iter()
        .find(|it| it.number.as_deref() == Some(subject.number));
    let mut problems = stage.played.take_log().complaints;
    match own {
        None => problems.push(format!("{} is not shown: {shown:?}", subject.number)),
        Some(own) => {
            let followed = own.recognition == Recognition::Followed;
            problems.extend(unless(followed, format!("it is not followed: {own:?}")));
            let named = subject.handle.is_none() || own.handle.as_deref() == subject.handle;
            problems.extend(unless(named, format!("it has another name: {own:?}")));
        }
    }
    held(problems)
}

fn shows_nothing(subject: &Subject) -> Verdict {
    let answers = instead(subject, subject.shows_nothing);
    let stage = Stage::over(subject, &answers, None)?;
    let Some(came) = play(told::read_back(&stage, subject))? else {
        return Ok(Held::NotApplicable("the shop shows nothing".to_owned()));
    };
    let shown = came.map_err(|error| error.to_string())?;
    let own = shown
        .iter()
        .any(|it| it.number.as_deref() == Some(subject.number));
    held(unless(!own, format!("{shown:?}")).into_iter().collect())
}

/// The answers when all is well, but for this one.
fn instead(subject: &Subject, answer: Answer) -> Vec<Answer> {
    let others = subject.grants.iter().copied();
    let others = others.filter(|it| it.operation != answer.operation);
    others.chain([answer]).collect()
}

fn changes(subject: &Subject) -> Verdict {
    let stage = Stage::over(subject, subject.grants, None)?;
    let came = play(told::change(&stage, subject))??;
    let log = stage.played.take_log();
    let mut problems = log.complaints.clone();
    problems.extend(came.err().map(|error| error.to_string()));
    let told = log.told();
    problems.extend(unless(
        told.contains(subject.changed),
        format!("not told:\n{told}"),
    ));
    held(problems)
}

fn informs(subject: &Subject) -> Verdict {
    let stage = Stage::over(subject, subject.grants, None)?;
    let Some(came) = play(told::inform(&stage, subject))? else {
        return Ok(Held::NotApplicable(
            "the shop wants to hear nothing".to_owned(),
        ));
    };
    let mut problems = stage.played.take_log().complaints;
    problems.extend(came.err().map(|error| error.to_string()));
    held(problems)
}

/// What is not to be sent twice is sent once, and in any case a later look finds it.
fn lost(subject: &Subject) -> Verdict {
    let fault = Fault {
        operation: "confirm",
        times: usize::MAX,
        what: Happens::Lost,
    };
    let stage = Stage::over(subject, subject.grants, Some(fault))?;
    let came = play(told::confirm(&stage, subject))??;
    let log = stage.played.take_log();
    let mut problems = Vec::new();
    match came {
        Ok(_) => problems.push("a lost answer is none".to_owned()),
        Err(error) => {
            let problem = format!("{} is not in doubt", error.kind.name());
            problems.extend(unless(error.kind.in_doubt(), problem));
        }
    }
    let confirming = || log.sent.iter().filter(|(it, _)| it.operation == "confirm");
    let once = confirming().any(|(it, _)| it.repeat == Repeat::OnlyIfUnsent);
    let problem = format!("sent {} times", log.of("confirm"));
    problems.extend(unless(!once || log.of("confirm") == 1, problem));
    problems.extend(unless(log.of("confirm") > 0, "no request is named confirm"));
    let reads = stage.shop.reads_back().is_some();
    problems.extend(unless(
        !once || reads,
        "sent once, and nothing finds it again",
    ));
    if problems.is_empty() && reads {
        return shows(subject);
    }
    held(problems)
}

fn refusal(subject: &Subject) -> Verdict {
    let fault = Fault {
        operation: subject.refusal.operation,
        times: usize::MAX,
        what: Happens::Answer(subject.refusal.response()),
    };
    let stage = Stage::over(subject, subject.grants, Some(fault))?;
    let came = play(told::confirm(&stage, subject))??;
    let log = stage.played.take_log();
    let Err(error) = came else {
        return Err("a refusal is taken for a yes".to_owned());
    };
    let mut problems = Vec::new();
    let for_good = !error.kind.retryable(Repeat::Safe) && !error.kind.in_doubt();
    problems.extend(unless(for_good, format!("{} may pass", error.kind.name())));
    let code = error.code.as_deref().unwrap_or_default();
    let expected = subject.refusal_code;
    problems.extend(unless(
        code == expected,
        format!("the code is {code:?}: {error}"),
    ));
    problems.extend(unless(error.text.is_some(), "the shop's words are lost"));
    let times = log.of(subject.refusal.operation);
    problems.extend(unless(times == 1, format!("asked {times} times")));
    held(problems)
}

fn throttled(subject: &Subject) -> Verdict {
    let fault = |times| Fault {
        operation: subject.throttled.operation,
        times,
        what: Happens::Answer(subject.throttled.response()),
    };
    let mut problems = Vec::new();
    let stage = Stage::over(subject, subject.grants, Some(fault(1)))?;
    let came = play(told::confirm(&stage, subject))??;
    problems.extend(came.err().map(|error| format!("once: {error}")));
    let stage = Stage::over(subject, subject.grants, Some(fault(usize::MAX)))?;
    let came = play(told::confirm(&stage, subject))??;
    let kind = kind(came.as_ref().err());
    let problem = format!("for ever: {kind:?}");
    problems.extend(unless(kind == Some(Kind::Throttled), problem));
    let many = stage.played.take_log().of(subject.throttled.operation);
    problems.extend(unless(
        (2..=10).contains(&many),
        format!("asked {many} times"),
    ));
    held(problems)
}

fn outages(subject: &Subject) -> Verdict {
    let answer = |status, body| Answer {
        operation: "read_back",
        status,
        header: None,
        body,
    };
    let rows = [
        (answer(500, ""), Kind::Unavailable),
        (answer(503, "<html>busy</html>"), Kind::Unavailable),
        (answer(401, "{}"), Kind::Credentials),
        (answer(200, "<html>welcome</html>"), Kind::Malformed),
        (answer(200, ""), Kind::Malformed),
    ];
    let mut problems = Vec::new();
    for (answer, expected) in rows {
        let fault = Fault {
            operation: "read_back",
            times: usize::MAX,
            what: Happens::Answer(answer.response()),
        };
        let stage = Stage::over(subject, subject.grants, Some(fault))?;
        let Some(came) = play(told::read_back(&stage, subject))? else {
            return Ok(Held::NotApplicable("the shop shows nothing".to_owned()));
        };
        let kind = kind(came.as_ref().err());
        let problem = format!("{} {:?} is {kind:?}", answer.status, answer.body);
        problems.extend(unless(kind == Some(expected), problem));
    }
    held(problems)
}

/// Parts of orders that a shop gives to whoever asks for them.
const PERSONAL: [&str; 8] = [
    "buyer",
    "recipient",
    "shippingAddress",
    "billingAddress",
    "customer {",
    "email",
    "phone",
    "address1",
];

fn nothing_personal(subject: &Subject) -> Verdict {
    let stage = Stage::over(subject, subject.grants, None)?;
    let _confirmed = play(told::confirm(&stage, subject))??;
    let _shown = play(told::read_back(&stage, subject))?;
    let told = stage.played.take_log().told().to_lowercase();
    let asked = PERSONAL
        .iter()
        .filter(|word| told.contains(&word.to_lowercase()));
    held(
        asked
            .map(|word| format!("{word} is asked for:\n{told}"))
            .collect(),
    )
}

/// Neither in what is printed of the adapter, nor of a failure, nor where it does not belong.
fn no_secret(subject: &Subject) -> Verdict {
    let mut problems = Vec::new();
    for status in [400, 401, 403, 500] {
        let body = r#"{"errors":[{"code":"no","message":"no"}],"code":"no","message":"no"}"#;
        let answer = Answer {
            operation: "confirm",
            status,
            header: None,
            body,
        };
        let fault = Fault {
            operation: "confirm",
            times: usize::MAX,
            what: Happens::Answer(answer.response()),
        };
        let stage = Stage::over(subject, subject.grants, Some(fault))?;
        let came = play(told::confirm(&stage, subject))??;
        let shown = format!(
            "{came:?} {}",
            came.as_ref()
                .err()
                .map_or_else(String::new, ToString::to_string)
        );
        problems.extend(unless(
            !shown.contains(SENTINEL),
            format!("{status}: {shown}"),
        ));
        let log = stage.played.take_log();
        problems.extend(unless(
            !log.told().contains(SENTINEL),
            "a secret is in a target or body",
        ));
        for (_, request) in &log.sent {
            let open = request
                .headers()
                .iter()
                .filter(|(_, value)| !value.is_sensitive());
            let open = open.filter(|(name, _)| *name == AUTHORIZATION);
            problems.extend(open.map(|(name, _)| format!("{name} can be printed")));
        }
    }
    let wrong = (subject.connect)(serde_json::json!({ "wrong": SENTINEL }));
    let shown = wrong
        .err()
        .map_or_else(String::new, |error| error.to_string());
    problems.extend(unless(
        !shown.contains(SENTINEL),
        format!("settings: {shown}"),
    ));
    held(problems)
}
