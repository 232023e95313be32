//! Several gateways together send no more than one may, and each has what it needs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use fastrand::Rng;
use futures::future::join_all;
use parcelgate_carrier::{Class, Lane, Quota};
use parcelgate_clock::{instant, sleep};

use super::fixture::{always, seconds};
use super::pooled::{Gateway, Model, Server, most_in};
use crate::{QuotaSource, Step};

const fn quota(permits: u32, per_ms: u64) -> Quota {
    Quota {
        classes: Class::EVERY,
        permits,
        per: Duration::from_millis(per_ms),
    }
}

/// A day on which gateways are killed and started again, cut off, and their Redis goes away and
/// forgets.
struct Day {
    quota: Quota,
    quotas: &'static [Quota],
    server: Arc<Server>,
    rng: Rng,
    sent: Vec<std::time::Instant>,
}

const REPLICAS: usize = 3;

impl Day {
    fn new(seed: u64, plant: fn(&mut Model)) -> Self {
        let quotas: [&[Quota]; 7] = [
            const { &[quota(10, 1_000)] },
            const { &[quota(60, 60_000)] },
            const { &[quota(100, 10_000)] },
            const { &[quota(7, 5_000)] },
            const { &[quota(200, 2_000)] },
            const { &[quota(3, 2_000)] },
            const { &[quota(40, 8_000), quota(12, 1_000)] },
        ];
        let rng = Rng::with_seed(seed);
        let quotas = quotas[usize::try_from(seed).unwrap() % quotas.len()];
        let server = Server::new();
        plant(&mut server.model.lock().unwrap());
        Self {
            quota: quotas[0],
            quotas,
            server,
            rng,
            sent: Vec::new(),
        }
    }

    fn open(&mut self) -> Arc<Gateway> {
        let weather = Some(self.rng.u64(..));
        let replicas = u32::try_from(REPLICAS).unwrap();
        Arc::new(Gateway::open(&self.server, self.quotas, replicas, weather))
    }

    /// What gateways send that want more than they may, while all that goes wrong.
    async fn pass(&mut self) {
        let mut running = Vec::new();
        for _ in 0..REPLICAS {
            let gateway = self.open();
            running.push((self.work(&gateway), gateway));
        }
        for _ in 0..40 {
            let pause = self.quota.per.as_millis() / 4 + 5_000;
            let pause = self.rng.u64(0..u64::try_from(pause).unwrap());
            sleep(Duration::from_millis(pause)).await;
            let which = self.rng.usize(0..REPLICAS);
            match self.rng.u8(0..10) {
                0 | 1 => {
                    let (work, gateway) = running.swap_remove(which);
                    work.abort();
                    self.sent.extend(gateway.sent());
                    drop(gateway);
                    let dead = self.rng.u64(0..3) * self.rng.u64(0..2_500);
                    sleep(Duration::from_millis(dead)).await;
                    let gateway = self.open();
                    running.push((self.work(&gateway), gateway));
                }
                2 | 3 => running[which].1.line.cut.store(true, Ordering::SeqCst),
                4 | 5 => running.iter().for_each(|(_, gateway)| {
                    gateway.line.cut.store(false, Ordering::SeqCst);
                }),
                6 => self.server.away.store(true, Ordering::SeqCst),
                7 => {
                    for _ in 0..self.rng.u8(1..4) {
                        self.server.model.lock().unwrap().forget();
                        sleep(Duration::from_millis(self.rng.u64(0..900))).await;
                    }
                }
                _ => self.server.away.store(false, Ordering::SeqCst),
            }
        }
        for (work, gateway) in running {
            work.abort();
            self.sent.extend(gateway.sent());
        }
    }

    fn work(&mut self, gateway: &Arc<Gateway>) -> tokio::task::JoinHandle<()> {
        let (gateway, seed, quota) = (Arc::clone(gateway), self.rng.u64(..), self.quota);
        tokio::spawn(async move {
            let mut rng = Rng::with_seed(seed);
            loop {
                let burst = rng.u32(0..=quota.permits.min(60));
                let calls = (0..burst).map(|_| {
                    let lane = Lane::ALL[rng.usize(0..4)];
                    let class = Class::EVERY[rng.usize(0..4)];
                    gateway.ask(class, lane, quota.per * 2)
                });
                join_all(calls.collect::<Vec<_>>()).await;
                let idle = rng.u64(0..3) * rng.u64(0..1_000);
                sleep(Duration::from_millis(idle)).await;
                // Now and then for so long that all is full again.
                sleep(quota.per * u32::from(rng.u8(0..8) == 0)).await;
            }
        })
    }

    /// The most that was sent too much in any period.
    fn excess(&self) -> usize {
        let most = |quota: &Quota| {
            let allowed = usize::try_from(quota.permits).unwrap();
            most_in(quota.per, self.sent.clone()).saturating_sub(allowed)
        };
        self.quotas.iter().map(most).max().unwrap()
    }
}

