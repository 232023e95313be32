//! What happened to parcels.

use std::collections::BTreeMap;

use parcelgate_domain::TrackingEvent;
use serde_json::json;

use super::cells::Cells;
use super::connection::{Connection, Reads};
use super::statement::{self, Statement};
use crate::rules::Known;
use crate::{Result, Tenant, TrackerId};

#[cfg(any(test, feature = "suite"))]
pub(super) const SQL: &[&str] = &[KNOWN, WANTED, OF_TRACKER, SAVE];

// Not what happened: most observations bring nothing new.
const KNOWN: &str = "
    SELECT e.tenant, e.tracker, e.id, e.mapping FROM json_each($1) AS w
    JOIN tracking_event AS e ON e.tenant = w.value->>0 AND e.tracker = w.value->>1";

const WANTED: &str = "
    SELECT e.tenant, e.tracker, e.body FROM json_each($1) AS w
    JOIN tracking_event AS e ON e.tenant = w.value->>0 AND e.tracker = w.value->>1";

const OF_TRACKER: &str = "SELECT body FROM tracking_event WHERE tenant = $1 AND tracker = $2";

const SAVE: &str = "
    INSERT INTO tracking_event (tenant, tracker, id, body, mapping)
    SELECT value->>0, value->>1, value->>2, value->>3, CAST(value->>4 AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (tenant, tracker, id) DO UPDATE SET
        body = excluded.body, mapping = excluded.mapping";

type Key = (Tenant, TrackerId);

/// What is known of the parcels of which events are `offered`: the ids of theirs, and these in full
/// where one that is offered is not among them, or is read by a newer edition.
pub(super) async fn load(
    on: &mut Connection,
    offered: &BTreeMap<Key, BTreeMap<String, u32>>,
) -> Result<BTreeMap<Key, Known>> {
    let mut known: BTreeMap<Key, Known> = BTreeMap::new();
    if offered.is_empty() {
        return Ok(known);
    }
    let keys: Vec<&Key> = offered.keys().collect();
    let statement = Statement::of(KNOWN).json(&keys)?;
    let read = |row: &Cells<'_>| Ok((key(row)?, row.text("id")?, row.number("mapping")?));
    for (key, id, edition) in statement::all(&mut *on, statement, read).await? {
        known.entry(key).or_default().ids.insert(id, edition);
    }
    let brings_new = |(key, known): &(&Key, &Known)| {
        let offered = offered.get(*key);
        let is_new =
            |(id, edition): (&String, &u32)| known.ids.get(id).is_none_or(|known| known < edition);
        offered.is_some_and(|offered| offered.iter().any(is_new))
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
    // Of one that was read anew by a batch of the same group only the last counts.
    let last: BTreeMap<_, _> = events
        .iter()
        .map(|(tenant, tracker, event)| ((tenant, tracker, &event.id), event))
        .collect();
    let row = |((tenant, tracker, id), event): ((&Tenant, &TrackerId, _), &TrackingEvent)| {
        let body = statement::json(event)?;
        Ok(json!([tenant, tracker, id, body, event.mapping_version]))
    };
    let rows: Result<Vec<_>> = last.into_iter().map(row).collect();
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
