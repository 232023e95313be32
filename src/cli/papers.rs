//! `parcelgate papers`: what goes with the boxes, as files.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use parcelgate_proto::v1::{GetShipmentPapersRequest, PaperKind, PaperSize};
use serde_json::json;

use super::connect::{Gate, ServerArgs};
use super::out::Out;

/// Write the papers of a shipment (labels, packing list, commercial invoice) to a PDF
#[derive(Debug, Args)]
pub(crate) struct PapersArgs {
    /// The shipment by name.
    #[arg(value_name = "shipments/...")]
    shipment: String,
    /// Where to write; with --single a folder.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only this paper. May be given several times; all that there are when left out.
    #[arg(long, value_enum, value_name = "PAPER")]
    paper: Vec<Kind>,
    /// The size of the pages.
    #[arg(long, value_enum, default_value = "a4", value_name = "SIZE")]
    size: Sheet,
    /// Each paper in a file of its own.
    #[arg(long)]
    single: bool,
    #[command(flatten)]
    server: ServerArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Label,
    PackingList,
    CommercialInvoice,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sheet {
    A4,
    Letter,
}

impl Kind {
    const fn asked(self) -> PaperKind {
        match self {
            Self::Label => PaperKind::Label,
            Self::PackingList => PaperKind::PackingList,
            Self::CommercialInvoice => PaperKind::CommercialInvoice,
        }
    }
}

fn name(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Label => "label",
        PaperKind::PackingList => "packing-list",
        PaperKind::CommercialInvoice => "commercial-invoice",
        PaperKind::Unspecified => "paper",
    }
}

/// Runs it.
///
/// # Errors
/// When the gateway cannot be reached, a paper cannot be had or a file cannot be written.
pub(crate) async fn run(args: PapersArgs, out: &mut Out) -> anyhow::Result<()> {
    let gate = Gate::open(&args.server).await?;
    let size = match args.size {
        Sheet::A4 => PaperSize::A4,
        Sheet::Letter => PaperSize::Letter,
    };
    let request = GetShipmentPapersRequest {
        name: args.shipment,
        kinds: args.paper.iter().map(|kind| kind.asked().into()).collect(),
        paper_size: size.into(),
        single: args.single,
    };
    let mut shipments = gate.shipments();
    let reply = shipments.get_shipment_papers(gate.ask(request)).await?;
    let papers = reply.into_inner();
    let mut told = Vec::new();
    if args.single {
        std::fs::create_dir_all(&args.out)
            .with_context(|| format!("{} cannot be made", args.out.display()))?;
    }
    for file in &papers.files {
        let names: Vec<&str> = file.kinds().map(name).collect();
        let path = if args.single {
            args.out.join(format!("{}.pdf", names.join("-")))
        } else {
            args.out.clone()
        };
        write(&path, &file.content)?;
        let shown = path.display().to_string();
        out.say(format!(
            "{shown}: {}, {} pages",
            names.join(", "),
            file.pages
        ))?;
        told.push(json!({ "file": shown, "papers": names, "pages": file.pages }));
    }
    let left_out = papers
        .left_out
        .iter()
        .map(|one| (name(one.kind()), &one.why));
    let mut missing = Vec::new();
    for (paper, why) in left_out {
        out.say(format!("no {paper}: {why}"))?;
        missing.push(json!({ "paper": paper, "why": why }));
    }
    out.data(&json!({ "files": told, "left_out": missing }))?;
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}
