//! What became of each row, and what to do about it.

use std::time::Duration;

use parcelgate_proto::v1::Shipment;
use parcelgate_proto::v1::batch_purchase_labels_response::Outcome;
use parcelgate_proto::v1::shipment::State;

use super::rows::Row;

/// The longest pause before a row is asked for again.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Refusals after which the purchase may be under way all the same.
const UNSURE: [&str; 4] = ["PURCHASE_IN_PROGRESS", "STORE", "CONFLICT", ""];

/// A row and what became of it.
#[derive(Debug)]
pub(super) struct Asked {
    /// The row.
    pub(super) row: Row,
    /// What the gateway said; none when it did not answer.
    pub(super) outcome: Option<Outcome>,
    /// Whether that was said before, and the shipment may stand otherwise by now.
    pub(super) replay: bool,
    /// What the same row was used for with another request, as it stands now.
    pub(super) before: Option<Shipment>,
}

/// What a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// There is a label.
    Bought,
    /// It is or may be bought, and has no label yet.
    InDoubt,
    /// It was bought, and its label was voided since, or is about to be.
    Void,
    /// The row was bought before, with other data, another format or another service.
    Otherwise,
    /// Nothing was bought, for certain.
    NotBought,
}

impl Fate {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Bought,
        Self::InDoubt,
        Self::Void,
        Self::Otherwise,
        Self::NotBought,
    ];

    /// Its name for programs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bought => "BOUGHT",
            Self::InDoubt => "IN_DOUBT",
            Self::Void => "VOID",
            Self::Otherwise => "BOUGHT_WITH_ANOTHER_REQUEST",
            Self::NotBought => "NOT_BOUGHT",
        }
    }

    /// Its name for people.
    const fn text(self) -> &'static str {
        match self {
            Self::Bought => "bought",
            Self::InDoubt => "in doubt",
            Self::Void => "void since",
            Self::Otherwise => "bought before with another request",
            Self::NotBought => "not bought",
        }
    }

    /// What to do about it.
    const fn next(self) -> Option<&'static str> {
        match self {
            Self::Bought => None,
            Self::InDoubt => Some(
                "may be bought: run the same table with the same options again later, which buys \
                 nothing twice, and keep the name of the row. NEEDS_REVIEW waits for parcelgate \
                 settle",
            ),
            Self::Void => Some("was bought, and voided or replaced since: nothing is bought again"),
            Self::Otherwise => Some(
                "what was bought then stands, with the data, format and service of then: run it \
                 with those for its label, and change a shipment with parcelgate replace",
            ),
            Self::NotBought => Some(
                "mend what is named and run it again, which buys nothing twice; what is told as \
                 REJECTED, ABSENT or CANCELLED is over and needs another row for another try",
            ),
        }
    }

    fn of(state: State) -> Self {
        match state {
            State::Purchased => Self::Bought,
            State::Accepted
            | State::Sending
            | State::PurchasedNoLabel
            | State::Unknown
            | State::NeedsReview
            | State::Unspecified => Self::InDoubt,
            State::VoidWanted
            | State::Voiding
            | State::Voided
            | State::VoidRefused
            | State::VoidUnknown => Self::Void,
            State::Rejected | State::Absent | State::Cancelled => Self::NotBought,
        }
    }
}

impl Asked {
    /// Not asked for yet.
    pub(super) const fn new(row: Row) -> Self {
        Self {
            row,
            outcome: None,
            replay: false,
            before: None,
        }
    }

    /// When it is worth another try; none when it is not.
    pub(super) fn again_after(&self) -> Option<Duration> {
        match &self.outcome {
            Some(Outcome::Refusal(refusal)) => {
                let pause = refusal.retry_after?;
                Some(Duration::try_from(pause).unwrap_or_default().min(PAUSE_MAX))
            }
            Some(Outcome::Shipment(_)) => None,
            None => Some(Duration::ZERO),
        }
    }

    /// What it came to.
    pub(super) fn fate(&self) -> Fate {
        match &self.outcome {
            Some(Outcome::Shipment(shipment)) => Fate::of(shipment.state()),
            Some(Outcome::Refusal(refusal)) if refusal.reason == "REQUEST_ID_REUSED" => {
                match self.before.as_ref().map(|before| Fate::of(before.state())) {
                    None | Some(Fate::Bought | Fate::Otherwise) => Fate::Otherwise,
                    Some(other @ (Fate::InDoubt | Fate::Void | Fate::NotBought)) => other,
                }
            }
            Some(Outcome::Refusal(refusal)) if UNSURE.contains(&refusal.reason.as_str()) => {
                Fate::InDoubt
            }
            Some(Outcome::Refusal(_)) => Fate::NotBought,
            None => Fate::InDoubt,
        }
    }

