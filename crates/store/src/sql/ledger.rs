//! Loads the rows that batches are decided on, and writes what comes of it.

use std::collections::{BTreeMap, BTreeSet};

use super::connection::Connection;
use super::{
    confirmations, deliveries, entries, events, invoices, jobs, keys, papers, replies,
    reservations, risks, shards, shipments, subscriptions, trackers, tracking,
};
use crate::records::day_of;
use crate::rules::{Ledger, Needs, Packages};
use crate::{Entry, Result};

/// The rows that `needs` names, with what hangs on them; the log stands at `seq`.
pub(super) async fn load(on: &mut Connection, needs: &Needs, seq: i64) -> Result<Ledger> {
    let mut ledger = Ledger::after(seq);
    for reservation in reservations::load(on, &needs.requests).await? {
        let key = (reservation.tenant.clone(), reservation.key.clone());
        ledger.reservations.load(key, reservation);
    }
    load_shipments(on, needs, &mut ledger).await?;
    for risk in risks::load(on, &needs.risks).await? {
        let row = (risk.tenant.clone(), risk.shipment.clone());
        ledger.risks.load(row, risk);
    }
    load_money(on, needs, &mut ledger).await?;
    load_trackers(on, needs, &mut ledger).await?;
    for kept in invoices::load(on, &needs.invoices).await? {
        let line = &kept.line;
        let (account, invoice) = (line.account.clone(), line.invoice.clone());
        let row = (kept.tenant.clone(), account, invoice, line.key.clone());
        ledger.invoices.load(row, kept);
    }
    let mut wanted = needs.subscriptions.clone();
    for delivery in deliveries::load(on, &needs.deliveries).await? {
        wanted.insert((delivery.tenant.clone(), delivery.subscription.clone()));
        let key = (delivery.tenant.clone(), delivery.id.clone());
        ledger.deliveries.load(key, delivery);
    }
    for subscription in subscriptions::load(on, &wanted).await? {
        let key = (subscription.tenant.clone(), subscription.id.clone());
        ledger.subscriptions.load(key, subscription);
    }
    for key in keys::load(on, &needs.keys).await? {
        ledger.keys.load(key.id.clone(), key);
    }
    let mut found = jobs::load(on, &needs.jobs).await?;
    found.extend(jobs::load_by_key(on, &needs.dedupes).await?);
    for job in found {
        if let Some(key) = job.dedupe_key.clone().filter(|_| !job.dead) {
            let key = (job.tenant.clone(), job.name.clone(), key);
            ledger.dedupes.load(key, job.id.clone());
        }
        ledger.jobs.load((job.tenant.clone(), job.id.clone()), job);
    }
    load_confirmations(on, needs, &mut ledger).await?;
    Ok(ledger)
}

async fn load_confirmations(on: &mut Connection, needs: &Needs, ledger: &mut Ledger) -> Result<()> {
    let mut packages: BTreeMap<_, Packages> = BTreeMap::new();
    for one in confirmations::load_of_orders(on, &needs.packages).await? {
        let order = (one.tenant, one.shop, one.order);
        let package = (one.package, one.shipment, one.parcel);
        packages.entry(order).or_default().push(package);
    }
    for (order, packages) in packages {
        ledger.packages.load(order, packages);
    }
    for kept in confirmations::load(on, &needs.confirmations).await? {
        let row = (kept.tenant.clone(), kept.id.clone());
        ledger.confirmations.load(row, kept);
    }
    for (reader, seq) in confirmations::load_readers(on, &needs.readers).await? {
        ledger.readers.load(reader, seq);
    }
    Ok(())
}

async fn load_shipments(on: &mut Connection, needs: &Needs, ledger: &mut Ledger) -> Result<()> {
    let mut found = shipments::load(on, &needs.shipments).await?;
    found.extend(shipments::load_by_reference(on, &needs.references).await?);
    let twins = shipments::load_twins(on, &needs.twins).await?;
    let mut alike: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for shipment in &twins {
        if let Some(twin) = shipment.twin.clone() {
            let twin = (shipment.tenant.clone(), twin);
            alike.entry(twin).or_default().insert(shipment.id.clone());
        }
    }
    for (twin, ids) in alike {
        ledger.twins.load(twin, ids);
    }
    found.extend(twins);
    let replaced = found.iter().filter_map(|shipment| {
        let replaces = shipment.replaces.as_ref()?;
        Some((shipment.tenant.clone(), replaces.shipment.clone()))
    });
    let replaced: BTreeSet<_> = replaced.collect();
    found.extend(shipments::load(on, &replaced).await?);
    for shipment in found {
        let reference = (shipment.tenant.clone(), shipment.reference.clone());
        ledger.references.load(reference, shipment.id.clone());
        let key = (shipment.tenant.clone(), shipment.id.clone());
        ledger.shipments.load(key, shipment);
    }
    Ok(())
}

