//! The papers of a shipment, asked for and told.

use parcelgate_domain::Violations;
use parcelgate_proto::v1;
use parcelgate_store::ShipmentId;
use sha2::{Digest as _, Sha256};

use super::read;
use crate::papers::{Paper, Size};
use crate::service::Fault;
use crate::service::bundle::{Bundle, Wanted};

/// What is asked for.
pub(super) fn read(request: &v1::GetShipmentPapersRequest) -> Result<(ShipmentId, Wanted), Fault> {
    let mut found = Violations::new();
    let id = read::resource_in(&request.name, "shipments", "name", &mut found);
    let mut papers = Vec::new();
    for (at, kind) in request.kinds.iter().enumerate() {
        match v1::PaperKind::try_from(*kind).ok().and_then(paper) {
            Some(paper) => papers.push(paper),
            None => {
                let allowed = "LABEL, PACKING_LIST or COMMERCIAL_INVOICE";
                found.refuse(format!("kinds[{at}]"), kind, allowed);
            }
        }
    }
    let size = match v1::PaperSize::try_from(request.paper_size) {
        Ok(v1::PaperSize::Unspecified | v1::PaperSize::A4) => Size::A4,
        Ok(v1::PaperSize::Letter) => Size::Letter,
        Err(_) => {
            found.refuse("paper_size", request.paper_size, "A4 or LETTER");
            Size::A4
        }
    };
    match id {
        Some(id) if found.is_empty() => {
            let single = request.single;
            let wanted = Wanted {
                papers,
                size,
                single,
            };
            Ok((id, wanted))
        }
        Some(_) | None => Err(found.into()),
    }
}

const fn paper(kind: v1::PaperKind) -> Option<Paper> {
    match kind {
        v1::PaperKind::Unspecified => None,
        v1::PaperKind::Label => Some(Paper::Label),
        v1::PaperKind::PackingList => Some(Paper::PackingList),
        v1::PaperKind::CommercialInvoice => Some(Paper::CommercialInvoice),
    }
}

const fn kind(paper: Paper) -> v1::PaperKind {
    match paper {
        Paper::Label => v1::PaperKind::Label,
        Paper::PackingList => v1::PaperKind::PackingList,
        Paper::CommercialInvoice => v1::PaperKind::CommercialInvoice,
    }
}

/// What there is.
pub(super) fn write(bundle: Bundle) -> v1::ShipmentPapers {
    let files = bundle.files.into_iter().map(|file| {
        let digest = Sha256::digest(&file.bytes);
        v1::PaperFile {
            kinds: file
                .papers
                .into_iter()
                .map(|one| kind(one).into())
                .collect(),
            pages: i32::try_from(file.pages).unwrap_or(i32::MAX),
            media_type: "application/pdf".to_owned(),
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            content: file.bytes.into(),
        }
    });
    let left_out = bundle
        .left_out
        .into_iter()
        .map(|(paper, why)| v1::MissingPaper {
            kind: kind(paper).into(),
            why,
        });
    v1::ShipmentPapers {
        files: files.collect(),
        left_out: left_out.collect(),
    }
}
