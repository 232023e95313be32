//! What the caller of a replacement is told, at first and again.

use parcelgate_carrier::Kind;
use parcelgate_domain::PurchaseState;
use parcelgate_store::Purchase;

use super::{Replaced, Replacements};
use crate::service::Fault;

impl Replacements {
    /// A replacement and its original as their caller is told them, and whether that is what is
    /// told again.
    pub(super) async fn where_told(
        &self,
        replacement: Purchase,
    ) -> Result<(Purchase, Purchase, bool), Fault> {
        let original = self.original(&replacement).await?;
        Ok(match self.purchases.kept(&replacement).await? {
            Some(reply) => {
                let (replacement, original) = reply.told_both(replacement, original);
                (original, replacement, true)
            }
            None => (original, replacement, false),
        })
    }
}

/// What a replacement that stands where it stands is to its caller.
pub(super) fn told(
    original: Purchase,
    replacement: Purchase,
    is_kept: bool,
) -> Result<Replaced, Fault> {
    use PurchaseState as S;
    let awaits = replacement.replaces.as_ref();
    let awaits = awaits.is_some_and(|replaces| replaces.awaits_void);
    // A refusal after a doubt does not say that the label stands: a person sees to it.
    let stands = ![S::Voided, S::NeedsReview].contains(&original.version.state);
    let in_doubt = Kind::OutcomeUnknown.name();
    match replacement.version.state {
        S::Sending => Err(Fault::InProgress),
        // Kept back by nothing but its carrier: the caller may ask again with the same key.
        S::Accepted if !awaits => Err(Fault::of_purchase(&replacement, "buy")),
        S::Rejected if !awaits => Err(Fault::of_purchase(&replacement, "buy")),
        S::Cancelled if !awaits => Err(Fault::Cancelled),
        S::Cancelled
            if stands
                && replacement
                    .fault
                    .as_ref()
                    .is_some_and(|why| why.kind != in_doubt) =>
        {
            Err(Fault::of_purchase(&replacement, "void"))
        }
        // Nobody asked for a void, so it is told as any purchase is.
        S::Absent if !awaits => Ok(Replaced {
            original,
            replacement,
            is_kept,
        }),
        S::Cancelled | S::Rejected | S::Absent => Err(Fault::ReplacementFailed {
            original: original.id,
            state: original.version.state,
            replacement: replacement.id,
            why: replacement.fault.map(Box::new),
        }),
        S::Accepted
        | S::Purchased
        | S::PurchasedNoLabel
        | S::Unknown
        | S::NeedsReview
        | S::VoidWanted
        | S::Voiding
        | S::Voided
        | S::VoidRefused
        | S::VoidUnknown => Ok(Replaced {
            original,
            replacement,
            is_kept,
        }),
    }
}
