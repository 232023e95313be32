//! Every write, one after the other.

use libtest_mimic::Failed;
use parcelgate_domain::PurchaseState;
use parcelgate_proto::v1::shipment::State;
use tonic::Code;

use crate::books::Findings;
use crate::failing::{Broken, Disk};
use crate::house::{House, Shelf};
use crate::life::{Lookups, Seen, Store, ask, audited, ended, lived, wish, writes};
use crate::program::Program;

/// No gateway asks so often for something to be made durable, to buy one label.
const WRITES_MAX: usize = 60;

fn run<F: Future<Output = Result<(), Failed>>>(sweep: F) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build()?;
    runtime.block_on(sweep)
}

fn shown(when: usize, seen: &Seen) {
    let state = |state: PurchaseState| state.name();
    println!(
        "write {when:>2}: {:<9} sent {}  left {:<10} end {}",
        if seen.ready { "ready" } else { "not ready" },
        seen.sent,
        seen.left.map_or("-", state),
        seen.end.as_str_name(),
    );
}

/// Whether the first caller was told of its label.
fn is_told(seen: &Seen) -> bool {
    matches!(seen.told, Some(Ok(State::Purchased)))
}

/// Each thread counts by itself, and tables are made by another one than purchases.
const STORES: [Store; 2] = [Store::New, Store::Made];

/// It is killed at each write. The carrier tells nobody afterwards what it sold, so what the first
/// gateway kept is all that the second one can go by.
pub(crate) fn killed() -> Result<(), Failed> {
    run(async {
        let (mut kept, mut unsent) = (None, false);
        for store in STORES {
            for when in 1.. {
                assert!(when < WRITES_MAX, "no purchase comes to its end");
                let seen = lived(Disk::KillsAt(when), store, Lookups::Refused, false).await;
                shown(when, &seen);
                assert_eq!(seen.findings, Findings::default(), "{seen:#?}");
                // Dead between its last word and the first byte: nobody can tell, and it stays so.
                let silent = in_doubt(&seen) && seen.sent == 0;
                unsent |= silent;
                assert_eq!((seen.end, seen.sold), end(!silent), "{seen:#?}");
                if in_doubt(&seen) && seen.sent == 1 {
                    kept = Some((store, when)); // and read again
                }
                if is_told(&seen) {
                    break;
                }
            }
        }
        assert!(unsent, "no death before it was sent");
        let (store, when) = kept.expect("a death between the answer and its reading");
        // The same death, when what was kept cannot be read: then nobody knows what was bought.
        let seen = lived(Disk::KillsAt(when), store, Lookups::Refused, true).await;
        assert_eq!((seen.end, seen.sold), (State::NeedsReview, 1), "{seen:#?}");
        Ok(())
    })
}

fn in_doubt(seen: &Seen) -> bool {
    seen.left == Some(PurchaseState::Sending)
}

/// Bought, or in a person's hands with nothing sold.
const fn end(bought: bool) -> (State, usize) {
    if bought {
        (State::Purchased, 1)
    } else {
        (State::NeedsReview, 0)
    }
}

/// The disk does not take one of its writes, each in turn.
pub(crate) fn failed() -> Result<(), Failed> {
    run(async {
        let mut refused = 0;
        for store in STORES {
            for when in 1.. {
                assert!(when < WRITES_MAX, "it never comes to an end");
                let seen = lived(Disk::FailsAt(when), store, Lookups::Answered, false).await;
                shown(when, &seen);
                assert_eq!(seen.findings, Findings::default(), "{seen:#?}");
                // A commit that failed may be there all the same: it was not sent, and never is.
                let silent = in_doubt(&seen) && seen.sent == 0;
                assert_eq!((seen.end, seen.sold), end(!silent), "{seen:#?}");
                // What the disk did not take has no consequence: nothing is sent of which it does
                // not say so.
                assert!(seen.sent == 0 || is_promised(&seen), "{seen:#?}");
                if !seen.met {
                    assert!(is_told(&seen), "{seen:#?}");
                    break;
                }
                refused += usize::from(seen.ready && seen.sent == 0);
            }
        }
        // Two writes come before it is sent.
        assert!(
            refused >= 2,
            "what is written before a purchase is sent: {refused}"
        );
        Ok(())
    })
}

/// Whether it stands in the database that it may have been sent.
fn is_promised(seen: &Seen) -> bool {
    seen.left
        .is_some_and(|left| left != PurchaseState::Accepted)
}

/// The disk takes nothing any more: nothing is sent, and the gateway says that it is not ready.
/// When the disk is good again it goes on.
pub(crate) fn broken() -> Result<(), Failed> {
    run(async {
        let house = House::build(Shelf::File, 1).await;
        let program = Program::start(&house.config(), &house.panics);
        let doors = program.doors().await.expect("ready");
        assert_eq!(writes(&doors).await, Some(true));
        let broken = Broken::under(program.pid()).await;
        assert_eq!(writes(&doors).await, Some(false), "it says so");
        let refused = ask(&doors, &house.key, &wish()).await;
        let refused = refused.expect_err("nothing is promised that is not written");
        assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
        assert_eq!(
            house.control().ship_call_counts(),
            (0, 0),
            "nothing was sent"
        );
        broken.mend();
        let end = ended(&doors, &house.key, &wish()).await;
        assert_eq!(end.state(), State::Purchased);
        assert_eq!(writes(&doors).await, Some(true));
        program.kill();
        let (findings, sold) = audited(&house, &end).await;
        assert_eq!((findings, sold), (Findings::default(), 1));
        Ok(())
    })
}
