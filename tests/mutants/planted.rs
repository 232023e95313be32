//! Books with one mistake each.

use parcelgate_domain::PurchaseState as S;

use crate::books::{Books, Findings, Kept, Sent, Sold, Told, audit};

const REFERENCE: &str = "PG0123456789ABCDEFGHIJ";

fn sold(number: &str) -> Sold {
    Sold {
        carrier: "ups".to_owned(),
        number: number.to_owned(),
        sale: number.to_owned(),
        references: vec![REFERENCE.to_owned()],
        live: true,
    }
}

fn kept(state: S, numbers: &[&str]) -> Kept {
    Kept {
        wish: "K9-1".to_owned(),
        reference: REFERENCE.to_owned(),
        state,
        numbers: numbers.iter().map(|number| (*number).to_owned()).collect(),
    }
}

fn sent(carrier: &str) -> Sent {
    Sent {
        carrier: carrier.to_owned(),
        body: format!("{{\"PGX\": \"PG\", \"ref\": \"{REFERENCE}\"}}"),
    }
}

fn told(number: &str) -> Told {
    Told {
        wish: "K9-1".to_owned(),
        number: number.to_owned(),
    }
}

/// One purchase, and nothing wrong with it.
fn good() -> Books {
    Books {
        sold: vec![sold("1Z1")],
        kept: vec![kept(S::Purchased, &["1Z1"])],
        sent: vec![sent("ups")],
        told: vec![told("1Z1")],
    }
}

/// The names of all that is wrong.
fn wrong(books: &Books) -> Vec<&'static str> {
    let counts = audit(books).counts().into_iter();
    counts
        .filter(|(_, count)| *count > 0)
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn good_books_are_found_good() {
    assert_eq!(audit(&good()), Findings::default());
    assert_eq!(audit(&Books::default()), Findings::default());
}

#[test]
fn two_live_labels_for_one_purchase_are_a_double() {
    let mut books = good();
    books.sold.push(sold("1Z2"));
    assert_eq!(wrong(&books), ["doubles", "lost"]);
    books.sold[1].live = false; // given back
    assert_eq!(wrong(&books), [""; 0]);
}

#[test]
fn one_wish_bought_under_two_references_is_a_double() {
    let mut books = good();
    let mut other = kept(S::Purchased, &["1Z2"]);
    other.reference = "PGZZZZZZZZZZZZZZZZZZZZ".to_owned();
    books.sold.push(Sold {
        references: vec![other.reference.clone()],
        ..sold("1Z2")
    });
    books.kept.push(other);
    assert_eq!(wrong(&books), ["doubles"]);
}

#[test]
fn several_boxes_of_one_sale_are_no_double() {
    let mut books = good();
    let mut second = sold("1Z2");
    second.sale = books.sold[0].sale.clone();
    books.sold.push(second);
    books.kept[0].numbers.push("1Z2".to_owned());
    assert_eq!(wrong(&books), [""; 0]);
}

#[test]
fn a_live_label_is_lost_unless_someone_has_it_in_hand() {
    let lost = [
        S::Accepted,
        S::Sending,
        S::Rejected,
        S::Unknown,
        S::Absent,
        S::Cancelled,
        S::Voided,
    ];
    for state in lost {
        let mut books = good();
        books.told.clear();
        books.kept = vec![kept(state, &[])];
        assert!(wrong(&books).contains(&"lost"), "{state:?}");
    }
    let in_hand = [S::NeedsReview, S::VoidWanted, S::Voiding, S::VoidUnknown];
    for state in in_hand {
        let mut books = good();
        books.told.clear();
        books.kept = vec![kept(state, &[])];
        assert!(!wrong(&books).contains(&"lost"), "{state:?}");
    }
    let mut forgotten = good();
    forgotten.kept.clear();
    assert_eq!(wrong(&forgotten), ["lost", "broken promises"]);
}

#[test]
fn a_purchase_without_a_live_label_is_a_ghost() {
    let mut books = good();
    books.sold[0].live = false;
    assert_eq!(wrong(&books), ["ghosts"]);
    books.sold.clear();
    assert_eq!(wrong(&books), ["ghosts"]);
    // With another number than the label has, it is both.
    let mut other = good();
    other.kept[0].numbers = vec!["1Z9".to_owned()];
    assert_eq!(wrong(&other), ["lost", "ghosts", "broken promises"]);
}

#[test]
fn a_second_request_is_found_though_nothing_was_sold_for_it() {
    let mut books = good();
    books.sent.push(sent("ups"));
    assert_eq!(wrong(&books), ["sent twice"]);
    // A key of the carrier's own makes the second one harmless.
    books.sent = vec![sent("usps"), sent("usps")];
    assert_eq!(wrong(&books), [""; 0]);
}

#[test]
fn what_is_left_in_the_middle_is_found() {
    for state in [S::Accepted, S::Sending, S::Unknown, S::PurchasedNoLabel] {
        let mut books = good();
        books.kept[0].state = state;
        assert!(wrong(&books).contains(&"at no end"), "{state:?}");
    }
}