    /// The shipment of which only the gateway knows how it stands now.
    pub(super) fn to_look_at(&self) -> Option<String> {
        match &self.outcome {
            Some(Outcome::Shipment(shipment)) if self.replay => Some(shipment.name.clone()),
            Some(Outcome::Refusal(refusal)) if refusal.reason == "REQUEST_ID_REUSED" => {
                refusal.metadata.get("shipment").cloned()
            }
            Some(Outcome::Shipment(_) | Outcome::Refusal(_)) | None => None,
        }
    }

    /// Takes in how that stands; none when it could not be read, and then nothing is known of it.
    pub(super) fn stands(&mut self, now: Option<Shipment>) {
        if !self.replay {
            self.before = now;
            return;
        }
        self.outcome = now.map(|now| Outcome::Shipment(Box::new(now)));
    }
}

/// How many rows came to what, and what to do about them.
pub(super) fn summary(asked: &[Asked]) -> String {
    let count = |fate: Fate| asked.iter().filter(|one| one.fate() == fate).count();
    let mut first = format!("{} of {} bought", count(Fate::Bought), asked.len());
    let mut next = String::new();
    for fate in Fate::ALL {
        let many = count(fate);
        if let (Some(what), true) = (fate.next(), many > 0) {
            first.push_str(&format!(", {many} {}", fate.text()));
            next.push_str(&format!("\n  - {}: {what}", fate.text()));
        }
    }
    first + &next
}

#[cfg(test)]
mod tests {
    use parcelgate_proto::v1::{PurchaseLabelRequest, PurchaseRefusal};

    use super::*;

    fn asked(outcome: Option<Outcome>) -> Asked {
        let row = Row {
            order_number: "7".to_owned(),
            row: String::new(),
            request: PurchaseLabelRequest::default(),
        };
        Asked {
            outcome,
            ..Asked::new(row)
        }
    }

    fn shipment(state: State) -> Shipment {
        Shipment {
            state: state.into(),
            ..Shipment::default()
        }
    }

    fn sold(state: State) -> Asked {
        asked(Some(Outcome::Shipment(Box::new(shipment(state)))))
    }

    fn refused(reason: &str) -> Asked {
        asked(Some(Outcome::Refusal(PurchaseRefusal {
            reason: reason.to_owned(),
            ..PurchaseRefusal::default()
        })))
    }

    #[test]
    fn what_may_be_bought_is_not_called_unbought() {
        for state in [State::Unknown, State::PurchasedNoLabel, State::NeedsReview] {
            assert_eq!(sold(state).fate(), Fate::InDoubt, "{state:?}");
        }
        for reason in ["PURCHASE_IN_PROGRESS", "STORE"] {
            assert_eq!(refused(reason).fate(), Fate::InDoubt, "{reason}");
        }
        assert_eq!(asked(None).fate(), Fate::InDoubt);
        assert_eq!(sold(State::Voided).fate(), Fate::Void);
        assert_eq!(sold(State::Rejected).fate(), Fate::NotBought);
        assert_eq!(refused("CARRIER_REFUSED").fate(), Fate::NotBought);
    }

    #[test]
    fn another_request_counts_as_what_the_first_came_to() {
        let mut reused = refused("REQUEST_ID_REUSED");
        assert_eq!(reused.fate(), Fate::Otherwise);
        for (state, fate) in [
            (State::Purchased, Fate::Otherwise),
            (State::Unknown, Fate::InDoubt),
            (State::Voided, Fate::Void),
            (State::Rejected, Fate::NotBought),
        ] {
            reused.stands(Some(shipment(state)));
            assert_eq!(reused.fate(), fate, "{state:?}");
        }
    }

    #[test]
    fn each_is_counted_apart_and_only_what_is_not_bought_is_offered_anew() {
        let mut replayed = sold(State::Purchased);
        replayed.replay = true;
        replayed.stands(Some(shipment(State::Voided)));
        let all = [
            sold(State::Purchased),
            sold(State::Unknown),
            refused("REQUEST_ID_REUSED"),
            replayed,
        ];
        let told = summary(&all);
        let counts =
            "1 of 4 bought, 1 in doubt, 1 void since, 1 bought before with another request";
        assert!(told.starts_with(counts), "{told}");
        assert!(!told.contains("another row"), "{told}");
        let unbought = summary(&[sold(State::Rejected)]);
        assert!(unbought.contains("another row"), "{unbought}");
    }
}
