//! Cases about pickups, manifests, papers for customs, duties, and proofs of delivery.

use parcelgate_carrier::Kind;
use parcelgate_domain::{DocumentKind, Money};

use super::{Case, lanes, other, refused, tells_why};
use crate::Subject;
use crate::ask::{Ask, Facet, Outcome, Reply};
use crate::input::{manifest_order, numbers, pickup, pickup_order, rate_ask, trade_paper};

pub(super) fn cases(subject: &Subject) -> Result<Vec<Case>, String> {
    let schedule = || pickup_order(subject).map(|order| Ask::Schedule(Box::new(order)));
    let cancel = || Ask::Cancel(pickup(subject));
    let close = || manifest_order(subject).map(|order| Ask::Close(Box::new(order)));
    let upload = |bought| {
        let paper = trade_paper(subject, bought);
        paper.map(|paper| Ask::Upload(Box::new(paper)))
    };
    let first = numbers(subject, 1)?.into_iter().next();
    let proof = || first.clone().map(Ask::Proof).ok_or("no number");
    let (pickups, manifests) = (Facet::Pickups, Facet::Manifests);
    let (documents, proofs) = (Facet::Documents, Facet::Proofs);
    let mut cases = vec![
        Case::new(pickups, "schedule", schedule()?, scheduled),
        Case::new(pickups, "schedule_refused", schedule()?, refused),
        Case::new(pickups, "cancel", cancel(), cancelled),
        Case::new(pickups, "cancel_twice", cancel(), cancelled),
        Case::new(manifests, "close", close()?, closed),
        Case::new(manifests, "close_refused", close()?, refused),
        Case::new(documents, "upload", upload(false)?, uploaded),
        Case::new(documents, "upload_after", upload(true)?, uploaded),
        Case::new(documents, "upload_refused", upload(true)?, refused),
        Case::new(proofs, "delivered", proof()?, proven),
        Case::new(proofs, "not_yet", proof()?, not_yet),
    ];
    for (lane, name, served) in lanes(subject) {
        let ask = Ask::LandedCost(rate_ask(lane)?);
        let crosses = lane.crosses_a_border();
        let case = Case::new(Facet::LandedCost, name, ask, costed)
            .only_if(crosses, format!("{name} is not served across a border"))
            .only_if(served.is_some(), format!("{name} is not served"));
        cases.push(case);
    }
    Ok(cases)
}

/// Agreed to, under a number, for the day that was asked for.
fn scheduled(ask: &Ask, reply: &Reply) -> Result<(), String> {
    match (ask, reply) {
        (Ask::Schedule(order), Ok(Outcome::Scheduled(pickup))) => {
            let is_right = !pickup.confirmation.is_empty() && pickup.date == order.date;
            is_right.then_some(()).ok_or_else(|| other(reply))
        }
        _ => Err(other(reply)),
    }
}

fn cancelled(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Cancelled) => Ok(()),
        _ => Err(other(reply)),
    }
}

/// Something to hand over with the parcels: a number or a paper; what was left out was asked for.
fn closed(ask: &Ask, reply: &Reply) -> Result<(), String> {
    let (Ask::Close(order), Ok(Outcome::Closed(manifest))) = (ask, reply) else {
        return Err(other(reply));
    };
    if manifest.number.is_empty() && manifest.documents.is_empty() {
        return Err("neither a number nor a paper".to_owned());
    }
    let papers = &manifest.documents;
    if papers
        .iter()
        .any(|paper| paper.kind != DocumentKind::Manifest || paper.bytes.is_empty())
    {
        return Err(format!("a paper is no manifest: {papers:?}"));
    }
    let asked = |number| {
        let mut parcels = order
            .shipments
            .iter()
            .flat_map(|shipment| &shipment.parcels);
        parcels.any(|parcel| parcel.tracking_number == number)
    };
    match manifest
        .left_out
        .iter()
        .find(|left| !asked(left.number.clone()))
    {
        None => Ok(()),
        Some(left) => Err(format!("{} was never asked for", left.number)),
    }
}

/// Kept under an id; or the carrier's reason for taking it only before, or only after, the
/// shipment is bought.
fn uploaded(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Uploaded(id)) if !id.as_str().is_empty() => Ok(()),
        Err(error) if error.kind == Kind::Unsupported => tells_why(error),
        _ => Err(other(reply)),
    }
}

/// No less than nothing, and what it is made of sums up to it.
fn costed(_: &Ask, reply: &Reply) -> Result<(), String> {
    let Ok(Outcome::LandedCost(cost)) = reply else {
        return Err(other(reply));
    };
    let mut sum = Money::zero(cost.total.currency());
    for charge in &cost.charges {
        let next = sum.checked_add(charge.amount);
        sum = next.map_err(|error| format!("{}: {error}", charge.name))?;
    }
    if cost.total.minor() < 0 || (!cost.charges.is_empty() && sum != cost.total) {
        return Err(format!("charges sum up to {sum}, not {}", cost.total));
    }
    Ok(())
}

