//! Whether an order will keep its promises, as far as its purchase and its parcels tell.

use std::fmt;
use std::time::Duration;

use jiff::{Timestamp, civil, tz::Offset};
use serde::{Deserialize, Serialize};

use crate::{PurchaseState, Status, Substatus, TrackingState};

/// What was promised for a shipment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// By when the carrier is to have it in hand.
    pub ship_by: Option<Timestamp>,
    /// By when it is to be delivered.
    pub deliver_by: Option<Timestamp>,
}

/// How it stands with a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RiskLevel {
    /// Nothing speaks against it.
    Green,
    /// It will be broken unless somebody acts, or may be.
    Amber,
    /// It is broken, or will be whatever is done.
    Red,
}

impl RiskLevel {
    /// Every level with its name.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Green, "GREEN"),
        (Self::Amber, "AMBER"),
        (Self::Red, "RED"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let row = Self::ALL.iter().find(|(level, _)| *level == self);
        row.map_or("", |(_, name)| name)
    }

    /// The level of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let row = Self::ALL.iter().find(|(_, own)| *own == name);
        row.map(|(level, _)| *level)
    }
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RiskReason {
    /// There is no label yet, and `ship_by` is near or over.
    NotBought,
    /// The carrier has not scanned it, and `ship_by` is near or over.
    NotHandedOver,
    /// Nothing was heard of it for longer than is usual.
    Stalled,
    /// Nothing was heard of it for so long that it will hardly turn up.
    ProbablyLost,
    /// The carrier says that it is lost or destroyed.
    Lost,
    /// The carrier says that it is damaged.
    Damaged,
    /// Something is wrong, or somebody must fetch it or be there.
    WaitsForSomebody,
    /// It comes back, or is back.
    ComesBack,
    /// `deliver_by` is near, and it is not out for delivery.
    Tight,
    /// The carrier expects to deliver it after `deliver_by`.
    LateByEstimate,
    /// `deliver_by` is over.
    Late,
}

impl RiskReason {
    /// Every reason with its name.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::NotBought, "NOT_BOUGHT"),
        (Self::NotHandedOver, "NOT_HANDED_OVER"),
        (Self::Stalled, "STALLED"),
        (Self::ProbablyLost, "PROBABLY_LOST"),
        (Self::Lost, "LOST"),
        (Self::Damaged, "DAMAGED"),
        (Self::WaitsForSomebody, "WAITS_FOR_SOMEBODY"),
        (Self::ComesBack, "COMES_BACK"),
        (Self::Tight, "TIGHT"),
        (Self::LateByEstimate, "LATE_BY_ESTIMATE"),
        (Self::Late, "LATE"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let row = Self::ALL.iter().find(|(reason, _)| *reason == self);
        row.map_or("", |(_, name)| name)
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let row = Self::ALL.iter().find(|(_, own)| *own == name);
        row.map(|(reason, _)| *reason)
    }
}

impl fmt::Display for RiskReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How it stands, and when that may be otherwise though nothing is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How.
    pub level: RiskLevel,
    /// Why it is not green.
    pub reason: Option<RiskReason>,
    /// When the same facts may mean something else; never, when absent.
    pub until: Option<Timestamp>,
    /// Whether nothing more can become of it.
    pub is_over: bool,
}

/// From when on what is usual is no longer so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskPolicy {
    /// How long before `ship_by` it is time to act.
    pub ship_margin: Duration,
    /// How long before `deliver_by`.
    pub deliver_margin: Duration,
    /// How long a parcel on its way may be silent.
    pub stalled_after: Duration,
    /// How long, before it is taken for lost.
    pub lost_after: Duration,
}

/// What is known of one box.
#[derive(Debug, Clone, Copy)]
pub struct BoxSeen<'a> {
    /// What its events add up to.
    pub state: &'a TrackingState,
    /// When the carrier expects to deliver, in the recipient's local time.
    pub estimate: Option<civil::DateTime>,
    /// Since when it is followed.
    pub since: Timestamp,
    /// The longest it has been silent and was heard of again.
    pub longest_silence: Duration,
}

