//! Who looks after shipments that nobody is at finds each of them.

use std::sync::Arc;

use parcelgate_domain::PurchaseState;

use super::make::{self, accept, at, batch, fault, purchase, tenant, walk};
use super::shipments::ways;
use super::{Case, Outcome, Place};
use crate::{Page, Step};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("unsettled::who_must_be_seen_to_is_listed", listed),
        Case::new("unsettled::what_a_restore_doubts_is_marked", marked),
    ]
}

async fn listed(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    for (number, way) in ways()?.into_values().enumerate() {
        let id = purchase(number)?.id;
        let (walked, _) = walk(accept(batch(0), number)?, &id, way);
        store.apply(walked).await?;
    }
    let mut other = purchase(99)?;
    other.account = "ups-texas".parse()?;
    let other = batch(0).accept(other, make::request(99), [7; 32]);
    store.apply(other).await?;
    let account = purchase(0)?.account;
    let accounts = store.unsettled_accounts().await?;
    assert_eq!(accounts, [account.clone(), "ups-texas".parse()?]);
    let list = |now, before| {
        let times = (at(now), at(before));
        store.unsettled(&account, times, Page::first(99))
    };
    let states = |found: Vec<crate::Purchase>| -> Vec<&'static str> {
        let mut states: Vec<_> = found
            .iter()
            .map(|found| found.version.state.name())
            .collect();
        states.sort_unstable();
        states
    };
    let doubtful = [
        "PURCHASED_NO_LABEL",
        "UNKNOWN",
        "VOID_UNKNOWN",
        "VOID_WANTED",
    ];
    assert_eq!(
        states(list(59, 0).await?),
        doubtful,
        "leases hold, acceptance is young"
    );
    let with_leases_over = states(list(60, 0).await?);
    let mut expected = vec!["SENDING", "VOIDING"];
    expected.extend(doubtful);
    expected.sort_unstable();
    assert_eq!(with_leases_over, expected);
    expected.push("ACCEPTED");
    expected.sort_unstable();
    assert_eq!(states(list(60, 1).await?), expected);
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let (times, after_it) = ((at(60), at(1)), after.as_ref());
        let page = Page {
            after: after_it,
            limit: 2,
        };
        let found = store.unsettled(&account, times, page).await?;
        let Some(last) = found.last() else { break };
        assert!(found.len() <= 2);
        after = Some((last.updated_at, last.id.clone()));
        pages.extend(found);
    }
    assert_eq!(states(pages), expected, "page by page, each once");
    let reviewed = store.in_review(&tenant(), Page::first(99)).await?;
    assert_eq!(states(reviewed), ["NEEDS_REVIEW"]);
    Ok(())
}

async fn marked(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = purchase(1)?.id;
    let lease_until = at(60);
    let (sending, version) = walk(
        accept(batch(0), 1)?,
        &id,
        vec![Step::Sending { lease_until }],
    );
    store.apply(sending).await?;
    let doubt = Step::Unknown(fault("OUTCOME_UNKNOWN"));
    store
        .apply(batch(7).restoring().advance(&id, version, doubt))
        .await?;
    store.close().await;
    let store = place.open().await?;
    let stands = store.shipment(&tenant(), &id).await?.ok_or("a shipment")?;
    assert_eq!(stands.version.state, PurchaseState::Unknown);
    assert_eq!(stands.restored_at, Some(at(7)));
    // A later step does not take the mark away, and puts none on others.
    store
        .apply(batch(8).advance(&id, stands.version, Step::Absent))
        .await?;
    let stands = store.shipment(&tenant(), &id).await?.ok_or("a shipment")?;
    assert_eq!(stands.restored_at, Some(at(7)));
    let other = store.apply(accept(batch(9), 2)?).await?.shipments;
    assert_eq!(other.first().and_then(|one| one.restored_at), None);
    Ok(())
}
