//! Every event code that is known of 4PX has a meaning, and the one that is proposed for it.

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::Arguments;
use parcelgate_carrier_fourpx::{Account, connect};
use parcelgate_conformance::ask::{Ask, Outcome};
use parcelgate_conformance::check::Verdict;
use parcelgate_conformance::fixture::Fixture;
use parcelgate_conformance::{Check, Held, described, play};
use parcelgate_domain::{Status, Substatus, TrackingEvent};
use serde_json::json;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let checks = [
        Check::new("fourpx::event_codes::each_means_what_is_proposed", || {
            listed(&[])
        }),
        // The check itself: a code that nobody knows must be found out.
        Check::new(
            "fourpx::event_codes::a_code_without_a_row_is_noticed",
            || {
                let planted = ("FPX_X_PLANTED".to_owned(), "IN_TRANSIT".to_owned());
                match listed(&[planted]) {
                    Err(wrong) if wrong.contains("FPX_X_PLANTED: None") => Ok(Held::Yes),
                    Ok(Held::Yes) => Err("it passes".to_owned()),
                    other => other,
                }
            },
        ),
    ];
    let trials = checks.map(Check::into_trial).into_iter().collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The list among the carriers' descriptions, with `planted` codes, told to the adapter as the
/// events of one parcel.
fn listed(planted: &[(String, String)]) -> Verdict {
    let Some(folder) = described::folder() else {
        let reason = "no descriptions: set CARRIER_SPECS to the folder that holds them";
        return if described::required() {
            Err(reason.to_owned())
        } else {
            Ok(Held::NotApplicable(reason.to_owned()))
        };
    };
    let mut rows = read(&folder.join("4px/event-codes.csv"))?;
    if rows.len() < 100 {
        return Err(format!("only {} codes are listed", rows.len()));
    }
    rows.extend_from_slice(planted);
    let events = told(&rows)?;
    if events.len() != rows.len() {
        return Err(format!("{} events of {}", events.len(), rows.len()));
    }
    let wrong: Vec<String> = rows
        .iter()
        .zip(&events)
        .filter(|((_, proposed), event)| !agrees(proposed, event))
        .map(|((code, proposed), event)| format!("{code}: {:?}, not {proposed}", event.status))
        .collect();
    if wrong.is_empty() {
        Ok(Held::Yes)
    } else {
        Err(wrong.join("\n"))
    }
}

/// Each code with the status that is proposed for it. A family ends in a star; here it gets an
/// ending of its own.
fn read(path: &Path) -> Result<Vec<(String, String)>, String> {
    let cannot = |error: csv::Error| format!("{}: {error}", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(cannot)?;
    let rows = reader.deserialize::<(String, String, String)>();
    rows.map(|row| {
        let (code, _, proposed) = row.map_err(cannot)?;
        Ok((code.replace('*', "0"), proposed))
    })
    .collect()
}

fn told(rows: &[(String, String)]) -> Result<Vec<TrackingEvent>, String> {
    let list: Vec<_> = rows
        .iter()
        .map(|(code, _)| {
            json!({"businessLinkCode": code, "occurDatetime": "2026-11-30 08:00:00",
                "trackingContent": "?"})
        })
        .collect();
    let answer = json!({"result": "1", "data": {"trackingList": list}});
    let text = format!("=== request * POST *\n\n{{}}\n=== answer 200\n\n{answer}\n");
    let fixture = Fixture::parse("event_codes", &text)?;
    let settings = json!({"app_key": "key", "app_secret": "secret"});
    let account: Account = serde_json::from_value(settings).map_err(|error| error.to_string())?;
    let carrier = connect(account).map_err(|error| error.to_string())?;
    let number = "4PX3001291278502CN".parse();
    let ask = Ask::Track(vec![number.map_err(|error| format!("{error}"))?]);
    match play::bare(&carrier, &ask, &fixture, None)?.reply {
        Ok(Outcome::Tracks(tracks)) => {
            let tracks = tracks
                .into_iter()
                .map(|track| track.map(|track| track.events));
            let events: Result<Vec<_>, _> = tracks.collect();
            Ok(events.map_err(|error| error.to_string())?.concat())
        }
        other => Err(format!("{other:?}")),
    }
}

/// The words of the list are coarser than ours.
fn agrees(proposed: &str, event: &TrackingEvent) -> bool {
    let statuses: &[Status] = match proposed {
        "PRE_TRANSIT" => &[Status::InfoReceived],
        "IN_TRANSIT" => &[Status::Accepted, Status::InTransit],
        "OUT_FOR_DELIVERY" => &[Status::OutForDelivery],
        "AVAILABLE_FOR_PICKUP" => &[Status::AvailableForPickup],
        "ATTEMPTED" => &[Status::AttemptFailed],
        "EXCEPTION" => &[Status::Exception],
        "LOST" => return event.substatus == Some(Substatus::Lost),
        "DELIVERED" => &[Status::Delivered],
        "RETURNED" => &[Status::Returning, Status::Returned],
        "CANCELLED" => &[Status::Cancelled],
        _ => &[],
    };
    event
        .status
        .is_some_and(|status| statuses.contains(&status))
}
