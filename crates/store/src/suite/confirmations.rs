//! Orders are confirmed once for each box, and every change is told.

use std::sync::Arc;

use super::make::{at, batch, purchase, tenant};
use super::{Case, Outcome, Place};
use crate::{
    CONFIRMATIONS, Confirmation, ConfirmationFilter, ConfirmationState, Error, Fault, Item, Moment,
    NewConfirmation, Page, Result, Store, Told,
};

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("confirmations::one_for_each_box_and_order", one_each),
        Case::new("confirmations::every_change_is_told_once", told),
        Case::new("confirmations::of_two_who_keep_one_wins", one_wins),
        Case::new("confirmations::they_are_found_by_what_matters", found),
        Case::new("confirmations::the_log_is_read_by_one_at_a_time", log_read),
    ]
}

pub(super) fn confirmation(number: usize, order: &str, parcel: u32) -> Made<NewConfirmation> {
    Ok(NewConfirmation {
        id: format!("confirmation-{number}").parse()?,
        shop: "amazon-us".to_owned(),
        order: order.to_owned(),
        marketplace: Some("ATVPDKIKX0DER".to_owned()),
        items: vec![Item {
            id: "line \"1\"".to_owned(),
            quantity: 2,
        }],
        shipment: purchase(1)?.id,
        parcel,
        moment: Moment::FirstScan,
        ship_by: Some(at(600)),
    })
}

async fn read(store: &dyn Store, number: usize) -> Made<Confirmation> {
    let id = format!("confirmation-{number}").parse()?;
    let found = store.confirmation(&tenant(), &id).await?;
    Ok(found.ok_or("the confirmation")?)
}

/// As the shop was told of it.
fn said(mut it: Confirmation, number: &str) -> Confirmation {
    it.state = ConfirmationState::Told;
    it.told = Some(Told {
        carrier_code: "UPS".to_owned(),
        number: number.to_owned(),
        at: at(7),
    });
    it.news.push("event".to_owned());
    it.handle = Some("gid://1".to_owned());
    it
}

async fn one_each(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let again = confirmation(9, "902-1", 0)?;
    let both = batch(1)
        .confirm(confirmation(1, "902-1", 0)?)
        .confirm(confirmation(2, "902-1", 1)?);
    store.apply(both).await?;
    store.apply(batch(2).confirm(again)).await?;
    store
        .apply(batch(2).confirm(confirmation(3, "902-2", 0)?))
        .await?;
    let all = ConfirmationFilter::default();
    let all = store.confirmations(&tenant(), &all, Page::first(9)).await?;
    let packages = all
        .iter()
        .map(|it| (it.order.as_str(), it.package, it.parcel));
    assert!(packages.eq([("902-1", 1, 0), ("902-1", 2, 1), ("902-2", 1, 0)]));
    let first = read(&*store, 1).await?;
    assert_eq!(
        (first.version, first.noted, first.created_at),
        (1, 1, at(1))
    );
    assert_eq!(
        (first.moment, first.ship_by),
        (Moment::FirstScan, Some(at(600)))
    );
    assert_eq!(first.items, confirmation(1, "902-1", 0)?.items);
    // Also of one that comes in another commit.
    let other = NewConfirmation {
        shipment: purchase(2)?.id,
        ..confirmation(4, "902-1", 0)?
    };
    store.apply(batch(3).confirm(other)).await?;
    assert_eq!(read(&*store, 4).await?.package, 3);
    Ok(())
}

async fn told(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store
        .apply(batch(1).confirm(confirmation(1, "902-1", 0)?))
        .await?;
    let it = read(&*store, 1).await?;
    // A failure changes no state, and is no news.
    let failed = Confirmation {
        attempts: 1,
        next_try_at: Some(at(60)),
        fault: Some(Fault {
            kind: "THROTTLED".to_owned(),
            code: Some("QuotaExceeded".to_owned()),
            text: "later".to_owned(),
        }),
        doubtful: true,
        ..it
    };
    store
        .apply(batch(2).keep_confirmation(failed.clone()))
        .await?;
    let kept = read(&*store, 1).await?;
    assert_eq!((kept.version, kept.attempts, kept.doubtful), (2, 1, true));
    assert_eq!(
        (kept.next_try_at, &kept.fault),
        (Some(at(60)), &failed.fault)
    );
    let mut said = said(kept, "1Z1");
    said.at_risk = true;
    store.apply(batch(3).keep_confirmation(said)).await?;
    let log = store.events_after(Some(&tenant()), 0, 9).await?;
    let told = log
        .iter()
        .map(|event| (event.kind.as_str(), event.subject_seq));
    let expected = [
        ("confirmation.waiting", 1),
        ("confirmation.told", 2),
        ("confirmation.at_risk", 3),
    ];
    assert!(told.eq(expected), "{log:?}");
    let last = log.last().ok_or("an event")?;
    assert_eq!(last.subject, "confirmations/confirmation-1");
    assert!(last.data.contains("1Z1") && last.data.contains("902-1"));
    Ok(())
}