async fn load_money(on: &mut Connection, needs: &Needs, ledger: &mut Ledger) -> Result<()> {
    let mut wanted = needs.spends.clone();
    let mut of_shipments: BTreeMap<_, Vec<Entry>> = BTreeMap::new();
    for entry in entries::load(on, &needs.shipments).await? {
        if let Some(key) = &entry.key {
            wanted.insert((entry.tenant.clone(), key.clone(), day_of(entry.at)));
        }
        let row = (entry.tenant.clone(), entry.shipment.clone());
        of_shipments.entry(row).or_default().push(entry);
    }
    for (row, entries) in of_shipments {
        ledger.entries.load(row, entries);
    }
    for spend in entries::load_spends(on, &wanted).await? {
        let currency = spend.amount.currency().to_string();
        let row = (spend.tenant, spend.key, spend.day, currency);
        ledger.spends.load(row, spend.amount.minor());
    }
    Ok(())
}

async fn load_trackers(on: &mut Connection, needs: &Needs, ledger: &mut Ledger) -> Result<()> {
    let mut found = trackers::load(on, &needs.trackers).await?;
    found.extend(trackers::load_by_number(on, &needs.numbers).await?);
    for tracker in found {
        let (carrier, number) = (tracker.carrier.clone(), tracker.number.clone());
        let number = (tracker.tenant.clone(), carrier, number);
        ledger.numbers.load(number, tracker.id.clone());
        let key = (tracker.tenant.clone(), tracker.id.clone());
        ledger.trackers.load(key, tracker);
    }
    for lease in shards::load(on, &needs.shards).await? {
        ledger.epochs.insert(lease.shard, lease.epoch);
    }
    for (key, known) in tracking::load(on, &needs.observed).await? {
        ledger.known.load(key, known);
    }
    Ok(())
}

/// Writes all that the ledger has that the database has not: one statement for each table. Says
/// whether there may be new work to claim.
pub(super) async fn save(on: &mut Connection, ledger: &Ledger) -> Result<bool> {
    let added = &ledger.added;
    reservations::save(on, ledger.reservations.changed().map(|(_, row)| row)).await?;
    shipments::save(on, ledger.shipments.changed().map(|(_, row)| row)).await?;
    shipments::save_orders(on, &added.orders).await?;
    risks::save(on, ledger.risks.changed().map(|(_, row)| row)).await?;
    papers::save_labels(on, &added.labels).await?;
    papers::save_evidence(on, &added.evidence).await?;
    replies::save(on, &added.replies).await?;
    trackers::save(on, ledger.trackers.changed().map(|(_, row)| row)).await?;
    tracking::save(on, &added.tracking).await?;
    events::save(on, &added.events).await?;
    entries::save(on, &added.entries).await?;
    entries::save_spends(on, ledger.spends.changed()).await?;
    invoices::save(on, ledger.invoices.changed().map(|(_, row)| row)).await?;
    keys::save(on, ledger.keys.changed().map(|(_, row)| row)).await?;
    jobs::save(on, ledger.jobs.changed().map(|(_, row)| row)).await?;
    jobs::delete(on, ledger.jobs.removed()).await?;
    subscriptions::save(on, ledger.subscriptions.changed().map(|(_, row)| row)).await?;
    confirmations::save(on, ledger.confirmations.changed().map(|(_, row)| row)).await?;
    confirmations::save_readers(on, ledger.readers.changed()).await?;
    deliveries::insert(on, &added.deliveries).await?;
    deliveries::update(on, ledger.deliveries.changed().map(|(_, row)| row)).await?;
    deliveries::release(on, &added.lanes).await?;
    deliveries::hold(on, ledger.subscriptions.changed().map(|(_, row)| row)).await?;
    deliveries::told(on, &added.told).await?;
    // Last, for a batch before it in the group may have made a delivery.
    subscriptions::delete(on, ledger.subscriptions.removed()).await?;
    Ok(ledger.makes_work())
}
