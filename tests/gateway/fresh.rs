//! How old what is known of a parcel is, is told; and who is slow delays no other.

use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::{Clock as _, Manual, System};
use parcelgate_proto::v1::{
    GetPollBudgetRequest, PollBudget, RefreshTrackerRequest, Tracker, TrackingStatus,
};
use parcelgate_sandbox::{Carrier, Fault};

use crate::carriers_push::with_a_door;
use crate::errors::fields;
use crate::requests::{ground, packet};
use crate::stage::{Stage, UPS, YANWEN, until};

async fn checked(stage: &Stage, name: &str) -> Tracker {
    until("asked for", async || {
        let tracker = stage.tracker(name).await;
        tracker.last_check_time.is_some().then_some(tracker)
    })
    .await
}

async fn refresh(stage: &Stage, name: &str) -> Tracker {
    let name = name.to_owned();
    let reply = stage
        .tracking()
        .refresh_tracker(RefreshTrackerRequest { name })
        .await;
    reply.unwrap().into_inner()
}

async fn budget(stage: &Stage, account: &str) -> Result<Vec<PollBudget>, tonic::Status> {
    let account = account.to_owned();
    let reply = stage
        .tracking()
        .get_poll_budget(GetPollBudgetRequest { account })
        .await;
    reply.map(|reply| reply.into_inner().budgets)
}

#[tokio::test]
async fn how_old_it_may_be_is_told() {
    let stage = Stage::start().await;
    let bought = stage.buy(ground()).await.unwrap();
    let name = &bought.parcels[0].tracker;
    let tracker = checked(&stage, name).await;
    assert_eq!(tracker.status(), TrackingStatus::InfoReceived);
    assert_eq!(tracker.source, "POLL");
    assert_eq!(tracker.last_push_time, None);
    // Six hours, and up to 15 % more.
    let objective = tracker.staleness_objective.unwrap().seconds;
    assert_eq!(objective, 6 * 3_600 * 115 / 100);
    let asked = tracker.last_check_time.unwrap().seconds;
    let again = tracker.next_check_time.unwrap().seconds;
    assert!(
        (6 * 3_060 - 1..=objective).contains(&(again - asked)),
        "{tracker:?}"
    );
    stage.stop().await;
}

#[tokio::test]
async fn who_asks_again_too_soon_is_told_what_is_known() {
    let stage = Stage::with(|config| config.tracking.refresh_ms = 600_000).await;
    let bought = stage.buy(ground()).await.unwrap();
    let name = &bought.parcels[0].tracker;
    let before = checked(&stage, name).await;
    let asked = stage.count(Carrier::Ups, "track", 0);
    for _ in 0..3 {
        assert_eq!(refresh(&stage, name).await, before);
    }
    assert_eq!(asked.seen(), 0);
    stage.stop().await;
}

#[tokio::test]
async fn what_is_asked_for_and_what_may_be_is_told() {
    let stage = Stage::start().await;
    let bought = stage.buy(packet()).await.unwrap();
    checked(&stage, &bought.parcels[0].tracker).await;
    let told = until("in the wheel", async || {
        let told = budget(&stage, YANWEN).await.unwrap();
        let [told] = told.as_slice() else {
            panic!("{told:?}");
        };
        (told.phases.len() == 1).then(|| told.clone())
    })
    .await;
    assert_eq!(
        (told.account.as_str(), told.carrier.as_str()),
        (YANWEN, "yanwen")
    );
    assert_eq!((told.batch_max, told.wanted_per_day), (30, 4));
    // 60 % of 10,000 requests a second of 30 numbers each.
    assert_eq!(told.allowed_per_day, Some(86_400 * 6_000 * 30));
    assert_eq!((told.parts, told.push_quiet), (256, false));
    let phase = &told.phases[0];
    assert_eq!((phase.phase.as_str(), phase.polled), ("BEFORE_SCAN", 1));
    assert_eq!(phase.interval, phase.wanted_interval);
    assert_eq!(phase.interval.map(|pause| pause.seconds), Some(6 * 3_600));

    assert_eq!(budget(&stage, "").await.unwrap().len(), 2);
    let refused = budget(&stage, "nobody").await.unwrap_err();
    assert_eq!(fields(&refused), ["account"]);
    stage.stop().await;
}

#[tokio::test]
async fn a_carrier_that_is_slow_delays_no_other() {
    let stage = Stage::start().await;
    stage.fail(Carrier::Ups, "track", Fault::Slow { ms: 15_000 }, 1_000);
    let mut slow = Vec::new();
    for _ in 0..12 {
        let bought = stage.buy(ground()).await.unwrap();
        slow.push(bought.parcels[0].tracker.clone());
    }
    let bought = stage.buy(packet()).await.unwrap();
    checked(&stage, &bought.parcels[0].tracker).await;
    for name in &slow {
        let waiting = stage.tracker(name).await;
        assert_eq!(waiting.last_check_time, None, "{name}");
    }
    // All but those that are in flight wait in line, and are told so.
    let waiting = budget(&stage, UPS).await.unwrap()[0].waiting;
    assert_eq!(
        waiting,
        12 - u64::try_from(stage.config.tracking.in_flight_max).unwrap()
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_gateway_that_starts_again_looks_after_the_same_parcels() {
    let clock = Arc::new(Manual::at(System.now()));
    let stage = Stage::start().await;
    let bought = stage.buy(packet()).await.unwrap();
    let name = &bought.parcels[0].tracker;
    let before = checked(&stage, name).await;
    let stage = stage.restart_by(clock.clone()).await;
    let asked = stage.count(Carrier::Yanwen, "track", 0);
    // Seven hours on it is due.
    clock.advance(Duration::from_secs(7 * 3_600));
    until("asked for again", async || (asked.seen() > 0).then_some(())).await;
    let at = |tracker: &Tracker| tracker.last_check_time.map(|at| at.seconds);
    until("taken in", async || {
        (at(&stage.tracker(name).await) > at(&before)).then_some(())
    })
    .await;
    assert_eq!(asked.seen(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn what_a_carrier_promised_is_asked_for_anew_before_it_ends() {
    const HOUR: u64 = 3_600;
    let clock = Arc::new(Manual::at(System.now()));
    let stage = Stage::with(with_a_door).await;
    let stage = stage.restart_by(clock.clone()).await;
    let asked = stage.count(Carrier::Ups, "track", 0);
    let promised = stage.count(Carrier::Ups, "subscribe", 0);
    let bought = stage.buy(ground()).await.unwrap();
    let name = &bought.parcels[0].tracker;
    // Written down it is too: a parcel of which its carrier tells is asked for less often.
    until("promised", async || {
        clock.advance(Duration::from_millis(100));
        let tracker = stage.tracker(name).await;
        let objective = tracker.staleness_objective?.seconds;
        let kept = tracker.last_check_time.is_some() && objective > 20 * 3_600;
        (kept && promised.seen() == 1).then_some(())
    })
    .await;

    // For fourteen days. On the eleventh it need not be asked for yet, on the thirteenth it is.
    let before = asked.seen();
    clock.advance(Duration::from_secs(11 * 24 * HOUR));
    until("looked at", async || (asked.seen() > before).then_some(())).await;
    let now = clock.now().as_second();
    until("taken in", async || {
        let at = stage.tracker(name).await.last_check_time?;
        (at.seconds >= now).then_some(())
    })
    .await;
    assert_eq!(promised.seen(), 1);
    clock.advance(Duration::from_secs(36 * HOUR));
    until("asked anew", async || (promised.seen() == 2).then_some(())).await;
    stage.stop().await;
}