async fn one_wins(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store
        .apply(batch(1).confirm(confirmation(1, "902-1", 0)?))
        .await?;
    let it = read(&*store, 1).await?;
    let mut renamed = said(it.clone(), "1Z1");
    renamed.order = "903-9".to_owned();
    renamed.package = 7;
    store.apply(batch(2).keep_confirmation(renamed)).await?;
    let kept = read(&*store, 1).await?;
    assert_eq!(
        (kept.order.as_str(), kept.package),
        ("902-1", 1),
        "its name stays"
    );
    let late = store
        .apply(batch(3).keep_confirmation(said(it, "1Z2")))
        .await;
    assert!(matches!(late, Err(Error::LeaseLost(_))), "{late:?}");
    let missing = Confirmation {
        id: "confirmation-9".parse()?,
        ..kept
    };
    let missing = store.apply(batch(4).keep_confirmation(missing)).await;
    assert!(matches!(missing, Err(Error::Missing(_))), "{missing:?}");
    Ok(())
}

async fn found(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    for (number, order) in [(1, "902-1"), (2, "902-2"), (3, "902-3")] {
        store
            .apply(batch(1).confirm(confirmation(number, order, 0)?))
            .await?;
    }
    let told = said(read(&*store, 1).await?, "1Z1");
    store.apply(batch(2).keep_confirmation(told)).await?;
    let mut asked = read(&*store, 2).await?;
    asked.state = ConfirmationState::NeedsReview;
    store.apply(batch(2).keep_confirmation(asked)).await?;
    for (filter, many) in filters()? {
        let tenant = tenant();
        let list = store.confirmations(&tenant, &filter, Page::first(9));
        assert_eq!(list.await?.len(), many, "{filter:?}");
    }
    let of = [purchase(1)?.id, purchase(2)?.id];
    assert_eq!(store.confirmations_of(&tenant(), &of).await?.len(), 3);
    let same = store.confirmations_by_number(&tenant(), "1Z1", 9).await?;
    let orders: Vec<&str> = same.iter().map(|it| it.order.as_str()).collect();
    assert_eq!(orders, ["902-1"]);
    // What was told is not late, what waits for a person is.
    assert_eq!(store.late_confirmations(at(601), 9).await?.len(), 2);
    assert_eq!(store.late_confirmations(at(600), 9).await?.len(), 0);
    Ok(())
}

/// What is asked for, and how many of the three it is.
fn filters() -> Made<Vec<(ConfirmationFilter, usize)>> {
    let all = ConfirmationFilter::default;
    let of_state = |state| ConfirmationFilter {
        state: Some(state),
        ..all()
    };
    let of_shop = |shop: &str| ConfirmationFilter {
        shop: Some(shop.to_owned()),
        ..all()
    };
    let of_shipment = |shipment| ConfirmationFilter {
        shipment: Some(shipment),
        ..all()
    };
    let of_order = ConfirmationFilter {
        order: Some("902-3".to_owned()),
        ..all()
    };
    Ok(vec![
        (all(), 3),
        (of_state(ConfirmationState::NeedsReview), 1),
        (of_state(ConfirmationState::Waiting), 1),
        (of_shop("amazon-us"), 3),
        (of_shop("other"), 0),
        (of_order, 1),
        (of_shipment(purchase(1)?.id), 3),
        (of_shipment(purchase(2)?.id), 0),
    ])
}

async fn log_read(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    assert_eq!(store.log_read(CONFIRMATIONS).await?, 0);
    store.apply(super::make::accept(batch(0), 1)?).await?;
    store
        .apply(batch(1).confirm(confirmation(1, "902-1", 0)?))
        .await?;
    let head = store.head_seq().await?;
    assert_eq!(
        store.log_read(CONFIRMATIONS).await?,
        head,
        "from the first one on"
    );
    store
        .apply(batch(1).confirm(confirmation(2, "902-2", 0)?))
        .await?;
    assert_eq!(store.log_read(CONFIRMATIONS).await?, head);
    let next = || batch(2).read_log(CONFIRMATIONS, head, head.saturating_add(1));
    store.apply(next()).await?;
    let late = store.apply(next()).await;
    assert!(matches!(late, Err(Error::LeaseLost(_))), "{late:?}");
    assert_eq!(store.log_read(CONFIRMATIONS).await?, head.saturating_add(1));
    Ok(())
}
