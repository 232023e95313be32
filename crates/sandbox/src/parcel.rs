//! The parcels of one carrier, and the names by which they are found. Bounded: the oldest go first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::faults::Telling;
use crate::plan::Scan;

/// A simulated parcel. `D` is what only its carrier knows of it.
#[derive(Clone)]
pub(crate) struct Parcel<D> {
    /// The carrier's number on the label.
    pub(crate) number: String,
    /// The purchase it belongs to: UPS's shipment, Yanwen's order.
    pub(crate) purchase: String,
    /// A partner's number for the last mile; known after hand-over.
    pub(crate) last_mile: Option<String>,
    /// The sender's own references.
    pub(crate) references: Vec<String>,
    pub(crate) service: String,
    pub(crate) booked: Timestamp,
    pub(crate) plan: Vec<Scan>,
    pub(crate) voided: OnceLock<Timestamp>,
    pub(crate) detail: D,
}

impl<D> Parcel<D> {
    /// What has happened by `now`, oldest first. Nothing happens to a voided parcel.
    pub(crate) fn seen(&self, now: Timestamp, telling: Telling) -> Vec<&Scan> {
        let until = self.voided.get().map_or(now, |at| now.min(*at));
        let mut seen: Vec<&Scan> = self.plan.iter().filter(|scan| scan.at <= until).collect();
        match telling {
            Telling::Plain => {}
            Telling::Late => {
                seen.pop();
            }
            Telling::Twice => seen = seen.into_iter().flat_map(|scan| [scan, scan]).collect(),
        }
        seen
    }
}

/// A way to ask for parcels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum By {
    Number,
    Purchase,
    LastMile,
    Reference,
}

/// All parcels of one carrier.
pub(crate) struct Parcels<D> {
    limit: usize,
    purchases: u64,
    made: u64,
    kept: VecDeque<Arc<Parcel<D>>>,
    named: HashMap<(By, String), Vec<Arc<Parcel<D>>>>,
}

impl<D> Parcels<D> {
    pub(crate) fn keeping(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            purchases: 0,
            made: 0,
            kept: VecDeque::new(),
            named: HashMap::new(),
        }
    }

    /// The place of the next purchase in the order of purchases: what its plan is drawn from.
    pub(crate) fn next_purchase(&mut self) -> u64 {
        self.purchases += 1;
        self.purchases
    }

    /// The place of the next parcel in the order of parcels: what its number is made from.
    pub(crate) fn next_parcel(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    pub(crate) fn add(&mut self, parcel: Parcel<D>) -> Arc<Parcel<D>> {
        if self.kept.len() >= self.limit {
            self.forget_oldest();
        }
        let parcel = Arc::new(parcel);
        for name in names(&parcel) {
            let same = self.named.entry(name).or_default();
            same.push(Arc::clone(&parcel));
        }
        self.kept.push_back(Arc::clone(&parcel));
        parcel
    }

    /// Puts `changed` in the place of the parcel of its number, whose names it must keep.
    pub(crate) fn replace(&mut self, changed: Parcel<D>) {
        let changed = Arc::new(changed);
        let same = |parcel: &&mut Arc<Parcel<D>>| parcel.number == changed.number;
        if let Some(kept) = self.kept.iter_mut().find(same) {
            *kept = Arc::clone(&changed);
        }
        for name in names(&changed) {
            let named = self.named.get_mut(&name).into_iter().flatten();
            for parcel in named.filter(|parcel| parcel.number == changed.number) {
                *parcel = Arc::clone(&changed);
            }
        }
    }

    /// The parcels of that name, in the order of their purchase.
    pub(crate) fn find(&self, by: By, name: &str) -> Vec<Arc<Parcel<D>>> {
        let key = (by, name.to_owned());
        self.named.get(&key).cloned().unwrap_or_default()
    }

    /// Every parcel kept, oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Parcel<D>>> {
        self.kept.iter()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::keeping(self.limit);
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.kept.pop_front() else {
            return;
        };
        for name in names(&oldest) {
            if let Some(same) = self.named.get_mut(&name) {
                same.retain(|parcel| !Arc::ptr_eq(parcel, &oldest));
                if same.is_empty() {
                    self.named.remove(&name);
                }
            }
        }
    }
}

fn names<D>(parcel: &Parcel<D>) -> Vec<(By, String)> {
    let mut names = vec![
        (By::Number, parcel.number.clone()),
        (By::Purchase, parcel.purchase.clone()),
    ];
    names.extend(parcel.last_mile.clone().map(|name| (By::LastMile, name)));
    let mut references = parcel.references.clone();
    references.sort();
    references.dedup();
    names.extend(references.into_iter().map(|name| (By::Reference, name)));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(number: &str) -> Parcel<()> {
        Parcel {
            number: number.to_owned(),
            purchase: number.to_owned(),
            last_mile: None,
            references: vec!["same".to_owned()],
            service: String::new(),
            booked: Timestamp::UNIX_EPOCH,
            plan: Vec::new(),
            voided: OnceLock::new(),
            detail: (),
        }
    }

    #[test]
    fn the_oldest_parcel_goes_with_all_its_names() {
        let mut parcels = Parcels::keeping(2);
        for number in ["1", "2", "3"] {
            parcels.add(parcel(number));
        }
        assert!(parcels.find(By::Number, "1").is_empty());
        assert_eq!(parcels.find(By::Reference, "same").len(), 2);
        assert_eq!(parcels.named.len(), 5);
        assert_eq!(parcels.all().count(), 2);
    }
}
