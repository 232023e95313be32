//! What people get to see: the answers for numbers as they are typed, pasted and scanned.

use parcelgate_tracking_number::{
    Candidate, Confidence, Invalid, Role, carriers, identify, make, validate,
};

fn ranked(number: &str) -> Vec<(&'static str, &'static str, Confidence)> {
    identify(number)
        .iter()
        .map(|it| (it.carrier, it.format, it.confidence))
        .collect()
}

fn reasons(candidate: &Candidate) -> Vec<String> {
    candidate.reasons.iter().map(ToString::to_string).collect()
}

#[test]
fn a_ups_number_is_taken_apart() {
    let it = validate("ups", " 1z 8v92a7 03 6720302-4").unwrap();
    assert_eq!(it.number, "1Z8V92A70367203024");
    assert_eq!(it.part(Role::Account), Some("8V92A7"));
    assert_eq!(it.part(Role::Service), Some("03"));
    assert_eq!(it.part(Role::Package), Some("6720302"));
    assert_eq!(it.part(Role::CheckDigit), Some("4"));
    assert_eq!(
        reasons(&it),
        [
            "UPS mark 1Z",
            "mod 10 check digit 4 is right",
            "service code 03 is known: Ground"
        ]
    );
}

#[test]
fn a_service_code_we_do_not_know_is_said_and_not_refused() {
    let number = make::ups_1z("8V92A7", "ZZ", "0000001").unwrap();
    let it = validate("ups", &number).unwrap();
    assert_eq!(reasons(&it).last().unwrap(), "service code ZZ is not known");
}

#[test]
fn yanwen_is_known_by_yp() {
    use Confidence::{Mark, MarkAndCheckDigit};
    assert_eq!(
        ranked("UH183870291YP"),
        [("yanwen", "Yanwen", MarkAndCheckDigit)]
    );
    // Nobody promises the check digit, so another one does not make it a stranger's.
    assert_eq!(ranked("UH183870292YP"), [("yanwen", "Yanwen", Mark)]);
    let it = validate("yanwen", "UH183870292YP").unwrap();
    assert!(
        reasons(&it)
            .contains(&"S10 mod 11 check digit would be 1, not 2; not required here".to_owned())
    );
}

#[test]
fn dhl_paket_is_known_by_the_prefix_of_its_post() {
    let number = "00340434193231984901";
    let read = ranked(number);
    let paket = ("dhl", "DHL Paket", Confidence::MarkAndCheckDigit);
    assert_eq!(read.first(), Some(&paket), "{read:?}");
    assert!(matches!(
        validate("dhl", "00340434193231984902"),
        Err(Invalid::CheckDigit { .. })
    ));
}

#[test]
fn loose_forms_count_only_where_the_carrier_is_named() {
    for (carrier, number) in [
        ("yanwen", "UC063173435MY"),
        ("yanwen", "6A16723741816"),
        ("fourpx", "RV511390022CN"),
        ("fourpx", "300482723836"),
    ] {
        assert_eq!(validate(carrier, number).unwrap().number, number);
        assert!(
            ranked(number).iter().all(|(found, ..)| *found != carrier),
            "{number}"
        );
    }
}

#[test]
fn fourpx_is_known_by_its_name() {
    assert_eq!(
        ranked("4PX3001291278502CN"),
        [("fourpx", "4PX", Confidence::Mark)]
    );
    assert_eq!(ranked("4px 3001 2912 78502cn").len(), 1);
    assert_eq!(ranked("4PX30012912"), []);
}

#[test]
fn the_number_is_found_within_a_barcode() {
    for (carrier, scanned, number) in [
        (
            "usps",
            "420 22153 9101026837331000039521",
            "9101026837331000039521",
        ),
        (
            "usps",
            "4201028200009261290113185417468510",
            "9261290113185417468510",
        ),
        (
            "fedex",
            "1001921334250001000300779017972697",
            "779017972697",
        ),
        ("fedex", "32971514560102447849175802862014", "784917580286"),
        ("fedex", "9611020987654312345672", "987654312345672"),
        (
            "fedex",
            "9622001560001234567100794808390594",
            "794808390594",
        ),
    ] {
        let best = identify(scanned).remove(0);
        assert_eq!((best.carrier, best.number.as_str()), (carrier, number));
    }
    let best = identify("4201028200009261290113185417468510").remove(0);
    assert_eq!(best.part(Role::DestinationPostcode), Some("102820000"));
}

#[test]
fn more_evidence_comes_first() {
    // Both check digits are right. DPD's is so for 1 number in 36, FedEx's for 1 in 10.
    assert_eq!(
        ranked("099800000200561"),
        [
            ("dpd", "DPD (14)", Confidence::CheckDigit),
            ("fedex", "FedEx Ground", Confidence::CheckDigit),
        ]
    );

    // S10 and DHL E-Commerce both know RX: the check digit and the country decide.
    let number = make::s10("RX", "12345678", "GB").unwrap();
    assert_eq!(
        ranked(&number),
        [
            ("s10", "S10", Confidence::MarkAndCheckDigit),
            ("dhl", "DHL E-Commerce", Confidence::Mark),
        ]
    );

    // An American S10 number is USPS's own.
    let number = make::s10("LZ", "12345678", "US").unwrap();
    assert_eq!(
        ranked(&number),
        [
            ("usps", "USPS International", Confidence::MarkAndCheckDigit),
            ("s10", "S10", Confidence::MarkAndCheckDigit),
        ]
    );

    // Both check digits are right and as good: the order of the table decides.
    assert_eq!(
        ranked("320606147017"),
        [
            ("fedex", "FedEx Express (12)", Confidence::CheckDigit),
            ("purolator", "Purolator (12)", Confidence::CheckDigit),
        ]
    );

    // A known container code (00, carton) is no reason to doubt; an unknown one is said.
    let doubt = &identify("990123450000000027")[0];
    assert_eq!(
        reasons(doubt).last().unwrap(),
        "container code 99 is not known"
    );
}

#[test]
fn what_is_wrong_is_said_with_what_is_allowed() {
    let why = |carrier, number| validate(carrier, number).unwrap_err().to_string();
    assert_eq!(
        why("fedex", "986578788856"),
        "FedEx (FedEx Express (12)): the check digit is 6 and should be 5"
    );
    assert_eq!(
        why("ups", "hello"),
        "not a number of UPS, which has: 1Z, then 15 letters or digits and a check digit; \
         one of A, H, J, K, T, V, then 9 digits and a check digit"
    );
    assert_eq!(
        why("s10", "RB123456785XX"),
        "Postal service (UPU S10) (S10): the country code XX does not exist"
    );
    assert_eq!(
        why("ups", "1Z_5R"),
        "a tracking number is 1 to 64 letters and digits; spaces and dashes do not count"
    );
    assert!(why("acme", "1Z5R89390357567127").starts_with("no carrier \"acme\"; known are ups, "));
}

#[test]
fn a_carrier_nobody_knows_cannot_fill_the_answer() {
    let Err(Invalid::UnknownCarrier { carrier, known }) = validate(&"x".repeat(1 << 20), "1")
    else {
        panic!("there is no such carrier");
    };
    assert_eq!(carrier.len(), 64);
    assert_eq!(known, carriers());
    assert!(known.contains(&"yanwen") && known.contains(&"fourpx"));
}
