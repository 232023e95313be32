//! Any lines, in any order, split and repeated anyhow.

use parcelgate_domain::PurchaseState;
use parcelgate_store::Step;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::house::{House, absent, fault, reference, sending, sold, tracking, usd, voided};

/// Where a purchase may stand when its invoice comes.
fn ways(number: usize) -> [Vec<Step>; 6] {
    let sale = || vec![sending(), sold(number, 1_111)];
    [
        vec![],
        vec![sending(), Step::Unknown(fault())],
        sale(),
        absent(),
        sale().into_iter().chain(voided()).collect(),
        vec![sending(), Step::Rejected(fault())],
    ]
}

/// Those of them that have a tracking number.
const SOLD: [usize; 2] = [2, 4];

const PURCHASES: usize = 8;

/// Imports any lines in any order, split and repeated anyhow: the ledger is right and sums to zero
/// after each, and what is settled is spent as invoiced.
async fn any_import(
    states: Vec<usize>,
    lines: Vec<(usize, usize, i64, bool)>,
    at: usize,
) -> TestCaseResult {
    let house = House::new().await;
    let mut ids = Vec::new();
    for (number, way) in states.iter().enumerate() {
        let steps = ways(number)[*way].clone();
        ids.push(house.purchase(number, steps).await);
    }
    let text = |(number, kind, cents, by_reference): &(usize, usize, i64, bool)| {
        let (tracking, reference) = (tracking(*number), reference(*number));
        let named = if *by_reference {
            format!(",{reference}")
        } else {
            format!("{tracking},")
        };
        let amount = usd(*cents).to_decimal();
        // One kind for each line, so that the parts of a file name none twice.
        format!("F-1,2026-12-05,{named},k{kind},{amount},USD\n")
    };
    let whole: String = lines.iter().map(text).collect();
    let (first, _) = lines.split_at(at.min(lines.len()));
    let part: String = first.iter().map(text).collect();
    for some in [&part, &whole, &part, &whole] {
        let outcome = house.import(some).await;
        prop_assert!(outcome.is_ok(), "{outcome:?}");
    }
    for (number, id) in ids.iter().enumerate() {
        // Who was not known to be sold has no number but its reference.
        let numbered = SOLD.contains(&states[number]);
        let names = |by_reference: &bool| *by_reference || numbered;
        let own = lines
            .iter()
            .filter(|(of, _, _, by_reference)| *of == number && names(by_reference));
        let charged: i64 = own.clone().map(|(_, _, cents, _)| cents).sum();
        let kept = house.kept(id).await;
        let open = matches!(
            kept.version.state,
            PurchaseState::Accepted | PurchaseState::Unknown
        );
        if own.count() > 0 && !open {
            prop_assert_eq!(house.spent(id).await, charged);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    })]
    #[test]
    fn the_ledger_sums_to_zero_after_any_import(
        states in prop::collection::vec(0_usize..6, PURCHASES),
        lines in prop::collection::vec(
            (0..PURCHASES + 2, 0_usize..4, -2_000_i64..5_000, any::<bool>()), 1..24),
        at in 0_usize..24,
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(any_import(states, lines, at))?;
    }
}
