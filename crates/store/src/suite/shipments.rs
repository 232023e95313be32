//! Purchases go the way of their states, one winner at a time, each step with its event.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
use parcelgate_domain::{LabelFormat, PurchaseState};
use sha2::{Digest, Sha256};

use super::make::{
    self, accept, accepted, at, batch, bought, fault, label, purchase, tenant, walk,
};
use super::{Case, Outcome, Place};
use crate::{
    Batch, Blob, Error, Evidence, Page, ParcelLabel, ShipmentFilter, ShipmentId, ShipmentNews,
    Step, Version,
};

type Ways = Result<BTreeMap<&'static str, Vec<Step>>, Box<dyn std::error::Error + Send + Sync>>;
type Steps = Result<Vec<Step>, Box<dyn std::error::Error + Send + Sync>>;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("shipments::of_many_senders_one_wins", one_sender_wins),
        Case::new("shipments::a_step_is_taken_where_it_leads_on", every_step),
        Case::new("shipments::a_state_has_its_event", every_event),
        Case::new("shipments::of_twins_one_is_accepted", twins),
        Case::new("shipments::what_was_bought_is_kept", bought_is_kept),
        Case::new("shipments::a_label_is_kept_byte_for_byte", labels),
        Case::new("shipments::evidence_is_kept_in_order", evidence),
        Case::new(
            "shipments::what_an_account_bought_last_is_found",
            last_bought,
        ),
        Case::new("shipments::pages_go_through_all", pages),
    ]
}

async fn one_sender_wins(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(accept(batch(0), 1)?).await?;
    let id = purchase(1)?.id;
    let senders = (0..16).map(|_| {
        let send = Step::Sending {
            lease_until: at(60),
        };
        store.apply(batch(1).advance(&id, accepted(), send))
    });
    let outcomes = join_all(senders).await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1);
    let sending = Version {
        state: PurchaseState::Sending,
        epoch: 2,
    };
    for error in outcomes.into_iter().filter_map(Result::err) {
        let Error::Conflict { present, .. } = error else {
            return Err(error.into());
        };
        assert_eq!(present, sending);
    }
    let shipment = store
        .shipment(&tenant(), &id)
        .await?
        .ok_or("the shipment")?;
    assert_eq!(
        (shipment.version, shipment.lease_until),
        (sending, Some(at(60)))
    );
    // An old epoch is no better than another state.
    let back = Step::NotSent(None);
    store.apply(batch(2).advance(&id, sending, back)).await?;
    let late = batch(3).advance(&id, accepted(), Step::Cancelled(None));
    let refused = store.apply(late).await;
    assert!(
        matches!(refused, Err(Error::Conflict { .. })),
        "{refused:?}"
    );
    Ok(())
}

async fn twins(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let buy = |number| -> Result<Batch, Box<dyn std::error::Error + Send + Sync>> {
        let mut new = purchase(number)?;
        new.twin = Some("the same".to_owned());
        Ok(batch(0).accept(new, make::request(number), [0; 32]))
    };
    // Of many at once one is accepted, in one commit or in several.
    let mut asked = Vec::new();
    for number in 0..16 {
        asked.push(store.apply(buy(number)?));
    }
    let outcomes = join_all(asked).await;
    let won: Vec<_> = outcomes
        .iter()
        .filter_map(|one| one.as_ref().ok())
        .collect();
    assert_eq!(won.len(), 1);
    let first = won.first().and_then(|won| won.shipments.first());
    let first = first.ok_or("the shipment")?;
    for refused in outcomes.iter().filter_map(|one| one.as_ref().err()) {
        assert!(
            matches!(refused, Error::Twin(id) if *id == first.id),
            "{refused:?}"
        );
    }
    // Once it has come to nothing, another may be: also in the same batch.
    let given_up = batch(1).advance(&first.id, accepted(), Step::Cancelled(None));
    store.apply(given_up).await?;
    store.apply(buy(20)?).await?;
    let refused = store.apply(buy(21)?).await;
    assert!(matches!(refused, Err(Error::Twin(_))), "{refused:?}");
    // Who names no twin has none.
    store.apply(accept(batch(0), 22)?).await?;
    store.apply(accept(batch(0), 23)?).await?;
    Ok(())
}

