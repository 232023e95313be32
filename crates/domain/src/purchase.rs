//! The states of one label purchase.

use serde::{Deserialize, Serialize};

/// Where a purchase stands. The rule behind all of them: a paid request leaves at most once for a
/// reference, and a doubt is settled by looking, never by sending again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PurchaseState {
    /// Written down; nothing has left yet.
    Accepted,
    /// About to leave, or on its way.
    Sending,
    /// The carrier sold it.
    Purchased,
    /// Sold, but the carrier gave no label yet.
    PurchasedNoLabel,
    /// The carrier said no, for certain.
    Rejected,
    /// It may have been sold.
    Unknown,
    /// Proven not sold.
    Absent,
    /// Only a person can tell.
    NeedsReview,
    /// Given up before anything left.
    Cancelled,
    /// To be voided.
    VoidWanted,
    /// The void is on its way.
    Voiding,
    /// Voided.
    Voided,
    /// The carrier refuses to void it.
    VoidRefused,
    /// It may have been voided.
    VoidUnknown,
}

impl PurchaseState {
    /// Every state with its name.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Accepted, "ACCEPTED"),
        (Self::Sending, "SENDING"),
        (Self::Purchased, "PURCHASED"),
        (Self::PurchasedNoLabel, "PURCHASED_NO_LABEL"),
        (Self::Rejected, "REJECTED"),
        (Self::Unknown, "UNKNOWN"),
        (Self::Absent, "ABSENT"),
        (Self::NeedsReview, "NEEDS_REVIEW"),
        (Self::Cancelled, "CANCELLED"),
        (Self::VoidWanted, "VOID_WANTED"),
        (Self::Voiding, "VOIDING"),
        (Self::Voided, "VOIDED"),
        (Self::VoidRefused, "VOID_REFUSED"),
        (Self::VoidUnknown, "VOID_UNKNOWN"),
    ];

    /// Its name in the store and the interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(state, _)| *state == self)
            .map_or("", |(_, name)| name)
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(state, _)| *state)
    }

    /// Whether a purchase in this state may next be in `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use PurchaseState as S;
        match self {
            S::Accepted => matches!(next, S::Sending | S::Cancelled),
            // Back to accepted only when it is proven that nothing left.
            S::Sending => matches!(
                next,
                S::Accepted | S::Purchased | S::PurchasedNoLabel | S::Rejected | S::Unknown
            ),
            S::Unknown => matches!(
                next,
                S::Purchased | S::PurchasedNoLabel | S::Rejected | S::Absent | S::NeedsReview
            ),
            S::NeedsReview => matches!(
                next,
                S::Purchased | S::PurchasedNoLabel | S::Absent | S::VoidWanted | S::Voided
            ),
            S::PurchasedNoLabel => matches!(next, S::Purchased | S::VoidWanted | S::NeedsReview),
            S::Absent | S::Purchased => matches!(next, S::VoidWanted),
            S::VoidWanted => matches!(next, S::Voiding | S::NeedsReview),
            S::Voiding => {
                matches!(
                    next,
                    S::VoidWanted | S::Voided | S::VoidRefused | S::VoidUnknown
                )
            }
            S::VoidUnknown => matches!(
                next,
                S::Voiding | S::Voided | S::VoidRefused | S::NeedsReview
            ),
            S::VoidRefused => matches!(next, S::Voiding | S::NeedsReview),
            // The carrier charges for it all the same.
            S::Rejected | S::Cancelled => matches!(next, S::NeedsReview),
            S::Voided => false,
        }
    }

    /// Whether it came to nothing, so that the same may be bought anew.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        matches!(
            self,
            Self::Rejected | Self::Cancelled | Self::Absent | Self::Voided
        )
    }

    /// Whether money is spent, or may be.
    #[must_use]
    pub const fn may_have_cost(self) -> bool {
        match self {
            Self::Accepted | Self::Rejected | Self::Absent | Self::Cancelled | Self::Voided => {
                false
            }
            Self::Sending
            | Self::Purchased
            | Self::PurchasedNoLabel
            | Self::Unknown
            | Self::NeedsReview
            | Self::VoidWanted
            | Self::Voiding
            | Self::VoidRefused
            | Self::VoidUnknown => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PurchaseState as S;

    #[test]
    fn nothing_leads_back_to_sending_once_something_may_have_left() {
        for (state, name) in S::ALL {
            let may_send = state.may_become(S::Sending);
            assert_eq!(may_send, state == S::Accepted, "{name}");
            assert_eq!(S::from_name(name), Some(state));
        }
        assert!(!S::Unknown.may_become(S::Accepted));
    }

    #[test]
    fn an_end_is_an_end() {
        for end in [S::Rejected, S::Cancelled, S::Voided] {
            let others = S::ALL.iter().filter(|(next, _)| *next != S::NeedsReview);
            assert!(others.clone().all(|(next, _)| !end.may_become(*next)));
        }
        assert!(!S::Voided.may_become(S::NeedsReview));
    }
}
