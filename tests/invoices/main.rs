//! Carriers' invoices are taken in once, matched to what was bought, and leave a ledger that is
//! right; what is charged for though nobody bought it is seen to.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod any;
mod command_line;
mod house;

use std::time::Duration;

use jiff::Timestamp;
use parcelgate::seal::Seal;
use parcelgate::service::invoices::{Became, NotImported, Why};
use parcelgate::service::main_tenant;
use parcelgate_clock::Clock as _;
use parcelgate_domain::PurchaseState;
use parcelgate_store::{Claim, Evidence, Step};

use house::{House, NOON, absent, fault, line, reference, sending, sold, tracking, usd, voided};

#[tokio::test]
async fn the_difference_is_posted_once() {
    let house = House::new().await;
    let same = house.purchase(1, vec![sending(), sold(1, 1_111)]).await;
    let dearer = house.purchase(2, vec![sending(), sold(2, 1_111)]).await;
    let unnamed = house.purchase(3, vec![sending(), sold(3, 1_111)]).await;
    let last = house.purchase(4, vec![sending(), sold(4, 1_111)]).await;
    let by_reference = format!("F-1,2026-12-05,,{},freight,11.11,USD\n", reference(4));
    let lines = [
        line(1, "freight", "11.11"),
        line(2, "freight", "\"1,211.11\""),
        line(2, "fuel", "0.89"),
        by_reference,
        line(9, "freight", "5.00"),
        "F-1,2026-12-05,,,weekly fee,7.00,USD\n".to_owned(),
    ]
    .concat();
    for round in 0..3 {
        let report = house.import(&lines).await.expect("imported");
        let fresh = if round == 0 { 6 } else { 0 };
        assert_eq!((report.lines, report.fresh, report.matched), (6, fresh, 4));
        assert_eq!(house.spent(&same).await, 1_111);
        assert_eq!(house.spent(&dearer).await, 121_200);
        assert_eq!(house.spent(&unnamed).await, 1_111);
        assert_eq!(house.spent(&last).await, 1_111);
        let differences: Vec<_> = report.differences.first.iter().collect();
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert_eq!(differences[0].shipment, dearer);
        assert_eq!(differences[0].invoiced, [usd(121_200)]);
        let whys: Vec<Why> = report.orphans.first.iter().map(|one| one.why).collect();
        assert_eq!(whys, [Why::Unknown, Why::Nameless]);
        assert_eq!(report.orphaned, [usd(1_200)]);
        let missing = &report.not_invoiced.first;
        assert_eq!(missing.len(), 1, "{missing:?}");
        assert_eq!(missing[0].shipment, unnamed);
    }
}

#[tokio::test]
async fn a_changed_line_is_an_error_and_changes_nothing() {
    let house = House::new().await;
    let one = house.purchase(1, vec![sending(), sold(1, 1_111)]).await;
    house
        .import(&line(1, "freight", "12.00"))
        .await
        .expect("imported");
    let lines = line(1, "fuel", "1.00") + &line(1, "freight", "12.01");
    let outcome = house.import(&lines).await;
    let Err(error @ NotImported::Changed(changed)) = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((changed.len(), changed[0].at), (1, 3));
    let told = error.to_string();
    assert!(
        told.contains("12.01 USD") && told.contains("12.00 USD"),
        "{told}"
    );
    assert_eq!(house.spent(&one).await, 1_200);
}

