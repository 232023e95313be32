//! Who may send next: all quotas of an account, and who waits for them.

mod sharing;
mod status;

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use parcelgate_carrier::{Class, Error, Intent, Lane, Quota};
use parcelgate_clock::{instant, left, sleep, sleep_until};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

use crate::intent::lock;
use crate::pauses::Pauses;
use crate::plan::Plan;
use crate::pot::Pot;
use crate::quota::{Bucket, Limit};
use crate::settings::WireSettings;
use crate::slice::Slice;

pub(crate) use sharing::Asked;
use sharing::Tie;
pub use status::{ClassStatus, QuotaSource, QuotaStatus};

/// One line of those who wait for each lane and class. Whoever leads a line goes when every quota
/// of its class has enough for it, and for all who wait in the lanes before it.
pub(crate) struct Lanes {
    lines: Vec<Line>,
    state: Mutex<State>,
    /// Told whenever someone leaves a line.
    changed: Notify,
}

struct Line {
    lane: Lane,
    class: Class,
    /// Bounds what waits and what is under way.
    places: Semaphore,
    places_max: usize,
    /// Held by the one whose turn it is, so that who came first goes first.
    turn: tokio::sync::Mutex<()>,
}

struct State {
    pots: Vec<Pot>,
    queues: Vec<Queue>,
    tallies: Vec<Tally>,
    /// How many ever came.
    came: u64,
    /// To the pool, when the quotas are shared.
    tie: Option<Tie>,
}

/// What is known of one line.
struct Queue {
    lane: Lane,
    class: Class,
    /// How many permits are waited for.
    waiting: u32,
    /// When its leader came, and how many permits it still wants.
    leader: Option<(u64, u32)>,
    /// Until when the carrier wants nothing of it.
    paused_until: Instant,
    /// When the pool can have what its leader wants.
    ready_at: Option<Instant>,
}

/// What is known of one class.
struct Tally {
    class: Class,
    taken: u64,
    /// How long to pause when the carrier does not say.
    pauses: Pauses,
}

/// The first pause after a refusal that names none, and the longest.
const UNNAMED_PAUSE_MS: (u64, u64) = (1_000, 60_000);

fn unnamed_pauses() -> Pauses {
    Pauses::new(UNNAMED_PAUSE_MS.0, UNNAMED_PAUSE_MS.1)
}

impl Lanes {
    /// With full buckets, which nobody else knows.
    ///
    /// # Errors
    /// With the classes of a quota that lets nothing through.
    pub(crate) fn open(documented: &[Quota], settings: &WireSettings) -> Result<Self, Vec<Class>> {
        let now = instant();
        let pot = |limit: Limit| {
            let classes = limit.classes.clone();
            let bucket = Bucket::full(limit, settings.reserve_percent, now);
            bucket.map(Pot::Own).ok_or(classes)
        };
        let pots = Limit::all(documented, settings).into_iter().map(pot);
        Ok(Self::over(pots.collect::<Result<_, _>>()?, None, settings))
    }

    /// With pots that are empty until the pool grants something, or until `growing_from`.
    ///
    /// # Errors
    /// With the classes of a quota that cannot be shared by so many.
    pub(crate) fn share(
        documented: &[Quota],
        settings: &WireSettings,
        replicas: u32,
        growing_from: Instant,
    ) -> Result<Self, Vec<Class>> {
        let pot = |limit: Limit| -> Result<Pot, Vec<Class>> {
            let classes = limit.classes.clone();
            let plan = Plan::of(limit, settings.reserve_percent, replicas).ok_or(classes)?;
            Ok(Pot::Shared(Slice::empty(plan, growing_from)))
        };
        let pots = Limit::all(documented, settings).into_iter().map(pot);
        let tie = Some(Tie::default());
        Ok(Self::over(pots.collect::<Result<_, _>>()?, tie, settings))
    }

