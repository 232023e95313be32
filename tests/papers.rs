//! The papers of a shipment: every field of them is on the page for a reader, and the label's
//! barcode for a scanner.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "gateway/errors.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod errors;
#[path = "gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
#[path = "gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;

use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use parcelgate_proto::v1::{
    CustomsItem, GetShipmentPapersRequest, LabelFormat, PaperFile, PaperKind, PaperSize,
    PurchaseLabelRequest, Shipment, ShipmentPapers,
};
use tonic::{Code, Status};

use errors::{fields, reason};
use requests::{goods, ground, money, packet};
use stage::Stage;

fn main() -> ExitCode {
    let trials = vec![
        needing(
            "every_field_is_on_the_papers",
            &["pdftotext", "pdfinfo"],
            every_field,
        ),
        needing(
            "a_long_list_goes_over_pages",
            &["pdftotext", "pdfinfo"],
            long_list,
        ),
        needing(
            "the_label_in_a_bundle_scans",
            &["pdftoppm", "zbarimg"],
            scans,
        ),
        needing("what_there_is_not_is_told", &[], left_out),
        needing("the_command_line_writes_files", &[], command_line),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A trial that needs tools: ignored where one is missing, but failing in CI.
fn needing(name: &str, tools: &[&'static str], trial: fn(Stage) -> Ran) -> Trial {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |tool: &str| std::env::split_paths(&paths).any(|path| path.join(tool).is_file());
    let missing: Vec<&str> = tools
        .iter()
        .copied()
        .filter(|tool| !is_there(tool))
        .collect();
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let ignored = !missing.is_empty() && !in_ci;
    let missing = missing.join(" and ");
    let run = move || {
        if !missing.is_empty() {
            return Err(Failed::from(format!("{missing} must be installed")));
        }
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async { trial(Stage::start().await).await });
        Ok(())
    };
    Trial::test(name, run).with_ignored_flag(ignored)
}

type Ran = std::pin::Pin<Box<dyn Future<Output = ()>>>;

async fn papers(
    stage: &Stage,
    name: &str,
    kinds: &[PaperKind],
    size: PaperSize,
) -> Result<ShipmentPapers, Status> {
    let request = GetShipmentPapersRequest {
        name: name.to_owned(),
        kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
        paper_size: size.into(),
        single: false,
    };
    let reply = stage.shipments().get_shipment_papers(request).await;
    reply.map(tonic::Response::into_inner)
}

/// The only file of a reply, the same whenever it is asked for.
async fn file(stage: &Stage, name: &str, kinds: &[PaperKind], size: PaperSize) -> PaperFile {
    let reply = papers(stage, name, kinds, size).await.expect("papers");
    let again = papers(stage, name, kinds, size).await.expect("papers");
    assert_eq!(reply, again);
    let [file] = reply.files.as_slice() else {
        panic!("{} files", reply.files.len());
    };
    assert!(file.content.starts_with(b"%PDF-"));
    keep(&file.content, name);
    file.clone()
}

/// Leaves a copy to look at, where a folder is named for that.
fn keep(bytes: &[u8], name: &str) {
    if let Some(folder) = std::env::var_os("PAPERS_KEPT_IN") {
        let name = format!("{}-{}.pdf", name.replace('/', "-"), bytes.len());
        std::fs::write(Path::new(&folder).join(name), bytes).expect("a copy");
    }
}

/// What a tool says of a file.
fn told(tool: &str, args: &[&str], bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("papers.pdf");
    std::fs::write(&path, bytes).expect("a file");
    let mut command = Command::new(tool);
    command.args(args).arg(&path);
    if tool == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().expect("the tool runs");
    assert!(output.status.success(), "{output:?}");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(!complaints.contains("Error"), "{complaints}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Everything that a paper may say of a shipment.
fn full() -> PurchaseLabelRequest {
    let mut request = packet();
    let spec = request.shipment.as_mut().expect("a shipment");
    spec.order_number = "114-7654321".into();
    let from = spec.ship_from.as_mut().expect("a sender");
    from.company = "Sunrise Trading 日出贸易有限公司".into();
    from.email = "export@sunrise.example".into();
    let to = spec.ship_to.as_mut().expect("a recipient");
    to.name = "Zoë O’Brien-Łukasz".into();
    to.tax_id = "123-45-6789".into();
    let customs = spec.customs.as_mut().expect("customs");
    customs.ioss = "IM0123456789".into();
    customs.eori = "GB123456789000".into();
    customs.vat = "GB987654321".into();
    customs.invoice_number = "INV-2026-0042".into();
    let lamp = customs.items[0].clone();
    customs.items.push(CustomsItem {
        sku: "CUP-€".into(),
        description: "Porcelain cup with a very long description that cannot stand in one line"
            .into(),
        description_zh: "陶瓷杯子带盖".into(),
        quantity: 3,
        unit_value: Some(money("USD", 4, 990_000_000)),
        unit_weight_grams: 10,
        hs_code: "6911.10".into(),
        ..lamp
    });
    request
}

async fn bought(stage: &Stage, request: PurchaseLabelRequest) -> Shipment {
    stage.buy(request).await.expect("bought")
}

/// What both papers say of it.
const BOTH: [&str; 18] = [
    "114-7654321",
    "Li Wei",
    "Sunrise Trading 日出贸易有限公司",
    "88 Keji Road",
    "Shenzhen 518000",
    "China (CN)",
    "Phone: 8675512345678",
    "E-mail: export@sunrise.example",
    "Zoë O’Brien-Lukasz",
    "1 Main Street",
    "Columbus OH 43215",
    "Tax ID: 123-45-6789",
    "YANWEN",
    "Desk lamp",
    "台灯",
    "陶瓷杯子带盖",
    "LAMP-1",
    "Page 1 of 1",
];
const LIST: [&str; 7] = [
    "Packing list",
    "CUP-€",
    "200 x 150 x 100 mm",
    "1 box, 0.500 kg with packaging",
    "0.220 kg",
    "0.440 kg",
    "5 pieces, 0.470 kg without packaging",
];
const INVOICE: [&str; 19] = [
    "Commercial invoice",
    "SKU CUP-€",
    "No. INV-2026-0042",
    "IOSS: IM0123456789",
    "EORI: GB123456789000",
    "VAT: GB987654321",
    "Reason of export: Sale of goods",
    "Terms of delivery: D",
    "Country of export: China",
    "940520",
    "6911.10",
    "12.50 USD",
    "25.00 USD",
    "4.99 USD",
    "14.97 USD",
    "Total value: 39.97 USD",
    "Net weight: 0.470 kg",
    "Gross weight: 0.500 kg",
    "Name and signature",
];

fn every_field(stage: Stage) -> Ran {
    Box::pin(async move {
        let shipment = bought(&stage, full()).await;
        let number = shipment.parcels[0].tracking_number.as_str();
        let named = [number, shipment.reference.as_str()];
        let kinds = [PaperKind::PackingList, PaperKind::CommercialInvoice];
        for size in [PaperSize::A4, PaperSize::Letter] {
            let file = file(&stage, &shipment.name, &kinds, size).await;
            assert_eq!(file.kinds().collect::<Vec<_>>(), kinds);
            let text = told("pdftotext", &["-layout"], &file.content);
            let (list, invoice) = text.split_once('\u{c}').expect("two pages");
            for (page, own) in [(list, &LIST[..]), (invoice, &INVOICE[..])] {
                for field in BOTH.iter().chain(&named).chain(own) {
                    assert!(page.contains(field), "{field:?} in\n{page}");
                }
            }
            assert!(text.contains("Porcelain cup with a very"), "{text}");
            let sides = if size == PaperSize::A4 {
                "595 x 842"
            } else {
                "612 x 792"
            };
            let info = told("pdfinfo", &[], &file.content);
            assert!(info.contains(sides), "{info}");
        }
        stage.stop().await;
    })
}

fn long_list(stage: Stage) -> Ran {
    Box::pin(async move {
        let mut request = full();
        let spec = request.shipment.as_mut().expect("a shipment");
        let customs = spec.customs.as_mut().expect("customs");
        let lamp = goods().items[0].clone();
        customs.items = (0..100)
            .map(|number| CustomsItem {
                sku: format!("SKU-{number:03}"),
                unit_weight_grams: 1,
                quantity: 1,
                ..lamp.clone()
            })
            .collect();
        // The carrier's own label may not take as many; ask for what is drawn here.
        request.label_format = LabelFormat::Pdf.into();
        let shipment = bought(&stage, request).await;
        for kind in [PaperKind::PackingList, PaperKind::CommercialInvoice] {
            let file = file(&stage, &shipment.name, &[kind], PaperSize::A4).await;
            let text = told("pdftotext", &["-layout"], &file.content);
            for number in 0..100 {
                assert!(
                    text.contains(&format!("SKU-{number:03}")),
                    "{number} in\n{text}"
                );
            }
            let pages: Vec<&str> = text.split_terminator('\u{c}').collect();
            assert_eq!(pages.len(), usize::try_from(file.pages).unwrap());
            assert!(pages.len() >= 3, "{}", pages.len());
            for (number, page) in (1..).zip(&pages) {
                let foot = format!("Page {number} of {}", pages.len());
                assert!(page.contains(&foot), "{foot}");
            }
            // Each page that has items has the head of the table.
            let heads = pages.iter().filter(|page| page.contains("SKU-"));
            for page in heads {
                assert!(page.contains("QTY") || page.contains("QUANTITY"), "{page}");
            }
        }
        stage.stop().await;
    })
}

/// What a scanner reads on the first page.
fn scanned(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let (pdf, picture) = (folder.path().join("papers.pdf"), folder.path().join("page"));
    std::fs::write(&pdf, bytes).expect("a file");
    let args = ["-r", "200", "-png", "-f", "1", "-l", "1", "-singlefile"];
    let mut printer = Command::new("pdftoppm");
    printer.args(args).arg(&pdf).arg(&picture);
    assert!(printer.status().expect("pdftoppm runs").success());
    let mut scanner = Command::new("zbarimg");
    scanner
        .args(["--quiet", "--raw"])
        .arg(picture.with_extension("png"));
    let output = scanner.output().expect("zbarimg runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn scans(stage: Stage) -> Ran {
    Box::pin(async move {
        let mut picture = ground();
        picture.label_format = LabelFormat::Png.into();
        for request in [ground(), full(), picture] {
            let shipment = bought(&stage, request).await;
            for size in [PaperSize::A4, PaperSize::Letter] {
                let reply = papers(&stage, &shipment.name, &[], size)
                    .await
                    .expect("papers");
                let file = &reply.files[0];
                assert_eq!(file.kinds().next(), Some(PaperKind::Label));
                keep(&file.content, &shipment.name);
                let number = &shipment.parcels[0].tracking_number;
                let codes = scanned(&file.content);
                assert!(
                    codes.lines().any(|code| code == number),
                    "{number} among {codes:?}"
                );
            }
        }
        stage.stop().await;
    })
}

fn left_out(stage: Stage) -> Ran {
    Box::pin(async move {
        let mut request = ground();
        request.label_format = LabelFormat::Zpl.into();
        let shipment = bought(&stage, request).await;
        let name = &shipment.name;
        let size = PaperSize::Unspecified;
        let reply = papers(&stage, name, &[], size).await.expect("papers");
        let missing: Vec<PaperKind> = reply.left_out.iter().map(|one| one.kind()).collect();
        assert_eq!(missing, [PaperKind::Label, PaperKind::CommercialInvoice]);
        assert!(
            reply.left_out[0].why.contains("zpl"),
            "{:?}",
            reply.left_out
        );
        assert!(
            reply.left_out[1].why.contains("customs"),
            "{:?}",
            reply.left_out
        );
        assert_eq!(
            reply.files[0].kinds().collect::<Vec<_>>(),
            [PaperKind::PackingList]
        );
        let refused = papers(&stage, name, &[PaperKind::Label], size)
            .await
            .unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "LABEL_FORMAT");
        let kinds = [PaperKind::PackingList, PaperKind::CommercialInvoice];
        let refused = papers(&stage, name, &kinds, size).await.unwrap_err();
        assert_eq!(reason(&refused, Code::FailedPrecondition), "NO_PAPER");
        let refused = papers(&stage, "shipments/none", &[], size)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
        let request = GetShipmentPapersRequest {
            name: "trackers/1".into(),
            kinds: vec![0, 77],
            paper_size: 9,
            single: false,
        };
        let refused = stage
            .shipments()
            .get_shipment_papers(request)
            .await
            .unwrap_err();
        assert_eq!(
            fields(&refused),
            ["kinds[0]", "kinds[1]", "name", "paper_size"]
        );
        stage.stop().await;
    })
}

fn command_line(stage: Stage) -> Ran {
    Box::pin(async move {
        let shipment = bought(&stage, full()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let server = format!("http://{}", stage.gateway.grpc());
        let run = |args: Vec<String>| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_parcelgate"));
            command.args([
                "papers",
                &shipment.name,
                "--server",
                &server,
                "--key",
                &stage.key,
            ]);
            command.args(args);
            tokio::task::spawn_blocking(move || command.output().expect("the program runs"))
        };
        let path = folder.path().join("papers.pdf");
        let out = |path: &Path| vec!["--out".to_owned(), path.display().to_string()];
        let output = run(out(&path)).await.expect("an end");
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            said.contains("label, packing-list, commercial-invoice, 3 pages"),
            "{said}"
        );
        assert!(std::fs::read(&path).expect("a file").starts_with(b"%PDF-"));
        let single = [
            out(&folder.path().join("each")),
            vec!["--single".to_owned()],
        ]
        .concat();
        let output = run(single).await.expect("an end");
        assert!(output.status.success(), "{output:?}");
        let made = std::fs::read_dir(folder.path().join("each")).expect("a folder");
        assert_eq!(made.count(), 3);
        stage.stop().await;
    })
}
