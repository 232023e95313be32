//! The pool once more, from ADR 21 and not from its script: what the script is held against, and
//! what stands for it where time is paused.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Ask {
    described: String,
    replicas: u64,
    id: String,
    call: u64,
    not_after: u64,
    lease_us: u64,
    counted: bool,
    epoch: String,
    seen: u64,
    new_epoch: String,
    quotas: Vec<Part>,
    claims: Vec<Claim>,
    pauses: Vec<Pause>,
}

#[derive(Deserialize)]
struct Part {
    permit: u64,
    pool: u64,
    seat: u64,
    held: u64,
    back: u64,
}

#[derive(Deserialize)]
struct Claim {
    front: bool,
    min: u64,
    max: u64,
    of: Vec<Kept>,
}

#[derive(Deserialize)]
struct Kept {
    quota: usize,
    seat: u64,
    pool: u64,
}

#[derive(Deserialize)]
struct Pause {
    class: String,
    lane: u64,
    us: u64,
}

/// The pool of one account.
#[derive(Default)]
pub(crate) struct Model {
    state: Option<State>,
    /// Leases never end and nothing lent is lost: a planted fault.
    pub(crate) no_end: bool,
    /// It grants what it was asked for and does not take it from the pool: a planted fault.
    pub(crate) generous: bool,
    /// It goes on at once after it has forgotten, with a full pool: a planted fault.
    pub(crate) full_again: bool,
}

struct State {
    described: String,
    epoch: String,
    seen: u64,
    at: u64,
    from: u64,
    credit: Vec<u64>,
    leases: BTreeMap<String, Lease>,
    pauses: BTreeMap<(String, u64), u64>,
}

struct Lease {
    till: u64,
    counted: bool,
    call: u64,
    lent: Vec<u64>,
}

impl State {
    fn clip(&mut self, ask: &Ask) {
        for (i, quota) in ask.quotas.iter().enumerate() {
            let lent: u64 = self.leases.values().map(|lease| lease.lent[i]).sum();
            let room = quota.pool.saturating_sub(lent) * quota.permit;
            self.credit[i] = self.credit[i].min(room);
        }
    }

    fn parts(&self, ask: &Ask) -> u64 {
        let counted = self.leases.values().filter(|lease| lease.counted);
        u64::try_from(counted.count()).unwrap().min(ask.replicas)
    }

    fn grow(&mut self, till: u64, ask: &Ask) {
        let grown = till.saturating_sub(self.at.max(self.from)) * self.parts(ask);
        self.credit.iter_mut().for_each(|credit| *credit += grown);
        self.at = self.at.max(till);
        self.clip(ask);
    }

    fn whole(&self, i: usize, ask: &Ask) -> u64 {
        self.credit[i] / ask.quotas[i].permit
    }
}

/// What is granted in one call.
struct Grants {
    /// What the gateway has in hand, when all claims so far have had theirs.
    held: Vec<u64>,
    granted: Vec<u64>,
    closed: Vec<u64>,
}

impl Grants {
    fn grant(&mut self, i: usize, permits: u64, state: &mut State, ask: &Ask) {
        self.held[i] += permits;
        self.granted[i] += permits;
        state.credit[i] -= permits * ask.quotas[i].permit;
    }

    fn fill(&mut self, state: &mut State, ask: &Ask) {
        for (i, quota) in ask.quotas.iter().enumerate() {
            let due = state.whole(i, ask) * quota.seat / quota.pool;
            let permits = due.saturating_sub(self.held[i]);
            self.grant(i, permits.min(state.whole(i, ask)), state, ask);
        }
    }

    /// How long it has to wait; 0 when it has what it wants.
    fn claim(&mut self, claim: &Claim, state: &mut State, ask: &Ask, now: u64) -> u64 {
        let most = claim.of.iter().map(|of| {
            let free = state.whole(of.quota, ask).saturating_sub(of.pool);
            match self.closed[of.quota] {
                0 => (self.held[of.quota] + free).saturating_sub(of.seat),
                _ => 0,
            }
        });
        let permits = most.min().map_or(claim.max, |most| most.min(claim.max));
        if permits >= claim.min {
            for of in &claim.of {
                let need = (permits + of.seat).saturating_sub(self.held[of.quota]);
                self.grant(of.quota, need, state, ask);
                self.held[of.quota] -= permits;
            }
            return 0;
        }
        let flow = state.parts(ask);
        let waits = claim.of.iter().map(|of| {
            let need = (claim.min + of.seat).saturating_sub(self.held[of.quota]);
            let missing = (of.pool + need) * ask.quotas[of.quota].permit;
            let missing = missing.saturating_sub(state.credit[of.quota]);
            let wait = match (need, flow) {
                (0, _) => 0,
                (_, 0) => ask.lease_us,
                (_, flow) => missing.div_ceil(flow) + state.from.saturating_sub(now),
            };
            wait.max(self.closed[of.quota])
        });
        let wait = waits.max().unwrap_or(0).max(5_000);
        for of in &claim.of {
            self.closed[of.quota] = wait;
        }
        wait
    }
}