/// A step into every state that a step can lead to, without the labels that are put in apart.
pub(super) fn steps() -> Steps {
    let lease_until = at(60);
    Ok(vec![
        Step::Sending { lease_until },
        Step::NotSent(Some(fault("UNSENT"))),
        Step::Cancelled(None),
        Step::Bought(bought(1, vec![label(LabelFormat::Pdf, "one")])?),
        Step::Bought(bought(1, Vec::new())?),
        Step::InHand(bought(1, Vec::new())?),
        Step::Rejected(fault("REFUSED")),
        Step::Unknown(fault("OUTCOME_UNKNOWN")),
        Step::Absent,
        Step::NeedsReview(fault("OUTCOME_UNKNOWN")),
        Step::VoidWanted(None),
        Step::Orphaned(bought(1, Vec::new())?, fault("OUTCOME_UNKNOWN")),
        Step::Voiding { lease_until },
        Step::Voided,
        Step::VoidRefused(fault("REFUSED")),
        Step::VoidUnknown(fault("OUTCOME_UNKNOWN")),
    ])
}

/// A way to every state, found by taking any step that is allowed.
pub(super) fn ways() -> Ways {
    let mut ways = BTreeMap::from([(PurchaseState::Accepted.name(), Vec::new())]);
    let mut open = vec![PurchaseState::Accepted];
    while let Some(state) = open.pop() {
        for step in steps()? {
            let next = step.leads_to();
            if state.may_become(next) && !ways.contains_key(next.name()) {
                let mut way: Vec<Step> = ways.get(state.name()).cloned().unwrap_or_default();
                way.push(step);
                ways.insert(next.name(), way);
                open.push(next);
            }
        }
    }
    assert_eq!(
        ways.len(),
        PurchaseState::ALL.len(),
        "every state can be reached"
    );
    Ok(ways)
}

async fn every_step(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut number = 0;
    for way in ways()?.into_values() {
        for step in steps()? {
            number += 1;
            let id = purchase(number)?.id;
            let (walked, version) = walk(accept(batch(0), number)?, &id, way.clone());
            store.apply(walked).await?;
            let before = store
                .shipment(&tenant(), &id)
                .await?
                .ok_or("the shipment")?;
            assert_eq!(before.version, version);

            let to = step.leads_to();
            let outcome = store.apply(batch(1).advance(&id, version, step)).await;
            let after = store
                .shipment(&tenant(), &id)
                .await?
                .ok_or("the shipment")?;
            if version.state.may_become(to) {
                let epoch = version.epoch + 1;
                assert_eq!(after.version, Version { state: to, epoch });
                assert_eq!(outcome?.shipments, [after]);
            } else {
                let Err(Error::Illegal {
                    from, to: wanted, ..
                }) = outcome
                else {
                    return Err(format!("{:?}: {outcome:?}", (version.state, to)).into());
                };
                assert_eq!((from, wanted), (version.state, to));
                assert_eq!(after, before);
            }
        }
    }
    Ok(())
}

async fn every_event(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    for (number, (state, way)) in ways()?.into_iter().enumerate() {
        let id = purchase(number)?.id;
        let seen = store.head_seq().await?;
        let mut states = vec!["ACCEPTED"];
        states.extend(way.iter().map(|step| step.leads_to().name()));
        let (walked, version) = walk(accept(batch(0), number)?, &id, way);
        let applied = store.apply(walked).await?;

        let events = store.events_after(Some(&tenant()), seen, 99).await?;
        assert!(events.iter().map(|event| event.seq).eq(applied.seqs));
        assert!(
            events
                .iter()
                .map(|event| event.subject_seq)
                .eq(1..=version.epoch)
        );
        assert_eq!(states.last(), Some(&state));
        for (event, state) in events.iter().zip(&states) {
            let news: ShipmentNews = serde_json::from_str(&event.data)?;
            assert_eq!(event.kind, format!("shipment.{}", state.to_lowercase()));
            assert_eq!(event.subject, format!("shipments/{id}"));
            assert_eq!(news.state, *state);
            assert_eq!(news.shipment, id);
            assert!(
                !event.data.contains("Ada"),
                "no personal data in {}",
                event.data
            );
        }
        assert_eq!(events.len(), states.len());
    }
    Ok(())
}

