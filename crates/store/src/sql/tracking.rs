//! What happened to parcels.

use std::collections::{BTreeMap, BTreeSet};

use parcelgate_domain::TrackingEvent;
use serde_json::json;

use super::cells::Cells;
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::rules::Known;
use crate::{Result, Tenant, TrackerId};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[KNOWN, WANTED, OF_TRACKER, SAVE];

// Ids alone, from the index: most observations bring nothing new.
const KNOWN: &str = "
    SELECT e.tenant, e.tracker, e.id FROM json_each($1) AS w
    JOIN tracking_event AS e ON e.tenant = w.value->>0 AND e.tracker = w.value->>1";

const WANTED: &str = "
    SELECT e.tenant, e.tracker, e.body FROM json_each($1) AS w
    JOIN tracking_event AS e ON e.tenant = w.value->>0 AND e.tracker = w.value->>1";

const OF_TRACKER: &str = "SELECT body FROM tracking_event WHERE tenant = $1 AND tracker = $2";

const SAVE: &str = "
    INSERT INTO tracking_event (tenant, tracker, id, body)
    SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each($1)";

type Key = (Tenant, TrackerId);

/// What is known of the parcels of which events are `offered`: the ids of theirs, and these in full
/// where one that is offered is not among them.
pub(super) async fn load(
    on: &mut Connection,
    offered: &BTreeMap<Key, BTreeSet<String>>,
) -> Result<BTreeMap<Key, Known>> {
    let mut known: BTreeMap<Key, Known> = BTreeMap::new();
    if offered.is_empty() {
        return Ok(known);
    }
    let keys: Vec<&Key> = offered.keys().collect();
    let statement = Statement::of(KNOWN).json(&keys)?;
    let read = |row: &Cells<'_>| Ok((key(row)?, row.text("id")?));
    for (key, id) in statement::all(&mut *on, statement, read).await? {
        known.entry(key).or_default().ids.insert(id);
    }
    let brings_new = |(key, known): &(&Key, &Known)| {
        let offered = offered.get(*key);
        offered.is_some_and(|offered| !offered.is_subset(&known.ids))
    };
    let wanted: Vec<&Key> = known
        .iter()
        .filter(brings_new)
        .map(|(key, _)| key)
        .collect();
    if wanted.is_empty() {
        return Ok(known);
    }
    let statement = Statement::of(WANTED).json(&wanted)?;
    let read = |row: &Cells<'_>| Ok((key(row)?, row.json("body")?));
    for (key, event) in statement::all(on, statement, read).await? {
        known.entry(key).or_default().events.push(event);
    }
    Ok(known)
}

pub(super) async fn save(
    on: &mut Connection,
    events: &[(Tenant, TrackerId, TrackingEvent)],
) -> Result<()> {
    let row = |(tenant, tracker, event): &(Tenant, TrackerId, TrackingEvent)| {
        Ok(json!([tenant, tracker, event.id, statement::json(event)?]))
    };
    let rows: Result<Vec<_>> = events.iter().map(row).collect();
    statement::write(on, SAVE, rows?).await
}

pub(super) async fn of_tracker(
    on: &Reads,
    tenant: &Tenant,
    id: &TrackerId,
) -> Result<Vec<TrackingEvent>> {
    let statement = Statement::of(OF_TRACKER).text(tenant).text(id);
    let mut events: Vec<TrackingEvent> =
        statement::all(on, statement, |row| row.json("body")).await?;
    // As the fold orders them.
    events.sort_by(|a, b| {
        let place = |event: &TrackingEvent| (event.occurred_at.instant, event.status);
        place(a).cmp(&place(b)).then_with(|| a.id.cmp(&b.id))
    });
    Ok(events)
}

fn key(row: &Cells<'_>) -> Result<Key> {
    Ok((row.parsed("tenant")?, row.parsed("tracker")?))
}
