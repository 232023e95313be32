//! Databases of earlier versions, and of this one with something in every table.

use std::path::Path;

use jiff::tz::TimeZone;
use parcelgate_domain::{Deadlines, LabelFormat};

use super::confirmations::confirmation;
use super::invoices::line;
use super::make::{accept, at, batch, bought, claim, label, purchase, tenant, tracker, walk};
use super::money::{Made, key, with_key};
use super::{make, tenants};
use crate::{CONFIRMATIONS, NewJob, Result, Step, Store};

/// The versions that tables have had, the oldest first.
#[must_use]
pub fn versions() -> Vec<i64> {
    crate::sql::migrations::numbers()
}

/// Makes a database file with the tables of that version.
///
/// # Errors
/// When it cannot be made.
pub async fn sqlite_at(path: &Path, version: i64) -> Result<()> {
    crate::sql::sqlite_at(path, version).await
}

/// Makes the tables of that version in a Postgres database.
///
/// # Errors
/// When they cannot be made.
pub async fn postgres_at(url: &str, version: i64) -> Result<()> {
    crate::sql::postgres_at(url, version).await
}

/// Puts something into every table.
///
/// # Errors
/// When the store does not take it.
pub async fn fill(store: &dyn Store) -> Made<()> {
    tenants::filled(store).await?;
    let promised = batch(1).promise(&purchase(1)?.id, Deadlines::default(), at(1));
    store.apply(promised).await?;
    let shop = key(store, "shop", 5_000).await?;
    store.apply(with_key(&shop, 1, 2)?).await?;
    let invoiced = line("1", 1_000, Some(purchase(1)?.id))?;
    store.apply(batch(1).invoice(invoiced)).await?;
    store
        .apply(batch(1).confirm(confirmation(1, "902-1", 0)?))
        .await?;
    store.lease_shards("me", claim(1, 9)).await?;
    Ok(store.ready().await?)
}

/// How much of everything that [`fill`] put there can be read. What a later version has added goes
/// by the name of its table.
///
/// # Errors
/// When something cannot be read at all.
pub async fn read(store: &dyn Store) -> Made<Vec<(&'static str, usize)>> {
    let mut counts = tenants::readable(store, &tenant()).await?;
    let id = purchase(1)?.id;
    let ids = std::slice::from_ref(&id);
    let day = at(1).to_zoned(TimeZone::UTC).date();
    let shop = "shop".parse()?;
    let reply = store.reply(&tenant(), &id).await?;
    counts.extend([
        ("entries", store.entries(&tenant(), ids).await?.len()),
        ("spends", store.spends(&tenant(), &shop, day).await?.len()),
        ("invoiced", store.invoiced(&tenant(), ids).await?.len()),
        ("purchase_reply", reply.iter().count()),
        (
            "confirmation",
            store.confirmations_of(&tenant(), ids).await?.len(),
        ),
        (
            "log_reader",
            usize::from(store.log_read(CONFIRMATIONS).await? > 0),
        ),
        ("risk", store.risk(&tenant(), &id).await?.iter().count()),
    ]);
    Ok(counts)
}

/// Buys, follows and claims as a gateway does, under that number.
///
/// # Errors
/// When the store does not let it.
pub async fn work(store: &dyn Store, number: usize) -> Made<()> {
    let id = purchase(number)?.id;
    let labels = vec![label(LabelFormat::Pdf, "work")];
    let lease_until = at(60);
    let way = vec![
        Step::Sending { lease_until },
        Step::Bought(bought(number, labels)?),
    ];
    let (walked, version) = walk(accept(batch(5), number)?, &id, way);
    let job = NewJob {
        id: format!("work-{number}").parse()?,
        name: "work".to_owned(),
        payload: "{}".to_owned(),
        run_at: at(0),
        dedupe_key: Some(format!("work-{number}")),
    };
    let all = walked.track(tracker(number, Some(0))?).enqueue(job);
    store.apply(all).await?;
    // Rows that are there already are loaded first.
    let told = make::told(Vec::new());
    let seen = format!("tracker-{number:04}").parse()?;
    let more = batch(6)
        .advance(&id, version, Step::VoidWanted(None))
        .observe(&seen, told);
    store.apply(more).await?;
    store.claim_jobs(&["work"], "me", claim(7, 9)).await?;
    store.claim_deliveries(9, claim(7, 9)).await?;
    store.lease_shards("me", claim(7, 9)).await?;
    Ok(())
}
