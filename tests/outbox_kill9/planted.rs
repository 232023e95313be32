//! Books that are wrong in one way each; the audit sees every one.

use libtest_mimic::{Completion, Failed, Trial};

use crate::books::{Arrived, Books, Logged, Parcel, Told, audit};

/// Three parcels, two events each, the webhook subscribed after the first entry.
fn right() -> Books {
    let mut books = Books {
        start: 1,
        ..Books::default()
    };
    for (seq, (parcel, number)) in (1..).zip([(0, 1), (1, 1), (0, 2), (2, 1), (1, 2), (2, 2)]) {
        let kind = if number == 1 { "created" } else { "stopped" };
        books.log.push(Logged {
            seq,
            uid: format!("uid-{seq}"),
            subject: format!("trackers/{parcel}"),
            number,
            kind: format!("tracker.{kind}"),
        });
    }
    let sent = books.log.iter().skip(1).map(|entry| Arrived {
        uid: entry.uid.clone(),
        subject: entry.subject.clone(),
        number: entry.number,
        right: true,
        body: entry.uid.clone().into_bytes(),
    });
    books.arrived = sent.collect();
    books.arrived.push(books.arrived[0].clone());
    for parcel in 0..3 {
        let subject = format!("trackers/{parcel}");
        books.told.push(Told {
            subject: subject.clone(),
            stopped: true,
        });
        books.parcels.push(Parcel {
            subject,
            stopped: true,
        });
    }
    books
}

type Fault = (&'static str, fn(&mut Books));

const FAULTS: [Fault; 12] = [
    ("an_event_never_arrives", |books| {
        books.arrived.retain(|one| one.uid != "uid-4");
    }),
    ("events_of_a_parcel_change_places", |books| {
        books.arrived.swap(0, 3);
        books.arrived.pop();
    }),
    ("what_was_never_written_arrives", |books| {
        let mut strange = books.arrived[0].clone();
        strange.uid = "uid-9".to_owned();
        strange.subject = "trackers/9".to_owned();
        books.arrived.push(strange);
    }),
    ("an_event_changes_on_its_way", |books| {
        books.arrived.last_mut().unwrap().body.push(0);
    }),
    ("an_event_is_not_signed", |books| {
        books.arrived[2].right = false
    }),
    ("an_entry_of_the_log_is_lost", |books| {
        books.log.remove(3);
        books.arrived.retain(|one| one.uid != "uid-4");
    }),
    ("an_entry_is_there_twice", |books| {
        let twice = books.log[3].clone();
        books.log.insert(4, twice);
    }),
    ("a_change_has_no_event", |books| {
        books.log.pop();
        books.arrived.retain(|one| one.uid != "uid-6");
    }),
    ("an_event_has_no_change", |books| {
        books.parcels[2].stopped = false
    }),
    ("a_parcel_has_no_event", |books| {
        let subject = "trackers/9".to_owned();
        let stopped = false;
        books.parcels.push(Parcel { subject, stopped });
    }),
    ("a_parcel_is_lost", |books| drop(books.parcels.remove(1))),
    ("a_caller_was_told_what_is_not", |books| {
        let subject = "trackers/9".to_owned();
        let stopped = false;
        books.told.push(Told { subject, stopped });
    }),
];

pub(crate) fn trials() -> Vec<Trial> {
    let right_books = || {
        assert_eq!(audit(&right()), Vec::<String>::new());
        Ok(Completion::Completed)
    };
    let right_books = Trial::ignorable_test("planted::nothing", right_books);
    let faults = FAULTS.into_iter().map(|(name, plant)| {
        Trial::test(format!("planted::{name}"), move || {
            let mut books = right();
            plant(&mut books);
            if audit(&books).is_empty() {
                return Err(Failed::from("the audit does not see it"));
            }
            Ok(())
        })
    });
    std::iter::once(right_books).chain(faults).collect()
}
