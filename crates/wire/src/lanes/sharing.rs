//! What the lanes want of the pool, and what they do with what it grants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parcelgate_carrier::{Class, Lane};
use parcelgate_clock::{instant, left};
use tokio::sync::Notify;

use super::{Lanes, State, rank};
use crate::pool::{Answer, Claim, Kept, LEASE, Part, Pause};
use crate::pot::Pot;
use crate::slice::Slice;

/// The lanes' tie to the pool.
#[derive(Debug, Default)]
pub(super) struct Tie {
    /// Whether the pool grants.
    pub(super) holds: bool,
    /// Told when someone waits for what only the pool has.
    pub(super) asked: Arc<Notify>,
    /// Told when permits were taken.
    pub(super) used: Arc<Notify>,
    /// What the carrier asked for and the pool does not know yet, one for each line at most.
    told: Vec<Told>,
}

/// A pause: of which class, told in which lane, until when.
type Told = (Class, Lane, Instant);

impl Tie {
    /// Lets the others know of a pause.
    pub(super) fn tell(&mut self, class: Class, lane: Lane, until: Instant) {
        let mut here = self.told.iter_mut();
        match here.find(|told| (told.0, told.1) == (class, lane)) {
            Some(told) => told.2 = told.2.max(until),
            None => self.told.push((class, lane, until)),
        }
        self.asked.notify_one();
    }
}

/// What is asked of the pool, and for whom.
pub(crate) struct Asked {
    pub(crate) quotas: Vec<Part>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) pauses: Vec<Pause>,
    /// Whose each claim is.
    lines: Vec<(Lane, Class)>,
    told: Vec<Told>,
}

impl Lanes {
    /// What to listen to: someone who waits for the pool, and permits that were taken.
    pub(crate) fn bells(&self) -> Option<(Arc<Notify>, Arc<Notify>)> {
        let state = self.state();
        let tie = state.tie.as_ref()?;
        Some((Arc::clone(&tie.asked), Arc::clone(&tie.used)))
    }

    /// What the pool must be like, for all who share it.
    pub(crate) fn described(&self) -> String {
        let mut state = self.state();
        let plans = state.slices().map(|slice| slice.plan.described());
        plans.collect::<Vec<_>>().join(", ")
    }

    /// Gives the gateway's part of the rate and all that it does not need to the pool, and says
    /// what is waited for.
    pub(crate) fn hand_over(&self) -> Asked {
        let now = instant();
        let mut state = self.state();
        let quotas = state.slices().map(|slice| {
            let back = slice.hand_over(now);
            Part {
                permit: slice.plan.permit(),
                pool: slice.plan.pool,
                seat: slice.plan.seat,
                held: slice.held(now),
                back,
            }
        });
        let quotas = quotas.collect();
        let (lines, claims) = state.claims(now).into_iter().unzip();
        let told = state.tie.as_ref().map(|tie| tie.told.clone());
        let told = told.unwrap_or_default();
        Asked {
            quotas,
            claims,
            pauses: told.iter().filter_map(pause).collect(),
            lines,
            told,
        }
    }

