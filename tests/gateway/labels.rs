//! A label is kept, and served in every form that can be made of it.

use parcelgate_proto::v1::{GetLabelRequest, Label, LabelFormat};
use sha2::{Digest as _, Sha256};
use tonic::Code;

use crate::errors::{fields, reason, said_of};
use crate::requests::{ground, packet};
use crate::stage::Stage;

/// The label is what it says it is, and the same when it is read again.
pub(crate) async fn is_kept(stage: &Stage, name: &str, format: LabelFormat) -> Label {
    let label = stage.label(name, format).await.unwrap();
    let (begins, media_type): (&[u8], _) = match format {
        LabelFormat::Pdf => (b"%PDF-", "application/pdf"),
        LabelFormat::Png => (b"\x89PNG\r\n", "image/png"),
        LabelFormat::Zpl => (b"^XA", "application/zpl"),
        LabelFormat::Unspecified => panic!("a form is asked for"),
    };
    assert!(label.content.starts_with(begins), "{format:?}");
    assert_eq!(
        (label.format(), label.media_type.as_str()),
        (format, media_type)
    );
    let digest: String = Sha256::digest(&label.content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(label.sha256, digest);
    assert_eq!(stage.label(name, format).await.unwrap(), label);
    label
}

#[tokio::test]
async fn a_label_of_ups_is_served_as_document_and_as_picture() {
    let stage = Stage::start().await;
    let bought = stage.buy(ground()).await.unwrap();
    let name = &bought.name;
    let document = is_kept(&stage, name, LabelFormat::Pdf).await;
    is_kept(&stage, name, LabelFormat::Png).await;
    assert_eq!(document.tracking_number, bought.parcels[0].tracking_number);
    // It was bought as the default, a document.
    let unasked = stage.label(name, LabelFormat::Unspecified).await.unwrap();
    assert_eq!(unasked, document);
    let refused = stage.label(name, LabelFormat::Zpl).await.unwrap_err();
    assert_eq!(reason(&refused, Code::Unimplemented), "LABEL_FORMAT");
    assert!(refused.message().contains("pdf or png"), "{refused:?}");
    stage.stop().await;
}

#[tokio::test]
async fn a_label_of_printer_commands_stays_what_it_is() {
    let stage = Stage::start().await;
    let mut request = ground();
    request.set_label_format(LabelFormat::Zpl);
    let bought = stage.buy(request).await.unwrap();
    let label = is_kept(&stage, &bought.name, LabelFormat::Zpl).await;
    let text = std::str::from_utf8(&label.content).unwrap();
    assert!(text.contains(&label.tracking_number));
    let refused = stage
        .label(&bought.name, LabelFormat::Pdf)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused, Code::Unimplemented), "LABEL_FORMAT");
    assert!(refused.message().contains("had as zpl"), "{refused:?}");
    stage.stop().await;
}

#[tokio::test]
async fn a_label_of_yanwen_is_a_document() {
    let stage = Stage::start().await;
    let bought = stage.buy(packet()).await.unwrap();
    is_kept(&stage, &bought.name, LabelFormat::Pdf).await;
    for format in [LabelFormat::Png, LabelFormat::Zpl] {
        let refused = stage.label(&bought.name, format).await.unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "LABEL_FORMAT");
        let mut request = packet();
        request.set_label_format(format);
        let refused = stage.buy(request).await.unwrap_err();
        assert_eq!(fields(&refused), ["label_format"]);
        let said = said_of(&refused, "label_format");
        assert!(said.contains("pdf"), "{said}");
    }
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn every_box_has_its_own_label() {
    let stage = Stage::start().await;
    let mut request = ground();
    let parcels = &mut request.shipment.as_mut().unwrap().parcels;
    let one = parcels[0];
    parcels.extend([one, one]);
    let bought = stage.buy(request).await.unwrap();
    assert_eq!(bought.parcels.len(), 3);
    let label = |parcel_index| {
        let mut client = stage.shipments();
        let request = GetLabelRequest {
            name: bought.name.clone(),
            parcel_index,
            format: LabelFormat::Png.into(),
        };
        async move { client.get_label(request).await }
    };
    let mut digests = Vec::new();
    for (index, parcel) in (0..).zip(&bought.parcels) {
        let label = label(index).await.unwrap().into_inner();
        assert_eq!(label.tracking_number, parcel.tracking_number);
        assert!(!digests.contains(&label.sha256));
        digests.push(label.sha256);
    }
    let refused = label(3).await.unwrap_err();
    assert_eq!(fields(&refused), ["parcel_index"]);
    assert!(said_of(&refused, "parcel_index").contains("0 to 2"));
    stage.stop().await;
}
