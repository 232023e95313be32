//! Which gateway gets which shards.

use crate::records::Shard;

/// What is to be written, and what the asker then holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Dealt {
    pub(crate) changed: Vec<Shard>,
    pub(crate) held: Vec<Shard>,
}

/// Deals `owner` its part of all shards, `takers` being the gateways that want some, itself among
/// them. What it holds is renewed until then; what is more than its part is let go; what nobody
/// holds at `now` it takes, at most up to its part and `most`. All times in microseconds.
pub(crate) fn deal(
    kept: Vec<Shard>,
    owner: &str,
    takers: usize,
    most: usize,
    (now, until): (i64, i64),
) -> Dealt {
    let part = 256_usize.div_ceil(takers.max(1)).min(most);
    let mut all: Vec<Option<Shard>> = (0..256).map(|_| None).collect();
    for shard in kept {
        if let Some(place) = all.get_mut(usize::from(shard.shard)) {
            *place = Some(shard);
        }
    }
    let mut dealt = Dealt::default();
    let is_mine = |shard: &Shard| shard.owner.as_deref() == Some(owner);
    for shard in all.iter().flatten().filter(|shard| is_mine(shard)) {
        if dealt.held.len() < part {
            dealt.held.push(Shard {
                lease_until: until,
                ..shard.clone()
            });
        } else {
            dealt.changed.push(Shard {
                owner: None,
                lease_until: now,
                ..shard.clone()
            });
        }
    }
    for (number, shard) in (0_u8..=255).zip(all) {
        let free = shard.as_ref().is_none_or(|shard| {
            !is_mine(shard) && (shard.owner.is_none() || shard.lease_until <= now)
        });
        if free && dealt.held.len() < part {
            dealt.held.push(Shard {
                shard: number,
                owner: Some(owner.to_owned()),
                epoch: shard.map_or(1, |shard| shard.epoch.saturating_add(1)),
                lease_until: until,
            });
        }
    }
    dealt.changed.extend(dealt.held.iter().cloned());
    dealt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alone_holds_all_and_gives_half_to_a_second() {
        let all = deal(Vec::new(), "one", 1, 256, (0, 15));
        assert_eq!(all.held.len(), 256);
        let none = deal(all.held.clone(), "two", 2, 256, (1, 16));
        assert!(none.held.is_empty(), "nothing is free yet");
        let half = deal(all.held.clone(), "one", 2, 256, (5, 20));
        assert_eq!((half.held.len(), half.changed.len()), (128, 256));
        let rest = deal(half.changed, "two", 2, 256, (6, 21));
        assert_eq!(rest.held.len(), 128);
        assert!(rest.held.iter().all(|shard| shard.epoch == 2));
    }

    #[test]
    fn what_was_leased_to_one_that_died_is_taken_when_the_lease_is_over() {
        let all = deal(Vec::new(), "one", 1, 256, (0, 15));
        assert!(
            deal(all.held.clone(), "two", 1, 256, (14, 29))
                .held
                .is_empty()
        );
        let taken = deal(all.held, "two", 1, 256, (15, 30));
        assert_eq!(taken.held.len(), 256);
        assert!(taken.held.iter().all(|shard| shard.epoch == 2));
    }

    #[test]
    fn who_wants_none_any_more_lets_go_of_all() {
        let all = deal(Vec::new(), "one", 1, 256, (0, 15));
        let gone = deal(all.held, "one", 1, 0, (1, 16));
        assert!(gone.held.is_empty());
        assert!(gone.changed.iter().all(|shard| shard.owner.is_none()));
        assert_eq!(gone.changed.len(), 256);
    }
}