async fn bought_is_kept(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = purchase(1)?.id;
    let way = vec![
        Step::Sending {
            lease_until: at(60),
        },
        Step::Unknown(fault("OUTCOME_UNKNOWN")),
        Step::Bought(bought(1, Vec::new())?),
    ];
    let (walked, version) = walk(accept(batch(0), 1)?, &id, way);
    store.apply(walked).await?;
    let kept = store
        .shipment(&tenant(), &id)
        .await?
        .ok_or("the shipment")?;
    let asked = purchase(1)?;
    assert_eq!(kept.version.state, PurchaseState::PurchasedNoLabel);
    assert_eq!(
        (kept.quoted, kept.charged),
        (asked.quoted, Some(make::usd(1_111)?))
    );
    assert_eq!(kept.carrier_number, Some(make::number(1)?.to_string()));
    assert_eq!(kept.parcels.len(), 1);
    assert_eq!((&kept.fault, kept.lease_until), (&None, None));
    assert_eq!((kept.service, kept.account), (asked.service, asked.account));
    assert_eq!(store.order(&tenant(), &id).await?, Some(asked.order));
    let found = store
        .shipment_by_reference(&tenant(), &asked.reference)
        .await?;
    assert_eq!(found.map(|found| found.id), Some(id.clone()));

    let labels = vec![ParcelLabel {
        parcel: 0,
        label: label(LabelFormat::Zpl, "late"),
    }];
    let last = batch(9).advance(&id, version, Step::Labelled(labels));
    let applied = store.apply(last).await?;
    let states = applied
        .shipments
        .iter()
        .map(|shipment| shipment.version.state);
    assert!(states.eq([PurchaseState::Purchased]));
    assert_eq!(store.labels(&tenant(), &id).await?.len(), 1);
    Ok(())
}

async fn labels(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = purchase(1)?.id;
    let gif = label(LabelFormat::Gif, &"g".repeat(50_000));
    let sold = bought(1, vec![gif.clone(), label(LabelFormat::Zpl, "^XA")])?;
    let way = vec![
        Step::Sending {
            lease_until: at(60),
        },
        Step::Bought(sold),
    ];
    let (walked, version) = walk(accept(batch(0), 1)?, &id, way);
    store.apply(walked).await?;
    let of = |parcel, format, text| ParcelLabel {
        parcel,
        label: label(format, text),
    };
    let more = vec![
        of(0, LabelFormat::Pdf, "drawn"),
        of(0, LabelFormat::Gif, "another"),
    ];
    store.apply(batch(1).keep_labels(&id, more)).await?;

    let kept = store.labels(&tenant(), &id).await?;
    let formats: Vec<LabelFormat> = kept.iter().map(|label| label.format).collect();
    assert_eq!(
        formats,
        [LabelFormat::Gif, LabelFormat::Pdf, LabelFormat::Zpl]
    );
    let first = kept.first().ok_or("a label")?;
    assert_eq!(first.bytes.as_ref(), gif.bytes, "the first bytes stay");
    for label in &kept {
        let digest: [u8; 32] = Sha256::digest(label.bytes.as_ref()).into();
        assert_eq!(label.sha256, digest);
    }
    let beyond = batch(2).keep_labels(&id, vec![of(1, LabelFormat::Pdf, "no such box")]);
    let refused = store.apply(beyond).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
    let shipment = store
        .shipment(&tenant(), &id)
        .await?
        .ok_or("the shipment")?;
    assert_eq!(
        shipment.version, version,
        "another form of a label is no step"
    );
    Ok(())
}

