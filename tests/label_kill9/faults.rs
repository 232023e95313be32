//! What goes wrong with the carriers meanwhile.

use fastrand::Rng;
use parcelgate_sandbox::{Carrier, Control, Fault, FaultOrder};

/// Purchases, and what a gateway asks to settle them.
const OPERATIONS: [&str; 5] = ["ship", "ship", "ship", "label", "track_reference"];
const CARRIERS: [Carrier; 3] = [Carrier::Ups, Carrier::Yanwen, Carrier::Usps];

/// Orders what goes wrong during the next life: in two of three something does.
pub(crate) fn order(control: &Control, rng: &mut Rng) {
    control.clear_faults();
    if rng.u8(..3) == 0 {
        return;
    }
    let carrier = *rng.choice(&CARRIERS).unwrap();
    let operation = match *rng.choice(&OPERATIONS).unwrap() {
        "track_reference" if carrier == Carrier::Yanwen => "list",
        "track_reference" if carrier == Carrier::Usps => "label",
        other => other,
    };
    control.inject(FaultOrder {
        carrier,
        operation: operation.to_owned(),
        fault: fault(rng),
        times: 1,
    });
}

fn fault(rng: &mut Rng) -> Fault {
    match rng.u8(..8) {
        0 => Fault::CutBefore,
        1 => Fault::CutAfter,
        2 => Fault::Slow { ms: rng.u64(..150) },
        // Carried out while its gateway is dead, or after the next one was born.
        3 | 4 => Fault::Held { ms: rng.u64(..600) },
        5 => Fault::CutReplyAt {
            byte: rng.u64(..3_000),
        },
        6 => Fault::HangAfter,
        _ => Fault::Status {
            code: 500,
            retry_after: None,
        },
    }
}
