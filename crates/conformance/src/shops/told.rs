//! What can be done with a shop, as one list: each case tries all of it.

use parcelgate_carrier::Error;
use parcelgate_shop::{Confirmed, Milestone, News, Shown};

use super::{Stage, Subject, confirmation};

/// What came of one thing that was asked.
pub(super) type Came<T> = Result<T, Error>;

pub(super) async fn confirm(stage: &Stage, subject: &Subject) -> Result<Came<Confirmed>, String> {
    let told = confirmation(subject, subject.number)?;
    Ok(stage.shop.confirms().confirm(&stage.call(), &told).await)
}

pub(super) async fn change(stage: &Stage, subject: &Subject) -> Result<Came<Confirmed>, String> {
    let told = confirmation(subject, subject.changed)?;
    let confirms = stage.shop.confirms();
    Ok(confirms.change(&stage.call(), &told, subject.handle).await)
}

/// None where the shop shows nothing.
pub(super) async fn read_back(stage: &Stage, subject: &Subject) -> Option<Came<Vec<Shown>>> {
    let reads = stage.shop.reads_back()?;
    let call = stage.call();
    Some(
        reads
            .packages(&call, subject.order, subject.marketplace)
            .await,
    )
}

/// None where the shop hears nothing.
pub(super) async fn inform(stage: &Stage, subject: &Subject) -> Option<Came<()>> {
    let tells = stage.shop.tells()?;
    let news = News {
        milestone: Milestone::Delivered,
        at: "2026-11-25T10:00:00Z".parse().ok()?,
        city: Some("Dallas".to_owned()),
        country: Some("US".to_owned()),
    };
    let call = stage.call();
    Some(
        tells
            .tell(&call, subject.order, subject.handle, &news)
            .await,
    )
}