    fn over(pots: Vec<Pot>, tie: Option<Tie>, settings: &WireSettings) -> Self {
        let now = instant();
        let each = Lane::ALL.into_iter();
        let each = each.flat_map(|lane| Class::EVERY.iter().map(move |class| (lane, *class)));
        let queue = |(lane, class)| Queue {
            lane,
            class,
            waiting: 0,
            leader: None,
            paused_until: now,
            ready_at: None,
        };
        let tally = |class: &Class| Tally {
            class: *class,
            taken: 0,
            pauses: unnamed_pauses(),
        };
        let state = State {
            pots,
            queues: each.clone().map(queue).collect(),
            tallies: Class::EVERY.iter().map(tally).collect(),
            came: 0,
            tie,
        };
        Self {
            lines: each
                .map(|line| Line::new(line, settings.pending_max))
                .collect(),
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// Takes the permits of a request, waiting for them if need be, at most for half of the time
    /// that is left: the other half is the carrier's, or a long queue would send what must time
    /// out. Fails with the time after which to ask again when that is not enough or too many wait
    /// already.
    pub(crate) async fn enter(&self, intent: &Intent) -> Result<Place<'_>, Duration> {
        let mine = |line: &&Line| line.lane == intent.lane && line.class == intent.class;
        let Some(line) = self.lines.iter().find(mine) else {
            return Ok(None);
        };
        let full = |_| self.state().interval(intent.class);
        let place = line.places.try_acquire().map_err(full)?;
        let until = instant() + left(intent.deadline) / 2;
        let mut waiting = Waiting::begin(self, intent);
        let turn = tokio::select! {
            biased;
            turn = line.turn.lock() => turn,
            () = sleep_until(until) => return Err(self.state().interval(intent.class)),
        };
        while waiting.wanted > 0 {
            let changed = self.changed.notified(); // registered before looking
            match waiting.take() {
                Ok(()) => {}
                Err(wait) if wait > left(until) => return Err(wait),
                Err(wait) => tokio::select! {
                    () = changed => {}
                    () = sleep(wait) => {}
                },
            }
        }
        drop(turn);
        Ok(Some(place))
    }

    /// When the carrier says that it is too much, nobody of this class sends before the time it
    /// names, and nobody who shares a quota with it in the same lane or further back. Those in the
    /// lanes before it go on until they are told the same.
    pub(crate) fn heed(&self, intent: &Intent, refusal: Option<&mut Error>) {
        let mut state = self.state();
        let Some(tally) = state
            .tallies
            .iter_mut()
            .find(|tally| tally.class == intent.class)
        else {
            return;
        };
        let Some(error) = refusal else {
            tally.pauses = unnamed_pauses();
            return;
        };
        let pause = error.retry_after.or_else(|| tally.pauses.next());
        error.retry_after = pause;
        let until = instant() + pause.unwrap_or_default();
        state.pause(intent.class, intent.lane, until);
        if let Some(tie) = &mut state.tie {
            tie.tell(intent.class, intent.lane, until);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A place among those who wait or are under way, held until the answer is there.
pub(crate) type Place<'a> = Option<SemaphorePermit<'a>>;

impl Line {
    fn new((lane, class): (Lane, Class), pending_max: u32) -> Self {
        // One request for a token may wait for another, and there are few: one for each host.
        let places_max = match class {
            Class::Token => Semaphore::MAX_PERMITS,
            Class::Rate | Class::Ship | Class::Track | Class::Manage => {
                usize::try_from(pending_max).unwrap_or(Semaphore::MAX_PERMITS)
            }
        };
        Self {
            lane,
            class,
            places: Semaphore::new(places_max),
            places_max,
            turn: tokio::sync::Mutex::default(),
        }
    }

    fn pending(&self) -> usize {
        self.places_max
            .saturating_sub(self.places.available_permits())
    }
}

impl State {
    fn queue(&mut self, lane: Lane, class: Class) -> Option<&mut Queue> {
        let mut queues = self.queues.iter_mut();
        queues.find(|queue| queue.lane == lane && queue.class == class)
    }

    /// Nobody of `class` sends before `until`, and nobody who shares a quota with it in `lane` or
    /// further back.
    fn pause(&mut self, class: Class, lane: Lane, until: Instant) {
        for queue in &mut self.queues {
            let mut both = self.pots.iter();
            let shared = both.any(|pot| pot.holds(queue.class) && pot.holds(class));
            if queue.class == class || (queue.lane >= lane && shared) {
                queue.paused_until = queue.paused_until.max(until);
            }
        }
    }

    /// When to ask again if nothing better is known.
    fn interval(&self, class: Class) -> Duration {
        let held = self.pots.iter().filter(|pot| pot.holds(class));
        held.map(Pot::interval)
            .max()
            .unwrap_or(Duration::from_secs(1))
    }

    /// How many permits are wanted from `pot` by those who go before the leader of a line, who
    /// came when `came` says.
    fn wanted_before(&self, pot: &Pot, lane: Lane, class: Class, came: u64, now: Instant) -> u32 {
        let others = self
            .queues
            .iter()
            .filter(|other| pot.holds(other.class) && other.paused_until <= now);
        let wanted = others.map(|other| match other.leader {
            _ if other.lane < lane => other.waiting,
            Some((since, wanted)) if other.lane == lane && other.class != class => {
                let first = rank(other.class, since) < rank(class, came);
                if first {
                    wanted.min(pot.depth(lane))
                } else {
                    0
                }
            }
            _ => 0,
        });
        wanted.fold(0, u32::saturating_add)
    }
}

/// In which order the leaders of one lane go. A purchase that has its permit may wait for a token,
/// so tokens lead their lane.
fn rank(class: Class, came: u64) -> (bool, u64) {
    (class != Class::Token, came)
}

/// Someone in a line. Dropped when it has its permits, or gives up.
struct Waiting<'a> {
    lanes: &'a Lanes,
    lane: Lane,
    class: Class,
    came: u64,
    wanted: u32,
    leads: bool,
}

impl<'a> Waiting<'a> {
    fn begin(lanes: &'a Lanes, intent: &Intent) -> Self {
        let mut state = lanes.state();
        state.came += 1;
        let (came, wanted) = (state.came, intent.permits.get());
        if let Some(queue) = state.queue(intent.lane, intent.class) {
            queue.waiting = queue.waiting.saturating_add(wanted);
        }
        Self {
            lanes,
            lane: intent.lane,
            class: intent.class,
            came,
            wanted,
            leads: false,
        }
    }

    /// Takes permits, as many as may be taken at once, or says how long to wait. Only for the one
    /// whose turn it is.
    fn take(&mut self) -> Result<(), Duration> {
        let now = instant();
        let (lane, class, came) = (self.lane, self.class, self.came);
        let mut state = self.lanes.state();
        self.leads = true;
        if let Some(queue) = state.queue(lane, class) {
            queue.leader = Some((came, self.wanted));
            let paused = queue.paused_until.saturating_duration_since(now);
            if !paused.is_zero() {
                return Err(paused);
            }
        }
        let held = || state.pots.iter().filter(|pot| pot.holds(class));
        let at_once = held().map(|pot| pot.depth(lane)).min();
        let piece = self.wanted.min(at_once.unwrap_or(u32::MAX));
        let waits = held().map(|pot| {
            let before = state.wanted_before(pot, lane, class, came, now);
            pot.wait(before, piece, lane, now)
        });
        let wait = waits.max().unwrap_or_default();
        if !wait.is_zero() {
            return Err(state.or_as_the_pool_says(wait, (lane, class), now));
        }
        for pot in state.pots.iter_mut().filter(|pot| pot.holds(class)) {
            pot.take(piece, now);
        }
        if let Some(tie) = &state.tie {
            tie.used.notify_one();
        }
        if let Some(tally) = state.tallies.iter_mut().find(|tally| tally.class == class) {
            tally.taken += u64::from(piece);
        }
        if let Some(queue) = state.queue(lane, class) {
            queue.waiting = queue.waiting.saturating_sub(piece);
        }
        self.wanted -= piece;
        Ok(())
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(queue) = self.lanes.state().queue(self.lane, self.class) {
            queue.waiting = queue.waiting.saturating_sub(self.wanted);
            if self.leads {
                queue.leader = None;
            }
        }
        self.lanes.changed.notify_waiters();
    }
}