impl Model {
    /// Forgets everything.
    pub(crate) fn forget(&mut self) {
        self.state = None;
    }

    /// What the script returns when it is called at `now`, in microseconds.
    pub(crate) fn exchange(&mut self, ask: &str, now: u64) -> Value {
        let ask: Ask = serde_json::from_str(ask).unwrap();
        let nothing = |why| json!([why, now, "", 0, [], [], [], []]);
        if now > ask.not_after {
            return nothing("late");
        }
        let kept = self.state.as_ref().filter(|state| {
            let regressed = state.epoch == ask.epoch && state.seen < ask.seen;
            state.described == ask.described && !regressed && state.at <= now + 1_000_000
        });
        if kept.is_none() {
            let other = self.state.as_ref();
            let other = other.filter(|state| state.described != ask.described);
            if other.is_some_and(|state| state.leases.values().any(|lease| lease.till > now)) {
                return nothing("otherwise");
            }
            self.state = Some(self.begin(&ask, now));
        }
        let (no_end, generous) = (self.no_end, self.generous);
        let state = self.state.as_mut().unwrap();
        let now = now.max(state.at);
        let mine = state.leases.get(&ask.id).filter(|lease| lease.till > now);
        if mine.is_some_and(|lease| lease.call >= ask.call) {
            return json!(["late", now, "", 0, [], [], [], []]);
        }
        loop {
            let over = state.leases.iter().filter(|(_, lease)| lease.till <= now);
            let first = over.min_by_key(|(_, lease)| lease.till);
            let Some((id, till)) = first.map(|(id, lease)| (id.clone(), lease.till)) else {
                break;
            };
            if no_end {
                state.leases.get_mut(&id).unwrap().till = u64::MAX;
            } else {
                state.grow(till, &ask);
                state.leases.remove(&id);
            }
        }
        state.grow(now, &ask);
        let credit = state.credit.clone();
        let reply = serve(state, &ask, now);
        if generous {
            state.credit = credit;
        }
        reply
    }

    fn begin(&self, ask: &Ask, now: u64) -> State {
        let full = |quota: &Part| match self.full_again {
            true => quota.pool * quota.permit,
            false => 0,
        };
        State {
            described: ask.described.clone(),
            epoch: ask.new_epoch.clone(),
            seen: 0,
            at: now,
            from: now + ask.lease_us,
            credit: ask.quotas.iter().map(full).collect(),
            leases: BTreeMap::new(),
            pauses: BTreeMap::new(),
        }
    }
}

/// Renews the lease and grants.
fn serve(state: &mut State, ask: &Ask, now: u64) -> Value {
    let mine = state.leases.remove(&ask.id);
    for (i, quota) in ask.quotas.iter().enumerate() {
        let lent = mine.as_ref().map_or(0, |mine| mine.lent[i]);
        state.credit[i] += quota.back.min(lent) * quota.permit;
    }
    let lease = Lease {
        till: now + ask.lease_us,
        counted: ask.counted,
        call: ask.call,
        lent: vec![0; ask.quotas.len()],
    };
    state.leases.insert(ask.id.clone(), lease);
    state.clip(ask);
    let none = vec![0; ask.quotas.len()];
    let mut grants = Grants {
        held: ask.quotas.iter().map(|quota| quota.held).collect(),
        granted: none.clone(),
        closed: none,
    };
    let behind = ask.claims.iter().position(|claim| !claim.front);
    let (front, behind) = ask.claims.split_at(behind.unwrap_or(ask.claims.len()));
    let mut waits: Vec<u64> = Vec::new();
    for claim in front {
        waits.push(grants.claim(claim, state, ask, now));
    }
    grants.fill(state, ask);
    for claim in behind {
        waits.push(grants.claim(claim, state, ask, now));
    }
    let lent = ask.quotas.iter().zip(&grants.granted);
    let lent = lent.map(|(quota, granted)| (quota.held + granted).saturating_sub(quota.seat));
    state.leases.get_mut(&ask.id).unwrap().lent = lent.collect();
    for told in &ask.pauses {
        let till = state.pauses.entry((told.class.clone(), told.lane));
        let till = till.or_default();
        *till = (*till).max(now + told.us);
    }
    state.pauses.retain(|_, till| *till > now);
    let pauses = state.pauses.iter();
    let pauses: Vec<Value> = pauses
        .map(|((class, lane), till)| json!([class, lane, till - now]))
        .collect();
    let left = (0..ask.quotas.len()).map(|i| state.whole(i, ask));
    let left: Vec<u64> = left.collect();
    state.seen += 1;
    json!([
        "done",
        now,
        state.epoch,
        state.seen,
        grants.granted,
        left,
        waits,
        pauses
    ])
}