    /// Puts in hand what the pool granted to what was asked at `sent`.
    pub(crate) fn granted(&self, asked: &Asked, answer: &Answer, sent: Instant) {
        let now = instant();
        let mut state = self.state();
        let each = answer.granted.iter().zip(&answer.left);
        for (slice, (granted, pooled)) in state.slices().zip(each) {
            slice.granted(*granted, sent + LEASE, *pooled);
        }
        for ((lane, class), wait) in asked.lines.iter().zip(&answer.waits) {
            if let Some(queue) = state.queue(*lane, *class) {
                let wait = Some(Duration::from_micros(*wait)).filter(|wait| !wait.is_zero());
                queue.ready_at = wait.and_then(|wait| now.checked_add(wait));
            }
        }
        for pause in &answer.pauses {
            let class = Class::ALL.iter().find(|(_, name)| *name == pause.class);
            let lane = Lane::ALL.get(pause.lane);
            let until = now.checked_add(Duration::from_micros(pause.us));
            if let (Some((class, _)), Some(lane), Some(until)) = (class, lane, until) {
                state.pause(*class, *lane, until);
            }
        }
        if let Some(tie) = &mut state.tie {
            tie.holds = true;
            // Unless it has grown longer since.
            let known = |told: &Told| asked.told.contains(told);
            tie.told.retain(|told| !known(told));
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Goes on without the pool: the gateway's part of the rate flows here from then on, or as it
    /// did before if the pool certainly did not `take` it.
    pub(crate) fn alone_from(&self, at: Instant, taken: bool) {
        let mut state = self.state();
        state.slices().for_each(|slice| match taken {
            true => slice.alone_from(at),
            false => slice.alone_again(at),
        });
        state.queues.iter_mut().for_each(|queue| {
            queue.ready_at = None;
        });
        if let Some(tie) = &mut state.tie {
            tie.holds = false;
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// When the pool should be asked again for those who wait.
    pub(crate) fn ready_at(&self) -> Option<Instant> {
        let state = self.state();
        let waiting = state.queues.iter().filter(|queue| queue.leader.is_some());
        waiting.filter_map(|queue| queue.ready_at).min()
    }
}

impl State {
    fn slices(&mut self) -> impl Iterator<Item = &mut Slice> {
        self.pots.iter_mut().filter_map(|pot| match pot {
            Pot::Own(_) => None,
            Pot::Shared(slice) => Some(slice),
        })
    }

    /// How long the leader of a line waits who must wait: as long as the pool says, or until it
    /// has said something.
    pub(super) fn or_as_the_pool_says(
        &mut self,
        wait: Duration,
        (lane, class): (Lane, Class),
        now: Instant,
    ) -> Duration {
        if !self.tie.as_ref().is_some_and(|tie| tie.holds) {
            return wait;
        }
        let ready_at = self.queue(lane, class).and_then(|queue| queue.ready_at);
        match ready_at.filter(|at| *at > now) {
            // Who asks at that time is the keeper, and the answer wakes all who wait.
            Some(at) => at.saturating_duration_since(now).saturating_add(wait),
            None => {
                if let Some(tie) = &self.tie {
                    tie.asked.notify_one();
                }
                wait
            }
        }
    }

    /// What the leaders of all lines wait for, in the order in which they go.
    fn claims(&self, now: Instant) -> Vec<((Lane, Class), Claim)> {
        let leaders = self.queues.iter().filter(|queue| queue.paused_until <= now);
        let leaders = leaders.filter_map(|queue| Some((queue, queue.leader?)));
        let mut leaders: Vec<_> = leaders.filter(|(_, (_, wanted))| *wanted > 0).collect();
        leaders.sort_by_key(|(queue, (came, _))| (queue.lane, rank(queue.class, *came)));
        let claims = leaders.into_iter().filter_map(|(queue, (_, wanted))| {
            let pots = self.pots.iter().enumerate();
            let of = pots.filter_map(|(quota, pot)| match pot {
                Pot::Shared(slice) if pot.holds(queue.class) => Some((quota, slice)),
                Pot::Shared(_) | Pot::Own(_) => None,
            });
            let at_once = of.clone().map(|(_, slice)| slice.depth(queue.lane)).min()?;
            let min = wanted.min(at_once);
            let kept = |(quota, slice): (usize, &Slice)| Kept {
                quota,
                seat: slice.plan.seat_kept(queue.lane),
                pool: slice.plan.pool_kept(queue.lane),
            };
            let claim = Claim {
                front: queue.lane == Lane::Buy,
                min,
                max: queue.waiting.max(min),
                of: of.map(kept).collect(),
            };
            Some(((queue.lane, queue.class), claim))
        });
        claims.collect()
    }
}

/// What is told of a pause; nothing when it is over.
fn pause((class, lane, until): &Told) -> Option<Pause> {
    let (_, name) = Class::ALL.iter().find(|(known, _)| known == class)?;
    let us = u64::try_from(left(*until).as_micros()).ok()?;
    let pause = Pause {
        class: (*name).to_owned(),
        lane: Lane::ALL.iter().position(|known| known == lane)?,
        us,
    };
    Some(pause).filter(|pause| pause.us > 0)
}