/// How many requests left on the days of these seeds, and by how many a quota was exceeded.
async fn days(seeds: std::ops::Range<u64>, plant: fn(&mut Model)) -> (usize, usize) {
    let (mut sent, mut worst) = (0, 0);
    for seed in seeds {
        let mut day = Day::new(seed, plant);
        day.pass().await;
        worst = worst.max(day.excess());
        sent += day.sent.len();
    }
    (sent, worst)
}

#[tokio::test(start_paused = true)]
async fn no_period_sees_more_than_the_quota_whatever_happens() {
    let (sent, worst) = days(0..42, |_| ()).await;
    assert_eq!(worst, 0);
    assert!(
        sent > 10_000,
        "only {sent} requests left, which shows little"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_does_not_keep_its_promises_is_found_out() {
    let plants: [fn(&mut Model); 3] = [
        |model| model.generous = true,
        |model| model.full_again = true,
        |model| model.no_end = true,
    ];
    for (number, plant) in plants.into_iter().enumerate() {
        let mut found = false;
        // Most are found within a few days; some need an unlucky one.
        for seed in 0..420 {
            let (_, worst) = days(seed..seed + 1, plant).await;
            found = worst > 0;
            if found {
                break;
            }
        }
        assert!(found, "plant {number}");
    }
}

const A_MINUTE: &[Quota] = &[quota(120, 60_000)];

/// So many gateways, once the pool is full and all of them are counted.
async fn settled(server: &Arc<Server>, quotas: &'static [Quota]) -> [Gateway; REPLICAS] {
    let replicas = u32::try_from(REPLICAS).unwrap();
    let gateways = [(); REPLICAS].map(|()| Gateway::open(server, quotas, replicas, None));
    sleep(quotas[0].per * 2 + seconds(10)).await;
    gateways
}

/// Asks without end, and counts who was served within a time.
async fn served(gateway: &Gateway, lane: Lane, within: Duration) -> usize {
    let until = instant() + within;
    let mut served = 0;
    while instant() < until {
        let failed = gateway.ask(Class::Manage, lane, seconds(600)).await;
        served += usize::from(failed.is_none() && instant() < until);
    }
    served
}

#[tokio::test(start_paused = true)]
async fn one_that_is_busy_gets_nearly_all_while_the_others_are_idle() {
    let server = Server::new();
    let gateways = settled(&server, A_MINUTE).await;
    assert!(
        gateways
            .iter()
            .all(|gateway| gateway.source() == QuotaSource::Shared)
    );
    let alone = served(&gateways[0], Lane::Buy, seconds(120)).await;
    // The reserve of 31, but the seats of the others, and 90 in each minute.
    assert!((31 - 10 + 175..=31 + 180).contains(&alone), "{alone}");
}

#[tokio::test(start_paused = true)]
async fn those_that_are_equally_busy_get_equal_parts() {
    let server = Server::new();
    let gateways = settled(&server, A_MINUTE).await;
    let each = gateways
        .iter()
        .map(|gateway| served(gateway, Lane::Buy, seconds(600)));
    let each = join_all(each).await;
    let all: usize = each.iter().sum();
    assert!((880..=931).contains(&all), "{each:?}");
    assert!(each.iter().all(|one| *one > all / 4), "{each:?}");
}

#[tokio::test(start_paused = true)]
async fn a_purchase_that_finds_a_seat_does_not_wait_even_for_a_slow_pool() {
    let server = Server::new();
    let gateways = settled(&server, A_MINUTE).await;
    server.away.store(true, Ordering::SeqCst);
    for gateway in &gateways {
        let begun = instant();
        for _ in 0..3 {
            assert_eq!(gateway.ask(Class::Ship, Lane::Buy, seconds(60)).await, None);
        }
        assert_eq!(instant(), begun);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sweep_elsewhere_leaves_the_reserve_to_purchases() {
    let server = Server::new();
    let gateways = settled(&server, A_MINUTE).await;
    let sweep = served(&gateways[0], Lane::Bulk, seconds(300));
    let purchases = async {
        sleep(seconds(100)).await;
        let begun = instant();
        for _ in 0..15 {
            assert_eq!(
                gateways[1].ask(Class::Ship, Lane::Buy, seconds(60)).await,
                None
            );
        }
        instant() - begun
    };
    let (swept, waited) = tokio::join!(sweep, purchases);
    assert!(waited < Duration::from_millis(50), "{waited:?}");
    assert!(swept > 300 * 3 / 2 * 8 / 10, "{swept}");
}

#[tokio::test(start_paused = true)]
async fn without_redis_each_has_its_part_and_with_it_they_share_again() {
    let server = Server::new();
    let gateways = settled(&server, A_MINUTE).await;
    server.away.store(true, Ordering::SeqCst);
    sleep(seconds(5)).await;
    assert!(
        gateways
            .iter()
            .all(|gateway| gateway.source() == QuotaSource::LocalShare)
    );
    assert!(gateways.iter().all(|gateway| gateway.left() == 5));
    let alone = served(&gateways[0], Lane::Buy, seconds(120)).await;
    // A third of 90 a minute, and its seat.
    assert!((5 + 55..=5 + 60).contains(&alone), "{alone}");
    server.away.store(false, Ordering::SeqCst);
    sleep(seconds(60)).await;
    assert!(
        gateways
            .iter()
            .all(|gateway| gateway.source() == QuotaSource::Shared)
    );
    let shared = served(&gateways[0], Lane::Buy, seconds(120)).await;
    assert!(shared > 180, "{shared}");
}

#[tokio::test(start_paused = true)]
async fn what_one_cut_off_may_send_the_others_may_not() {
    let server = Server::new();
    let gateways = settled(&server, A_MINUTE).await;
    gateways[2].line.cut.store(true, Ordering::SeqCst);
    sleep(seconds(60)).await;
    let sources = gateways.each_ref().map(Gateway::source);
    let shared = QuotaSource::Shared;
    assert_eq!(sources, [shared, shared, QuotaSource::LocalShare]);
    let others = served(&gateways[0], Lane::Buy, seconds(120)).await;
    assert!((115..=31 + 120).contains(&others), "{others}");
}

#[tokio::test(start_paused = true)]
async fn a_quota_too_small_to_be_parted_is_shared_and_waits_for_redis() {
    let server = Server::new();
    let gateways = settled(&server, const { &[quota(1, 5_000)] }).await;
    let each = gateways
        .iter()
        .map(|gateway| served(gateway, Lane::Track, seconds(100)));
    let each = join_all(each).await;
    assert!((19..=21).contains(&each.iter().sum::<usize>()), "{each:?}");
    assert!(each.iter().all(|one| *one > 1), "{each:?}");
    server.away.store(true, Ordering::SeqCst);
    let refused = gateways[0].ask(Class::Ship, Lane::Buy, seconds(8)).await;
    assert_eq!(refused, Some(parcelgate_carrier::Kind::Throttled));
    let (waited, ()) = tokio::join!(
        gateways[0].ask(Class::Ship, Lane::Buy, seconds(60)),
        async {
            sleep(seconds(10)).await;
            server.away.store(false, Ordering::SeqCst);
        }
    );
    assert_eq!(waited, None);
}

#[tokio::test(start_paused = true)]
async fn who_names_another_quota_keeps_to_its_part_until_the_others_have_gone() {
    let server = Server::new();
    let others = settled(&server, A_MINUTE).await;
    let other = Gateway::open(&server, const { &[quota(60, 60_000)] }, 3, None);
    sleep(seconds(120)).await;
    assert_eq!(other.source(), QuotaSource::LocalShare);
    assert_eq!(other.left(), 2);
    assert_eq!(others[0].source(), QuotaSource::Shared);
    drop(others);
    sleep(seconds(10)).await;
    assert_eq!(other.source(), QuotaSource::Shared);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_one_is_told_stops_the_others_too() {
    let server = Server::new();
    let gateways = settled(&server, A_MINUTE).await;
    let refusing = always(|| Step::answer(429, "").header("retry-after", "30"));
    let refused = Gateway::over(refusing, &server, A_MINUTE, (3, None));
    sleep(seconds(5)).await;
    refused.ask(Class::Track, Lane::Track, seconds(20)).await;
    sleep(seconds(2)).await;
    let paused = |class: Class| {
        let classes = gateways[1].wire.status().classes;
        let class = classes.into_iter().find(|status| status.class == class);
        class.unwrap().paused
    };
    assert!(paused(Class::Track) > Some(seconds(27)));
    assert_eq!(
        gateways[1].ask(Class::Ship, Lane::Buy, seconds(1)).await,
        None
    );
    sleep(seconds(30)).await;
    assert_eq!(paused(Class::Track), None);
}

/// It may be in the place of one that was killed, and is still counted.
#[tokio::test(start_paused = true)]
async fn whoever_is_new_adds_nothing_to_the_rate_for_the_time_of_a_lease() {
    let server = Server::new();
    let quotas = const { &[quota(1_200, 60_000)] };
    let first = Gateway::open(&server, quotas, 2, None);
    sleep(seconds(60)).await;
    // All that had gathered, and then half of 15 a second.
    served(&first, Lane::Buy, seconds(120)).await;
    let second = Gateway::open(&server, quotas, 2, None);
    let early = served(&first, Lane::Buy, seconds(3)).await;
    assert!((20..=24).contains(&early), "{early}");
    sleep(seconds(1)).await;
    served(&first, Lane::Buy, seconds(60)).await;
    let later = served(&first, Lane::Buy, seconds(3)).await;
    assert!((41..=46).contains(&later), "{later}");
    assert_eq!(second.source(), QuotaSource::Shared);
}