fn proven(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Proof(paper))
            if paper.kind == DocumentKind::ProofOfDelivery && !paper.bytes.is_empty() =>
        {
            Ok(())
        }
        _ => Err(other(reply)),
    }
}

fn not_yet(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Err(error) if error.kind == Kind::NotFound => tells_why(error),
        _ => Err(other(reply)),
    }
}

#[cfg(test)]
mod tests {
    use parcelgate_carrier::{Error, LandedCost, LeftOut, Manifest};
    use parcelgate_domain::{CarrierId, Charge, ChargeKind, Currency, Document, DocumentId};

    use super::*;

    const SUBJECT: Subject = Subject {
        connect: |_| unreachable!(),
        settings: "{}",
        fixtures: "",
        lanes: &[],
        numbers: &["TOY000000017", "TOY000000024", "TOY000000031"],
        carrier_number: "A7",
        return_service: "",
        pickup: ("P1", ""),
        descriptions: &[],
    };

    fn failed(kind: Kind) -> Reply {
        Err(Error::new(kind, CarrierId::known("toy"), "errand"))
    }

    fn paper(kind: DocumentKind, bytes: &[u8]) -> Document {
        Document {
            kind,
            media_type: "application/pdf".to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn a_pickup_without_a_number_or_on_another_day_is_seen() {
        let ask = Ask::Schedule(Box::new(pickup_order(&SUBJECT).unwrap()));
        let made = |change: fn(&mut parcelgate_carrier::Pickup)| {
            let mut pickup = pickup(&SUBJECT);
            change(&mut pickup);
            scheduled(&ask, &Ok(Outcome::Scheduled(pickup)))
        };
        made(|_| ()).unwrap();
        made(|pickup| pickup.confirmation.clear()).unwrap_err();
        made(|pickup| pickup.date = pickup.date.tomorrow().unwrap()).unwrap_err();
        scheduled(&ask, &failed(Kind::Refused)).unwrap_err();
        cancelled(&ask, &failed(Kind::NotFound)).unwrap_err();
    }

    #[test]
    fn a_manifest_of_nothing_or_of_strangers_is_seen() {
        let ask = Ask::Close(Box::new(manifest_order(&SUBJECT).unwrap()));
        let made = |number: &str, documents: Vec<Document>, left: &[&str]| {
            let left_out = left.iter().map(|number| LeftOut {
                number: number.parse().unwrap(),
                code: "7".to_owned(),
                text: "too late".to_owned(),
            });
            let manifest = Manifest {
                number: number.to_owned(),
                documents,
                left_out: left_out.collect(),
            };
            closed(&ask, &Ok(Outcome::Closed(manifest)))
        };
        made(
            "M1",
            vec![paper(DocumentKind::Manifest, b"%PDF-")],
            &["TOY000000024"],
        )
        .unwrap();
        made("", Vec::new(), &[]).unwrap_err();
        made("M1", vec![paper(DocumentKind::Manifest, b"")], &[]).unwrap_err();
        made(
            "M1",
            vec![paper(DocumentKind::ProofOfDelivery, b"%PDF-")],
            &[],
        )
        .unwrap_err();
        made("M1", Vec::new(), &["TOY000000031"]).unwrap_err();
    }

    #[test]
    fn a_paper_without_an_id_or_a_no_without_words_is_seen() {
        let ask = Ask::Upload(Box::new(trade_paper(&SUBJECT, true).unwrap()));
        uploaded(&ask, &Ok(Outcome::Uploaded(DocumentId::new("D1")))).unwrap();
        uploaded(&ask, &Ok(Outcome::Uploaded(DocumentId::new("")))).unwrap_err();
        uploaded(&ask, &failed(Kind::Unsupported)).unwrap_err();
        not_yet(&ask, &failed(Kind::NotFound)).unwrap_err();
        not_yet(&ask, &failed(Kind::Refused)).unwrap_err();
    }

    #[test]
    fn duties_that_do_not_add_up_and_proofs_of_nothing_are_seen() {
        let ask = Ask::LandedCost(rate_ask(crate::Lane::CnToUs).unwrap());
        let money = |minor| Money::of_minor(minor, Currency::USD);
        let cost = |total, amounts: &[i64]| {
            let charges = amounts.iter().map(|amount| Charge {
                kind: ChargeKind::Duties,
                name: "duty".to_owned(),
                amount: money(*amount),
            });
            let cost = LandedCost {
                total: money(total),
                charges: charges.collect(),
            };
            costed(&ask, &Ok(Outcome::LandedCost(cost)))
        };
        cost(300, &[100, 200]).unwrap();
        cost(300, &[100]).unwrap_err();
        cost(-1, &[]).unwrap_err();
        let shown = |paper| proven(&ask, &Ok(Outcome::Proof(paper)));
        shown(paper(DocumentKind::ProofOfDelivery, b"%PDF-")).unwrap();
        shown(paper(DocumentKind::ProofOfDelivery, b"")).unwrap_err();
        shown(paper(DocumentKind::Manifest, b"%PDF-")).unwrap_err();
    }
}