#[tokio::test]
async fn what_was_absent_and_is_charged_for_is_to_be_voided() {
    let house = House::new().await;
    let with_number = house.purchase(1, absent()).await;
    let without = house.purchase(2, absent()).await;
    let given_back = house.purchase(3, absent()).await;
    let named = |number, tracking: &str, amount| {
        let reference = reference(number);
        format!("F-1,2026-12-05,{tracking},{reference},freight,{amount},USD\n")
    };
    let both = named(3, "", "5.00") + "F-1,2026-12-05,,PG000003,credit,-5.00,USD\n";
    let lines = named(1, "1Z999AA10123456784", "11.11") + &named(2, "", "9.00") + &both;
    let seq = house.store.head_seq().await.expect("a log");
    let report = house.import(&lines).await.expect("imported");
    let became: Vec<_> = report.late.first.iter().map(|one| one.became).collect();
    assert_eq!(
        became,
        [Became::VoidWanted, Became::LookedFor, Became::Nothing]
    );
    let one = house.kept(&with_number).await;
    assert_eq!(one.version.state, PurchaseState::VoidWanted);
    assert_eq!(one.carrier_number.as_deref(), Some("1Z999AA10123456784"));
    assert!(one.fault.expect("why").text.contains("invoice F-1"));
    let events = house
        .store
        .events_after(None, seq, 9)
        .await
        .expect("events");
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["shipment.void_wanted"]);
    let two = house.kept(&without).await;
    assert_eq!(two.version.state, PurchaseState::Absent);
    house.clock.advance(Duration::from_secs(120));
    let claim = Claim {
        now: house.clock.now(),
        lease_until: Timestamp::MAX,
        limit: 9,
    };
    for (name, of) in [("late_watch", &without), ("late_found", &with_number)] {
        let jobs = house.store.claim_jobs(&[name], "test", claim).await;
        let jobs = jobs.expect("jobs");
        assert_eq!(jobs.len(), 1, "{jobs:?}");
        assert!(jobs[0].payload.contains(of.as_str()));
    }
    assert_eq!(
        house.kept(&given_back).await.version.state,
        PurchaseState::Absent
    );
    assert_eq!(house.spent(&given_back).await, 0);
    assert_eq!(
        house.spent(&with_number).await,
        1_111,
        "until it is given back"
    );
}

/// The number of one box of several need not be that by which the carrier voids them.
#[tokio::test]
async fn a_box_of_several_does_not_name_the_shipment() {
    let house = House::new().await;
    let unnamed = house.purchase_of(2, 1, absent()).await;
    let named = house.purchase_of(2, 2, absent()).await;
    let header = "invoice,date,tracking,carrier_number,reference,kind,amount,currency\n";
    let lines = [
        "F-1,2026-12-05,1Z999AA10123456784,,PG000001,freight,5.00,USD\n",
        "F-1,2026-12-05,1Z999AA10123456793,,PG000001,freight,5.00,USD\n",
        "F-1,2026-12-05,1Z999AA10123456700,1Z999AA10123456711,PG000002,freight,5.00,USD\n",
    ];
    let account = house::ACCOUNT.parse().expect("an account");
    let lines = house::given(&format!("{header}{}", lines.concat()));
    let (invoices, tenant) = (house.invoices(), main_tenant());
    let report = invoices.import(&tenant, &account, lines).await;
    let report = report.expect("imported");
    let became: Vec<_> = report.late.first.iter().map(|one| one.became).collect();
    assert_eq!(became, [Became::LookedFor, Became::VoidWanted]);
    let kept = house.kept(&unnamed).await;
    assert_eq!(kept.version.state, PurchaseState::Absent);
    assert_eq!(kept.carrier_number, None);
    let number = house.kept(&named).await.carrier_number;
    assert_eq!(number.as_deref(), Some("1Z999AA10123456711"));
}

#[tokio::test]
async fn a_number_in_a_carriers_answer_finds_the_purchase() {
    let house = House::new().await;
    let id = house.purchase(1, absent()).await;
    let seal = Seal::from_file(&house.key()).expect("a key");
    let about = format!("evidence {} {id} 2", main_tenant());
    let answer = b"HTTP/1.1 200\r\ncontent-type: text/xml\r\n\r\n<n>1Z999AA10123456784</n>";
    let reply = seal.seal(&about, answer).expect("sealed").into();
    let evidence = Evidence {
        shipment: id.clone(),
        epoch: 2,
        sent_at: NOON.parse().expect("noon"),
        reply,
    };
    let keeping = house.batch().keep_evidence(evidence);
    house.store.apply(keeping).await.expect("kept");
    let lines = "F-1,2026-12-05,1z999aa1 0123456784,,freight,11.11,USD\n";
    let report = house.import(lines).await.expect("imported");
    assert_eq!(report.late.first[0].became, Became::VoidWanted);
    assert_eq!(
        house.kept(&id).await.version.state,
        PurchaseState::VoidWanted
    );
}