async fn evidence(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = purchase(1)?.id;
    store.apply(accept(batch(0), 1)?).await?;
    let reply = |epoch, bytes: &[u8]| Evidence {
        shipment: id.clone(),
        epoch,
        sent_at: at(3),
        reply: Blob::from(bytes.to_vec()),
    };
    let replies = [reply(2, b"{\"a\":1}"), reply(2, b""), reply(4, b"\0<html>")];
    let mut keeping = batch(4);
    for reply in replies.iter().cloned() {
        keeping = keeping.keep_evidence(reply);
    }
    store.apply(keeping).await?;
    assert_eq!(store.evidence(&tenant(), &id).await?, replies);
    assert_eq!(store.head_seq().await?, 1, "evidence is no step");
    Ok(())
}

async fn last_bought(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let sold = |number| -> Result<Step, Box<dyn std::error::Error + Send + Sync>> {
        let label = label(LabelFormat::Pdf, "one");
        Ok(Step::Bought(bought(number, vec![label])?))
    };
    let send = Step::Sending {
        lease_until: at(60),
    };
    let mut ids = Vec::new();
    for (number, second) in [(1, 10), (2, 20), (3, 30), (4, 40)] {
        let mut new = purchase(number)?;
        new.id = ShipmentId::fresh(at(second));
        let id = new.id.clone();
        let accepting = batch(second).accept(new, make::request(number), [7; 32]);
        // The last one is in doubt.
        let (walked, _) = match number {
            4 => (accepting, accepted()),
            _ => walk(accepting, &id, vec![send.clone(), sold(number)?]),
        };
        store.apply(walked).await?;
        ids.push(id);
    }
    let account = purchase(1)?.account;
    let last = async |accepted_since, stood_since| -> crate::Result<_> {
        let between = (at(accepted_since), at(stood_since));
        let found = store.last_bought(&tenant(), &account, between).await?;
        Ok(found.map(|found| found.id))
    };
    assert_eq!(last(0, 99).await?.as_ref(), ids.get(2));
    assert_eq!(last(0, 29).await?.as_ref(), ids.get(1));
    assert_eq!(last(30, 99).await?.as_ref(), ids.get(2));
    assert_eq!(
        last(31, 99).await?,
        None,
        "what is not bought is no purchase"
    );
    let other = "fedex-ohio".parse()?;
    let between = (at(0), at(99));
    assert_eq!(store.last_bought(&tenant(), &other, between).await?, None);
    Ok(())
}

async fn pages(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut accepting = batch(0);
    for number in 0..25 {
        accepting = accept(accepting, number)?;
    }
    let applied = store.apply(accepting).await?;
    let cancelled = applied.shipments.iter().step_by(5);
    let mut cancelling = batch(1);
    for shipment in cancelled {
        cancelling = cancelling.advance(&shipment.id, shipment.version, Step::Cancelled(None));
    }
    store.apply(cancelling).await?;

    let state = Some(PurchaseState::Accepted);
    let filter = ShipmentFilter {
        state,
        ..ShipmentFilter::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = Page {
            after: seen.last(),
            limit: 3,
        };
        let page = store.shipments(&tenant(), &filter, page).await?;
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 3);
        seen.extend(page.into_iter().map(|shipment| shipment.id));
    }
    assert_eq!(seen.len(), 20);
    assert!(seen.is_sorted());
    let by_order = ShipmentFilter {
        order_number: Some("111-7".to_owned()),
        carrier: Some(parcelgate_domain::CarrierId::known("ups")),
        ..ShipmentFilter::default()
    };
    let found = store
        .shipments(&tenant(), &by_order, Page::first(9))
        .await?;
    assert!(
        found
            .into_iter()
            .map(|found| found.id)
            .eq([purchase(7)?.id])
    );
    Ok(())
}
