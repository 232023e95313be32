use super::*;
use crate::party::tests::somebody;
use parcelgate_domain::{Service, ServiceCode, Shipment};

fn report(json: &str) -> Option<Document> {
    paper(&serde_json::from_str(json).unwrap())
}

#[test]
fn a_report_is_whole_or_none() {
    let text = report(
        r#"{"parts": [
            {"documentPartSequenceNumber": "2", "image": "Yg=="},
            {"documentPartSequenceNumber": "1", "image": "YQ=="}
        ]}"#,
    );
    let text = text.unwrap();
    assert_eq!(
        (&text.bytes[..], text.media_type.as_str()),
        (&b"ab"[..], "text/plain")
    );
    let pdf = report(r#"{"parts": {"image": "JVBERi0xLjQ="}}"#).unwrap();
    assert_eq!(pdf.media_type, "application/pdf");
    assert!(report(r#"{"parts": [{"image": "YQ=="}, {"image": "?"}]}"#).is_none());
    assert!(report(r#"{"parts": [{"image": "YQ=="}, 7]}"#).is_none());
    assert!(report("{}").is_none());
}

#[test]
fn express_needs_no_close() {
    let shipment = |code: &str| Shipment {
        reference: "PG01JDX".parse().unwrap(),
        carrier_number: "794801122330".to_owned(),
        service: Service {
            code: ServiceCode::new(code),
            name: code.to_owned(),
        },
        charged: None,
        parcels: Vec::new(),
    };
    let order = ManifestOrder {
        reference: "PG01JDX".parse().unwrap(),
        from: somebody("US", "OH", "43215"),
        date: jiff::civil::date(2026, 11, 30),
        shipments: vec![shipment("FEDEX_GROUND"), shipment("FEDEX_2_DAY")],
    };
    let found = violations(&order);
    let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["shipments[1]"]);
}
