//! Every code in DHL's own lists of status codes has a row in a table.

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::Arguments;
use parcelgate_carrier_dhl::connect;
use parcelgate_conformance::ask::{Ask, Outcome};
use parcelgate_conformance::check::Verdict;
use parcelgate_conformance::fixture::Fixture;
use parcelgate_conformance::{Check, Held, described, play};
use parcelgate_domain::TrackingEvent;
use serde_json::{Value, json};

/// A code in one of the lists: whose it is, and as which members of an event it is told.
struct Row {
    service: String,
    detailed: String,
    status: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let checks = [
        Check::new("dhl::tables::every_status_code_has_a_row", || {
            each(statuses, 1_000)
        }),
        Check::new("dhl::tables::every_internal_event_has_a_row", || {
            each(internal, 300)
        }),
        // The check itself: a code that no list has must be found out.
        Check::new("dhl::tables::a_code_without_a_row_is_noticed", || {
            let planted = Row {
                service: "parcel-nl".to_owned(),
                detailed: String::new(),
                status: "PLANTED".to_owned(),
            };
            match missing(&[planted])?.as_slice() {
                [one] if one.contains("PLANTED") => Ok(Held::Yes),
                other => Err(format!("{other:?}")),
            }
        }),
    ];
    let trials = checks.map(Check::into_trial).into_iter().collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Each code of a list that has at least so many.
fn each(list: fn(&Path) -> Result<Vec<Row>, String>, at_least: usize) -> Verdict {
    let Some(folder) = described::folder() else {
        let reason = "no descriptions: set CARRIER_SPECS to the folder that holds them";
        return if described::required() {
            Err(reason.to_owned())
        } else {
            Ok(Held::NotApplicable(reason.to_owned()))
        };
    };
    let rows = list(&folder)?;
    if rows.len() < at_least {
        return Err(format!("only {} codes are listed", rows.len()));
    }
    let wrong = missing(&rows)?;
    if wrong.is_empty() {
        Ok(Held::Yes)
    } else {
        Err(wrong.join("\n"))
    }
}

fn statuses(folder: &Path) -> Result<Vec<Row>, String> {
    let records = read(&folder.join("dhl/tracking-unified-status-codes.csv"))?;
    let rows = records.into_iter().map(|[service, status, _]| Row {
        service,
        detailed: String::new(),
        status,
    });
    Ok(rows.collect())
}

fn internal(folder: &Path) -> Result<Vec<Row>, String> {
    let records = read(&folder.join("dhl/parcel-de-ice-event-codes.csv"))?;
    let rows = records.into_iter().map(|[event, reason, letters]| Row {
        service: "parcel-de".to_owned(),
        detailed: format!("{event}.{reason}"),
        status: letters,
    });
    Ok(rows.collect())
}

/// The first three columns; the lists are in the letters of Windows, but for these.
fn read(path: &Path) -> Result<Vec<[String; 3]>, String> {
    let cannot = |error: csv::Error| format!("{}: {error}", path.display());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .from_path(path)
        .map_err(cannot)?;
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(cannot)?;
        let text = |at| String::from_utf8_lossy(record.get(at).unwrap_or_default()).into_owned();
        rows.push([0, 1, 2].map(text));
    }
    Ok(rows)
}

/// Codes that mean what stands beside them, and nothing by themselves: those without a row.
fn missing(rows: &[Row]) -> Result<Vec<String>, String> {
    let mut missing = Vec::new();
    for row in rows {
        let told = [told(row, "delivered")?, told(row, "pre-transit")?];
        let [one, other] = &told;
        let by_itself = one.status == other.status && one.leg == other.leg;
        let code = if row.detailed.is_empty() {
            &row.status
        } else {
            &row.detailed
        };
        if !by_itself || one.code != *code {
            missing.push(format!("{} {code}", row.service));
        }
    }
    Ok(missing)
}

/// What the adapter makes of one event, beside a coarse status.
fn told(row: &Row, coarse: &str) -> Result<TrackingEvent, String> {
    let answer = json!({"shipments": [{"service": row.service, "events": [{
        "timestamp": "2026-11-30T08:00:00Z",
        "statusCode": coarse,
        "status": row.status,
        "statusDetailed": row.detailed,
    }]}]});
    let text = format!("=== request * GET *\n\n=== answer 200\n\n{answer}\n");
    let fixture = Fixture::parse("tables", &text)?;
    let settings: Value = json!({"product": "unified", "api_key": "key"});
    let carrier = connect(settings).map_err(|error| error.to_string())?;
    let number = "00340434161094880017".parse();
    let ask = Ask::Track(vec![number.map_err(|error| format!("{error}"))?]);
    match play::bare(carrier.as_ref(), &ask, &fixture, None)?.reply {
        Ok(Outcome::Tracks(tracks)) => {
            let events = tracks.into_iter().flatten().flat_map(|track| track.events);
            let mut events = events.collect::<Vec<_>>().into_iter();
            events.next().ok_or_else(|| "no event".to_owned())
        }
        other => Err(format!("{other:?}")),
    }
}