/// A judgement in the making: the worst of all that is found, and the next moment at which one of
/// the findings may change.
struct Judging {
    now: Timestamp,
    worst: (RiskLevel, Option<RiskReason>),
    until: Option<Timestamp>,
}

impl Judging {
    fn find(&mut self, level: RiskLevel, reason: RiskReason) {
        if level > self.worst.0 {
            self.worst = (level, Some(reason));
        }
    }

    /// From `at` on it is `level`.
    fn turns(&mut self, at: Timestamp, level: RiskLevel, reason: RiskReason) {
        if at <= self.now {
            self.find(level, reason);
        } else {
            self.until = Some(self.until.map_or(at, |until| until.min(at)));
        }
    }

    /// Amber from `margin` before `at` on, and red from then on.
    fn by(&mut self, at: Timestamp, margin: Duration, near: RiskReason, over: RiskReason) {
        let before = at.saturating_sub(margin).unwrap_or(at);
        self.turns(before, RiskLevel::Amber, near);
        self.turns(at, RiskLevel::Red, over);
    }
}

/// How it stands with a shipment whose purchase is in `purchase`, with these boxes.
#[must_use]
pub fn judge(
    deadlines: Deadlines,
    policy: &RiskPolicy,
    purchase: PurchaseState,
    boxes: &[BoxSeen<'_>],
    now: Timestamp,
) -> Verdict {
    let mut judging = Judging {
        now,
        worst: (RiskLevel::Green, None),
        until: None,
    };
    if purchase.is_nothing() {
        return judging.verdict(true);
    }
    if boxes.is_empty() {
        if let Some(by) = deadlines.ship_by {
            let reason = RiskReason::NotBought;
            judging.by(by, policy.ship_margin, reason, reason);
        }
        return judging.verdict(false);
    }
    for one in boxes {
        judging.look_at(deadlines, policy, one);
    }
    let is_over = boxes.iter().all(|one| one.state.is_final());
    judging.verdict(is_over)
}

impl Judging {
    fn verdict(self, is_over: bool) -> Verdict {
        let (level, reason) = self.worst;
        Verdict {
            level,
            reason,
            until: self.until.filter(|_| !is_over),
            is_over,
        }
    }

    fn look_at(&mut self, deadlines: Deadlines, policy: &RiskPolicy, one: &BoxSeen<'_>) {
        let state = one.state;
        match state.status {
            // Late or not, nothing can be done about it any more.
            Status::Delivered | Status::Cancelled => return,
            Status::Returning | Status::Returned => {
                return self.find(RiskLevel::Red, RiskReason::ComesBack);
            }
            Status::Exception | Status::AttemptFailed | Status::AvailableForPickup => {
                self.trouble(state.substatus);
            }
            Status::Unknown
            | Status::NotFound
            | Status::InfoReceived
            | Status::Accepted
            | Status::InTransit
            | Status::OutForDelivery
            | Status::Expired => {}
        }
        if state.first_physical_scan.is_some() {
            self.silence(policy, one);
        } else if let Some(by) = deadlines.ship_by {
            let reason = RiskReason::NotHandedOver;
            self.by(by, policy.ship_margin, reason, reason);
        }
        let Some(by) = deadlines.deliver_by else {
            return;
        };
        // Of the recipient's place only the clock is known, so days are compared, and a day that is
        // the same anywhere on Earth is in time.
        let last_day = Offset::UTC.to_datetime(by).date().tomorrow();
        if let (Some(estimate), Ok(last_day)) = (one.estimate, last_day)
            && estimate.date() > last_day
        {
            self.find(RiskLevel::Red, RiskReason::LateByEstimate);
        }
        if state.status == Status::OutForDelivery {
            self.turns(by, RiskLevel::Red, RiskReason::Late);
        } else {
            self.by(
                by,
                policy.deliver_margin,
                RiskReason::Tight,
                RiskReason::Late,
            );
        }
    }

    fn trouble(&mut self, substatus: Option<Substatus>) {
        if let Some(Substatus::Lost | Substatus::Destroyed) = substatus {
            self.find(RiskLevel::Red, RiskReason::Lost);
        } else if substatus == Some(Substatus::Damaged) {
            self.find(RiskLevel::Red, RiskReason::Damaged);
        } else {
            self.find(RiskLevel::Amber, RiskReason::WaitsForSomebody);
        }
    }

    /// What has been silent for long before and went on is given more time.
    fn silence(&mut self, policy: &RiskPolicy, one: &BoxSeen<'_>) {
        let last = one
            .state
            .last_event
            .map_or(one.since, |event| event.instant);
        let usual = one.longest_silence.saturating_add(one.longest_silence / 2);
        let stalled = policy.stalled_after.max(usual);
        let lost = policy.lost_after.max(usual.saturating_mul(2));
        let after = |pause: Duration| last.saturating_add(pause).unwrap_or(Timestamp::MAX);
        self.turns(after(stalled), RiskLevel::Amber, RiskReason::Stalled);
        self.turns(after(lost), RiskLevel::Red, RiskReason::ProbablyLost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventTime;
    use RiskLevel::{Amber, Green, Red};
    use RiskReason as R;

    const POLICY: RiskPolicy = RiskPolicy {
        ship_margin: Duration::from_hours(6),
        deliver_margin: Duration::from_hours(24),
        stalled_after: Duration::from_hours(5 * 24),
        lost_after: Duration::from_hours(15 * 24),
    };

    /// Hours after a noon.
    fn at(hours: i64) -> Timestamp {
        let noon: Timestamp = "2026-11-02T12:00:00Z".parse().unwrap();
        noon + jiff::SignedDuration::from_hours(hours)
    }

    fn deadlines(ship_by: Option<i64>, deliver_by: Option<i64>) -> Deadlines {
        Deadlines {
            ship_by: ship_by.map(at),
            deliver_by: deliver_by.map(at),
        }
    }

    /// In that status since the hour; scanned first then too, if it was.
    fn state(status: Status, since: i64, scanned: bool) -> TrackingState {
        let event = EventTime::utc(at(since));
        TrackingState {
            status,
            first_physical_scan: scanned.then_some(event),
            last_event: Some(event),
            events: 1,
            ..TrackingState::default()
        }
    }

    fn seen(state: &TrackingState) -> BoxSeen<'_> {
        BoxSeen {
            state,
            estimate: None,
            since: at(0),
            longest_silence: Duration::ZERO,
        }
    }

    fn told(promised: Deadlines, boxes: &[BoxSeen<'_>], hour: i64) -> (RiskLevel, Option<R>) {
        let purchase = PurchaseState::Purchased;
        let verdict = judge(promised, &POLICY, purchase, boxes, at(hour));
        (verdict.level, verdict.reason)
    }

    #[test]
    fn what_is_not_bought_in_time_is_at_risk() {
        let promised = deadlines(Some(48), Some(200));
        let purchase = PurchaseState::Unknown;
        for (hour, level, until) in [
            (0, Green, Some(at(42))),
            (41, Green, Some(at(42))),
            (42, Amber, Some(at(48))),
            (48, Red, None),
        ] {
            let verdict = judge(promised, &POLICY, purchase, &[], at(hour));
            assert_eq!((verdict.level, verdict.until), (level, until), "{hour}");
            let reason = (level != Green).then_some(R::NotBought);
            assert_eq!(verdict.reason, reason);
            assert!(!verdict.is_over);
        }
        // What came to nothing has nothing to lose.
        let nothing = judge(promised, &POLICY, PurchaseState::Voided, &[], at(500));
        assert_eq!((nothing.level, nothing.is_over), (Green, true));
    }

    #[test]
    fn what_the_carrier_does_not_have_by_then_is_late() {
        let promised = deadlines(Some(48), None);
        let waits = state(Status::InfoReceived, 0, false);
        for (hour, expected) in [
            (41, (Green, None)),
            (42, (Amber, Some(R::NotHandedOver))),
            (48, (Red, Some(R::NotHandedOver))),
        ] {
            assert_eq!(told(promised, &[seen(&waits)], hour), expected);
        }
        let scanned = state(Status::Accepted, 47, true);
        assert_eq!(told(promised, &[seen(&scanned)], 50), (Green, None));
        // Of two boxes both must be there.
        let both = [seen(&scanned), seen(&waits)];
        assert_eq!(told(promised, &both, 50), (Red, Some(R::NotHandedOver)));
    }

    #[test]
    fn silence_is_told_and_habit_counts() {
        let moving = state(Status::InTransit, 0, true);
        let slow = BoxSeen {
            longest_silence: Duration::from_hours(8 * 24),
            ..seen(&moving)
        };
        for (days, fast, calm) in [
            (4, (Green, None), (Green, None)),
            (5, (Amber, Some(R::Stalled)), (Green, None)),
            (12, (Amber, Some(R::Stalled)), (Amber, Some(R::Stalled))),
            (15, (Red, Some(R::ProbablyLost)), (Amber, Some(R::Stalled))),
            (
                24,
                (Red, Some(R::ProbablyLost)),
                (Red, Some(R::ProbablyLost)),
            ),
        ] {
            let none = Deadlines::default();
            assert_eq!(told(none, &[seen(&moving)], days * 24), fast, "{days}");
            assert_eq!(told(none, &[slow], days * 24), calm, "{days}");
        }
    }

    #[test]
    fn a_promise_to_deliver_is_held_against_the_carriers_word() {
        let promised = deadlines(None, Some(96)); // noon of the 6th
        let moving = state(Status::InTransit, 70, true);
        assert_eq!(told(promised, &[seen(&moving)], 71), (Green, None));
        assert_eq!(
            told(promised, &[seen(&moving)], 72),
            (Amber, Some(R::Tight))
        );
        assert_eq!(told(promised, &[seen(&moving)], 96), (Red, Some(R::Late)));
        for (day, expected) in [
            ("2026-11-06T18:00", (Green, None)),
            // Where it is a day later than here it may still be in time.
            ("2026-11-07T02:00", (Green, None)),
            ("2026-11-08T02:00", (Red, Some(R::LateByEstimate))),
        ] {
            let estimated = BoxSeen {
                estimate: Some(day.parse().unwrap()),
                ..seen(&moving)
            };
            assert_eq!(told(promised, &[estimated], 71), expected, "{day}");
        }
        let out = state(Status::OutForDelivery, 90, true);
        assert_eq!(told(promised, &[seen(&out)], 95), (Green, None));
        let late = state(Status::Delivered, 99, true);
        let verdict = judge(
            promised,
            &POLICY,
            PurchaseState::Purchased,
            &[seen(&late)],
            at(100),
        );
        assert_eq!((verdict.level, verdict.until), (Green, None));
        assert!(verdict.is_over, "nothing can be done");
    }

    #[test]
    fn trouble_is_told_by_what_it_is() {
        for (status, substatus, expected) in [
            (Status::Exception, Some(Substatus::Lost), (Red, R::Lost)),
            (
                Status::Exception,
                Some(Substatus::Damaged),
                (Red, R::Damaged),
            ),
            (Status::Exception, None, (Amber, R::WaitsForSomebody)),
            (Status::AttemptFailed, None, (Amber, R::WaitsForSomebody)),
            (Status::Returning, None, (Red, R::ComesBack)),
            (Status::Returned, None, (Red, R::ComesBack)),
        ] {
            let stands = TrackingState {
                substatus,
                ..state(status, 0, true)
            };
            let (level, reason) = told(Deadlines::default(), &[seen(&stands)], 1);
            assert_eq!((level, reason.unwrap()), expected, "{status:?}");
        }
    }

    #[test]
    fn names_are_found_again() {
        for (level, name) in RiskLevel::ALL {
            assert_eq!(
                (level.name(), RiskLevel::from_name(name)),
                (name, Some(level))
            );
        }
        for (reason, name) in R::ALL {
            assert_eq!((reason.name(), R::from_name(name)), (name, Some(reason)));
        }
    }
}
