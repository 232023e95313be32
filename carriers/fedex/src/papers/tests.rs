use parcelgate_domain::Country;

use super::*;

#[test]
fn what_is_no_paper_for_customs_is_refused() {
    let paper = |kind, media_type: &str| TradePaper {
        reference: "PG01JDX".parse().unwrap(),
        document: Document {
            kind,
            media_type: media_type.to_owned(),
            bytes: b"%PDF-".to_vec(),
        },
        file_name: "a.pdf".to_owned(),
        from: Country::CN,
        to: Country::US,
        service: None,
        shipment: None,
    };
    let called = |document| kind(&paper(document, "application/pdf")).ok();
    let invoice = called(DocumentKind::CommercialInvoice);
    assert_eq!(invoice, Some("COMMERCIAL_INVOICE"));
    assert_eq!(called(DocumentKind::OtherCustoms), Some("OTHER"));
    let found = kind(&paper(DocumentKind::Manifest, "video/mp4")).unwrap_err();
    let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["document.media_type", "document.kind"]);
}
