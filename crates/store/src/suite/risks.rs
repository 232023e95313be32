//! How it stands with what was promised is told when it changes.

use std::sync::Arc;

use parcelgate_domain::{Deadlines, RiskLevel, RiskReason};

use super::make::{accept, at, batch, purchase, tenant};
use super::{Case, Outcome, Place};
use crate::{Error, Judged, Page, RiskNews};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("risks::a_change_is_told_once", told_once),
        Case::new("risks::what_is_open_is_listed", listed),
        Case::new("risks::nothing_is_promised_for_nothing", of_shipments),
    ]
}

fn promised() -> Deadlines {
    Deadlines {
        ship_by: Some(at(100)),
        deliver_by: Some(at(200)),
    }
}

fn late(level: RiskLevel) -> Judged {
    Judged {
        level,
        reason: (level != RiskLevel::Green).then_some(RiskReason::NotHandedOver),
        look_at: Some(at(50)),
    }
}

async fn told_once(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = purchase(1)?.id;
    store
        .apply(accept(batch(0), 1)?.promise(&id, promised(), at(0)))
        .await?;
    let due = store.risks_due(at(0), 9).await?;
    assert_eq!(due.len(), 1);
    assert!(due.iter().all(|risk| risk.deadlines == promised()));
    for (second, level) in [
        (1, RiskLevel::Green),
        (2, RiskLevel::Amber),
        (3, RiskLevel::Amber),
        (4, RiskLevel::Red),
        (5, RiskLevel::Green),
    ] {
        store.apply(batch(second).judge(&id, late(level))).await?;
    }
    store.close().await;
    let store = place.open().await?;
    let events = store.events_after(None, 1, 99).await?;
    let kinds: Vec<_> = events
        .iter()
        .map(|event| (event.kind.as_str(), event.subject_seq))
        .collect();
    let expected = [
        ("parcel.at_risk", 1),
        ("parcel.at_risk", 2),
        ("parcel.risk_over", 3),
    ];
    assert_eq!(kinds, expected);
    let told = events.first().ok_or("an event")?;
    assert_eq!(told.subject, format!("risks/{id}"));
    let news: RiskNews = serde_json::from_str(&told.data)?;
    assert_eq!((news.level, news.deadlines), (RiskLevel::Amber, promised()));
    let risk = store.risk(&tenant(), &id).await?.ok_or("the promises")?;
    assert_eq!((risk.since, risk.look_at), (at(5), Some(at(50))));
    assert!(store.risks_due(at(49), 9).await?.is_empty());
    let over = Judged {
        look_at: None,
        ..late(RiskLevel::Green)
    };
    store.apply(batch(6).judge(&id, over)).await?;
    assert!(store.risks_due(at(999), 9).await?.is_empty());
    Ok(())
}

async fn listed(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    for (number, level) in [
        (1, RiskLevel::Green),
        (2, RiskLevel::Amber),
        (3, RiskLevel::Red),
    ] {
        let id = purchase(number)?.id;
        let promised = accept(batch(0), number)?.promise(&id, promised(), at(0));
        store.apply(promised.judge(&id, late(level))).await?;
    }
    let list = async |level, after: Option<&crate::ShipmentId>| {
        let page = Page { after, limit: 9 };
        let found = store.at_risk(&tenant(), level, page).await?;
        let ids: Vec<_> = found.into_iter().map(|risk| risk.shipment).collect();
        Ok::<_, Error>(ids)
    };
    let (two, three) = (purchase(2)?.id, purchase(3)?.id);
    assert_eq!(list(None, None).await?, [two.clone(), three.clone()]);
    assert_eq!(list(None, Some(&two)).await?, std::slice::from_ref(&three));
    assert_eq!(list(Some(RiskLevel::Red), None).await?, [three]);
    Ok(())
}

async fn of_shipments(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = purchase(1)?.id;
    let refused = store.apply(batch(0).promise(&id, promised(), at(0))).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
    store.apply(accept(batch(0), 1)?).await?;
    let refused = store.apply(batch(0).judge(&id, late(RiskLevel::Red))).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
    store
        .apply(batch(0).promise(&id, promised(), at(0)))
        .await?;
    let refused = store.apply(batch(0).promise(&id, promised(), at(0))).await;
    assert!(matches!(refused, Err(Error::Taken(_))), "{refused:?}");
    Ok(())
}
