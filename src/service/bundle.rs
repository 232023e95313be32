//! The papers of a shipment in one file, or in one each, from what is kept of it. No carrier is
//! asked.

use parcelgate_domain::{Label, LabelFormat};
use parcelgate_store::{LabelRecord, Purchase, ShipmentId};

use super::purchase::order_of;
use super::shipments::{Shipments, bytes_of};
use super::{Caller, Fault};
use crate::label::{LabelError, document};
use crate::papers::{Paper, Part, Size, Told, bind, commercial_invoice, packing_list};

/// Which papers, and how.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// These, all of which must be there; when empty, all that there are.
    pub papers: Vec<Paper>,
    /// On pages of this size.
    pub size: Size,
    /// Each in a file of its own.
    pub single: bool,
}

/// A file of papers.
#[derive(Debug)]
pub struct Bound {
    /// Which, in their order.
    pub papers: Vec<Paper>,
    /// How many pages it has.
    pub pages: usize,
    /// The PDF.
    pub bytes: Vec<u8>,
}

/// What there is.
#[derive(Debug, Default)]
pub struct Bundle {
    /// One file, or one for each paper.
    pub files: Vec<Bound>,
    /// Papers that there are not, with why.
    pub left_out: Vec<(Paper, String)>,
}

impl Shipments {
    /// The papers of a shipment.
    ///
    /// # Errors
    /// When there is no such shipment, its order is kept no longer, or a paper that was asked for
    /// by name cannot be had.
    pub async fn papers(
        &self,
        caller: &Caller,
        id: &ShipmentId,
        wanted: Wanted,
    ) -> Result<Bundle, Fault> {
        let purchase = self.read(caller, id).await?;
        let order = order_of(&self.store, &purchase).await?;
        let labels = self.store.labels(&caller.tenant, id).await?;
        let drawing = tokio::task::spawn_blocking(move || {
            let told = Told {
                order: &order,
                purchase: &purchase,
            };
            draw(told, &labels, &wanted)
        });
        // A carrier's PDF that our reader stumbles over fails this call and no other.
        let stumbled = |_| LabelError::Unreadable("it cannot be put together".to_owned());
        drawing.await.map_err(stumbled)?
    }
}

fn draw(told: Told<'_>, labels: &[LabelRecord], wanted: &Wanted) -> Result<Bundle, Fault> {
    let mut bundle = Bundle::default();
    let mut drawn: Vec<(Paper, Vec<Part>)> = Vec::new();
    for (paper, _) in Paper::ALL {
        let named = wanted.papers.contains(&paper);
        if !named && !wanted.papers.is_empty() {
            continue;
        }
        match part(paper, told, labels, wanted.size) {
            Ok(parts) => drawn.push((paper, parts)),
            Err(fault) if named => return Err(fault),
            Err(fault) => bundle.left_out.push((paper, fault.to_string())),
        }
    }
    let files: Vec<Vec<(Paper, Vec<Part>)>> = if wanted.single {
        drawn.into_iter().map(|one| vec![one]).collect()
    } else {
        vec![drawn]
    };
    for file in files {
        let papers: Vec<Paper> = file.iter().map(|(paper, _)| *paper).collect();
        let parts: Vec<Part> = file.into_iter().flat_map(|(_, parts)| parts).collect();
        let title = format!("Shipment {}", told.purchase.reference.as_str());
        let bound = bind(&parts, &title);
        let (bytes, pages) = bound.map_err(|why| LabelError::Unreadable(why.to_string()))?;
        bundle.files.push(Bound {
            papers,
            pages,
            bytes,
        });
    }
    Ok(bundle)
}

fn part(
    paper: Paper,
    told: Told<'_>,
    labels: &[LabelRecord],
    size: Size,
) -> Result<Vec<Part>, Fault> {
    match paper {
        Paper::Label => {
            let documents = documents(told.purchase, labels)?.into_iter();
            Ok(documents.map(|bytes| Part::Carriers(size, bytes)).collect())
        }
        Paper::PackingList => Ok(vec![packing_list(told, size)]),
        Paper::CommercialInvoice => {
            let invoice = commercial_invoice(told, size).ok_or(Fault::NoPaper {
                paper,
                why: "the order declares nothing to customs",
            })?;
            Ok(vec![invoice])
        }
    }
}

/// The label of each box, as a PDF.
fn documents(purchase: &Purchase, labels: &[LabelRecord]) -> Result<Vec<Vec<u8>>, Fault> {
    let none = Fault::NoLabel(purchase.version.state);
    let boxes = u16::try_from(purchase.parcels.len()).unwrap_or(u16::MAX);
    if boxes == 0 {
        return Err(none);
    }
    let rank = |label: &&LabelRecord| match label.format {
        LabelFormat::Pdf => 0,
        LabelFormat::Png => 1,
        LabelFormat::Gif => 2,
        LabelFormat::Zpl | LabelFormat::Epl => 3,
    };
    let mut documents = Vec::new();
    for box_ in 0..boxes {
        let own = labels.iter().filter(|label| label.parcel == box_);
        let best = own.min_by_key(rank);
        let best = best.ok_or(Fault::NoLabel(purchase.version.state))?;
        let label: Label = bytes_of(best);
        documents.push(document(&label)?);
    }
    Ok(documents)
}