#[tokio::test]
async fn what_is_too_old_stays_and_what_was_refused_goes_to_a_person() {
    let house = House::new().await;
    let old = house.purchase(1, absent()).await;
    house.clock.advance(Duration::from_hours(46 * 24));
    let refused = house
        .purchase(2, vec![sending(), Step::Rejected(fault())])
        .await;
    let cancelled = house.purchase(3, vec![Step::Cancelled(None)]).await;
    let doubtful = house
        .purchase(4, vec![sending(), Step::Unknown(fault())])
        .await;
    let lines: String = (1..5)
        .map(|number| {
            let (tracking, reference) = (tracking(number), reference(number));
            format!("F-2,2027-01-17,{tracking},{reference},freight,4.00,USD\n")
        })
        .collect();
    let report = house.import(&lines).await.expect("imported");
    let mut became: Vec<_> = report.late.first.iter().map(|one| one.became).collect();
    became.sort_by_key(|became| became.text());
    assert_eq!(
        became,
        [Became::Nothing, Became::NeedsReview, Became::NeedsReview]
    );
    assert_eq!(house.kept(&old).await.version.state, PurchaseState::Absent);
    for id in [&refused, &cancelled] {
        let kept = house.kept(id).await;
        assert_eq!(kept.version.state, PurchaseState::NeedsReview);
        assert_eq!(house.spent(id).await, 400);
    }
    // A doubt does not end by an invoice; what it says counts once the doubt has ended.
    let doubt = house.kept(&doubtful).await;
    assert_eq!(doubt.version.state, PurchaseState::Unknown);
    assert_eq!(house.spent(&doubtful).await, 0);
    assert_eq!(
        report.in_doubt.count, 3,
        "with those that are now in review"
    );
    let absent = house
        .batch()
        .advance(&doubtful, doubt.version, Step::Absent);
    house.store.apply(absent).await.expect("absent");
    assert_eq!(house.spent(&doubtful).await, 400);
    // Perhaps a person has said so: the same lines again change nothing, others do.
    let report = house.import(&lines).await.expect("imported again");
    assert_eq!(report.fresh, 0);
    let late = report.late.first.iter();
    let became: Vec<_> = late
        .filter(|one| one.shipment == doubtful)
        .map(|one| one.became)
        .collect();
    assert_eq!(became, [Became::Nothing]);
    let state = async || house.kept(&doubtful).await.version.state;
    assert_eq!(state().await, PurchaseState::Absent);
    let (number, own) = (tracking(4), reference(4));
    let fuel = format!("F-3,2027-01-18,{number},{own},fuel,1.00,USD\n");
    house.import(&fuel).await.expect("imported");
    assert_eq!(state().await, PurchaseState::VoidWanted);
}

#[tokio::test]
async fn charges_after_a_void_and_double_ones_are_shown() {
    let house = House::new().await;
    let steps = [sending(), sold(1, 1_111)].into_iter().chain(voided());
    let void = house.purchase(1, steps.collect()).await;
    let twice = house.purchase(2, vec![sending(), sold(2, 1_000)]).await;
    let credited = house.purchase(3, vec![sending(), sold(3, 1_000)]).await;
    let again = |number: usize, amount: &str| {
        format!(
            "F-2,2026-12-12,{},,freight,{amount},USD\n",
            tracking(number)
        )
    };
    let lines = [
        line(1, "freight", "11.11"),
        line(2, "freight", "10.00"),
        again(2, "10.00"),
        line(3, "freight", "10.00"),
        again(3, "-10.00"),
    ];
    let report = house.import(&lines.concat()).await.expect("imported");
    assert_eq!(report.after_void.count, 1);
    assert_eq!(report.after_void.first[0].shipment, void);
    let doubles: Vec<_> = report.twice.first.iter().map(|one| &one.shipment).collect();
    assert_eq!(doubles, [&twice]);
    assert_eq!(report.twice.first[0].invoices, ["F-1", "F-2"]);
    assert_eq!(house.spent(&credited).await, 0);
    let credit = "F-3,2026-12-19,1Z999AA10000000001,,credit,-11.11,USD\n";
    let report = house.import(credit).await.expect("imported");
    assert_eq!(report.after_void.count, 0);
    assert_eq!(house.spent(&void).await, 0);
}
