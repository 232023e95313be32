//! What DHL says no with, against its own description.

use super::*;

pub(super) async fn parcel_de_refusals(judge: Judge) {
    let described = &judge.known[SHIPPING];
    let mut wrong = orders(&["ORDER-0001"]);
    wrong["shipments"][0]["consignee"]["postalCode"] = json!("1011");
    let busy = Fault::Status {
        code: 429,
        retry_after: None,
    };
    let path = "/parcel/de/shipping/v2/orders";
    for (body, headers, fault, expected) in [
        (json!({}), dhl::parcel_de_headers(), None, 400),
        (wrong.clone(), dhl::parcel_de_headers(), None, 400),
        (wrong.clone(), Vec::new(), None, 401),
        (wrong, dhl::parcel_de_headers(), Some(busy), 429),
    ] {
        if let Some(fault) = fault {
            judge.session.control().inject(FaultOrder {
                carrier: Carrier::Dhl,
                operation: "ship".to_owned(),
                fault,
                times: 1,
            });
        }
        let target = format!("/parcel-de{path}");
        let answer = judge
            .session
            .dhl("POST", &target, headers, Some(&body))
            .await
            .unwrap();
        assert_eq!(answer.status(), expected);
        none(described.answer(&http::Method::POST, path, &answer), path);
    }
}
