//! Labels, printed and read by a scanner.

use super::*;

pub(super) fn labels_scan() -> Outcome {
    let run = Run::whole();
    let mut read = BTreeSet::new();
    for parcel in run.parcels() {
        let folder = tempfile::tempdir().unwrap();
        let (pdf, picture) = (folder.path().join("label.pdf"), folder.path().join("label"));
        std::fs::write(&pdf, run.label(&parcel)).unwrap();
        let mut printer = Command::new("pdftoppm");
        printer
            .args(["-r", "200", "-png", "-singlefile"])
            .arg(&pdf)
            .arg(&picture);
        ensure(printer.status().unwrap().success(), "pdftoppm fails")?;
        let codes = scan(&picture.with_extension("png"));
        let (carrier, number) = (text(&parcel, "carrier"), text(&parcel, "tracking_number"));
        // USPS's code is 420, the ZIP code of the recipient, then the number.
        let is_number = |code: &str| match code.strip_prefix("420").filter(|_| carrier == "usps") {
            Some(rest) => rest.get(5..) == Some(number),
            None => code == number,
        };
        ensure(
            codes.lines().any(is_number),
            format!("{carrier}: {number} among {codes:?}"),
        )?;
        read.insert(carrier.to_owned());
    }
    ensure(read.len() == CARRIERS.len(), format!("labels of {read:?}"))
}

fn scan(picture: &Path) -> String {
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw"])
        .arg(picture)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
