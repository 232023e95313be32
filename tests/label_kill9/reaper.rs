//! Who kills the gateway, and when.

use std::time::Duration;

use fastrand::Rng;
use parcelgate_clock::{instant, sleep};

use crate::callers::Callers;
use crate::faults;
use crate::house::House;
use crate::program::Program;
use crate::size::Size;

/// When a gateway dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// At some time, and the next one before it is ready.
    Starting,
    /// At some time after it was.
    Random,
    /// When a request for a label has come to the carrier.
    Sent,
    /// When the carrier has done with one, and its answer is under way.
    Sold,
    /// When the first caller was answered.
    Answered,
}

impl Moment {
    pub(crate) const ALL: [Self; 5] = [
        Self::Starting,
        Self::Random,
        Self::Sent,
        Self::Sold,
        Self::Answered,
    ];

    fn any(rng: &mut Rng) -> Self {
        match rng.u8(..10) {
            0 => Self::Starting,
            1 | 2 => Self::Sent,
            3 | 4 => Self::Sold,
            5 => Self::Answered,
            _ => Self::Random,
        }
    }
}

/// Kills one gateway after the other.
pub(crate) struct Reaper<'a> {
    house: &'a House,
    size: Size,
    rng: Rng,
    begun: usize,
    /// How many died when.
    pub(crate) deaths: [usize; Moment::ALL.len()],
    /// How long those that became ready took to be.
    ready: Vec<Duration>,
}

/// No gateway lives longer than this after it is ready, but the last.
const LIFE_MS_MAX: u64 = 160;
/// How often it is looked whether the moment has come.
const LOOK: Duration = Duration::from_micros(500);

impl<'a> Reaper<'a> {
    pub(crate) fn new(house: &'a House, size: &Size) -> Self {
        Self {
            house,
            size: *size,
            rng: Rng::with_seed(size.seed),
            begun: 0,
            deaths: [0; Moment::ALL.len()],
            ready: Vec::new(),
        }
    }

    /// Kills as many as were asked for, and lets the callers begin evenly over all those lives.
    /// Gives back those that live on.
    pub(crate) async fn kill_all(&mut self, callers: &Callers) -> Vec<Program> {
        let mut replicas = Vec::new();
        for replica in 0..self.size.replicas {
            replicas.push(self.house.start_gateway(replica).await);
        }
        for life in 1..=self.size.kills {
            let replica = life % self.size.replicas;
            let moment = Moment::any(&mut self.rng);
            faults::order(&self.house.control(), &mut self.rng);
            self.let_begin(callers, life);
            let within = Duration::from_millis(self.rng.u64(..LIFE_MS_MAX));
            self.wait_for(moment, within, callers).await;
            self.house.is_at(replica, None);
            replicas.get(replica).unwrap().kill();
            if moment == Moment::Starting {
                let program = Program::start(&self.house.config(), &self.house.panics);
                sleep(within / 4).await; // the moment itself, and no condition
                program.kill();
            }
            let began = instant();
            let program = self.house.start_gateway(replica).await;
            self.ready.push(began.elapsed());
            *replicas.get_mut(replica).unwrap() = program;
            let index = Moment::ALL.iter().position(|at| *at == moment).unwrap();
            *self.deaths.get_mut(index).unwrap() += 1;
        }
        self.house.control().clear_faults();
        replicas
    }

    pub(crate) fn ready_ms(&self) -> usize {
        let all: Duration = self.ready.iter().sum();
        let count = u128::try_from(self.ready.len().max(1)).unwrap();
        usize::try_from(all.as_millis() / count).unwrap()
    }

    fn let_begin(&mut self, callers: &Callers, life: usize) {
        let (all, _) = callers.count();
        let by_now = (all * life).div_ceil(self.size.kills);
        callers.let_begin(by_now - self.begun);
        self.begun = by_now;
    }

    async fn wait_for(&self, moment: Moment, within: Duration, callers: &Callers) {
        let control = self.house.control();
        let count = || match moment {
            Moment::Starting | Moment::Random => 0,
            Moment::Sent => control.ship_call_counts().0,
            Moment::Sold => control.ship_call_counts().1,
            Moment::Answered => callers.count().1,
        };
        let (before, end) = (count(), instant() + within);
        while instant() < end && count() == before {
            sleep(LOOK).await;
        }
    }
}
